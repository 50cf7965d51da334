"""What every case store promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.access.model import Group
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, CasePage, CaseState, Entry, Happened, Resolution, Stage, Subject, Undone
from domain.cases.store import CaseStore
from domain.cases.store_dynamodb import BY_GROUP, BY_KIND, BY_OWNER, DynamoDBCaseStore
from domain.cases.store_memory import MemoryCaseStore
from domain.facts import Fact
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, at_once, aws

NOON = datetime(2026, 3, 2, 12, 0, 0, 5, UTC)
OPENED = Case(
    id="cas_abc",
    kind=CaseKind.ACH_ENTRY_PENDED,
    subject=Subject("ach_entry", "ent_1"),
    key="1",
    region="us-east-1",
    opened_at=NOON,
    due_at=NOON + timedelta(hours=4),
    facts=(Fact("Trace number", "091000010000001"), Fact("Amount", "25.00 USD")),
    history=(Entry(NOON, "bank", Happened.OPENED),),
)
ASSIGNED = replace(
    OPENED, owner="stf_1", history=(*OPENED.history, Entry(NOON, "stf_1", Happened.ASSIGNED, "x")), version=2
)
DECIDED = Resolution(
    ResolutionCode.POST, "In order", "stf_1", "k", NOON, Stage.DECIDED, 2, approval="apr_1", checker="stf_2"
)
UNDONE = tuple(
    Undone(replace(DECIDED, key=key, stage=stage, checker=None), why)
    for key, stage, why in (("a", Stage.PROPOSED, "EXPIRED"), ("b", Stage.DECIDED, "NOT_FOUND"))
)
RESOLVED = replace(ASSIGNED, resolution=replace(DECIDED, stage=Stage.CARRIED_OUT), undone=UNDONE, version=3)
UNRESOLVED = (CaseState.OPEN, CaseState.ASSIGNED)
EVERY_GROUP = frozenset(Group)


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[CaseStore]:
    with aws(request) as place:
        if place:
            yield DynamoDBCaseStore(place.table("florin-cases", BY_GROUP, BY_KIND, BY_OWNER))
        else:
            yield MemoryCaseStore()


def test_a_case_is_read_back_whole_at_every_step(store: CaseStore) -> None:
    assert store.add(OPENED)
    assert store.case(OPENED.id) == OPENED

    assert store.replace(ASSIGNED, was=OPENED)
    assert store.case(OPENED.id) == ASSIGNED

    assert store.replace(RESOLVED, was=ASSIGNED)
    assert store.case(OPENED.id) == RESOLVED


def test_a_case_without_facts_is_read_back_as_well(store: CaseStore) -> None:
    bare = replace(OPENED, facts=())
    store.add(bare)

    assert store.case(OPENED.id) == bare


def test_an_unknown_case_is_none_and_is_not_moved(store: CaseStore) -> None:
    assert store.case("cas_unknown") is None
    assert not store.replace(ASSIGNED, was=OPENED)
    assert store.case(OPENED.id) is None


def test_a_case_is_opened_once(store: CaseStore) -> None:
    store.add(OPENED)

    assert not store.add(replace(OPENED, facts=()))
    assert store.case(OPENED.id) == OPENED


def test_of_two_who_move_the_same_version_one_wins(store: CaseStore) -> None:
    store.add(OPENED)
    store.replace(ASSIGNED, was=OPENED)

    assert not store.replace(replace(ASSIGNED, owner="stf_2"), was=OPENED)
    assert store.case(OPENED.id) == ASSIGNED


@pytest.mark.parametrize("store", AT_ONCE, indirect=True)
def test_of_many_who_take_it_at_once_one_does(store: CaseStore) -> None:
    store.add(OPENED)
    taken = [replace(ASSIGNED, owner=f"stf_{n}") for n in range(CALLERS)]

    won = at_once(lambda n: store.replace(taken[n], was=OPENED))

    assert won.count(True) == 1
    assert store.case(OPENED.id) == taken[won.index(True)]


# Lists.


def some(store: CaseStore) -> None:
    """Due one after another: a to e, of two groups and three kinds; b and e in somebody's hands, d resolved."""
    kinds = (
        CaseKind.ACH_ENTRY_PENDED,
        CaseKind.ACH_ENTRY_PENDED,
        CaseKind.ACH_PAYMENT_REVIEW,
        CaseKind.ACH_ENTRY_PENDED,
        CaseKind.ACH_NOC,
    )
    owners = (None, "stf_1", None, "stf_1", "stf_1")
    for number, (name, kind, owner) in enumerate(zip("abcde", kinds, owners, strict=True)):
        resolution = RESOLVED.resolution if name == "d" else None
        due = NOON + timedelta(hours=number)
        store.add(replace(OPENED, id=f"cas_{name}", kind=kind, owner=owner, due_at=due, resolution=resolution))


def listed(store: CaseStore, *, size: int = 9, **by: Any) -> str:
    """The names of the cases of all pages, `size` at a time."""
    found = ""
    position: str | None = None
    for _ in range(20):
        page = store.listed(**{"states": UNRESOLVED, "groups": EVERY_GROUP, **by}, position=position, limit=size)
        assert len(page.cases) <= size
        found += "".join(case.id[-1] for case in page.cases)
        position = page.position
        if position is None:
            return found
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize("size", [1, 2, 9])
def test_a_list_is_in_the_order_in_which_it_is_due_whatever_the_pages(store: CaseStore, size: int) -> None:
    some(store)

    assert listed(store, size=size) == "abce"
    assert listed(store, size=size, latest_first=True) == "ecba"
    assert listed(store, size=size, groups={Group.OPERATIONS}) == "abe"
    assert listed(store, size=size, groups={Group.FRAUD_ANALYST}) == "c"
    assert listed(store, size=size, groups={Group.FINANCE}) == ""
    assert listed(store, size=size, groups=()) == ""


@pytest.mark.parametrize("size", [1, 9])
def test_a_list_can_be_of_a_state_a_kind_and_an_owner(store: CaseStore, size: int) -> None:
    some(store)

    assert listed(store, size=size, states=(CaseState.OPEN,)) == "ac"
    assert listed(store, size=size, states=(CaseState.RESOLVED,)) == "d"
    assert listed(store, size=size, kind=CaseKind.ACH_ENTRY_PENDED) == "ab"
    assert listed(store, size=size, kind=CaseKind.ACH_PAYMENT_REVIEW, groups={Group.OPERATIONS}) == ""
    assert listed(store, size=size, owner="stf_1") == "be"
    assert listed(store, size=size, owner="stf_2") == ""
    assert listed(store, size=size, owner="stf_1", kind=CaseKind.ACH_NOC) == "e"
    assert listed(store, size=size, owner="stf_1", groups={Group.FRAUD_ANALYST}) == ""
    assert listed(store, size=size, owner="stf_1", states=(CaseState.RESOLVED,)) == "d"


def test_of_a_kind_of_another_group_there_is_not_even_a_position(store: CaseStore) -> None:
    for number in range(15):
        store.add(replace(OPENED, id=f"cas_{number:02}", kind=CaseKind.ACH_PAYMENT_REVIEW, owner="stf_1"))

    for owner in (None, "stf_1"):
        page = store.listed(
            states=UNRESOLVED,
            groups={Group.OPERATIONS},
            kind=CaseKind.ACH_PAYMENT_REVIEW,
            owner=owner,
            position=None,
            limit=1,
        )
        assert page == CasePage((), None)


def test_a_case_moves_from_list_to_list_with_its_state(store: CaseStore) -> None:
    store.add(OPENED)
    assert listed(store, owner="stf_1") == ""
    store.replace(ASSIGNED, was=OPENED)
    assert listed(store, states=(CaseState.OPEN,)) == ""
    assert listed(store, owner="stf_1") == "c"

    released = replace(OPENED, version=3)
    store.replace(released, was=ASSIGNED)
    assert listed(store, owner="stf_1") == ""
    assert listed(store, states=(CaseState.OPEN,)) == "c"
