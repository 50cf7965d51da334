"""What must have happened at least once in a long run: a generator that never meets it proves nothing about it."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from domain import refusals
from domain.ledger.kinds import KINDS
from ops.simulation.faults import Fault
from ops.simulation.history import History

ENOUGH: Final = 500
"""From so many histories on, everything must have happened."""
NOT_STORED: Final = (
    refusals.InputInvalid,
    refusals.NotFound,
    refusals.SameAccount,
    refusals.CurrencyMismatch,
    refusals.EffectiveDateOutOfRange,
    refusals.IdempotencyKeyReused,
    refusals.ClockUncertain,
    refusals.TryAgain,
    refusals.OutcomeUnknown,
)
"""What the ledger refuses without keeping it, as `Ledger.post` lists it."""
LIMITS: Final = ("PER_TRANSFER", "PER_DAY", "JOINT_PER_DAY")
CODES: Final = (
    *sorted(set(refusals.stored_refusals()) - {refusals.LimitExceeded.code}),
    *(f"{refusals.LimitExceeded.code} {limit}" for limit in LIMITS),
    *(kind.code for kind in NOT_STORED),
)


class Coverage:
    """Counts over a run."""

    def __init__(self) -> None:
        self.faults: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.kinds: Counter[str] = Counter()

    def add(self, histories: Iterable[History]) -> None:
        for history in histories:
            self.faults.update(history.faults)
            self.refusals.update(history.refusals)
            self.kinds.update(history.kinds)

    def rows(self) -> list[tuple[str, str, int]]:
        """(what, name, how often) of everything that must happen."""
        return [
            *(("fault", fault.value, self.faults[fault]) for fault in Fault),
            *(("refusal", code, self.refusals[code]) for code in CODES),
            *(("journal", kind, self.kinds[kind]) for kind in KINDS),
        ]

    def missing(self) -> list[str]:
        return [f"{what} {name}" for what, name, times in self.rows() if times == 0]
