"""Stories of scheduled and recurring transfers: due, missed, refused, cancelled, cut off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import TypeVar

import pytest

from domain.access.model import Channel, Relation
from domain.audit.model import Outcome
from domain.ledger.store import Unanswered
from domain.money import Money
from domain.notices.kinds import NoticeKind
from domain.refusals import InputInvalid, NotFound
from domain.transfers.model import (
    Occurrence,
    OccurrenceOutcome,
    OrderStatus,
    Rhythm,
    Schedule,
    TransferOrder,
)
from domain.transfers.orders import DAYS_LATE_MAX, Ran
from domain.transfers.schedules import Knocks, MemorySchedules
from domain.transfers.store import OccurrencePage, OrderPage, OrderStore
from domain.transfers.store_memory import MemoryOrderStore
from tests.unit.accounts.house import Cut, acting, code, staff
from tests.unit.transfers.desk import TODAY, Desk, wish

TOMORROW = TODAY + timedelta(days=1)
ONCE = Schedule(rhythm=Rhythm.ONCE, starts_on=TOMORROW)
WEEKLY = Schedule(rhythm=Rhythm.WEEKLY, starts_on=TOMORROW)
MONTHLY = Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2026, 3, 31))


def run(desk: Desk, order: TransferOrder) -> tuple[Occurrence, ...]:
    ran = desk.transfers.orders.run(order.id)
    assert isinstance(ran, Ran)
    assert ran.unsettled is None
    return ran.settled


def stored(desk: Desk, order: TransferOrder) -> TransferOrder:
    found = desk.order_store.order(order.id)
    assert found
    return found


def outcomes(settled: tuple[Occurrence, ...]) -> list[tuple[str, str, bool]]:
    return [(row.on.isoformat(), row.outcome.value, row.late) for row in settled]


class Standing:
    """A desk with one order standing at it."""

    def __init__(
        self, days: Schedule = WEEKLY, *, minor: int = 100, funds: int = 100_000, orders: OrderStore | None = None
    ) -> None:
        self.desk = Desk(orders=orders)
        self.payer, self.source, self.payee, self.target = self.desk.pair(minor=funds)
        self.minor = minor
        self.order = self.desk.order(acting(self.payer), wish(self.source, self.target, minor, "rent"), days)

    def run_on(self, day: date) -> tuple[Occurrence, ...]:
        self.desk.morning_of(day)
        return run(self.desk, self.order)

    @property
    def received(self) -> int:
        return self.desk.balance(self.target)


class TestScheduling:
    def test_an_order_waits_for_its_day_and_moves_nothing_before(self) -> None:
        here = Standing(ONCE)
        assert here.order.next_on == TOMORROW
        assert here.desk.schedules.knocks[here.order.id].expression == "at(2026-03-11T11:00:00)"
        assert here.run_on(TODAY) == ()
        assert here.received == 0

    def test_the_same_key_is_the_same_order(self) -> None:
        here = Standing(WEEKLY)
        here.desk.schedules.knocks.clear()  # as if death had come before the schedule was made
        here.desk.clock.move(timedelta(days=3))
        again = here.desk.order(acting(here.payer), wish(here.source, here.target, 100, "rent"), WEEKLY)
        assert again.id == here.order.id
        assert here.order.id in here.desk.schedules.knocks

    def test_a_key_used_for_another_order_is_refused(self) -> None:
        here = Standing(WEEKLY)
        schedule = here.desk.transfers.orders.schedule
        for wished, days in (
            (wish(here.source, here.target, 101, "rent"), WEEKLY),
            (wish(here.source, here.target, 100, "Rent"), WEEKLY),
            (wish(here.source, here.target, 100, "rent"), MONTHLY),
        ):
            assert code(schedule(acting(here.payer), wished, days=days, key="o-1")) == "ORDER_KEY_REUSED"

    @pytest.mark.parametrize("ahead", [0, -1, 800])
    def test_the_first_day_lies_ahead(self, ahead: int) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        days = Schedule(rhythm=Rhythm.ONCE, starts_on=TODAY + timedelta(days=ahead))
        answer = desk.transfers.orders.schedule(acting(payer), wish(source, target, 1), days=days, key="o")
        assert isinstance(answer, InputInvalid)
        assert answer.faults[0].path == ("schedule", "startsOn")

    def test_what_a_transfer_would_refuse_is_refused_when_ordered(self) -> None:
        desk = Desk()
        payer, source, other, target = desk.pair()
        schedule = desk.transfers.orders.schedule
        assert code(schedule(acting(other), wish(source, target, 1), days=ONCE, key="o")) == "NOT_FOUND"
        assert code(schedule(acting(payer), wish(source, source, 1), days=ONCE, key="o")) == "SAME_ACCOUNT"
        assert code(schedule(acting(payer), wish(source, target, 0), days=ONCE, key="o")) == "INPUT_INVALID"
        assert code(schedule(staff(), wish(source, target, 1), days=ONCE, key="o")) == "NOT_ALLOWED"
        assert desk.schedules.knocks == {}

    def test_double_clicks_make_one_order(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        barrier, made = Barrier(8), []

        def click() -> None:
            barrier.wait()
            made.append(desk.order(acting(payer), wish(source, target, 1), WEEKLY).id)

        threads = [Thread(target=click) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 8
        assert len(set(made)) == 1

    def test_the_memo_of_an_order_is_sealed(self) -> None:
        here = Standing()
        assert here.order.memo
        assert b"rent" not in here.order.memo
        assert here.desk.transfers.opened_memo(here.order.memo, holder=here.payer.id) == "rent"


class TestRunning:
    def test_a_due_occurrence_posts_once_however_often_it_is_knocked_for(self) -> None:
        here = Standing(ONCE)
        assert outcomes(here.run_on(TOMORROW)) == [("2026-03-11", "POSTED", False)]
        assert run(here.desk, here.order) == ()
        assert here.received == 100
        assert stored(here.desk, here.order).status is OrderStatus.DONE

    def test_the_transfer_is_the_orderers_own_with_the_memo(self) -> None:
        here = Standing(ONCE)
        (done,) = here.run_on(TOMORROW)
        assert done.journal
        transfer = here.desk.transfers.find(done.journal)
        assert transfer
        assert (transfer.source, transfer.destination) == (here.source.id, here.target.id)
        assert transfer.journal.memo
        assert here.desk.transfers.opened_memo(transfer.journal.memo, holder=here.payer.id) == "rent"

    def test_weeks_go_on_until_their_count(self) -> None:
        here = Standing(replace(WEEKLY, count=3))
        settled = [row for week in range(5) for row in here.run_on(TOMORROW + timedelta(weeks=week))]
        assert outcomes(tuple(settled)) == [
            ("2026-03-11", "POSTED", False),
            ("2026-03-18", "POSTED", False),
            ("2026-03-25", "POSTED", False),
        ]
        assert here.received == 300
        assert stored(here.desk, here.order).next_on is None

    def test_months_end_where_they_end(self) -> None:
        here = Standing(MONTHLY)
        for day in (date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 28), date(2026, 4, 30)):
            here.run_on(day)
        page = here.desk.transfers.orders.occurrences(acting(here.payer), here.order.id)
        assert isinstance(page, OccurrencePage)
        assert [row.on for row in page.occurrences] == [date(2026, 4, 30), date(2026, 3, 31)]

    def test_a_refused_occurrence_is_told_and_the_next_one_goes_on(self) -> None:
        here = Standing(WEEKLY, minor=500, funds=400)
        assert outcomes(here.run_on(TOMORROW)) == [("2026-03-11", "REFUSED", False)]
        (notice,) = here.desk.told(here.payer)
        assert notice.kind is NoticeKind.SCHEDULED_TRANSFER_REFUSED
        assert "5.00 USD due 2026-03-11" in notice.text
        assert "available balance" in notice.text
        here.desk.deposit(here.source, 1_000)
        assert here.run_on(TOMORROW) == ()  # a stored refusal ends the day's occurrence
        assert outcomes(here.run_on(TOMORROW + timedelta(weeks=1))) == [("2026-03-18", "POSTED", False)]
        assert here.received == 500

    def test_who_lost_the_right_to_the_account_moves_nothing_by_order(self) -> None:
        desk = Desk()
        owner, source, _, target = desk.pair()
        joint = desk.customer()
        desk.accounts.add_relation(acting(owner), account=source.id, person=joint.id, relation=Relation.JOINT_OWNER)
        order = desk.order(acting(joint), wish(source, target, 100), WEEKLY)
        desk.accounts.remove_relation(acting(owner), account=source.id, person=joint.id)
        desk.morning_of(TOMORROW)
        (refused,) = run(desk, order)
        assert refused.outcome is OccurrenceOutcome.REFUSED
        assert desk.balance(target) == 0
        assert [notice.kind for notice in desk.told(joint)] == [NoticeKind.SCHEDULED_TRANSFER_REFUSED]

    def test_every_occurrence_is_audited_by_the_door_of_the_schedule(self) -> None:
        here = Standing(WEEKLY, minor=300, funds=400)
        here.run_on(TOMORROW)
        here.run_on(TOMORROW + timedelta(weeks=1))
        records = here.desk.audited(here.payer)
        assert [(row.action, row.outcome) for row in records] == [
            ("run_transfer_order", Outcome.REFUSED),
            ("run_transfer_order", Outcome.ALLOWED),
        ]
        assert {row.channel for row in records} == {Channel.SCHEDULE.value}
        assert records[0].detail["outcome"] == "INSUFFICIENT_FUNDS"

    def test_an_unknown_order_is_not_found(self) -> None:
        assert Desk().transfers.orders.run("ord_us0001_x") == NotFound("ord_us0001_x")

    def test_many_knocks_at_once_post_once(self) -> None:
        here = Standing(WEEKLY)
        here.desk.morning_of(TOMORROW)
        barrier, errors = Barrier(8), []

        def knock() -> None:
            barrier.wait()
            try:
                here.desk.transfers.orders.run(here.order.id)
            except Exception as error:  # noqa: BLE001 - a thread's fault is the test's to show
                errors.append(error)

        threads = [Thread(target=knock) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert here.received == 100
        assert stored(here.desk, here.order).next_on == TOMORROW + timedelta(weeks=1)


class TestMissed:
    def test_the_sweep_finds_what_was_due_before_today_the_oldest_first(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        later = desk.order(
            acting(payer),
            wish(source, target, 1),
            replace(ONCE, starts_on=TOMORROW + timedelta(days=1)),
            key="later",
        )
        sooner = desk.order(acting(payer), wish(source, target, 2), ONCE, key="sooner")
        desk.order(
            acting(payer), wish(source, target, 4), replace(ONCE, starts_on=TOMORROW + timedelta(days=2)), key="due"
        )
        desk.morning_of(TOMORROW + timedelta(days=2))
        assert [due.order for due in desk.transfers.orders.missed()] == [sooner.id, later.id]

    def test_a_missed_occurrence_is_made_late_and_told_so(self) -> None:
        here = Standing(ONCE)
        here.desk.morning_of(TOMORROW + timedelta(days=2))
        (due,) = here.desk.transfers.orders.missed()
        assert due.on == TOMORROW
        assert outcomes(run(here.desk, here.order)) == [("2026-03-11", "POSTED", True)]
        (notice,) = here.desk.told(here.payer)
        assert notice.kind is NoticeKind.SCHEDULED_TRANSFER_LATE
        assert "due 2026-03-11" in notice.text
        assert "on 2026-03-13" in notice.text
        assert here.desk.transfers.orders.missed() == ()

    def test_several_missed_occurrences_are_made_in_the_order_of_their_days(self) -> None:
        daily = Standing(WEEKLY, minor=60, funds=100)
        daily.desk.morning_of(TOMORROW + timedelta(days=8))
        assert outcomes(run(daily.desk, daily.order)) == [
            ("2026-03-11", "POSTED", True),
            ("2026-03-18", "REFUSED", True),
        ]

    def test_what_is_too_old_is_told_and_not_made(self) -> None:
        here = Standing(WEEKLY)
        here.desk.morning_of(TOMORROW + timedelta(days=DAYS_LATE_MAX + 1))
        assert outcomes(run(here.desk, here.order)) == [
            ("2026-03-11", "MISSED", True),
            ("2026-03-18", "POSTED", True),
        ]
        assert here.received == 100
        assert {notice.kind for notice in here.desk.told(here.payer)} == {
            NoticeKind.SCHEDULED_TRANSFER_REFUSED,
            NoticeKind.SCHEDULED_TRANSFER_LATE,
        }

    def test_an_order_on_time_says_nothing_of_its_own(self) -> None:
        here = Standing(ONCE)
        here.run_on(TOMORROW)
        assert here.desk.told(here.payer) == []


class TestCancelling:
    def test_a_cancelled_order_moves_nothing_and_is_not_knocked_for(self) -> None:
        here = Standing(WEEKLY)
        for _ in range(2):
            cancelled = here.desk.transfers.orders.cancel(acting(here.payer), here.order.id)
            assert isinstance(cancelled, TransferOrder)
            assert cancelled.status is OrderStatus.CANCELLED
        assert here.desk.schedules.knocks == {}
        assert here.run_on(TOMORROW + timedelta(days=3)) == ()
        assert here.desk.transfers.orders.missed() == ()
        assert here.received == 0

    def test_what_is_done_is_not_cancelled(self) -> None:
        here = Standing(ONCE)
        here.run_on(TOMORROW)
        assert code(here.desk.transfers.orders.cancel(acting(here.payer), here.order.id)) == "ORDER_ENDED"

    def test_only_owners_see_and_cancel_orders(self) -> None:
        here = Standing(WEEKLY)
        orders, delegate = here.desk.transfers.orders, here.desk.customer()
        here.desk.accounts.add_relation(
            acting(here.payer), account=here.source.id, person=delegate.id, relation=Relation.DELEGATE
        )
        assert orders.order(acting(delegate), here.order.id) == here.order
        assert code(orders.cancel(acting(delegate), here.order.id)) == "NOT_ALLOWED"
        assert orders.order(acting(here.payee), here.order.id) == NotFound(here.order.id)
        assert orders.cancel(acting(here.payee), here.order.id) == NotFound(here.order.id)

    def test_an_occurrence_that_was_begun_is_ended_although_the_order_was_cancelled(self) -> None:
        store = CutOrders("settle")
        here = Standing(WEEKLY, orders=store)
        here.desk.morning_of(TOMORROW)
        with pytest.raises(Cut):
            run(here.desk, here.order)
        cancelled = here.desk.transfers.orders.cancel(acting(here.payer), here.order.id)
        assert isinstance(cancelled, TransferOrder)
        here.desk.morning_of(TOMORROW + timedelta(days=1))
        (due,) = here.desk.transfers.orders.missed()
        assert due.order == here.order.id
        assert outcomes(run(here.desk, here.order)) == [("2026-03-11", "POSTED", False)]
        assert here.received == 100
        assert stored(here.desk, here.order).status is OrderStatus.CANCELLED
        assert here.desk.transfers.orders.missed() == ()


class TestListing:
    def test_orders_of_an_account_the_newest_first_in_pages(self) -> None:
        desk = Desk()
        payer, source, _, target = desk.pair()
        made = []
        for n in range(3):
            made.append(desk.order(acting(payer), wish(source, target, 1), WEEKLY, key=f"o{n}").id)
            desk.clock.move(timedelta(seconds=1))
        first = desk.transfers.orders.orders_of(acting(payer), source.id, limit=2)
        assert isinstance(first, OrderPage)
        assert [order.id for order in first.orders] == [made[2], made[1]]
        rest = desk.transfers.orders.orders_of(acting(payer), source.id, before=made[1], limit=2)
        assert isinstance(rest, OrderPage)
        assert [order.id for order in rest.orders] == [made[0]]


# --- death between any two steps ------------------------------------------------------------------------------

T = TypeVar("T")


class CutOrders(MemoryOrderStore):
    """Dies before or after its n-th call of a verb, once."""

    def __init__(self, verb: str, *, nth: int = 1, after: bool = False) -> None:
        super().__init__()
        self._verb, self._left, self._after = verb, nth, after

    def replace(self, order: TransferOrder, *, version: int) -> bool:
        write = super().replace
        return self._cut("replace", lambda: write(order, version=version))

    def settle(self, occurrence: Occurrence) -> Occurrence:
        write = super().settle
        return self._cut("settle", lambda: write(occurrence))

    def _cut(self, verb: str, do: Callable[[], T]) -> T:
        if verb == self._verb:
            self._left -= 1
        dies = verb == self._verb and self._left == 0
        if dies and not self._after:
            raise Cut
        done = do()
        if dies:
            raise Cut
        return done


STEPS = [
    ("replace", 1, False),  # before the claim
    ("replace", 1, True),  # after the claim, before the journal
    ("settle", 1, False),  # after the journal
    ("settle", 1, True),  # before it was told
    ("replace", 2, False),  # before moving on
    ("replace", 2, True),  # after moving on
]


@pytest.mark.parametrize(("verb", "nth", "after"), STEPS)
@pytest.mark.parametrize("funds", [1_000, 10])
def test_an_occurrence_cut_off_anywhere_is_ended_by_the_sweep_and_ended_once(
    verb: str, nth: int, after: bool, funds: int
) -> None:
    store = CutOrders(verb, nth=nth, after=after)
    here = Standing(ONCE, funds=funds, orders=store)
    here.desk.morning_of(TOMORROW)
    with pytest.raises(Cut):
        run(here.desk, here.order)
    here.desk.morning_of(TOMORROW + timedelta(days=1))
    for due in here.desk.transfers.orders.missed():
        here.desk.transfers.orders.run(due.order)
    assert here.desk.transfers.orders.missed() == ()
    paid = funds >= 100
    assert here.received == (100 if paid else 0)
    assert stored(here.desk, here.order).status is OrderStatus.DONE
    occurrence = here.desk.order_store.occurrence(here.order.id, TOMORROW)
    assert occurrence
    assert (occurrence.journal is not None) is paid
    refused = [row for row in here.desk.told(here.payer) if row.kind is NoticeKind.SCHEDULED_TRANSFER_REFUSED]
    assert len(refused) == (0 if paid else 1)
    assert here.desk.audited(here.payer)


def test_what_was_posted_on_time_and_written_down_a_day_later_is_not_late() -> None:
    here = Standing(ONCE, orders=CutOrders("settle"))
    here.desk.morning_of(TOMORROW)
    with pytest.raises(Cut):
        run(here.desk, here.order)
    assert outcomes(here.run_on(TOMORROW + timedelta(days=1))) == [("2026-03-11", "POSTED", False)]
    assert here.desk.told(here.payer) == []


def test_a_posting_found_after_the_longest_delay_is_still_the_answer() -> None:
    here = Standing(ONCE, orders=CutOrders("settle"))
    here.desk.morning_of(TOMORROW)
    with pytest.raises(Cut):
        run(here.desk, here.order)
    days_later = TOMORROW + timedelta(days=DAYS_LATE_MAX + 5)
    assert outcomes(here.run_on(days_later)) == [("2026-03-11", "POSTED", False)]
    assert here.received == 100


def test_an_unanswered_store_leaves_the_occurrence_to_the_next_knock() -> None:
    class Silent:
        silent = True

        def before(self, call: str) -> None:
            if self.silent and call == "append":
                raise Unanswered

        def after(self, call: str) -> None:
            return None

    here = Standing(ONCE)
    faults = Silent()
    here.desk.ledger_store.faults = faults
    here.desk.morning_of(TOMORROW)
    ran = here.desk.transfers.orders.run(here.order.id)
    assert isinstance(ran, Ran)
    assert ran.settled == ()
    assert ran.unsettled
    assert ran.unsettled.retryable
    faults.silent = False
    assert outcomes(run(here.desk, here.order)) == [("2026-03-11", "POSTED", False)]
    assert here.received == 100


def test_a_schedule_that_could_not_be_made_is_made_by_the_same_call_again() -> None:
    class Refusing(MemorySchedules):
        refuses = True

        def put(self, order: str, knocks: Knocks) -> None:
            if self.refuses:
                raise Cut
            super().put(order, knocks)

    schedules = Refusing()
    desk = Desk(schedules=schedules)
    payer, source, _, target = desk.pair()
    with pytest.raises(Cut):
        desk.order(acting(payer), wish(source, target, 100), ONCE)
    schedules.refuses = False
    order = desk.order(acting(payer), wish(source, target, 100), ONCE)
    assert list(schedules.knocks) == [order.id]
    desk.morning_of(TOMORROW)
    run(desk, order)
    assert desk.balance(target) == 100
    assert order.amount == Money(100, "USD")
