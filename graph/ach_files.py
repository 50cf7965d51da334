"""ACH files for staff: what we sent to the sponsor bank, what is in it, and what the bank said of it, as data."""

from typing import Final

import strawberry

from domain.access.model import Relation
from domain.ids import batch_id
from domain.rails.ach.kinds import OF_PAYMENTS
from domain.rails.ach.model import (
    BATCHES_KEPT_MAX,
    FILES_OF_ENTRY_MAX,
    AchFile,
    BatchTotals,
    Entry,
    Rejection,
    RejectionReason,
)
from graph.connections import PAGE_DEFAULT, After, Connection, First, asked
from graph.context import Context, told
from graph.enums import AchEntryKind, AchEntryState, AchFileState, RejectionLevel, StandardEntryClass
from graph.fields import field
from graph.money import MoneyView, shown
from graph.node import Info, Node
from graph.scalars import Cursor, Day, Instant

FILES: Final = "ach_files"
ENTRIES: Final = "ach_entries"
REJECTIONS_SHOWN_MAX: Final = 5
REASONS_SHOWN_MAX: Final = 20
"""Of one rejection. Each rejected entry says its own reason; a page of files stays within what a request may ask."""
REPLACED_BY_SHOWN_MAX: Final = 20
CURRENCY: Final = "USD"


@strawberry.type(
    name="AchEntry",
    description="An entry that we originate: a payment, an answer to what came in, or the proof of a counterparty.",
)
class AchEntryView(Node):
    entry: strawberry.Private[Entry]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("What it is for.")
    def kind(self) -> AchEntryKind:
        return self.entry.kind

    @field("How it stands.")
    def status(self) -> AchEntryState:
        return self.entry.state

    @field("How much.")
    def amount(self) -> MoneyView:
        return shown(self.entry.amount.minor, self.entry.amount.currency)

    @field("Its class (Standard Entry Class).")
    def sec_code(self) -> StandardEntryClass:
        return StandardEntryClass(self.entry.sec)

    @field("What the receiver's statement calls it: at most 10 characters.")
    def description(self) -> str:
        return self.entry.description

    @field("The day on which it is to settle, as its file says.")
    def effective_on(self) -> Day:
        return Day(self.entry.effective_on)

    @field("Its trace number, 15 digits: the same in every file it goes into.")
    def trace_number(self) -> str:
        return self.entry.trace

    @field("What is shown of the receiver's account number: its last 4, less of a short one.")
    def counterparty_number(self) -> str:
        return self.entry.counterparty_masked

    @field("The payment that it is of; null of what sends and collects nothing for a customer, such as a prenote.")
    def payment_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.entry.subject) if self.entry.kind in OF_PAYMENTS else None

    @field("The customer's account that pays or is paid; null when it is about none, such as a prenote.")
    def account_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.entry.account) if self.entry.account else None

    @field("The file it is in now.")
    def file_id(self) -> strawberry.ID:
        return strawberry.ID(self.entry.file)

    @field(f"Every file it was in, the first first: at most {FILES_OF_ENTRY_MAX}.")
    def file_ids(self) -> list[strawberry.ID]:
        return [strawberry.ID(file) for file in self.entry.files]

    @field("Why it was left out or rejected, for programs; null otherwise. The set may grow.")
    def reason_code(self) -> str | None:
        return self.entry.reason_code

    @field("The same in a sentence, where the bank has said one; for some only how long it is.")
    def reason(self) -> str | None:
        return self.entry.reason


@strawberry.type(name="AchBatch", description="One batch of a file as it was built.")
class AchBatchView(Node):
    file: strawberry.Private[AchFile]
    batch: strawberry.Private[BatchTotals]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("The file it is in.")
    def file_id(self) -> strawberry.ID:
        return strawberry.ID(self.file.id)

    @field("Its number in the file.")
    def number(self) -> int:
        return self.batch.number

    @field("The class of its entries.")
    def sec_code(self) -> StandardEntryClass:
        return StandardEntryClass(self.batch.sec)

    @field("Its service class code: 200, 220 or 225.")
    def service_class(self) -> str:
        return self.batch.service_class

    @field("The company identification in its header.")
    def company_id(self) -> str:
        return self.batch.company_id

    @field("Its company entry description.")
    def description(self) -> str:
        return self.batch.description

    @field("Its effective entry date.")
    def effective_on(self) -> Day:
        return Day(self.batch.effective_on)

    @field("How many entries it has.")
    def entry_count(self) -> int:
        return self.batch.entries

    @field("How many addenda it has.")
    def addenda_count(self) -> int:
        return self.batch.addenda

    @field("What its debits come to.")
    def debits(self) -> MoneyView:
        return shown(self.batch.debit_minor, CURRENCY)

    @field("What its credits come to.")
    def credits(self) -> MoneyView:
        return shown(self.batch.credit_minor, CURRENCY)

    @field("Its entry hash, 10 digits.")
    def entry_hash(self) -> str:
        return self.batch.entry_hash


@strawberry.type(name="AchRejectionReason", description="One thing that the bank said is wrong.")
class AchRejectionReasonView:
    reason_given: strawberry.Private[RejectionReason]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("What, for programs, as the bank names it.")
    def code(self) -> str:
        return self.reason_given.code

    @field("What, in the bank's words; for some only how long they are.")
    def message(self) -> str:
        return self.reason_given.message

    @field("The batch it is about; null when it is about none.")
    def batch_number(self) -> int | None:
        return self.reason_given.batch_number

    @field("The trace number of the entry it is about; null when it is about none.")
    def trace_number(self) -> str | None:
        return self.reason_given.trace


@strawberry.type(name="AchRejection", description="What the bank said against a file, a batch of it or entries in it.")
class AchRejectionView:
    rejection: strawberry.Private[Rejection]

    @field("What was rejected.")
    def level(self) -> RejectionLevel:
        return self.rejection.level

    @field("When it was heard.")
    def at(self) -> Instant:
        return Instant(self.rejection.at)

    @field("The partner's message that said so.")
    def delivery_id(self) -> strawberry.ID:
        return strawberry.ID(self.rejection.delivery)

    @field("How many reasons there are.")
    def reason_count(self) -> int:
        return len(self.rejection.reasons)

    @field(f"The first reasons: at most {REASONS_SHOWN_MAX}. Each rejected entry says its own.")
    def reasons(self) -> list[AchRejectionReasonView]:
        return [AchRejectionReasonView(reason_given=one) for one in self.rejection.reasons[:REASONS_SHOWN_MAX]]


@strawberry.type(name="AchFile", description="A file of entries that we send to the sponsor bank.")
class AchFileView(Node):
    file: strawberry.Private[AchFile]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("The processing window it is of.")
    def window(self) -> str:
        return self.file.window

    @field("How it stands.")
    def status(self) -> AchFileState:
        return self.file.state

    @field("When it was opened.")
    def opened_at(self) -> Instant:
        return Instant(self.file.opened_at)

    @field("When it came into its state.")
    def entered_at(self) -> Instant:
        return Instant(self.file.entered_at)

    @field("The day on which its entries are to settle.")
    def effective_on(self) -> Day:
        return Day(self.file.effective_on)

    @field("The creation date and time in its header; null before it is built.")
    def created_at(self) -> Instant | None:
        return Instant(self.file.created_at) if self.file.created_at else None

    @field("Its File ID Modifier, one letter or digit; null before it is built.")
    def modifier(self) -> str | None:
        return self.file.modifier

    @field("What it is called in the exchange; null before it is built.")
    def name(self) -> str | None:
        return self.file.name

    @field("The SHA-256 of its content, 64 hexadecimal digits; null before it is built.")
    def sha256(self) -> str | None:
        return self.file.sha256

    @field("How many lines it has; 0 before it is built.")
    def line_count(self) -> int:
        return self.file.lines

    @field("How many entries it was built with.")
    def entry_count(self) -> int:
        return self.file.entries

    @field("How many addenda it was built with.")
    def addenda_count(self) -> int:
        return self.file.addenda

    @field("What its debits come to.")
    def debits(self) -> MoneyView:
        return shown(self.file.debit_minor, CURRENCY)

    @field("What its credits come to.")
    def credits(self) -> MoneyView:
        return shown(self.file.credit_minor, CURRENCY)

    @field("Its entry hash, 10 digits; null before it is built.")
    def entry_hash(self) -> str | None:
        return self.file.entry_hash

    @field("How many batches it has.")
    def batch_count(self) -> int:
        return self.file.batch_count

    @field(f"Its first batches: at most {BATCHES_KEPT_MAX}.")
    def batches(self) -> list[AchBatchView]:
        return [batch_view(self.file, batch) for batch in self.file.batches]

    @field("How many signs were replaced because a file is ASCII.")
    def transliterated(self) -> int:
        return self.file.transliterated

    @field("The file that it replaces; null when it replaces none.")
    def replaces_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.file.replaces) if self.file.replaces else None

    @field(f"The first files that took over entries of it: at most {REPLACED_BY_SHOWN_MAX}.")
    def replaced_by_ids(self) -> list[strawberry.ID]:
        return [strawberry.ID(file) for file in self.file.replaced_by[:REPLACED_BY_SHOWN_MAX]]

    @field(f"What the bank said last against it and is not resolved: at most {REJECTIONS_SHOWN_MAX}.")
    def rejections(self) -> list[AchRejectionView]:
        return [AchRejectionView(rejection=one) for one in self.file.rejections[-REJECTIONS_SHOWN_MAX:]]

    @field("The case that a person works because of it; null when there is none.")
    def case_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.file.case) if self.file.case else None

    @field("Its entries by their trace numbers, those too that are in another file by now.")
    def entries(self, info: Info, first: First = PAGE_DEFAULT, after: After = None) -> Connection[AchEntryView]:
        return _entries_of(info.context, self.file.id, first=first, after=after)


def file_view(file: AchFile) -> AchFileView:
    """Files are of no customer: everybody is a stranger to them, and the groups of staff decide."""
    return AchFileView(id=strawberry.ID(file.id), file=file)


def batch_view(file: AchFile, batch: BatchTotals) -> AchBatchView:
    return AchBatchView(id=strawberry.ID(batch_id(file.id, batch.number)), file=file, batch=batch)


def entry_view(entry: Entry) -> AchEntryView:
    return AchEntryView(id=strawberry.ID(entry.id), entry=entry)


def files_of(context: Context, *, first: int, after: Cursor | None) -> Connection[AchFileView]:
    """The latest window first. A position is the file's own id: the page begins below it."""
    wanted = asked(context.cursors, FILES, context.bank.region, first=first, after=after)
    found = told(context.ach_files(before=wanted.position, limit=wanted.limit))
    return wanted.page(found.files, node=file_view, position=lambda row: row.id, more=found.before is not None)


def _entries_of(context: Context, file: str, *, first: int, after: Cursor | None) -> Connection[AchEntryView]:
    wanted = asked(context.cursors, ENTRIES, file, first=first, after=after)
    found = told(context.ach_entries(file, after=wanted.position, limit=wanted.limit))
    return wanted.page(found.entries, node=entry_view, position=lambda row: row.trace, more=found.after is not None)
