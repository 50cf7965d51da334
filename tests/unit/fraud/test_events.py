"""What the scorer says of a decision, and that it says all that others act on."""

from dataclasses import replace
from typing import get_args

import pytest
from pydantic import ValidationError

from domain.fraud.events import REASONS_MAX, FraudDecided, decided
from domain.fraud.kinds import CustomerReason, Decision, Fallback, Scope
from domain.fraud.model import StoredDecision, VersionsUsed, VersionUsed
from domain.money import Money
from tests.unit.fraud.asking import ACCOUNT, AT, CUSTOMER

SHA = "0" * 64
STORED = StoredDecision(
    id="dec_a",
    subject="pay_us0417_a",
    scope=Scope.ACH,
    customer=CUSTOMER,
    account=ACCOUNT,
    payee="cpt_us_a",
    terminal=None,
    device=None,
    at=AT,
    amount=Money(2_500, "USD"),
    features={"amount_minor": 2_500},
    versions=VersionsUsed(
        rules=VersionUsed("ach/rules/3", SHA),
        model=VersionUsed("ach/model/2", SHA),
        thresholds=VersionUsed("ach/thresholds/1", SHA),
        lists=VersionUsed("ach/lists/9", SHA),
    ),
    score=0.25,
    decision=Decision.STEP_UP,
    customer_reasons=(CustomerReason.NEW_PAYEE,),
    staff_reasons=("MODEL_SCORE", "NEW_PAYEE_LARGE"),
    decided_at=AT,
)


def test_it_says_the_decision_the_reasons_and_the_versions() -> None:
    said = decided(STORED, region="us-east-1")
    assert said.model_dump() == {
        "version": 1,
        "payment": "pay_us0417_a",
        "region": "us-east-1",
        "decision": "STEP_UP",
        "reasons": ("MODEL_SCORE", "NEW_PAYEE_LARGE"),
        "rules_version": "ach/rules/3",
        "decided_at": "2026-11-30T15:30:00.123456Z",
        "decision_id": "dec_a",
        "customer_reasons": ("NEW_PAYEE",),
        "model_version": "ach/model/2",
        "thresholds_version": "ach/thresholds/1",
        "lists_version": "ach/lists/9",
        "score": 0.25,
        "fallback": None,
    }


def test_without_a_model_it_says_no_score_and_a_fallback_says_why() -> None:
    stored = replace(STORED, score=None, fallback=Fallback.FEATURES_UNREAD)
    said = decided(replace(stored, versions=replace(STORED.versions, model=None)), region="us-east-1")
    assert (said.score, said.model_version, said.fallback) == (None, None, "FEATURES_UNREAD")


def test_of_very_many_rules_that_spoke_it_names_the_first() -> None:
    stored = replace(STORED, staff_reasons=tuple(f"RULE_{n}" for n in range(REASONS_MAX + 5)))
    assert decided(stored, region="us-east-1").reasons == stored.staff_reasons[:REASONS_MAX]


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("fallback", [None, *Fallback])
def test_whatever_can_be_decided_can_be_said(decision: Decision, fallback: Fallback | None) -> None:
    stored = replace(STORED, decision=decision, fallback=fallback, customer_reasons=tuple(CustomerReason))
    said = decided(stored, region="us-east-1")
    assert FraudDecided.model_validate_json(said.model_dump_json()) == said


def test_it_knows_every_reason_that_a_customer_can_be_told_and_no_other() -> None:
    (reasons, *_) = get_args(FraudDecided.model_fields["customer_reasons"].annotation)
    assert set(get_args(reasons)) == {reason.value for reason in CustomerReason}


@pytest.mark.parametrize("score", [float("nan"), float("inf"), 1.01, -0.1])
def test_a_score_is_between_nothing_and_one(score: float) -> None:
    with pytest.raises(ValidationError):
        decided(replace(STORED, score=score), region="us-east-1")


def test_what_was_said_before_there_were_decision_ids_is_still_heard() -> None:
    old = {
        "payment": "pay_us0417_a",
        "region": "us-east-1",
        "decision": "REVIEW",
        "reasons": ("A",),
        "rules_version": "2026-11.1",
        "decided_at": "2026-11-30T15:30:00Z",
    }
    assert FraudDecided.model_validate(old).decision_id is None
