"""Payments as columns: what everything here works on, whether it was drawn or read from a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

DAY: Final = 86_400
LABEL_DELAY_DAYS: Final = 7
"""A label is known so many days after its payment, never earlier: in features, training and measuring alike."""

Integers: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]


class ScienceRefused(Exception):
    """What was asked cannot be done with these data. The message is one sentence, and says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """In order of second and, within a second, of id: the order in which they are applied to whatever counts them."""

    second: Integers
    """Since 1970, UTC."""
    customer: Integers
    """From 0 without gaps, like `terminal`: which is which stays in the file."""
    terminal: Integers
    amount_minor: Integers
    fraud: Flags

    def __len__(self) -> int:
        return len(self.second)

    @property
    def first_day(self) -> int:
        """Day 0 of the protocol, in days since 1970: the day of the first payment."""
        return int(self.second[0]) // DAY

    @property
    def day(self) -> Integers:
        """Counted from day 0."""
        return self.second // DAY - self.first_day

    @property
    def days(self) -> int:
        return int(self.second[-1]) // DAY - self.first_day + 1
