"""Sealing: what is sealed opens for one customer and one purpose, whole or not at all."""

import os
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sealing import (
    DATA_KEY_BYTES,
    NONCE_BYTES,
    PLAINTEXT_BYTES_MAX,
    DataKeyMissing,
    KeyedSealer,
    MemoryDataKeys,
    SealBroken,
    Shredded,
)

ADA, GRACE = "cus_us_ada", "cus_us_grace"


def new_sealer(seed: int = 1) -> KeyedSealer:
    return KeyedSealer(MemoryDataKeys(random.Random(seed).randbytes), random.Random(seed + 1).randbytes)


def sealed(sealer: KeyedSealer, plaintext: bytes = b"Ada Lovelace", purpose: str = "profile") -> bytes:
    answer = sealer.seal(ADA, plaintext, purpose)
    assert isinstance(answer, bytes)
    return answer


class TestSealAndOpen:
    @given(plaintext=st.binary(max_size=2000), purpose=st.text(max_size=40))
    def test_what_was_sealed_opens_whole(self, plaintext: bytes, purpose: str) -> None:
        sealer = new_sealer()

        assert sealer.open(ADA, sealed(sealer, plaintext, purpose), purpose) == plaintext

    @given(plaintext=st.binary(min_size=8, max_size=200))
    def test_the_sealed_bytes_do_not_hold_the_plaintext(self, plaintext: bytes) -> None:
        assert plaintext not in sealed(new_sealer(), plaintext)

    def test_sealing_twice_uses_two_nonces(self) -> None:
        sealer = new_sealer()

        first, second = sealed(sealer), sealed(sealer)

        assert first[1 : 1 + NONCE_BYTES] != second[1 : 1 + NONCE_BYTES]
        assert first != second

    @given(bit=st.integers(min_value=0))
    def test_any_flipped_bit_is_seen(self, bit: int) -> None:
        sealer = new_sealer()
        blob = bytearray(sealed(sealer))
        bit %= len(blob) * 8
        blob[bit // 8] ^= 1 << bit % 8

        with pytest.raises(SealBroken):
            sealer.open(ADA, bytes(blob), "profile")

    @given(length=st.integers(min_value=0, max_value=40))
    def test_a_cut_blob_is_seen(self, length: int) -> None:
        sealer = new_sealer()

        with pytest.raises(SealBroken):
            sealer.open(ADA, sealed(sealer)[:length], "profile")

    def test_a_blob_does_not_open_for_another_purpose(self) -> None:
        sealer = new_sealer()

        with pytest.raises(SealBroken):
            sealer.open(ADA, sealed(sealer), "tax")

    def test_a_blob_does_not_open_for_another_customer(self) -> None:
        sealer = new_sealer()
        sealer.seal(GRACE, b"Grace Hopper", "profile")

        with pytest.raises(SealBroken):
            sealer.open(GRACE, sealed(sealer), "profile")

    def test_customer_and_purpose_do_not_run_into_each_other(self) -> None:
        """Even under one key: "cus_a" + "bc" is not "cus_ab" + "c"."""

        class OneKey(MemoryDataKeys):
            def take(self, customer_id: str) -> bytes:
                return bytes(DATA_KEY_BYTES)

            def find(self, customer_id: str) -> bytes:
                return bytes(DATA_KEY_BYTES)

        sealer = KeyedSealer(OneKey(os.urandom), os.urandom)
        blob = sealer.seal("cus_a", b"text", "bc")
        assert isinstance(blob, bytes)

        with pytest.raises(SealBroken):
            sealer.open("cus_ab", blob, "c")
        assert sealer.digest("cus_a", "text", "bc") != sealer.digest("cus_ab", "text", "c")
        assert sealer.digest("cus_a", "text", "bc") != sealer.digest("cus_a", "ctext", "b")

    def test_too_much_is_not_sealed(self) -> None:
        with pytest.raises(ValueError, match="65537 bytes"):
            new_sealer().seal(ADA, bytes(PLAINTEXT_BYTES_MAX + 1), "profile")

    def test_a_blob_whose_key_never_was_is_a_fault(self) -> None:
        blob = sealed(new_sealer())

        with pytest.raises(DataKeyMissing):
            new_sealer().open(ADA, blob, "profile")


class TestShred:
    def test_a_shredded_customer_opens_seals_and_digests_nothing(self) -> None:
        sealer = new_sealer()
        blob = sealed(sealer)

        sealer.shred(ADA)

        assert sealer.open(ADA, blob, "profile") == Shredded(ADA)
        assert sealer.seal(ADA, b"again", "profile") == Shredded(ADA)
        assert sealer.digest(ADA, "text", "profile") == Shredded(ADA)

    def test_the_refusal_tells_nothing_of_the_customer_but_that_data_was_erased(self) -> None:
        assert Shredded(ADA).message == "This customer's personal data has been erased."
        assert not Shredded(ADA).retryable
        assert not Shredded(ADA).stored


class TestDigest:
    @given(text=st.text(max_size=100), other=st.text(max_size=100))
    def test_digests_are_equal_exactly_for_equal_texts(self, text: str, other: str) -> None:
        sealer = new_sealer()

        same = sealer.digest(ADA, text, "creation") == sealer.digest(ADA, other, "creation")

        assert same == (text == other)

    def test_digests_of_two_customers_or_purposes_cannot_be_compared(self) -> None:
        sealer = new_sealer()

        digests = {
            sealer.digest(ADA, "text", "creation"),
            sealer.digest(GRACE, "text", "creation"),
            sealer.digest(ADA, "text", "search"),
            new_sealer(seed=7).digest(ADA, "text", "creation"),
        }

        assert len(digests) == 4


def test_importing_sealing_does_not_load_the_cryptography_package() -> None:
    code = "import sys, domain.sealing; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
