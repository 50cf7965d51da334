"""How much one file of ours takes."""

from collections.abc import Sequence
from typing import Final

from domain.rails.ach.kinds import ANSWERS
from domain.rails.ach.model import Entry
from domain.rails.ach.origins import Draft

ENTRIES_MAX: Final = 5_000
"""Of a file."""
LINES_MAX: Final = 10_000
"""Of a file, as banks take them at most: entries, addenda, the headers and controls of the file and of each batch, and
the nines that fill its last block."""
LINES_AROUND: Final = 11
"""The header and the control of the file, and nine lines that fill a block of ten."""
LINES_OF_BATCH: Final = 2


class Room:
    """How much still fits into a file, by entries and by lines. Batches are counted as if entries shared one only where
    they surely do."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._batches: set[tuple[str, ...]] = set()
        self._entries = 0
        self._lines = LINES_AROUND
        self.takes(entries)

    def takes(self, entries: Sequence[Draft] | Sequence[Entry]) -> bool:
        """Whether they go in, what belongs together together; then they are counted."""
        batches = {_batch_of(one) for one in entries} - self._batches
        lines = sum(1 + one.addenda for one in entries) + LINES_OF_BATCH * len(batches)
        if self._entries + len(entries) > ENTRIES_MAX or self._lines + lines > LINES_MAX:
            return False
        self._batches |= batches
        self._entries += len(entries)
        self._lines += lines
        return True


def _batch_of(entry: Draft | Entry) -> tuple[str, ...]:
    """What entries that surely stand in one batch have in common. An answer repeats the header that it answers."""
    of_its_own = entry.id if entry.kind in ANSWERS else ""
    return (entry.customer, entry.sec, entry.kind.value, entry.description, of_its_own)
