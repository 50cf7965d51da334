"""How our files and entries are kept, what is scheduled, and the numbers that are given out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.rails.ach.model import AchFile, Entry, Scheduled


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries of one file in the order of their trace numbers; `after` begins the next page, None at the end."""

    entries: tuple[Entry, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class FilePage:
    """Files of one region, the latest first; `before` begins the next page, None at the end."""

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
        """Puts a new entry into its file; False when the file is not open any more, or the entry exists."""
        ...

    def entry(self, entry_id: str) -> Entry | None: ...

    def entry_of_trace(self, trace: str) -> tuple[Entry, ...]:
        """Entries that carry the trace number. They repeat after their range has been used up."""
        ...

    def entries(self, file_id: str, *, after: str | None, limit: int) -> EntryPage: ...

    def replace_entry(self, entry: Entry, *, version: int) -> bool: ...

    def move_entry(self, entry: Entry, *, version: int) -> bool:
        """Replaces an entry and lists it in the file it goes into now, together."""
        ...

    # Numbers and places.

    def take(self, counter: str, count: int) -> int:
        """The first of `count` numbers that nobody else gets; counters begin at zero. Numbers may be left out."""
        ...

    def checkpoint(self, name: str) -> datetime | None: ...

    def move_checkpoint(self, name: str, to: datetime) -> None:
        """Forward only."""
        ...
