"""What is due, in an index of a table: the same keys and the same way to read them in every store that has such a list.

The hash key is one of a few partitions, over which writers are spread by the name of what is due; the range key is
`<when>#<name>`. Whoever looks asks each partition for what lies before a moment, so nothing that was missed drops out
of sight however long ago it was.
"""

import zlib
from collections.abc import Mapping
from typing import Final

from domain.tables_aws import PAGE_MAX, Index, Table, Value

_LAST: Final = "~"  # sorts after every moment and name


class DueList:
    """One list in the index `index` of `table`; `when` are texts that sort as what they say."""

    def __init__(self, table: Table, index: Index, *, key: str, partitions: int = 1) -> None:
        """`key`: the hash key; of several partitions each adds its number to it. A partition takes 1,000 writes a
        second.
        """
        self._table = table
        self._index = index
        self._keys = (key,) if partitions == 1 else tuple(f"{key}#{number}" for number in range(partitions))

    def keys(self, when: str | None, name: str) -> Mapping[str, Value]:
        """The two attributes of an item that is due then; with None it is in no list."""
        if when is None:
            return {self._index.hash_key: None, self._index.range_key: None}
        partition = self._keys[zlib.crc32(name.encode()) % len(self._keys)]
        return {self._index.hash_key: partition, self._index.range_key: f"{when}#{name}"}

    def through(self, when: str, *, limit: int) -> list[tuple[str, str]]:
        """(when, name) of the `limit` that are due first, none of them after `when`."""
        found: list[tuple[str, str]] = []
        for key in self._keys:
            found += self._of(key, when, limit)
        return sorted(found)[:limit]

    def _of(self, key: str, when: str, limit: int) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        after: str | None = None
        while len(found) < limit:
            items, after = self._table.oldest(
                key,
                size=min(PAGE_MAX, limit - len(found)),
                from_key="0",
                to_key=f"{when}#{_LAST}",
                after=after,
                index=self._index.name,
            )
            for item in items:
                at, _, name = str(item[self._index.range_key]).partition("#")
                found.append((at, name))
            if after is None:
                break
        return found
