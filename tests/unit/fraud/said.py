"""What the scorer says of payments, in the tests of who hears it."""

from typing import Any

from domain.fraud.events import FraudDecided
from domain.fraud.kinds import CustomerReason, Decision


def said(payment: str, decision: Decision = Decision.APPROVE, *reasons: CustomerReason, **other: Any) -> FraudDecided:
    return FraudDecided(
        payment=payment,
        region="us-east-1",
        decision=decision.value,
        reasons=other.pop("codes", ()),
        rules_version="ach/rules/7",
        decided_at="2026-03-09T15:00:00Z",
        decision_id=f"dec_of_{payment}",
        customer_reasons=tuple(reason.value for reason in reasons),
        thresholds_version="ach/thresholds/2",
        lists_version="ach/lists/4",
        **other,
    )
