"""What knocks when an order is due: a port, since the clock that wakes us is not ours. A knock that is lost is found
by the daily sweep; a knock too many finds nothing due.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Knocks:
    """`expression` as EventBridge Scheduler reads it, in UTC; `until` ends a recurring one."""

    expression: str
    until: datetime | None = None


class Schedules(Protocol):
    def put(self, order: str, knocks: Knocks) -> None:
        """Makes or replaces the order's schedule; done twice it is done once."""
        ...

    def delete(self, order: str) -> None:
        """The order is not knocked for any more; nothing happens when there is no schedule."""
        ...


class MemorySchedules:
    """Keeps what was asked for; tests and simulations knock themselves."""

    def __init__(self) -> None:
        self.knocks: dict[str, Knocks] = {}

    def put(self, order: str, knocks: Knocks) -> None:
        self.knocks[order] = knocks

    def delete(self, order: str) -> None:
        self.knocks.pop(order, None)
