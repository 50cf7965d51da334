"""The journey in, as the rest of the bank asks for it: take a file, work what is due, act on decisions."""

from collections.abc import Callable, Mapping
from typing import Final

from domain.counterparties.service import Counterparties
from domain.rails.ach.exchange import Exchange
from domain.rails.ach.incoming_decisions import Decisions
from domain.rails.ach.incoming_desk import IncomingDesk
from domain.rails.ach.incoming_entries import Parts, ReceivedEntries
from domain.rails.ach.incoming_files import ReceivedFiles
from domain.rails.ach.incoming_matching import Matching
from domain.rails.ach.incoming_model import ReceivedEntry
from domain.rails.ach.incoming_ports import FileJourneys, Forwarder, FraudLabels, Proofs
from domain.rails.ach.incoming_steps import FileSteps
from domain.rails.ach.incoming_store import ReceivedPage
from domain.rails.ach.kinds import ANSWERS, EntryKind
from domain.rails.ach.origin_answers import AnswerOrigin
from domain.rails.ach.origins import Origin
from domain.rails.ach.steps import Steps
from domain.sealing import Sealer

DUE_MAX: Final = 500
"""Entries that one sweep looks at; it says when more are left."""
PAGE_MAX: Final = 100


class Incoming:
    def __init__(
        self,
        parts: Parts,
        *,
        exchanges: Callable[[str], Exchange],
        forwarder: Forwarder,
        journeys: FileJourneys,
        sealer: Sealer,
        steps: Steps,
        counterparties: Counterparties,
        proofs: Proofs,
        labels: FraudLabels,
    ) -> None:
        self._store = parts.store
        self._clock = parts.clock
        self.entries = ReceivedEntries(parts)
        self.files = ReceivedFiles(
            parts, entries=self.entries, exchanges=exchanges, forwarder=forwarder, journeys=journeys, sealer=sealer
        )
        self.steps = FileSteps(self.files)
        self.matching = Matching(
            parts, entries=self.entries, steps=steps, counterparties=counterparties, proofs=proofs, labels=labels
        )
        self.decisions = Decisions(
            parts, entries=self.entries, originals=self.files.originals, counterparties=counterparties
        )
        self.desk = IncomingDesk(parts, decisions=self.decisions)
        self.answers = AnswerOrigin(store=parts.store, entries=self.entries, originals=self.files.originals)

    @property
    def origins(self) -> Mapping[EntryKind, Origin]:
        """For the files that answers go out in."""
        return dict.fromkeys(ANSWERS, self.answers)

    # Looking.

    def entry(self, entry: str) -> ReceivedEntry | None:
        return self._store.received(entry)

    def entries_of(self, file: str, *, after: int = 0, limit: int = 25) -> ReceivedPage:
        if not 1 <= limit <= PAGE_MAX:
            raise ValueError(f"a page has 1 to {PAGE_MAX} rows, not {limit}")
        return self._store.received_entries(file, after=after, limit=limit)

    # What is due.

    def due_entries(self) -> tuple[str, ...]:
        """Entries whose deadline has come; taken one by one, so that one bad entry stops no other."""
        return self._store.due_received(through=self._clock.now(), limit=DUE_MAX)

    def work_entry(self, entry: str) -> ReceivedEntry:
        return self.entries.work(self.entries.existing(entry))
