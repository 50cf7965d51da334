"""Bugs 16, 18 and 20 of the list in docs/proof/bugs.md: filters, calendars, and a whole run that happens twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest

from domain.calendars import booked_day, calendar_day, federal_reserve_holidays
from domain.jurisdictions import JURISDICTIONS
from domain.ledger.model import Position
from domain.transfers.model import Occurrence, Rhythm, Schedule
from domain.transfers.orders import Ran
from domain.transfers.store_memory import MemoryOrderStore
from ops.verify.judging import judge
from ops.verify.world import of_memory
from tests.unit.accounts.house import acting
from tests.unit.graph.world import Answer
from tests.unit.graph.world import World as Api
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import World, at
from tests.unit.transfers.desk import TODAY, Desk, wish


@pytest.mark.parametrize("unknown", ["kind: TRANSFER", "sinse: 1"])
def test_16_a_filter_nobody_knows_is_an_error_and_never_the_first_row(unknown: str) -> None:
    api = Api()
    ada = api.person()
    account = api.open(ada, deposit_minor=100)

    def asked(arguments: str) -> Answer:
        entries = f"entries({arguments}) {{ edges {{ node {{ sequence }} }} }}"
        return api.ask(
            ada, f"query($id: ID!) {{ account(id: $id) {{ ... on Account {{ {entries} }} }} }}", id=account.id
        )

    answer = asked(f"first: 1, {unknown}")

    assert asked("first: 1").data["account"]["entries"]["edges"]  # without it, the question is a good one
    assert answer.codes
    assert not answer.body.get("data")


def test_16_two_bounds_and_a_direction_together_miss_no_line_and_repeat_none() -> None:
    world = tell("open alice with=5\n" + "deposit alice 1\n" * 8)
    account = world.id("alice")
    every = world.ledger.lines(account, limit=100).rows
    for low in range(len(every) + 1):
        for high in range(len(every) + 2):
            between = [line for line in every if low < line.position.seq < high]
            for descending in (False, True):
                page = world.ledger.lines(
                    account, after=Position(1, low), before=Position(1, high), descending=descending, limit=3
                )
                wanted = between[::-1] if descending else between
                assert list(page.rows) == wanted[:3]
                assert page.more == (len(between) > 3)


@pytest.mark.parametrize(
    ("jurisdiction", "instant", "calendar", "booked"),
    [
        ("us", "2026-03-11T03:59", "2026-03-10", "2026-03-10"),  # Still Tuesday in New York, summer time.
        ("us", "2026-03-11T04:00", "2026-03-11", "2026-03-11"),
        ("us", "2026-01-07T04:59", "2026-01-06", "2026-01-06"),  # Winter time.
        ("us", "2026-03-14T16:00", "2026-03-14", "2026-03-16"),  # Saturday: booked on Monday.
        ("eu", "2026-03-10T22:59", "2026-03-10", "2026-03-10"),
        ("eu", "2026-03-10T23:00", "2026-03-11", "2026-03-11"),
    ],
)
def test_18_a_day_is_the_jurisdictions_own_and_never_utcs(
    jurisdiction: str, instant: str, calendar: str, booked: str
) -> None:
    own = JURISDICTIONS[jurisdiction]
    assert calendar_day(own, at(instant)) == date.fromisoformat(calendar)
    assert booked_day(own, at(instant)) == date.fromisoformat(booked)


def test_18_veterans_day_closes_the_bank_and_on_a_saturday_it_does_not_close_friday() -> None:
    assert date(2025, 11, 11) in federal_reserve_holidays(2025)
    assert date(2029, 11, 12) in federal_reserve_holidays(2029)  # The 11th is a Sunday.
    assert booked_day(JURISDICTIONS["us"], at("2023-11-10T17:00")) == date(2023, 11, 10)  # The 11th is a Saturday.


def test_18_an_effective_date_on_a_weekend_is_a_day_like_another() -> None:
    tell(
        """
        open alice
        deposit alice 10 on=2026-03-08
        deposit alice 10 on=2026-03-07   | alice 20
        """
    )


def test_18_nothing_is_effective_on_a_day_that_has_not_begun_where_the_bank_is() -> None:
    """At nine in the evening in New York it is tomorrow in UTC."""
    world = World(now=at("2026-03-11T01:00"))
    tell(
        """
        open alice
        deposit alice 10 on=2026-03-11 !EFFECTIVE_DATE_OUT_OF_RANGE
        deposit alice 10 on=2026-03-10   | alice 10
        """,
        world,
    )


def test_20_a_run_that_happens_twice_pays_once() -> None:
    """Each slot of a schedule is claimed once: again, at once from eight sides, or by the sweep a day later."""
    desk = Desk()
    payer, source, _, target = desk.pair()
    tomorrow = TODAY + timedelta(days=1)
    order = desk.order(acting(payer), wish(source, target, 100), Schedule(rhythm=Rhythm.WEEKLY, starts_on=tomorrow))
    desk.morning_of(tomorrow)
    barrier, ran = Barrier(8), list[object]()

    def run() -> None:
        barrier.wait()
        ran.append(desk.transfers.orders.run(order.id))

    threads = [Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.transfers.orders.run(order.id)
    desk.morning_of(tomorrow + timedelta(days=1))

    assert desk.transfers.orders.missed() == ()
    assert all(isinstance(one, Ran) for one in ran)
    assert len(ran) == 8
    assert desk.balance(target) == 100


def test_20_a_run_that_meets_another_half_way_pays_once() -> None:
    """The rival comes when the money has moved and nothing says so yet: only the key that both derive knows."""
    rivals: list[Callable[[], object]] = []

    class Crossed(MemoryOrderStore):
        def settle(self, occurrence: Occurrence) -> Occurrence:
            if rivals:
                assert isinstance(rivals.pop()(), Ran)
            return super().settle(occurrence)

    desk = Desk(orders=Crossed())
    payer, source, _, target = desk.pair()
    tomorrow = TODAY + timedelta(days=1)
    order = desk.order(acting(payer), wish(source, target, 100), Schedule(rhythm=Rhythm.WEEKLY, starts_on=tomorrow))
    desk.morning_of(tomorrow)
    rivals.append(lambda: desk.transfers.orders.run(order.id))

    desk.transfers.orders.run(order.id)

    assert not rivals
    assert desk.balance(target) == 100


def test_20_books_that_drift_are_seen_by_the_judge() -> None:
    """One minor unit too much in one balance, and the verification is not clean."""
    bank = tell("open alice with=100; open bob; transfer alice bob 30")
    world = of_memory(bank.store, settings=bank.settings, now=bank.clock.now())
    assert all(verdict.ok for verdict in judge(world))
    account = bank.id("bob")
    last = world.log(account)[-1]
    world.put(replace(last, state=replace(last.state, posted_minor=last.state.posted_minor + 1)))
    off = {verdict.name for verdict in judge(world) if not verdict.ok}
    assert {"states refold", "sum zero"} <= off
