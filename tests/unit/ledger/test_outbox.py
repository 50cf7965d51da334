"""The outbox: what the bus accepted is marked, and the sweep publishes exactly what the stream lost."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.clock import instant_text, parse_instant
from domain.ledger import outbox as outbox_module
from domain.ledger.events import JournalPosted, JournalRefused, LedgerEvent, event_of
from domain.ledger.folding import Folder
from domain.ledger.model import Journal, TornRecord
from domain.ledger.outbox import CHECKPOINT, HOURS_IN_A_RUN_MAX, LOOK_BACK, MARK_LIFETIME, Bus, Marks, Outbox, Swept
from domain.ledger.outbox_memory import MemoryBus, MemoryMarks
from domain.ledger.store_memory import MemoryLedgerStore
from tests.unit.ledger.faults import Death, Script
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import NOON, World, at, machine_in, must_post, usd

CLOSE = timedelta(seconds=360)


def spread_world(spread: int, *, now: datetime = NOON) -> World:
    """A world whose time index has `spread` buckets an hour."""
    world = World(now=now)
    world.settings = replace(world.settings, index_spread=spread)
    world.store = MemoryLedgerStore(clock=world.clock, settings=world.settings)
    world.ledger = world.ledger_with(world.clock)
    world.folder = Folder(store=world.store, settings=world.settings, clock=world.clock)
    world.folder.open_books()
    return world


class Region:
    """A ledger with its outbox; `lost` is what was booked and never published by a stream."""

    def __init__(self, world: World, *, bus: Bus | None = None, marks: Marks | None = None) -> None:
        self.world = world
        self.bus = MemoryBus()
        self.marks = MemoryMarks()
        self.outbox = Outbox(store=world.store, bus=bus or self.bus, marks=marks or self.marks, settings=world.settings)

    def journals(self, count: int = 1, *, apart: timedelta = timedelta(0)) -> list[Journal]:
        found = []
        for _ in range(count):
            found.append(self.world.deposit("alice", 1).journal)
            self.world.clock.advance(apart)
        return found

    def published(self) -> list[str]:
        return [event.journal for event in self.bus.events]

    def marked(self) -> set[str]:
        return {journal for hour in self.marks.marks for journal in self.marks.marked(hour)}

    @property
    def checkpoint(self) -> datetime:
        noted = self.marks.checkpoint(CHECKPOINT)
        assert noted
        return parse_instant(noted)

    def close(self) -> None:
        """Until the minute now is closed."""
        self.world.clock.advance(CLOSE + timedelta(minutes=1))


@pytest.fixture(name="region")
def _region() -> Region:
    region = Region(spread_world(1, now=at("2026-03-10 16:20")))
    tell("open alice", region.world)
    region.outbox.publish(tuple(region.world.journals().values()))
    region.bus.events.clear()
    return region


class TestPublish:
    def test_what_the_bus_accepted_is_marked_under_the_hour_it_was_booked_in(self, region: Region) -> None:
        region.world.clock.instant = at("2026-03-10 16:59:59.999999")
        (before,) = region.journals(apart=timedelta(microseconds=1))
        (after,) = region.journals()

        assert region.outbox.publish((before, after)) == ()

        assert region.published() == [before.id, after.id]
        assert before.id in region.marks.marked("2026031016")
        assert region.marks.marked("2026031017") == {after.id}

    def test_hours_are_of_utc_wherever_the_machine_stands(self, region: Region) -> None:
        (journal,) = region.journals()
        with machine_in("America/Los_Angeles"):
            region.outbox.publish((journal,))
        assert journal.id in region.marks.marked("2026031016")

    def test_what_it_refused_comes_back_in_order_and_unmarked(self, region: Region) -> None:
        journals = region.journals(5)
        region.bus.refuses = 2

        refused = region.outbox.publish(journals)

        assert refused == tuple(journals[:2])
        assert region.marked() & {journal.id for journal in journals} == {journal.id for journal in journals[2:]}

    def test_nothing_is_nothing(self, region: Region) -> None:
        assert region.outbox.publish(()) == ()
        assert region.bus.events == []

    def test_a_posted_and_a_refused_journal_are_events_of_two_types(self, region: Region) -> None:
        (posted,) = region.journals()
        refused = region.world.transfer("alice", _another(region.world), 500)
        assert refused.journal

        region.outbox.publish((posted, refused.journal))

        assert [type(event) for event in region.bus.events] == [JournalPosted, JournalRefused]
        assert region.bus.events[1] == event_of(refused.journal, "us-east-1")

    def test_marks_are_kept_two_weeks_after_their_hour(self, region: Region) -> None:
        until: list[datetime] = []

        class Watching(MemoryMarks):
            def mark(self, hour: str, journals: Sequence[str], *, until: datetime) -> None:
                kept.append(until)
                super().mark(hour, journals, until=until)

        kept = until
        journals = region.journals(2, apart=timedelta(minutes=5))
        Region(region.world, marks=Watching()).outbox.publish(journals)

        assert until == [journals[1].booked_at + timedelta(days=14)]

    def test_death_between_acceptance_and_mark_publishes_again(self, region: Region) -> None:
        class Dying(MemoryMarks):
            def mark(self, hour: str, journals: Sequence[str], *, until: datetime) -> None:
                raise Death

        (journal,) = region.journals()
        dying = Outbox(store=region.world.store, bus=region.bus, marks=Dying(), settings=region.world.settings)
        with pytest.raises(Death):
            dying.publish((journal,))
        region.close()

        assert region.outbox.sweep().published == 1
        assert region.published() == [journal.id, journal.id]
        assert region.outbox.sweep().published == 0


def _another(world: World) -> str:
    world.open("bob")
    return "bob"


class TestSweep:
    @pytest.mark.parametrize("spread", [1, 2, 5])
    @pytest.mark.parametrize("page", [1, 2, 200])
    def test_it_finds_exactly_what_the_stream_lost(
        self, spread: int, page: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Over hours, buckets and pages; every third was published."""
        monkeypatch.setattr(outbox_module, "INDEX_PAGE", page)
        region = Region(spread_world(spread, now=at("2026-03-10 16:20")))
        tell("open alice", region.world)
        region.outbox.publish(tuple(region.world.journals().values()))
        journals = region.journals(24, apart=timedelta(minutes=11))
        region.outbox.publish(journals[::3])
        lost = [journal.id for number, journal in enumerate(journals) if number % 3]
        region.bus.events.clear()
        region.close()

        swept = region.outbox.sweep()

        assert swept.published == len(lost) == 16
        assert sorted(region.published()) == sorted(lost)
        assert region.outbox.sweep() == Swept(0, 0, swept.checkpoint)

    def test_at_the_very_borders_of_an_hour(self, region: Region) -> None:
        lost = []
        for moment in ("16:59:59.999999", "17:00:00", "17:59:59.999999", "18:00:00"):
            region.world.clock.instant = at(f"2026-03-10 {moment}")
            lost += [journal.id for journal in region.journals()]
        region.close()

        region.outbox.sweep()

        assert region.published() == lost

    def test_a_journal_at_the_very_checkpoint_is_not_passed_by(self, region: Region) -> None:
        region.world.clock.instant = at("2026-03-10 16:30")
        region.marks.move_checkpoint(CHECKPOINT, instant_text(region.world.clock.now()))
        lost = [journal.id for journal in region.journals()]
        region.close()

        region.outbox.sweep()

        assert region.published() == lost

    def test_what_lies_before_the_checkpoint_is_done_with(self, region: Region) -> None:
        (done, found) = region.journals(2, apart=timedelta(minutes=3))
        region.marks.move_checkpoint(CHECKPOINT, instant_text(found.booked_at))
        region.close()

        region.outbox.sweep()

        assert region.published() == [found.id]
        assert done.id not in region.marked()

    def test_nothing_is_read_while_no_further_minute_is_closed(self) -> None:
        script = Script()
        region = Region(World(faults=script))
        region.outbox.sweep()
        script.calls.clear()

        region.outbox.sweep()

        assert "booked_in_hour" not in script.calls

    def test_refused_journals_are_swept_too(self, region: Region) -> None:
        refused = region.world.transfer("alice", _another(region.world), 500)
        region.close()

        region.outbox.sweep()

        assert refused.journal
        assert JournalRefused in {type(event) for event in region.bus.events}
        assert refused.journal.id in region.marked()

    def test_nothing_newer_than_the_close_is_touched(self, region: Region) -> None:
        region.world.clock.instant = at("2026-03-10 16:30:59.999999")
        (journal, _) = region.journals(2, apart=timedelta(microseconds=1))  # the second at 16:31:00 sharp
        closed = at("2026-03-10 16:31") + region.world.settings.close_after

        region.world.clock.instant = closed - timedelta(seconds=1)
        early = region.outbox.sweep()
        region.world.clock.instant = closed
        on_time = region.outbox.sweep()

        assert (early.published, on_time.published) == (0, 1)
        assert early.checkpoint == at("2026-03-10 16:30")
        assert on_time.checkpoint == region.checkpoint == at("2026-03-10 16:31")
        assert region.published() == [journal.id]

    def test_without_a_checkpoint_it_begins_where_the_books_were_opened(self, region: Region) -> None:
        """However long it could not run: what the stream forgot meanwhile is not lost."""
        lost = [journal.id for journal in region.journals(5, apart=timedelta(days=2))]
        region.close()

        first = region.outbox.sweep()

        assert (first.published, first.refused) == (len(lost), 0)
        assert region.published() == lost
        assert region.outbox.sweep() == Swept(0, 0, region.checkpoint)

    def test_without_a_checkpoint_it_begins_no_further_back_than_marks_are_kept(self, region: Region) -> None:
        (older,) = region.journals(apart=timedelta(minutes=1))
        (found,) = region.journals()
        region.world.clock.instant = found.booked_at.replace(second=0) + MARK_LIFETIME + CLOSE

        region.outbox.sweep()

        assert region.published() == [found.id]
        assert older.id not in region.marked()

    def test_of_a_ledger_without_books_it_looks_back_beyond_what_the_stream_keeps(self, region: Region) -> None:
        region.world.store.registered_accounts.clear()
        (older,) = region.journals(apart=timedelta(hours=2))
        (found,) = region.journals()
        region.world.clock.instant = found.booked_at + LOOK_BACK

        region.outbox.sweep()

        assert region.published() == [found.id]
        assert older.id not in region.marked()
        assert timedelta(hours=24) + region.world.settings.close_after < LOOK_BACK

    def test_after_a_long_sleep_it_goes_on_from_run_to_run(self, region: Region) -> None:
        region.outbox.sweep()
        begun = region.checkpoint
        lost = [region.journals(apart=timedelta(days=10))[0].id for _ in range(4)]
        region.close()

        first = region.outbox.sweep()
        assert first.checkpoint == begun.replace(minute=0) + timedelta(hours=HOURS_IN_A_RUN_MAX)
        assert region.published() == lost[:2]
        for _ in range(3):
            region.outbox.sweep()
        assert region.published() == lost

    def test_an_index_row_without_its_journal_stops_the_line(self, region: Region) -> None:
        (journal,) = region.journals()
        del region.world.store.journals[journal.id]
        region.close()

        with pytest.raises(TornRecord, match=journal.id):
            region.outbox.sweep()
        assert region.marks.checkpoint(CHECKPOINT) is None or region.checkpoint <= journal.booked_at


class TestRefusals:
    def test_the_checkpoint_stops_before_them_and_the_next_run_publishes_them_alone(self, region: Region) -> None:
        region.outbox.sweep()
        stood = region.checkpoint
        journals = region.journals(3, apart=timedelta(seconds=1))
        region.close()
        region.bus.refuses = 1

        first = region.outbox.sweep()
        assert (first.published, first.refused, first.checkpoint) == (2, 1, stood)
        assert region.checkpoint == stood

        second = region.outbox.sweep()
        assert (second.published, second.refused) == (1, 0)
        assert region.published() == [journals[1].id, journals[2].id, journals[0].id]

    def test_it_stops_too_when_the_rest_of_the_hour_was_accepted_later(
        self, region: Region, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An hour leaves in several publications; what one of them left is not forgotten over the next."""
        monkeypatch.setattr(outbox_module, "PUBLISHED_AT_ONCE", 2)
        region.outbox.sweep()
        stood = region.checkpoint
        region.journals(6, apart=timedelta(seconds=1))
        region.close()
        region.bus.refuses = 3

        assert region.outbox.sweep() == Swept(3, 3, stood)
        assert region.outbox.sweep().published == 3

    def test_hours_before_them_are_done_with(self, region: Region) -> None:
        region.world.clock.instant = at("2026-03-10 16:30")
        (first,) = region.journals()
        region.world.clock.instant = at("2026-03-10 17:10")
        (second,) = region.journals()
        region.world.clock.instant = at("2026-03-10 18:10")
        (third,) = region.journals()
        region.close()

        class RefusesOne(MemoryBus):
            def publish(self, events: Sequence[LedgerEvent]) -> tuple[bool, ...]:
                self.refuses = len(events) if second.id in {event.journal for event in events} else 0
                return super().publish(events)

        bus = RefusesOne()
        swept = Region(region.world, bus=bus, marks=region.marks).outbox.sweep()

        assert (swept.published, swept.refused, swept.checkpoint) == (1, 1, at("2026-03-10 17:00"))
        assert [event.journal for event in bus.events] == [first.id]
        assert third.id not in region.marked()

    def test_a_bus_that_fails_raises_and_what_was_accepted_before_is_marked(
        self, region: Region, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A bad hour may hold more than one run can publish: each run comes further."""
        monkeypatch.setattr(outbox_module, "PUBLISHED_AT_ONCE", 2)
        journals = [journal.id for journal in region.journals(5, apart=timedelta(seconds=1))]
        region.close()

        class FailsOnce(MemoryBus):
            calls = 0

            def publish(self, events: Sequence[LedgerEvent]) -> tuple[bool, ...]:
                self.calls += 1
                if self.calls == 2:
                    raise ConnectionError("the bus is gone")
                return super().publish(events)

        bus = FailsOnce()
        outbox = Region(region.world, bus=bus, marks=region.marks).outbox
        with pytest.raises(ConnectionError):
            outbox.sweep()
        assert region.marked() >= set(journals[:2])

        assert outbox.sweep().published == 3
        assert [event.journal for event in bus.events] == journals


class TestTwoAtOnce:
    def test_both_end_and_everything_is_marked_once_more_or_less(self, region: Region) -> None:
        journals = {journal.id for journal in region.journals(4)}
        region.close()
        swept: list[Swept] = []

        class Overtaken(MemoryBus):
            def publish(self, events: Sequence[LedgerEvent]) -> tuple[bool, ...]:
                swept.append(region.outbox.sweep())
                return super().publish(events)

        bus = Overtaken()
        swept.append(Region(region.world, bus=bus, marks=region.marks).outbox.sweep())

        assert set(region.published()) == {event.journal for event in bus.events} == journals
        assert journals <= region.marked()
        assert swept[-1].checkpoint == region.checkpoint
        assert region.outbox.sweep().published == 0

    def test_a_slow_sweep_does_not_move_the_checkpoint_back(self, region: Region) -> None:
        later = region.world.clock.now() + timedelta(days=1)
        region.close()

        class Overtaken(MemoryMarks):
            def marked(self, hour: str) -> frozenset[str]:
                self.move_checkpoint(CHECKPOINT, instant_text(later))
                return super().marked(hour)

        marks = Overtaken()
        Region(region.world, marks=marks).outbox.sweep()

        assert marks.checkpoint(CHECKPOINT) == instant_text(later)


def test_the_whole_path_in_memory_publishes_each_journal_of_a_day_at_least_once() -> None:
    """A stream that loses every second batch, and a sweep a minute."""
    region = Region(spread_world(2))
    tell("open alice with=500; open bob", region.world)
    streamed: set[str] = set()
    steps: list[Callable[[], object]] = [
        lambda: region.world.transfer("alice", "bob", 3),
        lambda: region.world.transfer("bob", "alice", 999),
        lambda: must_post(region.world.post("hold_placed", account="alice", amounts=usd(1))),
    ]
    for minute in range(90):
        steps[minute % 3]()
        new = [journal for name, journal in region.world.journals().items() if name not in streamed]
        streamed.update(journal.id for journal in new)
        if minute % 2:
            region.outbox.publish(new)
        region.world.clock.advance(timedelta(minutes=1))
        region.outbox.sweep()
    region.close()
    region.outbox.sweep()

    assert set(region.published()) == set(region.world.journals())
    assert len(region.published()) == len(set(region.published()))
