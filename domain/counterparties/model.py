"""What a counterparty is: an account at another bank that a customer pays or collects from, and how it was proved.

The name and the account number are sealed under the customer's key; the routing number names a bank, nobody else, and
the mask is what is left of the number for everybody. What opens the seals is for the rails alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Final

from domain.ids import Place, place_of
from domain.refusals import Refusal

ANSWERS_ALLOWED: Final = 3
"""Answers to one pair of micro-entries. There are 4,851 pairs: who only guesses is right once in 1,617 times."""
VERIFICATIONS_MAX: Final = 5
"""Verifications of one number by one customer, however often it is closed and added again: each sends real entries."""
CHANGES_MAX: Final = 20
"""Corrections of one counterparty: a bank that corrects more often than yearly has something else wrong."""


class AccountType(StrEnum):
    """What decides the transaction code of an entry (NACHA Operating Rules, Appendix Three)."""

    CHECKING = "CHECKING"
    SAVINGS = "SAVINGS"
    LOAN = "LOAN"
    GL = "GL"


class HolderKind(StrEnum):
    """Whose account it is: consumers' entries have other SEC codes and other return windows than businesses'."""

    CONSUMER = "CONSUMER"
    BUSINESS = "BUSINESS"


class Direction(StrEnum):
    """Which way the money goes, as the counterparty's account sees it."""

    CREDIT = "CREDIT"
    DEBIT = "DEBIT"


class CounterpartyStatus(StrEnum):
    UNVERIFIED = "UNVERIFIED"
    VERIFYING = "VERIFYING"
    VERIFIED = "VERIFIED"
    """Proved. Entries may go from the verification's `live_from` on."""
    FAILED = "FAILED"
    """Its verification came back, or was answered wrong too often. Another one may be started."""
    CLOSED = "CLOSED"


class VerificationMethod(StrEnum):
    PRENOTE = "PRENOTE"
    """An entry of no money; if it does not come back, the account exists."""
    MICRO_ENTRIES = "MICRO_ENTRIES"
    """Two credits under a dollar and a debit that takes them back; who tells the amounts sees the account."""


class VerificationStatus(StrEnum):
    INTENDED = "INTENDED"
    """Decided on, and not yet known to be with the rail."""
    SENT = "SENT"
    SETTLED = "SETTLED"
    """Micro-entries are on the account, and what they were has not been told yet."""
    PASSED = "PASSED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


class Part(StrEnum):
    """What a correction may change."""

    NAME = "NAME"
    ROUTING_NUMBER = "ROUTING_NUMBER"
    ACCOUNT_NUMBER = "ACCOUNT_NUMBER"
    ACCOUNT_TYPE = "ACCOUNT_TYPE"


CORRECTED: Final[Mapping[str, frozenset[Part]]] = MappingProxyType(
    {
        "C01": frozenset({Part.ACCOUNT_NUMBER}),
        "C02": frozenset({Part.ROUTING_NUMBER}),
        "C03": frozenset({Part.ROUTING_NUMBER, Part.ACCOUNT_NUMBER}),
        "C04": frozenset({Part.NAME}),
        "C05": frozenset({Part.ACCOUNT_TYPE}),
        "C06": frozenset({Part.ACCOUNT_NUMBER, Part.ACCOUNT_TYPE}),
        "C07": frozenset({Part.ROUTING_NUMBER, Part.ACCOUNT_NUMBER, Part.ACCOUNT_TYPE}),
    }
)
"""NOC change code -> what it corrects (NACHA Operating Rules, Appendix Five). Codes that are not here correct the
entry and not the account: C08 and C14 are of international entries, C09 of the individual's id, C13 of the addenda."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to micro-entries, counted before it was compared."""

    request: str
    """Who answered under which key, hashed."""
    fingerprint: str
    """A keyed digest of what was answered."""
    right: bool | None = None
    """None: counted and not compared yet, or cut off in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """One try to prove that the account is there (prenote) or is the customer's (micro-entries)."""

    attempt: int
    """From 1 on: with the counterparty's id the key of what the rail sends, however often it is asked to."""
    request: str
    """Who started it under which key, hashed."""
    method: VerificationMethod
    status: VerificationStatus = VerificationStatus.INTENDED
    started_at: datetime
    expires_at: datetime
    """When it has come to nothing if nothing was heard by then."""
    settled_on: date | None = None
    live_from: date | None = None
    """The first day on which entries may go; of a prenote the third banking day after its settlement."""
    failure: str | None = None
    """Why it failed: a return code, AMOUNTS_WRONG, CLOSED or SHREDDED."""
    sealed_amounts: bytes | None = None
    """Of micro-entries: both credits in cents, sealed."""
    answers: tuple[Answer, ...] = ()

    @property
    def answers_allowed(self) -> int:
        return ANSWERS_ALLOWED if self.method is VerificationMethod.MICRO_ENTRIES else 0

    @property
    def answers_used(self) -> int:
        return len(self.answers)

    @property
    def answers_left(self) -> int:
        return self.answers_allowed - self.answers_used


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a notification of change corrected, with what was there before under the customer's seal."""

    noc: str
    """Id of the notification: it is applied once."""
    code: str
    """Its change code, such as C01."""
    approval: str
    at: datetime
    parts: tuple[Part, ...]
    sealed_before: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterparty:
    id: str
    customer: str
    """Whose it is: a customer of the bank, under whose key the name and the number are sealed."""
    sealed_name: bytes
    routing_number: str
    sealed_number: bytes
    masked_number: str
    number_digest: str
    """Keyed by the customer's key, of routing and account number: equal for equal accounts of one customer."""
    account_type: AccountType
    holder_kind: HolderKind
    status: CounterpartyStatus = CounterpartyStatus.UNVERIFIED
    added_at: datetime
    closed_at: datetime | None = None
    verifications_before: int = 0
    """Those of closed counterparties with the same number: closing and adding again starts no new count."""
    verifications: tuple[Verification, ...] = ()
    changes: tuple[Change, ...] = ()
    version: int = 1

    @property
    def place(self) -> Place:
        place = place_of(self.id)
        if place is None:
            raise ValueError(f"{self.id!r} is no counterparty")
        return place

    @property
    def verification(self) -> Verification | None:
        """The latest."""
        return self.verifications[-1] if self.verifications else None

    @property
    def verifications_used(self) -> int:
        return self.verifications_before + len(self.verifications)


@dataclass(frozen=True, slots=True, repr=False)
class Details:
    """A counterparty as its owner describes it. Its repr is empty so that no log and no traceback tells it."""

    name: str
    routing_number: str
    account_number: str
    account_type: AccountType
    holder_kind: HolderKind

    def __repr__(self) -> str:
        return "Details(…)"


@dataclass(frozen=True, slots=True, repr=False)
class OpenedCounterparty:
    """What a rail writes into an entry. Never an answer of the API, never kept anywhere else in clear."""

    id: str
    customer: str
    version: int
    details: Details

    def __repr__(self) -> str:
        return f"OpenedCounterparty({self.id})"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Correction:
    """What a notification of change says the account should be; None for what it does not speak of."""

    noc: str
    """Id of the notification."""
    code: str
    name: str | None = None
    routing_number: str | None = None
    account_number: str | None = None
    account_type: AccountType | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        given = (
            (Part.NAME, self.name),
            (Part.ROUTING_NUMBER, self.routing_number),
            (Part.ACCOUNT_NUMBER, self.account_number),
            (Part.ACCOUNT_TYPE, self.account_type),
        )
        return tuple(part for part, value in given if value is not None)

    def __repr__(self) -> str:
        return f"Correction({self.noc}, {self.code})"


@dataclass(frozen=True, slots=True)
class Creation:
    """The claim of an adding's key: which counterparty it made, and a keyed digest of what was asked for."""

    id: str
    counterparty: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class NumberClaim:
    """Whose turn it is to have a number: the next one comes when the one before is closed or corrected away."""

    digest: str
    turn: int
    counterparty: str


@dataclass(frozen=True, slots=True)
class CounterpartyKeyReused(Refusal):
    code: ClassVar[str] = "COUNTERPARTY_KEY_REUSED"
    counterparty: str

    @property
    def message(self) -> str:
        return "This idempotency key was used for another request; use a new key for a new request."


@dataclass(frozen=True, slots=True)
class CounterpartyExists(Refusal):
    """The customer has added this account before, and not closed it."""

    code: ClassVar[str] = "COUNTERPARTY_EXISTS"
    counterparty: str

    @property
    def message(self) -> str:
        return "You have added this account already."


@dataclass(frozen=True, slots=True)
class CounterpartyClosed(Refusal):
    code: ClassVar[str] = "COUNTERPARTY_CLOSED"
    counterparty: str

    @property
    def message(self) -> str:
        return "The counterparty is closed."


@dataclass(frozen=True, slots=True)
class CounterpartyNotVerified(Refusal):
    """Nothing is proved yet, or the first day on which entries may go is still to come."""

    code: ClassVar[str] = "COUNTERPARTY_NOT_VERIFIED"
    counterparty: str
    status: str
    live_from: str | None = None
    """ISO 8601 date, of one that is verified."""

    @property
    def message(self) -> str:
        if self.live_from:
            return f"The counterparty can be used from {self.live_from} on."
        return "The counterparty is not verified."


@dataclass(frozen=True, slots=True)
class CounterpartyCreditOnly(Refusal):
    """A loan is paid, not collected from: a debit of one only undoes an entry (NACHA, transaction code 55)."""

    code: ClassVar[str] = "COUNTERPARTY_CREDIT_ONLY"
    counterparty: str

    @property
    def message(self) -> str:
        return "A loan account takes credits only."


@dataclass(frozen=True, slots=True)
class CounterpartyVerified(Refusal):
    code: ClassVar[str] = "COUNTERPARTY_VERIFIED"
    counterparty: str

    @property
    def message(self) -> str:
        return "The counterparty is verified already."


@dataclass(frozen=True, slots=True)
class VerificationUnderway(Refusal):
    code: ClassVar[str] = "VERIFICATION_UNDERWAY"
    counterparty: str

    @property
    def message(self) -> str:
        return "A verification of this counterparty is going on."


@dataclass(frozen=True, slots=True)
class VerificationsExhausted(Refusal):
    code: ClassVar[str] = "VERIFICATIONS_EXHAUSTED"
    counterparty: str
    verifications_max: int = VERIFICATIONS_MAX

    @property
    def message(self) -> str:
        return f"This account was tried {self.verifications_max} times, which is the most it may be."


@dataclass(frozen=True, slots=True)
class NothingToConfirm(Refusal):
    """No micro-entries wait for an answer: none were sent yet, or they passed, failed or expired."""

    code: ClassVar[str] = "NOTHING_TO_CONFIRM"
    counterparty: str

    @property
    def message(self) -> str:
        return "No micro-entries of this counterparty wait for an answer."


@dataclass(frozen=True, slots=True)
class AmountsWrong(Refusal):
    """The answer was counted. Nothing tells which of the amounts is wrong."""

    code: ClassVar[str] = "AMOUNTS_WRONG"
    counterparty: str
    answers_left: int

    @property
    def message(self) -> str:
        return f"These are not the amounts; answers left: {self.answers_left}."


@dataclass(frozen=True, slots=True)
class TooManyChanges(Refusal):
    code: ClassVar[str] = "TOO_MANY_CHANGES"
    counterparty: str
    changes_max: int = CHANGES_MAX

    @property
    def message(self) -> str:
        return f"The counterparty was corrected {self.changes_max} times, which is the most it may be."


def masked(number: str) -> str:
    """What everybody sees of an account number elsewhere: its last four signs, and of a short one never over half."""
    return "••" + number[-min(4, len(number) // 2) :] if len(number) > 1 else "••"
