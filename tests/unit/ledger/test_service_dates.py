"""Booked and effective dates: their bounds, and balances as of either or both."""

from datetime import date, timedelta

import pytest

from domain.ledger import service
from domain.ledger.model import Balance, Position
from domain.refusals import EffectiveDateOutOfRange
from tests.unit.ledger.story import Story, tell
from tests.unit.ledger.world import World, at, day, must_post, must_refuse, usd

FRIDAY = "2026-03-13T16:00"
SATURDAY = "2026-03-14T16:00"
BEFORE_A_HOLIDAY = "2026-11-25T17:00"
"""Wednesday; Thursday the 26th is Thanksgiving."""


def deposit(world: World, minor: int, *, on: str | None = None) -> None:
    world.posted(
        "cash_deposit",
        initiator=world.internal("vault_cash"),
        destination="alice",
        amounts=usd(minor),
        effective_on=day(on) if on else None,
    )


def ledger_minor(world: World, *, booked_at: str | None = None, effective_on: str | None = None) -> int | None:
    balance = world.ledger.balance(
        world.id("alice"),
        booked_at=at(booked_at) if booked_at else None,
        effective_on=day(effective_on) if effective_on else None,
    )
    return None if balance is None else balance.ledger_minor


class TestBookedDay:
    @pytest.mark.parametrize(
        ("now", "booked"),
        [
            (FRIDAY, "2026-03-13"),
            ("2026-03-14T03:59:59", "2026-03-13"),  # still Friday in New York
            ("2026-03-14T04:00:00", "2026-03-16"),  # Saturday there: booked on Monday
            (SATURDAY, "2026-03-16"),
            ("2026-03-15T16:00", "2026-03-16"),
            (BEFORE_A_HOLIDAY, "2026-11-25"),
            ("2026-11-26T17:00", "2026-11-27"),
            ("2026-07-04T16:00", "2026-07-06"),  # a holiday on a Saturday
            ("2027-07-04T16:00", "2027-07-06"),  # a holiday on a Sunday moves to Monday
        ],
    )
    def test_it_is_the_banking_day_on_or_after_the_calendar_day(self, now: str, booked: str) -> None:
        world = World(now=at(now))
        world.open("alice")

        deposit(world, 1)

        line = world.ledger.lines(world.id("alice"), descending=True, limit=1).rows[0]
        assert line.state.booked_day == line.effective_on == day(booked)

    def test_each_jurisdiction_has_its_own_calendar(self) -> None:
        """Good Friday and Easter Monday: the T2 system is closed, the Federal Reserve is open."""
        booked = {}
        for jurisdiction, region in (("us", "us-east-1"), ("eu", "eu-west-1")):
            world = World(now=at("2026-04-03T12:00"), jurisdiction=jurisdiction, region=region)
            world.open("alice")
            booked[jurisdiction] = world.head("alice").booked_day

        assert booked == {"us": date(2026, 4, 3), "eu": date(2026, 4, 7)}

    def test_a_leg_of_an_internal_account_is_booked_the_same_day(self) -> None:
        world = World(now=at(SATURDAY))
        world.open("alice")
        deposit(world, 1)

        (item,) = (item for rows in world.store.legs_of.values() for _, item in rows)

        assert item.booked_day == date(2026, 3, 16)
        assert item.booked_at == at(SATURDAY)


class TestEffectiveDate:
    @pytest.mark.parametrize(("back", "fits"), [(0, True), (1, True), (90, True), (91, False), (-1, False)])
    def test_it_reaches_ninety_days_back_and_never_forward(self, back: int, fits: bool) -> None:
        world = tell("open alice")
        booked = date(2026, 3, 10)

        answer = world.post(
            "cash_deposit",
            initiator=world.internal("vault_cash"),
            destination="alice",
            amounts=usd(1),
            effective_on=booked - timedelta(days=back),
        )

        if fits:
            assert must_post(answer).journal.effective_on == booked - timedelta(days=back)
        else:
            assert must_refuse(answer) == EffectiveDateOutOfRange("2025-12-10", "2026-03-10")
            assert len(world.journals()) == 1

    def test_on_a_weekend_the_days_are_counted_from_the_booked_day(self) -> None:
        world = World(now=at(SATURDAY))
        world.open("alice")

        deposit(world, 1, on="2026-03-14")
        deposit(world, 1, on="2026-03-16")
        refused = world.post(
            "cash_deposit",
            initiator=world.internal("vault_cash"),
            destination="alice",
            amounts=usd(1),
            effective_on=day("2026-03-17"),
        )

        assert must_refuse(refused) == EffectiveDateOutOfRange("2025-12-16", "2026-03-16")

    def test_a_replay_does_not_mind_that_the_date_has_passed_out_of_reach(self) -> None:
        world = tell("open alice")
        command = world.command(
            "cash_deposit",
            initiator=world.internal("vault_cash"),
            destination="alice",
            amounts=usd(1),
            effective_on=date(2025, 12, 10),
        )
        first = must_post(world.ledger.post(command))

        world.clock.advance(timedelta(days=40))

        assert must_post(world.ledger.post(command)).journal == first.journal


class TestBalanceByBookedMoment:
    def test_it_is_the_balance_after_the_last_line_booked_by_then(self) -> None:
        world = World(now=at("2026-03-10T16:00"))
        world.open("alice")
        for hour, minor in ((17, 100), (18, 20), (19, 3)):
            world.clock.instant = at(f"2026-03-10T{hour}:00")
            deposit(world, minor)

        assert ledger_minor(world, booked_at="2026-03-10T15:59:59") is None
        assert ledger_minor(world, booked_at="2026-03-10T16:00") == 0
        assert ledger_minor(world, booked_at="2026-03-10T17:00") == 100
        assert ledger_minor(world, booked_at="2026-03-10T17:59:59") == 100
        assert ledger_minor(world, booked_at="2026-03-10T18:00") == 120
        assert ledger_minor(world, booked_at="2031-01-01T00:00") == 123
        assert ledger_minor(world) == 123

    def test_of_several_lines_of_one_instant_the_last_counts(self) -> None:
        world = World(now=at("2026-03-10T16:00"))
        world.open("alice")
        for minor in (1, 2, 4):
            deposit(world, minor)

        assert ledger_minor(world, booked_at="2026-03-10T16:00") == 7

    def test_every_moment_of_a_long_log(self) -> None:
        world = World(now=at("2026-03-10T16:00"))
        world.open("alice")
        for n in range(1, 40):
            world.clock.advance(timedelta(minutes=1))
            deposit(world, n)

        for n in range(40):
            then = world.ledger.balance(
                world.id("alice"), booked_at=at("2026-03-10T16:00") + timedelta(minutes=n, seconds=30)
            )
            assert then is not None
            assert (then.ledger_minor, then.position.seq) == (n * (n + 1) // 2, n + 1)

    def test_held_and_available_are_as_of_then_too(self) -> None:
        world = tell("open alice with=100 overdraft=10; wait 1h; h: hold alice 30; wait 1h; release alice h")

        then = world.ledger.balance(world.id("alice"), booked_at=at("2026-03-10T17:00"))

        assert then is not None
        assert (then.ledger_minor, then.held_minor, then.available_minor) == (100, 30, 80)

    def test_an_account_that_does_not_exist_has_none(self) -> None:
        assert World().ledger.balance("acc_us0417_01J00000000000000000000009") is None


class TestBalanceByEffectiveDate:
    def test_it_is_what_was_booked_by_the_end_of_the_day_and_what_was_dated_back_since(self) -> None:
        world = World(now=at("2026-03-10T16:00"))
        world.open("alice")
        deposit(world, 100)
        world.clock.instant = at("2026-03-12T16:00")
        deposit(world, 20)
        deposit(world, 5, on="2026-03-10")
        deposit(world, 3, on="2026-03-09")

        assert ledger_minor(world, effective_on="2026-03-08") is None
        assert ledger_minor(world, effective_on="2026-03-09") == 3
        assert ledger_minor(world, effective_on="2026-03-10") == 108
        assert ledger_minor(world, effective_on="2026-03-11") == 108
        assert ledger_minor(world, effective_on="2026-03-12") == 128
        assert ledger_minor(world, effective_on="2031-01-01") == 128

    def test_with_a_booked_moment_it_is_the_answer_that_was_given_then(self) -> None:
        world = World(now=at("2026-03-10T16:00"))
        world.open("alice")
        deposit(world, 100)
        world.clock.instant = at("2026-03-12T16:00")
        deposit(world, 5, on="2026-03-10")
        world.clock.instant = at("2026-03-13T16:00")
        deposit(world, 3, on="2026-03-10")

        assert ledger_minor(world, booked_at="2026-03-11T00:00", effective_on="2026-03-10") == 100
        assert ledger_minor(world, booked_at="2026-03-12T16:00", effective_on="2026-03-10") == 105
        assert ledger_minor(world, booked_at="2026-03-13T16:00", effective_on="2026-03-10") == 108
        assert ledger_minor(world, booked_at="2026-03-10T16:00", effective_on="2026-03-13") == 100
        assert ledger_minor(world, booked_at="2026-03-10T15:00", effective_on="2026-03-13") is None

    def test_what_is_booked_on_monday_does_not_count_on_saturday(self) -> None:
        world = World(now=at(FRIDAY))
        world.open("alice")
        deposit(world, 100)
        world.clock.instant = at(SATURDAY)
        deposit(world, 20)
        deposit(world, 3, on="2026-03-14")

        assert ledger_minor(world, effective_on="2026-03-13") == 100
        assert ledger_minor(world, effective_on="2026-03-14") == 103
        assert ledger_minor(world, effective_on="2026-03-15") == 103
        assert ledger_minor(world, effective_on="2026-03-16") == 123

    def test_it_is_the_sum_of_all_lines_effective_by_the_day(self) -> None:
        """The definition, checked over every day of half a year."""
        world = World(now=at("2026-01-05T16:00"))
        world.open("alice")
        for n in range(60):
            world.clock.advance(timedelta(hours=31 + n))
            booked = world.settings.jurisdiction.time_zone
            back = (n * 13) % 91
            deposit(world, n + 1, on=(world.clock.now().astimezone(booked).date() - timedelta(days=back)).isoformat())
        lines = world.ledger.lines(world.id("alice"), limit=1000).rows

        for n in range(200):
            asked = date(2025, 12, 1) + timedelta(days=n)
            by_then = [line.amount_minor for line in lines if line.effective_on <= asked]
            assert ledger_minor(world, effective_on=asked.isoformat()) == (sum(by_then) if by_then else None)

    def test_what_is_held_is_as_of_the_last_line_booked_by_the_day(self) -> None:
        world = World(now=at("2026-03-10T16:00"))
        story = Story(world)
        story.tell("open alice with=100 overdraft=10; h: hold alice 30")
        world.clock.instant = at("2026-03-12T16:00")
        story.tell("release alice h")
        deposit(world, 5, on="2026-03-10")

        on_tenth = Balance(currency="USD", ledger_minor=105, held_minor=30, available_minor=85, position=Position(1, 3))
        on_twelfth = Balance(
            currency="USD", ledger_minor=105, held_minor=0, available_minor=115, position=Position(1, 5)
        )
        alice = world.id("alice")
        assert world.ledger.balance(alice, effective_on=day("2026-03-10")) == on_tenth
        assert world.ledger.balance(alice, effective_on=day("2026-03-11")) == on_tenth
        assert world.ledger.balance(alice, effective_on=day("2026-03-12")) == on_twelfth

    def test_before_the_first_booked_day_it_stands_before_the_first_line_and_nothing_is_held(self) -> None:
        world = World(now=at("2026-03-10T16:00"))
        tell("open alice with=100 overdraft=10; hold alice 30", world)
        deposit(world, 3, on="2026-03-09")

        found = world.ledger.balance(world.id("alice"), effective_on=day("2026-03-09"))

        assert found == Balance(
            currency="USD", ledger_minor=3, held_minor=0, available_minor=3, position=Position(1, 0)
        )

    @pytest.mark.parametrize("page", [1, 2, 3])
    def test_many_lines_dated_back_are_read_page_by_page(self, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "PAGE", page)
        world = World(now=at("2026-03-10T16:00"))
        world.open("alice", minor=100)
        world.clock.instant = at("2026-03-12T16:00")
        for n in range(7):
            deposit(world, 2**n, on="2026-03-10" if n % 2 else None)

        assert ledger_minor(world, effective_on="2026-03-10") == 100 + 2 + 8 + 32

    @pytest.mark.parametrize("extreme", [date.min, date.max])
    def test_the_ends_of_the_calendar_are_days_like_others(self, extreme: date) -> None:
        world = tell("open alice with=5")

        balance = world.ledger.balance(world.id("alice"), effective_on=extreme)

        assert (balance and balance.ledger_minor) == (5 if extreme == date.max else None)
