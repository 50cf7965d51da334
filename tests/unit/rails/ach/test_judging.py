"""What a judgement means to a payment, to its customer and to who reviews it."""

from datetime import timedelta

import pytest

from domain.fraud.kinds import SENTENCES, CustomerReason, Decision
from domain.notices.kinds import FACT_LENGTH_MAX as NOTICE_FACT_LENGTH_MAX
from domain.payments.model import FACT_LENGTH_MAX, FACTS_MAX, StepUp
from domain.payments.rules import checked
from domain.rails.ach import judging
from tests.unit.fraud.said import said
from tests.unit.payments.values import NOW, payment

STEP_UP = timedelta(minutes=15)


class TestAfter:
    @pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.REVIEW])
    def test_what_goes_on_or_is_reviewed_has_no_reason_why_it_was_not_made(self, decision: Decision) -> None:
        made = payment()
        after = judging.after(made, said(made.id, decision), now=NOW, step_up=STEP_UP)
        assert after == made

    def test_the_codes_that_the_customer_may_know_are_kept(self) -> None:
        made = payment()
        decided = said(made.id, Decision.REVIEW, CustomerReason.NEW_PAYEE, codes=("NEW_COUNTERPARTY_LARGE",))
        assert judging.after(made, decided, now=NOW, step_up=STEP_UP).decision_reasons == ("NEW_PAYEE",)

    def test_a_step_up_says_since_when_and_until_when(self) -> None:
        made = payment()
        after = judging.after(made, said(made.id, Decision.STEP_UP), now=NOW, step_up=STEP_UP)
        assert after.step_up == StepUp(NOW, NOW + STEP_UP)
        assert (after.reason_code, after.reason) == (None, None)

    def test_a_soft_decline_may_be_asked_for_otherwise_and_a_block_may_not(self) -> None:
        made, reasons = payment(), (CustomerReason.UNUSUAL_AMOUNT, CustomerReason.NEW_PAYEE)
        soft = judging.after(made, said(made.id, Decision.SOFT_DECLINE, *reasons), now=NOW, step_up=STEP_UP)
        hard = judging.after(made, said(made.id, Decision.BLOCK, *reasons), now=NOW, step_up=STEP_UP)
        why = "The amount is unusual for this account. The payee is new."
        assert (soft.reason_code, soft.reason) == ("SOFT_DECLINED", f"{why} {judging.OTHERWISE}")
        assert (hard.reason_code, hard.reason) == ("BLOCKED", why)

    def test_without_a_reason_that_can_be_told_a_sentence_says_that_it_was_not_approved(self) -> None:
        made = payment()
        assert judging.after(made, said(made.id, Decision.BLOCK), now=NOW, step_up=STEP_UP).reason == (
            "We could not approve it."
        )

    @pytest.mark.parametrize("decision", [Decision.SOFT_DECLINE, Decision.BLOCK])
    def test_the_longest_reason_fits_a_notice(self, decision: Decision) -> None:
        made, longest = payment(), sorted(CustomerReason, key=lambda one: -len(SENTENCES[one]))
        reason = judging.after(made, said(made.id, decision, *longest), now=NOW, step_up=STEP_UP).reason
        assert reason
        assert len(reason) <= NOTICE_FACT_LENGTH_MAX


class TestFacts:
    def test_the_time_line_keeps_the_decision_its_reasons_its_score_and_every_version(self) -> None:
        decided = said(
            "pay_1",
            Decision.REVIEW,
            CustomerReason.NEW_PAYEE,
            codes=("A", "B"),
            score=0.123456,
            model_version="ach/model/3",
            fallback="FEATURES_UNREAD",
        )
        assert judging.facts_of(decided) == {
            "decision": "REVIEW",
            "decision_id": "dec_of_pay_1",
            "customer_reasons": "NEW_PAYEE",
            "reasons": "A B",
            "score": "0.1235",
            "rules": "ach/rules/7",
            "model": "ach/model/3",
            "thresholds": "ach/thresholds/2",
            "lists": "ach/lists/4",
            "fallback": "FEATURES_UNREAD",
        }

    def test_what_there_is_not_is_not_said(self) -> None:
        assert set(judging.facts_of(said("pay_1"))) == {"decision", "decision_id", "rules", "thresholds", "lists"}

    def test_of_more_codes_than_a_fact_takes_the_first_are_kept_whole(self) -> None:
        codes = tuple(f"A_RULE_WITH_A_LONG_CODE_{n:02}" for n in range(20))
        facts = judging.facts_of(said("pay_1", Decision.BLOCK, *CustomerReason, codes=codes, score=1.0))
        assert checked(facts) == facts
        assert len(facts) <= FACTS_MAX
        kept = tuple(facts["reasons"].split())
        assert kept == codes[: len(kept)]
        assert len(facts["reasons"]) <= FACT_LENGTH_MAX < len(facts["reasons"]) + 1 + len(codes[0])

    def test_a_payment_whose_decision_is_not_kept_has_nothing_to_show(self) -> None:
        assert judging.case_facts(None) == {}


def test_every_decision_leads_to_an_event_of_its_own() -> None:
    assert set(judging.EVENT_OF) == set(Decision)
    assert len(set(judging.EVENT_OF.values())) == len(Decision)
