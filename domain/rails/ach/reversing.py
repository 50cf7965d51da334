"""Asking for the reversal of a payment: a payment of the same amount the other way, to the same account.

A payment is taken back once. The id of its reversal follows from it and from how many came to nothing before, so that
of two who ask at once one finds the other's.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain import keys
from domain.access.model import Action, Actor
from domain.clock import Clock
from domain.counterparties.model import OpenedCounterparty
from domain.counterparties.service import Counterparties
from domain.ids import payment_id
from domain.payments.kinds import PaymentKind, PaymentState
from domain.payments.model import AchTerms, Payment, PaymentKeyReused, Speed
from domain.payments.service import Payments
from domain.rails.ach import limits
from domain.rails.ach.composing import company_id
from domain.rails.ach.lending import Lending
from domain.rails.ach.model import AchNotEligible
from domain.rails.ach.reversals import (
    ALREADY_REVERSED,
    Reversal,
    ReversalReason,
    SentEntry,
    last_reversal_day,
    reversal_reasons,
)
from domain.rails.ach.sec_codes import Purpose, description_of
from domain.rails.ach.steps import SPEEDS
from domain.rails.ach.tables import Direction, Reason
from domain.rails.ach.timetable import Timetable
from domain.rails.ach.windows import Window
from domain.refusals import InputInvalid, Refusal

REVERSALS_MAX: Final = 5
"""Of one payment, all but the last of which came to nothing."""
SCOPE: Final = "reversal"
NOT_ORIGINATED: Final = Reason("NOT_ORIGINATED", "A payment that came in is returned, not reversed.")
NOT_SETTLED: Final = Reason("NOT_SETTLED", "Only what has settled is reversed; what has not may still be cancelled.")
HOLD_ENDED: Final = Reason(
    "HOLD_ENDED", "The money that was to go back was held too long, and is free; ask again, and it is taken from there."
)
TOO_MANY_REVERSALS: Final = Reason(
    "TOO_MANY_REVERSALS", f"The payment has had {REVERSALS_MAX} reversals that came to nothing."
)
OPPOSITE: Final = {
    PaymentKind.ACH_CREDIT: PaymentKind.ACH_DEBIT,
    PaymentKind.ACH_DEBIT: PaymentKind.ACH_CREDIT,
}
DIRECTIONS: Final = {PaymentKind.ACH_CREDIT: Direction.CREDIT, PaymentKind.ACH_DEBIT: Direction.DEBIT}
STANDS: Final = frozenset(
    {PaymentState.SETTLED, PaymentState.FREEING, PaymentState.CLEARED, PaymentState.COMPLETED},
)
"""It has settled, and has not come back."""
_CAME_TO_NOTHING: Final = frozenset(
    {PaymentState.DECLINED, PaymentState.CANCELLED, PaymentState.REFUSED, PaymentState.FAILED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalWish:
    """A reversal as somebody asks for it."""

    reason: ReversalReason
    speed: Speed = Speed.NEXT_DAY
    intended_on: date | None = None
    """The day it should have settled on, where the date is what was wrong."""


class Reversals:
    def __init__(
        self,
        *,
        payments: Payments,
        counterparties: Counterparties,
        timetable: Timetable,
        clock: Clock,
        seen: Callable[[Actor, str, Action], Payment | Refusal],
    ) -> None:
        """`seen`: the payment, for who may do this to it."""
        self._payments = payments
        self._counterparties = counterparties
        self._timetable = timetable
        self._clock = clock
        self._seen = seen
        self._lending = Lending(payments=payments, timetable=timetable)

    def reverse(self, actor: Actor, payment: str, wish: ReversalWish, *, key: str) -> Payment | Refusal:
        """Accepts a payment that takes back another one (Nacha Operating Rules 2.9); as with any, its journey decides
        whether it is made. Telling the receiver of it, with the reason, is for who asks.

        Refusals: InputInvalid, NotFound, NotAllowed, WrongRegion, AchNotEligible, PaymentKeyReused, Shredded.
        """
        if faults := keys.key_faults(key):
            return InputInvalid(faults)
        original = self._seen(actor, payment, Action.MOVE_MONEY)
        if isinstance(original, Refusal):
            return original
        fingerprint = _fingerprint(actor, original, wish, key)
        for number in range(1, REVERSALS_MAX + 1):
            reversal = payment_id(original.account, SCOPE, f"{original.id}.{number}")
            stored = self._payments.get(reversal)
            if stored is None:
                return self._refusal(original, wish) or self._opened(actor, original, wish, reversal, fingerprint)
            if stored.fingerprint == fingerprint:
                return self._begun(stored)
            if _asked_under(stored.fingerprint) == _asked_under(fingerprint):
                return PaymentKeyReused(stored.id)
            if stored.state not in _CAME_TO_NOTHING:
                return _not_eligible(ALREADY_REVERSED)
        return _not_eligible(TOO_MANY_REVERSALS)

    def last_day(self, payment: Payment) -> date | None:
        """The last day on which the receiving bank may have a reversal, if one that is asked for now can be there by
        then. None where there is nothing to reverse, or a reversal is under way or has been made."""
        settled_on, reversals = payment.progress.settles_on, payment.progress.reversals
        if payment.kind not in OPPOSITE or payment.ach.reverses or payment.state not in STANDS or settled_on is None:
            return None
        if len(reversals) >= REVERSALS_MAX:
            return None
        if any(self._payments.existing(one).state not in _CAME_TO_NOTHING for one in reversals):
            return None
        last = last_reversal_day(settled_on)
        soonest = min(self._window(speed).settles_on for speed in Speed)
        return last if soonest <= last else None

    def _window(self, speed: Speed) -> Window:
        return self._timetable.assign(self._clock.now(), SPEEDS[speed.value]).window

    def _refusal(self, original: Payment, wish: ReversalWish) -> Refusal | None:
        if original.kind not in OPPOSITE:
            return _not_eligible(NOT_ORIGINATED)
        settled_on = original.progress.settles_on
        if settled_on is None or not (original.state in STANDS or original.came_back):
            return _not_eligible(NOT_SETTLED)
        window = self._window(wish.speed)
        reasons = self._rules(original, wish, settled_on, window) + _same_day_reasons(original, wish, window)
        if reasons:
            return _not_eligible(reasons[0])
        opened = self._counterparties.opened(original.counterparty)
        return None if isinstance(opened, OpenedCounterparty) else opened

    def _rules(self, original: Payment, wish: ReversalWish, settled_on: date, window: Window) -> tuple[Reason, ...]:
        now, direction, terms = self._clock.now(), DIRECTIONS[original.kind], original.ach
        return reversal_reasons(
            SentEntry(
                sec=terms.sec,
                direction=direction,
                company_id=company_id(original.customer),
                amount_minor=original.amount.minor,
                settled_on=settled_on,
                reverses=terms.reverses is not None,
                returned=original.came_back,
            ),
            Reversal(
                reason=wish.reason,
                sec=terms.sec,
                direction=DIRECTIONS[OPPOSITE[original.kind]],
                company_id=company_id(original.customer),
                amount_minor=original.amount.minor,
                description=described(window.settles_on),
                arrives_on=window.settles_on,
                discovered_at=now,
                sent_at=now,
                intended_on=wish.intended_on,
            ),
        )

    def _opened(
        self, actor: Actor, original: Payment, wish: ReversalWish, reversal: str, fingerprint: str
    ) -> Payment | Refusal:
        now, terms, settled_on = self._clock.now(), original.ach, original.progress.settles_on
        if settled_on is None:
            raise ValueError(f"{original.id} has not settled")
        payment = Payment(
            id=reversal,
            kind=OPPOSITE[original.kind],
            account=original.account,
            customer=original.customer,
            counterparty=original.counterparty,
            counterparty_masked=original.counterparty_masked,
            amount=original.amount,
            ach=AchTerms(
                sec=terms.sec,
                speed=wish.speed,
                description=described(self._window(wish.speed).settles_on),
                recurring=terms.recurring,
                reverses=original.id,
                reversal_reason=wish.reason.value,
                reverse_by=last_reversal_day(settled_on),
            ),
            opened_by=actor.person,
            opened_at=now,
            entered_at=now,
            fingerprint=fingerprint,
        )
        facts = {
            "sec": terms.sec,
            "speed": wish.speed.value,
            "counterparty": original.counterparty,
            "reverses": original.id,
            "reason": wish.reason.value,
        }
        opened = self._payments.open(payment, facts=facts)
        if isinstance(opened, PaymentKeyReused):
            return _not_eligible(ALREADY_REVERSED)  # somebody else asked at the same moment
        return self._begun(opened)

    def _begun(self, reversal: Payment) -> Payment:
        """What it takes back names it before anybody is told; whoever dies before that leaves it to the first step. One
        that has ended meanwhile is left as it is: another may have followed it."""
        if reversal.ended:
            return reversal
        self._lending.known(reversal)
        return self._payments.begin(reversal)


def described(on: date) -> str:
    """The entry description of reversals (company entry description)."""
    wanted = description_of(Purpose.REVERSAL, on)
    if wanted is None:
        raise ValueError(f"nothing says how a reversal is described on {on}")
    return wanted.text


def _same_day_reasons(original: Payment, wish: ReversalWish, window: Window) -> tuple[Reason, ...]:
    if wish.speed is not Speed.SAME_DAY or not window.same_day:
        return ()
    return limits.same_day_reasons(
        sec=original.ach.sec,
        direction=DIRECTIONS[OPPOSITE[original.kind]],
        amount_minor=original.amount.minor,
        effective_on=window.settles_on,
        today=window.settles_on,
    )


def _not_eligible(reason: Reason) -> AchNotEligible:
    return AchNotEligible(reason.code, reason.message)


def _fingerprint(actor: Actor, original: Payment, wish: ReversalWish, key: str) -> str:
    """Version, who asked under which key, and what for."""
    asked = {
        "reverses": original.id,
        "reason": wish.reason.value,
        "speed": wish.speed.value,
        "intended_on": wish.intended_on.isoformat() if wish.intended_on else None,
    }
    return f"1:{_digest({'person': actor.person, 'key': key})}:{_digest(asked)}"


def _asked_under(fingerprint: str) -> str:
    return fingerprint.rpartition(":")[0]


def _digest(said: Mapping[str, str | None]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
