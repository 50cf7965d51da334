"""Events leave by the table's stream; this is what publishes them, and what finds those the stream lost.

The outbox is the ledger itself. After the bus has accepted an entry it is marked under the hour it was booked in; the
sweep takes each closed minute of the time index, subtracts the marks, publishes the rest and moves its checkpoint.
At least once: a death between acceptance and mark publishes again, and consumers deduplicate by journal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Final, Protocol

from domain.clock import instant_text, parse_instant
from domain.ledger.events import LedgerEvent, event_of
from domain.ledger.item_keys import hour_of
from domain.ledger.model import Journal, LedgerSettings, TornRecord
from domain.ledger.store import LedgerStore

CHECKPOINT: Final = "outbox"
LOOK_BACK: Final = timedelta(hours=25)
"""Where the sweep of a ledger begins that has no books yet, and so is minutes old: the stream keeps 24 hours."""
MARK_LIFETIME: Final = timedelta(days=14)
"""Also how far back a sweep without a checkpoint begins: beyond it nobody can tell what was published."""
INDEX_PAGE: Final = 200
HOURS_IN_A_RUN_MAX: Final = 15 * 24
"""A run without a checkpoint reaches the present: of a quiet hour it asks the index alone."""
PUBLISHED_AT_ONCE: Final = 100
"""Journals published before they are marked: a run that dies in a bad hour has still come further."""


class Bus(Protocol):
    def publish(self, events: Sequence[LedgerEvent]) -> tuple[bool, ...]:
        """Which of the events the bus accepted, in their order."""
        ...


class Marks(Protocol):
    """Small notes beside the ledger, in florin-published-<region>: what was published, how far sweeps have come."""

    def mark(self, hour: str, journals: Sequence[str], *, until: datetime) -> None: ...

    def marked(self, hour: str) -> frozenset[str]: ...

    def checkpoint(self, name: str) -> str | None: ...

    def move_checkpoint(self, name: str, to: str) -> None:
        """Forward only: an older text than the one that stands leaves it as it is."""
        ...


@dataclass(frozen=True, slots=True)
class Swept:
    """What one run found: journals that nobody had published, and those the bus refused this time too."""

    published: int
    refused: int
    checkpoint: datetime


class Outbox:
    def __init__(self, *, store: LedgerStore, bus: Bus, marks: Marks, settings: LedgerSettings) -> None:
        self._store = store
        self._bus = bus
        self._marks = marks
        self._settings = settings

    def publish(self, journals: Sequence[Journal]) -> tuple[Journal, ...]:
        """Publishes and marks; the journals that come back were not accepted and are not marked."""
        accepted = self._bus.publish([event_of(journal, self._settings.region) for journal in journals])
        done = [journal for journal, taken in zip(journals, accepted, strict=True) if taken]
        by_hour: dict[str, list[Journal]] = {}
        for journal in done:
            by_hour.setdefault(_hour(journal.booked_at), []).append(journal)
        for hour, marked in by_hour.items():
            until = _latest(marked) + MARK_LIFETIME
            self._marks.mark(hour, [journal.id for journal in marked], until=until)
        return tuple(journal for journal, taken in zip(journals, accepted, strict=True) if not taken)

    def sweep(self) -> Swept:
        """Publishes what the closed minutes since the checkpoint hold unmarked. The checkpoint stops at a refusal."""
        now = self._store.time()
        closed = (now - self._settings.close_after).replace(second=0, microsecond=0)
        noted = self._marks.checkpoint(CHECKPOINT)
        since = parse_instant(noted) if noted else self._beginning(closed)
        published = refused = 0
        for hour, until in _hours(since, closed):
            failed = 0
            for missing in self._missing(hour, since, until):
                left = len(self.publish(missing))
                published += len(missing) - left
                failed += left
            refused += failed
            if failed:
                break
            since = until
            self._marks.move_checkpoint(CHECKPOINT, instant_text(since))
        return Swept(published, refused, since)

    def _beginning(self, closed: datetime) -> datetime:
        """Without a checkpoint (a new region, or it was lost): when the books were opened, before their first leg."""
        days = [datetime.strptime(found.since, "%Y%m%d").replace(tzinfo=UTC) for found in self._store.registrations()]
        return max(closed - MARK_LIFETIME, min(days, default=closed - LOOK_BACK))

    def _missing(self, hour: str, since: datetime, until: datetime) -> Iterator[list[Journal]]:
        """The hour's unmarked journals, `PUBLISHED_AT_ONCE` at a time. Of a quiet hour no marks are read."""
        booked = self._booked(hour, since, until)
        first = next(booked, None)
        if first is None:
            return
        marked = self._marks.marked(hour)
        unmarked = (journal for journal in chain((first,), booked) if journal not in marked)
        while some := [self._existing(journal) for journal in islice(unmarked, PUBLISHED_AT_ONCE)]:
            yield some

    def _booked(self, hour: str, since: datetime, until: datetime) -> Iterator[str]:
        before = instant_text(until)
        for spread in range(self._settings.index_spread):
            after: str | None = instant_text(since)
            while True:
                page = self._store.booked_in_hour(hour, spread=spread, after=after, limit=INDEX_PAGE)
                for row in page.rows:
                    booked_at, _, journal = row.partition("#")
                    if booked_at < before:
                        yield journal
                if not page.more:
                    break
                after = page.rows[-1]

    def _existing(self, journal_id: str) -> Journal:
        journal = self._store.journal(journal_id)
        if journal is None:
            raise TornRecord(f"the time index names {journal_id}, which does not exist")
        return journal


def _hour(instant: datetime) -> str:
    return hour_of(instant.astimezone(UTC))


def _hours(since: datetime, until: datetime) -> list[tuple[str, datetime]]:
    """The UTC hours between two instants, each with the instant up to which it is asked for."""
    hours: list[tuple[str, datetime]] = []
    start = since
    while start < until and len(hours) < HOURS_IN_A_RUN_MAX:
        end = min(until, start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        hours.append((_hour(start), end))
        start = end
    return hours


def _latest(journals: Sequence[Journal]) -> datetime:
    return max(journal.booked_at for journal in journals)
