"""What can go wrong, and how often it does in one history: the weather. Each seed leaves out a random half of it."""

import random
from collections import Counter
from enum import StrEnum
from itertools import accumulate
from typing import Final


class Fault(StrEnum):
    # At a call of a store.
    LOST_REQUEST = "lost request"
    LOST_ANSWER = "lost answer"
    CONFLICT = "conflict"
    THROTTLE = "throttle"
    SLOW = "slow past the deadline"
    DEATH_BEFORE = "death before a call"
    DEATH_DURING = "death during a write"
    DEATH_AFTER = "death after a call"
    REGION_CUT = "region cut"
    # Between two calls of one request.
    DOUBLE_CLICK = "double-click"
    RIVAL = "rival command"
    BESIDE = "the same run twice at once"
    # On the way of an event.
    STREAM_LOST = "stream record lost"
    BUS_REFUSES = "bus refuses"
    DUPLICATE_EVENT = "duplicate event"
    REORDERED_EVENT = "reordered event"
    LATE_EVENT = "late event"
    # Time.
    CLOCK_SKEW = "clock skew"
    CLOCK_FELL_BACK = "clock fell back"
    KNOCK_LOST = "knock lost"
    KNOCK_TWICE = "knock twice"


AT_CALLS: Final = (
    (Fault.LOST_REQUEST, 4),
    (Fault.LOST_ANSWER, 5),
    (Fault.CONFLICT, 4),
    (Fault.THROTTLE, 2),
    (Fault.SLOW, 5),
    (Fault.DEATH_BEFORE, 5),
    (Fault.DEATH_AFTER, 5),
    (Fault.REGION_CUT, 1),
)
"""Faults at a call with their weights."""
RATES: Final = (0.001, 0.004, 0.01)
"""Shares of reads that meet a fault: a history is calm, unsettled or rough."""
WRITES_WEIGH: Final = 25
"""How much more often a write meets one."""
NOTES_WEIGH: Final = 4
"""The same of what one run of the bank writes by the dozen: else none would ever come to its end."""
BETWEEN_CALLS: Final = 0.005
BEFORE_WRITES: Final = 0.08
"""Share of calls before which somebody else acts: mostly between what was read and what is written."""
DEATHS_DURING: Final = (0.02, 0.05, 0.3)
"""Shares of writes during which the process dies: the request goes on alone, and nobody waits for it."""
SLOW_CUTS: Final = 0.3
"""How often what made a request slow also cuts off the calls after it."""
CUT_CALLS_MAX: Final = 40
"""How many calls a cut of the region lasts: long enough for all tries of one request, and the next request's."""
THROTTLED_CALLS_MAX: Final = 18
"""How many appends in a row a throttle refuses: more than the ledger's tries."""


class Death(BaseException):
    """The process ends here. No `except Exception` catches it."""


class Silent(Exception):
    """A store beside the ledger, the bus or a channel did not answer: done or not, nobody says."""


def drawn(rng: random.Random) -> frozenset[Fault]:
    """The faults that one history has."""
    return frozenset(fault for fault in Fault if rng.random() < 1 / 2)


class Weather:
    """One history's faults, as long as it has not healed."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.on = drawn(rng)
        self.rate = rng.choice(RATES)
        self.deaths_during = rng.choice(DEATHS_DURING)
        self.happened: Counter[str] = Counter()
        self.healed = False
        self._cut = 0
        self._throttled = 0
        self._faults = [fault for fault, _ in AT_CALLS if fault in self.on]
        self._weights = list(accumulate(weight for fault, weight in AT_CALLS if fault in self.on))

    def heal(self) -> None:
        self.healed = True
        self._cut = self._throttled = 0

    def strikes(self, fault: Fault, chance: float) -> bool:
        """Whether a fault of this kind happens now, if this history has it."""
        if self.healed or fault not in self.on or self._rng.random() >= chance:
            return False
        self.happened[fault] += 1
        return True

    def at_call(self, *, appends: bool, weight: int) -> Fault | None:
        """What happens to this call of a store. Only an append conflicts."""
        if self.healed:
            return None
        if self._cut:
            self._cut -= 1
            return Fault.REGION_CUT
        if appends and self._throttled:
            self._throttled -= 1
            return Fault.THROTTLE
        if weight > 1 and self.strikes(Fault.DEATH_DURING, self.deaths_during * weight / WRITES_WEIGH):
            return Fault.DEATH_DURING
        if not self._faults or self._rng.random() >= self.rate * weight:
            return None
        fault = self._rng.choices(self._faults, cum_weights=self._weights)[0]
        if fault is Fault.CONFLICT and not appends:
            return None
        if fault is Fault.REGION_CUT:
            self._cut = self._rng.randrange(1, CUT_CALLS_MAX)
        if fault is Fault.SLOW and self._rng.random() < SLOW_CUTS:
            self._cut = self._rng.randrange(1, CUT_CALLS_MAX)
        if fault is Fault.THROTTLE:
            self._throttled = self._rng.randrange(0, THROTTLED_CALLS_MAX)
        self.happened[fault] += 1
        return fault
