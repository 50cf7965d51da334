"""What a drill can see and do, whether the bank is one in memory or one that runs.

A drill speaks of customers by names of its own, of payments and files by their ids. It never reaches past this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ops.sponsor.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSeen:
    id: str
    state: str
    amount_minor: int
    file: str | None
    trace: str | None
    reason_code: str | None


@dataclass(frozen=True, slots=True)
class HappeningSeen:
    event: str
    state: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSeen:
    id: str
    name: str
    state: str
    sha256: str
    modifier: str
    effective_on: date
    deadline_at: datetime
    """Of its window."""
    entries: int
    addenda: int
    debit_minor: int
    credit_minor: int
    replaces: str | None
    replaced_by: tuple[str, ...]
    case: str | None
    """It changes whenever the file does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrySeen:
    trace: str
    state: str
    amount_minor: int
    file: str
    payment: str


@dataclass(frozen=True, slots=True)
class Told:
    """A notice to a customer about an ACH payment."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class CaseSeen:
    id: str
    kind: str
    subject: str
    state: str


@dataclass(frozen=True, slots=True)
class Money:
    """Of a customer's account."""

    ledger_minor: int
    held_minor: int


class World(Protocol):
    form: str
    """How it runs, for the report."""

    def now(self) -> datetime: ...

    def until(self, condition: Callable[[], bool]) -> bool:
        """Lets the bank, its sponsor and the time go on until it is so. False when it never came."""
        ...

    def pass_acknowledgement_deadline(self) -> None:
        """Lets as much time go by as a partner has to answer, and a little more."""
        ...

    # Customers.

    def customer(self, name: str, *, minor: int) -> None:
        """Somebody with so much money and a verified counterparty."""
        ...

    def send(self, name: str, minor: int) -> str:
        """A credit to the counterparty, on the same day where that is still possible; the payment's id."""
        ...

    def money(self, name: str) -> Money: ...

    def told(self, name: str) -> tuple[Told, ...]:
        """What the customer was told of ACH payments since the drill began."""
        ...

    # The bank.

    def payment(self, payment: str) -> PaymentSeen: ...

    def timeline(self, payment: str) -> tuple[HappeningSeen, ...]: ...

    def file(self, file: str) -> FileSeen: ...

    def entries(self, file: str) -> tuple[EntrySeen, ...]: ...

    def sent_files(self) -> tuple[str, ...]:
        """Names of all that was ever put into the exchange for the sponsor bank."""
        ...

    def book(self, name: str) -> int:
        """Credits minus debits of one of the bank's books since the drill began."""
        ...

    def set_aside(self) -> int:
        """Messages of the sponsor bank that were not acted on: refused at the door, or kept for a person."""
        ...

    # Its staff.

    def cases(self, subject: str) -> tuple[CaseSeen, ...]:
        """About a file or a payment, the oldest first."""
        ...

    def propose(self, case: str, choice: str) -> None:
        """One person resolves a case, or proposes to where a second one is asked for."""
        ...

    def approve(self, case: str) -> None:
        """Another person approves what is proposed."""
        ...

    # The sponsor bank.

    def misbehave(self, name: str, *, times: int | None = 1, code: str | None = None) -> None: ...

    def acknowledge(self, file_name: str) -> None:
        """Has the sponsor bank say that it has the file."""
        ...

    def give_back(self, trace: str, code: str) -> None:
        """Has the receiver's bank return an entry."""
        ...

    def sponsor(self) -> State:
        """What the sponsor bank remembers."""
        ...
