"""The Merkle tree of RFC 6962: the vectors of the definition, and proofs that hold for one leaf in one place alone."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger.merkle import inclusion_proof, merkle_root, verify_inclusion

SEVEN = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43", b"\x50\x51\x52\x53\x54\x55\x56\x57"]


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def leaf(data: bytes) -> bytes:
    return sha(b"\x00" + data)


def node(left: bytes, right: bytes) -> bytes:
    return sha(b"\x01" + left + right)


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word by word."""
    n = len(leaves)
    if n == 0:
        return sha(b"")
    if n == 1:
        return leaf(leaves[0])
    k = max(2**i for i in range(n) if 2**i < n)
    return node(by_definition(leaves[:k]), by_definition(leaves[k:]))


class TestTheRoot:
    def test_of_nothing_is_the_hash_of_nothing(self) -> None:
        assert merkle_root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    def test_of_one_empty_leaf_is_the_hash_of_the_prefix(self) -> None:
        assert merkle_root([b""]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"

    def test_of_seven_is_put_together_as_the_standard_draws_it(self) -> None:
        d0, d1, d2, d3, d4, d5, d6 = map(leaf, SEVEN)
        k = node(node(node(d0, d1), node(d2, d3)), node(node(d4, d5), d6))
        assert merkle_root(SEVEN) == k

    @pytest.mark.parametrize("count", range(40))
    def test_is_what_the_definition_says(self, count: int) -> None:
        leaves = [bytes([n]) * n for n in range(count)]
        assert merkle_root(leaves) == by_definition(leaves)

    def test_tells_a_node_from_a_leaf_that_looks_like_it(self) -> None:
        d0, d1 = leaf(b"a"), leaf(b"b")
        assert merkle_root([d0 + d1]) != merkle_root([b"a", b"b"])

    def test_tells_another_order(self) -> None:
        assert merkle_root([b"a", b"b"]) != merkle_root([b"b", b"a"])


class TestAProof:
    def test_of_the_standards_example_is_the_path_it_draws(self) -> None:
        d0, d1, d2, d3, d4, d5, d6 = map(leaf, SEVEN)
        g, h, i = node(d0, d1), node(d2, d3), node(d4, d5)
        assert inclusion_proof(SEVEN, 0) == (d1, h, node(i, d6))
        assert inclusion_proof(SEVEN, 3) == (d2, g, node(i, d6))
        assert inclusion_proof(SEVEN, 4) == (d5, d6, node(g, h))
        assert inclusion_proof(SEVEN, 6) == (i, node(g, h))

    def test_of_the_only_leaf_is_empty(self) -> None:
        assert inclusion_proof([b"alone"], 0) == ()
        assert verify_inclusion(b"alone", index=0, size=1, proof=(), root=merkle_root([b"alone"]))

    @pytest.mark.parametrize("size", range(1, 34))
    def test_holds_for_its_leaf_and_for_no_other_place(self, size: int) -> None:
        leaves = [f"leaf {n}".encode() for n in range(size)]
        root = merkle_root(leaves)
        for index, data in enumerate(leaves):
            proof = inclusion_proof(leaves, index)
            assert verify_inclusion(data, index=index, size=size, proof=proof, root=root)
            others = [n for n in range(-1, size + 1) if n != index]
            assert not any(verify_inclusion(data, index=n, size=size, proof=proof, root=root) for n in others)

    @given(st.lists(st.binary(max_size=8), min_size=2, max_size=20, unique=True), st.data())
    def test_does_not_hold_once_anything_in_it_is_changed(self, leaves: list[bytes], data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(leaves) - 1))
        proof, root = inclusion_proof(leaves, index), merkle_root(leaves)
        at = data.draw(st.integers(0, len(proof) - 1))
        bent = [*proof[:at], sha(proof[at]), *proof[at + 1 :]]
        other = data.draw(st.sampled_from([one for one in leaves if one != leaves[index]]))

        def holds(leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
            return verify_inclusion(leaf, index=index, size=len(leaves), proof=proof, root=root)

        assert holds(leaves[index], proof, root)
        assert not holds(other, proof, root)
        assert not holds(leaves[index], proof, sha(root))
        for changed in (bent, proof[:-1], (*proof, root)):
            assert not holds(leaves[index], changed, root)

    @pytest.mark.parametrize("index", [-1, 3])
    def test_is_not_given_for_a_leaf_that_is_not_there(self, index: int) -> None:
        with pytest.raises(IndexError):
            inclusion_proof([b"a", b"b", b"c"], index)
