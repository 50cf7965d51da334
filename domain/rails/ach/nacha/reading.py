"""Reads a file as it comes: records are checked and handed out one by one, and what they add up to is balanced.

An entry is handed out with its addenda as soon as the next record begins, before the controls after it are known.
Whoever moves money reads a file twice: once for its result, then for its entries. Memory does not grow with the file.

Most entries are well formed. They take a short way, which says yes or nothing; whatever it does not say yes to goes
through every rule of `checks_entry`, and a test holds the two to each other.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from domain.rails.ach.nacha import codes, layouts, records
from domain.rails.ach.nacha.checks_batch import (
    Fault,
    batch_control_faults,
    batch_header_faults,
    description_fault,
    file_control_faults,
)
from domain.rails.ach.nacha.checks_batch import file_header_faults as header_faults
from domain.rails.ach.nacha.checks_entry import ANSWERS, Setting, entry_faults
from domain.rails.ach.nacha.fields import Layout, is_digits
from domain.rails.ach.nacha.findings import Finding, Findings
from domain.rails.ach.nacha.lines import Lines
from domain.rails.ach.nacha.profiles import DEFAULT, Profile
from domain.rails.ach.nacha.records import (
    Addenda,
    Addenda05,
    AnyBatchHeader,
    AnyEntry,
    Batch,
    Entry,
    File,
    FileHeader,
    IatEntry,
    Record,
)
from domain.rails.ach.nacha.totals import Tally, blocks_of, filler_of

FILLER: Final = "9" * 94
BATCHES_KEPT_MAX: Final = 10_000
"""Summaries in a result. More batches are read and counted; a file of ten thousand lines has at most 3,333."""
FAULTS_KEPT_MAX: Final = 100
"""On an entry: one is enough to leave it alone, and an entry may have thousands of addenda."""
ROUTINGS_KEPT_MAX: Final = 30_000
"""Routing numbers found right are not computed again. There are fewer than this in the United States."""


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """What a batch holds, counted from its entries."""

    number: int
    line: int
    sec: str
    service_class: str
    company_id: str
    effective_date: str
    entries: int
    addenda: int
    debit_minor: int
    credit_minor: int
    entry_hash: int


@dataclass(frozen=True, slots=True)
class Totals:
    batches: int
    entries: int
    addenda: int
    debit_minor: int
    credit_minor: int
    entry_hash: int


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of a file once it was read to its end."""

    profile: str
    profile_version: int
    header: FileHeader | None
    batches: tuple[BatchSummary, ...]
    totals: Totals
    errors: tuple[Finding, ...]
    errors_count: int
    file_errors: tuple[Finding, ...]
    """Errors of the file, and of no entry alone."""
    file_errors_count: int
    warnings: tuple[Finding, ...]
    warnings_count: int
    forgiven: Mapping[str, int]
    """Tolerances of the profile that were used, and how often: the note on the file's quality."""
    records_count: int

    @property
    def ok(self) -> bool:
        return self.errors_count == 0


# --- the short way ---------------------------------------------------------------------------------------------------

_QUICK_ENTRY: Final = re.compile(
    r"6([0-9]{2})(([0-9]{8})([0-9]))([!-~][ -~]{16})([0-9]{10})"
    r"([ -~]{15})([!-/1-~][ -~]{21})([ -~]{2})([01])([0-9]{15})"
).fullmatch
_QUICK_05: Final = re.compile(r"705([ -~]{80})([0-9]{11})").fullmatch
QUICK_SECS: Final = ("PPD", "CCD", "WEB", "TEL")
"""SEC codes of the usual fields, whose entries have one addenda 05 at most."""


class _EntryDraft:
    """An entry that is still open. It has the slots of `Entry` and becomes one by its class, which costs a third of
    building a frozen value field by field."""

    __slots__ = Entry.__slots__

    def __init__(  # noqa: PLR0917 - by position, for each entry of each file
        self,
        transaction_code: str,
        rdfi: str,
        check_digit: str,
        account_number: str,
        amount_minor: int,
        identification: str,
        receiver: str,
        discretionary_data: str,
        addenda_indicator: str,
        trace_number: str,
        line: int,
    ) -> None:
        self.transaction_code = transaction_code
        self.rdfi = rdfi
        self.check_digit = check_digit
        self.account_number = account_number
        self.amount_minor = amount_minor
        self.identification = identification
        self.receiver = receiver
        self.discretionary_data = discretionary_data
        self.addenda_indicator = addenda_indicator
        self.trace_number = trace_number
        self.addenda: tuple[Addenda, ...] = ()
        self.line = line
        self.faults: tuple[Finding, ...] = ()


class _Addenda05Draft:
    __slots__ = Addenda05.__slots__

    def __init__(self, payment_information: str, sequence_number: int, entry_sequence: str) -> None:
        self.payment_information = payment_information
        self.sequence_number = sequence_number
        self.entry_sequence = entry_sequence


# --- what is open ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """The batch that is being read. Without a header its entries are read and counted all the same."""

    header: AnyBatchHeader | None
    line: int
    tally: Tally = field(default_factory=Tally)
    iat: bool = False
    adv: bool = False
    sec: codes.Sec | None = None
    quick: dict[str, bool] = field(default_factory=dict)
    """Codes of live entries that may take the short way, and whether they are credits."""
    last_trace: str = ""
    setting: Setting = field(default_factory=lambda: Setting(None, "", "", "", iat=False))
    misdescribed: Fault | None = None
    """What is wrong with its description, if a forward entry stands in it."""


@dataclass(slots=True)
class _Slow:
    """An entry under every rule."""

    entry: AnyEntry
    previous_trace: str
    addenda: list[Addenda] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    """Where each addenda stands: blank lines may be between them."""
    dropped: int = 0
    faults: list[Finding] = field(default_factory=list)


_ADDENDA: Final[Mapping[str, Any]] = {
    "02": records.Addenda02,
    "05": records.Addenda05,
    "10": records.Addenda10,
    "11": records.Addenda11,
    "12": records.Addenda12,
    "13": records.Addenda13,
    "14": records.Addenda14,
    "15": records.Addenda15,
    "16": records.Addenda16,
    "17": records.Addenda17,
    "18": records.Addenda18,
}


def _addenda_class(text: str, *, iat: bool) -> Any:
    """The kind of addenda that a record is, by its type, its code and the batch; nothing when there is no such type."""
    kind, code = text[1:3], text[3:6]
    if kind == "98":
        if code in codes.REFUSAL_CODES:
            return records.Addenda98Refused
        return records.Addenda98Iat if iat else records.Addenda98
    if kind == "99":
        if code in codes.DISHONOR_CODES:
            return records.Addenda99Dishonored
        if code in codes.CONTEST_CODES:
            return records.Addenda99Contested
        return records.Addenda99Iat if iat else records.Addenda99
    return _ADDENDA.get(kind)


class Reading:
    """One reading of one file. Iterate once, to the end; then `result` is there."""

    def __init__(self, chunks: Iterable[bytes], profile: Profile = DEFAULT) -> None:
        self._chunks = chunks
        self._findings = Findings(profile)
        self._lines = Lines(self._findings)
        self._header: FileHeader | None = None
        self._batch: _Open | None = None
        self._slow: _Slow | None = None
        self._batches: list[BatchSummary] = []
        self._batches_count = 0
        self._last_batch_number = -1
        self._kinds: set[bool] = set()
        self._total = Tally()
        self._records = 0
        self._filler = 0
        self._control_line = 0
        self._block_count: tuple[int, int] | None = None
        self._done = False
        self._routings: dict[str, int] = {}
        self._takers: Mapping[str, Callable[[str], Iterable[Record]]] = {
            "1": self._file_header,
            "5": self._batch_header,
            "6": self._entry,
            "7": self._addenda,
            "8": self._batch_control,
            "9": self._file_control,
        }

    @property
    def errors_count(self) -> int:
        """Errors so far; at any moment."""
        return self._findings.errors_count

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(self._findings.errors)

    @property
    def result(self) -> Result:
        if not self._done:
            raise RuntimeError("a reading has its result when it has come to its end")
        found, total = self._findings, self._total
        return Result(
            profile=found.profile.name,
            profile_version=found.profile.version,
            header=self._header,
            batches=tuple(self._batches),
            totals=Totals(
                self._batches_count,
                total.entries,
                total.addenda,
                total.debit_minor,
                total.credit_minor,
                total.entry_hash,
            ),
            errors=tuple(sorted(found.errors, key=_place)),
            errors_count=found.errors_count,
            file_errors=tuple(sorted(found.file_errors, key=_place)),
            file_errors_count=found.file_errors_count,
            warnings=tuple(sorted(found.warnings, key=_place)),
            warnings_count=found.warnings_count,
            forgiven=dict(found.forgiven),
            records_count=self._records,
        )

    def __iter__(self) -> Iterator[Record]:  # noqa: C901, PLR0912, PLR0915 - a call in this loop costs what a field does
        lines, routings = self._lines, self._routings
        quick_entry, quick_05, entry_draft, draft_05 = _QUICK_ENTRY, _QUICK_05, _EntryDraft, _Addenda05Draft
        draft: Any = None
        previous = ""
        batch: Any = None
        quick: dict[str, bool] = {}
        odfi, tally, takes_05 = "", Tally(), False
        more_entries = more_addenda = more_debit = more_credit = more_routing = 0
        for text in lines.records(self._chunks):
            kind = text[0]
            if kind == "7" and draft is not None:
                match = quick_05(text)
                if match and takes_05 and not draft.addenda and lines.number == draft.line + 1:
                    information, tail = match.groups()
                    if tail == "0001" + draft.trace_number[8:]:
                        one: Any = draft_05(information.rstrip(), 1, tail[4:])
                        one.__class__ = Addenda05
                        draft.addenda = (one,)
                        more_addenda += 1
                        continue
                self._slow = self._slowed(draft, previous)
                draft = None
            elif draft is not None:
                if draft.addenda_indicator == ("1" if draft.addenda else "0"):
                    draft.__class__ = Entry
                    yield draft
                else:
                    yield self._finished(self._slowed(draft, previous))
                draft = None
            if kind == "6" and batch is not None:
                if self._slow is not None:
                    slow, self._slow = self._slow, None
                    yield self._finished(slow)
                match = quick_entry(text)
                if match:
                    (
                        code,
                        number,
                        rdfi,
                        digit,
                        account,
                        cents,
                        identification,
                        receiver,
                        data,
                        indicator,
                        trace,
                    ) = match.groups()
                    credit = quick.get(code)
                    routing = routings.get(number)
                    if routing is None:
                        routing = self._routing(rdfi, digit)
                    amount = int(cents)
                    previous = batch.last_trace
                    if credit is not None and routing >= 0 and amount and trace > previous and trace.startswith(odfi):
                        draft = entry_draft(
                            code,
                            rdfi,
                            digit,
                            account.rstrip(),
                            amount,
                            identification.rstrip(),
                            receiver.rstrip(),
                            data.rstrip(),
                            indicator,
                            trace,
                            lines.number,
                        )
                        batch.last_trace = trace
                        more_entries += 1
                        more_routing += routing
                        if credit:
                            more_credit += amount
                        else:
                            more_debit += amount
                        continue
            if more_entries or more_addenda:
                self._records += more_entries + more_addenda
                tally.add(Tally(more_entries, more_addenda, more_debit, more_credit, more_routing))
                more_entries = more_addenda = more_debit = more_credit = more_routing = 0
            yield from self._record(kind, text)
            if self._batch is not batch:
                batch = self._batch
                if batch is not None:
                    quick, odfi, tally = batch.quick, batch.setting.odfi, batch.tally
                    takes_05 = batch.sec is not None and batch.sec.addenda_max > 0
        if draft is not None:
            yield self._finished(self._slowed(draft, previous))
        if more_entries or more_addenda:
            self._records += more_entries + more_addenda
            tally.add(Tally(more_entries, more_addenda, more_debit, more_credit, more_routing))
        yield from self._end()

    # --- records, one by one ---------------------------------------------------------------------------------------

    def _record(self, kind: str, text: str) -> Iterator[Record]:
        """Any record, by every rule."""
        if kind != "7" and self._slow is not None:
            slow, self._slow = self._slow, None
            yield self._finished(slow)
        if self._control_line:
            self._after_control(text)
            return
        if kind == "9" and text == FILLER and self._batch is None and self._header is None and not self._records:
            self._add(1, "", "RECORD_ORDER", "The file begins with filler.")
            return
        self._records += 1
        if self._records == 1 and kind != "1":
            self._add(1, "", "FILE_HEADER_MISSING", "The file does not begin with a file header.")
        take = self._takers.get(kind)
        if take is None:
            self._add(1, "record_type", "RECORD_TYPE", "A record begins with 1, 5, 6, 7, 8 or 9.")
        else:
            yield from take(text)

    def _file_header(self, text: str) -> Iterator[Record]:
        if self._records > 1:
            self._add(1, "", "RECORD_ORDER", "A file header stands at the beginning of a file alone.")
            return
        values, _ = self._form(layouts.FILE_HEADER, text)
        self._header = FileHeader(*values)
        for fault in header_faults(self._header):
            self._add(fault.column, fault.field, fault.code, fault.message)
        yield self._header

    def _batch_header(self, text: str) -> Iterator[Record]:
        self._close_open_batch()
        iat = text[50:53] == "IAT" or (text[50:53] == "COR" and text[4:10] == codes.IAT_CORRECTION)
        kind: Any = records.IatBatchHeader if iat else records.BatchHeader
        values, _ = self._form(kind.layout, text)
        header: AnyBatchHeader = kind(*values)
        for fault in batch_header_faults(header):
            self._add(fault.column, fault.field, fault.code, fault.message)
        if header.batch_number <= self._last_batch_number:
            message = f"Batch {header.batch_number} follows batch {self._last_batch_number}, and must be greater."
            self._add(88, "batch_number", "BATCH_NUMBER_ORDER", message)
        self._last_batch_number = header.batch_number
        self._batch = _opened(header, self._lines.number, iat=iat)
        self._batch.misdescribed = description_fault(header)
        if (header.sec == "ADV" and False in self._kinds) or (header.sec != "ADV" and True in self._kinds):
            self._add(51, "sec", "FILE_MIXED_WITH_ADV", "A file holds batches of ADV alone, or none.")
        self._kinds.add(header.sec == "ADV")
        yield header

    def _entry(self, text: str) -> Iterable[Record]:
        """Nothing is handed out yet: addenda may follow."""
        batch = self._batch
        if batch is None:
            self._add(1, "", "RECORD_ORDER", "An entry stands within a batch, after its header.")
            batch = self._batch = _Open(None, self._lines.number)
        kind: Any = IatEntry if batch.iat else records.AdvEntry if batch.adv else Entry
        values, faults = self._form(kind.layout, text, of_entry=True)
        entry: AnyEntry = kind(*values, line=self._lines.number)
        self._slow = _Slow(entry, batch.last_trace, faults=faults)
        batch.last_trace = entry.trace_number
        tally = batch.tally
        tally.entries += 1
        if is_digits(entry.rdfi):
            tally.routing_sum += int(entry.rdfi)
        known = codes.TRANSACTION_CODES.get(entry.transaction_code)
        if known.credit if known else entry.transaction_code[1:] < "5":
            tally.credit_minor += entry.amount_minor
        else:
            tally.debit_minor += entry.amount_minor
        return ()

    def _addenda(self, text: str) -> Iterable[Record]:
        slow, batch = self._slow, self._batch
        if batch is not None:
            batch.tally.addenda += 1
        if slow is None or batch is None:
            self._add(1, "", "RECORD_ORDER", "Addenda follow an entry.")
            return ()
        kind = _addenda_class(text, iat=batch.iat)
        if kind is None:
            message = "There is no such type of addenda."
            slow.faults.insert(0, self._add(2, "addenda_type", "ADDENDA_TYPE", message, of_entry=True))
            del slow.faults[FAULTS_KEPT_MAX:]
            slow.dropped += 1
            return ()
        values, faults = self._form(kind.layout, text, of_entry=True)
        slow.faults += faults
        del slow.faults[FAULTS_KEPT_MAX:]
        if len(slow.addenda) < codes.ADDENDA_MAX:
            slow.addenda.append(kind(*values))
            slow.lines.append(self._lines.number)
        else:
            slow.dropped += 1
            if slow.dropped == 1:
                message = f"The entry has more than {codes.ADDENDA_MAX:,} addenda."
                slow.faults.insert(0, self._add(1, "", "ADDENDA_TOO_MANY", message, of_entry=True))
        return ()

    def _batch_control(self, text: str) -> Iterator[Record]:
        batch = self._batch
        if batch is None:
            self._add(1, "", "RECORD_ORDER", "A batch control ends a batch, and none is open.")
            return
        kind: Any = records.AdvBatchControl if batch.adv else records.BatchControl
        values, _ = self._form(kind.layout, text)
        control = kind(*values)
        for fault in batch_control_faults(control, batch.header, batch.tally):
            self._add(fault.column, fault.field, fault.code, fault.message)
        self._close(batch)
        yield control

    def _file_control(self, text: str) -> Iterator[Record]:
        self._close_open_batch()
        if text == FILLER:
            self._records -= 1
            self._add(1, "", "FILE_CONTROL_MISSING", "Filler stands where the file control must be.")
            self._control_line, self._filler = self._lines.number, 1
            return
        kind: Any = records.AdvFileControl if self._kinds == {True} else records.FileControl
        values, _ = self._form(kind.layout, text)
        control = kind(*values)
        self._control_line = self._lines.number
        for fault in file_control_faults(control, self._batches_count, self._total):
            self._add(fault.column, fault.field, fault.code, fault.message)
        self._block_count = (control.block_count, blocks_of(self._records))
        yield control

    def _after_control(self, text: str) -> None:
        if text == FILLER:
            self._filler += 1
        elif not text.strip("9 ") and text[0] == "9":
            self._filler += 1
            self._add(1, "", "FILLER", "A line of filler has fewer than 94 9s.")
        else:
            self._add(1, "", "RECORD_ORDER", "Nothing but filler follows the file control.")

    # --- ends ------------------------------------------------------------------------------------------------------

    def _close_open_batch(self) -> None:
        """A batch that another record ended."""
        if self._batch is not None:
            message = f"The batch that begins in line {self._batch.line} has no control."
            self._add(1, "", "BATCH_CONTROL_MISSING", message)
            self._close(self._batch)

    def _close(self, batch: _Open) -> None:
        tally, header = batch.tally, batch.header
        if not tally.entries:
            self._add(1, "", "BATCH_EMPTY", f"The batch that begins in line {batch.line} has no entry.")
            self._judge_description(batch)
        self._batches_count += 1
        self._total.add(tally)
        self._batch = None
        if len(self._batches) < BATCHES_KEPT_MAX:
            summary = BatchSummary(
                number=header.batch_number if header else 0,
                line=batch.line,
                sec=header.sec if header else "",
                service_class=header.service_class if header else "",
                company_id=header.company_id if header else "",
                effective_date=header.effective_date if header else "",
                entries=tally.entries,
                addenda=tally.addenda,
                debit_minor=tally.debit_minor,
                credit_minor=tally.credit_minor,
                entry_hash=tally.entry_hash,
            )
            self._batches.append(summary)

    def _end(self) -> Iterator[Record]:
        if self._slow is not None:
            slow, self._slow = self._slow, None
            yield self._finished(slow)
        self._close_open_batch()
        if not self._records and not self._filler:
            self._add(0, "", "FILE_EMPTY", "The file has no record.")
        elif not self._control_line:
            self._add(0, "", "FILE_CONTROL_MISSING", "The file does not end with a file control.")
        else:
            self._check_blocks()
        if self._header is not None and not self._batches_count:
            self._add(0, "", "FILE_WITHOUT_BATCHES", "The file has no batch.")
        self._done = True

    def _check_blocks(self) -> None:
        line = self._control_line
        if self._filler != filler_of(self._records):
            message = f"{filler_of(self._records)} lines of 9s fill the last block, the file has {self._filler}."
            self._findings.add(line, 0, "", "FILLER", message)
        if self._block_count and self._block_count[0] != self._block_count[1]:
            message = f"The control counts {self._block_count[0]} blocks, the file has {self._block_count[1]}."
            self._findings.add(line, 8, "block_count", "BLOCK_COUNT", message)

    # --- entries under every rule ----------------------------------------------------------------------------------

    def _slowed(self, draft: Any, previous: str) -> _Slow:
        addenda = list(draft.addenda)
        draft.__class__ = Entry
        return _Slow(draft, previous, addenda=addenda, lines=[draft.line + 1] * len(addenda))

    def _finished(self, slow: _Slow) -> AnyEntry:
        """The entry with its addenda and with what is wrong with them."""
        batch = cast("_Open", self._batch)
        about = batch.setting
        setting = Setting(about.sec, about.service_class, about.odfi, about.description, about.iat, slow.previous_trace)
        entry = slow.entry
        object.__setattr__(entry, "addenda", tuple(slow.addenda))  # it is nobody else's yet
        faults = [found for found in slow.faults if self._findings.is_error(found)]
        said = {(found.line, found.column) for found in faults}
        if not any(isinstance(one, ANSWERS) for one in slow.addenda):
            self._judge_description(batch)
        for fault in entry_faults(entry, setting):
            if slow.dropped and fault.code in ("ADDENDA_INDICATOR", "ADDENDA_MISSING", "ADDENDA_COUNT"):
                continue
            place = (slow.lines[fault.line - 1] if fault.line else entry.line, fault.column)
            if place in said and fault.code in ("FIELD_VALUE", "FIELD_NOT_NUMERIC", "FIELD_MISSING"):
                continue
            found = self._findings.add(*place, fault.field, fault.code, fault.message, of_entry=True)
            if self._findings.is_error(found) and len(faults) < FAULTS_KEPT_MAX:
                faults.append(found)
        object.__setattr__(entry, "faults", tuple(faults))
        return entry

    def _judge_description(self, batch: _Open) -> None:
        """Once for a batch, at its header: an answer says nothing of how its originator described the entries."""
        fault, batch.misdescribed = batch.misdescribed, None
        if fault is not None:
            self._findings.add(batch.line, fault.column, fault.field, fault.code, fault.message)

    def _routing(self, rdfi: str, digit: str) -> int:
        """The first eight digits as a number, or less than zero when the ninth does not check them."""
        if codes.routing_check_digit(rdfi) != digit:
            return -1
        if len(self._routings) < ROUTINGS_KEPT_MAX:
            self._routings[rdfi + digit] = int(rdfi)
        return int(rdfi)

    # --- findings --------------------------------------------------------------------------------------------------

    def _form(self, layout: Layout, text: str, *, of_entry: bool = False) -> tuple[tuple[Any, ...], list[Finding]]:
        """The values of a record, and what is wrong with the form of its fields."""
        values, sound = layout.read(text)
        if sound:
            return values, []
        return values, [
            self._add(fault.column, fault.field, fault.code, fault.message, of_entry=of_entry)
            for fault in layout.faults(text)
        ]

    def _add(self, column: int, name: str, code: str, message: str, *, of_entry: bool = False) -> Finding:
        return self._findings.add(self._lines.number, column, name, code, message, of_entry=of_entry)


def _opened(header: AnyBatchHeader, line: int, *, iat: bool) -> _Open:
    sec = codes.SECS.get(header.sec)
    setting = Setting(
        sec=sec,
        service_class=header.service_class,
        odfi=header.odfi if is_digits(header.odfi) else "",
        description=header.entry_description,
        iat=iat,
    )
    batch = _Open(header, line, iat=iat, adv=header.sec == "ADV", sec=sec, setting=setting)
    if sec is not None and sec.code in QUICK_SECS and setting.odfi:
        batch.quick = {
            code.code: code.credit
            for code in codes.TRANSACTION_CODES.values()
            if code.kind == "LIVE"
            and code.code != codes.LOAN_REVERSAL
            and (sec.credits if code.credit else sec.debits)
            and header.service_class != (codes.DEBITS_ONLY if code.credit else codes.CREDITS_ONLY)
        }
    return batch


def _place(found: Finding) -> tuple[int, int]:
    return found.line, found.column


# --- whole files -----------------------------------------------------------------------------------------------------


def inspect(chunks: Iterable[bytes], profile: Profile = DEFAULT) -> Result:
    """Reads a file to its end for its result alone."""
    reading = Reading(chunks, profile)
    for _ in reading:
        pass
    return reading.result


def entries(reading: Iterable[Record]) -> Iterator[tuple[AnyBatchHeader, AnyEntry]]:
    """Every entry with the header of its batch, as they come. Entries outside a batch are left out: they are errors."""
    header: AnyBatchHeader | None = None
    for record in reading:
        if isinstance(record, AnyBatchHeader):
            header = record
        elif isinstance(record, AnyEntry) and header is not None:
            yield header, record
        elif isinstance(record, records.AnyBatchControl):
            header = None


def load(data: bytes, profile: Profile = DEFAULT) -> tuple[File, Result]:
    """A whole file in memory, for what is known to be small."""
    reading = Reading((data,), profile)
    header: FileHeader | None = None
    batches: list[Batch] = []
    open_header: AnyBatchHeader | None = None
    open_entries: list[AnyEntry] = []
    control: records.AnyFileControl | None = None

    def close(by: records.AnyBatchControl | None) -> None:
        nonlocal open_header, open_entries
        if open_header is not None:
            batches.append(Batch(open_header, tuple(open_entries), by))
        open_header, open_entries = None, []

    for record in reading:
        if isinstance(record, FileHeader):
            header = record
        elif isinstance(record, AnyBatchHeader):
            close(None)
            open_header = record
        elif isinstance(record, AnyEntry):
            open_entries.append(record)
        elif isinstance(record, records.AnyBatchControl):
            close(record)
        else:
            close(None)
            control = record
    close(None)
    return File(header, tuple(batches), control), reading.result
