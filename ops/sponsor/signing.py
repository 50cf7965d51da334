"""How the sponsor bank signs its messages: Standard Webhooks 1.0.0, scheme v1, under the secret of this local bank.

The bank's partners have their ends in `partners.json` of its folder. This is the one place that knows it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

PARTNER: Final = "sponsor"
PARTNERS_FILE: Final = "partners.json"


class SecretMissing(Exception):
    """The local bank has no secret for the sponsor bank of this region."""


def signed_headers(
    folder: Path, region: str, body: bytes, *, message_id: str, at: datetime, forged: bool
) -> dict[str, str]:
    """The headers of one try to deliver a message. Each try has its own time; the id stays. `forged`: under a secret
    that the bank does not know."""
    key = secret_of(folder, region)
    return headers(hashlib.sha256(key).digest() if forged else key, body, message_id=message_id, at=at)


def headers(key: bytes, body: bytes, *, message_id: str, at: datetime) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    signature = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def secret_of(folder: Path, region: str) -> bytes:
    path = folder / PARTNERS_FILE
    try:
        secret = json.loads(path.read_text(encoding="utf-8"))[region][PARTNER]["secret"]
        return base64.b64decode(secret.removeprefix("whsec_"))
    except (FileNotFoundError, KeyError) as missing:
        raise SecretMissing(f"the bank in {region} has no secret for the sponsor bank in {path.name}") from missing
