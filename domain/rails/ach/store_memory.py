"""Files and entries in memory, for tests and simulation."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from domain.rails.ach.kinds import FileState
from domain.rails.ach.model import AchFile, Entry, Scheduled
from domain.rails.ach.store import EntryPage, FilePage, ScheduledPage, counted


class MemoryAchStore:
    def __init__(self) -> None:
        self._lock = Lock()
        self._scheduled: dict[str, dict[str, Scheduled]] = defaultdict(dict)
        self._files: dict[str, AchFile] = {}
        self._entries: dict[str, Entry] = {}
        self._members: dict[str, dict[str, str]] = defaultdict(dict)
        self._counters: dict[str, int] = defaultdict(int)
        self._checkpoints: dict[str, datetime] = {}

    def schedule(self, scheduled: Scheduled) -> None:
        with self._lock:
            self._scheduled[scheduled.window].setdefault(scheduled.entry, scheduled)

    def scheduled(self, window: str, *, after: str | None, limit: int) -> ScheduledPage:
        rows = sorted(entry for entry in self._scheduled[window] if after is None or entry > after)
        page = tuple(self._scheduled[window][entry] for entry in rows[:limit])
        return ScheduledPage(page, page[-1].entry if len(rows) > limit else None)

    def add_file(self, file: AchFile) -> bool:
        with self._lock:
            return self._files.setdefault(file.id, file) is file

    def file(self, file_id: str) -> AchFile | None:
        return self._files.get(file_id)

    def replace_file(self, file: AchFile, *, version: int) -> bool:
        with self._lock:
            stored = self._files.get(file.id)
            if stored is None or stored.version != version:
                return False
            self._files[file.id] = file
            return True

    def files(self, *, before: str | None, limit: int) -> FilePage:
        rows = sorted((one for one in self._files if before is None or one < before), reverse=True)
        page = tuple(self._files[one] for one in rows[:limit])
        return FilePage(page, page[-1].id if len(rows) > limit else None)

    def due_files(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        found = [(file.due_at, file.id) for file in self._files.values() if file.due_at and file.due_at <= through]
        return tuple(file for _, file in sorted(found)[:limit])

    def join(self, entry: Entry) -> bool:
        with self._lock:
            file = self._files.get(entry.file)
            if file is None or file.state is not FileState.OPEN:
                return False
            if entry.id in self._entries or entry.trace in self._members[entry.file]:
                return False
            self._keep(entry)
            return True

    def entry(self, entry_id: str) -> Entry | None:
        return self._entries.get(entry_id)

    def entry_of_trace(self, trace: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._entries.values() if entry.trace == trace)

    def entries(self, file_id: str, *, after: str | None, limit: int) -> EntryPage:
        rows = sorted(trace for trace in self._members[file_id] if after is None or trace > after)
        page = tuple(self._entries[self._members[file_id][trace]] for trace in rows[:limit])
        return EntryPage(page, rows[limit - 1] if len(rows) > limit else None)

    def lists_any(self, file_id: str, traces: Sequence[str]) -> bool:
        return any(trace in self._members[file_id] for trace in traces)

    def replace_entry(self, entry: Entry, *, version: int) -> bool:
        with self._lock:
            stored = self._entries.get(entry.id)
            if stored is None or stored.version != version:
                return False
            self._entries[entry.id] = entry
            return True

    def move_entry(self, entry: Entry, *, version: int) -> bool:
        with self._lock:
            stored = self._entries.get(entry.id)
            if stored is None or stored.version != version or entry.trace in self._members[entry.file]:
                return False
            self._keep(entry)
            return True

    def take(self, counter: str, count: int) -> int:
        with self._lock:
            first = self._counters[counter]
            self._counters[counter] += counted(count)
            return first

    def checkpoint(self, name: str) -> datetime | None:
        return self._checkpoints.get(name)

    def move_checkpoint(self, name: str, to: datetime) -> None:
        with self._lock:
            self._checkpoints[name] = max(to, self._checkpoints.get(name, to))

    def _keep(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        self._members[entry.file][entry.trace] = entry.id
