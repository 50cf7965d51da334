"""What was asked of AWS, counted: calls, and the units that DynamoDB charges for.

One meter stands under all stores of a bank and only ever grows. Whoever wants to know what a piece of work used reads
it before and after: a worker serves one request at a time, so what was added in between is the request's own.
Stores in memory ask nobody and keep no items that have a size: over them it stays at nothing.
"""

from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Used:
    """Calls and units. Reads that may be stale cost half a unit, so read units are counted in halves."""

    calls: int = 0
    """Requests that were sent, each repetition of one too."""
    write_units: int = 0
    """Written to tables."""
    index_units: int = 0
    """Written to the tables' indexes, by DynamoDB itself."""
    read_halves: int = 0

    @property
    def read_units(self) -> int | float:
        whole, half = divmod(self.read_halves, 2)
        return whole + 0.5 if half else whole

    def __add__(self, other: "Used") -> "Used":
        return Used(
            self.calls + other.calls,
            self.write_units + other.write_units,
            self.index_units + other.index_units,
            self.read_halves + other.read_halves,
        )

    def __sub__(self, other: "Used") -> "Used":
        return Used(
            self.calls - other.calls,
            self.write_units - other.write_units,
            self.index_units - other.index_units,
            self.read_halves - other.read_halves,
        )


class Meter:
    """Safe for threads: heads are read by several at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._used = Used()

    def note(self, used: Used) -> None:
        with self._lock:
            self._used += used

    @property
    def used(self) -> Used:
        """All so far."""
        return self._used
