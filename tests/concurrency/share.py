"""How much of the concurrency suite a run does: the normal share, or all of it with FLORIN_CONCURRENCY=full."""

import os
from dataclasses import dataclass
from typing import Final

VARIABLE: Final = "FLORIN_CONCURRENCY"


@dataclass(frozen=True, slots=True)
class Share:
    rounds: int
    """Storms of 1,600 operations, each on fresh accounts in a table of its own."""
    double_clicks: int
    races: int
    """Of each pair."""
    promotions: int
    """Rounds in which what decides of payments is changed by many at once."""

    @property
    def full(self) -> bool:
        return self == FULL


NORMAL: Final = Share(rounds=1, double_clicks=60, races=10, promotions=4)
FULL: Final = Share(rounds=20, double_clicks=200, races=100, promotions=16)
_SHARES: Final = {"": NORMAL, "normal": NORMAL, "full": FULL}


def share() -> Share:
    return _SHARES[os.environ.get(VARIABLE, "")]
