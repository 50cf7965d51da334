"""What others hear of a payment is what is to be judged, whole."""

from dataclasses import replace

import pytest

from domain.fraud.kinds import Scope
from domain.fraud.model import ScoringRequest
from domain.money import Money
from domain.payments.events import CustomerUnsaid, PaymentInitiated, initiated, scoring_request
from tests.unit.payments.values import ACCOUNT, CUSTOMER, NOW

REQUEST = ScoringRequest(
    subject="pay_us0417_a",
    scope=Scope.ACH,
    at=NOW,
    kind="ACH_CREDIT",
    credit=True,
    amount=Money(2_500, "USD"),
    customer=CUSTOMER,
    account=ACCOUNT,
    payee="cpt_us_a",
    facts={"same_day": True, "account_age_days": 120, "payee_age_days": 0, "sent_before": False},
)


def event(request: ScoringRequest = REQUEST, speed: str = "SAME_DAY") -> PaymentInitiated:
    return initiated(request, region="us-east-1", speed=speed, sec="PPD")


def test_the_request_that_it_was_made_of_comes_out_of_it_again() -> None:
    assert scoring_request(event()) == REQUEST
    other = replace(
        REQUEST,
        kind="ACH_DEBIT",
        credit=False,
        facts={"same_day": False, "account_age_days": 0, "payee_age_days": 9, "sent_before": True},
    )
    assert scoring_request(event(other, "NEXT_DAY")) == other


def test_it_is_one_text_whenever_it_is_said() -> None:
    assert (
        event().model_dump_json() == PaymentInitiated.model_validate_json(event().model_dump_json()).model_dump_json()
    )


def test_one_that_says_no_customer_is_taken_and_judged_by_nobody() -> None:
    said = event().model_dump()
    del said["customer"]
    with pytest.raises(CustomerUnsaid, match="pay_us0417_a"):
        scoring_request(PaymentInitiated.model_validate(said))
