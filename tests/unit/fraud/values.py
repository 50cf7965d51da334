"""Features, documents and books that the tests of fraud begin with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from domain.fraud import lists, rules, thresholds
from domain.fraud.kinds import Decision, Family, Features
from domain.fraud.model import VersionsUsed, VersionUsed
from domain.fraud.scoring import Book, Inputs, Model

NOON: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
PARTIES: Final = {Family.CUSTOMER: "cus_1", Family.ACCOUNT: "acc_1", Family.PAYEE: "acc_2", Family.DEVICE: "dev_1"}
INPUTS: Final = Inputs(parties=PARTIES, at=NOON)
VERSIONS: Final = VersionsUsed(
    rules=VersionUsed("card/rules/3", "a" * 64),
    model=VersionUsed("card/model/2", "b" * 64),
    thresholds=VersionUsed("card/thresholds/1", "c" * 64),
    lists=VersionUsed("card/lists/9", "d" * 64),
)


class FixedModel:
    """Says one score of everything."""

    def __init__(self, score: float) -> None:
        self.score = score
        self.asked = 0

    def predicted(self, features: Features) -> float:
        self.asked += 1
        return self.score

    def contributions(self, features: Features) -> Mapping[str, float]:
        return {"amount_minor": self.score}


def least(feature: str, limit: float) -> dict[str, Any]:
    return {"gte": [{"feature": feature}, limit]}


def rule(code: str = "LARGE", **changes: Any) -> dict[str, Any]:
    """Much is asked for: to review."""
    return {
        "id": code.lower().replace("_", "-"),
        "code": code,
        "title": "Large",
        "decision": "REVIEW",
        "customer_reason": "UNUSUAL_AMOUNT",
        "condition": least("amount_minor", 1_000),
        "fallback_only": False,
        "not_overridable": False,
        "if_inconclusive": None,
        **changes,
    }


def rule_set(*documents: Mapping[str, Any]) -> rules.RuleSet:
    return rules.parsed({"format": rules.FORMAT, "rules": list(documents)})


def entry(list_: str = "DENY", family: str = "customer", entity: str = "cus_1", **changes: Any) -> dict[str, Any]:
    return {
        "list": list_,
        "family": family,
        "entity": entity,
        "reason": "Asked for by the police",
        "by": "stf_1",
        "until": None,
        **changes,
    }


def listed(*entries: Mapping[str, Any], ceiling: Decision = Decision.REVIEW) -> lists.Lists:
    document = {"format": lists.FORMAT, "allow_ceiling": ceiling.value, "entries": list(entries)}
    return lists.parsed(document)


def limits(
    scores: Mapping[str, float] | None = None, amounts: Mapping[str, int] | None = None
) -> thresholds.Thresholds:
    return thresholds.parsed(
        {"format": thresholds.FORMAT, "scores": scores or {}, "unscored_amounts_minor": amounts or {}}
    )


def book(
    *documents: Mapping[str, Any],
    model: Model | None = None,
    thresholds: thresholds.Thresholds | None = None,
    lists: lists.Lists | None = None,
) -> Book:
    return Book(
        versions=VERSIONS,
        rules=rule_set(*documents),
        model=model,
        thresholds=thresholds or limits(),
        lists=lists or listed(),
    )
