"""What a partner does before it sends: signs, with nothing of ours."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

V1: Final = "v1"
V1A: Final = "v1a"
SCHEMES: Final = (V1, V1A)


class Signer:
    """One partner's keys of both schemes, drawn from a name."""

    def __init__(self, name: str) -> None:
        seed = hashlib.sha256(name.encode()).digest()
        self._secret = seed
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.secrets: Final = {
            V1: "whsec_" + base64.b64encode(seed).decode(),
            V1A: "whpk_" + base64.b64encode(public).decode(),
        }
        """What the bank is given, by scheme."""

    def signature(self, scheme: str, message_id: str, timestamp: str, body: bytes) -> str:
        content = b".".join((message_id.encode(), timestamp.encode(), body))
        raw = hmac.new(self._secret, content, hashlib.sha256).digest() if scheme == V1 else self._private.sign(content)
        return f"{scheme},{base64.b64encode(raw).decode()}"

    def headers(
        self, body: bytes, at: datetime, *, scheme: str = V1, message_id: str = "msg_1", **others: str
    ) -> dict[str, str]:
        timestamp = str(int(at.timestamp()))
        return {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": self.signature(scheme, message_id, timestamp, body),
            **others,
        }


SPONSOR: Final = Signer("the sponsor bank")
FORMER: Final = Signer("the sponsor bank, before it changed its keys")
STRANGER: Final = Signer("somebody else's endpoint")

DATA: Final[dict[str, dict[str, Any]]] = {
    "ach.file.acknowledged": {
        "file": "fil_01K90000000000000000000000.ach",
        "sha256": "ab" * 32,
        "entries": 12,
        "debit_minor": 0,
        "credit_minor": 1_234_56,
    },
    "ach.file.rejected": {
        "file": "fil_01K90000000000000000000000.ach",
        "sha256": "ab" * 32,
        "level": "ENTRY",
        "reasons": [
            {"code": "REJ07", "message": "The receiving institution is unknown.", "trace_number": "091000010000007"}
        ],
    },
}


def message(kind: str = "ach.file.acknowledged", **changed: Any) -> dict[str, Any]:
    occurred = {"type": kind, "version": 1, "occurred_at": "2026-03-10T16:59:58Z"}
    return {**occurred, "data": DATA.get(kind, {}), **changed}


def body_of(kind: str = "ach.file.acknowledged", **changed: Any) -> bytes:
    return json.dumps(message(kind, **changed)).encode()
