"""Stories of transfers that are judged: let go, asked to prove, declined, blocked, and looked at by a person."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Actor, Channel
from domain.accounts.model import Account
from domain.cases.kinds import ResolutionCode
from domain.cases.model import Case, CaseState, Resolution, Stage
from domain.cases.store_memory import MemoryCaseStore
from domain.clock import instant_text
from domain.customers.model import Customer
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.kinds import CustomerReason, Decision
from domain.fraud.model import DecisionUnkept, DecisionUnread, StoredDecision
from domain.ids import journal_id
from domain.ledger.model import Journal
from domain.ledger.store import Unanswered
from domain.notices.kinds import NoticeKind
from domain.refusals import OutcomeUnknown, PaymentBlocked, PaymentDeclined, Refusal, StepUpRequired, TryAgain
from domain.transfers.kinds import ReviewState
from domain.transfers.model import (
    HoldChange,
    OccurrenceOutcome,
    Rhythm,
    Schedule,
    Transfer,
    TransferInReview,
    TransferReview,
)
from domain.transfers.orders import Ran
from domain.transfers.review_store_memory import MemoryReviewStore
from tests.unit.accounts.house import acting, code, staff
from tests.unit.cases.office import Death, Died, Dying
from tests.unit.transfers.desk import ANALYST, REVIEW_WITHIN, STEP_UP_WITHIN, TODAY, Desk, by_number, wish

TOMORROW = TODAY + timedelta(days=1)


@dataclass
class Street:
    """Two customers and their accounts, before a judge who says one thing."""

    desk: Desk
    payer: Customer
    source: Account
    payee: Customer
    target: Account

    def pay(
        self, minor: int = 2_500, *, key: str = "t-1", memo: str | None = "rent", by: Actor | None = None
    ) -> object:
        wished = wish(self.source, self.target, minor, memo)
        return self.desk.transfers.transfer(by or acting(self.payer), wished, key=key)

    @property
    def subject(self) -> str:
        return journal_id(self.source.id, self.payer.id, "t-1")

    @property
    def journals(self) -> list[tuple[str, str | None]]:
        """Kind and refusal of all that was asked of the ledger under either name since the account had its money."""
        made = [one for one in self.desk.ledger_store.journals.values() if one.kind not in _BEFORE]
        return [(one.kind, one.refusal.code if one.refusal else None) for one in made]

    @property
    def balances(self) -> tuple[int, int, int]:
        """The source's own, what of it is held, and the target's."""
        head = self.desk.ledger.head(self.source.id)
        assert head
        return head.ledger_minor, head.held_minor, self.desk.balance(self.target)

    @property
    def told(self) -> list[NoticeKind]:
        """Sorted: two of one instant have no order."""
        return sorted(notice.kind for notice in self.desk.told(self.payer))

    @property
    def review(self) -> TransferReview:
        found = self.desk.review_store.review(self.subject)
        assert found
        return found

    @property
    def journal(self) -> Journal | None:
        return self.desk.ledger.journal(self.subject)


_BEFORE = {"account_opened", "cash_deposit"}


def street(says: Decision = Decision.APPROVE, *, minor: int = 100_000, **made: Any) -> Street:
    desk = Desk(**made)
    desk.says(says)
    return Street(desk, *desk.pair(minor=minor))


class TestApproved:
    def test_it_is_posted_as_ever_and_its_decision_is_kept(self) -> None:
        here = street()
        assert isinstance(here.pay(), Transfer)
        decision = here.desk.fraud.decision_of(here.subject)
        assert decision
        assert (decision.decision, decision.payee) == (Decision.APPROVE, here.target.id)
        assert (decision.customer, decision.account) == (here.source.record.holder, here.source.id)
        assert here.journals == [("transfer", None)]

    def test_a_key_that_led_to_something_is_answered_before_anything_is_judged(self) -> None:
        here = street()
        first = here.pay()
        here.desk.says(Decision.BLOCK)
        assert isinstance(first, Transfer)
        assert here.pay() == replace(first, replayed=True)

    def test_what_was_approved_is_made_although_the_judge_thinks_otherwise_by_now(self) -> None:
        here = street()
        here.desk.ledger_store.faults = faults = Throttled()
        assert code(here.pay()) == "OUTCOME_UNKNOWN"
        here.desk.says(Decision.BLOCK)
        faults.on = False
        assert isinstance(here.pay(), Transfer)

    def test_no_other_amount_and_no_other_payee_rides_on_a_decision(self) -> None:
        here = street()
        here.desk.ledger_store.faults = faults = Throttled()
        assert code(here.pay(1)) == "OUTCOME_UNKNOWN"
        faults.on = False
        assert code(here.pay(100_000)) == "IDEMPOTENCY_KEY_REUSED"
        other = here.desk.open(here.payee, key="second")
        answer = here.desk.transfers.transfer(acting(here.payer), wish(here.source, other, 1, "rent"), key="t-1")
        assert code(answer) == "IDEMPOTENCY_KEY_REUSED"
        assert here.journals == []
        assert isinstance(here.pay(1), Transfer)

    def test_who_may_not_pay_is_not_judged(self) -> None:
        here = street()
        assert code(here.pay(by=acting(here.payee))) == "NOT_FOUND"
        assert here.desk.fraud.decisions_of_customer(here.payer.id).decisions == ()

    def test_a_preview_is_not_judged(self) -> None:
        here = street(Decision.BLOCK)
        wished = wish(here.source, here.target, 2_500)
        assert isinstance(here.desk.transfers.preview(acting(here.payer), wished, key="t-1"), Transfer)
        assert here.desk.fraud.decision_of(here.subject) is None

    def test_a_double_click_is_judged_once_and_posted_once(self) -> None:
        here = street()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: here.pay(), range(8)))
        assert {answer.id for answer in answers if isinstance(answer, Transfer)} == {here.subject}
        assert len(here.desk.fraud.decisions_of_customer(here.payer.id).decisions) == 1
        assert here.journals == [("transfer", None)]


class Throttled:
    """The ledger's store takes nothing, and says nothing."""

    on = True

    def before(self, call: str) -> None:
        if self.on and call == "append":
            raise Unanswered

    def after(self, call: str) -> None:
        return None


class Unread:
    """The ledger's store is read no more once it holds this transfer's answer."""

    def __init__(self) -> None:
        self.on = True
        self.appended = 0

    def before(self, call: str) -> None:
        if self.on and call == "journal" and self.appended:
            raise Unanswered

    def after(self, call: str) -> None:
        self.appended += call == "append"


class Silent(MemoryDecisionStore):
    """Decisions that cannot be read, or not be kept, while it is said so."""

    unread = unkept = unread_once_kept = False

    def decision(self, subject: str) -> StoredDecision | None:
        if self.unread:
            raise DecisionUnread
        return super().decision(subject)

    def put(self, decision: StoredDecision) -> StoredDecision:
        if self.unkept:
            raise DecisionUnkept
        self.unread = self.unread_once_kept
        return super().put(decision)


class TestDecisionsThatAreSilent:
    def test_what_cannot_be_read_is_answered_later_and_is_no_answer_of_the_key(self) -> None:
        here = street(decisions=(decisions := Silent()))
        decisions.unread = True
        assert here.pay() == TryAgain()
        assert here.journals == []
        decisions.unread = False
        assert isinstance(here.pay(), Transfer)

    def test_what_may_be_kept_or_not_is_not_known(self) -> None:
        here = street(Decision.BLOCK, decisions=(decisions := Silent()))
        decisions.unkept = True
        assert here.pay() == OutcomeUnknown()
        assert here.journals == []
        decisions.unkept = False
        assert code(here.pay()) == "PAYMENT_BLOCKED"

    def test_a_case_is_opened_once_it_can_say_what_was_decided(self) -> None:
        here = street(Decision.REVIEW, decisions=(decisions := Silent()))
        decisions.unread_once_kept = True
        assert code(here.pay()) == "REVIEW_DELAYED"
        assert here.desk.cases.unresolved() == ()
        decisions.unread = False
        assert isinstance(here.pay(), TransferInReview)
        assert here.balances == (100_000, 2_500, 0)
        assert "Score" in {fact.label for fact in here.desk.review_case().facts}


class TestStepUp:
    def test_it_asks_to_sign_in_again_and_leaves_nothing_in_the_ledger(self) -> None:
        here = street(Decision.STEP_UP)
        answer = here.pay()
        decision = here.desk.fraud.decision_of(here.subject)
        assert decision
        assert isinstance(answer, StepUpRequired)
        assert answer.retryable
        assert answer.since == instant_text(decision.decided_at)
        assert answer.until == instant_text(decision.decided_at + STEP_UP_WITHIN)
        assert here.journals == []
        assert here.pay() == answer

    def test_the_same_key_posts_once_its_sender_has_signed_in_since(self) -> None:
        here = street(Decision.STEP_UP)
        here.pay()
        here.desk.clock.move(timedelta(minutes=5))
        signed_in = replace(acting(here.payer), authenticated_at=here.desk.clock.now())
        assert isinstance(here.pay(by=signed_in), Transfer)
        assert here.journals == [("transfer", None)]
        assert isinstance(here.pay(), Transfer)

    def test_a_sign_in_before_the_decision_proves_nothing(self) -> None:
        here = street(Decision.STEP_UP)
        earlier = replace(acting(here.payer), authenticated_at=here.desk.clock.now() - timedelta(seconds=1))
        assert code(here.pay(by=earlier)) == "STEP_UP_REQUIRED"
        assert code(here.pay(by=earlier)) == "STEP_UP_REQUIRED"

    def test_a_sign_in_counts_until_it_is_waited_for_no_longer(self) -> None:
        here = street(Decision.STEP_UP)
        here.pay()
        here.desk.clock.move(timedelta(minutes=5))
        signed_in = replace(acting(here.payer), authenticated_at=here.desk.clock.now())
        here.desk.clock.move(STEP_UP_WITHIN - timedelta(minutes=5, microseconds=1))
        assert isinstance(here.pay(by=signed_in), Transfer)

    @pytest.mark.parametrize("proves", [True, False])
    def test_after_that_it_is_declined_for_ever_however_its_sender_signs_in(self, proves: bool) -> None:
        here = street(Decision.STEP_UP)
        here.pay()
        here.desk.clock.move(STEP_UP_WITHIN)
        here.desk.says(Decision.APPROVE)
        by = replace(acting(here.payer), authenticated_at=here.desk.clock.now()) if proves else None
        answer = here.pay(by=by)
        decision = here.desk.fraud.decision_of(here.subject)
        assert decision
        assert answer == PaymentDeclined(decision.id, CustomerReason.UNUSUAL_AMOUNT.value)
        assert here.journals == [("transfer", "PAYMENT_DECLINED")]
        assert here.pay() == answer
        assert isinstance(here.pay(key="t-2"), Transfer)

    def test_what_nobody_is_there_to_prove_is_looked_at_however_late_it_is_made(self) -> None:
        here = street(Decision.STEP_UP)
        at_night = replace(acting(here.payer), channel=Channel.SCHEDULE)
        here.desk.ledger_store.faults = faults = Throttled()
        assert code(here.pay(by=at_night)) == "REVIEW_DELAYED"
        faults.on = False
        here.desk.clock.move(STEP_UP_WITHIN)
        assert isinstance(here.pay(by=at_night), TransferInReview)

    def test_a_sign_in_lets_no_other_amount_through(self) -> None:
        here = street(Decision.STEP_UP)
        here.pay()
        here.desk.clock.move(timedelta(minutes=5))
        signed_in = replace(acting(here.payer), authenticated_at=here.desk.clock.now())
        assert code(here.pay(2_501, by=signed_in)) == "IDEMPOTENCY_KEY_REUSED"


class TestDeclined:
    @pytest.mark.parametrize(
        ("says", "refusal"), [(Decision.SOFT_DECLINE, PaymentDeclined), (Decision.BLOCK, PaymentBlocked)]
    )
    def test_it_is_kept_as_the_keys_answer_with_its_decision(
        self, says: Decision, refusal: type[PaymentDeclined | PaymentBlocked]
    ) -> None:
        here = street(says)
        answer = here.pay()
        decision = here.desk.fraud.decision_of(here.subject)
        assert decision
        assert answer == refusal(decision.id, CustomerReason.UNUSUAL_AMOUNT.value)
        assert here.journal
        assert here.journal.refusal == answer
        here.desk.says(Decision.APPROVE)
        assert here.pay() == answer
        assert code(here.pay(1)) == "IDEMPOTENCY_KEY_REUSED"
        assert isinstance(here.pay(key="t-2"), Transfer)

    def test_it_is_answered_only_once_it_is_kept(self) -> None:
        here = street(Decision.BLOCK)
        here.desk.ledger_store.faults = faults = Throttled()
        assert code(here.pay()) == "OUTCOME_UNKNOWN"
        assert here.journals == []
        faults.on = False
        assert code(here.pay()) == "PAYMENT_BLOCKED"

    def test_of_many_who_are_declined_at_once_one_answer_is_kept(self) -> None:
        here = street(Decision.SOFT_DECLINE)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: here.pay(), range(8)))
        assert {code(answer) for answer in answers} == {"PAYMENT_DECLINED"}
        assert here.journals == [("transfer", "PAYMENT_DECLINED")]


class TestReviewed:
    def test_its_money_is_held_its_case_is_open_and_the_customer_is_told_once(self) -> None:
        here = street(Decision.REVIEW)
        answer = here.pay()
        assert isinstance(answer, TransferInReview)
        assert not answer.retryable
        assert here.pay() == answer
        assert here.balances == (100_000, 2_500, 0)
        assert [hold.id for hold in here.desk.ledger.holds(here.source.id)] == [answer.hold]
        case = here.desk.review_case()
        assert (case.subject.id, case.state) == (here.subject, CaseState.OPEN)
        assert here.told == [NoticeKind.TRANSFER_IN_REVIEW]

    def test_released_it_posts_from_its_hold_under_the_key_of_the_request(self) -> None:
        here = street(Decision.REVIEW)
        here.pay()
        released = here.desk.released()
        assert isinstance(released, Case)
        assert released.state is CaseState.RESOLVED
        answer = here.pay()
        assert isinstance(answer, Transfer)
        assert (answer.id, answer.replayed) == (here.subject, True)
        assert (answer.source, answer.destination, answer.amount.minor) == (here.source.id, here.target.id, 2_500)
        assert here.desk.transfers.find(here.subject) == Transfer(answer.journal)
        assert here.balances == (97_500, 0, 2_500)
        assert here.told == [NoticeKind.TRANSFER_IN_REVIEW, NoticeKind.TRANSFER_RELEASED]
        assert here.desk.transfers.opened_memo(answer.journal.memo or b"", holder=here.source.record.holder) == "rent"

    def test_released_by_one_person_alone_it_still_waits(self) -> None:
        here = street(Decision.REVIEW)
        here.pay()
        case = here.desk.review_case()
        here.desk.cases.resolve(ANALYST, case.id, code=ResolutionCode.RELEASE, reason="Known.", key="r")
        assert isinstance(here.pay(), TransferInReview)
        assert here.balances == (100_000, 2_500, 0)

    def test_rejected_its_money_is_free_and_the_decline_is_the_keys_answer(self) -> None:
        here = street(Decision.REVIEW)
        here.pay()
        assert isinstance(here.desk.rejected(), Case)
        assert code(here.pay()) == "PAYMENT_DECLINED"
        assert here.balances == (100_000, 0, 0)
        assert here.journal
        assert here.journal.refusal
        assert here.told == [NoticeKind.TRANSFER_DECLINED, NoticeKind.TRANSFER_IN_REVIEW]
        assert here.desk.cases.unresolved() == ()

    def test_decided_by_nobody_in_time_it_is_declined_and_its_case_is_closed(self) -> None:
        here = street(Decision.REVIEW)
        here.pay()
        here.desk.clock.move(REVIEW_WITHIN)
        assert here.desk.sweep() == (here.subject,)
        assert code(here.pay()) == "PAYMENT_DECLINED"
        assert here.balances == (100_000, 0, 0)
        assert here.told == [NoticeKind.TRANSFER_DECLINED, NoticeKind.TRANSFER_IN_REVIEW]
        assert here.desk.cases.unresolved() == ()
        assert here.desk.sweep() == ()

    def test_a_busy_ledger_leaves_it_to_the_next_sweep(self) -> None:
        here = street(Decision.REVIEW)
        here.pay()
        here.desk.clock.move(REVIEW_WITHIN)
        here.desk.ledger_store.faults = faults = Throttled()
        delayed = here.desk.transfers.reviews.bring_on(here.subject)
        assert delayed
        assert delayed.retryable
        faults.on = False
        here.desk.clock.move(timedelta(hours=1))
        assert here.desk.sweep() == (here.subject,)
        assert here.balances == (100_000, 0, 0)

    def test_what_was_declined_in_time_is_not_released_any_more(self) -> None:
        here = street(Decision.REVIEW)
        here.pay()
        case = here.desk.review_case()
        here.desk.cases.resolve(ANALYST, case.id, code=ResolutionCode.RELEASE, reason="Known.", key="r")
        here.desk.clock.move(REVIEW_WITHIN)
        here.desk.sweep()
        resolution = replace(case, resolution=_released(case))
        assert code(here.desk.transfers.reviews.decided(resolution)) == "REVIEW_OVER"
        assert here.balances == (100_000, 0, 0)

    def test_what_does_not_cover_its_hold_is_the_ordinary_refusal(self) -> None:
        here = street(Decision.REVIEW, minor=100)
        assert code(here.pay()) == "INSUFFICIENT_FUNDS"
        here.desk.deposit(here.source, 100_000)
        assert code(here.pay()) == "INSUFFICIENT_FUNDS"
        assert here.journals == [("transfer_held", "INSUFFICIENT_FUNDS"), ("transfer", "INSUFFICIENT_FUNDS")]
        assert here.desk.cases.unresolved() == ()
        assert here.told == []

    def test_a_refusal_that_is_kept_and_cannot_be_read_is_not_told_as_nothing(self) -> None:
        here = street(Decision.REVIEW, minor=100)
        here.desk.ledger_store.faults = faults = Unread()
        assert code(here.pay()) == "OUTCOME_UNKNOWN"
        faults.on = False
        assert code(here.pay()) == "INSUFFICIENT_FUNDS"

    def test_released_to_an_account_that_is_closed_by_then_it_is_refused_and_its_money_is_free(self) -> None:
        here = street(Decision.REVIEW)
        here.pay()
        here.desk.accounts.close(staff(), account=here.target.id, key="c")
        released = here.desk.released()
        assert isinstance(released, Case)
        assert code(here.pay()) == "DESTINATION_UNAVAILABLE"
        assert here.balances == (100_000, 0, 0)
        assert here.told == [NoticeKind.TRANSFER_DECLINED, NoticeKind.TRANSFER_IN_REVIEW]
        assert here.review.state is ReviewState.REFUSED

    def test_another_request_under_its_key_is_another_request(self) -> None:
        here = street(Decision.REVIEW)
        here.pay()
        assert code(here.pay(memo="Rent")) == "IDEMPOTENCY_KEY_REUSED"
        assert code(here.pay(2_501)) == "IDEMPOTENCY_KEY_REUSED"

    def test_a_key_that_was_used_for_a_hold_meanwhile_leaves_the_transfer_unmade_and_its_money_free(self) -> None:
        here = street(Decision.REVIEW)
        here.pay()
        other = here.desk.transfers.place_hold(
            acting(here.payer),
            account=here.source.id,
            amount=wish(here.source, here.target, 1).amount,
            expires_at=None,
            key="t-1",
        )
        assert isinstance(other, HoldChange)
        assert isinstance(here.desk.released(), Case)
        assert here.review.state is ReviewState.REFUSED
        assert here.balances == (100_000, 1, 0)

    def test_the_owner_cannot_free_what_is_held_for_a_review(self) -> None:
        here = street(Decision.REVIEW)
        answer = here.pay()
        assert isinstance(answer, TransferInReview)
        assert code(here.desk.transfers.release_hold(acting(here.payer), hold=answer.hold, key="x")) == "NOT_ALLOWED"

    def test_who_sees_the_account_sees_its_transfers_in_review(self) -> None:
        here = street(Decision.REVIEW)
        here.pay()
        reviews = here.desk.transfers.reviews
        assert reviews.review(acting(here.payer), here.subject) == here.review
        assert code(reviews.review(acting(here.payee), here.subject)) == "NOT_FOUND"
        page = reviews.of_account(acting(here.payer), here.source.id)
        assert not isinstance(page, Refusal)
        assert page.reviews == (here.review,)
        assert code(reviews.of_account(acting(here.payee), here.source.id)) == "NOT_FOUND"

    def test_a_double_click_is_held_once_and_has_one_case(self) -> None:
        here = street(Decision.REVIEW)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: here.pay(), range(8)))
        assert {code(answer) for answer in answers} == {"TRANSFER_IN_REVIEW"}
        assert here.balances == (100_000, 2_500, 0)
        assert here.told == [NoticeKind.TRANSFER_IN_REVIEW]
        assert here.desk.review_case().subject.id == here.subject


def _released(case: Case) -> Resolution:
    return Resolution(ResolutionCode.RELEASE, "Known.", ANALYST.person, "r", case.opened_at, Stage.DECIDED)


class TestScheduled:
    def _due(self, says: Decision) -> tuple[Street, Ran]:
        here = street(says)
        days = Schedule(rhythm=Rhythm.ONCE, starts_on=TOMORROW)
        order = here.desk.order(acting(here.payer), wish(here.source, here.target, 2_500), days)
        here.desk.morning_of(TOMORROW)
        ran = here.desk.transfers.orders.run(order.id)
        assert isinstance(ran, Ran)
        return here, ran

    def test_an_occurrence_is_judged_when_it_is_due_and_not_when_it_is_ordered(self) -> None:
        here, ran = self._due(Decision.APPROVE)
        (occurrence,) = ran.settled
        assert occurrence.outcome is OccurrenceOutcome.POSTED
        assert here.desk.fraud.decision_of(occurrence.journal or "")

    @pytest.mark.parametrize("says", [Decision.STEP_UP, Decision.REVIEW])
    def test_nobody_is_there_to_sign_in_so_a_person_of_the_bank_looks_at_it(self, says: Decision) -> None:
        here, ran = self._due(says)
        (occurrence,) = ran.settled
        assert (occurrence.outcome, occurrence.refusal_code) == (OccurrenceOutcome.IN_REVIEW, None)
        assert here.told == [NoticeKind.TRANSFER_IN_REVIEW]
        here.desk.released()
        assert here.balances == (97_500, 0, 2_500)
        assert here.desk.transfers.find(occurrence.journal or "")

    def test_one_that_is_declined_is_refused_and_told(self) -> None:
        here, ran = self._due(Decision.SOFT_DECLINE)
        (occurrence,) = ran.settled
        assert (occurrence.outcome, occurrence.refusal_code) == (OccurrenceOutcome.REFUSED, "PAYMENT_DECLINED")
        assert here.told == [NoticeKind.SCHEDULED_TRANSFER_REFUSED]


class TestCaptures:
    def _held(self, here: Street) -> HoldChange:
        amount = wish(here.source, here.target, 2_500).amount
        made = here.desk.transfers.place_hold(
            acting(here.payer), account=here.source.id, amount=amount, expires_at=None, key="h"
        )
        assert isinstance(made, HoldChange)
        return made

    def _capture(self, here: Street, hold: str, *, by: Actor | None = None) -> object:
        return here.desk.transfers.capture_hold(
            by or acting(here.payer),
            hold=hold,
            amount=wish(here.source, here.target, 2_500).amount,
            destination=by_number(here.target),
            final=True,
            key="c",
        )

    @pytest.mark.parametrize(
        ("says", "answer"),
        [
            (Decision.STEP_UP, "STEP_UP_REQUIRED"),
            (Decision.SOFT_DECLINE, "PAYMENT_DECLINED"),
            (Decision.REVIEW, "PAYMENT_DECLINED"),
            (Decision.BLOCK, "PAYMENT_BLOCKED"),
        ],
    )
    def test_a_customers_own_hold_leads_no_money_past_the_judge(self, says: Decision, answer: str) -> None:
        here = street(says)
        assert code(self._capture(here, self._held(here).hold_id)) == answer
        assert here.balances == (100_000, 2_500, 0)

    def test_what_is_approved_is_captured(self) -> None:
        here = street()
        assert isinstance(self._capture(here, self._held(here).hold_id), HoldChange)
        assert here.balances == (97_500, 0, 2_500)

    def test_what_staff_capture_is_not_judged(self) -> None:
        here = street(Decision.BLOCK)
        hold = self._held(here).hold_id
        assert isinstance(self._capture(here, hold, by=staff()), HoldChange)
        assert here.desk.fraud.decisions_of_customer(here.payer.id).decisions == ()


# --- death between any two calls -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """What people do after the request, and what must be true at the end."""

    says: Decision
    then: Callable[[Street], object] | None
    balances: tuple[int, int, int]
    answer: str | None
    told: tuple[NoticeKind, ...]
    funds: int = 100_000


def _release(here: Street) -> object:
    return here.desk.released()


def _release_in_vain(here: Street) -> object:
    """To an account that is closed by then."""
    here.desk.accounts.close(staff(), account=here.target.id, key="c")
    return here.desk.released()


def _reject(here: Street) -> object:
    return here.desk.rejected()


def _nobody(here: Street) -> object:
    here.desk.clock.move(REVIEW_WITHIN)
    return here.desk.sweep()


_IN_REVIEW = NoticeKind.TRANSFER_IN_REVIEW
STORIES = {
    "approved": Story(Decision.APPROVE, None, (97_500, 0, 2_500), None, ()),
    "declined": Story(Decision.SOFT_DECLINE, None, (100_000, 0, 0), "PAYMENT_DECLINED", ()),
    "held and short": Story(Decision.REVIEW, None, (100, 0, 0), "INSUFFICIENT_FUNDS", (), funds=100),
    "released": Story(Decision.REVIEW, _release, (97_500, 0, 2_500), None, (_IN_REVIEW, NoticeKind.TRANSFER_RELEASED)),
    "released in vain": Story(
        Decision.REVIEW,
        _release_in_vain,
        (100_000, 0, 0),
        "DESTINATION_UNAVAILABLE",
        (NoticeKind.TRANSFER_DECLINED, _IN_REVIEW),
    ),
    "rejected": Story(
        Decision.REVIEW, _reject, (100_000, 0, 0), "PAYMENT_DECLINED", (NoticeKind.TRANSFER_DECLINED, _IN_REVIEW)
    ),
    "decided by nobody": Story(
        Decision.REVIEW, _nobody, (100_000, 0, 0), "PAYMENT_DECLINED", (NoticeKind.TRANSFER_DECLINED, _IN_REVIEW)
    ),
}
CALLS_MAX = 60


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", STORIES)
def test_a_judged_transfer_cut_off_anywhere_is_ended_and_ended_once(name: str, after: bool) -> None:
    for at in range(1, CALLS_MAX):
        if not _died(STORIES[name], at, after=after):
            assert at > 3
            return
    raise AssertionError(f"more than {CALLS_MAX} calls")


def _died(story: Story, at: int, *, after: bool) -> bool:
    """Plays the story with a death at one call, and what picks it up."""
    death = Death()
    here = street(
        story.says,
        minor=story.funds,
        decisions=Dying(MemoryDecisionStore(), death),
        reviews=Dying(MemoryReviewStore(), death),
        case_store=Dying(MemoryCaseStore(), death),
        mortal=lambda part: Dying(part, death),
    )
    death.at, death.afterwards = death.calls + at, after
    died = _cut(here.pay)
    if died:
        here.desk.clock.move(timedelta(minutes=10))
        here.desk.sweep()
        here.pay()
    then = story.then
    if then and _cut(lambda: then(here)):
        died = True
        for case in here.desk.cases.unresolved():
            if case.resolution:
                here.desk.cases.settle(case.id)
        here.desk.clock.move(timedelta(minutes=10))
        here.desk.sweep()
        if here.desk.cases.unresolved():
            then(here)
    death.at = 0
    answer = here.pay()
    assert here.balances == story.balances
    assert (answer.code if isinstance(answer, Refusal) else None) == story.answer
    assert tuple(here.told) == story.told
    assert here.desk.cases.unresolved() == ()
    assert here.desk.ledger.holds(here.source.id) == ()
    assert len([kind for kind, _ in here.journals if kind in ("transfer", "transfer_released")]) == 1
    return died


def _cut(deed: Callable[[], object]) -> bool:
    try:
        deed()
    except Died:
        return True
    return False
