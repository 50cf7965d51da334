"""The sweeper of expired holds: each is released once, whatever else happens to it, and none is forgotten."""

from datetime import datetime, timedelta

import pytest

from domain.clock import instant_text, parse_instant
from domain.ids import hold_id
from domain.ledger import sweeps
from domain.ledger.folding import Folder
from domain.ledger.model import EXPIRY_GRACE, Posted, TornRecord
from domain.ledger.outbox_memory import MemoryMarks
from domain.ledger.store import Slice
from domain.ledger.store_memory import MemoryLedgerStore
from domain.ledger.sweeps import EXPIRY_CHECKPOINT, EXPIRY_IN_A_RUN_MAX, EXPIRY_SETTLES, Expired, HoldExpiry
from ops.verify.judging import judge, lines
from ops.verify.world import of_memory
from tests.unit.ledger.faults import Death, Script, When, conflict, raising, rivalry
from tests.unit.ledger.story import Story, tell
from tests.unit.ledger.world import NOON, World, at, machine_in, usd


class Sweeper:
    def __init__(self, world: World) -> None:
        self.world = world
        self.marks = MemoryMarks()
        self.expiry = HoldExpiry(ledger=world.ledger, store=world.store, marks=self.marks, clock=world.clock)

    def sweep(self) -> Expired:
        found = self.expiry.sweep()
        self.sound()
        return found

    def after(self, **spans: float) -> Expired:
        self.world.clock.advance(timedelta(**spans))
        return self.sweep()

    def sound(self) -> None:
        self.world.check()
        verdicts = judge(of_memory(self.world.store, settings=self.world.settings, now=self.world.clock.now()))
        off = [verdict for verdict in verdicts if not verdict.ok]
        assert not off, "\n".join(lines(off))

    @property
    def checkpoint(self) -> datetime:
        noted = self.marks.checkpoint(EXPIRY_CHECKPOINT)
        assert noted
        return parse_instant(noted)


def releases(world: World) -> list[str]:
    """What the journals of expiry released, each line's holds."""
    return [
        hold
        for log in world.store.lines_of.values()
        for line in log
        if line.kind == "holds_expired"
        for hold in line.released
    ]


class TestReleases:
    def test_an_expired_hold_once_and_no_other(self) -> None:
        story = Story(World())
        sweeper = Sweeper(story.world)
        story.tell("open alice with=100; a: hold alice 10 for=1h; hold alice 20 for=3h; hold alice 30; wait 2h")

        assert [sweeper.sweep(), sweeper.sweep()] == [Expired(1, 0), Expired(0, 0)]
        story.tell("wait 0s | alice 100 held 50 available 50")
        assert releases(story.world) == [story.hold("a")]

    def test_several_of_one_account_in_one_journal(self) -> None:
        world = tell("open alice with=100; hold alice 10 for=1h; hold alice 20 for=2h; hold alice 5 for=1h; wait 3h")

        assert Sweeper(world).sweep() == Expired(1, 0)
        assert world.shows("alice") == (100, 0, 100)
        assert len(releases(world)) == len(set(releases(world))) == 3

    def test_each_account_by_a_journal_of_its_own(self) -> None:
        world = tell("open alice with=9; open bob with=9; hold alice 1 for=1h; hold bob 1 for=1h; wait 2h")

        assert Sweeper(world).sweep() == Expired(2, 0)
        assert (world.shows("alice")[1], world.shows("bob")[1]) == (0, 0)

    @pytest.mark.parametrize("page", [1, 2])
    def test_many_in_one_hour_page_by_page(self, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sweeps, "INDEX_PAGE", page)
        world = World()
        sweeper = Sweeper(world)
        for number in range(5):
            tell(f"open a{number} with=9; hold a{number} 1 for={number + 1}s", world)

        assert sweeper.after(minutes=1) == Expired(5, 0)

    def test_over_the_borders_of_hours_and_of_a_day(self) -> None:
        world = World(now=at("2026-03-10 22:30"))
        tell("open alice with=9; open bob with=9; open carla with=9", world)
        tell("hold alice 1 for=40m; hold bob 1 for=95m; hold carla 1 for=3h; wait 4h", world)

        assert Sweeper(world).sweep() == Expired(3, 0)

    def test_of_a_frozen_account_too(self) -> None:
        """It takes nothing from anybody, and the money is the holder's."""
        world = tell("open alice with=9; hold alice 9 for=1h; freeze alice; wait 2h")

        assert Sweeper(world).sweep() == Expired(1, 0)
        assert world.shows("alice") == (9, 0, 9)

    def test_when_the_grace_has_passed_and_no_second_sooner(self) -> None:
        world = tell("open alice with=9; hold alice 9 for=1h")
        sweeper = Sweeper(world)

        early = sweeper.after(hours=1, seconds=EXPIRY_GRACE.total_seconds() - 1)
        on_time = sweeper.after(seconds=1)

        assert (early, on_time) == (Expired(0, 0), Expired(1, 0))


class TestLeaves:
    @pytest.mark.parametrize(
        "ended",
        ["card alice h 10", "card alice h 4 rest=", "release alice h", "capture alice h bob 10"],
    )
    def test_what_was_captured_or_released_before(self, ended: str) -> None:
        world = tell(f"open alice with=100; open bob; h: hold alice 10 for=1h; {ended}; wait 2h")
        before = len(world.journals())

        assert Sweeper(world).sweep() == Expired(0, 0)
        assert len(world.journals()) == before

    def test_nothing_of_what_is_left_after_a_part_was_captured(self) -> None:
        world = tell("open alice with=100; h: hold alice 10 for=1h; card alice h 4; wait 2h")

        assert Sweeper(world).sweep() == Expired(1, 0)
        assert world.shows("alice") == (96, 0, 96)

    def test_one_raised_to_a_later_expiry_until_then(self) -> None:
        world = tell("open alice with=100; h: hold alice 10 for=1h; raise alice h 1 for=3h; wait 2h")
        sweeper = Sweeper(world)

        assert [sweeper.sweep(), sweeper.after(hours=2)] == [Expired(0, 0), Expired(1, 0)]

    def test_not_one_raised_without_a_later_expiry(self) -> None:
        world = tell("open alice with=100; h: hold alice 10 for=1h; raise alice h 1; wait 2h")

        assert Sweeper(world).sweep() == Expired(1, 0)
        assert world.shows("alice") == (100, 0, 100)

    def test_one_that_a_line_released_because_it_needed_the_money(self) -> None:
        world = tell("open alice with=100; open bob; hold alice 60 for=1h; wait 2h; transfer alice bob 90")

        assert Sweeper(world).sweep() == Expired(0, 0)

    def test_one_captured_between_looking_and_writing(self) -> None:
        """The network's capture wins; the refusal is no reason to stop for ever."""
        script = Script()
        story = Story(World(faults=script))
        story.tell("open alice with=100; h: hold alice 10 for=1h; wait 2h")
        sweeper = Sweeper(story.world)
        script.at("append", "before", rivalry(lambda: story.tell("clear alice h 10")))

        assert [sweeper.sweep(), sweeper.sweep()] == [Expired(0, 1), Expired(0, 0)]
        assert story.world.shows("alice") == (90, 0, 90)
        assert sweeper.checkpoint == story.world.clock.now() - EXPIRY_SETTLES


class TestTwice:
    def test_at_once(self) -> None:
        script = Script()
        world = tell("open alice with=9; open bob with=9", World(faults=script))
        tell("hold alice 1 for=1h; hold bob 1 for=1h; wait 2h", world)
        others: list[Expired] = []
        script.at("append", "before", rivalry(lambda: others.append(Sweeper(world).sweep())))

        own = Sweeper(world).sweep()

        assert others == [Expired(2, 0)]
        assert own.refused == 0
        assert len(releases(world)) == 2

    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("nth", [1, 2, 3])
    def test_after_a_death_half_way(self, when: When, nth: int) -> None:
        script = Script()
        world = tell("open a with=9; open b with=9; open c with=9", World(faults=script))
        tell("hold a 1 for=1h; hold b 1 for=1h; hold c 1 for=1h; wait 2h", world)
        sweeper = Sweeper(world)
        script.at("append", when, raising(Death()), nth=nth)
        with pytest.raises(Death):
            sweeper.expiry.sweep()
        assert sweeper.marks.checkpoint(EXPIRY_CHECKPOINT) is None

        swept = sweeper.sweep()

        done_before = nth - 1 if when == "before" else nth
        assert swept == Expired(3 - done_before, 0)
        assert [world.shows(name)[1] for name in "abc"] == [0, 0, 0]
        assert len(releases(world)) == 3


class TestCheckpoint:
    def test_it_stays_behind_the_clock_by_what_the_index_may_lag(self) -> None:
        sweeper = Sweeper(World())
        sweeper.sweep()
        assert sweeper.checkpoint == NOON - EXPIRY_SETTLES

    def test_it_waits_while_something_is_refused(self) -> None:
        script = Script()
        world = tell("open alice with=9; hold alice 1 for=1h; wait 2h", World(faults=script))
        sweeper = Sweeper(world)
        script.always("append", conflict)

        assert sweeper.expiry.sweep() == Expired(0, 1)
        assert sweeper.marks.checkpoint(EXPIRY_CHECKPOINT) is None
        world.clock.advance(timedelta(days=3))
        script.heal()
        sweeper.marks.move_checkpoint(EXPIRY_CHECKPOINT, instant_text(NOON))
        assert sweeper.expiry.sweep() == Expired(1, 0)

    def test_everything_refused_is_counted(self) -> None:
        script = Script()
        world = tell("open alice with=9; open bob with=9", World(faults=script))
        tell("hold alice 1 for=1h; hold bob 1 for=1h; wait 2h", world)
        script.always("append", conflict)

        assert Sweeper(world).expiry.sweep() == Expired(0, 2)

    def test_a_sweeper_that_slept_for_days_begins_where_it_stopped(self) -> None:
        world = tell("open alice with=9; hold alice 1 for=2h")
        sweeper = Sweeper(world)
        sweeper.sweep()
        world.clock.advance(timedelta(days=5))

        assert sweeper.expiry.sweep() == Expired(1, 0)

    def test_one_that_slept_longer_than_a_run_reaches_goes_on_in_the_next(self) -> None:
        world = tell("open alice with=9; open bob with=9; hold alice 1 for=29d; hold bob 1 for=60d")
        sweeper = Sweeper(world)
        sweeper.sweep()
        world.clock.advance(timedelta(days=100))

        first = sweeper.expiry.sweep()
        reached = sweeper.checkpoint
        runs = [sweeper.expiry.sweep() for _ in range(4)]

        assert first == Expired(1, 0)
        assert reached == NOON - EXPIRY_SETTLES + EXPIRY_IN_A_RUN_MAX
        assert [run.released for run in runs] == [1, 0, 0, 0]
        assert sweeper.checkpoint == world.clock.now() - EXPIRY_SETTLES


class Lagging(MemoryLedgerStore):
    """An expiry index that shows a hold only some time after it was placed."""

    lag = timedelta(minutes=8)

    def expiring_in_hour(self, hour: str, *, after: str | None, limit: int) -> Slice[str]:
        found = super().expiring_in_hour(hour, after=after, limit=limit)
        seen = self._clock.now() - self.lag
        rows = tuple(row for row in found.rows if self.journals[row.partition("#")[2]].booked_at <= seen)
        return Slice(rows, found.more)


def lagging_world() -> World:
    world = World()
    world.store = Lagging(clock=world.clock, settings=world.settings)
    world.ledger = world.ledger_with(world.clock)
    world.folder = Folder(store=world.store, settings=world.settings, clock=world.clock)
    world.folder.open_books()
    return world


class TestIndex:
    @pytest.mark.parametrize("minute", [0, 51, 54, 58])
    def test_a_hold_that_the_index_shows_long_after_its_expiry_is_released(self, minute: int) -> None:
        """Placed to expire within seconds, while the index is minutes behind; also over the border of an hour."""
        world = lagging_world()
        sweeper = Sweeper(world)
        tell("open alice with=9", world)
        for passed in range(80):
            if passed == minute:
                tell("hold alice 9 for=2s", world)
            sweeper.after(minutes=1)

        assert world.shows("alice") == (9, 0, 9)
        assert len(releases(world)) == 1

    def test_the_hour_that_has_just_begun_is_read_to_its_last_microsecond(self) -> None:
        """The checkpoint's own fraction of a second is larger than that of the moment up to which is read."""
        world = World(now=at("2026-03-10 15:00"))
        sweeper = Sweeper(world)
        expires_at = at("2026-03-10 16:00") + timedelta(microseconds=100)
        world.open("alice", minor=9)
        world.posted("hold_placed", account="alice", amounts=usd(9), expires_at=expires_at)
        sweeper.marks.move_checkpoint(EXPIRY_CHECKPOINT, "2026-03-10T15:30:00.000500Z")

        world.clock.instant = expires_at + EXPIRY_GRACE + timedelta(microseconds=100)

        assert sweeper.sweep() == Expired(1, 0)

    def test_its_hours_are_of_utc_wherever_the_machine_stands(self) -> None:
        world = tell("open alice with=9; hold alice 1 for=1h; wait 2h")
        with machine_in("America/Los_Angeles"):
            assert Sweeper(world).sweep() == Expired(1, 0)

    def test_a_row_without_its_journal_stops_the_line(self) -> None:
        world = tell("open alice with=9; hold alice 1 for=1h; wait 2h")
        placing = next(journal for journal in world.journals().values() if journal.kind == "hold_placed")
        del world.store.journals[placing.id]

        with pytest.raises(TornRecord, match=placing.id):
            Sweeper(world).expiry.sweep()

    def test_a_refused_hold_is_not_in_it(self) -> None:
        world = tell("open alice with=9; hold alice 10 for=1h !INSUFFICIENT_FUNDS; wait 2h")
        sweeper = Sweeper(world)

        assert sweeper.sweep() == Expired(0, 0)
        assert sweeper.checkpoint == world.clock.now() - EXPIRY_SETTLES


def test_an_expiry_journal_is_the_banks_own_and_names_the_hold() -> None:
    world = tell("open alice with=9")
    placed = world.posted("hold_placed", account="alice", amounts=usd(9), expires_at=NOON + timedelta(hours=1))
    world.clock.advance(timedelta(hours=2))
    Sweeper(world).sweep()

    (journal,) = [journal for journal in world.journals().values() if journal.kind == "holds_expired"]

    assert (journal.initiator, journal.hold) == (world.id("alice"), hold_id(placed.journal.id))
    key = f"expire/{journal.hold}/{instant_text(NOON + timedelta(hours=1))}"
    found = world.ledger.outcome(initiator=world.id("alice"), scope="bank", key=key)
    assert isinstance(found, Posted)
    assert found.journal == journal
