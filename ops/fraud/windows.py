"""How many payments of an entity, and what sum, between two moments: for all payments at once.

Rows are laid out by entity and, within one, by time; a window is then a stretch of rows, found by two binary searches,
and its sum the difference of two running sums. Whole numbers throughout, so that nothing is rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from ops.fraud.payments import Flags, Integers

_SPAN: Final = 1 << 36
"""Seconds between the keys of two entities: further than any two moments here are apart."""


class Grouped:
    """Payments by the entity that they belong to. `second` is in order already."""

    def __init__(self, entity: Integers, second: Integers) -> None:
        self._order = np.argsort(entity, kind="stable")
        self._first = entity * _SPAN - int(second[0]) + _SPAN // 2
        self._keys = (self._first + second)[self._order]
        self.place = np.empty(len(entity), np.int64)
        """Of each payment: how many rows stand before it, counting from the first entity on."""
        self.place[self._order] = np.arange(len(entity))

    def since(self, moment: Integers) -> Integers:
        """Of each payment: the place of its entity's first row at or after the moment (one for each payment)."""
        wanted = self._first + moment
        # Searching in order of the keys keeps the memory that is touched close together: five times as fast.
        found = np.empty(len(wanted), np.int64)
        found[self._order] = np.searchsorted(self._keys, wanted[self._order], side="left")
        return found

    def first_and_last(self, flags: Flags, begin: Integers, end: Integers) -> tuple[Integers, Integers]:
        """The first and the last flagged place from `begin` to before `end`; where there is none, `end` and less than
        `begin`.
        """
        laid, places = flags[self._order], np.arange(len(flags))
        following = np.append(np.minimum.accumulate(np.where(laid, places, len(flags))[::-1])[::-1], len(flags))
        before = np.insert(np.maximum.accumulate(np.where(laid, places, -1)), 0, -1)
        return np.minimum(following[begin], end), before[end]

    def at(self, values: Integers, places: Integers) -> Integers:
        """The values of the payments that stand at these places."""
        found: Integers = values[self._order][places]
        return found

    def running(self, values: Integers) -> Integers:
        """Sums of the values before each place; take the difference of two."""
        sums = np.zeros(len(values) + 1, np.int64)
        np.cumsum(values[self._order], out=sums[1:])
        return sums
