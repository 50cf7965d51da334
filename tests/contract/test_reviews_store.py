"""What every store of transfers in review promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.money import Money
from domain.transfers.kinds import ReviewState
from domain.transfers.model import TransferReview
from domain.transfers.review_store import ReviewStore
from domain.transfers.review_store_dynamodb import DynamoDBReviewStore
from domain.transfers.review_store_memory import MemoryReviewStore
from domain.transfers.store_dynamodb import BY_DUE
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, at_once, aws
from tests.unit.fraud.asking import ACCOUNT, AT, CUSTOMER, PAYEE


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[ReviewStore]:
    with aws(request) as place:
        table = place.table("florin-transfers", BY_DUE) if place else None
        yield DynamoDBReviewStore(table, region="us-east-1") if table else MemoryReviewStore()


at_once_too = pytest.mark.parametrize("store", AT_ONCE, indirect=True)


def review(n: int = 0, *, after: timedelta = timedelta(0), account: str = ACCOUNT) -> TransferReview:
    return TransferReview(
        id=f"jrn_us0417_{n:032d}",
        source=account,
        destination=PAYEE,
        destination_masked="••5678",
        amount=Money(2_500, "USD"),
        memo=None,
        memo_digest=None,
        asked_by=CUSTOMER,
        key="t-1",
        evidence=("request:1",),
        fingerprint="1:f",
        decision="dec_1",
        reasons="",
        opened_at=AT + after,
        expires_at=AT + after + timedelta(days=2),
        due_at=AT + after,
    )


WHOLE = replace(
    review(1),
    memo=b"\x01sealed\xff",
    memo_digest="digest",
    reasons="NEW_PAYEE UNUSUAL_AMOUNT",
    state=ReviewState.GIVING_BACK,
    case="cas_1",
    refusal_code="DESTINATION_UNAVAILABLE",
    refusal_message="The receiving account cannot take this payment.",
    version=5,
)


@pytest.mark.parametrize("made", [review(), WHOLE], ids=["as it is opened", "with everything"])
def test_a_review_is_read_back_whole_wherever_it_is_asked_for(store: ReviewStore, made: TransferReview) -> None:
    assert store.add(made) == made
    assert store.review(made.id) == made
    assert store.reviews([made.id, f"jrn_us0000_{'z' * 32}"]) == (made,)
    assert store.reviews_of(ACCOUNT, before=None, limit=5).reviews == (made,)


def test_what_was_never_opened_is_not_there(store: ReviewStore) -> None:
    assert store.review(review().id) is None
    assert store.reviews_of(ACCOUNT, before=None, limit=5).reviews == ()
    assert store.due(through=AT + timedelta(days=999), limit=5) == ()


def test_a_review_is_opened_once_and_the_second_leaves_nothing(store: ReviewStore) -> None:
    first = store.add(review())
    assert store.add(replace(first, fingerprint="1:g", opened_at=AT + timedelta(seconds=1))) == first
    assert store.review(first.id) == first
    assert store.reviews_of(ACCOUNT, before=None, limit=5).reviews == (first,)


@at_once_too
def test_of_many_who_open_one_at_once_all_are_told_the_same(store: ReviewStore) -> None:
    opened = [review(after=timedelta(seconds=n)) for n in range(CALLERS)]
    answers = at_once(lambda n: store.add(opened[n]))
    assert answers == [store.review(review().id)] * CALLERS
    assert list(store.reviews_of(ACCOUNT, before=None, limit=9).reviews) == answers[:1]


def test_a_review_moves_on_only_from_its_version(store: ReviewStore) -> None:
    made = store.add(review())
    moved = replace(made, state=ReviewState.IN_REVIEW, version=2)
    assert store.replace(moved, version=1)
    assert not store.replace(replace(made, state=ReviewState.REFUSED, version=2), version=1)
    assert store.review(made.id) == moved


@at_once_too
def test_of_many_who_move_one_version_one_does(store: ReviewStore) -> None:
    made = store.add(review())
    answers = at_once(lambda n: store.replace(replace(made, case=str(n), version=2), version=1))
    assert sum(answers) == 1
    found = store.review(made.id)
    assert found
    assert found.case == str(answers.index(True))


@pytest.mark.parametrize("state", ReviewState)
def test_every_state_is_kept(store: ReviewStore, state: ReviewState) -> None:
    made = store.add(replace(review(), state=state))
    assert store.review(made.id) == made


def test_an_accounts_reviews_come_newest_first_in_pages(store: ReviewStore) -> None:
    made = [store.add(review(9 - n, after=timedelta(microseconds=n))) for n in range(3)]
    store.add(review(10, account=PAYEE))

    first = store.reviews_of(ACCOUNT, before=None, limit=2)
    assert list(first.reviews) == [made[2], made[1]]
    rest = store.reviews_of(ACCOUNT, before=first.before, limit=2)
    assert (list(rest.reviews), rest.before) == ([made[0]], None)


def test_due_reviews_come_the_longest_due_first_and_ended_ones_not_at_all(store: ReviewStore) -> None:
    made = [store.add(review(9 - n, after=timedelta(seconds=n))) for n in range(3)]
    store.replace(replace(made[1], due_at=None, version=2), version=1)

    assert store.due(through=AT + timedelta(seconds=2), limit=5) == (made[0].id, made[2].id)
    assert store.due(through=AT + timedelta(seconds=2), limit=1) == (made[0].id,)
    assert store.due(through=AT + timedelta(seconds=1), limit=5) == (made[0].id,)
