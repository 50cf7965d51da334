"""Received files and entries in memory, for tests and simulation."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from threading import Lock

from domain.rails.ach.incoming_model import ReceivedEntry, ReceivedFile
from domain.rails.ach.incoming_store import ReceivedFilePage, ReceivedPage, checked_batch, day_counts
from domain.rails.ach.rates import DayCount


class MemoryIncomingStore:
    def __init__(self) -> None:
        self._lock = Lock()
        self._files: dict[str, ReceivedFile] = {}
        self._entries: dict[str, ReceivedEntry] = {}
        self._lines: dict[str, dict[int, str]] = defaultdict(dict)
        self._claims: dict[str, str] = {}
        self._counted: set[tuple[str, date, str, str]] = set()
        self._counts: dict[tuple[str, date, str], int] = defaultdict(int)

    # Files.

    def add_received_file(self, file: ReceivedFile) -> bool:
        with self._lock:
            return self._files.setdefault(file.id, file) is file

    def received_file(self, file_id: str) -> ReceivedFile | None:
        return self._files.get(file_id)

    def replace_received_file(self, file: ReceivedFile, *, version: int) -> bool:
        with self._lock:
            stored = self._files.get(file.id)
            if stored is None or stored.version != version:
                return False
            self._files[file.id] = file
            return True

    def received_files(self, *, before: str | None, limit: int) -> ReceivedFilePage:
        places = {file.position: file for file in self._files.values()}
        rows = sorted((place for place in places if before is None or place < before), reverse=True)
        page = tuple(places[place] for place in rows[:limit])
        return ReceivedFilePage(page, rows[limit - 1] if len(rows) > limit else None)

    def due_received_files(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        found = [(file.due_at, file.id) for file in self._files.values() if file.due_at and file.due_at <= through]
        return tuple(file for _, file in sorted(found)[:limit])

    def claim(self, what: str, holder: str) -> str:
        with self._lock:
            return self._claims.setdefault(what, holder)

    # Entries.

    def add_received(self, entries: Sequence[ReceivedEntry]) -> None:
        with self._lock:
            for entry in checked_batch(entries):
                if entry.id not in self._entries:
                    self._entries[entry.id] = entry
                    self._lines[entry.file][entry.line] = entry.id

    def received(self, entry_id: str) -> ReceivedEntry | None:
        return self._entries.get(entry_id)

    def replace_received(self, entry: ReceivedEntry, *, version: int) -> bool:
        with self._lock:
            stored = self._entries.get(entry.id)
            if stored is None or stored.version != version:
                return False
            self._entries[entry.id] = entry
            return True

    def received_entries(self, file_id: str, *, after: int, limit: int) -> ReceivedPage:
        rows = sorted(line for line in self._lines[file_id] if line > after)
        page = tuple(self._entries[self._lines[file_id][line]] for line in rows[:limit])
        return ReceivedPage(page, page[-1].line if len(rows) > limit else None)

    def due_received(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        found = [
            (entry.due_at, entry.id) for entry in self._entries.values() if entry.due_at and entry.due_at <= through
        ]
        return tuple(entry for _, entry in sorted(found)[:limit])

    # Counts of originators.

    def count(self, customer: str, day: date, what: str, *, once: str) -> bool:
        with self._lock:
            if (customer, day, what, once) in self._counted:
                return False
            self._counted.add((customer, day, what, once))
            self._counts[customer, day, what] += 1
            return True

    def counts(self, customer: str, *, since: date, through: date) -> tuple[DayCount, ...]:
        counted = [
            (day, what, number)
            for (one, day, what), number in self._counts.items()
            if one == customer and since <= day <= through
        ]
        return day_counts(counted)

    def originators(self, day: date, *, after: str | None, limit: int) -> tuple[str, ...]:
        found = {customer for customer, on, _ in self._counts if on == day and (after is None or customer > after)}
        return tuple(sorted(found)[:limit])
