"""What a payment is: who pays whom how much by which rail, in which state, and what happened to it so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final

from domain.clock import instant_text
from domain.money import Money
from domain.payments.kinds import JOURNEYS, Event, Journey, PaymentKind, PaymentState
from domain.refusals import Refusal

FACTS_MAX: Final = 12
"""Of one happening: a timeline is read by people."""
FACT_LENGTH_MAX: Final = 200


class Speed(StrEnum):
    """How soon an ACH entry settles, as its originator asked."""

    SAME_DAY = "SAME_DAY"
    NEXT_DAY = "NEXT_DAY"


@dataclass(frozen=True, slots=True, kw_only=True)
class AchTerms:
    """What was asked for and never changes."""

    sec: str
    """Standard Entry Class: PPD, CCD, WEB, TEL or CTX."""
    speed: Speed
    description: str
    """Company Entry Description (Nacha Operating Rules, appendix three): at most ten characters."""
    remittance: bytes | None = None
    """What the originator wrote for the receiver, sealed under the originator's customer key."""
    addenda: int = 0
    """How many addenda of its entry the remittance fills."""
    recurring: bool = False
    """WEB and TEL: a single payment or one of a series (Payment Type Code)."""
    reverses: str | None = None
    """The payment that it takes back: both are one amount to and fro between the same accounts."""
    reversal_reason: str | None = None
    """Why, as domain/rails/ach/reversals.py names it."""
    reverse_by: date | None = None
    """The last day on which a reversal may settle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AchProgress:
    """How far an ACH payment has come."""

    window: str | None = None
    """The processing window it is scheduled for."""
    cut_off_at: datetime | None = None
    settles_on: date | None = None
    settles_at: datetime | None = None
    entry: str | None = None
    file: str | None = None
    trace: str | None = None
    funds_at: datetime | None = None
    """Of a debit: when its hold has lasted long enough."""
    returns_until: datetime | None = None
    """When the journey stops waiting for a return."""
    return_code: str | None = None
    reversals: tuple[str, ...] = ()
    """Payments that were made to take it back, in their order; at most one of them has not come to nothing."""
    lent_to: str | None = None
    """Of a debit: the reversal that its hold waits for ..."""
    lent_until: datetime | None = None
    """... if need be beyond its own time, until then."""
    hold_of: str | None = None
    """Of the reversal of a debit: the payment whose hold it uses as its own."""

    @property
    def freed_at(self) -> datetime | None:
        """Of a debit: when its hold is let go, as things stand."""
        times = [at for at in (self.funds_at, self.lent_until) if at is not None]
        return max(times, default=None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A journey of Step Functions that waits for this payment to leave a state."""

    state: PaymentState
    token: str


@dataclass(frozen=True, slots=True)
class StepUp:
    """The customer was asked to prove again who they are."""

    asked_at: datetime
    """A sign-in after this moment proves it."""
    until: datetime
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    id: str
    kind: PaymentKind
    account: str
    """The customer's account that pays or is paid."""
    customer: str
    """Who holds the account: seals follow this customer's key."""
    counterparty: str
    """Id of the counterparty; empty where the money came from somebody whom the customer has not named as one."""
    counterparty_masked: str
    amount: Money
    ach: AchTerms
    progress: AchProgress = AchProgress()
    opened_by: str
    opened_at: datetime
    fingerprint: str
    state: PaymentState = PaymentState.ACCEPTED
    entered_at: datetime
    """When it came into its state."""
    due_at: datetime | None = None
    """When somebody has to look at it, if it is still in its state; None when nobody has to."""
    execution: int = 0
    """How many executions of its journey were begun; the last is the one that counts."""
    waiting: Waiting | None = None
    hold: str | None = None
    journals: Mapping[str, str] = field(default_factory=dict)
    """State -> the journal that moved its money."""
    reason_code: str | None = None
    reason: str | None = None
    """Why it ended otherwise than its customer wished, as the customer is told."""
    decision_reasons: tuple[str, ...] = ()
    """Codes of what the customer may be told of why it was not simply approved (domain/fraud/kinds.CustomerReason)."""
    step_up: StepUp | None = None
    case: str | None = None
    """The case that a person works while the payment waits for one."""
    happenings: int = 0
    """How long its timeline is."""
    version: int = 1

    @property
    def journey(self) -> Journey:
        return JOURNEYS[self.kind]

    @property
    def position(self) -> str:
        """Its place in the list of its account: what is opened later sorts later."""
        return f"{instant_text(self.opened_at)}#{self.id}"

    @property
    def ended(self) -> bool:
        return self.state in self.journey.final

    def awaits_step_up(self, now: datetime) -> bool:
        """Whether its customer can still confirm it."""
        waits = self.state is PaymentState.AWAITING_STEP_UP
        return waits and self.step_up is not None and now < self.step_up.until

    @property
    def came_back(self) -> bool:
        """Whether its bank returned it: to the account, or, where that did not take it, to a book of the bank."""
        returning = PaymentState.RETURNING
        return self.state in {returning, PaymentState.RETURNED} or returning.value in self.journals


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of a payment's timeline. Written with the change itself, never edited."""

    payment: str
    n: int
    at: datetime
    event: str
    """An event of the table, or `opened`."""
    state: PaymentState
    """The state it led to."""
    by: str
    """A person's id, `bank`, or `partner:` and its name."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Which file, message, journal, decision or case. Ids, codes and dates; nothing personal."""


OPENED: Final = "opened"
BANK: Final = "bank"


def partner(name: str) -> str:
    return f"partner:{name}"


@dataclass(frozen=True, slots=True)
class Moved:
    """What an event came to. `moved` is False when the table has no row for it: it came twice, late or too early."""

    payment: Payment
    event: Event
    moved: bool


@dataclass(frozen=True, slots=True)
class PaymentKeyReused(Refusal):
    code: ClassVar[str] = "PAYMENT_KEY_REUSED"
    payment: str

    @property
    def message(self) -> str:
        return "This idempotency key was used for another payment; use a new key for a new payment."


@dataclass(frozen=True, slots=True)
class PaymentNotCancellable(Refusal):
    """It has gone too far, or has ended."""

    code: ClassVar[str] = "PAYMENT_NOT_CANCELLABLE"
    payment: str
    state: str

    @property
    def message(self) -> str:
        return "The payment cannot be cancelled any more."


@dataclass(frozen=True, slots=True)
class PaymentNotAwaitingStepUp(Refusal):
    """Nobody was asked to confirm it, or it is too late."""

    code: ClassVar[str] = "PAYMENT_NOT_AWAITING_STEP_UP"
    payment: str
    state: str

    @property
    def message(self) -> str:
        return "The payment does not wait to be confirmed, or does so no more."


@dataclass(frozen=True, slots=True)
class PaymentBusy(Refusal):
    """A step of it is being made right now; what was asked may be asked again in a moment."""

    code: ClassVar[str] = "PAYMENT_BUSY"
    retryable: ClassVar[bool] = True
    payment: str

    @property
    def message(self) -> str:
        return "A step of the payment is being made right now; nothing was changed. Try again."
