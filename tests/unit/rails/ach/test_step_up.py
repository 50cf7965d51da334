"""All five decisions, and a payment that waits until its customer has proved again who they are."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.access.model import Actor, Relation
from domain.accounts.model import Account
from domain.cases.kinds import CaseKind
from domain.fraud.kinds import CustomerReason, Decision, Fallback
from domain.notices.kinds import NoticeKind
from domain.payments.events import scoring_request
from domain.payments.kinds import PaymentKind, PaymentState
from domain.payments.model import Payment
from domain.refusals import StepUpRequired
from ops.simulation.house import acting
from tests.unit.accounts.house import code
from tests.unit.fraud.said import said
from tests.unit.rails.ach.bank import AchBank

_S = PaymentState
KINDS = (PaymentKind.ACH_CREDIT, PaymentKind.ACH_DEBIT)
NEW_PAYEE = CustomerReason.NEW_PAYEE


class Story:
    """A payment of which something is decided."""

    def __init__(self, kind: PaymentKind = PaymentKind.ACH_CREDIT, *, minor: int = 10_00) -> None:
        self.bank = AchBank()
        self.actor, self.account, self.maria = self.bank.sender()
        make = self.bank.send if kind is PaymentKind.ACH_CREDIT else self.bank.collect
        self.payment = make(self.actor, self.account, self.maria, minor)

    def decided(self, decision: Decision, *reasons: CustomerReason) -> "Story":
        self.bank.will_decide(self.payment, decision, *reasons)
        self.bank.run()
        return self

    @property
    def now(self) -> Payment:
        return self.bank.payment(self.payment)

    @property
    def state(self) -> PaymentState:
        return self.now.state

    @property
    def events(self) -> list[str]:
        return [one.event for one in self.bank.timeline(self.payment)]

    def signed_in(self, after: timedelta = timedelta(seconds=30)) -> Actor:
        """Who made it, signed in this long after it was decided; by now that is a moment ago."""
        step_up = self.now.step_up
        assert step_up
        self.bank.clock.instant = max(self.bank.clock.instant, step_up.asked_at + after)
        return replace(self.actor, authenticated_at=(step_up.asked_at + after).replace(microsecond=0))

    def notices(self, kind: NoticeKind) -> list[str]:
        return [one.text for one in self.bank.told(self.actor) if one.kind is kind]


def waiting(kind: PaymentKind = PaymentKind.ACH_CREDIT, *, minor: int = 10_00) -> Story:
    story = Story(kind, minor=minor).decided(Decision.STEP_UP, NEW_PAYEE)
    assert story.state is _S.AWAITING_STEP_UP
    return story


@pytest.mark.parametrize("kind", KINDS)
class TestDecisions:
    def test_an_approved_payment_waits_for_its_window(self, kind: PaymentKind) -> None:
        assert Story(kind).decided(Decision.APPROVE).state is _S.SCHEDULED

    @pytest.mark.parametrize(
        ("decision", "reason_code", "more"),
        [
            (Decision.SOFT_DECLINE, "SOFT_DECLINED", " You may ask for it otherwise, such as for less."),
            (Decision.BLOCK, "BLOCKED", ""),
        ],
    )
    def test_a_declined_one_ends_with_its_reason_and_its_customer_is_told(
        self, kind: PaymentKind, decision: Decision, reason_code: str, more: str
    ) -> None:
        story = Story(kind).decided(decision, NEW_PAYEE)
        assert (story.state, story.now.reason_code) == (_S.DECLINED, reason_code)
        assert story.now.reason == f"The payee is new.{more}"
        assert story.now.decision_reasons == ("NEW_PAYEE",)
        (text,) = story.notices(NoticeKind.ACH_PAYMENT_NOT_MADE)
        assert text.endswith(f"The payee is new.{more}")
        assert story.bank.held(story.account) == 0

    def test_a_soft_decline_takes_nothing_of_a_limit_and_is_no_duplicate(self, kind: PaymentKind) -> None:
        story = Story(kind).decided(Decision.SOFT_DECLINE)
        make = story.bank.send if kind is PaymentKind.ACH_CREDIT else story.bank.collect
        again = make(story.actor, story.account, story.maria, 10_00, key="otherwise")
        story.bank.run()
        assert story.bank.state(again) is _S.SCHEDULED

    def test_a_review_shows_people_the_reasons_the_versions_and_the_decision(self, kind: PaymentKind) -> None:
        story = Story(kind).decided(Decision.REVIEW, NEW_PAYEE)
        assert story.state is _S.IN_REVIEW
        case = story.bank.case(story.now.case or "")
        stored = story.bank.ach_fraud.decision_of(story.payment.id)
        assert stored
        shown = {fact.label: fact.value for fact in case.facts}
        assert case.kind is CaseKind.ACH_PAYMENT_REVIEW
        assert (shown["decision"], shown["reasons"], shown["told the customer"]) == (stored.id, "DRAWN", "NEW_PAYEE")
        assert (shown["rules"], shown["lists"]) == (stored.versions.rules.version, stored.versions.lists.version)

    @pytest.mark.parametrize("first", Decision)
    @pytest.mark.parametrize("second", Decision)
    def test_a_second_decision_changes_nothing_whatever_it_says(
        self, kind: PaymentKind, first: Decision, second: Decision
    ) -> None:
        story = Story(kind).decided(first)
        before, lines = story.now, story.bank.timeline(story.payment)
        story.bank.steps.judged(before, said(before.id, second))
        story.bank.run()
        assert (story.now, story.bank.timeline(story.payment)) == (before, lines)


@pytest.mark.parametrize("kind", KINDS)
class TestWaiting:
    def test_nothing_is_held_and_its_customer_is_told_once(self, kind: PaymentKind) -> None:
        story = waiting(kind)
        for _ in range(2):
            story.bank.steps.run("await_step_up", payment=story.payment.id, token=None)
        (text,) = story.notices(NoticeKind.ACH_PAYMENT_TO_CONFIRM)
        assert "sign in again and confirm it until 15:15 UTC" in text
        assert story.bank.held(story.account) == 0

    def test_who_signs_in_again_confirms_it_and_it_goes_on_as_an_approved_one(self, kind: PaymentKind) -> None:
        story = waiting(kind)
        answer = story.bank.ach.confirm(story.signed_in(), story.payment.id)
        assert isinstance(answer, Payment)
        assert (answer.state, story.state) == (_S.SCHEDULED, _S.SCHEDULED)
        assert answer.progress.window
        assert story.bank.held(story.account) == (10_00 if kind is PaymentKind.ACH_CREDIT else 0)
        story.bank.run()
        file = story.bank.cut_off(story.payment)
        assert (story.state, story.now.progress.file) == (_S.SENT, file.id)

    def test_confirmed_again_it_is_the_same_payment_and_moves_once(self, kind: PaymentKind) -> None:
        story = waiting(kind)
        actor = story.signed_in()
        first = story.bank.ach.confirm(actor, story.payment.id)
        story.bank.run()
        before = story.now
        assert isinstance(first, Payment)
        assert story.bank.ach.confirm(actor, story.payment.id) == before == story.now
        assert story.events.count("confirmed") == 1
        lines = [one for one in story.bank.timeline(story.payment) if one.event == "confirmed"]
        assert [one.by for one in lines] == [story.actor.person]

    @pytest.mark.parametrize("after", [timedelta(0), timedelta(hours=-2)])
    def test_an_old_sign_in_proves_nothing(self, kind: PaymentKind, after: timedelta) -> None:
        story = waiting(kind)
        actor, before = story.signed_in(after), story.now
        refused = story.bank.ach.confirm(actor, story.payment.id)
        assert refused == StepUpRequired("2026-03-09T15:00:00.000000Z", "2026-03-09T15:15:00.000000Z")
        assert refused.retryable
        assert story.now == before

    def test_neither_does_none_nor_one_that_is_still_to_come(self, kind: PaymentKind) -> None:
        story = waiting(kind)
        later = replace(story.actor, authenticated_at=story.bank.clock.instant + timedelta(seconds=6))
        for actor in (story.actor, later):
            assert code(story.bank.ach.confirm(actor, story.payment.id)) == "STEP_UP_REQUIRED"
        assert story.state is _S.AWAITING_STEP_UP

    def test_when_nobody_confirms_it_in_time_it_is_declined_and_its_customer_is_told_why(
        self, kind: PaymentKind
    ) -> None:
        story = waiting(kind)
        story.bank.clock.move(story.bank.deadlines.step_up + timedelta(seconds=1))
        story.bank.run()
        assert (story.state, story.now.reason_code) == (_S.DECLINED, "STEP_UP_EXPIRED")
        (text,) = story.notices(NoticeKind.ACH_PAYMENT_NOT_MADE)
        assert text.endswith("You did not confirm it in time. You may ask for it again.")
        assert story.bank.held(story.account) == 0

    def test_too_late_it_is_not_confirmed_though_nobody_has_ended_it_yet(self, kind: PaymentKind) -> None:
        story = waiting(kind)
        actor = story.signed_in(story.bank.deadlines.step_up)
        refused = story.bank.ach.confirm(actor, story.payment.id)
        assert code(refused) == "PAYMENT_NOT_AWAITING_STEP_UP"
        story.bank.run()
        assert code(story.bank.ach.confirm(actor, story.payment.id)) == "PAYMENT_NOT_AWAITING_STEP_UP"
        assert "confirmed" not in story.events

    def test_a_deadline_that_comes_after_it_was_confirmed_changes_nothing(self, kind: PaymentKind) -> None:
        story = waiting(kind)
        story.bank.ach.confirm(story.signed_in(), story.payment.id)
        before = story.now
        story.bank.steps.run("step_up_expired", payment=story.payment.id, token=None)
        assert story.now == before

    def test_its_customer_calls_it_off_and_is_told_no_more_of_it(self, kind: PaymentKind) -> None:
        story = waiting(kind)
        assert story.bank.ach.cancellable(story.now)
        story.bank.ach.cancel(story.actor, story.payment.id)
        story.bank.run()
        assert story.state is _S.CANCELLED
        assert story.notices(NoticeKind.ACH_PAYMENT_NOT_MADE) == []
        assert code(story.bank.ach.confirm(story.signed_in(), story.payment.id)) == "PAYMENT_NOT_AWAITING_STEP_UP"

    def test_a_journey_that_is_lost_meanwhile_is_begun_again_and_waits_on(self, kind: PaymentKind) -> None:
        story = waiting(kind)
        (name,) = story.bank.machine.runs
        story.bank.machine.fail(name)
        story.bank.clock.move(story.bank.deadlines.step_up + story.bank.deadlines.grace + timedelta(seconds=1))
        story.bank.payments.sweep()
        story.bank.run()
        assert story.now.state is _S.AWAITING_STEP_UP
        story.bank.clock.move(story.bank.deadlines.step_up + timedelta(seconds=1))
        story.bank.run()
        assert (story.state, story.now.reason_code) == (_S.DECLINED, "STEP_UP_EXPIRED")
        assert len(story.notices(NoticeKind.ACH_PAYMENT_TO_CONFIRM)) == 1


def test_confirmed_again_it_is_brought_on_where_the_first_was_cut_off() -> None:
    """Its move was written, and whoever was to hold its money died."""
    story = waiting()
    actor = story.signed_in()
    story.bank.steps.confirmed(story.now, by=story.actor.person)
    assert story.state is _S.SCREENED
    answer = story.bank.ach.confirm(actor, story.payment.id)
    assert isinstance(answer, Payment)
    assert (answer.state, story.bank.held(story.account)) == (_S.SCHEDULED, 10_00)


class TestWho:
    def test_another_owner_may_not_confirm_what_they_did_not_make(self) -> None:
        story = waiting()
        bank = story.bank
        other = bank.person()
        added = bank.accounts.add_relation(
            story.actor, account=story.account.id, person=other.id, relation=Relation.JOINT_OWNER
        )
        assert not hasattr(added, "code"), added
        bank.clock.move(timedelta(minutes=1))
        actor = replace(acting(other), authenticated_at=bank.clock.instant)
        assert code(bank.ach.confirm(actor, story.payment.id)) == "NOT_ALLOWED"
        assert story.state is _S.AWAITING_STEP_UP

    def test_a_stranger_learns_of_no_payment(self) -> None:
        story = waiting()
        stranger = replace(acting(story.bank.person()), authenticated_at=story.bank.clock.instant)
        assert code(story.bank.ach.confirm(stranger, story.payment.id)) == "NOT_FOUND"

    @pytest.mark.parametrize("decision", [one for one in Decision if one is not Decision.STEP_UP])
    def test_what_waits_for_nobody_is_confirmed_by_nobody(self, decision: Decision) -> None:
        story = Story().decided(decision)
        actor = replace(story.actor, authenticated_at=story.bank.clock.instant + timedelta(seconds=2))
        before = story.now
        assert code(story.bank.ach.confirm(actor, story.payment.id)) == "PAYMENT_NOT_AWAITING_STEP_UP"
        assert story.now == before


def test_a_credit_whose_money_has_gone_meanwhile_is_refused_when_it_is_confirmed() -> None:
    story = waiting(minor=900_00)
    story.bank.send(story.actor, story.account, story.maria, 500_00, key="other")
    story.bank.run()
    answer = story.bank.ach.confirm(story.signed_in(), story.payment.id)
    assert isinstance(answer, Payment)
    assert (answer.state, answer.reason_code) == (_S.REFUSED, "INSUFFICIENT_FUNDS")


class TestTheScorerAndTheFallback:
    """Whoever decides first is heard, by either way, and the payment moves once."""

    def silent(self, *, minor: int = 600_00) -> tuple[AchBank, Account, Payment]:
        """A payment of which the bus has taken word, and that the scorer has not heard of."""
        bank = AchBank()
        actor, account, _ = bank.sender()
        payment = bank.send(actor, account, bank.counterparty_of_today(actor), minor)
        for _name in bank.machine.settle(10):
            pass
        return bank, account, payment

    def test_a_scorer_that_is_late_says_what_the_fallback_decided(self) -> None:
        bank, account, payment = self.silent()
        event = bank.bus.events.pop()
        bank.clock.move(bank.deadlines.fraud + timedelta(seconds=1))
        bank.run()
        assert bank.state(payment) is _S.IN_REVIEW  # the rules alone would have let it go
        before = bank.payment(payment)
        bank.score_one(event)
        bank.run()
        stored = bank.ach_fraud.decide(scoring_request(event))
        assert (stored.decision, stored.fallback) == (Decision.REVIEW, Fallback.SCORER_SILENT)
        assert bank.payment(payment) == before
        assert bank.held(account) == 600_00
        assert [one.id for one in bank.fallbacks] == [stored.id]

    def test_a_fallback_that_comes_after_the_decision_tells_the_decision(self) -> None:
        """The scorer has decided, and what it said has not arrived."""
        bank, _, payment = self.silent()
        stored = bank.ach_fraud.decide(scoring_request(bank.bus.events.pop()))
        bank.clock.move(bank.deadlines.fraud + timedelta(seconds=1))
        bank.run()
        assert (stored.decision, bank.state(payment)) == (Decision.APPROVE, _S.SCHEDULED)
        (line,) = [one for one in bank.timeline(payment) if one.event == "screened"]
        assert line.facts["decision_id"] == stored.id
        assert "fallback" not in line.facts
        assert bank.fallbacks == []

    def test_of_both_at_once_one_moves_it_and_the_other_finds_it_moved(self) -> None:
        """The fallback has decided, and before it moves the payment the scorer has said the same."""
        bank, account, payment = self.silent()
        event, move = bank.bus.events.pop(), bank.payments.move

        def scorer_first(*given: object, **named: object) -> object:
            bank.payments.move = move  # type: ignore[method-assign]  # once
            bank.score_one(event)
            return move(*given, **named)  # type: ignore[arg-type]  # as it was called

        bank.payments.move = scorer_first  # type: ignore[method-assign,assignment]  # somebody is in between
        bank.clock.move(bank.deadlines.fraud + timedelta(seconds=1))
        bank.run()
        assert bank.events(payment).count("suspected") == 1
        assert (bank.state(payment), bank.held(account)) == (_S.IN_REVIEW, 600_00)
