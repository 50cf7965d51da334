"""What can be asked about payments: open one once, move it by an event, wait for it, look at it.

A move is a conditional write by version, with its line of the timeline in the same transaction; whoever waits for the
payment to leave its state is told after it is written. Death between the two leaves somebody waiting for what has
happened: the sweep finds the payment by its due date and tells again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from domain.clock import Clock
from domain.payments import rules
from domain.payments.journeys import Execution, Journeys
from domain.payments.kinds import Driver, Event, PaymentState
from domain.payments.model import Moved, Payment, PaymentKeyReused, Waiting
from domain.payments.rules import Deadlines
from domain.payments.store import DuePayment, HappeningPage, PaymentPage, PaymentStore
from domain.unsettled import Unsettled

TRIES_MAX: Final = 8
"""Lost races on one payment: a step, a person, a file, a message of the bank and the sweep at once."""
PAGE_MAX: Final = 100
SWEEP_MAX: Final = 500
"""Payments that one sweep looks at; it says when more are left."""

Changes = Callable[[Payment], Payment]


class Contended(Unsettled):
    """Too many writers of one payment at once. Nothing was written; it may be asked again."""


class PaymentMissing(Exception):
    """A payment that something names does not exist: a fault, because none is ever deleted."""


class TooEarly(Unsettled):
    """The payment's money is being moved right now, and what is said of it follows that. Nothing was written; whoever
    says it says it again in a moment."""


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

    def those(self, payment_ids: Sequence[str]) -> tuple[Payment, ...]:
        """Those that there are, in any order, read in one call; none twice."""
        return self._store.payments(list(payment_ids))

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
        that comes when `only_if` does not hold. Raises `TooEarly` for one that must not be lost and has no row yet."""
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
                if change is None and stored.journey.too_early(stored.state, event):
                    raise TooEarly(f"{payment_id} is {stored.state.value}, which comes before {event.value}")
            if change is None:
                return Moved(stored, event, moved=False)
            if self._store.replace(change.payment, version=stored.version, happening=change.happening):
                return Moved(self._told(change.payment), event, moved=True)
        raise Contended(payment_id)

    def note(self, payment_id: str, changes: Changes) -> Payment:
        """Changes what is kept of a payment within its state, such as the case that a person works."""
        for _ in range(TRIES_MAX):
            stored = self.existing(payment_id)
            noted = replace(changes(stored), version=stored.version + 1)
            if replace(noted, version=stored.version) == stored:
                return stored
            if noted.ended or noted.progress.freed_at != stored.progress.freed_at:
                noted = replace(noted, due_at=rules.due_at(noted, self._clock.now(), self.deadlines))
            if self._store.replace(noted, version=stored.version, happening=None):
                return noted
        raise Contended(payment_id)

    # Waiting.

    def wait(self, payment_id: str, state: PaymentState, token: str) -> Payment:
        """Whoever holds the token is told when the payment leaves the state; at once when it has left it already."""
        waiting = Waiting(state, token)
        return self._told(self.note(payment_id, lambda found: replace(found, waiting=waiting)))

    def _told(self, payment: Payment) -> Payment:
        """Tells who waits, if that is due, and forgets the token once that has been done. Where it is not forgotten,
        because somebody else wrote first, it is told once more, of which nobody takes notice."""
        if payment.waiting is None or payment.waiting.state is payment.state:
            return payment
        self._journeys.resume(payment.waiting.token, payment.state)
        due_at = None if payment.ended else payment.due_at
        forgotten = replace(payment, waiting=None, due_at=due_at, version=payment.version + 1)
        if self._store.replace(forgotten, version=payment.version, happening=None):
            return forgotten
        return payment

    # Journeys.

    def begin(self, payment: Payment) -> Payment:
        """Starts the payment's journey, if it has one and none was started."""
        if payment.execution or payment.journey.driver is not Driver.STEPS:
            return payment
        return self._start_next(payment) or self.existing(payment.id)

    def sweep(self) -> Swept:
        """Looks at the payments that are overdue in their state, and sees to it that somebody is at work on each.
        Of one that has ended, who waits for it is told again, and nothing is started any more.

        When it looks again is written before anybody is asked: one payment that always raises is at the end of the next
        sweep, and not at its head.
        """
        due = self._store.due(through=self._clock.now(), limit=SWEEP_MAX)
        restarted = told = 0
        for one in due:
            payment = self._taken_on(one)
            if payment is None:
                continue
            if payment.ended:
                told += self._told(payment) is not payment
                continue
            execution = self._journeys.state(payment.kind, payment.id, payment.execution)
            if not payment.execution or execution is Execution.ENDED:
                restarted += self._start_next(payment) is not None
            elif execution is Execution.MISSING:
                self._journeys.start(payment.kind, payment.id, payment.execution)
                restarted += 1
            elif payment.waiting and payment.waiting.state is not payment.state:
                self._told(payment)
                told += 1
        return Swept(len(due), restarted, told, more=len(due) == SWEEP_MAX)

    def _taken_on(self, due: DuePayment) -> Payment | None:
        """The payment, to be looked at again some time later. None when it has moved on, of which the index is a moment
        behind, or when somebody else wrote first, who thereby looks at it."""
        payment, now = self._store.payment(due.payment), self._clock.now()
        if payment is None or payment.due_at is None or now < payment.due_at:
            return None
        if payment.journey.driver is not Driver.STEPS:
            return None
        over = payment.ended and payment.waiting is None
        later = replace(payment, due_at=None if over else now + rules.AGAIN, version=payment.version + 1)
        return later if self._written(later, version=payment.version) else None

    def _start_next(self, payment: Payment) -> Payment | None:
        """The number is claimed before the execution starts: two who start one both claim, and one of them wins. None
        for the other one."""
        number = payment.execution + 1
        claimed = replace(payment, execution=number, version=payment.version + 1)
        if not self._written(claimed, version=payment.version):
            return None
        self._journeys.start(payment.kind, payment.id, number)
        return claimed

    def _written(self, payment: Payment, *, version: int) -> bool:
        """Also where the answer of the writing was lost, and its repetition found what it had written itself."""
        return (
            self._store.replace(payment, version=version, happening=None) or self._store.payment(payment.id) == payment
        )


def _bounded(limit: int) -> int:
    if not 1 <= limit <= PAGE_MAX:
        raise ValueError(f"a page has 1 to {PAGE_MAX} rows, not {limit}")
    return limit
