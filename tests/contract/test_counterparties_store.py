"""What every store of counterparties promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.counterparties.model import (
    AccountType,
    Answer,
    Change,
    Counterparty,
    CounterpartyStatus,
    Creation,
    HolderKind,
    NumberClaim,
    Part,
    Verification,
    VerificationMethod,
    VerificationStatus,
)
from domain.counterparties.store import CounterpartyStore, Taken
from domain.counterparties.store_dynamodb import BY_UNSENT, DynamoDBCounterpartyStore
from domain.counterparties.store_memory import MemoryCounterpartyStore
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, at_once, aws

AT = datetime(2026, 3, 1, 9, 30, 0, 123456, UTC)
CUSTOMER = "cus_us_01K9AAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[CounterpartyStore]:
    with aws(request) as place:
        table = place.table("florin-counterparties", BY_UNSENT) if place else None
        yield DynamoDBCounterpartyStore(table) if table else MemoryCounterpartyStore()


at_once_too = pytest.mark.parametrize("store", AT_ONCE, indirect=True)


def row(n: int = 0, *, customer: str = CUSTOMER, digest: str = "") -> Counterparty:
    return Counterparty(
        id=f"cpy_us0417_01K9{n:022d}",
        customer=customer,
        sealed_name=b"\x01name\xff",
        routing_number="091000019",
        sealed_number=b"\x01number\xff",
        masked_number="••6789",
        number_digest=digest or f"digest-{n}",
        account_type=AccountType.CHECKING,
        holder_kind=HolderKind.BUSINESS,
        added_at=AT,
    )


def full() -> Counterparty:
    """One with something everywhere."""
    answers = (Answer("r1", "f1", right=False), Answer("r2", "f2", right=True), Answer("r3", "f3"))
    first = Verification(
        attempt=1,
        request="a",
        method=VerificationMethod.PRENOTE,
        status=VerificationStatus.FAILED,
        started_at=AT,
        expires_at=AT + timedelta(days=14),
        failure="R03",
    )
    second = Verification(
        attempt=2,
        request="b",
        method=VerificationMethod.MICRO_ENTRIES,
        status=VerificationStatus.PASSED,
        started_at=AT,
        expires_at=AT + timedelta(days=14),
        settled_on=date(2026, 3, 3),
        live_from=date(2026, 3, 4),
        sealed_amounts=b"\x01amounts\xff\x00",
        answers=answers,
    )
    change = Change(
        noc="noc-1",
        code="C03",
        approval="apr_x",
        at=AT,
        parts=(Part.ROUTING_NUMBER, Part.ACCOUNT_NUMBER),
        sealed_before=b"\x01before\xfe",
    )
    return replace(
        row(9),
        status=CounterpartyStatus.CLOSED,
        closed_at=AT + timedelta(days=1),
        verifications_before=2,
        verifications=(first, second),
        changes=(change,),
        version=7,
    )


def creation(made: Counterparty, name: str = "") -> Creation:
    return Creation(name or f"key-{made.id}", made.id, "fingerprint")


def turn(made: Counterparty, number: int = 1) -> NumberClaim:
    return NumberClaim(made.number_digest, number, made.id)


def added(store: CounterpartyStore, made: Counterparty) -> Counterparty:
    assert store.add(made, creation(made), turn(made)) is None
    return made


def intended(made: Counterparty, at: datetime) -> Counterparty:
    verification = Verification(
        attempt=1,
        request="r",
        method=VerificationMethod.PRENOTE,
        started_at=at,
        expires_at=at + timedelta(days=14),
    )
    return replace(made, status=CounterpartyStatus.VERIFYING, verifications=(verification,), version=made.version + 1)


def test_a_counterparty_is_read_back_whole(store: CounterpartyStore) -> None:
    for made in (row(1), full()):
        added(store, made)
        assert store.counterparty(made.id) == made
        assert store.creation(creation(made).id) == creation(made)
        assert store.number_claim(made.number_digest) == turn(made)


def test_what_was_never_added_is_not_there(store: CounterpartyStore) -> None:
    assert store.counterparty(row().id) is None
    assert store.creation("x") is None
    assert store.number_claim("x") is None
    assert store.counterparties_of(CUSTOMER, before=None, limit=5).counterparties == ()
    assert store.unsent(limit=5) == ()


def test_a_key_adds_one_and_the_second_leaves_nothing(store: CounterpartyStore) -> None:
    first, second = added(store, row(1)), row(2)
    assert store.add(second, creation(second, creation(first).id), turn(second)) is Taken.KEY
    assert store.counterparty(second.id) is None
    assert store.number_claim(second.number_digest) is None
    assert store.counterparties_of(CUSTOMER, before=None, limit=5).counterparties == (first,)


def test_a_turn_of_a_number_is_taken_once_and_the_next_one_after_it(store: CounterpartyStore) -> None:
    first, second = added(store, row(1, digest="same")), row(2, digest="same")
    assert store.add(second, creation(second), turn(second)) is Taken.NUMBER
    assert store.creation(creation(second).id) is None
    assert store.counterparty(second.id) is None
    assert store.add(second, creation(second), turn(second, 2)) is None
    assert store.number_claim("same") == turn(second, 2)
    assert store.counterparty(first.id) == first


def test_the_latest_of_many_turns_is_found(store: CounterpartyStore) -> None:
    for n in range(1, 13):
        made = row(n, digest="same")
        assert store.add(made, creation(made), turn(made, n)) is None
    assert store.number_claim("same") == turn(row(12, digest="same"), 12)


@at_once_too
def test_of_many_clicks_one_adds(store: CounterpartyStore) -> None:
    clicks = [row(n, digest="same") for n in range(CALLERS)]
    answers = at_once(lambda n: store.add(clicks[n], creation(clicks[n], "one"), turn(clicks[n])))
    assert answers.count(None) == 1
    assert [made for made in clicks if store.counterparty(made.id)] == [clicks[answers.index(None)]]


def test_it_moves_on_only_from_its_version(store: CounterpartyStore) -> None:
    made = added(store, row())
    closed = replace(made, status=CounterpartyStatus.CLOSED, closed_at=AT, version=2)
    late = replace(made, status=CounterpartyStatus.VERIFIED, version=2)
    assert store.replace(closed, version=1)
    assert not store.replace(late, version=1)
    assert store.counterparty(made.id) == closed


@at_once_too
def test_of_many_writes_over_one_version_one_is_made(store: CounterpartyStore) -> None:
    made = added(store, row())
    rivals = [replace(made, verifications_before=n, version=2) for n in range(CALLERS)]
    answers = at_once(lambda n: store.replace(rivals[n], version=1))
    assert sum(answers) == 1
    assert store.counterparty(made.id) == rivals[answers.index(True)]


def test_many_are_read_at_once(store: CounterpartyStore) -> None:
    made = [added(store, row(n)) for n in range(3)]
    asked = [made[2].id, row(8).id, made[0].id]
    assert sorted(store.counterparties(asked), key=lambda one: one.id) == [made[0], made[2]]


def test_a_customers_own_are_listed_the_newest_first_page_by_page(store: CounterpartyStore) -> None:
    mine = [added(store, row(n)) for n in range(5)]
    added(store, row(7, customer="cus_us_01K9BBBBBBBBBBBBBBBBBBBBBB"))
    first = store.counterparties_of(CUSTOMER, before=None, limit=2)
    second = store.counterparties_of(CUSTOMER, before=first.before, limit=2)
    third = store.counterparties_of(CUSTOMER, before=second.before, limit=2)
    assert [*first.counterparties, *second.counterparties, *third.counterparties] == mine[::-1]
    assert third.before is None


def test_what_is_intended_is_listed_the_oldest_first_until_it_is_sent(store: CounterpartyStore) -> None:
    late, early = added(store, row(1)), added(store, row(2))
    added(store, row(3))
    for made, at in ((late, AT + timedelta(hours=1)), (early, AT)):
        assert store.replace(intended(made, at), version=1)
    assert store.unsent(limit=5) == (early.id, late.id)
    assert store.unsent(limit=1) == (early.id,)

    waiting = intended(early, AT)
    verification = replace(waiting.verifications[0], status=VerificationStatus.SENT)
    assert store.replace(replace(waiting, verifications=(verification,), version=3), version=2)
    assert store.unsent(limit=5) == (late.id,)
