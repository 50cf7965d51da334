"""What receiving asks of its surroundings."""

import json
from datetime import date, datetime
from typing import Final, Protocol

from domain.clock import instant_text, parse_instant
from domain.rails.ach.incoming_model import Handoff
from domain.rails.ach.model import Entry
from domain.refusals import Refusal

VERSION: Final = 1
"""Of the message that hands entries over."""


class Forwarder(Protocol):
    """The queues of the other regions."""

    def forward(self, region: str, handoff: Handoff) -> None:
        """Puts entries into a region's queue. It may be put there twice, and the region takes it once."""
        ...


class FileJourneys(Protocol):
    """The journeys of received files, as executions of their state machine."""

    def start(self, file: str, occasion: str) -> None:
        """Begins the file's journey on this occasion: its arrival, a handoff, people who have it read again, a sweep.
        The same occasion again changes nothing."""
        ...


class HandoffMalformed(ValueError):
    """A message of another region's queue that is no handoff."""


def handoff_text(handoff: Handoff) -> str:
    """As a message: ids, names and lines, and nothing of what the file says."""
    said = {
        "version": VERSION,
        "file": handoff.file,
        "name": handoff.name,
        "region": handoff.region,
        "sha256": handoff.sha256,
        "size_bytes": handoff.size_bytes,
        "profile": handoff.profile,
        "received_at": instant_text(handoff.received_at),
        "created_on": handoff.created_on.isoformat() if handoff.created_on else None,
        "lines": list(handoff.lines),
    }
    return json.dumps(said, separators=(",", ":"))


def handoff_of(text: str) -> Handoff:
    """Raises `HandoffMalformed`."""
    try:
        said = json.loads(text)
        if said["version"] != VERSION:
            raise HandoffMalformed(f"version {said['version']!r} of a handoff is not known")
        return Handoff(
            file=said["file"],
            name=said["name"],
            region=said["region"],
            sha256=said["sha256"],
            size_bytes=said["size_bytes"],
            profile=said["profile"],
            received_at=parse_instant(said["received_at"]),
            created_on=date.fromisoformat(said["created_on"]) if said["created_on"] else None,
            lines=tuple(map(int, said["lines"])),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise HandoffMalformed(f"a message is no handoff: {type(fault).__name__}") from fault


class Proofs(Protocol):
    """Who proves counterparties by entries."""

    def returned(self, entry: Entry, *, code: str) -> None:
        """A prenote or a micro-entry came back. Said again, it changes nothing."""
        ...


class FraudLabels(Protocol):
    """Who keeps what payments turned out to be."""

    def returned(
        self, subject: str, *, code: str, questionable: bool, learnt_at: datetime, happened_at: datetime
    ) -> Refusal | None:
        """A payment came back. Said again, it changes nothing. A refusal is one that passes by itself."""
        ...


class MemoryFileJourneys:
    """Nobody runs: tests work files themselves, and look here at what would have begun."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str]] = []

    def start(self, file: str, occasion: str) -> None:
        if (file, occasion) not in self.started:
            self.started.append((file, occasion))


class MemoryForwarder:
    """Keeps what was forwarded, for tests to deliver it when and as often as they like."""

    def __init__(self) -> None:
        self.forwarded: list[tuple[str, Handoff]] = []

    def forward(self, region: str, handoff: Handoff) -> None:
        self.forwarded.append((region, handoff))
