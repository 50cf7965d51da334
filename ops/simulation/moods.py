"""What the judge of one history says, of which payments, and what was kept of it."""

import random
from collections import Counter
from typing import Final

from domain.cases.model import Case
from domain.cases.store_memory import MemoryCaseStore
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.kinds import Decision
from domain.fraud.model import ScoringRequest, StoredDecision
from ops.simulation.judge import Says

UNEASY: Final = (0.0, 0.15, 0.5)
"""Shares of the payments that are not simply approved, in one history."""
WAVERS: Final = 0.5
"""Share of the histories whose judge says something else each time it is asked of the same payment."""
WEIGHTS: Final = {Decision.REVIEW: 5, Decision.STEP_UP: 3, Decision.SOFT_DECLINE: 1, Decision.BLOCK: 1}
"""Of what is said instead."""


class Moods(Says):
    """One judge for all processes of a history. What it says follows from the payment and, if it wavers, from how often
    it was asked of it."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self._uneasy = rng.choice(UNEASY)
        self._wavers = rng.random() < WAVERS
        self._seed = rng.getrandbits(64)
        self._asked: Counter[str] = Counter()

    def read_of(self, request: ScoringRequest) -> None:
        """The books that are asked next are asked of this one: no store is called in between."""
        if not self._uneasy:
            return
        self._asked[request.subject] += self._wavers
        draw = random.Random(f"{self._seed} {request.subject} {self._asked[request.subject]}")  # noqa: S311  (no secret)
        uneasy = draw.random() < self._uneasy
        self.decision = draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0] if uneasy else Decision.APPROVE


class WatchedDecisions(MemoryDecisionStore):
    """Remembers beside what is kept what was kept first."""

    def __init__(self) -> None:
        super().__init__()
        self.first: dict[str, StoredDecision] = {}
        self.stood = 0
        """How often a judge came later and would have decided otherwise."""

    def put(self, decision: StoredDecision) -> StoredDecision:
        self.first.setdefault(decision.subject, decision)
        kept = super().put(decision)
        self.stood += kept.decision is not decision.decision
        return kept


class WatchedCases(MemoryCaseStore):
    """Names all there ever were."""

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str] = []

    def add(self, case: Case) -> bool:
        added = super().add(case)
        if added:
            self._names.append(case.id)
        return added

    def cases(self) -> list[Case]:
        """As they are now, past all wires."""
        return [case for name in self._names if (case := self.case(name))]
