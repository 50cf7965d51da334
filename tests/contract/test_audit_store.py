"""What every audit store promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.audit.model import AuditRecord, Outcome
from domain.audit.rules import bounds
from domain.audit.store import AuditStore
from domain.audit.store_dynamodb import BY_ACTOR, DynamoDBAuditStore
from domain.audit.store_memory import MemoryAuditStore
from tests.contract.backends import BACKENDS, aws

NOON = datetime(2026, 1, 31, 12, 0, 0, 1, UTC)
ADA, GRACE = "cus_us_ada", "cus_us_grace"
CLERK, LEAD = "stf_clerk", "stf_lead"
EARLIEST, LATEST = bounds(None, None)


def record(n: int, *, customer: str | None = ADA, person: str = CLERK) -> AuditRecord:
    """The nth record: one hour after the one before."""
    return AuditRecord(
        id=f"01K9{n:022d}",
        at=NOON + timedelta(hours=n),
        person=person,
        groups=("fraud_analyst", "operations"),
        action="view_profile",
        subject_kind="customer",
        subject_id=customer or "schedule-7",
        customer=customer,
        account="acc_us0001_x" if n % 2 else None,
        outcome=Outcome.REFUSED if n % 2 else Outcome.ALLOWED,
        refusal_code="NOT_ALLOWED" if n % 2 else None,
        source_ip="203.0.113.9" if n % 2 else None,
        correlation_id=f"req-{n}",
        channel="api",
        detail={"amount": "10.00 USD", "tries": n},
    )


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[AuditStore]:
    with aws(request) as place:
        yield DynamoDBAuditStore(place.table("florin-audit", BY_ACTOR)) if place else MemoryAuditStore()


def ids(records: tuple[AuditRecord, ...]) -> list[int]:
    return [int(record.id.removeprefix("01K9")) for record in records]


@pytest.mark.parametrize("n", [0, 1])
def test_a_record_is_read_back_whole(store: AuditStore, n: int) -> None:
    assert store.add(record(n))

    assert store.at(ADA, record(n).position) == record(n)
    assert store.by_subject(ADA, earliest=EARLIEST, latest=LATEST, before=None, size=1).records == (record(n),)
    assert store.by_actor(CLERK, earliest=EARLIEST, latest=LATEST, before=None, size=1).records == (record(n),)


def test_a_record_is_never_overwritten(store: AuditStore) -> None:
    store.add(record(1))

    assert not store.add(replace(record(1), action="something else"))
    assert store.at(ADA, record(1).position) == record(1)


def test_many_are_added_together_or_not_at_all(store: AuditStore) -> None:
    page = [record(n) for n in range(100)]
    assert store.add_all(page)
    assert [store.at(ADA, one.position) for one in page] == page

    assert not store.add_all([record(100), replace(record(7), action="something else")])
    assert store.at(ADA, record(100).position) is None
    assert store.at(ADA, record(7).position) == record(7)


def test_an_act_that_was_added_when_it_began_is_one_record_with_its_end(store: AuditStore) -> None:
    begun = replace(record(1), outcome=Outcome.OUTCOME_UNKNOWN, refusal_code=None)
    store.add(record(0))
    store.add(begun)
    store.add(record(2))

    assert store.end(record(1))

    assert store.at(ADA, begun.position) == begun
    assert store.ended(ADA, begun.position) == record(1)
    assert store.ended(ADA, record(0).position) is None
    for query, key in ((store.by_subject, ADA), (store.by_actor, CLERK)):
        page = query(key, earliest=EARLIEST, latest=LATEST, before=None, size=10)
        assert page.records == (record(2), record(1), record(0))


def test_an_end_is_never_overwritten(store: AuditStore) -> None:
    store.add(record(1))
    store.end(record(1))

    assert not store.end(replace(record(1), outcome=Outcome.ERROR))
    assert store.ended(ADA, record(1).position) == record(1)


def test_what_ended_later_keeps_its_place(store: AuditStore) -> None:
    for n in range(4):
        store.add(record(n))
    first = store.by_subject(ADA, earliest=EARLIEST, latest=LATEST, before=None, size=2)

    for n in range(4):
        store.end(record(n))

    rest = store.by_subject(ADA, earliest=EARLIEST, latest=LATEST, before=first.next_position, size=2)
    assert ids(first.records) + ids(rest.records) == [3, 2, 1, 0]
    assert rest.next_position is None


@pytest.mark.parametrize("size", [25, 60, 61, 100])
def test_acts_with_and_without_an_end_are_each_shown_once(store: AuditStore, size: int) -> None:
    """More of them than one query returns items."""
    for n in range(61):
        store.add(record(n))
        if n % 4:
            store.end(record(n))

    for query, key in ((store.by_subject, ADA), (store.by_actor, CLERK)):
        seen: list[int] = []
        position: str | None = None
        for _ in range(62):
            page = query(key, earliest=EARLIEST, latest=LATEST, before=position, size=size)
            seen += ids(page.records)
            assert len(page.records) == size or page.next_position is None
            position = page.next_position
            if position is None:
                break
        assert seen == list(range(60, -1, -1))


def test_nothing_stands_where_nothing_was_added(store: AuditStore) -> None:
    assert store.at(ADA, record(1).position) is None
    page = store.by_subject(ADA, earliest=EARLIEST, latest=LATEST, before=None, size=10)
    assert page.records == ()
    assert page.next_position is None


def test_a_customers_records_come_newest_first_across_months(store: AuditStore) -> None:
    for n in (2, 0, 30, 1):
        store.add(record(n))
    store.add(record(3, customer=GRACE))

    page = store.by_subject(ADA, earliest=EARLIEST, latest=LATEST, before=None, size=10)

    assert ids(page.records) == [30, 2, 1, 0]


def test_a_subject_without_a_customer_has_its_own_records(store: AuditStore) -> None:
    store.add(record(0, customer=None))

    page = store.by_subject("schedule-7", earliest=EARLIEST, latest=LATEST, before=None, size=10)

    assert page.records == (record(0, customer=None),)


def test_what_a_person_did_comes_newest_first_whomever_it_concerned(store: AuditStore) -> None:
    for n, customer in enumerate((ADA, GRACE, ADA, None)):
        store.add(record(n, customer=customer))
    store.add(record(9, person=LEAD))

    page = store.by_actor(CLERK, earliest=EARLIEST, latest=LATEST, before=None, size=10)

    assert ids(page.records) == [3, 2, 1, 0]


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8, 100])
def test_pages_of_any_size_show_everything_once(store: AuditStore, size: int) -> None:
    for n in range(7):
        store.add(record(n))

    for query, key in ((store.by_subject, ADA), (store.by_actor, CLERK)):
        seen: list[int] = []
        position: str | None = None
        for _ in range(8):
            page = query(key, earliest=EARLIEST, latest=LATEST, before=position, size=size)
            assert 1 <= len(page.records) <= size
            seen += ids(page.records)
            position = page.next_position
            if position is None:
                break
        assert seen == [6, 5, 4, 3, 2, 1, 0]
        assert position is None


def test_a_range_of_time_includes_its_beginning_and_leaves_out_its_end(store: AuditStore) -> None:
    for n in range(5):
        store.add(record(n))
    earliest, latest = bounds(record(1).at, record(4).at)

    for query, key in ((store.by_subject, ADA), (store.by_actor, CLERK)):
        first = query(key, earliest=earliest, latest=latest, before=None, size=2)
        rest = query(key, earliest=earliest, latest=latest, before=first.next_position, size=2)
        assert ids(first.records) == [3, 2]
        assert ids(rest.records) == [1]
        assert rest.next_position is None


def test_a_position_beyond_the_range_shows_nothing(store: AuditStore) -> None:
    for n in range(5):
        store.add(record(n))
    earliest, latest = bounds(record(3).at, None)

    page = store.by_subject(ADA, earliest=earliest, latest=latest, before=record(2).position, size=5)

    assert page.records == ()
    assert page.next_position is None
