"""The steps of a journey, each a name that Step Functions calls, each safe to run twice, late and out of order.

A step looks at the payment as it is stored, does what its state asks for, and answers the state it leaves it in. What
a step finds done already it leaves as it is: so a journey that was cut off goes on from the stored state.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from domain.accounts.service import Accounts
from domain.cases.kinds import CaseKind
from domain.cases.model import ReviewOver, Subject
from domain.cases.service import Cases
from domain.clock import Clock
from domain.counterparties.service import Counterparties
from domain.fraud.kinds import Decision, Fallback
from domain.ids import entry_id
from domain.ledger.model import Posted
from domain.ledger.service import Ledger
from domain.notices.kinds import NoticeKind
from domain.notices.service import Notices
from domain.payments.bus import Bus
from domain.payments.kinds import UNPOSTED_JOURNALS, Effect, Event, PaymentKind, PaymentState
from domain.payments.model import BANK, AchProgress, Payment
from domain.payments.service import Payments
from domain.payments.steps import StepAnswer, StepName, StepUnknown
from domain.rails.ach import judging, windows
from domain.rails.ach.effects import command_of
from domain.rails.ach.judging import EVENT_OF, NOT_APPROVED, Judge, Judging
from domain.rails.ach.kinds import EntryKind, FileState
from domain.rails.ach.lending import Lending
from domain.rails.ach.model import Scheduled
from domain.rails.ach.reviewing import PAYMENT, Reviewing
from domain.rails.ach.standings import Standings
from domain.rails.ach.store import AchStore
from domain.rails.ach.timetable import Timetable
from domain.rails.ach.windows import Window
from domain.refusals import HoldUnknown, Refusal
from domain.unsettled import Unsettled

if TYPE_CHECKING:
    from domain.fraud.events import FraudDecided
    from domain.payments.events import PaymentInitiated

EFFECTS_IN_A_ROW_MAX: Final = 4
"""No state leads through more claimed states than that without somebody else saying something in between."""
HELD: Final = "ach_credit_held"
RELEASED: Final = "hold_released"
CAPTURED: Final = "ach_credit_captured"
HELD_STILL: Final = frozenset({PaymentState.SETTLED, PaymentState.FREEING})
"""Of a debit. Whatever else becomes of it is for whoever claimed that."""
OUT: Final = frozenset(
    {
        PaymentState.IN_FILE,
        PaymentState.SENT,
        PaymentState.ACKNOWLEDGED,
        PaymentState.REJECTED,  # it may be built again
        PaymentState.SETTLING,
        PaymentState.SETTLED,
        PaymentState.FREEING,
        PaymentState.CLEARED,
        PaymentState.COMPLETED,
        PaymentState.UNPOSTED,
    }
)
"""States of a reversal that has left, or may have. Before them it looks itself whether what it takes back has come
back (domain/rails/ach/origin_payments.py); after them its own money is back, or on its way."""
FOR_A_MOMENT: Final = frozenset({StepName.AWAIT_SETTLEMENT, StepName.AWAIT_FUNDS, StepName.AWAIT_RETURNS})
"""Steps that wait for nobody but the clock."""
SPEEDS: Final = {"SAME_DAY": windows.Speed.SAME_DAY, "NEXT_DAY": windows.Speed.NEXT_DAY}

REJECTIONS: Final = frozenset({FileState.REJECTED, FileState.PARTLY_REJECTED})

NOT_MADE: Final = {
    PaymentState.DECLINED: NOT_APPROVED,
    PaymentState.REFUSED: "The account could not pay it.",
}
"""How a payment ended that no money ever moved for, as its customer is told."""


class Steps:
    def __init__(
        self,
        *,
        payments: Payments,
        ledger: Ledger,
        store: AchStore,
        timetable: Timetable,
        counterparties: Counterparties,
        accounts: Accounts,
        cases: Cases,
        notices: Notices,
        judge: Judge,
        bus: Bus,
        clock: Clock,
        region: str,
        debit_settled: Callable[[Payment], None] = lambda _: None,
    ) -> None:
        """`debit_settled`: told of each debit whose money has come, perhaps more than once."""
        self._payments = payments
        self._ledger = ledger
        self._store = store
        self._timetable = timetable
        self._counterparties = counterparties
        self._accounts = accounts
        self._cases = cases
        self._notices = notices
        self._judge = judge
        self._bus = bus
        self._clock = clock
        self._region = region
        self._debit_settled = debit_settled
        self._judging = Judging(payments=payments, accounts=accounts, counterparties=counterparties)
        self._lending = Lending(payments=payments, timetable=timetable)
        self.reviewing = Reviewing(payments=payments, cases=cases)
        self._standings = Standings(payments=payments, accounts=accounts)
        self._steps: Mapping[str, Callable[[Payment, str | None], Payment]] = {
            "begin": self._begin,
            "screen": self._screen,
            "screen_without": self._screen_without,
            "await_step_up": self._await_step_up,
            "step_up_expired": self._step_up_expired,
            "advance": lambda payment, _: self.advance(payment),
            "review": self._review,
            "review_expired": self._review_expired,
            "await_file": self._await(PaymentState.SCHEDULED, PaymentState.IN_FILE),
            "reschedule": lambda payment, _: self._rescheduled(payment),
            "await_acknowledgement": self._await(PaymentState.SENT),
            "chase": lambda payment, _: payment,
            "await_settlement": lambda payment, _: payment,
            "settle": lambda payment, _: self._due(payment, PaymentState.ACKNOWLEDGED, Event.SETTLEMENT_DUE),
            "await_decision": self._await(PaymentState.REJECTED),
            "chase_decision": lambda payment, _: payment,
            "await_funds": lambda payment, _: payment,
            "free": lambda payment, _: self._due(payment, PaymentState.SETTLED, Event.FUNDS_DUE),
            "await_returns": lambda payment, _: payment,
            "complete": self._complete,
            "end": self._end,
        }

    def run(self, step: str, *, payment: str, token: str | None) -> StepAnswer:
        """Makes one step of a payment's journey."""
        if step not in self._steps:
            raise StepUnknown(step)
        found = self._steps[step](self._payments.existing(payment), token)
        return StepAnswer(found.state, _wait_until(found) if step in FOR_A_MOMENT else None)

    # Money.

    def advance(self, payment: Payment) -> Payment:
        """Makes the money effects of the claimed states that the payment is in, until it waits for somebody."""
        for _ in range(EFFECTS_IN_A_ROW_MAX):
            effect = payment.journey.effects.get(payment.state)
            if effect is None:
                return payment
            payment = self._made(payment, effect)
        raise Unsettled(f"{payment.id} went through {EFFECTS_IN_A_ROW_MAX} claimed states at once")

    def _made(self, payment: Payment, effect: Effect) -> Payment:
        made = self._made_without_journal(payment, effect)
        if made is not None:
            return made
        if payment.state is PaymentState.RETURNING and payment.progress.reversals:
            self._back_twice(payment)
        answer = self._ledger.post(command_of(payment, effect.journal))
        if not isinstance(answer, Posted):
            return self._not_posted(payment, effect, answer.refusal)
        if effect.journal == CAPTURED and payment.progress.hold_of:
            self._lending.used(payment)
        return self._moved_by(payment, effect.posted, effect.journal, answer)

    def _made_without_journal(self, payment: Payment, effect: Effect) -> Payment | None:
        """Of a reversal that is paid of what the debit has brought: that is held already, and stays held without it."""
        if effect.journal == HELD and payment.ach.reverses:
            hold = self._lending.borrowed(payment)
            if hold:
                return self._held(payment, effect.posted, hold)
            now = self._payments.existing(payment.id)
            # Somebody else may have made this step, with a hold that is gone by now.
            return None if now.state is payment.state else now
        if effect.journal == RELEASED and payment.progress.hold_of:
            self._let_go(payment)
            return self._moved(payment, effect.posted, facts={})
        return None

    def _not_posted(self, payment: Payment, effect: Effect, refusal: Refusal) -> Payment:
        lent_to = payment.progress.lent_to
        if isinstance(refusal, HoldUnknown) and payment.state is PaymentState.FREEING and lent_to:
            return self._moved(payment, effect.posted, facts={"reversal": lent_to})  # which has captured it
        if not refusal.stored or effect.refused is None:
            raise Unsettled(f"{payment.id} {payment.state.value}: {refusal.code}")
        if effect.refused is Event.UNPOSTED:
            return self._unposted(payment, effect, refusal)
        return self._refused(payment, effect.refused, refusal)

    def _held(self, payment: Payment, event: Event, hold: str) -> Payment:
        progress = self._scheduled(payment) if _goes_on(payment) else payment.progress

        def changes(found: Payment) -> Payment:
            return replace(found, hold=hold, progress=replace(progress, hold_of=found.ach.reverses))

        moved = self._moved(payment, event, facts={"reverses": payment.ach.reverses or ""}, changes=changes)
        if moved.ended:  # long ago, by another run of this step: nobody needs the hold
            self._let_go(moved)
        return moved

    def _let_go(self, reversal: Payment) -> None:
        """The debit has its hold again, and frees it where that is due by now."""
        original = self._lending.given_back(reversal)
        if original.progress.lent_to is None and original.state in HELD_STILL:
            self._due(original, PaymentState.SETTLED, Event.FUNDS_DUE)

    def _back_twice(self, payment: Payment) -> None:
        """What comes back although its reversal has left: somebody has the money twice, and a person finds out who."""
        for reversal in map(self._payments.existing, payment.progress.reversals):
            if reversal.state in OUT:
                self._cases.open(
                    CaseKind.ACH_RETURNED_AND_REVERSED,
                    Subject(PAYMENT, payment.id),
                    key=reversal.id,
                    facts={"reversal": reversal.id, "state": reversal.state.value, "amount": str(payment.amount)},
                )

    def _moved_by(self, payment: Payment, event: Event, journal: str, posted: Posted) -> Payment:
        progress = self._scheduled(payment) if event is Event.HELD and _goes_on(payment) else None
        state, hold = payment.state, posted.journal.hold

        def changes(found: Payment) -> Payment:
            return replace(
                found,
                journals={**found.journals, state.value: posted.journal.id},
                hold=hold if journal in (HELD, "ach_debit_settled") else found.hold,
                progress=progress or found.progress,
            )

        if journal == "ach_debit_settled":
            self._debit_settled(payment)
        facts = {"journal": posted.journal.id}
        return self._moved(payment, event, facts=facts, changes=changes)

    def _refused(self, payment: Payment, event: Event, refusal: Refusal) -> Payment:
        def changes(found: Payment) -> Payment:
            return replace(found, reason_code=refusal.code, reason=reason)

        # Of a hold that is gone the customer knows nothing; what took it, the payment that it was of tells.
        reason = None if isinstance(refusal, HoldUnknown) else refusal.message
        return self._moved(payment, event, facts={"refusal": refusal.code}, changes=changes)

    def _unposted(self, payment: Payment, effect: Effect, refusal: Refusal) -> Payment:
        """What the account cannot take lies in a book of the bank, and a person finds out where it belongs."""
        answer = self._ledger.post(command_of(payment, UNPOSTED_JOURNALS[effect.journal]))
        if not isinstance(answer, Posted):
            raise Unsettled(f"{payment.id} {payment.state.value}: {answer.refusal.code}")
        case = self._cases.open(
            CaseKind.ACH_PAYMENT_UNPOSTED,
            Subject(PAYMENT, payment.id),
            key=payment.state.value,
            facts={"state": payment.state.value, "refusal": refusal.code, "journal": answer.journal.id},
        )
        state = payment.state

        def changes(found: Payment) -> Payment:
            return replace(
                found,
                journals={**found.journals, state.value: answer.journal.id},
                reason_code=refusal.code,
                case=case.id,
            )

        facts = {"journal": answer.journal.id, "refusal": refusal.code, "case": case.id}
        return self._moved(payment, Event.UNPOSTED, facts=facts, changes=changes)

    def _moved(
        self,
        payment: Payment,
        event: Event,
        *,
        facts: Mapping[str, str],
        changes: Callable[[Payment], Payment] = lambda found: found,
        only_if: Callable[[Payment], bool] = lambda _: True,
    ) -> Payment:
        """From the state that this step was made for; when somebody else made it meanwhile, as it is now."""
        state = payment.state
        moved = self._payments.move(
            payment.id,
            event,
            by=BANK,
            facts=facts,
            changes=changes,
            only_if=lambda found: found.state is state and only_if(found),
        )
        return moved.payment

    # Judging.

    def _begin(self, payment: Payment, _: str | None) -> Payment:
        if payment.ach.reverses:
            self._lending.known(payment)
        return payment

    def _screen(self, payment: Payment, token: str | None) -> Payment:
        if payment.state is PaymentState.ACCEPTED and token:
            payment = self._payments.wait(payment.id, PaymentState.ACCEPTED, token)
            if payment.state is PaymentState.ACCEPTED:
                (taken,) = self._bus.publish([self._initiated(payment)])
                if not taken:
                    raise Unsettled(f"the bus did not take {payment.id}")
        elif token:
            payment = self._payments.wait(payment.id, PaymentState.ACCEPTED, token)
        return payment

    def _screen_without(self, payment: Payment, _: str | None) -> Payment:
        """The named fallback: the scorer has not answered, so the stricter rules judge. Where it has answered and was
        not heard, its decision is the one that is kept, and counts."""
        from domain.fraud.events import decided  # noqa: PLC0415  (pydantic, for this alone)

        if payment.state is not PaymentState.ACCEPTED:
            return payment
        stored = self._judge.decide_unscored(self._judging.request(payment), why=Fallback.SCORER_SILENT)
        return self.judged(payment, decided(stored, region=self._region))

    def judged(self, payment: Payment, decided: "FraudDecided") -> Payment:
        """What a judgement comes to; a second one, or one that comes late, changes nothing."""
        event = EVENT_OF[Decision(decided.decision)]
        goes_on = payment.journey.target(PaymentState.ACCEPTED, event) is PaymentState.SCHEDULED
        progress = self._scheduled(payment) if goes_on and payment.state is PaymentState.ACCEPTED else None
        now, step_up = self._clock.now(), self._payments.deadlines.step_up

        def changes(found: Payment) -> Payment:
            return replace(judging.after(found, decided, now=now, step_up=step_up), progress=progress or found.progress)

        moved = self._payments.move(
            payment.id,
            event,
            by=BANK,
            facts=judging.facts_of(decided),
            changes=changes,
            only_if=lambda found: found.state is PaymentState.ACCEPTED,
        )
        return moved.payment

    def _initiated(self, payment: Payment) -> "PaymentInitiated":
        from domain.payments.events import initiated  # noqa: PLC0415  (pydantic, for this alone)

        return initiated(
            self._judging.request(payment),
            region=self._region,
            speed=payment.ach.speed.value,
            sec=payment.ach.sec,
        )

    def _await_step_up(self, payment: Payment, token: str | None) -> Payment:
        """Tells the customer once that it waits for them."""
        step_up = payment.step_up
        if payment.state is PaymentState.AWAITING_STEP_UP and step_up is not None:
            record = self._accounts.records([payment.account])[payment.account]
            self._notices.put(
                payment.opened_by,
                key=f"{payment.id}/{payment.state.value}",
                kind=NoticeKind.ACH_PAYMENT_TO_CONFIRM,
                facts={
                    "amount": str(payment.amount),
                    "account": record.masked_number,
                    "until": f"{step_up.until:%H:%M} UTC",
                },
            )
        return self._payments.wait(payment.id, PaymentState.AWAITING_STEP_UP, token) if token else payment

    def confirmed(self, payment: Payment, *, by: str) -> Payment:
        """The customer has proved again who they are: it goes on as an approved one. Too late, it changes nothing."""
        now = self._clock.now()
        goes_on = payment.journey.target(payment.state, Event.CONFIRMED) is PaymentState.SCHEDULED
        progress = self._scheduled(payment) if goes_on and payment.awaits_step_up(now) else None

        def changes(found: Payment) -> Payment:
            step_up = replace(found.step_up, confirmed_at=now) if found.step_up else None
            return replace(found, step_up=step_up, progress=progress or found.progress)

        moved = self._payments.move(
            payment.id,
            Event.CONFIRMED,
            by=by,
            changes=changes,
            only_if=lambda found: found.awaits_step_up(now),
        )
        return moved.payment

    def _step_up_expired(self, payment: Payment, _: str | None) -> Payment:
        def changes(found: Payment) -> Payment:
            return replace(found, reason_code=judging.STEP_UP_EXPIRED, reason=judging.NOT_CONFIRMED)

        if payment.state is PaymentState.AWAITING_STEP_UP:
            return self._moved(payment, Event.STEP_UP_EXPIRED, facts={}, changes=changes)
        return payment

    def _review(self, payment: Payment, token: str | None) -> Payment:
        if payment.state is PaymentState.IN_REVIEW and payment.case is None:
            case = self.reviewing.open(
                payment,
                within=self._payments.deadlines.review,
                facts={
                    "kind": payment.kind.value,
                    "amount": str(payment.amount),
                    "counterparty": payment.counterparty_masked,
                    "account": payment.account,
                    **judging.case_facts(self._judge.decision_of(payment.id)),
                },
            )
            payment = self._payments.note(payment.id, lambda found: replace(found, case=case.id))
            self.reviewing.end(payment)  # it may have been called off before it had a case
        return self._payments.wait(payment.id, PaymentState.IN_REVIEW, token) if token else payment

    def reviewed(self, payment: Payment, *, released: bool, by: str, case: str) -> ReviewOver | None:
        """What people decided of a payment in review; said again, it changes nothing. ReviewOver when it has gone
        another way."""
        event = Event.CLEARED if released else Event.TURNED_DOWN
        if payment.state is not PaymentState.IN_REVIEW:
            return self.reviewing.over(payment, event)
        progress = self._scheduled(payment) if released else payment.progress
        moved = self._payments.move(
            payment.id,
            event,
            by=by,
            facts={"case": case},
            changes=lambda found: replace(found, progress=progress),
            only_if=lambda found: found.state is PaymentState.IN_REVIEW,
        )
        if not moved.moved:
            return self.reviewing.over(moved.payment, event)
        self.advance(moved.payment)
        return None

    def _review_expired(self, payment: Payment, _: str | None) -> Payment:
        if payment.state is PaymentState.IN_REVIEW:
            payment = self._moved(payment, Event.REVIEW_EXPIRED, facts={})
        payment = self.advance(payment)
        self.reviewing.end(payment)
        return payment

    # The file.

    def _scheduled(self, payment: Payment) -> AchProgress:
        """The window it goes into. Listed there before the payment says so: one that is listed and says otherwise is
        left out when the file is built, and one that says so and is not listed would be forgotten."""
        window = self._timetable.assign(self._clock.now(), SPEEDS[payment.ach.speed.value]).window
        entry = entry_id(payment.id, window.id)
        kind = EntryKind.CREDIT if payment.kind is PaymentKind.ACH_CREDIT else EntryKind.DEBIT
        self._store.schedule(Scheduled(window=window.id, entry=entry, kind=kind, subject=payment.id))
        return replace(
            payment.progress,
            window=window.id,
            cut_off_at=window.cut_off_at,
            settles_on=window.settles_on,
            settles_at=window.settles_at,
            entry=entry,
        )

    def _rescheduled(self, payment: Payment) -> Payment:
        """Of a payment whose window has passed without it: the next window. The file that comes late leaves it out."""
        cut_off_at = payment.progress.cut_off_at
        missed = cut_off_at is not None and cut_off_at + self._payments.deadlines.grace <= self._clock.now()
        if payment.state is not PaymentState.SCHEDULED or not missed:
            return payment
        was, progress = payment.progress.window, self._scheduled(payment)
        moved = self._payments.move(
            payment.id,
            Event.RESCHEDULED,
            by=BANK,
            facts={"window": progress.window or "", "missed": was or ""},
            changes=lambda found: replace(found, progress=progress),
            only_if=lambda found: found.progress.window == was,
        )
        return moved.payment

    def _await(self, *states: PaymentState) -> Callable[[Payment, str | None], Payment]:
        def step(payment: Payment, token: str | None) -> Payment:
            if token is None:
                return payment
            state = payment.state if payment.state in states else states[0]
            return self._payments.wait(payment.id, state, token)

        return step

    # Settling and after.

    def _due(self, payment: Payment, state: PaymentState, event: Event) -> Payment:
        """Claims the state whose money is due, once its time has come, and moves the money."""
        if payment.state is state and self._is_ripe(payment):
            if event is Event.SETTLEMENT_DUE:
                self._check_told(payment)
            payment = self._moved(
                payment, event, facts={}, changes=self._after_settlement(payment), only_if=self._is_ripe
            )
        return self.advance(payment)

    def _is_ripe(self, payment: Payment) -> bool:
        """Whether what it waits for by the clock has come. Asked again of the payment as it is written: its hold may
        have been lent since it was read."""
        until = _wait_until(payment)
        return until is not None and until <= self._clock.now()

    def _check_told(self, payment: Payment) -> None:
        """Raises `Unsettled` while the bank's rejection of its file is written down and its entries have not been told:
        what was rejected before its settlement does not settle because whoever tells is late."""
        file = self._store.file(payment.progress.file) if payment.progress.file else None
        if file is not None and file.state in REJECTIONS and file.told is not file.state:
            raise Unsettled(f"{payment.id}: the rejection of {file.id} has not been told yet")

    def _after_settlement(self, payment: Payment) -> Callable[[Payment], Payment]:
        if payment.state is not PaymentState.ACKNOWLEDGED or payment.progress.window is None:
            return lambda found: found
        window = self._timetable.window(payment.progress.window)
        debit = payment.kind is PaymentKind.ACH_DEBIT
        consumer = debit and payment.ach.sec in ("PPD", "WEB", "TEL")
        funds_at = self._funds_at(payment, window) if debit else None
        returns_until = self._timetable.returns_until(window, consumer_debit=consumer)
        return lambda found: replace(
            found, progress=replace(found.progress, funds_at=funds_at, returns_until=returns_until)
        )

    def _funds_at(self, payment: Payment, window: Window) -> datetime:
        return self._timetable.funds_at(window, self._standings.tier(payment.account, on=window.settles_on))

    def _complete(self, payment: Payment, _: str | None) -> Payment:
        if Event.COMPLETED in payment.journey.events_of(payment.state) and self._is_ripe(payment):
            return self._moved(payment, Event.COMPLETED, facts={})
        return payment

    def _end(self, payment: Payment, _: str | None) -> Payment:
        """Tells the customer how a payment ended that the ledger's own news do not speak of, and closes what is left of
        its review."""
        self.reviewing.end(payment)
        reason = _not_made(payment)
        if reason is not None:
            record = self._accounts.records([payment.account])[payment.account]
            self._notices.put(
                payment.opened_by,
                key=f"{payment.id}/{payment.state.value}",
                kind=NoticeKind.ACH_PAYMENT_NOT_MADE,
                facts={
                    "amount": str(payment.amount),
                    "account": record.masked_number,
                    "reason": reason,
                },
            )
        return payment


def _not_made(payment: Payment) -> str | None:
    """Why no money ever moved for it; None when it did, or when its customer called it off."""
    if payment.state is PaymentState.CANCELLED:
        return payment.reason
    return payment.reason or NOT_MADE[payment.state] if payment.state in NOT_MADE else None


def _goes_on(payment: Payment) -> bool:
    """Whether its hold leads it to a file, and not to a person."""
    return payment.journey.target(payment.state, Event.HELD) is PaymentState.SCHEDULED


def _wait_until(payment: Payment) -> datetime | None:
    """What the payment waits for by the clock alone."""
    progress = payment.progress
    match payment.state, payment.kind:
        case PaymentState.ACKNOWLEDGED, _:
            return progress.settles_at
        case PaymentState.SETTLED, PaymentKind.ACH_DEBIT:
            return progress.freed_at
        case ((PaymentState.SETTLED | PaymentState.CLEARED), _):
            return progress.returns_until
        case _:
            return None
