"""Decisions in memory, for tests and simulations."""

import threading
from collections.abc import Callable
from datetime import date

from domain.fraud.decision_store import DecisionPage, bounded, day_of, position_of, shard_of
from domain.fraud.kinds import Scope
from domain.fraud.model import StoredDecision


class MemoryDecisionStore:
    def __init__(self) -> None:
        self._decisions: dict[str, StoredDecision] = {}
        self._lock = threading.Lock()

    def decision(self, subject: str) -> StoredDecision | None:
        return self._decisions.get(subject)

    def put(self, decision: StoredDecision) -> StoredDecision:
        with self._lock:
            return self._decisions.setdefault(decision.subject, decision)

    def decisions_of_day(
        self, scope: Scope, day: date, shard: int, *, position: str | None, limit: int
    ) -> DecisionPage:
        def wanted(one: StoredDecision) -> bool:
            return (one.scope, day_of(one), shard_of(one.subject)) == (scope, day, shard)

        return self._page(wanted, position, limit, latest_first=False)

    def decisions_of_customer(self, customer: str, *, position: str | None, limit: int) -> DecisionPage:
        return self._page(lambda one: one.customer == customer, position, limit, latest_first=True)

    def _page(
        self, wanted: Callable[[StoredDecision], bool], position: str | None, limit: int, *, latest_first: bool
    ) -> DecisionPage:
        with self._lock:
            every = list(self._decisions.values())
        found = {position_of(one): one for one in every if wanted(one)}
        beyond = (at for at in found if position is None or (at < position if latest_first else at > position))
        places = sorted(beyond, reverse=latest_first)
        page = places[: bounded(limit)]
        return DecisionPage(tuple(found[at] for at in page), page[-1] if len(places) > limit else None)
