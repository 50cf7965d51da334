"""What stands behind an entry of ours: a payment, an answer to what we received, or the proof of a counterparty.

A file knows entries alone. What an entry says, whether its money is where the file says, and what follows when the
bank takes or refuses it is for who stands behind it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.money import Money
from domain.payments.kinds import Event
from domain.rails.ach.composing import Part
from domain.rails.ach.kinds import OF_PAYMENTS, EntryKind, EntryState
from domain.rails.ach.model import AchFile, Entry, Scheduled
from domain.rails.ach.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry before it is in a file and has its trace number."""

    id: str
    kind: EntryKind
    subject: str
    counterparty: str = ""
    counterparty_masked: str
    account: str = ""
    customer: str = ""
    amount: Money
    sec: str
    description: str
    rdfi: str
    addenda: int = 0

    def joined(self, file: AchFile, trace: str) -> Entry:
        return Entry(
            id=self.id,
            kind=self.kind,
            subject=self.subject,
            counterparty=self.counterparty,
            counterparty_masked=self.counterparty_masked,
            account=self.account,
            customer=self.customer,
            amount=self.amount,
            sec=self.sec,
            description=self.description,
            rdfi=self.rdfi,
            addenda=self.addenda,
            effective_on=file.effective_on,
            window=file.window,
            trace=trace,
            file=file.id,
            files=(file.id,),
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """Whether an entry goes: READY when its money is where the file says, else EXCLUDED and why."""

    state: EntryState
    code: str | None = None
    reason: str | None = None
    journal: str | None = None


READY = Taken(EntryState.READY)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What an entry needs cannot be had any more."""

    code: str


class Origin(Protocol):
    """Everything may be said again, and then changes nothing."""

    def drafts(self, scheduled: Scheduled, file: AchFile) -> tuple[Draft, ...]:
        """The entries that still want to go with the file's window; they go together or not at all."""
        ...

    def take(self, entry: Entry) -> Taken:
        """Sees to it that the entry's money is where the file says."""
        ...

    def parts(self, entries: Sequence[Entry], same_day_until: str) -> Mapping[str, Part | Unreadable]:
        """What each of the entries says, by its id. `same_day_until`: HHMM of a settlement on the same day."""
        ...

    def told(self, entry: Entry, event: Event, *, by: str) -> None:
        """The file was sent, or the bank acknowledged it."""
        ...

    def rejected(self, entry: Entry, *, code: str, by: str, facts: Mapping[str, str]) -> bool:
        """The entry was not taken. False when that comes too late to be true."""
        ...

    def rebuilt(self, entry: Entry, new: AchFile, window: Window) -> None:
        """A rejected entry goes into another file."""
        ...

    def given_up(self, entry: Entry, *, by: str) -> None:
        """A rejected entry goes into no further file."""
        ...

    def settled(self, entry: Entry) -> None:
        """The entry's day of settlement has come, and the bank had acknowledged it."""
        ...


class Origins:
    def __init__(self, *, of_payments: Origin, others: Callable[[], Mapping[EntryKind, Origin]]) -> None:
        """`others`: who stands behind entries that are not of payments; asked for when there are some."""
        self._of_payments = of_payments
        self._others = others

    def of(self, kind: EntryKind) -> Origin:
        """Who stands behind entries of this kind."""
        return self._of_payments if kind in OF_PAYMENTS else self._others()[kind]
