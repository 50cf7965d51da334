"""The other banks, as they reach us: files built by hand from plain facts, some of them wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from domain.jurisdictions import JURISDICTIONS
from domain.rails.ach.calendar import EASTERN
from domain.rails.ach.nacha.answering import (
    AnswerInvalid,
    answer_header,
    change_header,
    contested_return,
    dishonored_return,
    notification_of_change,
    return_of,
)
from domain.rails.ach.nacha.building import BatchDraft, _records, file_header, stream
from domain.rails.ach.nacha.drafting import batch_header, entry, service_class_of
from domain.rails.ach.nacha.records import AnyBatchHeader, Entry
from domain.rails.ach.nacha.writing import write

OURS = JURISDICTIONS["us"].routing_number
SPONSOR = "984000016"
THEIRS = "021000021"
"""The routing number of whoever sends."""
MADE_AT = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)


@dataclass
class Sheet:
    """Entries on their way to us, all of one file."""

    made_at: datetime = MADE_AT
    modifier: str = "A"
    settles_on: date | None = None
    company: str = "ACME WAGES"
    description: str = "PAYROLL"
    batches: list[BatchDraft] = field(default_factory=list)
    sequence: int = 0

    def trace(self) -> str:
        self.sequence += 1
        return f"{THEIRS[:8]}{self.sequence:07d}"

    def add(
        self,
        number: str,
        minor: int,
        *,
        code: str = "22",
        sec: str = "PPD",
        routing: str = OURS,
        receiver: str = "SOMEBODY",
        information: Sequence[str] = (),
        **header: Any,
    ) -> Entry:
        """One entry in a batch of its own."""
        made = entry(
            sec=sec,
            transaction_code=code,
            routing_number=routing,
            account_number=number,
            amount_minor=minor,
            receiver=receiver,
            trace_number=self.trace(),
            payment_information=information,
        )
        self.answer(self.header(sec, [made], **header), made)
        return made

    def header(self, sec: str, entries: Sequence[Entry], **other: Any) -> AnyBatchHeader:
        asked: dict[str, Any] = {
            "sec": sec,
            "service_class": service_class_of([one.transaction_code for one in entries]),
            "company_name": self.company,
            "company_id": "1234567890",
            "entry_description": self.description,
            "effective_date": self.settles_on or self.made_at.date(),
            "odfi": THEIRS[:8],
            "batch_number": len(self.batches) + 1,
        }
        return batch_header(**{**asked, **other})

    def answer(self, header: AnyBatchHeader, *entries: Any) -> None:
        self.batches.append(BatchDraft(header, list(entries)))

    def text(self, *, checked: bool = True) -> bytes:
        """`checked`: not as banks write whose habits ours would not follow."""
        header = file_header(
            destination=OURS,
            origin=SPONSOR,
            created_at=self.made_at.astimezone(EASTERN),
            file_id_modifier=self.modifier,
            destination_name="FLORIN",
            origin_name="SPONSOR BANK",
        )
        if checked:
            return "".join(stream(header, iter(self.batches))).encode("ascii")
        return "".join(f"{line}\n" for line in write(_records(header, self.batches))).encode("ascii")


Pair = tuple[AnyBatchHeader, Any]


def settling(header: AnyBatchHeader, day: date) -> AnyBatchHeader:
    """As the operator hands it on: with the day of settlement written in."""
    return replace(header, settlement_date=f"{day:%j}")


def answered(header: AnyBatchHeader, entry: Any, code: str, trace: str, **other: Any) -> Pair:
    """The other bank's return of an entry of ours; `other` changes what its addenda, or it itself, say."""
    made = return_of(header, entry, return_code=code, trace_number=trace)
    assert not isinstance(made, AnswerInvalid), made
    of_entry = {name: other.pop(name) for name in ("amount_minor",) if name in other}
    back = replace(made, addenda=(replace(made.addenda[0], **other),), **of_entry)
    return _header(answer_header, header, back), back


def changed(header: AnyBatchHeader, entry: Any, code: str, data: str, trace: str) -> Pair:
    made = notification_of_change(header, entry, change_code=code, corrected_data=data, trace_number=trace)
    assert not isinstance(made, AnswerInvalid), made
    return _header(change_header, header, made), made


def dishonoured(header: AnyBatchHeader, entry: Any, code: str, trace: str) -> Pair:
    made = dishonored_return(header, entry, return_code=code, trace_number=trace)
    assert not isinstance(made, AnswerInvalid), made
    return _header(answer_header, header, made), made


def contested(header: AnyBatchHeader, entry: Any, code: str, trace: str) -> Pair:
    made = contested_return(
        header,
        entry,
        return_code=code,
        trace_number=trace,
        date_returned="260310",
        original_settlement_date="068",
    )
    assert not isinstance(made, AnswerInvalid), made
    return _header(answer_header, header, made), made


def _header(make: Any, header: AnyBatchHeader, made: Any) -> AnyBatchHeader:
    service_class = service_class_of([made.transaction_code])
    answer: AnyBatchHeader = make(header, odfi=THEIRS[:8], batch_number=1, service_class=service_class)
    return answer


def with_wrong_digit(text: bytes) -> bytes:
    """The first entry names a routing number whose check digit is wrong; hashes and totals stand."""
    lines = text.decode().split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("6"))
    wrong = str((int(lines[at][11]) + 1) % 10)
    lines[at] = lines[at][:11] + wrong + lines[at][12:]
    return "\n".join(lines).encode()


def with_wrong_total(text: bytes) -> bytes:
    """The file control counts a cent more than there is."""
    lines = text.decode().split("\n")
    at = next(number for number, line in enumerate(lines) if line.startswith("9") and line.strip("9"))
    total = int(lines[at][43:55]) + 1
    lines[at] = lines[at][:43] + f"{total:012d}" + lines[at][55:]
    return "\n".join(lines).encode()
