"""The rules as data, each with what it says and when: the decision is the highest of those that speak.

Pure: the same features and the same version give the same judgement for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from domain.fraud.kinds import Decision
from domain.fraud.model import Features, Judgement


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    decision: Decision
    speaks: Callable[[Features], bool]


@dataclass(frozen=True, slots=True)
class RuleSet:
    version: str
    rules: tuple[Rule, ...]


_LARGE_MINOR: Final = 2_500_00
"""From here on, money to somebody new is looked at by a person."""
_HUGE_MINOR: Final = 50_000_00
_NEW_DAYS: Final = 3
_FRESH_DAYS: Final = 30

RULES: Final = RuleSet(
    "2026-11.1",
    (
        Rule(
            "NEW_COUNTERPARTY_LARGE",
            Decision.REVIEW,
            lambda f: (
                f.credit
                and not f.sent_before
                and f.counterparty_age_days < _NEW_DAYS
                and f.amount_minor >= _LARGE_MINOR
            ),
        ),
        Rule(
            "FRESH_ACCOUNT_LARGE",
            Decision.REVIEW,
            lambda f: f.account_age_days < _FRESH_DAYS and f.amount_minor >= _LARGE_MINOR,
        ),
        Rule(
            "FRESH_ACCOUNT_EMPTIED_SAME_DAY",
            Decision.BLOCK,
            lambda f: (
                f.credit
                and f.same_day
                and f.account_age_days < _NEW_DAYS
                and not f.sent_before
                and f.amount_minor >= _HUGE_MINOR
            ),
        ),
        Rule(
            "DEBIT_OF_STRANGER_LARGE",
            Decision.REVIEW,
            lambda f: not f.credit and not f.sent_before and f.amount_minor >= _LARGE_MINOR,
        ),
    ),
)

_STRICT_MINOR: Final = 500_00

STRICT: Final = RuleSet(
    "2026-11.1-strict",
    (
        *RULES.rules,
        Rule(
            "UNSCORED_NEW_COUNTERPARTY",
            Decision.REVIEW,
            lambda f: not f.sent_before and f.amount_minor >= _STRICT_MINOR,
        ),
        Rule("UNSCORED_LARGE", Decision.REVIEW, lambda f: f.amount_minor >= _LARGE_MINOR),
    ),
)
"""What judges when the scorer does not answer in time: the same rules and stricter ones. Nothing goes unjudged."""

_ORDER: Final = (Decision.APPROVE, Decision.REVIEW, Decision.BLOCK)


def judged(features: Features, rules: RuleSet = RULES) -> Judgement:
    speaking = [rule for rule in rules.rules if rule.speaks(features)]
    highest = max((rule.decision for rule in speaking), key=_ORDER.index, default=Decision.APPROVE)
    return Judgement(highest, tuple(rule.code for rule in speaking), rules.version)
