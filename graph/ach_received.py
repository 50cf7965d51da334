"""What came in by ACH, for staff: files that the sponsor bank put for us, and the entries in them."""

from typing import Final

import strawberry

from domain.access.model import Relation
from domain.rails.ach.incoming_model import FINDINGS_MAX, FileFinding, ReceivedEntry, ReceivedFile
from domain.rails.ach.nacha.profiles import TOLERANCES
from domain.rails.ach.sec_codes import ENTRY_CLASSES
from graph.ach_files import CURRENCY
from graph.connections import PAGE_DEFAULT, After, Connection, First, asked
from graph.context import Context, told
from graph.cursors import number_in
from graph.enums import ReceivedFileState, ReceivedKind, ReceivedState, StandardEntryClass
from graph.fields import field
from graph.money import MoneyView, shown
from graph.node import Info, Node
from graph.scalars import Cursor, Day, Instant

FILES: Final = "ach_received_files"
ENTRIES: Final = "ach_received_entries"
FAULTS_SHOWN_MAX: Final = 20
"""Of one entry: enough to know what is wrong with it; its file says the rest."""


@strawberry.type(name="AchReceivedEntry", description="An entry that came in: others originate it, or answer ours.")
class AchReceivedEntryView(Node):
    entry: strawberry.Private[ReceivedEntry]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("The file it came in.")
    def file_id(self) -> strawberry.ID:
        return strawberry.ID(self.entry.file)

    @field("The line of the file in which it begins, from 1.")
    def line(self) -> int:
        return self.entry.line

    @field("The number of its batch in the file.")
    def batch_number(self) -> int:
        return self.entry.batch_number

    @field("What it is.")
    def kind(self) -> ReceivedKind:
        return self.entry.kind

    @field("How it stands.")
    def status(self) -> ReceivedState:
        return self.entry.state

    @field("When it came into its state.")
    def entered_at(self) -> Instant:
        return Instant(self.entry.entered_at)

    @field("When somebody, or the bank by itself, has to look at it again; null when nobody has to.")
    def due_at(self) -> Instant | None:
        return Instant(self.entry.due_at) if self.entry.due_at else None

    @field("How much.")
    def amount(self) -> MoneyView:
        return shown(self.entry.amount.minor, self.entry.amount.currency)

    @field("Whether money comes to us with it; a returned credit of ours does that too.")
    def credit(self) -> bool:
        return self.entry.credit

    @field("Its class (Standard Entry Class); null when its batch names none of the rules.")
    def sec_code(self) -> StandardEntryClass | None:
        return StandardEntryClass(self.entry.sec) if self.entry.sec in ENTRY_CLASSES else None

    @field("Its transaction code, 2 digits.")
    def transaction_code(self) -> str:
        return self.entry.transaction_code

    @field("What it is called (Company Entry Description): at most 10 characters.")
    def description(self) -> str:
        return self.entry.description

    @field("What is shown of the company identification of who sent it: its last 4.")
    def company_id(self) -> str:
        return self.entry.company_masked

    @field("Its trace number, 15 digits.")
    def trace_number(self) -> str:
        return self.entry.trace

    @field("The bank that sent it (ODFI): 8 digits.")
    def odfi(self) -> str:
        return self.entry.odfi

    @field("The day on which it settles.")
    def settles_on(self) -> Day:
        return Day(self.entry.settles_on)

    @field("When its money is due on the account.")
    def posts_at(self) -> Instant:
        return Instant(self.entry.posts_at)

    @field("The account that it is for; null when it is for none of this region.")
    def account_id(self) -> strawberry.ID | None:
        return _id(self.entry.account)

    @field("What is shown of the account number where no account of ours has it: its last 4; null otherwise.")
    def account_number(self) -> str | None:
        return self.entry.number_masked

    @field("The region that it belongs to, when that is not this one or it answers something of ours; null otherwise.")
    def home_region(self) -> str | None:
        return self.entry.home

    @field("What its customer sees of it, once there is something to see.")
    def payment_id(self) -> strawberry.ID | None:
        return _id(self.entry.payment)

    @field(f"Codes of what is wrong with the entry itself: at most {FAULTS_SHOWN_MAX}.")
    def faults(self) -> list[str]:
        return list(self.entry.faults[:FAULTS_SHOWN_MAX])

    @field("Of an answer: its return or change code; null otherwise.")
    def code(self) -> str | None:
        return self.entry.code

    @field("Of an answer: the trace number of what it answers; null otherwise.")
    def original_trace_number(self) -> str | None:
        return self.entry.original_trace

    @field("Of an answer: the entry it speaks of, one of ours or one that came in; null when none is found.")
    def original_id(self) -> strawberry.ID | None:
        return _id(self.entry.original)

    @field("With which code it goes back, or would if nobody decided otherwise; null when with none.")
    def return_code(self) -> str | None:
        return self.entry.return_code

    @field("The last day on which the rules let it go back with that code; null when they set none.")
    def return_by(self) -> Day | None:
        return Day(self.entry.return_by) if self.entry.return_by else None

    @field("Whether people decide if it goes back; when they do not in time, it does.")
    def undecided(self) -> bool:
        return self.entry.undecided

    @field("Why it was pended, refused or sent back, for programs; null otherwise. The set may grow.")
    def reason_code(self) -> str | None:
        return self.entry.reason

    @field("The member of staff who had it sent back after it was posted; null otherwise.")
    def asked_by(self) -> str | None:
        return self.entry.asked_by

    @field("The entry of ours that sends it back, or refuses it; null when there is none.")
    def answer_id(self) -> strawberry.ID | None:
        return _id(self.entry.answer)

    @field("The entry of ours that notifies its sender of a change; null when there is none.")
    def change_id(self) -> strawberry.ID | None:
        return _id(self.entry.change)

    @field("The last case that a person worked because of it; null when there was none.")
    def case_id(self) -> strawberry.ID | None:
        return _id(self.entry.case)


@strawberry.type(name="AchFinding", description="One thing that is wrong with a file that came in.")
class AchFindingView:
    finding: strawberry.Private[FileFinding]

    @field("In which line, from 1.")
    def line(self) -> int:
        return self.finding.line

    @field("At which character of the line, from 1.")
    def column(self) -> int:
        return self.finding.column

    @field("What, for programs. The set may grow.")
    def code(self) -> str:
        return self.finding.code

    @field("What, in words, which repeat no text of the file.")
    def message(self) -> str:
        return self.finding.message


@strawberry.type(name="AchForgiven", description="A deviation from the rules that a file's profile forgave.")
class AchForgivenView:
    tolerance: str = strawberry.field(description="What was forgiven, for programs. The set may grow.")
    count: int = strawberry.field(description="How often.")


@strawberry.type(name="AchReceivedFile", description="A file that the sponsor bank put for us.")
class AchReceivedFileView(Node):
    file: strawberry.Private[ReceivedFile]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("How it stands.")
    def status(self) -> ReceivedFileState:
        return self.file.state

    @field("When it was heard of first.")
    def received_at(self) -> Instant:
        return Instant(self.file.received_at)

    @field("When it came into its state.")
    def entered_at(self) -> Instant:
        return Instant(self.file.entered_at)

    @field("When it is worked again by itself; null when it is not.")
    def due_at(self) -> Instant | None:
        return Instant(self.file.due_at) if self.file.due_at else None

    @field("The region whose exchange it was put into; another region may have entries of it too.")
    def region(self) -> str:
        return self.file.region

    @field("What it is called in that exchange.")
    def name(self) -> str:
        return self.file.name

    @field("The SHA-256 of its content, 64 hexadecimal digits.")
    def sha256(self) -> str:
        return self.file.sha256

    @field("How many bytes it has.")
    def size_bytes(self) -> int:
        return self.file.size_bytes

    @field("The creation date in its header; null before it is read.")
    def created_on(self) -> Day | None:
        return Day(self.file.created_on) if self.file.created_on else None

    @field("The partner's profile that it is read under.")
    def profile(self) -> str:
        return self.file.profile

    @field("The version of that profile; null before it is read.")
    def profile_version(self) -> int | None:
        return self.file.profile_version

    @field(f"What the profile forgave: at most {len(TOLERANCES)} kinds of deviation.")
    def forgiven(self) -> list[AchForgivenView]:
        return [AchForgivenView(tolerance=name, count=count) for name, count in sorted(self.file.forgiven.items())]

    @field("How many things are wrong with the file as a whole.")
    def finding_count(self) -> int:
        return self.file.findings_count

    @field(f"The first of them: at most {FINDINGS_MAX}.")
    def findings(self) -> list[AchFindingView]:
        return [AchFindingView(finding=one) for one in self.file.findings[:FINDINGS_MAX]]

    @field("How many batches it has; 0 before it is read.")
    def batch_count(self) -> int:
        return self.file.batches

    @field("How many entries it has, those of other regions too; 0 before it is read.")
    def entry_count(self) -> int:
        return self.file.entries

    @field("How many addenda it has; 0 before it is read.")
    def addenda_count(self) -> int:
        return self.file.addenda

    @field("How many entries have something wrong in them, which stopped none of the others.")
    def faulty_entry_count(self) -> int:
        return self.file.entries_bad

    @field("What its debits come to.")
    def debits(self) -> MoneyView:
        return shown(self.file.debit_minor, CURRENCY)

    @field("What its credits come to.")
    def credits(self) -> MoneyView:
        return shown(self.file.credit_minor, CURRENCY)

    @field("The file that this is over again; null when it is none.")
    def duplicate_of_id(self) -> strawberry.ID | None:
        return _id(self.file.duplicate_of)

    @field(
        "The file that came with the same origin, creation date, time and file ID modifier before it, and with other "
        "content; null when none did."
    )
    def same_identity_as_id(self) -> strawberry.ID | None:
        return _id(self.file.same_identity_as)

    @field("How often people had it read again.")
    def replay_count(self) -> int:
        return self.file.replays

    @field("The case that a person works because of it; null when there is none.")
    def case_id(self) -> strawberry.ID | None:
        return _id(self.file.case)

    @field("Its entries that this region has, by their lines.")
    def entries(self, info: Info, first: First = PAGE_DEFAULT, after: After = None) -> Connection[AchReceivedEntryView]:
        return _entries_of(info.context, self.file.id, first=first, after=after)


def received_file_view(file: ReceivedFile) -> AchReceivedFileView:
    """Files are of no customer: everybody is a stranger to them, and the groups of staff decide."""
    return AchReceivedFileView(id=strawberry.ID(file.id), file=file)


def received_entry_view(entry: ReceivedEntry) -> AchReceivedEntryView:
    return AchReceivedEntryView(id=strawberry.ID(entry.id), entry=entry)


def received_files_of(context: Context, *, first: int, after: Cursor | None) -> Connection[AchReceivedFileView]:
    """The latest received first."""
    wanted = asked(context.cursors, FILES, context.bank.region, first=first, after=after)
    found = told(context.received_files(before=wanted.position, limit=wanted.limit))
    more = found.before is not None
    return wanted.page(found.files, node=received_file_view, position=lambda row: row.position, more=more)


def _entries_of(context: Context, file: str, *, first: int, after: Cursor | None) -> Connection[AchReceivedEntryView]:
    wanted = asked(context.cursors, ENTRIES, file, first=first, after=after)
    found = told(context.received_entries(file, after=number_in(wanted.position) or 0, limit=wanted.limit))
    more = found.after is not None
    return wanted.page(found.entries, node=received_entry_view, position=lambda row: str(row.line), more=more)


def _id(text: str | None) -> strawberry.ID | None:
    return strawberry.ID(text) if text else None
