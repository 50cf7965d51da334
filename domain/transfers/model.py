"""What a transfer, a hold and a transfer order are. The first two are views of their journals, nothing beside them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final

from domain.accounts.model import AccountRecord
from domain.ids import hold_id, journal_id
from domain.keys import derived_key
from domain.ledger.model import Command, Hold, Journal, Side, State
from domain.money import Money
from domain.refusals import Refusal
from domain.transfers.kinds import ENDED, ReviewState

MEMO_LENGTH_MAX: Final = 140
"""As long as the unstructured remittance information of ISO 20022 (Max140Text)."""
MEMO: Final = "memo"
"""What a memo's seal is bound to."""
BANK: Final = "bank"
"""The scope of journals that the bank starts itself."""
PLACED_BY_HOLDER: Final = "placed-by-holder"
"""Evidence of a hold that the account's own people placed; any other hold binds them."""


@dataclass(frozen=True, slots=True)
class AccountTarget:
    """An account the actor may see, by its id."""

    account: str


@dataclass(frozen=True, slots=True)
class NumberTarget:
    """Any account of the bank, by its numbers."""

    routing_number: str
    account_number: str


Target = AccountTarget | NumberTarget


@dataclass(frozen=True, slots=True)
class Wish:
    """A transfer as somebody asks for it."""

    source: str
    destination: Target
    amount: Money
    memo: str | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """A wish as a command, with the reason against it if there is one."""

    command: Command
    reason: Refusal | None
    source: AccountRecord
    payee: AccountRecord


@dataclass(frozen=True, slots=True)
class Transfer:
    """A view of the journal that moved, or in a preview would move, the money."""

    journal: Journal
    state: State | None = None
    """The source account after the transfer, for those who may see it. None when only the journal was read."""
    replayed: bool = False

    @property
    def id(self) -> str:
        return self.journal.id

    @property
    def source(self) -> str:
        return next(leg.account for leg in self.journal.legs if leg.side is Side.DEBIT)

    @property
    def destination(self) -> str:
        """The account that was meant, also where its credits are batched."""
        account = next(leg.account for leg in self.journal.legs if leg.side is Side.CREDIT)
        return "acc_" + account.removeprefix("inc_") if account.startswith("inc_") else account

    @property
    def amount(self) -> Money:
        return self.journal.legs[0].money


@dataclass(frozen=True, slots=True)
class HoldChange:
    """A hold after it was placed, captured or released; `hold` is None once nothing of it is left."""

    journal: Journal
    account: str
    hold_id: str
    hold: Hold | None
    state: State
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Reversal:
    journal: Journal
    original: Journal
    replayed: bool = False


# --- reviews -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferReview:
    """A transfer that a person decides on. It has the id that the transfer's journal will have."""

    id: str
    source: str
    destination: str
    destination_masked: str
    amount: Money
    memo: bytes | None
    memo_digest: str | None
    asked_by: str
    """The scope of the request's key."""
    key: str
    evidence: tuple[str, ...]
    fingerprint: str
    """Of the request: the same key with another one was used before."""
    decision: str
    """Id of the fraud decision."""
    reasons: str
    """Codes that the customer is told, separated by blanks."""
    opened_at: datetime
    expires_at: datetime
    """When it is declined because nobody has decided."""
    state: ReviewState = ReviewState.HOLDING
    due_at: datetime | None
    """When the sweep looks at it; None once it has ended."""
    case: str | None = None
    refusal_code: str | None = None
    refusal_message: str | None = None
    """Why it was not made, as the customer is told."""
    version: int = 1

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def hold(self) -> str:
        """Named after the journal that places it, whose key is the bank's own."""
        return hold_id(journal_id(self.source, BANK, self.step_key("hold")))

    def step_key(self, step: str) -> str:
        """Of a journal of this review. A stored refusal of its hold ends it, so no step has a second attempt."""
        return derived_key(self.id, "review", step)


@dataclass(frozen=True, slots=True)
class TransferInReview(Refusal):
    """Its money is held and a person decides. The same key later answers what became of it."""

    code: ClassVar[str] = "TRANSFER_IN_REVIEW"
    transfer: str
    """The id that the transfer will have, if it is made."""
    hold: str
    reasons: str
    """Codes that the customer is told, separated by blanks."""

    @property
    def message(self) -> str:
        return "We are looking at this transfer before it is made; its amount is held. We will tell you what we decide."


@dataclass(frozen=True, slots=True)
class ReviewDelayed(Refusal):
    """It is decided, and the ledger is busy: what remains to be done is done by itself."""

    code: ClassVar[str] = "REVIEW_DELAYED"
    retryable: ClassVar[bool] = True
    transfer: str

    @property
    def message(self) -> str:
        return "The decision stands and is not carried out yet; it is tried again by itself."


# --- orders --------------------------------------------------------------------------------------------------


class Rhythm(StrEnum):
    ONCE = "ONCE"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """On which days an order is due, by the calendar of the account's jurisdiction."""

    rhythm: Rhythm
    starts_on: date
    day_of_month: int | None = None
    """MONTHLY: 1 to 31, the last day in shorter months; that of `starts_on` unless given."""
    ends_on: date | None = None
    """The last day on which an occurrence may fall."""
    count: int | None = None
    """How many occurrences there are."""


class OrderStatus(StrEnum):
    ACTIVE = "ACTIVE"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferOrder:
    """A standing wish. `next_on` is the occurrence that comes next; `claimed_on` is it too while it is being made."""

    id: str
    source: str
    destination: str
    destination_masked: str
    amount: Money
    memo: bytes | None
    memo_digest: str | None
    schedule: Schedule
    ordered_by: str
    ordered_at: datetime
    status: OrderStatus = OrderStatus.ACTIVE
    next_on: date | None
    claimed_on: date | None = None
    version: int = 1

    def due_by(self, day: date) -> bool:
        """Something is to be made: an occurrence of an active order, or one that was begun before it was cancelled."""
        if self.next_on is None or self.next_on > day:
            return False
        return self.status is OrderStatus.ACTIVE or self.claimed_on == self.next_on


@dataclass(frozen=True, slots=True)
class OrderClaim:
    """The claim of an order's idempotency key: which order it made, and what was asked for."""

    id: str
    order: str
    fingerprint: str


class OccurrenceOutcome(StrEnum):
    POSTED = "POSTED"
    REFUSED = "REFUSED"
    IN_REVIEW = "IN_REVIEW"
    """Its money is held and a person decides; what becomes of it, the review says."""
    MISSED = "MISSED"
    """Found too late to be made without asking again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """What became of one order on one day: written once."""

    order: str
    on: date
    outcome: OccurrenceOutcome
    late: bool
    """Made, refused or found on a later day than it was due."""
    at: datetime
    """When it was booked, or found not to be."""
    journal: str | None = None
    """Of one in review: the journal that it will be, if it is made."""
    refusal_code: str | None = None
    refusal_message: str | None = None
    """As the customer is told."""


@dataclass(frozen=True, slots=True)
class OrderKeyReused(Refusal):
    code: ClassVar[str] = "ORDER_KEY_REUSED"
    order: str

    @property
    def message(self) -> str:
        return "This idempotency key was used for another transfer order; use a new key for a new order."


@dataclass(frozen=True, slots=True)
class OrderEnded(Refusal):
    code: ClassVar[str] = "ORDER_ENDED"
    order: str
    status: str

    @property
    def message(self) -> str:
        return f"The transfer order is {self.status.lower()} already."


@dataclass(frozen=True, slots=True)
class OccurrenceMissed(Refusal):
    """Found more than `days_late_max` days after it was due."""

    code: ClassVar[str] = "OCCURRENCE_MISSED"
    order: str
    days_late_max: int

    @property
    def message(self) -> str:
        return f"It was missed and found more than {self.days_late_max} days late. Please make it again."


@dataclass(frozen=True, slots=True)
class OccurrenceRefused(Refusal):
    """An occurrence was not made; `reason_code` is the refusal that ended it."""

    code: ClassVar[str] = "OCCURRENCE_REFUSED"
    order: str
    reason_code: str

    @property
    def message(self) -> str:
        return "The transfer ordered for this day was not made."
