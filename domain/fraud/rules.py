"""Rules as a document: each with a condition, and what is decided where it is true.

A rule answers HIT, NO, INCONCLUSIVE (data that its condition needs is missing) or SNOOZED (silent for this customer).
The document is the same for ever; its version and its hash are kept outside of it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.fraud.documents import Part
from domain.fraud.expressions import Expression, condition, plain
from domain.fraud.kinds import SEVERITY, CustomerReason, Decision, Features

FORMAT: Final = "florin.rules/1"
RULES_MAX: Final = 100
"""More than one person keeps apart."""
NODES_MAX: Final = 2_000
"""Of all conditions together: a whole set is evaluated in less than a millisecond."""
TITLE_MAX: Final = 120
"""One line of a list."""
OWN_CODES: Final = frozenset({"MODEL_SCORE", "LISTED_DENY", "LISTED_ALLOW", "LISTS_UNREAD", "UNSCORED_AMOUNT"})
"""Said by the bank itself; no rule has them."""
INCONCLUSIVE_SUFFIX: Final = "_INCONCLUSIVE"
"""Behind the code of a rule that decides although its data is missing."""

_ID = re.compile(r"[a-z][a-z0-9-]{0,47}", re.ASCII)
_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}", re.ASCII)


class Outcome(StrEnum):
    HIT = "HIT"
    NO = "NO"
    INCONCLUSIVE = "INCONCLUSIVE"
    SNOOZED = "SNOOZED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    id: str
    """The same through all versions of the set: snoozes and figures hang on it."""
    code: str
    """For staff."""
    title: str
    decision: Decision
    customer_reason: CustomerReason
    condition: Expression
    fallback_only: bool
    """It speaks only where nothing else could be asked."""
    not_overridable: bool
    """No list of who is allowed and no snooze silences it."""
    if_inconclusive: Decision | None
    """What is decided when its data is missing; None: nothing. Staff see it either way."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one rule says of one payment."""

    rule: Rule
    outcome: Outcome

    @property
    def decision(self) -> Decision:
        if self.outcome is Outcome.HIT:
            return self.rule.decision
        if self.outcome is Outcome.INCONCLUSIVE:
            return self.rule.if_inconclusive or Decision.APPROVE
        return Decision.APPROVE

    @property
    def code(self) -> str:
        return self.rule.code + (INCONCLUSIVE_SUFFIX if self.outcome is Outcome.INCONCLUSIVE else "")


def answers(
    rule_set: RuleSet, features: Features, *, snoozed: Collection[str] = (), fallback: bool = False
) -> tuple[Answer, ...]:
    """Of each rule, in their order; those of the fallback only there."""
    return tuple(
        Answer(rule, _outcome(rule, features, snoozed)) for rule in rule_set.rules if fallback or not rule.fallback_only
    )


def _outcome(rule: Rule, features: Features, snoozed: Collection[str]) -> Outcome:
    if rule.id in snoozed and not rule.not_overridable:
        return Outcome.SNOOZED
    found = rule.condition.evaluate(features)
    if found is None:
        return Outcome.INCONCLUSIVE
    return Outcome.HIT if found else Outcome.NO


# --- the document -----------------------------------------------------------------------------------------------------

_FIELDS: Final = frozenset(
    {
        "id",
        "code",
        "title",
        "decision",
        "customer_reason",
        "condition",
        "fallback_only",
        "not_overridable",
        "if_inconclusive",
    }
)


def parsed(document: object) -> RuleSet:
    """Raises DocumentMalformed, with the path of what is wrong."""
    fields = Part(document, "").fields({"format", "rules"})
    fields["format"].said(FORMAT)
    parts = fields["rules"].items(0, RULES_MAX)
    rules = tuple(_rule(part) for part in parts)
    nodes = 0
    seen: set[str] = set()
    for rule, part in zip(rules, parts, strict=True):
        nodes += rule.condition.nodes
        if nodes > NODES_MAX:
            raise part.below("condition", None).malformed(f"makes more than {NODES_MAX} nodes of all rules together")
        for key, name in (("id", rule.id), ("code", rule.code)):
            if name in seen:
                raise part.below(key, None).malformed("is another rule's")
            seen.add(name)
    return RuleSet(rules)


def _rule(part: Part) -> Rule:
    fields = part.fields(_FIELDS)
    decision = _decision(fields["decision"])
    return Rule(
        id=fields["id"].like(_ID, "small letters, digits and hyphens, at most 48"),
        code=_code(fields["code"]),
        title=fields["title"].text(TITLE_MAX),
        decision=decision,
        customer_reason=fields["customer_reason"].member(CustomerReason),
        condition=condition(fields["condition"]),
        fallback_only=fields["fallback_only"].flag(),
        not_overridable=fields["not_overridable"].flag(),
        if_inconclusive=_if_inconclusive(fields["if_inconclusive"], decision),
    )


def _decision(part: Part) -> Decision:
    decision = part.member(Decision)
    if decision is Decision.APPROVE:
        raise part.malformed("is APPROVE, which is what comes out when no rule speaks")
    return decision


def _if_inconclusive(part: Part, decision: Decision) -> Decision | None:
    if part.value is None:
        return None
    found = _decision(part)
    if SEVERITY[found] > SEVERITY[decision]:
        raise part.malformed("is more severe than what the rule decides when it is true")
    return found


def _code(part: Part) -> str:
    code = part.like(_CODE, "capital letters, digits and underscores, at most 40")
    if code in OWN_CODES or code.endswith(INCONCLUSIVE_SUFFIX):
        raise part.malformed("is a code that the bank says itself")
    return code


def as_plain(rule_set: RuleSet) -> Mapping[str, object]:
    """The document of the set, as `parsed` reads it."""
    return {"format": FORMAT, "rules": [_plain(rule) for rule in rule_set.rules]}


def _plain(rule: Rule) -> Mapping[str, object]:
    return {
        "id": rule.id,
        "code": rule.code,
        "title": rule.title,
        "decision": rule.decision.value,
        "customer_reason": rule.customer_reason.value,
        "condition": plain(rule.condition),
        "fallback_only": rule.fallback_only,
        "not_overridable": rule.not_overridable,
        "if_inconclusive": rule.if_inconclusive.value if rule.if_inconclusive else None,
    }
