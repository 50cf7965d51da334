"""What every store of transfer orders promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.money import Money
from domain.transfers.model import (
    Occurrence,
    OccurrenceOutcome,
    OrderClaim,
    OrderStatus,
    Rhythm,
    Schedule,
    TransferOrder,
)
from domain.transfers.store import Due, OrderStore
from domain.transfers.store_dynamodb import BUCKETS, BY_DUE, DynamoDBOrderStore
from domain.transfers.store_memory import MemoryOrderStore
from tests.contract.backends import AT_ONCE, BACKENDS, at_once, aws

AT = datetime(2026, 3, 1, 9, 30, 0, 123456, UTC)
FIRST = date(2026, 3, 11)
SOURCE = "acc_us0417_01K90000000000000000000000"


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[OrderStore]:
    with aws(request) as place:
        table = place.table("florin-transfers", BY_DUE) if place else None
        yield DynamoDBOrderStore(table, region="us-east-1") if table else MemoryOrderStore()


at_once_too = pytest.mark.parametrize("store", AT_ONCE, indirect=True)


def order(n: int = 0, *, next_on: date | None = FIRST, source: str = SOURCE) -> TransferOrder:
    return TransferOrder(
        id=f"ord_us0417_01K9{n:022d}",
        source=source,
        destination="acc_us0001_01K90000000000000000000001",
        destination_masked="••5678",
        amount=Money(2_500, "USD"),
        memo=b"\x01sealed\xff",
        memo_digest="digest",
        schedule=Schedule(
            rhythm=Rhythm.MONTHLY, starts_on=FIRST, day_of_month=31, ends_on=date(2027, 1, 1), count=None
        ),
        ordered_by="cus_us_01K9AAAAAAAAAAAAAAAAAAAAAA",
        ordered_at=AT,
        next_on=next_on,
    )


def claim(made: TransferOrder, name: str = "") -> OrderClaim:
    return OrderClaim(name or f"claim-{made.id}", made.id, "fingerprint")


def added(store: OrderStore, made: TransferOrder) -> TransferOrder:
    assert store.add(made, claim(made))
    return made


def test_an_order_is_read_back_whole(store: OrderStore) -> None:
    bare = replace(
        order(2),
        memo=None,
        memo_digest=None,
        schedule=Schedule(rhythm=Rhythm.WEEKLY, starts_on=FIRST, count=3),
    )
    for made in (order(1), bare):
        added(store, made)
        assert store.order(made.id) == made
        assert store.claim(claim(made).id) == claim(made)


def test_what_was_never_ordered_is_not_there(store: OrderStore) -> None:
    assert store.order(order().id) is None
    assert store.claim("x") is None
    assert store.occurrence(order().id, FIRST) is None
    assert store.orders_of(SOURCE, before=None, limit=5).orders == ()
    assert store.due(through=date(2999, 1, 1), limit=5) == ()


def test_a_key_makes_one_order_and_the_second_leaves_nothing(store: OrderStore) -> None:
    first, second = added(store, order(1)), order(2)

    assert not store.add(second, claim(second, claim(first).id))
    assert store.order(second.id) is None
    assert store.orders_of(SOURCE, before=None, limit=5).orders == (first,)
    assert store.claim(claim(first).id) == claim(first)


@at_once_too
def test_of_many_clicks_one_orders(store: OrderStore) -> None:
    clicks = [order(n) for n in range(6)]
    answers = at_once(lambda n: store.add(clicks[n], claim(clicks[n], "one")))

    assert sum(answers) == 1
    winner = clicks[answers.index(True)]
    assert store.claim("one") == claim(winner, "one")
    assert [made for made in clicks if store.order(made.id)] == [winner]


def test_an_order_moves_on_only_from_its_version(store: OrderStore) -> None:
    made = added(store, order())
    claimed = replace(made, claimed_on=FIRST, version=2)
    ended = replace(made, status=OrderStatus.CANCELLED, next_on=None, version=2)

    assert store.replace(claimed, version=1)
    assert not store.replace(ended, version=1)
    assert store.order(made.id) == claimed
    assert store.replace(replace(ended, version=3), version=2)
    assert store.order(made.id) == replace(ended, version=3)


@at_once_too
def test_of_many_who_claim_an_occurrence_one_does(store: OrderStore) -> None:
    made = added(store, order())
    answers = at_once(lambda _: store.replace(replace(made, claimed_on=FIRST, version=2), version=1))

    assert sum(answers) == 1


def test_an_accounts_orders_come_newest_first_in_pages(store: OrderStore) -> None:
    made = [added(store, order(n)) for n in range(4)]
    added(store, order(9, source="acc_us0417_01K90000000000000000000009"))

    first = store.orders_of(SOURCE, before=None, limit=3)
    assert list(first.orders) == [made[3], made[2], made[1]]
    assert first.before
    rest = store.orders_of(SOURCE, before=first.before, limit=3)
    assert (list(rest.orders), rest.before) == ([made[0]], None)


def occurrence(day: date, outcome: OccurrenceOutcome = OccurrenceOutcome.POSTED) -> Occurrence:
    posted = outcome is OccurrenceOutcome.POSTED
    return Occurrence(
        order=order().id,
        on=day,
        outcome=outcome,
        late=not posted,
        at=AT,
        journal="jrn_us0417_a" if posted else None,
        refusal_code=None if posted else "INSUFFICIENT_FUNDS",
        refusal_message=None if posted else "Not enough.",
    )


def test_an_occurrence_is_settled_once_and_the_first_word_stays(store: OrderStore) -> None:
    refused = occurrence(FIRST, OccurrenceOutcome.REFUSED)

    assert store.settle(refused) == refused
    assert store.settle(occurrence(FIRST)) == refused
    assert store.occurrence(order().id, FIRST) == refused


@at_once_too
def test_of_many_who_settle_all_hear_the_first(store: OrderStore) -> None:
    outcomes = [OccurrenceOutcome.POSTED, OccurrenceOutcome.REFUSED] * 3
    answers = at_once(lambda n: store.settle(occurrence(FIRST, outcomes[n])))

    assert set(answers) == {store.occurrence(order().id, FIRST)}


def test_occurrences_come_latest_first_in_pages(store: OrderStore) -> None:
    settled = [store.settle(occurrence(FIRST + timedelta(weeks=n))) for n in range(4)]
    added(store, order())

    first = store.occurrences(order().id, before=None, limit=3)
    assert list(first.occurrences) == [settled[3], settled[2], settled[1]]
    assert first.before == settled[1].on
    rest = store.occurrences(order().id, before=first.before, limit=3)
    assert (list(rest.occurrences), rest.before) == ([settled[0]], None)


def test_due_orders_come_oldest_first_whatever_their_bucket(store: OrderStore) -> None:
    days = [FIRST + timedelta(days=n % 3) for n in range(3 * BUCKETS)]
    made = [added(store, order(n, next_on=day)) for n, day in enumerate(days)]
    expected = sorted(Due(one.next_on, one.id) for one in made if one.next_on and one.next_on < FIRST + timedelta(2))

    assert list(store.due(through=FIRST + timedelta(days=1), limit=100)) == expected
    assert list(store.due(through=FIRST + timedelta(days=1), limit=5)) == expected[:5]
    assert store.due(through=FIRST - timedelta(days=1), limit=100) == ()


def test_an_order_that_moved_on_is_due_on_its_new_day_only(store: OrderStore) -> None:
    made = added(store, order())
    later = FIRST + timedelta(days=20)
    store.replace(replace(made, next_on=later, version=2), version=1)
    assert store.due(through=FIRST, limit=5) == ()
    assert store.due(through=later, limit=5) == (Due(later, made.id),)
    store.replace(replace(made, next_on=None, status=OrderStatus.DONE, version=3), version=2)
    assert store.due(through=later, limit=5) == ()
