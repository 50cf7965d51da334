"""The world that invariants judge: all that one region's ledger holds, as plain values, whatever store it came from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from domain.ledger.codec import Kept, Recovery, decode, recovery_of
from domain.ledger.hashing import GENESIS
from domain.ledger.model import (
    Claim,
    ItemPlace,
    Journal,
    LedgerSettings,
    LegItem,
    Line,
    Position,
    Registration,
    TornRecord,
    Total,
)
from domain.ledger.store import minute_of
from domain.ledger.store_memory import MemoryLedgerStore

Shard = tuple[str, str, int]
"""Internal account, region, shard."""
ROUNDS_MAX: Final = 8
"""A reading while others write names at most a few generations of items it did not see."""

__all__ = ["GENESIS", "Found", "Reader", "Shard", "World", "complete", "leg_key", "of_items", "of_memory"]


@dataclass(slots=True)
class World:
    settings: LedgerSettings
    now: datetime
    """The store's time of this reading."""
    cut: datetime
    """Everything booked up to here was complete when the reading began."""
    journals: dict[str, Journal] = field(default_factory=dict)
    lines: dict[str, dict[Position, Line]] = field(default_factory=lambda: defaultdict(dict))
    legs: dict[Shard, dict[str, LegItem]] = field(default_factory=lambda: defaultdict(dict))
    """Shard -> `yyyymmddhhmm#journal#leg` -> item."""
    claims: dict[str, dict[int, Claim]] = field(default_factory=lambda: defaultdict(dict))
    totals: dict[Shard, dict[Position, Total]] = field(default_factory=lambda: defaultdict(dict))
    registrations: dict[str, Registration] = field(default_factory=dict)
    recoveries: dict[str, Recovery] = field(default_factory=dict)
    torn: list[str] = field(default_factory=list)
    """Items that cannot be read back, each with what is wrong."""

    def log(self, account: str) -> list[Line]:
        """The account's lines in the order of their positions."""
        return sorted(self.lines.get(account, {}).values(), key=_place_in_log)

    def put(self, kept: Kept) -> None:
        match kept:
            case Journal():
                self.journals[kept.id] = kept
            case Line():
                self.lines[kept.account][kept.position] = kept
            case LegItem():
                self.legs[kept.account, kept.region, kept.shard][leg_key(kept)] = kept
            case Claim():
                self.claims[kept.original][kept.n] = kept
            case Total():
                self.totals[kept.account, kept.region, kept.shard][kept.position] = kept
            case Registration():
                known = self.registrations.get(kept.account, kept)
                self.registrations[kept.account] = min(known, kept, key=lambda found: found.since)
            case Recovery():
                self.recoveries[kept.journal] = kept


class Reader(Protocol):
    """The plain reads that fill what a scan running beside writers has missed."""

    def journal(self, journal_id: str) -> Journal | None: ...

    def line(self, account: str, position: Position) -> Line | None: ...

    def leg_item(self, leg: LegItem) -> LegItem | None: ...


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is off: where, and what in a sentence."""

    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}"


def _place_in_log(line: Line) -> tuple[int, int]:
    position = line.state.position
    return position.epoch, position.seq


def leg_key(leg: LegItem) -> str:
    minute = minute_of(leg.booked_at)
    return f"{minute.day}{minute.hhmm}#{leg.journal}#{leg.leg}"


def of_items(items: Iterable[Mapping[str, Any]], *, settings: LedgerSettings, now: datetime, cut: datetime) -> World:
    """The world of a ledger table's items; one that cannot be read is a finding, never a crash."""
    world = World(settings=settings, now=now, cut=cut)
    for item in items:
        try:
            world.put(decode(item))
        except (TornRecord, KeyError, ValueError) as error:
            where = f"{item.get('pk', {}).get('S')} / {item.get('sk', {}).get('S')}"
            world.torn.append(f"{where}: {error}")
    return world


def of_memory(store: MemoryLedgerStore, *, settings: LedgerSettings, now: datetime) -> World:
    """The world of a memory store, which nobody writes to meanwhile."""
    world = World(settings=settings, now=now, cut=now)
    for journal in store.journals.values():
        world.put(journal)
        if journal.forced and journal.posted and journal.shortfall_minor:
            world.put(recovery_of(journal))
    for group in (store.lines_of, store.claims_of, store.totals_of):
        for kept in group.values():
            for one in kept:
                world.put(one)
    for rows in store.legs_of.values():
        for _, leg in rows:
            world.put(leg)
    for registration in store.registered_accounts.values():
        world.put(registration)
    return world


def complete(world: World, reader: Reader) -> None:
    """Reads by key what the world names but does not hold, so that a scan beside writers is judged fairly.

    What is still missing afterwards does not exist.
    """
    for _ in range(ROUNDS_MAX):
        added = [*_missing_journals(world, reader), *_missing_lines(world, reader), *_missing_legs(world, reader)]
        if not added:
            return
        for kept in added:
            world.put(kept)


def _missing_journals(world: World, reader: Reader) -> list[Kept]:
    named = {line.journal for log in world.lines.values() for line in log.values()}
    named |= {leg.journal for shard in world.legs.values() for leg in shard.values()}
    return [found for name in sorted(named - world.journals.keys()) if (found := reader.journal(name))]


def _missing_lines(world: World, reader: Reader) -> list[Kept]:
    missing = {
        (account, position)
        for journal in world.journals.values()
        for account, position in journal.lines
        if position not in world.lines.get(account, {})
    }
    for account, log in world.lines.items():
        last = max(log)
        missing |= {
            (account, Position(last.epoch, seq)) for seq in range(1, last.seq) if Position(last.epoch, seq) not in log
        }
    return [found for account, position in sorted(missing) if (found := reader.line(account, position))]


def _missing_legs(world: World, reader: Reader) -> list[Kept]:
    missing = [
        leg
        for journal in world.journals.values()
        for leg in legs_named(journal)
        if leg_key(leg) not in world.legs.get((leg.account, leg.region, leg.shard), {})
    ]
    return [found for leg in missing if (found := reader.leg_item(leg))]


def legs_named(journal: Journal) -> list[LegItem]:
    """The items that a journal's internal legs must be."""
    return [
        LegItem(
            account=leg.account,
            region=leg.place.region,
            shard=leg.place.shard,
            journal=journal.id,
            digest=journal.digest,
            leg=number,
            kind=journal.kind,
            signed_minor=leg.signed_minor,
            currency=leg.money.currency,
            counter=next((other.account for other in journal.legs if other.side is not leg.side), None),
            booked_at=journal.booked_at,
            booked_day=journal.booked_day,
            effective_on=journal.effective_on,
        )
        for number, leg in enumerate(journal.legs)
        if isinstance(leg.place, ItemPlace)
    ]
