"""From entries to the text of a file: what each entry needs is read from where it is sealed, and written down once.

Batches follow from what their entries have in common, entries stand in the order of their trace numbers, so the same
entries give the same file.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from domain.counterparties.model import AccountType, OpenedCounterparty
from domain.payments.model import Payment
from domain.rails.ach.calendar import EASTERN
from domain.rails.ach.kinds import EntryKind
from domain.rails.ach.model import AchFile, BatchTotals, Entry
from domain.rails.ach.nacha.building import BatchDraft, file_header, stream
from domain.rails.ach.nacha.characters import to_ascii
from domain.rails.ach.nacha.drafting import batch_header, entry, service_class_of
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Result, inspect
from domain.rails.ach.nacha.records import BatchHeader
from domain.rails.ach.nacha.records import Entry as EntryRecord
from domain.rails.ach.sponsors import Sponsor

COMPANY_NAME_MAX: Final = 16
RECEIVER_MAX: Final = 22
RECEIVER_WITH_COUNT_MAX: Final = 16
"""CTX: the first four characters of the field are the number of addenda, the last two are reserved."""
IDENTIFICATION_MAX: Final = 15
ADDENDA_TEXT_MAX: Final = 80
SAME_DAY: Final = "SD"
"""Begins the Company Descriptive Date of a batch that is to settle on the same day (Nacha, appendix three)."""

CODES: Final = {
    (AccountType.CHECKING, EntryKind.CREDIT): "22",
    (AccountType.CHECKING, EntryKind.DEBIT): "27",
    (AccountType.SAVINGS, EntryKind.CREDIT): "32",
    (AccountType.SAVINGS, EntryKind.DEBIT): "37",
    (AccountType.GL, EntryKind.CREDIT): "42",
    (AccountType.GL, EntryKind.DEBIT): "47",
    (AccountType.LOAN, EntryKind.CREDIT): "52",
}
"""Transaction codes of live entries. A loan is not debited, but to take a credit back."""


@dataclass(frozen=True, slots=True, repr=False)
class Content:
    """An entry with what is sealed elsewhere: never kept, never printed."""

    entry: Entry
    payment: Payment
    receiver: OpenedCounterparty
    originator: str
    """The originator's name."""
    remittance: str
    same_day_until: str
    """HHMM of the settlement asked for, such as 1300; empty for the next day."""


@dataclass(frozen=True, slots=True)
class Composed:
    content: bytes
    result: Result
    batches: tuple[BatchTotals, ...]
    transliterated: int
    """Texts that a file cannot hold as they are, and that were written in ASCII."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(slots=True)
class _Written:
    """What is written so far of the texts that people gave."""

    transliterated: int = 0
    batches: list[tuple[str, str]] = field(default_factory=list)
    """(description, effective date) of each batch, in the order of the file."""

    def ascii(self, text: str) -> str:
        written = to_ascii(text)
        self.transliterated += written != text
        return written

    def name(self, text: str, length: int) -> str:
        return self.ascii(text).upper()[:length].rstrip()


def composed(file: AchFile, sponsor: Sponsor, contents: Sequence[Content]) -> Composed:
    """The file of these entries. Raises `FileUnwritable` for what no bank would take."""
    if file.created_at is None or file.modifier is None:
        raise ValueError(f"{file.id} has no creation time and no modifier yet")
    written = _Written()
    header = file_header(
        destination=sponsor.routing_number,
        origin=sponsor.origin,
        created_at=file.created_at.astimezone(EASTERN),
        file_id_modifier=file.modifier,
        destination_name=sponsor.name,
        origin_name=sponsor.origin_name,
    )
    content = "".join(stream(header, _batches(sponsor, contents, written))).encode("ascii")
    result = inspect((content,), STRICT)
    return Composed(content, result, _totals(result, written, contents), written.transliterated)


def company_id(customer: str) -> str:
    """Company Identification, assigned by the bank: a letter and nine digits that follow from the customer's id."""
    digits = int.from_bytes(hashlib.sha256(customer.encode()).digest()[:8]) % 10**9
    return f"F{digits:09d}"


def _batches(sponsor: Sponsor, contents: Sequence[Content], written: _Written) -> Iterator[BatchDraft]:
    ordered = sorted(contents, key=lambda one: (_shared(one), one.entry.trace))
    for number, (_, group) in enumerate(groupby(ordered, key=_shared), start=1):
        members = list(group)
        records = [_record(one, written) for one in members]
        yield BatchDraft(_header(sponsor, members[0], records, number, written), records)


def _shared(one: Content) -> tuple[str, ...]:
    """What entries of one batch have in common."""
    entry = one.entry
    return (
        entry.customer,
        entry.sec,
        entry.kind.value,
        entry.description,
        entry.effective_on.isoformat(),
        one.same_day_until,
    )


def _header(
    sponsor: Sponsor, first: Content, records: Iterable[EntryRecord], number: int, written: _Written
) -> BatchHeader:
    written.batches.append((first.entry.description, first.entry.effective_on.isoformat()))
    return batch_header(
        sec=first.entry.sec,
        service_class=service_class_of([record.transaction_code for record in records]),
        company_name=written.name(first.originator, COMPANY_NAME_MAX),
        company_id=company_id(first.entry.customer),
        entry_description=first.entry.description,
        effective_date=first.entry.effective_on,
        odfi=sponsor.odfi,
        batch_number=number,
        descriptive_date=f"{SAME_DAY}{first.same_day_until}" if first.same_day_until else "",
    )


def _record(one: Content, written: _Written) -> EntryRecord:
    details, with_count = one.receiver.details, one.entry.sec == "CTX"
    return entry(
        sec=one.entry.sec,
        transaction_code=CODES[details.account_type, one.entry.kind],
        routing_number=details.routing_number,
        account_number=details.account_number,
        amount_minor=one.entry.amount.minor,
        receiver=written.name(details.name, RECEIVER_WITH_COUNT_MAX if with_count else RECEIVER_MAX),
        trace_number=one.entry.trace,
        identification=_identification(one),
        discretionary_data=("R" if one.payment.ach.recurring else "S") if one.entry.sec in ("WEB", "TEL") else "",
        payment_information=addenda_texts(written.ascii(one.remittance)),
    )


def _identification(one: Content) -> str:
    """Of a WEB credit the originator's name, because the receiver is to know who pays; else our own reference."""
    if one.entry.sec == "WEB" and one.entry.kind is EntryKind.CREDIT:
        return to_ascii(one.originator).upper()[:IDENTIFICATION_MAX].rstrip()
    return one.payment.id[-IDENTIFICATION_MAX:].upper()


def addenda_texts(text: str) -> tuple[str, ...]:
    """The text in pieces of an addenda record."""
    return tuple(text[at : at + ADDENDA_TEXT_MAX] for at in range(0, len(text), ADDENDA_TEXT_MAX))


def _totals(result: Result, written: _Written, contents: Sequence[Content]) -> tuple[BatchTotals, ...]:
    dates = {one.entry.effective_on.isoformat(): one.entry.effective_on for one in contents}
    return tuple(
        BatchTotals(
            number=batch.number,
            sec=batch.sec,
            service_class=batch.service_class,
            company_id=batch.company_id,
            description=description,
            effective_on=dates[effective_on],
            entries=batch.entries,
            addenda=batch.addenda,
            debit_minor=batch.debit_minor,
            credit_minor=batch.credit_minor,
            entry_hash=f"{batch.entry_hash:010d}",
        )
        for batch, (description, effective_on) in zip(result.batches, written.batches, strict=True)
    )
