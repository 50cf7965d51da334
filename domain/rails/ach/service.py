"""What can be asked of ACH: send and collect money, call it off, and say what a person decided.

A payment is made once for its account, the acting person and the key: its id follows from them, so asking twice finds
the first. Before any refusal that does not come from the stored payment is answered, the payment is looked for.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Final

from domain import keys
from domain.access.model import Action, Actor, Relation
from domain.access.service import refusal_of
from domain.accounts.model import AccountRecord
from domain.accounts.service import Accounts
from domain.cases.kinds import ResolutionCode
from domain.cases.model import Case
from domain.clock import Clock, instant_text
from domain.counterparties.model import Counterparty, HolderKind
from domain.counterparties.model import Direction as CounterpartyDirection
from domain.counterparties.service import Counterparties
from domain.customers.model import CustomerKind
from domain.ids import payment_id, prefix_of
from domain.money import AMOUNT_MINOR_MAX, Money
from domain.payments.kinds import Event, PaymentKind, PaymentState
from domain.payments.model import (
    AchTerms,
    Payment,
    PaymentBusy,
    PaymentKeyReused,
    PaymentNotAwaitingStepUp,
    PaymentNotCancellable,
    Speed,
)
from domain.payments.service import Payments
from domain.rails.ach import limits, sec_codes
from domain.rails.ach.calendar import day_of, instant_of
from domain.rails.ach.composing import addenda_texts
from domain.rails.ach.model import REMITTANCE, AchFile, AchNotEligible, DuplicateSuspected, Entry, ReceivedText
from domain.rails.ach.nacha.characters import to_ascii
from domain.rails.ach.outgoing import Outgoing
from domain.rails.ach.reversing import Reversals
from domain.rails.ach.steps import SPEEDS, Steps
from domain.rails.ach.store import EntryPage, FilePage
from domain.rails.ach.tables import AccountKind, Direction, Reason
from domain.rails.ach.timetable import Timetable
from domain.rails.ach.windows import Window
from domain.refusals import CurrencyMismatch, FieldFault, InputInvalid, NotAllowed, NotFound, Refusal, StepUpRequired
from domain.sealing import Sealer, Shredded

CURRENCY: Final = "USD"
"""The only currency of the rail."""
DUPLICATE_WITHIN: Final = timedelta(hours=24)
PAGE: Final = 100
"""Payments read at once."""
PAGES_MAX: Final = 10
"""A thousand payments of one account, out and in, since the day began: whoever has more is refused until the next day,
because what is left of a limit cannot be told from a part of them."""
REMITTANCE_LENGTH_MAX: Final = 8_000
"""A hundred addenda of eighty characters, of a CTX entry: of the text as a file has it, in ASCII, where some characters
become several."""
_CANCELLED: Final = frozenset({PaymentState.CANCELLED, PaymentState.CANCELLING})
TOO_MANY_PAYMENTS: Final = Reason(
    "TOO_MANY_PAYMENTS", "The account has more payments today than are counted against its limits."
)
_COUNTED_NOT: Final = frozenset({PaymentState.DECLINED, PaymentState.REFUSED, PaymentState.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An ACH payment as somebody asks for it."""

    account: str
    counterparty: str
    amount: Money
    sec: str
    speed: Speed
    description: str
    remittance: str | None = None
    recurring: bool = False
    purpose: sec_codes.Purpose = sec_codes.Purpose.PAYMENT
    duplicate_intended: bool = False


class Ach:
    def __init__(
        self,
        *,
        payments: Payments,
        steps: Steps,
        outgoing: Outgoing,
        accounts: Accounts,
        counterparties: Counterparties,
        sealer: Sealer,
        timetable: Timetable,
        clock: Clock,
    ) -> None:
        self.steps = steps
        self.outgoing = outgoing
        self._payments = payments
        self._accounts = accounts
        self._counterparties = counterparties
        self._sealer = sealer
        self._timetable = timetable
        self._clock = clock
        self.reversals = Reversals(
            payments=payments, counterparties=counterparties, timetable=timetable, clock=clock, seen=self._seen
        )

    # Sending and collecting.

    def originate_credit(self, actor: Actor, wish: Wish, *, key: str) -> Payment | Refusal:
        """Accepts money to be sent to a counterparty. Whether it is sent is decided after, by its journey.

        Refusals: InputInvalid, NotFound, NotAllowed, WrongRegion, CurrencyMismatch, those of a counterparty that
        cannot be used, AchNotEligible, DuplicateSuspected, PaymentKeyReused, Shredded.
        """
        return self._originate(actor, wish, PaymentKind.ACH_CREDIT, key)

    def originate_debit(self, actor: Actor, wish: Wish, *, key: str) -> Payment | Refusal:
        """Accepts money to be collected from a counterparty. Refusals: as of a credit."""
        return self._originate(actor, wish, PaymentKind.ACH_DEBIT, key)

    def _originate(self, actor: Actor, wish: Wish, kind: PaymentKind, key: str) -> Payment | Refusal:
        if faults := (*keys.key_faults(key), *_faults(wish)):
            return InputInvalid(faults)
        reason = self._accounts.refusal(actor, Action.MOVE_MONEY, wish.account)
        record = self._accounts.records([wish.account]).get(wish.account)
        if record is None:
            return reason or NotFound(wish.account)
        digest = self._digest(record, wish.remittance)
        if isinstance(digest, Shredded):
            return reason or digest
        payment = payment_id(wish.account, actor.person, key)
        fingerprint = _fingerprint(kind, wish, digest)
        if isinstance(reason, NotFound):
            return reason
        known = self._known(payment, fingerprint)
        if known:
            return known
        if reason:
            return reason
        accepted = self._accepted(actor, wish, kind, record)
        if isinstance(accepted, Refusal):
            # What stands against it may be itself, made meanwhile by the same request in another process.
            return self._known(payment, fingerprint) or accepted
        opened = self._payments.open(
            replace(accepted, id=payment, fingerprint=fingerprint),
            facts={"sec": wish.sec, "speed": wish.speed.value, "counterparty": wish.counterparty},
        )
        return opened if isinstance(opened, Refusal) else self._begun(opened)

    def _known(self, payment: str, fingerprint: str) -> Payment | PaymentKeyReused | None:
        """What an earlier request with the same key has made."""
        stored = self._payments.get(payment)
        if stored is None:
            return None
        return self._begun(stored) if stored.fingerprint == fingerprint else PaymentKeyReused(payment)

    def _begun(self, payment: Payment) -> Payment:
        return payment if payment.ended else self._payments.begin(payment)

    def _accepted(self, actor: Actor, wish: Wish, kind: PaymentKind, record: AccountRecord) -> Payment | Refusal:
        """The payment, or the first thing that stands against it."""
        if wish.amount.currency != CURRENCY or record.currency != CURRENCY:
            return CurrencyMismatch(record.id, CURRENCY, wish.amount.currency)
        counterparty = self._counterparties.get(actor, wish.counterparty)
        if isinstance(counterparty, Refusal):
            return counterparty
        if counterparty.customer != actor.person:
            return NotFound(wish.counterparty)
        now = self._clock.now()
        assignment = self._timetable.assign(now, SPEEDS[wish.speed.value])
        direction = CounterpartyDirection.CREDIT if kind is PaymentKind.ACH_CREDIT else CounterpartyDirection.DEBIT
        refusal = (
            self._counterparties.usable(counterparty.id, on_day=assignment.window.settles_on, direction=direction)
            or self._class_refusal(wish, kind, record, counterparty)
            or self._earlier_refusal(wish, kind, record, assignment.window)
        )
        if refusal:
            return refusal
        sealed = self._sealed(record, wish.remittance)
        if isinstance(sealed, Shredded):
            return sealed
        return Payment(
            id="",
            kind=kind,
            account=record.id,
            customer=record.holder,
            counterparty=counterparty.id,
            counterparty_masked=counterparty.masked_number,
            amount=wish.amount,
            ach=AchTerms(
                sec=wish.sec,
                speed=wish.speed,
                description=wish.description,
                remittance=sealed,
                addenda=_addenda(wish),
                recurring=wish.recurring,
            ),
            opened_by=actor.person,
            opened_at=now,
            entered_at=now,
            fingerprint="",
        )

    # What stands against it.

    def _class_refusal(
        self, wish: Wish, kind: PaymentKind, record: AccountRecord, counterparty: Counterparty
    ) -> InputInvalid | None:
        person = record.holder_kind is CustomerKind.PERSON
        consumer = counterparty.holder_kind is HolderKind.CONSUMER
        direction = _direction(kind)
        asked = sec_codes.Origination(
            sec=wish.sec,
            direction=direction,
            receiver=AccountKind.CONSUMER if consumer else AccountKind.CORPORATE,
            description=wish.description,
            purpose=wish.purpose,
            person_to_person=person and consumer and direction is Direction.CREDIT and wish.sec == "WEB",
            addenda=_addenda(wish),
        )
        faults = (*_purpose_faults(wish), *sec_codes.origination_faults(asked, day_of(self._clock.now())))
        return InputInvalid(faults) if faults else None

    def _earlier_refusal(
        self, wish: Wish, kind: PaymentKind, record: AccountRecord, window: Window
    ) -> AchNotEligible | DuplicateSuspected | None:
        """What stands against it beside the account's other payments."""
        earlier = self._earlier(record.id)
        if earlier is None:
            return AchNotEligible(TOO_MANY_PAYMENTS.code, TOO_MANY_PAYMENTS.message)
        return self._limit_refusal(wish, kind, record, window, earlier) or self._duplicate(wish, kind, earlier)

    def _earlier(self, account: str) -> list[Payment] | None:
        """The account's payments since the day began, and those of `DUPLICATE_WITHIN`, the newest first; None when
        they are more than are counted."""
        now = self._clock.now()
        since = min(now - DUPLICATE_WITHIN, instant_of(day_of(now), time.min))
        found: list[Payment] = []
        before: str | None = None
        for _ in range(PAGES_MAX):
            page = self._payments.of_account(account, before=before, limit=PAGE)
            found += page.payments
            before = page.before
            if before is None or page.payments[-1].opened_at < since:
                return found
        return None

    def _limit_refusal(
        self, wish: Wish, kind: PaymentKind, record: AccountRecord, window: Window, earlier: Sequence[Payment]
    ) -> AchNotEligible | None:
        day = day_of(self._clock.now())
        customer = AccountKind.CONSUMER if record.holder_kind is CustomerKind.PERSON else AccountKind.CORPORATE
        spent = sum(
            one.amount.minor
            for one in earlier
            if one.kind is kind
            and one.ach.sec == wish.sec
            and one.ach.reverses is None
            and day_of(one.opened_at) == day
            and one.state not in _COUNTED_NOT
        )
        reasons: tuple[Reason, ...] = limits.bank_limit_reasons(
            customer=customer,
            sec=wish.sec,
            direction=_direction(kind),
            amount_minor=wish.amount.minor,
            spent_today_minor=spent,
            on=day,
        )
        if wish.speed is Speed.SAME_DAY and window.same_day:
            reasons += limits.same_day_reasons(
                sec=wish.sec,
                direction=_direction(kind),
                amount_minor=wish.amount.minor,
                effective_on=window.settles_on,
                today=window.settles_on,
            )
        return AchNotEligible(reasons[0].code, reasons[0].message) if reasons else None

    def _duplicate(self, wish: Wish, kind: PaymentKind, earlier: Sequence[Payment]) -> DuplicateSuspected | None:
        if wish.duplicate_intended:
            return None
        since = self._clock.now() - DUPLICATE_WITHIN
        for one in earlier:
            alike = (one.kind, one.counterparty, one.amount) == (kind, wish.counterparty, wish.amount)
            if alike and not one.ach.reverses and one.opened_at > since and one.state not in _COUNTED_NOT:
                return DuplicateSuspected(one.id)
        return None

    # Looking and calling off.

    def payment(self, actor: Actor, payment: str) -> Payment | Refusal:
        """Refusals: NotFound, NotAllowed, WrongRegion."""
        return self._seen(actor, payment, Action.VIEW_ACCOUNT)

    def account_of(self, payment: str) -> str | None:
        """The account of a payment, whoever asks: for the bank's own records, never an answer."""
        found = self._payments.get(payment) if prefix_of(payment) == "pay" else None
        return found.account if found else None

    def cases_of(self, payments: Sequence[str]) -> dict[str, str]:
        """The case of each that has one, whoever asks: for staff who see what was judged."""
        return {payment.id: payment.case for payment in self._payments.those(payments) if payment.case}

    def cancel(self, actor: Actor, payment: str) -> Payment | Refusal:
        """Calls a payment off, until its window is cut off. Said again, it changes nothing.

        Refusals: NotFound, NotAllowed, WrongRegion, PaymentNotCancellable, PaymentBusy.
        """
        found = self._seen(actor, payment, Action.MOVE_MONEY)
        if isinstance(found, Refusal):
            return found
        moved = self._payments.move(payment, Event.CANCELLED, by=actor.person, only_if=self._before_cut_off)
        state = moved.payment.state
        if state in _CANCELLED:
            cancelled = self.steps.advance(moved.payment)
            self.steps.reviewing.end(cancelled)
            return cancelled
        if state in (PaymentState.SCREENED, PaymentState.SUSPECTED):
            return PaymentBusy(payment)
        return PaymentNotCancellable(payment, state.value)

    def confirm(self, actor: Actor, payment: str) -> Payment | Refusal:
        """Lets a payment go on that waits for its customer, who has signed in since it was asked for. Said again, it
        changes nothing. Only who made it confirms it: another owner could not tell whether it was meant.

        Refusals: NotFound, NotAllowed, WrongRegion, StepUpRequired, PaymentNotAwaitingStepUp.
        """
        found = self._seen(actor, payment, Action.MOVE_MONEY)
        if isinstance(found, Refusal):
            return found
        if found.opened_by != actor.person:
            return NotAllowed()
        now, step_up = self._clock.now(), found.step_up
        if step_up and found.awaits_step_up(now):
            if not actor.signed_in_after(step_up.asked_at, now=now):
                return StepUpRequired(instant_text(step_up.asked_at), instant_text(step_up.until))
            found = self.steps.confirmed(found, by=actor.person)
        if found.step_up is None or found.step_up.confirmed_at is None:
            return PaymentNotAwaitingStepUp(payment, found.state.value)
        return self.steps.advance(found) if found.state is PaymentState.SCREENED else found

    def cancellable(self, payment: Payment) -> bool:
        """Whether `cancel` would call it off now."""
        return Event.CANCELLED in payment.journey.events_of(payment.state) and self._before_cut_off(payment)

    def _before_cut_off(self, payment: Payment) -> bool:
        cut_off_at = payment.progress.cut_off_at
        return payment.state is not PaymentState.SCHEDULED or cut_off_at is None or self._clock.now() < cut_off_at

    def _seen(self, actor: Actor, payment: str, action: Action) -> Payment | Refusal:
        found = self._payments.get(payment) if prefix_of(payment) == "pay" else None
        if found is None:
            return self._accounts.elsewhere(payment) or NotFound(payment)
        refusal = self._accounts.refusal(actor, action, found.account)
        return (NotFound(payment) if isinstance(refusal, NotFound) else refusal) or found

    def opened_remittance(self, payment: Payment) -> str | Shredded | None:
        """What the originator wrote for the receiver; of what came in, all that it says in words."""
        if payment.ach.remittance is None:
            return None
        opened = self._sealer.open(payment.customer, payment.ach.remittance, REMITTANCE)
        return opened if isinstance(opened, Shredded) else opened.decode()

    def received_text(self, payment: Payment) -> ReceivedText | Shredded | None:
        """Who sent what came in, and what for."""
        opened = self.opened_remittance(payment)
        return ReceivedText.of(opened) if isinstance(opened, str) else opened

    # Files.

    def file(self, actor: Actor, file: str) -> AchFile | Refusal:
        """Refusals: NotAllowed, NotFound."""
        declined = _files_refusal(actor)
        return declined or (self.outgoing.file(file) if prefix_of(file) == "fil" else None) or NotFound(file)

    def files(self, actor: Actor, *, before: str | None = None, limit: int = 25) -> FilePage | Refusal:
        """The files of this region, the latest window first. Refusals: NotAllowed."""
        return _files_refusal(actor) or self.outgoing.files(before=before, limit=limit)

    def entry(self, actor: Actor, entry: str) -> Entry | Refusal:
        """Refusals: NotAllowed, NotFound, WrongRegion."""
        declined = _files_refusal(actor)
        if declined:
            return declined
        found = self.outgoing.entry(entry) if prefix_of(entry) == "ent" else None
        return found or self._accounts.elsewhere(entry) or NotFound(entry)

    def entries(self, actor: Actor, file: str, *, after: str | None = None, limit: int = 25) -> EntryPage | Refusal:
        """The entries of a file by their trace numbers. Refusals: NotAllowed."""
        return _files_refusal(actor) or self.outgoing.entries(file, after=after, limit=limit)

    # What people decided.

    def payment_reviewed(self, case: Case) -> Refusal | None:
        """Acts on the resolution of a payment's review. Refusals: NotFound, ReviewOver."""
        if case.resolution is None:
            raise ValueError(f"{case.id} has no resolution")
        payment = self._payments.get(case.subject.id)
        if payment is None:
            return NotFound(case.subject.id)
        return self.steps.reviewed(
            payment,
            released=case.resolution.code is ResolutionCode.RELEASE,
            by=case.resolution.person,
            case=case.id,
        )

    def file_decided(self, case: Case) -> Refusal | None:
        """Acts on the resolution of a rejected file."""
        if case.resolution is None:
            raise ValueError(f"{case.id} has no resolution")
        file = self.outgoing.file(case.subject.id)
        if file is None:
            return NotFound(case.subject.id)
        if case.resolution.code is ResolutionCode.REBUILD:
            self.outgoing.rebuild(file.id)
        else:
            self.outgoing.give_up(file.id, by=case.resolution.person)
        return None

    # Sealing.

    def _digest(self, record: AccountRecord, remittance: str | None) -> str | Shredded | None:
        return self._sealer.digest(record.holder, remittance, REMITTANCE) if remittance is not None else None

    def _sealed(self, record: AccountRecord, remittance: str | None) -> bytes | Shredded | None:
        return self._sealer.seal(record.holder, remittance.encode(), REMITTANCE) if remittance is not None else None


def _files_refusal(actor: Actor) -> Refusal | None:
    """A file has entries of many customers: nobody's relation leads to one."""
    return refusal_of(actor, Action.VIEW_ACH_FILES, relation=Relation.STRANGER)


def _direction(kind: PaymentKind) -> Direction:
    return Direction.CREDIT if kind is PaymentKind.ACH_CREDIT else Direction.DEBIT


def _addenda(wish: Wish) -> int:
    return len(addenda_texts(to_ascii(wish.remittance or "")))


def _purpose_faults(wish: Wish) -> Iterator[FieldFault]:
    """What is called a reversal has a payment that it takes back, and rules of its own."""
    if wish.purpose is sec_codes.Purpose.REVERSAL:
        yield FieldFault(("purpose",), "PURPOSE_NOT_ORIGINATED", "is of what takes back a payment, and asked for so")


def _faults(wish: Wish) -> tuple[FieldFault, ...]:
    return tuple(fault for check in _CHECKS for fault in check(wish))


def _amount_faults(wish: Wish) -> tuple[FieldFault, ...]:
    if not 0 < wish.amount.minor <= AMOUNT_MINOR_MAX:
        return (FieldFault(("amount",), "AMOUNT_OUT_OF_RANGE", f"is more than zero and at most {AMOUNT_MINOR_MAX}"),)
    return tuple(FieldFault(("amount",), one.code, one.message) for one in limits.format_reasons([wish.amount.minor]))


def _remittance_faults(wish: Wish) -> tuple[FieldFault, ...]:
    text = wish.remittance
    if text is None:
        return ()
    # What is longer than all that could be written is not written out: a character of it may become eighteen.
    if len(text) > REMITTANCE_LENGTH_MAX or not 1 <= len(to_ascii(text)) <= REMITTANCE_LENGTH_MAX:
        return (FieldFault(("remittance",), "LENGTH", f"is 1 to {REMITTANCE_LENGTH_MAX} ASCII characters, or absent"),)
    if not text.isprintable():
        return (FieldFault(("remittance",), "NOT_PRINTABLE", "has printable characters alone"),)
    return ()


_CHECKS: Final[tuple[Callable[[Wish], tuple[FieldFault, ...]], ...]] = (_amount_faults, _remittance_faults)


def _fingerprint(kind: PaymentKind, wish: Wish, digest: str | None) -> str:
    """Version and SHA-256 of what was asked; what was not said is not in it."""
    asked: Mapping[str, object] = {
        "kind": kind.value,
        "counterparty": wish.counterparty,
        "amount_minor": wish.amount.minor,
        "currency": wish.amount.currency,
        "sec": wish.sec,
        "speed": wish.speed.value,
        "description": wish.description,
        "purpose": wish.purpose.value,
        "recurring": wish.recurring,
        "remittance": digest,
    }
    said = {name: value for name, value in asked.items() if value not in (None, False)}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return "1:" + hashlib.sha256(text.encode()).hexdigest()
