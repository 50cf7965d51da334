"""What every approval store promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.access.model import Approval, ApprovalState, Check, Group, Proposal, Verdict
from domain.access.store import ApprovalList, ApprovalStore
from domain.access.store_dynamodb import BY_GROUP, DynamoDBApprovalStore
from domain.access.store_memory import MemoryApprovalStore
from domain.facts import Fact
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, at_once, aws

NOON = datetime(2026, 3, 2, 12, 0, 0, 5, UTC)
ASKED = Approval(
    id="apr_abc",
    proposal=Proposal("journal", "jrn_us0001_abc", "reverse", "sha256:1"),
    group=Group.OPERATIONS,
    maker="stf_maker",
    checkers_needed=2,
    requested_at=NOON,
    expires_at=NOON + timedelta(hours=8),
)
CHECKED = replace(ASKED, checks=(Check("stf_one", Verdict.APPROVE, NOON),), version=2)
USED = replace(CHECKED, used_for="jrn_us0001_def", used_at=NOON, version=3)


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[ApprovalStore]:
    with aws(request) as place:
        yield DynamoDBApprovalStore(place.table("florin-cases", BY_GROUP)) if place else MemoryApprovalStore()


def test_an_approval_is_read_back_whole_at_every_step(store: ApprovalStore) -> None:
    assert store.add(ASKED)
    assert store.approval(ASKED.id) == ASKED

    assert store.replace(CHECKED, was=ASKED)
    assert store.approval(ASKED.id) == CHECKED

    assert store.replace(USED, was=CHECKED)
    assert store.approval(ASKED.id) == USED


def test_what_is_shown_is_read_back_in_its_order(store: ApprovalStore) -> None:
    facts = (Fact("Trace", "091000010000001"), Fact("Amount", "1.00 USD"))
    shown = replace(ASKED, proposal=replace(ASKED.proposal, shown=facts))
    store.add(shown)

    assert store.approval(ASKED.id) == shown


def listed(
    store: ApprovalStore, *lists: ApprovalList, size: int = 9, latest_first: bool = False, **when: datetime
) -> list[str]:
    """The ids of all pages, `size` at a time."""
    found: list[str] = []
    position: str | None = None
    for _ in range(20):
        page = store.listed(lists, position=position, limit=size, latest_first=latest_first, **when)
        assert len(page.approvals) <= size
        found += [approval.id for approval in page.approvals]
        position = page.position
        if position is None:
            return found
    raise AssertionError("the pages do not end")


OPERATIONS_PENDING = (Group.OPERATIONS, ApprovalState.PENDING)


def lasting(name: str, hours: int, group: Group = Group.OPERATIONS) -> Approval:
    return replace(ASKED, id=f"apr_{name}", group=group, expires_at=NOON + timedelta(hours=hours))


@pytest.mark.parametrize("size", [1, 2, 3, 9])
def test_a_list_is_in_the_order_of_expiry_whatever_the_pages(store: ApprovalStore, size: int) -> None:
    for name, hours in (("c", 3), ("a", 1), ("d", 3), ("b", 2)):
        store.add(lasting(name, hours))

    assert listed(store, OPERATIONS_PENDING, size=size) == ["apr_a", "apr_b", "apr_c", "apr_d"]
    latest = listed(store, OPERATIONS_PENDING, size=size, latest_first=True)
    assert latest == ["apr_d", "apr_c", "apr_b", "apr_a"]


@pytest.mark.parametrize("size", [1, 2, 9])
def test_lists_of_several_groups_are_merged(store: ApprovalStore, size: int) -> None:
    for name, hours, group in (("a", 1, Group.FINANCE), ("b", 2, Group.OPERATIONS), ("c", 3, Group.FINANCE)):
        store.add(lasting(name, hours, group))
    store.add(lasting("d", 4, Group.COMPLIANCE))

    lists = ((Group.FINANCE, ApprovalState.PENDING), OPERATIONS_PENDING)

    assert listed(store, *lists, size=size) == ["apr_a", "apr_b", "apr_c"]


def test_who_expires_at_a_moment_is_among_those_until_it_and_not_after_it(store: ApprovalStore) -> None:
    for name, hours in (("a", 1), ("b", 2), ("c", 3)):
        store.add(lasting(name, hours))
    moment = NOON + timedelta(hours=2)

    assert listed(store, OPERATIONS_PENDING, expires_until=moment) == ["apr_a", "apr_b"]
    assert listed(store, OPERATIONS_PENDING, expires_after=moment) == ["apr_c"]


def test_an_approval_moves_from_list_to_list_with_its_state(store: ApprovalStore) -> None:
    store.add(ASKED)
    given = replace(CHECKED, checkers_needed=1)
    store.replace(given, was=ASKED)
    assert listed(store, OPERATIONS_PENDING) == []
    assert listed(store, (Group.OPERATIONS, ApprovalState.APPROVED)) == [ASKED.id]

    store.replace(replace(USED, checkers_needed=1), was=given)
    assert listed(store, (Group.OPERATIONS, ApprovalState.APPROVED)) == []
    assert listed(store, (Group.OPERATIONS, ApprovalState.USED)) == [ASKED.id]


def test_an_unknown_approval_is_none(store: ApprovalStore) -> None:
    assert store.approval("apr_unknown") is None


def test_an_approval_is_asked_for_once(store: ApprovalStore) -> None:
    store.add(ASKED)

    assert not store.add(replace(ASKED, maker="stf_other"))
    assert store.approval(ASKED.id) == ASKED


def test_of_two_who_move_the_same_version_one_wins(store: ApprovalStore) -> None:
    store.add(ASKED)
    store.replace(CHECKED, was=ASKED)
    late = replace(ASKED, checks=(Check("stf_two", Verdict.REFUSE, NOON),), version=2)

    assert not store.replace(late, was=ASKED)
    assert store.approval(ASKED.id) == CHECKED


def test_what_was_never_asked_is_not_moved(store: ApprovalStore) -> None:
    assert not store.replace(CHECKED, was=ASKED)
    assert store.approval(ASKED.id) is None


@pytest.mark.parametrize("store", AT_ONCE, indirect=True)
def test_of_many_who_spend_it_at_once_one_does(store: ApprovalStore) -> None:
    store.add(CHECKED)
    spent = [replace(USED, used_for=f"jrn_{n}") for n in range(CALLERS)]

    won = at_once(lambda n: store.replace(spent[n], was=CHECKED))

    assert won.count(True) == 1
    assert store.approval(ASKED.id) == spent[won.index(True)]
