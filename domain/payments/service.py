"""What can be asked about payments: open one once, move it by an event, wait for it, look at it.

A move is a conditional write by version, with its line of the timeline in the same transaction; whoever waits for the
payment to leave its state is told after it is written. Death between the two leaves somebody waiting for what has
happened: the sweep finds the payment by its due date and tells again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from domain.clock import Clock
from domain.payments import rules
from domain.payments.journeys import Execution, Journeys
from domain.payments.kinds import Driver, Event, PaymentState
from domain.payments.model import Moved, Payment, PaymentKeyReused, Waiting
from domain.payments.rules import Deadlines
from domain.payments.store import DuePayment, HappeningPage, PaymentPage, PaymentStore

TRIES_MAX: Final = 8
"""Lost races on one payment: a step, a person, a file, a message of the bank and the sweep at once."""
PAGE_MAX: Final = 100
SWEEP_MAX: Final = 500
"""Payments that one sweep looks at; it says when more are left."""

Changes = Callable[[Payment], Payment]


class Contended(Exception):
    """Too many writers of one payment at once. Nothing was written; it may be asked again."""


class PaymentMissing(Exception):
    """A payment that something names does not exist: a fault, because none is ever deleted."""


@dataclass(frozen=True, slots=True)
class Swept:
    looked_at: int
    restarted: int
    told_again: int
    more: bool


def unchanged(payment: Payment) -> Payment:
    return payment


class Payments:
    def __init__(self, *, store: PaymentStore, journeys: Journeys, clock: Clock, deadlines: Deadlines) -> None:
        self._store = store
        self._journeys = journeys
        self._clock = clock
        self.deadlines = deadlines

    # Opening and looking.

    def open(self, payment: Payment, *, facts: Mapping[str, str]) -> Payment | PaymentKeyReused:
        """Keeps a new payment, once for its id. Said again with the same fingerprint, the stored one is the answer."""
        now = self._clock.now()
        payment = replace(
            payment,
            due_at=rules.due_at(payment, now, self.deadlines),
            happenings=1,
        )
        if self._store.add(payment, rules.opened(payment, by=payment.opened_by, facts=facts)):
            return payment
        stored = self.existing(payment.id)
        return stored if stored.fingerprint == payment.fingerprint else PaymentKeyReused(payment.id)

    def get(self, payment_id: str) -> Payment | None:
        return self._store.payment(payment_id)

    def existing(self, payment_id: str) -> Payment:
        payment = self._store.payment(payment_id)
        if payment is None:
            raise PaymentMissing(payment_id)
        return payment

    def of_account(self, account: str, *, before: str | None = None, limit: int = 25) -> PaymentPage:
        return self._store.payments_of(account, before=before, limit=_bounded(limit))

    def timeline(self, payment_id: str, *, after: int | None = None, limit: int = 25) -> HappeningPage:
        return self._store.timeline(payment_id, after=after, limit=_bounded(limit))

    # Moving.

    def move(
        self,
        payment_id: str,
        event: Event,
        *,
        by: str,
        facts: Mapping[str, str] | None = None,
        changes: Changes = unchanged,
        only_if: Callable[[Payment], bool] = lambda _: True,
    ) -> Moved:
        """What the event does to the payment as it is now. An event without a row in the table changes nothing, nor one
        that comes when `only_if` does not hold."""
        for _ in range(TRIES_MAX):
            stored = self.existing(payment_id)
            change = None
            if only_if(stored):
                change = rules.moved(
                    changes(stored),
                    event,
                    by=by,
                    facts=facts or {},
                    now=self._clock.now(),
                    deadlines=self.deadlines,
                )
            if change is None:
                return Moved(stored, event, moved=False)
            if self._store.replace(change.payment, version=stored.version, happening=change.happening):
                self._tell(change.payment)
                return Moved(change.payment, event, moved=True)
        raise Contended(payment_id)

    def note(self, payment_id: str, changes: Changes) -> Payment:
        """Changes what is kept of a payment within its state, such as the case that a person works."""
        for _ in range(TRIES_MAX):
            stored = self.existing(payment_id)
            noted = replace(changes(stored), version=stored.version + 1)
            if replace(noted, version=stored.version) == stored:
                return stored
            if self._store.replace(noted, version=stored.version, happening=None):
                return noted
        raise Contended(payment_id)

    # Waiting.

    def wait(self, payment_id: str, state: PaymentState, token: str) -> Payment:
        """Whoever holds the token is told when the payment leaves the state; at once when it has left it already."""
        waiting = Waiting(state, token)
        payment = self.note(payment_id, lambda found: replace(found, waiting=waiting))
        self._tell(payment)
        return payment

    def _tell(self, payment: Payment) -> None:
        if payment.waiting and payment.waiting.state is not payment.state:
            self._journeys.resume(payment.waiting.token, payment.state)

    # Journeys.

    def begin(self, payment: Payment) -> Payment:
        """Starts the payment's journey, if it has one and none was started."""
        driven = payment.journey.driver is Driver.STEPS
        return self._start_next(payment) if driven and not payment.execution else payment

    def sweep(self) -> Swept:
        """Looks at the payments that are overdue in their state, and sees to it that somebody is at work on each."""
        due = self._store.due(through=self._clock.now(), limit=SWEEP_MAX)
        restarted = told = 0
        for one in due:
            payment = self._overdue(one)
            if payment is None:
                continue
            execution = self._journeys.state(payment.kind, payment.id, payment.execution)
            if not payment.execution or execution is Execution.ENDED:
                self._start_next(payment)
                restarted += 1
            elif execution is Execution.MISSING:
                self._journeys.start(payment.kind, payment.id, payment.execution)
                restarted += 1
            elif payment.waiting and payment.waiting.state is not payment.state:
                self._tell(payment)
                told += 1
            self._looked_at(payment)
        return Swept(len(due), restarted, told, more=len(due) == SWEEP_MAX)

    def _overdue(self, due: DuePayment) -> Payment | None:
        """The index is a moment behind: what it names may have moved on."""
        payment = self._store.payment(due.payment)
        if payment is None or payment.journey.driver is not Driver.STEPS:
            return None
        return payment if payment.due_at and payment.due_at <= self._clock.now() else None

    def _start_next(self, payment: Payment) -> Payment:
        """The number is claimed before the execution starts: two who start one both claim, and one of them wins."""
        number = payment.execution + 1
        claimed = replace(payment, execution=number, version=payment.version + 1)
        if not self._store.replace(claimed, version=payment.version, happening=None):
            return self.existing(payment.id)
        self._journeys.start(payment.kind, payment.id, number)
        return claimed

    def _looked_at(self, payment: Payment) -> None:
        stored = self.existing(payment.id)
        if stored.due_at == payment.due_at:
            later = replace(stored, due_at=self._clock.now() + rules.AGAIN, version=stored.version + 1)
            self._store.replace(later, version=stored.version, happening=None)


def _bounded(limit: int) -> int:
    if not 1 <= limit <= PAGE_MAX:
        raise ValueError(f"a page has 1 to {PAGE_MAX} rows, not {limit}")
    return limit
