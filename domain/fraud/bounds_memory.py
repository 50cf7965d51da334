"""A key that signs bounds without KMS, for tests and simulations: from a secret that whoever makes it names."""

import hmac


class MemoryBoundsKey:
    def __init__(self, secret: bytes, *, key: str = "memory") -> None:
        self.key = key
        self._secret = secret

    def sign(self, digest: bytes) -> bytes:
        return hmac.digest(self._secret, digest, "sha256")

    def signed(self, digest: bytes, *, key: str, signature: bytes) -> bool:
        return key == self.key and hmac.compare_digest(signature, self.sign(digest))
