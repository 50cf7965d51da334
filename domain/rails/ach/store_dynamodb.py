"""Our files and entries in the table florin-ach-<region>.

W#<window>    <entry>      what is scheduled for the window
F#<file>      F            the file, by version; in `by_due` while somebody has to look at it
F#<file>      T#<trace>    the entry that carries this trace number in the file
FILES         <file>       the file is one of this region
E#<entry>     E            the entry, by version
T#<trace>     <entry>      the entry carries this trace number
C#<counter>   C            the next number that nobody has
P#<name>      P            how far a sweep has come

by_due: D#<region> / <due instant>#<file>. One partition: a region opens a handful of files a window.

Files are listed by their ids, the greatest first. An id begins with the day of its window, so the latest day comes
first; within a day the order is that of the windows' names, and the tenth file of one window stands before its second.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from domain.clock import instant_text, parse_instant
from domain.due_aws import DueList
from domain.rails.ach.kinds import EntryKind, FileState
from domain.rails.ach.model import AchFile, Entry, Scheduled
from domain.rails.ach.store import OF_A_TRACE_MAX, EntryPage, FilePage, ScheduledPage, counted
from domain.rails.ach.store_dynamodb_items import entry_item, entry_of, file_item, file_of
from domain.tables_aws import Contended, Index, Item, Table, write_together
from domain.values_aws import instant_text_or_none

BY_DUE: Final = Index("by_due", "gk", "gs", keys_only=True)
TAKES_MAX: Final = 20
"""Lost races on one counter: those who number a file's entries take them in ranges, a few callers at a time."""
_LAST: Final = "~"  # sorts after every id and instant
_FILES: Final = "FILES"
_TRACES: Final = "T#"


class DynamoDBAchStore:
    def __init__(self, table: Table, *, region: str) -> None:
        self._table = table
        self._due = DueList(table, BY_DUE, key=f"D#{region}")

    # What is scheduled.

    def schedule(self, scheduled: Scheduled) -> None:
        self._table.put_new(
            {
                "pk": f"W#{scheduled.window}",
                "sk": scheduled.entry,
                "kind": scheduled.kind.value,
                "subject": scheduled.subject,
            }
        )

    def scheduled(self, window: str, *, after: str | None, limit: int) -> ScheduledPage:
        items, following = self._table.oldest(f"W#{window}", size=limit, from_key="0", to_key=_LAST, after=after)
        return ScheduledPage(tuple(_scheduled(window, item) for item in items), following)

    # Files.

    def add_file(self, file: AchFile) -> bool:
        return self._table.put_all_new(self._file_item(file), {"pk": _FILES, "sk": file.id})

    def file(self, file_id: str) -> AchFile | None:
        item = self._table.get(_file_key(file_id), "F")
        return file_of(item) if item else None

    def replace_file(self, file: AchFile, *, version: int) -> bool:
        return self._table.replace(self._file_item(file), attribute="version", expected=version)

    def files(self, *, before: str | None, limit: int) -> FilePage:
        pointers, following = self._table.newest(_FILES, size=limit, from_key="0", to_key=_LAST, before=before)
        ids = [str(pointer["sk"]) for pointer in pointers]
        found = {file.id: file for file in map(file_of, self._table.get_many([(_file_key(one), "F") for one in ids]))}
        return FilePage(tuple(found[one] for one in ids), following)

    def due_files(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        return tuple(file for _, file in self._due.through(instant_text(through), limit=limit))

    # Entries.

    def join(self, entry: Entry) -> bool:
        return write_together(
            self._table.new(entry_item(entry)),
            self._table.new(_member(entry)),
            self._table.new({"pk": f"T#{entry.trace}", "sk": entry.id}),
            self._table.unchanged(_file_key(entry.file), "F", attribute="state", expected=FileState.OPEN.value),
        )

    def entry(self, entry_id: str) -> Entry | None:
        item = self._table.get(_entry_key(entry_id), "E")
        return entry_of(item) if item else None

    def entry_of_trace(self, trace: str) -> tuple[Entry, ...]:
        pointers, following = self._table.newest(
            f"T#{trace}", size=OF_A_TRACE_MAX, from_key="0", to_key=_LAST, before=None
        )
        if following:
            raise RuntimeError(f"more than {OF_A_TRACE_MAX} entries carry the trace number {trace}")
        return self._entries([str(pointer["sk"]) for pointer in pointers])

    def entries(self, file_id: str, *, after: str | None, limit: int) -> EntryPage:
        members, following = self._table.oldest(
            _file_key(file_id),
            size=limit,
            from_key=_TRACES,
            to_key=f"{_TRACES}{_LAST}",
            after=f"{_TRACES}{after}" if after is not None else None,
        )
        entries = self._entries([str(member["entry"]) for member in members])
        return EntryPage(entries, following.removeprefix(_TRACES) if following else None)

    def lists_any(self, file_id: str, traces: Sequence[str]) -> bool:
        return bool(self._table.get_many([(_file_key(file_id), f"{_TRACES}{trace}") for trace in traces]))

    def replace_entry(self, entry: Entry, *, version: int) -> bool:
        return self._table.replace(entry_item(entry), attribute="version", expected=version)

    def move_entry(self, entry: Entry, *, version: int) -> bool:
        return write_together(
            self._table.over(entry_item(entry), attribute="version", expected=version),
            self._table.new(_member(entry)),
        )

    # Numbers and places.

    def take(self, counter: str, count: int) -> int:
        key, more = f"C#{counter}", counted(count)
        for _ in range(TAKES_MAX):
            found = self._table.get(key, "C")
            first = _next_number(found) if found else 0
            item: Item = {"pk": key, "sk": "C", "next": first + more}
            if self._table.replace(item, attribute="next", expected=first) if found else self._table.put_new(item):
                return first
        raise Contended(f"{counter}: {TAKES_MAX} others in a row took a number first")

    def checkpoint(self, name: str) -> datetime | None:
        item = self._table.get(f"P#{name}", "P")
        return parse_instant(str(item["at"])) if item else None

    def move_checkpoint(self, name: str, to: datetime) -> None:
        self._table.put_further({"pk": f"P#{name}", "sk": "P", "at": instant_text(to)}, attribute="at")

    def _entries(self, ids: Sequence[str]) -> tuple[Entry, ...]:
        """In the order of the ids. What points to an entry was written with it, so each of them exists."""
        items = self._table.get_many([(_entry_key(one), "E") for one in ids])
        found = {entry.id: entry for entry in map(entry_of, items)}
        return tuple(found[one] for one in ids)

    def _file_item(self, file: AchFile) -> dict[str, Any]:
        keys = self._due.keys(instant_text_or_none(file.due_at), file.id)
        return {"pk": _file_key(file.id), "sk": "F", **keys, **file_item(file)}


def _file_key(file_id: str) -> str:
    return f"F#{file_id}"


def _entry_key(entry_id: str) -> str:
    return f"E#{entry_id}"


def _member(entry: Entry) -> dict[str, Any]:
    return {"pk": _file_key(entry.file), "sk": f"{_TRACES}{entry.trace}", "entry": entry.id}


def _scheduled(window: str, item: Mapping[str, Any]) -> Scheduled:
    return Scheduled(window=window, entry=item["sk"], kind=EntryKind(item["kind"]), subject=item["subject"])


def _next_number(item: Mapping[str, Any]) -> int:
    number: int = item["next"]
    return number
