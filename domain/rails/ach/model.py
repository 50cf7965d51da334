"""Our files and the entries in them, what is scheduled for a window, and the refusals of this part."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final

from domain.money import Money
from domain.rails.ach.kinds import EntryKind, EntryState, FileState, RejectionLevel
from domain.refusals import Refusal

REMITTANCE: Final = "ach.remittance"
"""What the seal of a payment's text is bound to: what an originator wrote, or what a receiver is told."""
TEXT_LENGTH_MAX: Final = 8_000
"""Of what a customer is told of a received entry: a hundred addenda of eighty characters."""
REASONS_MAX: Final = 1_000
"""Of one rejection: as many as the webhook takes."""
REASONS_KEPT_MAX: Final = 1_500
"""Of all rejections of a file that are not resolved: a file is one item of the table, of at most 400 KB, and a reason
takes some 180 bytes of it."""
BATCHES_KEPT_MAX: Final = 100
"""With the file itself, to be looked at: each of its entries may be a batch of its own."""
ANSWERS_KEPT_MAX: Final = 100
"""An answer that comes after a hundred others and says the same as one before them finds nothing left to do."""
FILES_OF_ENTRY_MAX: Final = 10
"""An entry that ten files were refused with is no entry for an eleventh."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """Something that goes into the next file of a window, unless it is called off before."""

    window: str
    entry: str
    kind: EntryKind
    subject: str
    """The payment that the entry is of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry that we originate. The receiver's name and number are not in it: they stay sealed with the counterparty,
    and are read when a file is built."""

    id: str
    kind: EntryKind
    subject: str
    counterparty: str
    counterparty_masked: str
    account: str
    customer: str
    amount: Money
    sec: str
    description: str
    rdfi: str = ""
    """Eight digits of the bank it goes to: what comes back must name it."""
    addenda: int = 0
    """At most so many are written with it."""
    effective_on: date
    window: str
    trace: str
    """Fifteen digits, the same in every file it goes into."""
    file: str
    """The file it is in now."""
    files: tuple[str, ...]
    """Every file it was in, in order; the last is `file`."""
    state: EntryState = EntryState.JOINED
    journal: str | None = None
    """The journal that took its money, of a credit."""
    reason_code: str | None = None
    reason: str | None = None
    returned_by: str | None = None
    """The received entry that brought it back."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTotals:
    """One batch of a file as it was built."""

    number: int
    sec: str
    service_class: str
    company_id: str
    description: str
    effective_on: date
    entries: int
    addenda: int
    debit_minor: int
    credit_minor: int
    entry_hash: str


@dataclass(frozen=True, slots=True)
class RejectionReason:
    code: str
    message: str
    batch_number: int | None = None
    trace: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """What the bank said against a file, a batch of it or entries in it."""

    level: RejectionLevel
    reasons: tuple[RejectionReason, ...]
    at: datetime
    delivery: str
    """The partner's message that said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AchFile:
    """A file that we send. It is built from its entries and never from another file's text."""

    id: str
    region: str
    window: str
    number: int
    """Of the files of its window; a rebuilt file is the next one."""
    opened_at: datetime
    effective_on: date
    state: FileState = FileState.OPEN
    entered_at: datetime
    due_at: datetime | None = None
    """When somebody has to look at it; None when nobody has to."""
    created_at: datetime | None = None
    """The creation date and time in its header; decided once, so that building it again gives the same bytes."""
    modifier: str | None = None
    """File ID Modifier."""
    name: str | None = None
    """What it is called in the exchange."""
    sha256: str | None = None
    lines: int = 0
    entries: int = 0
    addenda: int = 0
    debit_minor: int = 0
    credit_minor: int = 0
    entry_hash: str | None = None
    batch_count: int = 0
    batches: tuple[BatchTotals, ...] = ()
    """The first `BATCHES_KEPT_MAX`; its text has them all."""
    transliterated: int = 0
    """How many signs were replaced because a file is ASCII."""
    told: FileState | None = None
    """The state that its payments have been told of."""
    settled: bool = False
    """Whether its entries that have no journey of their own were told that they have settled."""
    replaces: str | None = None
    replacing: str | None = None
    """The file that its rejected entries are being put into right now."""
    given_up_by: str | None = None
    """Who decided that its rejected entries go nowhere; they are told of it right now."""
    replaced_by: tuple[str, ...] = ()
    """The files that took over entries of it."""
    rejected_at: datetime | None = None
    """When the bank rejected all of it, as the bank says."""
    answers: tuple[str, ...] = ()
    """The partner's messages that spoke of it: the last `ANSWERS_KEPT_MAX`."""
    rejections: tuple[Rejection, ...] = ()
    """What was said against it and is not resolved yet."""
    case: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class ReceivedText:
    """What came with an entry in words. It is sealed as one text, whose first line is the originator's name."""

    originator: str | None
    """The Company Name of its batch; None where the batch has none."""
    information: str | None
    """What the addenda say it is for; None where there are none."""

    @staticmethod
    def of(text: str) -> "ReceivedText":
        originator, _, information = text.partition("\n")
        return ReceivedText(originator.strip() or None, information.strip() or None)


@dataclass(frozen=True, slots=True)
class WindowClosed(Refusal):
    """The file takes no more entries."""

    code: ClassVar[str] = "WINDOW_CLOSED"
    file: str

    @property
    def message(self) -> str:
        return "The window of this file has been cut off."


@dataclass(frozen=True, slots=True)
class AnswerMismatch(Refusal):
    """What the partner says of a file is not what we sent: somebody has to look."""

    code: ClassVar[str] = "ANSWER_MISMATCH"
    file: str

    @property
    def message(self) -> str:
        return "The answer does not describe the file that was sent."


@dataclass(frozen=True, slots=True)
class AnswerContradicts(Refusal):
    """The bank says that it has taken what it had rejected before: its entries may be in two files, and somebody has
    to ask."""

    code: ClassVar[str] = "ANSWER_CONTRADICTS"
    file: str

    @property
    def message(self) -> str:
        return "The file had been rejected before."


@dataclass(frozen=True, slots=True)
class DuplicateSuspected(Refusal):
    """A payment like it was made a short while ago; whoever means it says so."""

    code: ClassVar[str] = "DUPLICATE_SUSPECTED"
    payment: str

    @property
    def message(self) -> str:
        return "The same amount went to the same counterparty a short while ago; confirm that it is meant again."


@dataclass(frozen=True, slots=True)
class AchLimitExceeded(Refusal):
    """Over a limit of the network or of the bank for this kind of entry."""

    code: ClassVar[str] = "ACH_LIMIT_EXCEEDED"
    limit: str
    limit_minor: int
    currency: str

    @property
    def message(self) -> str:
        return "This amount is over the limit for an ACH payment of this kind."


@dataclass(frozen=True, slots=True)
class AchNotEligible(Refusal):
    """The entry may not be made like this: its class, its direction or its speed does not fit."""

    code: ClassVar[str] = "ACH_NOT_ELIGIBLE"
    reason_code: str
    reason: str

    @property
    def message(self) -> str:
        return self.reason
