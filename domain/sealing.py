"""Sealing: personal data is kept only under its customer's own key; shredding the key forgets the person.

A sealed blob says nothing without the customer's data key, and is bound to the customer and to what it is
for: moved to another person or another purpose it does not open. Hashes may cover sealed bytes, since
shredding changes none of them.
"""

import hashlib
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

from domain.refusals import Refusal

DATA_KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
"""AES-GCM's own nonce size; random nonces are safe for 2**32 seals of one key (NIST SP 800-38D, 8.3)."""
PLAINTEXT_BYTES_MAX: Final = 64 * 1024
"""Far above any profile and far below an item's 400 KB."""
_VERSION: Final = b"\x01"
_TAG_BYTES: Final = 16

RandomBytes = Callable[[int], bytes]
"""`os.urandom` on a server."""


@dataclass(frozen=True, slots=True)
class Shredded(Refusal):
    """The customer's key is destroyed: what it sealed is closed to everybody, and nothing new is sealed."""

    code: ClassVar[str] = "SHREDDED"
    customer: str

    @property
    def message(self) -> str:
        return "This customer's personal data has been erased."


class SealBroken(Exception):
    """The blob was altered, cut, or sealed for another customer or purpose. A fault: nobody may ignore it."""


class DataKeyMissing(Exception):
    """Something sealed exists, the key that sealed it does not, and nobody shredded it. A fault."""


class Sealer(Protocol):
    def seal(self, customer_id: str, plaintext: bytes, purpose: str) -> bytes | Shredded:
        """Seals for the customer, whose key is made on first use. `purpose` names the field: `profile`."""
        ...

    def open(self, customer_id: str, sealed: bytes, purpose: str) -> bytes | Shredded:
        """Raises `SealBroken` for anything but an unaltered blob of this customer and purpose."""
        ...

    def digest(self, customer_id: str, text: str, purpose: str) -> str | Shredded:
        """A keyed hash (hex): equal for equal texts of one customer and purpose, and telling nothing else."""
        ...

    def shred(self, customer_id: str) -> None:
        """Destroys the customer's key for ever. Done twice it is done once."""
        ...


class DataKeys(Protocol):
    """Where the 256-bit data keys of customers come from."""

    def take(self, customer_id: str) -> bytes | Shredded:
        """The customer's key, made now if there is none. Who loses the race to make it takes the winner's."""
        ...

    def find(self, customer_id: str) -> bytes | Shredded | None: ...

    def shred(self, customer_id: str) -> None: ...


class KeyedSealer:
    """The sealer: AES-256-GCM and HMAC-SHA-256, under two keys derived from the customer's data key."""

    def __init__(self, keys: DataKeys, random_bytes: RandomBytes) -> None:
        self._keys = keys
        self._random_bytes = random_bytes

    def seal(self, customer_id: str, plaintext: bytes, purpose: str) -> bytes | Shredded:
        if len(plaintext) > PLAINTEXT_BYTES_MAX:
            raise ValueError(f"{len(plaintext)} bytes are more than {PLAINTEXT_BYTES_MAX} to seal")
        key = self._keys.take(customer_id)
        if isinstance(key, Shredded):
            return key
        return sealed_with(key, plaintext, _bound_to(customer_id, purpose), self._random_bytes(NONCE_BYTES))

    def open(self, customer_id: str, sealed: bytes, purpose: str) -> bytes | Shredded:
        key = self._keys.find(customer_id)
        if key is None:
            raise DataKeyMissing(f"no data key of {customer_id}")
        if isinstance(key, Shredded):
            return key
        return opened_with(key, sealed, _bound_to(customer_id, purpose))

    def digest(self, customer_id: str, text: str, purpose: str) -> str | Shredded:
        key = self._keys.take(customer_id)
        if isinstance(key, Shredded):
            return key
        return hmac.digest(_derived(key, "digest"), _bound_to(customer_id, purpose) + text.encode(), "sha256").hex()

    def shred(self, customer_id: str) -> None:
        self._keys.shred(customer_id)


class MemoryDataKeys:
    """Keys that live as long as the process."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._random_bytes = random_bytes
        self._keys: dict[str, bytes | Shredded] = {}
        self._lock = threading.Lock()

    def take(self, customer_id: str) -> bytes | Shredded:
        with self._lock:
            return self._keys.setdefault(customer_id, self._random_bytes(DATA_KEY_BYTES))

    def find(self, customer_id: str) -> bytes | Shredded | None:
        return self._keys.get(customer_id)

    def shred(self, customer_id: str) -> None:
        with self._lock:
            self._keys[customer_id] = Shredded(customer_id)


def sealed_with(key: bytes, plaintext: bytes, bound_to: bytes, nonce: bytes) -> bytes:
    """version (1) · nonce (12) · ciphertext · tag (16)"""
    from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 - 16 MB, only for those who seal
        AESGCM,
    )

    return _VERSION + nonce + AESGCM(_derived(key, "seal")).encrypt(nonce, plaintext, bound_to)


def opened_with(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - 16 MB, only for those who open
    from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415 - as above
        AESGCM,
    )

    if sealed[:1] != _VERSION or len(sealed) < 1 + NONCE_BYTES + _TAG_BYTES:
        raise SealBroken("these bytes are not a sealed blob of a known version")
    nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(_derived(key, "seal")).decrypt(nonce, ciphertext, bound_to)
    except InvalidTag:
        raise SealBroken("the blob was altered, or sealed for another customer or purpose") from None


def _bound_to(customer_id: str, purpose: str) -> bytes:
    """Lengths stand before the parts, so that no two pairs of customer and purpose look the same."""
    parts = (customer_id.encode(), purpose.encode())
    return b"".join(len(part).to_bytes(2) + part for part in parts)


def _derived(key: bytes, use: str) -> bytes:
    """One key, one use: HKDF-Expand of one block (RFC 5869, 2.3)."""
    return hmac.digest(key, b"florin." + use.encode() + b"\x01", hashlib.sha256)
