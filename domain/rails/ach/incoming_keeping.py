"""Every entry of a received file is kept, once, with what it is about: an account, or something that we sent.

The file is read for its entries a page at a time, so that memory does not grow with it. A piece of work ends after so
many entries and says that more is due; whoever begins it again goes on from the line it came to.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Final

from domain.accounts.model import Elsewhere
from domain.rails.ach import ranges
from domain.rails.ach.incoming_entries import Parts
from domain.rails.ach.incoming_file_records import ReceivedFileRecords
from domain.rails.ach.incoming_kinds import FORWARD, ReceivedFileEvent, ReceivedKind
from domain.rails.ach.incoming_model import Found, ReceivedEntry, ReceivedFile
from domain.rails.ach.incoming_reading import kept_entries, masked, routing_number, sent_on, shown_text
from domain.rails.ach.incoming_store import ADDED_AT_ONCE_MAX
from domain.rails.ach.model import REMITTANCE
from domain.rails.ach.nacha.profiles import PROFILES
from domain.rails.ach.nacha.records import AnyBatchHeader, AnyEntry
from domain.rails.ach.sponsors import odfi_on
from domain.refusals import NotFound
from domain.sealing import Sealer, Shredded

KEPT_AT_ONCE_MAX: Final = 2_000
"""Entries that one piece of work keeps: half a minute of a function, with four calls for each."""
TRACE_DIGITS: Final = 15
BANK_DIGITS: Final = 8

Read = tuple[ReceivedEntry, AnyBatchHeader, AnyEntry]
"""An entry as it is kept, with the records it stands in."""


class Keeping:
    def __init__(self, parts: Parts, *, records: ReceivedFileRecords, sealer: Sealer) -> None:
        self._store = parts.store
        self._accounts = parts.accounts
        self._timetable = parts.timetable
        self._clock = parts.clock
        self._jurisdiction = parts.jurisdiction
        self._records = records
        self._sealer = sealer

    def kept(self, file: ReceivedFile) -> ReceivedFile:
        """With the next of its entries, as many as one piece of work keeps."""
        kept = 0
        for page in _pages(islice(self._read(file, after=file.kept_through), KEPT_AT_ONCE_MAX)):
            self._add(page)
            kept += len(page)
            through = page[-1][0].line
            file = self._records.noted(file, lambda found, through=through: _kept_to(found, through))  # type: ignore[misc]  # bound now
        if kept == KEPT_AT_ONCE_MAX:
            return self._records.noted(file, lambda found: replace(found, due_at=self._clock.now()))
        return self._records.moved(file, ReceivedFileEvent.KEPT)

    def keep_lines(self, file: ReceivedFile, lines: Collection[int]) -> None:
        """The entries that begin in these lines alone."""
        for page in _pages(self._read(file, only=frozenset(lines))):
            self._add(page)

    def _add(self, page: Sequence[Read]) -> None:
        self._store.add_received([self._placed(*one) for one in page])

    def _read(self, file: ReceivedFile, *, after: int = 0, only: frozenset[int] | None = None) -> Iterator[Read]:
        return kept_entries(
            self._records.chunks(file),
            PROFILES[file.profile],
            file,
            jurisdiction=self._jurisdiction,
            timetable=self._timetable,
            after=after,
            only=only,
        )

    def _placed(self, entry: ReceivedEntry, header: AnyBatchHeader, record: AnyEntry) -> ReceivedEntry:
        """The entry with what it is about: an account, here or elsewhere, or something that we sent."""
        if entry.kind not in FORWARD:
            return replace(entry, home=self._home_of_answer(entry, sent_on(entry, record)))
        number = record.account_number.strip()
        routing = routing_number(record)
        faults = {fault.code for fault in self._accounts.number_faults(routing, number)}
        if "ROUTING_NUMBER_UNKNOWN" in faults:
            return replace(entry, found=Found.MISROUTED, number_masked=masked(number))
        if faults:
            return replace(entry, found=Found.MALFORMED, number_masked=masked(number))
        account = self._accounts.find_by_number(routing, number)
        if isinstance(account, Elsewhere):
            return replace(entry, found=Found.ELSEWHERE, home=account.region)
        if isinstance(account, NotFound):
            return replace(entry, found=Found.UNKNOWN, number_masked=masked(number))
        holder = self._accounts.records([account])[account].holder
        sealed = self._sealer.seal(holder, shown_text(header, record).encode(), REMITTANCE)
        return replace(
            entry,
            found=Found.HERE,
            account=account,
            customer=holder,
            sealed_text=None if isinstance(sealed, Shredded) else sealed,
        )

    def _home_of_answer(self, entry: ReceivedEntry, day: date) -> str | None:
        """The region that sent what the entry answers, by the range that held its trace number on that day."""
        about = entry.original_trace
        if entry.kind in (ReceivedKind.DISHONOUR, ReceivedKind.CONTEST):
            about = entry.answered_trace
        if about is None or len(about) != TRACE_DIGITS or not (about.isascii() and about.isdigit()):
            return None
        if about[:BANK_DIGITS] != odfi_on(day):
            return None
        return ranges.region_of_trace(about, day)


def _pages(ahead: Iterable[Read]) -> Iterator[list[Read]]:
    page: list[Read] = []
    for one in ahead:
        page.append(one)
        if len(page) == ADDED_AT_ONCE_MAX:
            yield page
            page = []
    if page:
        yield page


def _kept_to(file: ReceivedFile, line: int) -> ReceivedFile:
    return replace(file, kept_through=max(file.kept_through, line))
