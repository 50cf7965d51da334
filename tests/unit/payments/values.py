"""Payments for tests."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from domain.money import Money
from domain.payments.kinds import PaymentKind, PaymentState
from domain.payments.model import AchProgress, AchTerms, Payment, Speed
from domain.payments.rules import Deadlines

NOW: Final = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
ACCOUNT: Final = "acc_us0417_01K90000000000000000000000"
CUSTOMER: Final = "cus_us_01K90000000000000000000000"
DEADLINES: Final = Deadlines(
    step=timedelta(minutes=1),
    fraud=timedelta(seconds=30),
    review=timedelta(days=2),
    acknowledgement=timedelta(hours=2),
    grace=timedelta(seconds=7),
)
PROGRESS: Final = AchProgress(
    window="20261130-SD3",
    cut_off_at=NOW + timedelta(hours=1),
    settles_on=date(2026, 11, 30),
    settles_at=NOW + timedelta(hours=3),
    returns_until=NOW + timedelta(days=60),
)


def payment(kind: PaymentKind = PaymentKind.ACH_CREDIT, **changes: Any) -> Payment:
    """As it is opened, or with these fields otherwise."""
    made = Payment(
        id="pay_us0417_00000000000000000000000000000000",
        kind=kind,
        account=ACCOUNT,
        customer=CUSTOMER,
        counterparty="cpt_us_01K90000000000000000000000",
        counterparty_masked="••5678",
        amount=Money(2_500, "USD"),
        ach=AchTerms(sec="PPD", speed=Speed.SAME_DAY, description="PAYROLL"),
        progress=PROGRESS,
        opened_by=CUSTOMER,
        opened_at=NOW,
        fingerprint="fingerprint",
        state=PaymentState.ACCEPTED,
        entered_at=NOW,
        happenings=1,
    )
    return replace(made, **changes)
