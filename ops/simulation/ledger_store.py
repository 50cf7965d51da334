"""The memory store with its stream: every journal that is appended is on it, and a check sees each line once."""

from domain.ledger.model import LedgerSettings
from domain.ledger.store import Appended, Conflict, Replayed, Writes
from domain.ledger.store_memory import MemoryLedgerStore
from ops.simulation.clocks import TrueTime
from ops.simulation.messages import Stream


class StreamingLedgerStore(MemoryLedgerStore):
    def __init__(self, *, time: TrueTime, settings: LedgerSettings) -> None:
        super().__init__(clock=time, settings=settings)
        self.stream = Stream()
        self.unchecked: list[Writes] = []
        """Transactions since the last check."""
        self.stale: list[str] = []
        """Refusals that were kept although a head they were decided on had moved."""

    def _append(self, writes: Writes) -> Appended | Replayed | Conflict:
        outcome = super()._append(writes)
        if isinstance(outcome, Appended):
            if not writes.journal.posted and any(
                self.lines_of[account][-1].position != position for account, position in writes.journal.lines
            ):
                self.stale.append(writes.journal.id)
            self.stream.put(writes.journal)
            self.unchecked.append(writes)
        return outcome
