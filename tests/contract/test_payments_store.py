"""What every store of payments promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.money import Money
from domain.payments.kinds import PaymentKind, PaymentState
from domain.payments.model import AchProgress, AchTerms, Happening, Payment, Speed, StepUp, Waiting
from domain.payments.store import DuePayment, PaymentStore
from domain.payments.store_dynamodb import BUCKETS, BY_DUE, DynamoDBPaymentStore
from domain.payments.store_memory import MemoryPaymentStore
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, at_once, aws

AT = datetime(2026, 11, 30, 15, 30, 0, 123456, UTC)
ACCOUNT = "acc_us0417_01K90000000000000000000000"


@pytest.fixture(params=BACKENDS)
def store(request: pytest.FixtureRequest) -> Iterator[PaymentStore]:
    with aws(request) as place:
        table = place.table("florin-payments", BY_DUE) if place else None
        yield DynamoDBPaymentStore(table, region="us-east-1") if table else MemoryPaymentStore()


at_once_too = pytest.mark.parametrize("store", AT_ONCE, indirect=True)


def payment(n: int = 0, *, due_at: datetime | None = AT, opened_at: datetime = AT, account: str = ACCOUNT) -> Payment:
    return Payment(
        id=f"pay_us0417_{n:032d}",
        kind=PaymentKind.ACH_CREDIT,
        account=account,
        customer="cus_us_01K90000000000000000000000",
        counterparty="cpt_us_01K90000000000000000000000",
        counterparty_masked="••5678",
        amount=Money(2_500, "USD"),
        ach=AchTerms(sec="PPD", speed=Speed.SAME_DAY, description="PAYROLL"),
        opened_by="cus_us_01K90000000000000000000000",
        opened_at=opened_at,
        fingerprint="fingerprint",
        entered_at=opened_at,
        due_at=due_at,
        happenings=1,
    )


WHOLE = replace(
    payment(1),
    kind=PaymentKind.ACH_DEBIT,
    ach=AchTerms(
        sec="WEB",
        speed=Speed.NEXT_DAY,
        description="PURCHASE",
        remittance=b"\x01sealed\xff",
        addenda=3,
        recurring=True,
        reverses="pay_us0417_b",
        reversal_reason="duplicate",
        reverse_by=date(2026, 12, 8),
    ),
    progress=AchProgress(
        window="20261130-SD1",
        cut_off_at=AT + timedelta(hours=1),
        settles_on=date(2026, 12, 1),
        settles_at=AT + timedelta(hours=2),
        entry="ent_us0417_a",
        file="fil_us_useast1_20261130-SD1_1",
        trace="123456780000001",
        funds_at=AT + timedelta(days=3),
        returns_until=AT + timedelta(days=60),
        return_code="R01",
        reversals=("pay_us0417_c", "pay_us0417_d"),
        lent_to="pay_us0417_d",
        lent_until=AT + timedelta(days=6),
        hold_of="pay_us0417_e",
    ),
    state=PaymentState.RETURNING,
    entered_at=AT + timedelta(days=4),
    due_at=AT + timedelta(days=4, microseconds=1),
    execution=3,
    waiting=Waiting(PaymentState.SETTLED, "token"),
    hold="hld_us0417_a",
    journals={"SETTLING": "jrn_us0417_a", "FREEING": "jrn_us0417_b"},
    reason_code="R01",
    reason="The other bank did not pay.",
    decision_reasons=("NEW_PAYEE", "UNUSUAL_AMOUNT"),
    step_up=StepUp(AT, AT + timedelta(minutes=15), AT + timedelta(minutes=2)),
    case="cas_1",
    happenings=9,
    version=12,
)


def line(made: Payment, n: int = 1) -> Happening:
    return Happening(
        payment=made.id,
        n=n,
        at=AT + timedelta(seconds=n),
        event="screened",
        state=PaymentState.SCREENED,
        by="bank",
        facts={"file": "fil_us_useast1_20261130-SD1_1"} if n % 2 else {},
    )


def added(store: PaymentStore, made: Payment) -> Payment:
    assert store.add(made, line(made))
    return made


def lines(store: PaymentStore, made: Payment) -> list[Happening]:
    return list(store.timeline(made.id, after=None, limit=100).happenings)


def after(made: Payment, n: int = 2, *, state: PaymentState = PaymentState.SCREENED) -> Payment:
    return replace(made, state=state, happenings=n, version=n)


@pytest.mark.parametrize("made", [payment(), WHOLE], ids=["as it is opened", "with everything"])
def test_a_payment_is_read_back_whole_wherever_it_is_asked_for(store: PaymentStore, made: Payment) -> None:
    added(store, made)

    assert store.payment(made.id) == made
    assert store.payments([made.id]) == (made,)
    assert store.payments_of(ACCOUNT, before=None, limit=5).payments == (made,)
    assert lines(store, made) == [line(made)]


@pytest.mark.parametrize(("first", "second"), [(payment(1), WHOLE), (WHOLE, payment(1))], ids=["gained", "lost"])
def test_whatever_a_payment_gains_or_loses_by_a_move_is_read_back(
    store: PaymentStore, first: Payment, second: Payment
) -> None:
    added(store, first)
    assert store.replace(second, version=first.version, happening=None)
    assert store.payment(first.id) == second


def test_every_state_is_kept(store: PaymentStore) -> None:
    for n, state in enumerate(PaymentState):
        made = replace(payment(n), state=state, waiting=Waiting(state, ""))
        opened = replace(line(made), state=state)
        assert store.add(made, opened)
        assert store.payment(made.id) == made
        assert lines(store, made) == [opened]


def test_what_was_never_opened_is_not_there(store: PaymentStore) -> None:
    assert store.payment(payment().id) is None
    assert store.payments([]) == ()
    assert store.payments([payment().id]) == ()
    assert store.payments_of(ACCOUNT, before=None, limit=5).payments == ()
    assert lines(store, payment()) == []
    assert store.due(through=datetime(2999, 1, 1, tzinfo=UTC), limit=5) == ()


def test_what_was_never_opened_cannot_move(store: PaymentStore) -> None:
    made = payment()
    assert not store.replace(after(made), version=1, happening=line(made, 2))
    assert not store.replace(after(made), version=1, happening=None)
    assert store.payment(made.id) is None
    assert lines(store, made) == []


def test_a_payment_is_opened_once_and_the_second_leaves_nothing(store: PaymentStore) -> None:
    made = added(store, payment())
    other = replace(made, amount=Money(9, "USD"), opened_at=AT + timedelta(days=1))

    assert not store.add(other, replace(line(other), event="other"))
    assert store.payment(made.id) == made
    assert lines(store, made) == [line(made)]
    assert store.payments_of(ACCOUNT, before=None, limit=5).payments == (made,)


@at_once_too
def test_of_many_clicks_one_opens(store: PaymentStore) -> None:
    clicks = [replace(payment(), fingerprint=str(n)) for n in range(CALLERS)]
    answers = at_once(lambda n: store.add(clicks[n], replace(line(clicks[n]), by=str(n))))

    assert sum(answers) == 1
    winner = answers.index(True)
    assert store.payment(payment().id) == clicks[winner]
    assert [happening.by for happening in lines(store, payment())] == [str(winner)]


def test_those_that_exist_are_found_among_many_and_one_asked_for_twice_comes_once(store: PaymentStore) -> None:
    made = [added(store, payment(n)) for n in range(3)]
    ids = [payment(n).id for n in range(100)]

    assert sorted(store.payments(ids), key=lambda one: one.id) == made
    assert store.payments([made[1].id, made[1].id]) == (made[1],)


def test_more_than_a_hundred_at_once_is_a_mistake(store: PaymentStore) -> None:
    with pytest.raises(ValueError, match="101"):
        store.payments([payment(n).id for n in range(101)])


def test_a_payment_moves_on_only_from_its_version_with_its_line(store: PaymentStore) -> None:
    made = added(store, payment())
    now = after(made)

    assert store.replace(now, version=1, happening=line(made, 2))
    assert not store.replace(after(made, state=PaymentState.DECLINED), version=1, happening=line(made, 3))
    assert store.payment(made.id) == now
    assert lines(store, made) == [line(made, 1), line(made, 2)]


def test_a_payment_may_change_without_a_line(store: PaymentStore) -> None:
    made = added(store, payment())
    noted = replace(made, case="cas_1", version=2)

    assert store.replace(noted, version=1, happening=None)
    assert not store.replace(replace(made, case="cas_2", version=2), version=1, happening=None)
    assert store.payment(made.id) == noted
    assert lines(store, made) == [line(made)]


@at_once_too
def test_of_many_who_move_one_version_one_does_and_its_line_stands(store: PaymentStore) -> None:
    made = added(store, payment())

    def one(n: int) -> bool:
        return store.replace(
            replace(after(made), execution=n), version=1, happening=replace(line(made, 2), by=str(n)) if n % 2 else None
        )

    answers = at_once(one)

    assert sum(answers) == 1
    winner = answers.index(True)
    assert store.payment(made.id) == replace(after(made), execution=winner)
    assert [happening.by for happening in lines(store, made)] == (["bank", str(winner)] if winner % 2 else ["bank"])


def test_an_accounts_payments_come_newest_first_in_pages(store: PaymentStore) -> None:
    """By when they were opened: their ids say nothing of it."""
    made = [added(store, payment(9 - n, opened_at=AT + timedelta(microseconds=n))) for n in range(4)]
    added(store, payment(10, account="acc_us0417_01K90000000000000000000009"))

    first = store.payments_of(ACCOUNT, before=None, limit=3)
    assert list(first.payments) == [made[3], made[2], made[1]]
    assert first.before
    rest = store.payments_of(ACCOUNT, before=first.before, limit=3)
    assert (list(rest.payments), rest.before) == ([made[0]], None)


def test_payments_of_one_instant_are_all_listed(store: PaymentStore) -> None:
    made = [added(store, payment(n)) for n in range(3)]

    first = store.payments_of(ACCOUNT, before=None, limit=2)
    rest = store.payments_of(ACCOUNT, before=first.before, limit=2)
    assert [*first.payments, *rest.payments] == made[::-1]


def test_a_timeline_comes_oldest_first_in_pages(store: PaymentStore) -> None:
    made = added(store, payment())
    for n in range(2, 12):
        assert store.replace(after(made, n), version=n - 1, happening=line(made, n))

    first = store.timeline(made.id, after=None, limit=9)
    assert (list(first.happenings), first.after) == ([line(made, n) for n in range(1, 10)], 9)
    rest = store.timeline(made.id, after=first.after, limit=9)
    assert (list(rest.happenings), rest.after) == ([line(made, 10), line(made, 11)], None)


def test_due_payments_come_the_longest_due_first_whatever_their_bucket(store: PaymentStore) -> None:
    moments = [AT + timedelta(microseconds=n % 3) for n in range(3 * BUCKETS)]
    for n, moment in enumerate(moments):
        added(store, payment(n, due_at=moment))
    added(store, payment(99, due_at=None))
    expected = sorted(
        DuePayment(moment, payment(n).id) for n, moment in enumerate(moments) if moment < AT + timedelta(microseconds=2)
    )

    assert list(store.due(through=AT + timedelta(microseconds=1), limit=200)) == expected
    assert list(store.due(through=AT + timedelta(microseconds=1), limit=5)) == expected[:5]
    assert store.due(through=AT - timedelta(microseconds=1), limit=200) == ()


def test_a_payment_that_moved_on_is_due_at_its_new_time_only(store: PaymentStore) -> None:
    made, later = added(store, payment()), AT + timedelta(days=2)
    store.replace(replace(after(made), due_at=later), version=1, happening=line(made, 2))
    assert store.due(through=AT, limit=5) == ()
    assert store.due(through=later, limit=5) == (DuePayment(later, made.id),)
    store.replace(replace(after(made, 3), due_at=None), version=2, happening=None)
    assert store.due(through=later, limit=5) == ()
