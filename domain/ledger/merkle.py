"""A Merkle tree over a list of leaves, as RFC 6962 section 2.1 builds it.

One hash stands for the whole list, and a proof of a few hashes shows that a leaf is in it. Leaves and nodes are hashed
with different first bytes, so that no node can pass for a leaf.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

LEAF: Final = b"\x00"
NODE: Final = b"\x01"


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The hash of the tree; of no leaves it is the hash of nothing."""
    return _subtree([_leaf(leaf) for leaf in leaves]) if leaves else hashlib.sha256().digest()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The neighbours of the leaf on the way up to the root, the nearest first."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} of {len(leaves)}")
    return _path([_leaf(leaf) for leaf in leaves], index)


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the leaf, the `index`-th of `size`, to the root (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    here, last = index, size - 1
    found = _leaf(leaf)
    for neighbour in proof:
        if last == 0:
            return False  # longer than the way up
        if here & 1 or here == last:
            found = _node(neighbour, found)
            while here and not here & 1:  # a lone last node goes up unpaired
                here, last = here >> 1, last >> 1
        else:
            found = _node(found, neighbour)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(LEAF + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def _subtree(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    middle = _split(len(hashes))
    return _node(_subtree(hashes[:middle]), _subtree(hashes[middle:]))


def _path(hashes: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    if len(hashes) == 1:
        return ()
    middle = _split(len(hashes))
    if index < middle:
        return (*_path(hashes[:middle], index), _subtree(hashes[middle:]))
    return (*_path(hashes[middle:], index - middle), _subtree(hashes[:middle]))


def _split(count: int) -> int:
    """The largest power of two that is less than `count`."""
    return int(1 << (count - 1).bit_length() - 1)
