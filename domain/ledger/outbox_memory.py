"""A bus and marks in memory, for tests and the simulation."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from domain.ledger.events import LedgerEvent


class MemoryBus:
    def __init__(self) -> None:
        self.events: list[LedgerEvent] = []
        self.refuses = 0
        """How many of the next events are refused."""

    def publish(self, events: Sequence[LedgerEvent]) -> tuple[bool, ...]:
        accepted = []
        for event in events:
            taken = self.refuses == 0
            self.refuses = max(0, self.refuses - 1)
            if taken:
                self.events.append(event)
            accepted.append(taken)
        return tuple(accepted)


class MemoryMarks:
    def __init__(self) -> None:
        self.marks: dict[str, set[str]] = defaultdict(set)
        self.checkpoints: dict[str, str] = {}

    def mark(self, hour: str, journals: Sequence[str], *, until: datetime) -> None:  # noqa: ARG002  (no TTL here)
        self.marks[hour].update(journals)

    def marked(self, hour: str) -> frozenset[str]:
        return frozenset(self.marks.get(hour, ()))

    def checkpoint(self, name: str) -> str | None:
        return self.checkpoints.get(name)

    def move_checkpoint(self, name: str, to: str) -> None:
        if to > self.checkpoints.get(name, ""):
            self.checkpoints[name] = to
