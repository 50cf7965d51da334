"""Decisions in memory, for tests and simulations."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from domain.fraud.decision_store import DecisionPage, bounded, day_of, position_of, shard_of
from domain.fraud.kinds import Scope
from domain.fraud.model import StoredDecision


class MemoryDecisionStore:
    def __init__(self) -> None:
        self._decisions: dict[str, StoredDecision] = {}
        self._days: dict[tuple[Scope, date, int], list[StoredDecision]] = defaultdict(list)
        self._lock = threading.Lock()

    def decision(self, subject: str) -> StoredDecision | None:
        return self._decisions.get(subject)

    def put(self, decision: StoredDecision) -> StoredDecision:
        with self._lock:
            kept = self._decisions.setdefault(decision.subject, decision)
            if kept is decision:
                self._days[decision.scope, day_of(decision), shard_of(decision.subject)].append(decision)
            return kept

    def decisions_of_day(
        self, scope: Scope, day: date, shard: int, *, position: str | None, limit: int
    ) -> DecisionPage:
        with self._lock:
            found = list(self._days.get((scope, day, shard), ()))
        return _page(found, position, limit, latest_first=False)

    def decisions_of_customer(self, customer: str, *, position: str | None, limit: int) -> DecisionPage:
        with self._lock:
            found = [one for one in self._decisions.values() if one.customer == customer]
        return _page(found, position, limit, latest_first=True)


def _page(decisions: Iterable[StoredDecision], position: str | None, limit: int, *, latest_first: bool) -> DecisionPage:
    found = {position_of(one): one for one in decisions}
    beyond = (at for at in found if position is None or (at < position if latest_first else at > position))
    places = sorted(beyond, reverse=latest_first)
    page = places[: bounded(limit)]
    return DecisionPage(tuple(found[at] for at in page), page[-1] if len(places) > limit else None)
