"""What can be asked of fraud: a judgement of a payment, by the rules or by the stricter ones of the fallback."""

from domain.fraud.model import Features, Judgement
from domain.fraud.rules import RULES, STRICT, judged


def judge(features: Features) -> Judgement:
    return judged(features, RULES)


def judge_unscored(features: Features) -> Judgement:
    """When the scorer has not answered in time."""
    return judged(features, STRICT)
