"""How our files and entries are kept, what is scheduled, and the numbers that are given out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from domain.rails.ach.model import AchFile, Entry, Scheduled

TAKEN_AT_ONCE_MAX: Final = 10_000_000
"""The sequence of a trace number has seven digits: nobody needs more numbers than there are."""
OF_A_TRACE_MAX: Final = 100
"""Entries of one trace number that one reading finds: at the most files and entries a day, a region comes round to a
number every fifty days, and to this many in a dozen years. More are a fault."""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries of one file in the order of their trace numbers; `after` begins the next page, None at the end."""

    entries: tuple[Entry, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class FilePage:
    """Files of one region by their ids, the greatest first, which is the latest day of a window first; `before` begins
    the next page, None at the end."""

    files: tuple[AchFile, ...]
    before: str | None


@dataclass(frozen=True, slots=True)
class ScheduledPage:
    scheduled: tuple[Scheduled, ...]
    after: str | None


class AchStore(Protocol):
    # What is scheduled.

    def schedule(self, scheduled: Scheduled) -> None:
        """Once for its window and entry; again changes nothing."""
        ...

    def scheduled(self, window: str, *, after: str | None, limit: int) -> ScheduledPage: ...

    # Files.

    def add_file(self, file: AchFile) -> bool:
        """False when a file of this id exists."""
        ...

    def file(self, file_id: str) -> AchFile | None: ...

    def replace_file(self, file: AchFile, *, version: int) -> bool:
        """Over its stored `version`; False, and nothing written, when it has moved on."""
        ...

    def files(self, *, before: str | None, limit: int) -> FilePage: ...

    def due_files(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        """Files that somebody has to look at by then (eventually consistent); the longest due first."""
        ...

    # Entries.

    def join(self, entry: Entry) -> bool:
        """Puts a new entry into its file; False when the file is not open any more, the entry exists, or another one
        has its trace number in the file."""
        ...

    def entry(self, entry_id: str) -> Entry | None: ...

    def entry_of_trace(self, trace: str) -> tuple[Entry, ...]:
        """Entries that carry the trace number, at most `OF_A_TRACE_MAX`. Numbers repeat after their range has been used
        up."""
        ...

    def entries(self, file_id: str, *, after: str | None, limit: int) -> EntryPage: ...

    def lists_any(self, file_id: str, traces: Sequence[str]) -> bool:
        """Whether an entry of the file carries one of these trace numbers: at most a hundred, each once."""
        ...

    def replace_entry(self, entry: Entry, *, version: int) -> bool:
        """Over its stored `version`, in the file it is in; False, and nothing written, when it has moved on."""
        ...

    def move_entry(self, entry: Entry, *, version: int) -> bool:
        """Replaces an entry and lists it in the file it goes into now, together; it stays listed in those before.
        False, and nothing written, when it has moved on or is listed there already."""
        ...

    # Numbers and places.

    def take(self, counter: str, count: int) -> int:
        """The first of `count` numbers that nobody else gets; counters begin at zero. Numbers may be left out."""
        ...

    def checkpoint(self, name: str) -> datetime | None: ...

    def move_checkpoint(self, name: str, to: datetime) -> None:
        """Forward only."""
        ...


def counted(count: int) -> int:
    """How many numbers are taken at once."""
    if not 1 <= count <= TAKEN_AT_ONCE_MAX:
        raise ValueError(f"1 to {TAKEN_AT_ONCE_MAX} numbers are taken at once, not {count}")
    return count
