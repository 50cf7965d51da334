"""What a batch or a file adds up to, counted from its entries and never taken from its controls."""

from dataclasses import dataclass
from typing import Final

HASH_MODULUS: Final = 10**10
"""An entry hash is the sum of the first eight digits of each routing number; digits past ten fall off on the left."""
BLOCKING_FACTOR: Final = 10
"""Records in a block."""


@dataclass(slots=True)
class Tally:
    entries: int = 0
    addenda: int = 0
    debit_minor: int = 0
    credit_minor: int = 0
    routing_sum: int = 0

    @property
    def entry_hash(self) -> int:
        return self.routing_sum % HASH_MODULUS

    @property
    def entry_addenda_count(self) -> int:
        return self.entries + self.addenda

    def add(self, other: "Tally") -> None:
        self.entries += other.entries
        self.addenda += other.addenda
        self.debit_minor += other.debit_minor
        self.credit_minor += other.credit_minor
        self.routing_sum += other.routing_sum


def blocks_of(records: int) -> int:
    return -(-records // BLOCKING_FACTOR)


def filler_of(records: int) -> int:
    """How many lines of 9s fill the last block."""
    return -records % BLOCKING_FACTOR
