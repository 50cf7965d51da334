"""A judge for banks in memory: it says what it is told to say, of every payment."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache

from domain.clock import Clock
from domain.fraud import builtin, rules
from domain.fraud.decision_store import DecisionStore
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.features import FeatureRead, Judging, Kept, features_from
from domain.fraud.kinds import CustomerReason, Decision, Scope
from domain.fraud.model import ScoringRequest, StoredDecision
from domain.fraud.registry_model import Pointer
from domain.fraud.scoring import Book
from domain.fraud.service import Fraud


class Says:
    """Books whose rules say one thing, until they are told to say another."""

    def __init__(self, decision: Decision = Decision.APPROVE) -> None:
        self.decision = decision

    def book(self, pointer: Pointer | None, scope: Scope) -> Book:  # noqa: ARG002  (nothing is promoted here)
        return replace(builtin.book(scope), rules=_always(self.decision))

    def fallback(self, pointer: Pointer | None, scope: Scope) -> Book:
        return self.book(pointer, scope)

    def shadows(
        self,
        pointer: Pointer | None,  # noqa: ARG002  (it has none)
        scope: Scope,  # noqa: ARG002  (as above)
        *,
        at: datetime,  # noqa: ARG002  (as above)
    ) -> tuple[tuple[str, Book], ...]:
        return ()


class FirstBooks(Says):
    """The documents that are part of the program."""

    def book(self, pointer: Pointer | None, scope: Scope) -> Book:  # noqa: ARG002  (nothing is promoted here)
        return builtin.book(scope)


class RequestAlone:
    """Reads nothing: what is known is what the request says."""

    def __init__(self, read_of: Callable[[ScoringRequest], None] = lambda _: None) -> None:
        """`read_of`: told of each request, before the books are asked."""
        self._read_of = read_of

    def read(self, request: ScoringRequest) -> FeatureRead:
        self._read_of(request)
        features = features_from(request, {}, credential_changed_at=None)
        return FeatureRead(features=features, judging=Judging(None, None), units=0.0)

    def pointer(self, scope: Scope) -> Kept | None:  # noqa: ARG002  (nothing is promoted here)
        return None


def judge_of(
    clock: Clock,
    *,
    says: Says | None = None,
    read_of: Callable[[ScoringRequest], None] = lambda _: None,
    decisions: DecisionStore | None = None,
    fell_back: Callable[[StoredDecision], None] = lambda _: None,
) -> Fraud:
    """Judges by what a request says alone, and keeps what it said in `decisions`."""
    return Fraud(
        features=RequestAlone(read_of),
        books=says or Says(),
        decisions=MemoryDecisionStore() if decisions is None else decisions,
        clock=clock,
        fell_back=fell_back,
    )


@cache
def _always(decision: Decision) -> rules.RuleSet:
    """Rules that speak of every payment, or of none."""
    if decision is Decision.APPROVE:
        return rules.parsed({"format": rules.FORMAT, "rules": []})
    rule = {
        "id": "always",
        "code": "ALWAYS",
        "title": "Always",
        "decision": decision.value,
        "customer_reason": CustomerReason.UNUSUAL_AMOUNT.value,
        "condition": {"gte": [{"feature": "amount_minor"}, 0]},
        "fallback_only": False,
        "not_overridable": False,
        "if_inconclusive": None,
    }
    return rules.parsed({"format": rules.FORMAT, "rules": [rule]})
