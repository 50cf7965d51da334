"""How received files and their entries are kept, and how what happens only once is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from domain.rails.ach.incoming_model import ReceivedEntry, ReceivedFile
from domain.rails.ach.rates import DayCount

ADDED_AT_ONCE_MAX: Final = 100
"""Entries that are kept together: a page of the reading."""


@dataclass(frozen=True, slots=True)
class ReceivedPage:
    """Entries of one file in the order of their lines; `after` begins the next page, None at the end."""

    entries: tuple[ReceivedEntry, ...]
    after: int | None


@dataclass(frozen=True, slots=True)
class ReceivedFilePage:
    """Files of one region, the latest received first; `before` begins the next page, None at the end."""

    files: tuple[ReceivedFile, ...]
    before: str | None


class IncomingStore(Protocol):
    # Files.

    def add_received_file(self, file: ReceivedFile) -> bool:
        """False when a file of this id exists."""
        ...

    def received_file(self, file_id: str) -> ReceivedFile | None: ...

    def replace_received_file(self, file: ReceivedFile, *, version: int) -> bool:
        """Over its stored `version`; False, and nothing written, when it has moved on."""
        ...

    def received_files(self, *, before: str | None, limit: int) -> ReceivedFilePage: ...

    def due_received_files(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        """Files that somebody has to look at by then (eventually consistent); the longest due first."""
        ...

    def claim(self, what: str, holder: str) -> str:
        """Who holds it: the first who claimed it, for ever."""
        ...

    # Entries.

    def add_received(self, entries: Sequence[ReceivedEntry]) -> None:
        """Keeps each of the entries that is not kept yet; at most `ADDED_AT_ONCE_MAX`."""
        ...

    def received(self, entry_id: str) -> ReceivedEntry | None: ...

    def replace_received(self, entry: ReceivedEntry, *, version: int) -> bool:
        """Over its stored `version`; False, and nothing written, when it has moved on."""
        ...

    def received_entries(self, file_id: str, *, after: int, limit: int) -> ReceivedPage:
        """Those of lines after `after`."""
        ...

    def due_received(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        """Entries that somebody has to look at by then (eventually consistent); the longest due first."""
        ...

    # Counts of originators.

    def count(self, customer: str, day: date, what: str, *, once: str) -> bool:
        """Adds one to what is counted of a customer on a day: `DEBITS`, or a return code. False when the thing `once`
        was counted under this name before, and then nothing is added."""
        ...

    def counts(self, customer: str, *, since: date, through: date) -> tuple[DayCount, ...]: ...

    def originators(self, day: date, *, after: str | None, limit: int) -> tuple[str, ...]:
        """Customers of whom something was counted on a day, by id."""
        ...


MICRO: Final = "micro_entries"
"""In whose name the bank's own micro-entries are counted: no customer has this id."""
DEBITS: Final = "debits"
"""What settled debits are counted under; returns are counted under their codes, and micro-entries under their kinds."""


def checked_batch(entries: Sequence[ReceivedEntry]) -> Sequence[ReceivedEntry]:
    if len(entries) > ADDED_AT_ONCE_MAX:
        raise ValueError(f"at most {ADDED_AT_ONCE_MAX} entries are kept at once, not {len(entries)}")
    return entries


def day_counts(counted: Sequence[tuple[date, str, int]]) -> tuple[DayCount, ...]:
    """Counts as (day, what, number), gathered by day."""
    days = sorted({day for day, _, _ in counted})
    return tuple(
        DayCount(
            day,
            sum(number for on, what, number in counted if on == day and what == DEBITS),
            {what: number for on, what, number in counted if on == day and what != DEBITS},
        )
        for day in days
    )
