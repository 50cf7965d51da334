"""Files that the sponsor bank puts for us, and the entries in them.

An entry says where it stands in its file and what follows from it. The receiver's name and number are not in it: they
stay in the exchange, where the file lies, and are read again by its line when an answer is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final

from domain.clock import instant_text
from domain.money import Money
from domain.rails.ach.incoming_kinds import ReceivedFileState, ReceivedKind, ReceivedState
from domain.refusals import Refusal

FINDINGS_MAX: Final = 20
"""Kept with a quarantined file: enough for a person to know what is wrong; the file itself says the rest."""


class Found(StrEnum):
    """What was found under the account number of an entry."""

    HERE = "HERE"
    ELSEWHERE = "ELSEWHERE"
    """In another region of the bank."""
    UNKNOWN = "UNKNOWN"
    MALFORMED = "MALFORMED"
    """No account of the bank can have this number."""
    MISROUTED = "MISROUTED"
    """The entry names another bank."""
    NOT_LOOKED_FOR = "NOT_LOOKED_FOR"
    """It is about something that we sent."""


@dataclass(frozen=True, slots=True)
class FileFinding:
    """Something wrong with a file, in the words of the reader, which repeat no text of the file."""

    line: int
    column: int
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a return after posting leans on."""

    statement: bool = False
    """The receiver's written statement of unauthorised debit is with the bank."""
    statement_reviewed_on: date | None = None
    event_on: date | None = None
    """When the receiver refused the credit (R23), or the originating bank asked (R06) or agreed (R31)."""
    died_on: date | None = field(default=None, repr=False)  # it is somebody's
    """When the payee (R14) or the holder (R15) died."""


NO_GROUNDS: Final = Grounds()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    id: str
    region: str
    """Where it was put."""
    name: str
    """What it is called in the exchange of that region."""
    sha256: str
    size_bytes: int
    received_at: datetime
    state: ReceivedFileState = ReceivedFileState.RECEIVED
    entered_at: datetime
    due_at: datetime | None = None
    """When somebody has to look at it; None when nobody has to."""
    profile: str
    """The partner's profile that it is read under."""
    profile_version: int | None = None
    identity: str | None = None
    """Immediate origin, creation date and time, File ID Modifier: what no two files have in common. None where the
    profile forgave that the file has no header."""
    created_on: date | None = None
    """The creation date of its header; days without a year in it are near this one."""
    forgiven: Mapping[str, int] = field(default_factory=dict)
    """Deviations that the profile forgave, and how often each."""
    findings: tuple[FileFinding, ...] = ()
    """Of a quarantined file: what is wrong with it."""
    findings_count: int = 0
    batches: int = 0
    entries: int = 0
    addenda: int = 0
    debit_minor: int = 0
    credit_minor: int = 0
    entries_bad: int = 0
    """Entries with something wrong in them, which stopped none of the others."""
    kept_through: int = 0
    """The line through which its entries are kept."""
    worked_through: int = 0
    """The line through which this round over its entries has come."""
    waits_until: datetime | None = None
    """The earliest day of settlement that this round has met and that has not come."""
    duplicate_of: str | None = None
    same_identity_as: str | None = None
    """The file that came with this one's identity before it, and with other content."""
    stands_alone: bool = False
    """People said that it is none the less another file."""
    case: str | None = None
    replays: int = 0
    """How often people had it read again."""
    version: int = 1

    @property
    def position(self) -> str:
        """Where it stands in the list of its region."""
        return f"{instant_text(self.received_at)}#{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEntry:
    id: str
    file: str
    line: int
    """Of the entry record in its file, from 1."""
    batch_number: int
    kind: ReceivedKind
    credit: bool
    """Whether money comes to us. The return of a credit that we sent brings money, as its transaction code says."""
    amount: Money
    sec: str
    transaction_code: str
    description: str
    """Company Entry Description."""
    company_masked: str
    trace: str
    odfi: str
    """Eight digits of the bank that sent it."""
    settles_on: date
    posts_at: datetime
    """When its money is due on the account."""
    effective_on: date | None = None
    """As the header of its batch says."""
    found: Found = Found.NOT_LOOKED_FOR
    account: str | None = None
    customer: str | None = None
    sealed_text: bytes | None = None
    """Who sent it and what for, as its customer is told, sealed under the customer's key."""
    number_masked: str | None = None
    """Of the account number, where no account of ours has it."""
    home: str | None = None
    """The region that its account, or the entry of ours that it speaks of, belongs to."""
    faults: tuple[str, ...] = ()
    """Codes of what is wrong with the entry itself."""
    original_trace: str | None = None
    """Of an answer: the trace number of what it answers."""
    original_rdfi: str | None = None
    answered_trace: str | None = None
    """Of a dishonour: the trace number of the return; of a contest: that of the dishonour."""
    code: str | None = None
    """Of an answer: its return or change code."""
    questionable: bool = False
    """R17 with QUESTIONABLE: whoever returns an entry believes it a fraud. Of what we received, we do."""
    grounds: Grounds = NO_GROUNDS
    """What people said when they had it taken back."""
    state: ReceivedState = ReceivedState.RECEIVED
    entered_at: datetime
    due_at: datetime | None = None
    """When somebody has to look at it by itself; None while its file is worked, or when nobody has to."""
    attempt: int = 1
    """Of the bank's own keys: grows when a step that was refused is to be tried anew."""
    journals: Mapping[str, str] = field(default_factory=dict)
    """State -> the journal that moved its money."""
    payment: str | None = None
    """What its customer sees of it."""
    original: str | None = None
    """Of an answer: the entry of ours, or the received entry, that it speaks of."""
    repeats: str | None = None
    """The entry before it that says the same, in another batch or file."""
    return_code: str | None = None
    """With what it goes back, or would if nobody decided otherwise."""
    return_by: date | None = None
    """The last legal day for that."""
    undecided: bool = False
    """People decide whether it goes back with `return_code`; when they do not in time, it does."""
    reason: str | None = None
    """Why it was pended, refused or sent back: a code of the screening, of the ledger or of a person's case."""
    asked_by: str | None = None
    """Who had a posted entry taken back."""
    asked_as: str | None = None
    """The request that did, by its person and key."""
    asked_for: str | None = None
    """The decision that it named."""
    given_up: int = 0
    """How many answers to it went into no file after all."""
    answer: str | None = None
    """The entry of ours that sends it back, or refuses it."""
    change: str | None = None
    """The entry of ours that notifies its sender of a change."""
    change_code: str | None = None
    change_data: Mapping[str, str] | None = None
    """What it corrects, by the names of `nacha.corrections`. Codes alone: no number and no name is corrected by us."""
    case: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff:
    """Entries of one file that belong to another region, which reads them there where the file lies."""

    file: str
    name: str
    region: str
    """Where the file lies."""
    sha256: str
    size_bytes: int
    profile: str
    received_at: datetime
    created_on: date | None
    lines: tuple[int, ...]


LINES_MAX: Final = 1_000
"""Of one handoff: five digits each, well under the 256 KiB of a message."""


@dataclass(frozen=True, slots=True)
class EntryNotPending(Refusal):
    """The entry does not wait for a decision, or not for this one."""

    code: ClassVar[str] = "ENTRY_NOT_PENDING"
    entry: str
    state: str

    @property
    def message(self) -> str:
        return "The entry does not wait for this decision any more."


@dataclass(frozen=True, slots=True)
class AnswerNotAllowed(Refusal):
    """The rules allow no such answer to this entry now."""

    code: ClassVar[str] = "ANSWER_NOT_ALLOWED"
    entry: str
    reason_code: str
    reason: str

    @property
    def message(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class ReturnKeyReused(Refusal):
    """The key had this entry sent back otherwise."""

    code: ClassVar[str] = "RETURN_KEY_REUSED"
    entry: str

    @property
    def message(self) -> str:
        return "This key had the entry sent back for another reason; use a new key for a new request."


@dataclass(frozen=True, slots=True)
class ReceivedFileUnknown(Refusal):
    """Nothing lies under this name in the exchange."""

    code: ClassVar[str] = "RECEIVED_FILE_UNKNOWN"
    name: str

    @property
    def message(self) -> str:
        return "There is no such file in the exchange."
