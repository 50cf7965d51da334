"""What can be asked of fraud: a judgement of a payment, by the rules or by the stricter ones of the fallback."""

from typing import TYPE_CHECKING

from domain.fraud.model import Features, Judgement
from domain.fraud.rules import RULES, STRICT, judged
from domain.payments.kinds import PaymentKind
from domain.payments.model import Speed

if TYPE_CHECKING:  # who asks has made or read the event
    from domain.payments.events import PaymentInitiated


def features_of(event: "PaymentInitiated") -> Features:
    """What a payment's event tells the rules."""
    return Features(
        credit=event.kind == PaymentKind.ACH_CREDIT.value,
        amount_minor=int(event.amount.minor_units),
        same_day=event.speed == Speed.SAME_DAY.value,
        counterparty_age_days=event.counterparty_age_days,
        account_age_days=event.account_age_days,
        sent_before=event.sent_before,
    )


def judge(features: Features) -> Judgement:
    return judged(features, RULES)


def judge_unscored(features: Features) -> Judgement:
    """When the scorer has not answered in time."""
    return judged(features, STRICT)
