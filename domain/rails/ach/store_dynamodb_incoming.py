"""Received files and their entries in the table florin-ach-<region>, beside our own files.

RF#<file>       F            the file, by version; in `by_due` while somebody has to look at it
RF#<file>       L#<line>     the entry that begins in this line
RFILES          <when>#<id>  the file is one of this region
RE#<entry>      E            the entry, by version; in `by_due` while somebody has to look at it by itself
RK#<what>       K            who claimed it first: a file's content or identity, what an entry says, a return's day
RN#<customer>   <day>#<what>        how often something was counted of a customer on a day
RN#<customer>   X#<day>#<what>#<id> that this thing is counted
RD#<day>        <customer>   something was counted of the customer on this day

by_due: RF-D#<region> / <due instant>#<file>, and RE-D#<region> / <due instant>#<entry>. One partition each: few files
are open at once, and few entries wait by themselves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from domain.clock import instant_text, parse_instant
from domain.due_aws import DueList
from domain.money import Money
from domain.rails.ach.incoming_kinds import ReceivedFileState, ReceivedKind, ReceivedState
from domain.rails.ach.incoming_model import FileFinding, Found, Grounds, ReceivedEntry, ReceivedFile
from domain.rails.ach.incoming_store import ReceivedFilePage, ReceivedPage, checked_batch, day_counts
from domain.rails.ach.rates import DayCount
from domain.rails.ach.store_dynamodb import BY_DUE
from domain.tables_aws import PAGE_MAX, Contended, Table, Value, write_together
from domain.values_aws import instant_text_or_none

COUNTS_MAX: Final = 20
"""Lost races for one count: the returns and settlements of one customer's debits on one day, a few callers at once."""
COUNT_PAGES_MAX: Final = 200
"""Of counts of one customer over the days that are asked for: some eighty codes a day."""
_LAST: Final = "~"  # sorts after every id, line and instant
_LINES: Final = "L#"
_FILES: Final = "RFILES"


class DynamoDBIncomingStore:
    def __init__(self, table: Table, *, region: str) -> None:
        self._table = table
        self._due_files = DueList(table, BY_DUE, key=f"RF-D#{region}")
        self._due_entries = DueList(table, BY_DUE, key=f"RE-D#{region}")

    # Files.

    def add_received_file(self, file: ReceivedFile) -> bool:
        return self._table.put_all_new(self._file_item(file), {"pk": _FILES, "sk": file.position})

    def received_file(self, file_id: str) -> ReceivedFile | None:
        item = self._table.get(f"RF#{file_id}", "F")
        return _file(item) if item else None

    def replace_received_file(self, file: ReceivedFile, *, version: int) -> bool:
        return self._table.replace(self._file_item(file), attribute="version", expected=version)

    def received_files(self, *, before: str | None, limit: int) -> ReceivedFilePage:
        pointers, following = self._table.newest(_FILES, size=limit, from_key="0", to_key=_LAST, before=before)
        ids = [str(pointer["sk"]).partition("#")[2] for pointer in pointers]
        found = {file.id: file for file in map(_file, self._table.get_many([(f"RF#{one}", "F") for one in ids]))}
        return ReceivedFilePage(tuple(found[one] for one in ids), following)

    def due_received_files(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        return _names(self._due_files, through, limit)

    def claim(self, what: str, holder: str) -> str:
        if self._table.put_new({"pk": f"RK#{what}", "sk": "K", "holder": holder}):
            return holder
        item = self._table.get(f"RK#{what}", "K")
        if item is None:
            raise RuntimeError(f"{what} is claimed and nobody holds it")
        return str(item["holder"])

    # Entries.

    def add_received(self, entries: Sequence[ReceivedEntry]) -> None:
        """The entry before the line that points to it: what dies in between is kept again from that line on."""
        for entry in checked_batch(entries):
            self._table.put_new(self._entry_item(entry))
            self._table.put_new({"pk": f"RF#{entry.file}", "sk": _line_key(entry.line), "entry": entry.id})

    def received(self, entry_id: str) -> ReceivedEntry | None:
        item = self._table.get(f"RE#{entry_id}", "E")
        return _entry(item) if item else None

    def replace_received(self, entry: ReceivedEntry, *, version: int) -> bool:
        return self._table.replace(self._entry_item(entry), attribute="version", expected=version)

    def received_entries(self, file_id: str, *, after: int, limit: int) -> ReceivedPage:
        lines, following = self._table.oldest(
            f"RF#{file_id}", size=limit, from_key=_LINES, to_key=f"{_LINES}{_LAST}", after=_line_key(after)
        )
        ids = [str(line["entry"]) for line in lines]
        found = {one.id: one for one in map(_entry, self._table.get_many([(f"RE#{one}", "E") for one in ids]))}
        more = int(following.removeprefix(_LINES)) if following else None
        return ReceivedPage(tuple(found[one] for one in ids), more)

    def due_received(self, *, through: datetime, limit: int) -> tuple[str, ...]:
        return _names(self._due_entries, through, limit)

    # Counts of originators.

    def count(self, customer: str, day: date, what: str, *, once: str) -> bool:
        pk, sk = f"RN#{customer}", f"{day.isoformat()}#{what}"
        marker = {"pk": pk, "sk": f"X#{sk}#{once}"}
        for _ in range(COUNTS_MAX):
            if self._table.get(pk, marker["sk"]):
                return False
            found = self._table.get(pk, sk)
            before = _number(found["count"]) if found else 0
            item: dict[str, Value] = {"pk": pk, "sk": sk, "day": day.isoformat(), "what": what, "count": before + 1}
            counted = self._table.over(item, attribute="count", expected=before) if found else self._table.new(item)
            # First, so that whoever dies in between is followed by somebody who counts what is listed already.
            self._table.put_new({"pk": f"RD#{day.isoformat()}", "sk": customer})
            if write_together(self._table.new(marker), counted):
                return True
        raise Contended(f"{customer} {day}: {COUNTS_MAX} others in a row counted first")

    def counts(self, customer: str, *, since: date, through: date) -> tuple[DayCount, ...]:
        counted: list[tuple[date, str, int]] = []
        after: str | None = None
        for _ in range(COUNT_PAGES_MAX):
            items, after = self._table.oldest(
                f"RN#{customer}",
                size=PAGE_MAX,
                from_key=since.isoformat(),
                to_key=f"{through.isoformat()}#{_LAST}",
                after=after,
            )
            counted += [(date.fromisoformat(str(one["day"])), str(one["what"]), _number(one["count"])) for one in items]
            if after is None:
                return day_counts(counted)
        raise RuntimeError(f"{customer} has more than {COUNT_PAGES_MAX * PAGE_MAX} counts in {since} to {through}")

    def originators(self, day: date, *, after: str | None, limit: int) -> tuple[str, ...]:
        items, _ = self._table.oldest(f"RD#{day.isoformat()}", size=limit, from_key="0", to_key=_LAST, after=after)
        return tuple(str(item["sk"]) for item in items)

    # Items.

    def _file_item(self, file: ReceivedFile) -> dict[str, Value]:
        return {
            "pk": f"RF#{file.id}",
            "sk": "F",
            **self._due_files.keys(instant_text_or_none(file.due_at), file.id),
            **_item(file),
        }

    def _entry_item(self, entry: ReceivedEntry) -> dict[str, Value]:
        return {
            "pk": f"RE#{entry.id}",
            "sk": "E",
            **self._due_entries.keys(instant_text_or_none(entry.due_at), entry.id),
            **_item(entry),
        }


def _names(due: DueList, through: datetime, limit: int) -> tuple[str, ...]:
    return tuple(name for _, name in due.through(instant_text(through), limit=limit))


def _line_key(line: int) -> str:
    return f"{_LINES}{line:08d}"


def _number(value: Any) -> int:
    return int(value)


# Values and items. A field is kept under its own name; what is not plain is listed with how it is read.


def _item(value: ReceivedFile | ReceivedEntry) -> dict[str, Value]:
    return {part.name: _kept(getattr(value, part.name)) for part in fields(value)}


def _kept(value: Any) -> Value:
    match value:
        case Enum():
            return str(value.value)
        case datetime():
            return instant_text(value)
        case date():
            return value.isoformat()
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case Grounds():
            given = ((part.name, getattr(value, part.name)) for part in fields(value))
            return {name: _kept(one) for name, one in given if one is not None}
        case FileFinding():
            return {"line": value.line, "column": value.column, "code": value.code, "message": value.message}
        case tuple():
            return [_kept(one) for one in value]
        case Mapping():
            return dict(value)
        case _:
            plain: Value = value
            return plain


Reader = Callable[[Any], Any]
_OF_FILE: Final[Mapping[str, Reader]] = {
    "state": ReceivedFileState,
    "received_at": parse_instant,
    "entered_at": parse_instant,
    "due_at": parse_instant,
    "waits_until": parse_instant,
    "created_on": date.fromisoformat,
    "findings": lambda found: tuple(FileFinding(**one) for one in found),
}
_OF_ENTRY: Final[Mapping[str, Reader]] = {
    "kind": ReceivedKind,
    "state": ReceivedState,
    "found": Found,
    "amount": lambda found: Money(found["minor"], found["currency"]),
    "settles_on": date.fromisoformat,
    "effective_on": date.fromisoformat,
    "return_by": date.fromisoformat,
    "posts_at": parse_instant,
    "entered_at": parse_instant,
    "due_at": parse_instant,
    "faults": tuple,
    "grounds": lambda found: Grounds(**_read(found, [part.name for part in fields(Grounds)], _OF_GROUNDS)),
}
_OF_GROUNDS: Final[Mapping[str, Reader]] = {
    "statement_reviewed_on": date.fromisoformat,
    "event_on": date.fromisoformat,
    "died_on": date.fromisoformat,
}


def _file(item: Mapping[str, Any]) -> ReceivedFile:
    return ReceivedFile(**_read(item, [part.name for part in fields(ReceivedFile)], _OF_FILE))


def _entry(item: Mapping[str, Any]) -> ReceivedEntry:
    return ReceivedEntry(**_read(item, [part.name for part in fields(ReceivedEntry)], _OF_ENTRY))


def _read(item: Mapping[str, Any], names: Sequence[str], readers: Mapping[str, Reader]) -> dict[str, Any]:
    """What is absent is None, and has its default."""
    return {name: readers.get(name, _plain)(item[name]) for name in names if name in item}


def _plain(value: Any) -> Any:
    return value
