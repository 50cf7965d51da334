"""How payments are heard of: a bus that takes events, and one in memory."""

from collections.abc import Sequence
from typing import Protocol

from domain.payments.events import PaymentInitiated


class Bus(Protocol):
    def publish(self, events: Sequence[PaymentInitiated]) -> tuple[bool, ...]:
        """Which of the events the bus accepted, in their order."""
        ...


class MemoryBus:
    """Keeps what it was given, until a test takes it."""

    def __init__(self) -> None:
        self.events: list[PaymentInitiated] = []

    def publish(self, events: Sequence[PaymentInitiated]) -> tuple[bool, ...]:
        self.events += events
        return (True,) * len(events)
