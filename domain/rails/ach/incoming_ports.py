"""What receiving asks of its surroundings."""

from typing import Protocol

from domain.rails.ach.incoming_model import Handoff
from domain.rails.ach.model import Entry


class Forwarder(Protocol):
    """The queues of the other regions."""

    def forward(self, region: str, handoff: Handoff) -> None:
        """Puts entries into a region's queue. It may be put there twice, and the region takes it once."""
        ...


class Proofs(Protocol):
    """Who proves counterparties by entries."""

    def returned(self, entry: Entry, *, code: str) -> None:
        """A prenote or a micro-entry came back. Said again, it changes nothing."""
        ...


class MemoryForwarder:
    """Keeps what was forwarded, for tests to deliver it when and as often as they like."""

    def __init__(self) -> None:
        self.forwarded: list[tuple[str, Handoff]] = []

    def forward(self, region: str, handoff: Handoff) -> None:
        self.forwarded.append((region, handoff))
