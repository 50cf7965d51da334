"""Builds outbound files: a header and batches of entries become lines, with every count, hash, total and filler.

Nothing leaves that this bank would not take: each line goes through the reader under the strict profile before it is
handed out, so that there is one set of rules and not two. Trace numbers, batch numbers and the file ID modifier are
the caller's: they come from ranges that outlive a file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from domain.rails.ach.nacha import codes
from domain.rails.ach.nacha.fields import is_digits
from domain.rails.ach.nacha.findings import Finding
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Reading, Result
from domain.rails.ach.nacha.records import (
    AdvBatchControl,
    AdvFileControl,
    AnyBatchHeader,
    AnyEntry,
    BatchControl,
    FileControl,
    FileHeader,
    IatBatchHeader,
    Record,
)
from domain.rails.ach.nacha.totals import Tally
from domain.rails.ach.nacha.writing import write

TOTAL_MINOR_MAX: Final = 10**12 - 1
"""Totals of a batch and of a file have twelve digits."""
BATCH_COUNT_MAX: Final = 10**6 - 1
"""Entries and addenda of a batch are counted in six digits."""
LINES_BUILT_MAX: Final = 10_000
"""Of a file that is built in memory: what gateways take at most. `stream` has no such bound."""
REMARKS_ALLOWED: Final = frozenset(("ORIGIN",))
"""An immediate origin may be a company's number, which only looks like a routing number."""


@dataclass(frozen=True, slots=True)
class FileInvalid:
    """The file that was to be built would be refused; nothing was built. A value, for the caller to act on."""

    findings: tuple[Finding, ...]

    @property
    def message(self) -> str:
        shown = "; ".join(f"line {one.line}, {one.field or one.code}: {one.message}" for one in self.findings[:3])
        return f"The ACH file would not be valid: {shown}"


class FileUnwritable(Exception):
    """A file that was being streamed is not valid. What was handed out before is to be thrown away."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(FileInvalid(findings).message)
        self.findings = findings


@dataclass(frozen=True, slots=True)
class BatchDraft:
    """A batch without its control. Entries may be a generator: they are taken once, in order."""

    header: AnyBatchHeader
    entries: Iterable[AnyEntry]


@dataclass(frozen=True, slots=True)
class Built:
    """A whole file. `result` says what it holds, as a reader would."""

    text: str
    result: Result


def build(header: FileHeader, batches: Iterable[BatchDraft]) -> Built | FileInvalid:
    """The file in memory, or everything that is wrong with it."""
    lines: list[str] = []
    for line in write(_records(header, batches)):
        if len(lines) >= LINES_BUILT_MAX:
            message = f"A file that is built in memory has at most {LINES_BUILT_MAX:,} lines."
            return FileInvalid((Finding(LINES_BUILT_MAX + 1, 0, "", "FILE_TOO_LARGE", message),))
        lines.append(line)
    text = "".join(f"{line}\n" for line in lines)
    reading = Reading((_encoded(text),), STRICT)
    for _ in reading:
        pass
    wrong = _wrong(reading.result)
    return FileInvalid(wrong) if wrong else Built(text, reading.result)


def stream(header: FileHeader, batches: Iterable[BatchDraft]) -> Iterator[str]:
    """The lines of a file of any size, each with its LF. A line is handed out when it has been read and found right."""
    produced: list[str] = []

    def chunks() -> Iterator[bytes]:
        for line in write(_records(header, batches)):
            produced.append(f"{line}\n")
            yield _encoded(produced[-1])

    reading = Reading(chunks(), STRICT)
    for _ in reading:
        if reading.errors_count:
            raise FileUnwritable(reading.errors)
        yield from produced[:-1]
        del produced[:-1]
    if wrong := _wrong(reading.result):
        raise FileUnwritable(wrong)
    yield from produced


def _encoded(text: str) -> bytes:
    """What is no byte becomes one that no file may hold, so that the reader says where it stands."""
    return "".join(sign if sign.isascii() else "\x7f" for sign in text).encode("ascii")


def _wrong(result: Result) -> tuple[Finding, ...]:
    return result.errors or tuple(one for one in result.warnings if one.code not in REMARKS_ALLOWED)


def _records(header: FileHeader, batches: Iterable[BatchDraft]) -> Iterator[Record]:
    yield header
    total, count, adv = Tally(), 0, False
    for batch in batches:
        yield batch.header
        tally = Tally()
        for entry in batch.entries:
            add_to(tally, entry)
            yield entry
        total.add(tally)
        count += 1
        adv = adv or batch.header.sec == "ADV"
        yield control_of(batch.header, tally)
    kind = AdvFileControl if adv else FileControl
    yield kind(
        batch_count=count,
        block_count=0,
        entry_addenda_count=total.entry_addenda_count,
        entry_hash=total.entry_hash,
        debit_minor=total.debit_minor,
        credit_minor=total.credit_minor,
    )


def add_to(tally: Tally, entry: AnyEntry) -> None:
    tally.entries += 1
    tally.addenda += len(entry.addenda)
    tally.routing_sum += int(entry.rdfi) if is_digits(entry.rdfi) else 0
    known = codes.TRANSACTION_CODES.get(entry.transaction_code)
    if known is not None and known.credit:
        tally.credit_minor += entry.amount_minor
    else:
        tally.debit_minor += entry.amount_minor


def control_of(header: AnyBatchHeader, tally: Tally) -> BatchControl | AdvBatchControl:
    if header.sec == "ADV":
        return AdvBatchControl(
            service_class=header.service_class,
            entry_addenda_count=tally.entry_addenda_count,
            entry_hash=tally.entry_hash,
            debit_minor=tally.debit_minor,
            credit_minor=tally.credit_minor,
            operator_data="" if isinstance(header, IatBatchHeader) else header.company_name,
            odfi=header.odfi,
            batch_number=header.batch_number,
        )
    return BatchControl(
        service_class=header.service_class,
        entry_addenda_count=tally.entry_addenda_count,
        entry_hash=tally.entry_hash,
        debit_minor=tally.debit_minor,
        credit_minor=tally.credit_minor,
        company_id=header.company_id,
        authentication_code="",
        reserved="",
        odfi=header.odfi,
        batch_number=header.batch_number,
    )


def split(header: AnyBatchHeader, entries: Iterable[AnyEntry]) -> Iterator[BatchDraft]:
    """Batches of one header, begun anew before a total or a count would need more digits than it has. Batch numbers
    ascend from the header's."""
    held: list[AnyEntry] = []
    tally, number = Tally(), header.batch_number
    for entry in entries:
        trial = replace(tally)
        add_to(trial, entry)
        full = (
            trial.debit_minor > TOTAL_MINOR_MAX
            or trial.credit_minor > TOTAL_MINOR_MAX
            or trial.entry_addenda_count > BATCH_COUNT_MAX
        )
        if held and full:
            yield BatchDraft(replace(header, batch_number=number), tuple(held))
            held, tally, number = [], Tally(), number + 1
        add_to(tally, entry)
        held.append(entry)
    if held:
        yield BatchDraft(replace(header, batch_number=number), tuple(held))


def file_header(
    *,
    destination: str,
    origin: str,
    created_at: datetime,
    file_id_modifier: str,
    destination_name: str = "",
    origin_name: str = "",
    reference_code: str = "",
) -> FileHeader:
    """`destination` is a routing number; `origin` a routing number, or ten characters as agreed with the bank.
    `created_at` is in the time zone in which the file is to be dated."""
    return FileHeader(
        immediate_destination=destination.rjust(10),
        immediate_origin=origin.rjust(10),
        creation_date=f"{created_at:%y%m%d}",
        creation_time=f"{created_at:%H%M}",
        file_id_modifier=file_id_modifier,
        destination_name=destination_name,
        origin_name=origin_name,
        reference_code=reference_code,
    )
