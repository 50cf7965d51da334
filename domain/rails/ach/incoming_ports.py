"""What receiving asks of its surroundings."""

from typing import Protocol

from domain.rails.ach.incoming_model import Handoff


class Forwarder(Protocol):
    """The queues of the other regions."""

    def forward(self, region: str, handoff: Handoff) -> None:
        """Puts entries into a region's queue. It may be put there twice, and the region takes it once."""
        ...


class MemoryForwarder:
    """Keeps what was forwarded, for tests to deliver it when and as often as they like."""

    def __init__(self) -> None:
        self.forwarded: list[tuple[str, Handoff]] = []

    def forward(self, region: str, handoff: Handoff) -> None:
        self.forwarded.append((region, handoff))
