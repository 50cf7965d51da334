"""What a payment's event tells the rules, in the words of the catalogue."""

from typing import Any

import pytest

from domain.fraud import decisions_codec
from domain.fraud.kinds import FEATURES
from domain.fraud.service import features_of
from domain.payments.events import PaymentAmount, PaymentInitiated


def event(**changes: Any) -> PaymentInitiated:
    return PaymentInitiated(
        **{
            "payment": "pay_1",
            "region": "us-east-1",
            "kind": "ACH_CREDIT",
            "account": "acc_1",
            "counterparty": "cpy_1",
            "amount": PaymentAmount(minor_units="250000", currency="USD"),
            "speed": "SAME_DAY",
            "sec": "PPD",
            "counterparty_age_days": 2,
            "account_age_days": 30,
            "sent_before": False,
            "opened_at": "2026-11-30T15:30:00.000000Z",
            **changes,
        }
    )


def test_an_event_tells_what_is_known_of_the_payment() -> None:
    assert features_of(event()) == {
        "kind": "ACH_CREDIT",
        "credit": True,
        "amount_minor": 250_000,
        "currency": "USD",
        "same_day": True,
        "payee_age_days": 2,
        "account_age_days": 30,
        "sent_before": False,
    }


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"kind": "ACH_DEBIT"}, "credit", False),
        ({"speed": "NEXT_DAY"}, "same_day", False),
        ({"sent_before": True}, "sent_before", True),
    ],
)
def test_a_flag_follows_from_the_event(changes: dict[str, Any], name: str, value: bool) -> None:
    assert features_of(event(**changes))[name] is value


def test_what_is_told_are_features_of_their_types() -> None:
    known = features_of(event())
    assert set(known) <= set(FEATURES)
    for name, one in known.items():
        assert decisions_codec.checked(name, one) == one
