"""What every approval store promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.access.model import Approval, Check, Group, Proposal, Verdict
from domain.access.store import ApprovalStore
from domain.access.store_dynamodb import DynamoDBApprovalStore
from domain.access.store_memory import MemoryApprovalStore
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
        yield DynamoDBApprovalStore(place.table("florin-customers")) if place else MemoryApprovalStore()


def test_an_approval_is_read_back_whole_at_every_step(store: ApprovalStore) -> None:
    assert store.add(ASKED)
    assert store.approval(ASKED.id) == ASKED

    assert store.replace(CHECKED, was=ASKED)
    assert store.approval(ASKED.id) == CHECKED

    assert store.replace(USED, was=CHECKED)
    assert store.approval(ASKED.id) == USED


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
