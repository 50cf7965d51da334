"""What a page's rows read, read for the whole page at once.

Rows are answered one after the other, and each asks for its own journal, relation or record. Whoever makes a page names
beforehand what its rows may ask for; the first row that asks brings it for all, and when no row asks nothing is read.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")

AT_ONCE: Final = 100
"""What the stores read in one call."""


class Loader(Generic[Key, Found]):
    """Lives as long as a request, and reads nothing twice."""

    def __init__(self, read: Callable[[Sequence[Key]], Mapping[Key, Found]]) -> None:
        """`read`: those of at most `AT_ONCE` keys that exist."""
        self._read = read
        self._found: dict[Key, Found | None] = {}
        self._expected: dict[Key, None] = {}

    def expect(self, keys: Iterable[Key]) -> None:
        """They will be read together with the first of them that is asked for."""
        self._expected.update((key, None) for key in keys if key not in self._found)

    def know(self, key: Key, found: Found) -> None:
        """It was read elsewhere."""
        self._found[key] = found

    def get(self, key: Key, beside: Iterable[Key] = ()) -> Found | None:
        """None where there is none. `beside`: what is read with it if it is to be read."""
        if key not in self._found:
            self.expect((key, *beside))
            self._load()
        return self._found[key]

    def _load(self) -> None:
        keys = [key for key in self._expected if key not in self._found]
        self._expected.clear()  # whatever becomes of it: a reading that fails is not made again for every row
        for start in range(0, len(keys), AT_ONCE):
            batch = keys[start : start + AT_ONCE]
            found = self._read(batch)
            self._found.update((key, found.get(key)) for key in batch)
