"""Which trace numbers and File ID Modifiers each region may use.

Two regions originate for one routing number and do not ask each other: each counts in a range of its own. Where a
range is changed, the new row begins on a later day, so that a day's numbers never meet.

Modifiers begin again each day. Trace numbers do not: a region goes through its whole range before it begins anew, so
that a number names few entries, however long ago the first one was.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.rails.ach.tables import OURS, Source, in_force

SEQUENCE_MAX: Final = 9_999_999
"""Seven digits of a trace number; the first eight are the originating bank."""
MODIFIERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
"""Field 7 of a file header, one sign: at most 36 files a day for one pair of origin and destination."""
BANK_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A region has used up what it may use on one day. Nothing is borrowed from another region."""

    what: str
    region: str
    asked: int
    most: int


@dataclass(frozen=True, slots=True)
class TraceRange:
    """Sequence numbers `first` to `last`, both included, given out in turn since `since`.

    A day never comes round to its own first number: its files (`ModifierRange`) hold far fewer entries than that.
    """

    region: str
    since: date
    first: int
    last: int
    source: Source = OURS

    @property
    def size(self) -> int:
        return self.last - self.first + 1

    def at(self, index: int) -> int:
        """The sequence of the region's entry with this index, counted from 0 and for ever."""
        _checked(index)
        return self.first + index % self.size


@dataclass(frozen=True, slots=True)
class ModifierRange:
    region: str
    since: date
    modifiers: str
    source: Source = OURS

    def at(self, index: int) -> str | Exhausted:
        """The modifier of the file with this index in the region's day, from 0."""
        _checked(index)
        if index >= len(self.modifiers):
            return Exhausted("File ID Modifiers", self.region, index, len(self.modifiers))
        return self.modifiers[index]


_FIRST: Final = date(2026, 1, 1)
TRACE_RANGES: Final[list[TraceRange]] = [
    TraceRange("us-east-1", _FIRST, 1, 5_000_000),
    TraceRange("us-west-2", _FIRST, 5_000_001, SEQUENCE_MAX),
]
MODIFIER_RANGES: Final[list[ModifierRange]] = [
    ModifierRange("us-east-1", _FIRST, MODIFIERS[:18]),
    ModifierRange("us-west-2", _FIRST, MODIFIERS[18:]),
]
"""Halves, though fewer customers live in the west: a region that takes over another's slots needs as many files."""


class RegionWithoutRange(ValueError):
    """A region that originates no ACH on this day."""


class TraceMalformed(ValueError):
    """What is no trace number, or no part of one."""


def trace_range(region: str, on: date) -> TraceRange:
    row = in_force((row for row in TRACE_RANGES if row.region == region), on)
    if row is None:
        raise RegionWithoutRange(f"{region[:40]!r} has no trace numbers on {on}")
    return row


def modifier_range(region: str, on: date) -> ModifierRange:
    row = in_force((row for row in MODIFIER_RANGES if row.region == region), on)
    if row is None:
        raise RegionWithoutRange(f"{region[:40]!r} has no File ID Modifiers on {on}")
    return row


def sequence_at(index: int, *, region: str, on: date) -> int:
    return trace_range(region, on).at(index)


def modifier_at(index: int, *, region: str, on: date) -> str | Exhausted:
    return modifier_range(region, on).at(index)


def trace_number(odfi8: str, sequence: int) -> str:
    """Fifteen digits: the bank's first eight and the sequence."""
    if len(odfi8) != BANK_DIGITS or not (odfi8.isascii() and odfi8.isdigit()):
        raise TraceMalformed(f"{odfi8[:12]!r} is not eight digits of a routing number")
    if not 1 <= sequence <= SEQUENCE_MAX:
        raise TraceMalformed(f"{sequence} is not 1 to {SEQUENCE_MAX}")
    return f"{odfi8}{sequence:07d}"


def parse_trace_number(text: str) -> tuple[str, int]:
    """The bank's eight digits and the sequence."""
    if len(text) != BANK_DIGITS + 7 or not (text.isascii() and text.isdigit()):
        raise TraceMalformed(f"{text[:20]!r} is not fifteen digits")
    return text[:BANK_DIGITS], int(text[BANK_DIGITS:])


def region_of_trace(text: str, on: date) -> str | None:
    """The region whose range of that day holds the trace number: where its entry is kept. None: nobody's."""
    _, sequence = parse_trace_number(text)
    for region in dict.fromkeys(row.region for row in TRACE_RANGES):
        row = in_force((row for row in TRACE_RANGES if row.region == region), on)
        if row and row.first <= sequence <= row.last:
            return region
    return None


def _checked(index: int) -> None:
    if index < 0:
        raise ValueError(f"an index counts from 0, not {index}")
