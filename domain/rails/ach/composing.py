"""From entries to the text of a file: what each entry needs is read from where it is sealed, and written down once.

Batches follow from what their entries have in common, entries stand in the order of their trace numbers, so the same
entries give the same file.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Protocol

from domain.counterparties.model import AccountType, OpenedCounterparty
from domain.payments.model import Payment
from domain.rails.ach.calendar import EASTERN
from domain.rails.ach.kinds import EntryKind
from domain.rails.ach.model import AchFile, BatchTotals, Entry
from domain.rails.ach.nacha.building import BatchDraft, file_header, stream
from domain.rails.ach.nacha.characters import to_ascii
from domain.rails.ach.nacha.codes import LOAN_REVERSAL
from domain.rails.ach.nacha.drafting import batch_header, entry, service_class_of
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Result, inspect
from domain.rails.ach.nacha.records import AnyBatchHeader, AnyEntry, BatchHeader
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
"""Transaction codes of live entries. A loan is not debited ..."""
CODES_OF_REVERSALS: Final = {**CODES, (AccountType.LOAN, EntryKind.DEBIT): LOAN_REVERSAL}
"""... but to take a credit back."""


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
class Written:
    """What is written so far of the texts that people gave."""

    transliterated: int = 0

    def ascii(self, text: str) -> str:
        written = to_ascii(text)
        self.transliterated += written != text
        return written

    def name(self, text: str, length: int) -> str:
        return self.ascii(text).upper()[:length].rstrip()


class Part(Protocol):
    """What one entry says in a file."""

    @property
    def entry(self) -> Entry: ...

    @property
    def shared(self) -> tuple[str, ...]:
        """What entries of one batch have in common."""
        ...

    def header(self, sponsor: Sponsor, codes: Sequence[str], number: int, written: Written) -> AnyBatchHeader:
        """Of the batch of this number with entries of these transaction codes."""
        ...

    def record(self, written: Written) -> AnyEntry: ...


@dataclass(frozen=True, slots=True, repr=False)
class Originated:
    """An entry that we originate with what is sealed elsewhere: never kept, never printed."""

    entry: Entry
    receiver: OpenedCounterparty
    originator: str
    """The originator's name."""
    same_day_until: str
    """HHMM of the settlement asked for, such as 1300; empty for the next day."""

    @property
    def purpose(self) -> str:
        """What the entries of one batch are for."""
        return self.entry.kind.value

    @property
    def shared(self) -> tuple[str, ...]:
        entry = self.entry
        return (
            entry.customer,
            entry.sec,
            self.purpose,
            entry.description,
            entry.effective_on.isoformat(),
            self.same_day_until,
        )

    def header(self, sponsor: Sponsor, codes: Sequence[str], number: int, written: Written) -> AnyBatchHeader:
        return originated_header(
            self.entry,
            sponsor,
            codes,
            number,
            company=written.name(self.originator, COMPANY_NAME_MAX),
            same_day_until=self.same_day_until,
        )


@dataclass(frozen=True, slots=True, repr=False)
class Content(Originated):
    """An entry of a payment."""

    payment: Payment
    remittance: str

    def record(self, written: Written) -> EntryRecord:
        details, with_count = self.receiver.details, self.entry.sec == "CTX"
        return entry(
            sec=self.entry.sec,
            transaction_code=codes_of(self.payment)[details.account_type, self.entry.kind],
            routing_number=details.routing_number,
            account_number=details.account_number,
            amount_minor=self.entry.amount.minor,
            receiver=written.name(details.name, RECEIVER_WITH_COUNT_MAX if with_count else RECEIVER_MAX),
            trace_number=self.entry.trace,
            identification=self._identification(),
            discretionary_data=("R" if self.payment.ach.recurring else "S") if self.entry.sec in ("WEB", "TEL") else "",
            payment_information=addenda_texts(written.ascii(self.remittance)),
        )

    def _identification(self) -> str:
        """Of a WEB credit the originator's name, because the receiver is to know who pays; else our own reference."""
        if self.entry.sec == "WEB" and self.entry.kind is EntryKind.CREDIT:
            return to_ascii(self.originator).upper()[:IDENTIFICATION_MAX].rstrip()
        return self.payment.id[-IDENTIFICATION_MAX:].upper()


def codes_of(payment: Payment) -> Mapping[tuple[AccountType, EntryKind], str]:
    """The transaction codes that an entry of the payment may have."""
    return CODES_OF_REVERSALS if payment.ach.reverses else CODES


def composed(file: AchFile, sponsor: Sponsor, parts: Sequence[Part]) -> Composed:
    """The file of these entries. Raises `FileUnwritable` for what no bank would take."""
    if file.created_at is None or file.modifier is None:
        raise ValueError(f"{file.id} has no creation time and no modifier yet")
    written = Written()
    header = file_header(
        destination=sponsor.routing_number,
        origin=sponsor.origin,
        created_at=file.created_at.astimezone(EASTERN),
        file_id_modifier=file.modifier,
        destination_name=sponsor.name,
        origin_name=sponsor.origin_name,
    )
    content = "".join(stream(header, _batches(sponsor, parts, written))).encode("ascii")
    result = inspect((content,), STRICT)
    return Composed(content, result, _totals(result, parts), written.transliterated)


def company_id(customer: str) -> str:
    """Company Identification, assigned by the bank: a letter and nine digits that follow from the customer's id."""
    digits = int.from_bytes(hashlib.sha256(customer.encode()).digest()[:8]) % 10**9
    return f"F{digits:09d}"


def _batches(sponsor: Sponsor, parts: Sequence[Part], written: Written) -> Iterator[BatchDraft]:
    for number, members in enumerate(_grouped(parts), start=1):
        records = [one.record(written) for one in members]
        codes = [record.transaction_code for record in records]
        yield BatchDraft(members[0].header(sponsor, codes, number, written), records)


def _grouped(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Batches in the order of the file."""
    ordered = sorted(parts, key=lambda one: (one.shared, one.entry.trace))
    for _, group in groupby(ordered, key=lambda one: one.shared):
        yield list(group)


def originated_header(
    entry: Entry, sponsor: Sponsor, codes: Sequence[str], number: int, *, company: str, same_day_until: str
) -> BatchHeader:
    """The header of a batch that a customer of ours originates."""
    return batch_header(
        sec=entry.sec,
        service_class=service_class_of(codes),
        company_name=company,
        company_id=company_id(entry.customer),
        entry_description=entry.description,
        effective_date=entry.effective_on,
        odfi=sponsor.odfi,
        batch_number=number,
        descriptive_date=f"{SAME_DAY}{same_day_until}" if same_day_until else "",
    )


def addenda_texts(text: str) -> tuple[str, ...]:
    """The text in pieces of an addenda record."""
    return tuple(text[at : at + ADDENDA_TEXT_MAX] for at in range(0, len(text), ADDENDA_TEXT_MAX))


def _totals(result: Result, parts: Sequence[Part]) -> tuple[BatchTotals, ...]:
    return tuple(
        BatchTotals(
            number=batch.number,
            sec=batch.sec,
            service_class=batch.service_class,
            company_id=batch.company_id,
            description=members[0].entry.description,
            effective_on=members[0].entry.effective_on,
            entries=batch.entries,
            addenda=batch.addenda,
            debit_minor=batch.debit_minor,
            credit_minor=batch.credit_minor,
            entry_hash=f"{batch.entry_hash:010d}",
        )
        for batch, members in zip(result.batches, _grouped(parts), strict=True)
    )
