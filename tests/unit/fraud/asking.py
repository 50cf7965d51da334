"""Requests that are judged, in the tests of fraud."""

from datetime import UTC, datetime
from typing import Final

from domain.fraud.kinds import Features, Scope
from domain.fraud.model import ScoringRequest
from domain.money import Money

AT: Final = datetime(2026, 11, 30, 15, 30, 0, 123456, UTC)
CUSTOMER: Final = "cus_us_01K90000000000000000000000"
ACCOUNT: Final = "acc_us0417_01K90000000000000000000000"
PAYEE: Final = "acc_us0417_01K90000000000000000000001"
SUBJECT: Final = "jrn_us0417_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"


def request(subject: str = SUBJECT, *, minor: int = 2_500, facts: Features | None = None) -> ScoringRequest:
    return ScoringRequest(
        subject=subject,
        scope=Scope.TRANSFER,
        at=AT,
        kind="transfer",
        credit=True,
        amount=Money(minor, "USD"),
        customer=CUSTOMER,
        account=ACCOUNT,
        payee=PAYEE,
        facts={"sent_before": False, "account_age_days": 100} if facts is None else facts,
    )
