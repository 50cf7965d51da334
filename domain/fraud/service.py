"""What can be asked of fraud: a judgement of a payment, by the rules or by the stricter ones of the fallback."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from domain.fraud import builtin
from domain.fraud.kinds import Features, Scope
from domain.fraud.model import Judgement
from domain.fraud.scoring import Inputs, score, score_unscored
from domain.payments.kinds import PaymentKind
from domain.payments.model import Speed

if TYPE_CHECKING:  # who asks has made or read the event
    from domain.payments.events import PaymentInitiated

_NOBODY: Final = Inputs(parties={}, at=datetime.min.replace(tzinfo=UTC))
"""The first documents have empty lists: nobody is looked for, on no day."""


def features_of(event: "PaymentInitiated") -> Features:
    """What a payment's event tells the rules."""
    return {
        "kind": event.kind,
        "credit": event.kind == PaymentKind.ACH_CREDIT.value,
        "amount_minor": int(event.amount.minor_units),
        "currency": event.amount.currency,
        "same_day": event.speed == Speed.SAME_DAY.value,
        "payee_age_days": event.counterparty_age_days,
        "account_age_days": event.account_age_days,
        "sent_before": event.sent_before,
    }


def judge(features: Features) -> Judgement:
    book = builtin.book(Scope.ACH)
    found = score(features, book, _NOBODY)
    return Judgement(found.decision, found.staff_reasons, book.versions.rules.version)


def judge_unscored(features: Features) -> Judgement:
    """When the scorer has not answered in time."""
    book = builtin.book(Scope.ACH)
    found = score_unscored(features, book, _NOBODY)
    return Judgement(found.decision, found.staff_reasons, f"{book.versions.rules.version}-strict")
