"""Roots and a signing key in memory, for tests and the simulation."""

import threading
from datetime import date
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.ledger.roots import Root, Signature
from domain.ledger.store_memory import Faults, NoFaults

ALGORITHM: Final = "ECDSA_SHA_256"


class MemoryRootStore:
    def __init__(self, faults: Faults | None = None) -> None:
        self.kept: dict[date, tuple[Root, Signature]] = {}
        self.faults: Faults = faults or NoFaults()
        self._lock = threading.Lock()

    def latest(self) -> Root | None:
        self.faults.before("latest")
        with self._lock:
            return self.kept[max(self.kept)][0] if self.kept else None

    def put_new(self, root: Root, signature: Signature) -> bool:
        self.faults.before("put_new")
        with self._lock:
            put = root.day not in self.kept
            self.kept.setdefault(root.day, (root, signature))
        self.faults.after("put_new")
        return put


class MemorySigner:
    """A key on the curve P-256 made from a number, so that a test has the same one every time."""

    def __init__(self, secret: int, *, key: str = "memory") -> None:
        self.key = key
        self._private = ec.derive_private_key(secret, ec.SECP256R1())

    def sign(self, digest: bytes) -> Signature:
        return Signature(self.key, ALGORITHM, self._private.sign(digest, ec.ECDSA(utils.Prehashed(SHA256()))))

    def public_key(self) -> bytes:
        """The public half as KMS gives it out: a SubjectPublicKeyInfo in DER."""
        return self._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
