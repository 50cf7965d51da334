"""Where payments tell others what happened; EventBridge in the bank, a list in tests."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # who publishes makes its events when there is something to publish
    from domain.payments.events import PaymentInitiated


class Bus(Protocol):
    def publish(self, events: "Sequence[PaymentInitiated]") -> tuple[bool, ...]:
        """Which of the events the bus accepted, in their order. At least once: consumers deduplicate by `payment`."""
        ...


class MemoryBus:
    def __init__(self) -> None:
        self.events: list[PaymentInitiated] = []
        self.refuses = 0
        """How many of the next events are refused."""

    def publish(self, events: "Sequence[PaymentInitiated]") -> tuple[bool, ...]:
        accepted = []
        for event in events:
            taken = self.refuses == 0
            self.refuses = max(0, self.refuses - 1)
            if taken:
                self.events.append(event)
            accepted.append(taken)
        return tuple(accepted)
