"""Payments behind entries: money that customers send and collect."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from domain.counterparties.model import CounterpartyCreditOnly, Direction, OpenedCounterparty
from domain.counterparties.service import Counterparties
from domain.customers.service import Customers
from domain.payments.kinds import Event, PaymentState
from domain.payments.model import BANK, Payment
from domain.payments.service import Payments
from domain.rails.ach.composing import Content, Part, codes_of
from domain.rails.ach.kinds import EntryKind, EntryState
from domain.rails.ach.model import REMITTANCE, AchFile, AchNotEligible, Entry, Scheduled
from domain.rails.ach.origins import Draft, Taken, Unreadable
from domain.rails.ach.reversals import ALREADY_RETURNED, REVERSAL_TOO_LATE
from domain.rails.ach.reversing import HOLD_ENDED, STANDS
from domain.rails.ach.steps import Steps
from domain.rails.ach.windows import Window
from domain.refusals import NotFound, Refusal
from domain.sealing import Sealer, Shredded

WITHDRAWN: Final = frozenset(
    {PaymentState.REJECTED, PaymentState.GIVING_BACK, PaymentState.FAILED, PaymentState.UNPOSTED}
)
"""States of a payment whose entry was taken out of its file before that was built."""


class PaymentOrigin:
    def __init__(
        self,
        *,
        steps: Steps,
        payments: Payments,
        counterparties: Counterparties,
        customers: Customers,
        sealer: Sealer,
    ) -> None:
        self._steps = steps
        self._payments = payments
        self._counterparties = counterparties
        self._customers = customers
        self._sealer = sealer

    def drafts(self, scheduled: Scheduled, file: AchFile) -> tuple[Draft, ...]:
        payment = self._payments.existing(scheduled.subject)
        waits = payment.state is PaymentState.SCHEDULED and payment.progress.entry == scheduled.entry
        if not waits or payment.progress.window != file.window:
            return ()
        draft = Draft(
            id=scheduled.entry,
            kind=scheduled.kind,
            subject=payment.id,
            counterparty=payment.counterparty,
            counterparty_masked=payment.counterparty_masked,
            account=payment.account,
            customer=payment.customer,
            amount=payment.amount,
            sec=payment.ach.sec,
            description=payment.ach.description,
            rdfi=self._counterparties.kept(payment.counterparty).routing_number[:8],
            addenda=payment.ach.addenda,
        )
        return (draft,)

    # Its money.

    def take(self, entry: Entry) -> Taken:
        payment = self._payments.move(
            entry.subject,
            Event.TAKEN,
            by=BANK,
            facts={"file": entry.file, "trace": entry.trace},
            changes=lambda found: replace(found, progress=replace(found.progress, file=entry.file, trace=entry.trace)),
            only_if=lambda found: found.progress.entry == entry.id and self._unusable(found, entry) is None,
        ).payment
        if payment.progress.trace != entry.trace:
            self._let_go(payment, entry)
            return Taken(EntryState.EXCLUDED, "NOT_WAITING", "It did not wait for this file.")
        payment = self._steps.advance(payment)
        if payment.state is not PaymentState.IN_FILE:
            return Taken(EntryState.EXCLUDED, payment.reason_code or payment.state.value, payment.reason or "")
        return Taken(EntryState.READY, journal=payment.journals.get(PaymentState.TAKEN.value))

    def _unusable(self, payment: Payment, entry: Entry) -> Refusal | None:
        """Why it cannot go any more: its receiver was closed, is no longer proved, or was erased for ever since it was
        accepted. What takes something back goes to the account as it has been corrected since, whatever became of
        the counterparty."""
        original = payment.ach.reverses
        refusal = self._not_reversed(payment, original, entry) if original else self._not_used(entry)
        if refusal is not None:
            return refusal
        opened = self._counterparties.opened(entry.counterparty)
        return opened if isinstance(opened, Refusal) else None

    def _not_reversed(self, payment: Payment, original: str, entry: Entry) -> AchNotEligible | None:
        """What has come back meanwhile is not taken back as well, and nothing is once its time is over."""
        found = self._payments.existing(original)
        if found.state not in STANDS:
            return AchNotEligible(ALREADY_RETURNED.code, ALREADY_RETURNED.message)
        if payment.progress.hold_of and (found.state, found.progress.lent_to) != (PaymentState.SETTLED, payment.id):
            return AchNotEligible(HOLD_ENDED.code, HOLD_ENDED.message)
        if _too_late(payment, entry):
            return AchNotEligible(REVERSAL_TOO_LATE.code, REVERSAL_TOO_LATE.message)
        return None

    def _not_used(self, entry: Entry) -> Refusal | None:
        direction = Direction.CREDIT if entry.kind is EntryKind.CREDIT else Direction.DEBIT
        return self._counterparties.usable(entry.counterparty, on_day=entry.effective_on, direction=direction)

    def _let_go(self, payment: Payment, entry: Entry) -> None:
        """Of a payment that waits and can go nowhere: its end."""
        refusal = self._unusable(payment, entry)
        if refusal is None or payment.state is not PaymentState.SCHEDULED or payment.progress.entry != entry.id:
            return
        reason = None if isinstance(refusal, Shredded) else refusal.message  # of an erased customer nobody is told
        moved = self._payments.move(
            payment.id,
            Event.CANCELLED,
            by=BANK,
            facts={"reason": refusal.code},
            changes=lambda found: replace(found, reason_code=refusal.code, reason=reason),
            only_if=lambda found: found.progress.entry == entry.id,
        )
        self._steps.advance(moved.payment)

    # What it says.

    def parts(self, entries: Sequence[Entry], same_day_until: str) -> Mapping[str, Part | Unreadable]:
        return {entry.id: self._content(entry, same_day_until) for entry in entries}

    def _content(self, entry: Entry, same_day_until: str) -> Content | Unreadable:
        """Unreadable when the receiver or the originator has been erased since, the receiver's account is now one of a
        type that takes no such entry, or what was to be taken back has come back.

        That is asked here, once more: a return is written down before it looks for what has left (domain/rails/ach/
        steps.py), and here what leaves has been written down before. So of two at one moment, one sees the other.
        """
        payment = self._payments.existing(entry.subject)
        receiver = self._counterparties.opened(entry.counterparty)
        if not isinstance(receiver, OpenedCounterparty):
            return Unreadable(receiver.code)
        if _too_late(payment, entry):
            return Unreadable(REVERSAL_TOO_LATE.code)
        if payment.ach.reverses and self._payments.existing(payment.ach.reverses).state not in STANDS:
            return Unreadable(ALREADY_RETURNED.code)
        if (receiver.details.account_type, entry.kind) not in codes_of(payment):
            return Unreadable(CounterpartyCreditOnly.code)
        sealed = payment.ach.remittance
        remittance = self._sealer.open(payment.customer, sealed, REMITTANCE) if sealed else b""
        customer = self._customers.get(payment.customer)
        profile = customer if isinstance(customer, NotFound) else self._customers.profile(customer)
        if isinstance(remittance, Refusal) or isinstance(profile, Refusal):
            return Unreadable(Shredded.code)
        if payment.state in WITHDRAWN or payment.progress.file != entry.file:
            return Unreadable("NOT_WAITING")  # whoever withdrew it died before its entry said so
        return Content(
            entry=entry,
            payment=payment,
            receiver=receiver,
            originator=profile.name,
            remittance=remittance.decode(),
            same_day_until=same_day_until,
        )

    # What the bank says of it.

    def told(self, entry: Entry, event: Event, *, by: str) -> None:
        self._payments.move(
            entry.subject,
            event,
            by=by,
            facts={"file": entry.file},
            only_if=lambda found: found.progress.file == entry.file,
        )

    def rejected(self, entry: Entry, *, code: str, by: str, facts: Mapping[str, str]) -> bool:
        payment = self._payments.move(
            entry.subject,
            Event.REJECTED,
            by=by,
            facts=facts,
            changes=lambda found: replace(found, reason_code=code),
            only_if=lambda found: found.progress.file == entry.file,
        ).payment
        return payment.state is PaymentState.REJECTED

    def rebuilt(self, entry: Entry, new: AchFile, window: Window) -> None:
        self._payments.move(
            entry.subject,
            Event.REBUILT,
            by=BANK,
            facts={"file": new.id, "replaces": entry.file},
            changes=lambda found: replace(
                found,
                reason_code=None,
                progress=replace(
                    found.progress,
                    file=new.id,
                    window=window.id,
                    cut_off_at=window.cut_off_at,
                    settles_on=window.settles_on,
                    settles_at=window.settles_at,
                ),
            ),
            only_if=lambda found: found.progress.file == entry.file,
        )

    def given_up(self, entry: Entry, *, by: str) -> None:
        moved = self._payments.move(
            entry.subject,
            Event.GIVEN_UP,
            by=by,
            facts={"file": entry.file},
            only_if=lambda found: found.progress.file == entry.file,
        )
        self._steps.advance(moved.payment)

    def settled(self, entry: Entry) -> None:
        """Its journey waits for that itself."""


def _too_late(payment: Payment, entry: Entry) -> bool:
    """Of a reversal: whether its window settles after the last day on which the receiving bank may have it."""
    return payment.ach.reverse_by is not None and entry.effective_on > payment.ach.reverse_by
