"""Refusals: what the bank says when it expectedly does not do what was asked. Values, never exceptions.

`stored` refusals were decided from account state, or by a judgement that is kept, and become the journal's outcome: the
same key gets the same refusal for ever. The others leave nothing behind and the key stays usable; `retryable` says
whether the same request may succeed later without being changed.
"""

from dataclasses import dataclass, field, fields
from typing import ClassVar

Fact = str | int | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Base of all refusals. Subclasses hold their facts as plain text and integers."""

    code: ClassVar[str]
    stored: ClassVar[bool] = False
    retryable: ClassVar[bool] = False

    @property
    def message(self) -> str:
        """One sentence for the person who asked. Never a secret, never another person's data."""
        raise TypeError(f"{type(self).__name__} has no message")

    def facts(self) -> dict[str, Fact]:
        return {part.name: getattr(self, part.name) for part in fields(self)}


# --- decided from account state: stored as the journal's outcome --------------------------------------------------


@dataclass(frozen=True, slots=True)
class InsufficientFunds(Refusal):
    code: ClassVar[str] = "INSUFFICIENT_FUNDS"
    stored: ClassVar[bool] = True
    account: str

    @property
    def message(self) -> str:
        return "The account's available balance does not cover this amount."


@dataclass(frozen=True, slots=True)
class AccountFrozen(Refusal):
    code: ClassVar[str] = "ACCOUNT_FROZEN"
    stored: ClassVar[bool] = True
    account: str

    @property
    def message(self) -> str:
        return "The account is frozen for this kind of posting."


@dataclass(frozen=True, slots=True)
class AccountClosed(Refusal):
    code: ClassVar[str] = "ACCOUNT_CLOSED"
    stored: ClassVar[bool] = True
    account: str

    @property
    def message(self) -> str:
        return "The account is closed."


@dataclass(frozen=True, slots=True)
class DestinationUnavailable(Refusal):
    """The account to be credited is closed or frozen; which of the two is not the payer's business."""

    code: ClassVar[str] = "DESTINATION_UNAVAILABLE"
    stored: ClassVar[bool] = True

    @property
    def message(self) -> str:
        return "The receiving account cannot take this payment."


@dataclass(frozen=True, slots=True)
class LimitExceeded(Refusal):
    code: ClassVar[str] = "LIMIT_EXCEEDED"
    stored: ClassVar[bool] = True
    limit: str
    """PER_TRANSFER, PER_DAY or JOINT_PER_DAY."""
    limit_minor: int
    currency: str

    @property
    def message(self) -> str:
        return f"This amount is over the limit {self.limit.lower().replace('_', ' ')}."


@dataclass(frozen=True, slots=True)
class HoldUnknown(Refusal):
    code: ClassVar[str] = "HOLD_UNKNOWN"
    stored: ClassVar[bool] = True
    hold: str

    @property
    def message(self) -> str:
        return "There is no open hold of this id on the account."


@dataclass(frozen=True, slots=True)
class HoldExpired(Refusal):
    code: ClassVar[str] = "HOLD_EXPIRED"
    stored: ClassVar[bool] = True
    hold: str

    @property
    def message(self) -> str:
        return "The hold has expired."


@dataclass(frozen=True, slots=True)
class HoldTooSmall(Refusal):
    code: ClassVar[str] = "HOLD_TOO_SMALL"
    stored: ClassVar[bool] = True
    hold: str
    remaining_minor: int
    currency: str

    @property
    def message(self) -> str:
        return "The amount is more than what remains of the hold."


@dataclass(frozen=True, slots=True)
class TooManyHolds(Refusal):
    code: ClassVar[str] = "TOO_MANY_HOLDS"
    stored: ClassVar[bool] = True
    account: str
    holds_max: int

    @property
    def message(self) -> str:
        return f"The account has {self.holds_max} open holds already, which is the most it may have."


@dataclass(frozen=True, slots=True)
class NothingToReverse(Refusal):
    """The amount asked for is more than what is left of the original after earlier reversals."""

    code: ClassVar[str] = "NOTHING_TO_REVERSE"
    stored: ClassVar[bool] = True
    journal: str
    remaining_minor: int

    @property
    def message(self) -> str:
        return "The journal has less left to reverse than this amount."


@dataclass(frozen=True, slots=True)
class NotReversible(Refusal):
    """Reversals, holds, captures' holds, freezes and refused journals are not reversed."""

    code: ClassVar[str] = "NOT_REVERSIBLE"
    stored: ClassVar[bool] = True
    journal: str

    @property
    def message(self) -> str:
        return "A journal of this kind is not reversed."


@dataclass(frozen=True, slots=True)
class BalanceNotZero(Refusal):
    code: ClassVar[str] = "BALANCE_NOT_ZERO"
    stored: ClassVar[bool] = True
    account: str

    @property
    def message(self) -> str:
        return "An account is closed only at a ledger balance of zero."


@dataclass(frozen=True, slots=True)
class HoldsOpen(Refusal):
    code: ClassVar[str] = "HOLDS_OPEN"
    stored: ClassVar[bool] = True
    account: str

    @property
    def message(self) -> str:
        return "An account with open holds is not closed."


@dataclass(frozen=True, slots=True)
class CreditsBatched(Refusal):
    code: ClassVar[str] = "CREDITS_BATCHED"
    stored: ClassVar[bool] = True
    account: str

    @property
    def message(self) -> str:
        return "Credits of this account are batched; switch it back first."


@dataclass(frozen=True, slots=True)
class AlreadySo(Refusal):
    """A freeze of a frozen account, a thaw of an open one, a switch that is switched already."""

    code: ClassVar[str] = "ALREADY_SO"
    stored: ClassVar[bool] = True
    account: str
    status: str

    @property
    def message(self) -> str:
        return f"The account is {self.status.lower().replace('_', ' ')} already."


# --- decided by the judgement that is kept of the request: stored as well ------------------------------------


@dataclass(frozen=True, slots=True)
class PaymentDeclined(Refusal):
    """Declined as it was asked for, by the judge or by the person who reviewed it."""

    code: ClassVar[str] = "PAYMENT_DECLINED"
    stored: ClassVar[bool] = True
    decision: str
    """Id of the fraud decision."""
    reasons: str
    """Codes that the customer is told, separated by blanks; none, when nothing of it can be told."""

    @property
    def message(self) -> str:
        return "This payment was declined by a security check. Please make it in another way or contact us."


@dataclass(frozen=True, slots=True)
class PaymentBlocked(Refusal):
    code: ClassVar[str] = "PAYMENT_BLOCKED"
    stored: ClassVar[bool] = True
    decision: str
    """Id of the fraud decision."""
    reasons: str
    """As of `PaymentDeclined`."""

    @property
    def message(self) -> str:
        return "This payment was blocked by a security check. Please contact us."


# --- not decided from account state: nothing is stored, the key stays usable ---------------------------------------


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One thing wrong with the input: where (path from the input), what, in a sentence."""

    path: tuple[str, ...]
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class InputInvalid(Refusal):
    code: ClassVar[str] = "INPUT_INVALID"
    faults: tuple[FieldFault, ...] = field(default=())

    @property
    def message(self) -> str:
        return "; ".join(f"{'.'.join(fault.path)}: {fault.message}" for fault in self.faults)

    def facts(self) -> dict[str, Fact]:
        raise TypeError("malformed input is never stored")


@dataclass(frozen=True, slots=True)
class NotFound(Refusal):
    """There is no such thing, or the person who asks may not know that there is: both look the same."""

    code: ClassVar[str] = "NOT_FOUND"
    id: str

    @property
    def message(self) -> str:
        return "There is no such object."


@dataclass(frozen=True, slots=True)
class NotAllowed(Refusal):
    code: ClassVar[str] = "NOT_ALLOWED"

    @property
    def message(self) -> str:
        return "You may not do this."


@dataclass(frozen=True, slots=True)
class IdempotencyKeyReused(Refusal):
    code: ClassVar[str] = "IDEMPOTENCY_KEY_REUSED"
    journal: str

    @property
    def message(self) -> str:
        return "This idempotency key was used for another request; use a new key for a new request."


@dataclass(frozen=True, slots=True)
class SameAccount(Refusal):
    code: ClassVar[str] = "SAME_ACCOUNT"
    account: str

    @property
    def message(self) -> str:
        return "The accounts of a posting must differ."


@dataclass(frozen=True, slots=True)
class CurrencyMismatch(Refusal):
    code: ClassVar[str] = "CURRENCY_MISMATCH"
    account: str
    account_currency: str
    amount_currency: str

    @property
    def message(self) -> str:
        return f"The account is kept in {self.account_currency}, the amount is in {self.amount_currency}."


@dataclass(frozen=True, slots=True)
class EffectiveDateOutOfRange(Refusal):
    code: ClassVar[str] = "EFFECTIVE_DATE_OUT_OF_RANGE"
    earliest: str
    latest: str

    @property
    def message(self) -> str:
        return f"The effective date is between {self.earliest} and {self.latest}; later is a scheduled transfer."


@dataclass(frozen=True, slots=True)
class WrongRegion(Refusal):
    code: ClassVar[str] = "WRONG_REGION"
    region: str
    address: str

    @property
    def message(self) -> str:
        return f"This account lives in {self.region}; ask {self.address}."


@dataclass(frozen=True, slots=True)
class CrossRegionNotSupported(Refusal):
    code: ClassVar[str] = "CROSS_REGION_NOT_SUPPORTED"
    region: str

    @property
    def message(self) -> str:
        return "Transfers between accounts of two regions are not supported yet."


@dataclass(frozen=True, slots=True)
class JurisdictionMismatch(Refusal):
    code: ClassVar[str] = "JURISDICTION_MISMATCH"

    @property
    def message(self) -> str:
        return "The person and the account belong to different jurisdictions."


@dataclass(frozen=True, slots=True)
class TryAgain(Refusal):
    """Others were posting to the same account faster than we could; nothing was posted."""

    code: ClassVar[str] = "TRY_AGAIN"
    retryable: ClassVar[bool] = True

    @property
    def message(self) -> str:
        return "The account is busy; nothing was posted. Try again with the same key."


@dataclass(frozen=True, slots=True)
class OutcomeUnknown(Refusal):
    """The store did not answer in time. The posting may or may not exist; the same key finds out."""

    code: ClassVar[str] = "OUTCOME_UNKNOWN"
    retryable: ClassVar[bool] = True

    @property
    def message(self) -> str:
        return "The outcome is not known yet. Ask again with the same key; it will not be posted twice."


@dataclass(frozen=True, slots=True)
class ClockUncertain(Refusal):
    code: ClassVar[str] = "CLOCK_UNCERTAIN"
    retryable: ClassVar[bool] = True

    @property
    def message(self) -> str:
        return "The bank's clock is uncertain; nothing was posted. Try again with the same key."


@dataclass(frozen=True, slots=True)
class StepUpRequired(Refusal):
    """The customer must prove again who they are; then the same request, with the same key, goes on."""

    code: ClassVar[str] = "STEP_UP_REQUIRED"
    retryable: ClassVar[bool] = True
    since: str
    """RFC 3339, UTC: when it was decided. A sign-in after this moment counts."""
    until: str
    """RFC 3339, UTC: when it is waited for no longer. What has not gone on by then is declined."""

    @property
    def message(self) -> str:
        return "Sign in again to show that it is you; then send the same request again."


def _all_subclasses(base: type[Refusal]) -> list[type[Refusal]]:
    return [found for child in base.__subclasses__() for found in (child, *_all_subclasses(child))]


def stored_refusals() -> dict[str, type[Refusal]]:
    """code -> class of every refusal that may be a journal's outcome."""
    return {kind.code: kind for kind in _all_subclasses(Refusal) if kind.stored}


def restore(code: str, facts: dict[str, Fact]) -> Refusal:
    """Reads back what `facts` wrote. An unknown code is a fault: the store holds what this code did not write."""
    return stored_refusals()[code](**facts)
