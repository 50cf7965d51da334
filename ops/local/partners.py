"""The partners of the local bank: their keys, and how a message of theirs is signed.

On AWS a person puts a partner's keys into Secrets Manager, and the partner signs. Here both ends are on one machine:
keys are drawn once for each region, the bank's end goes into the engine's Secrets Manager at each deployment, and both
ends stay in `partners.json`, readable by this account alone, where the sender's commands and simulators find theirs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from domain.partners.kinds import PARTNERS
from domain.partners.model import Scheme
from domain.partners.signatures import ID, SIGNATURE, TIMESTAMP, signed_text

if TYPE_CHECKING:
    from pathlib import Path

    from ops.local.aws import Clients

PARTNERS_FILE = "partners.json"
KEY_BYTES = 32
SECRET_NAME = "florin/partners/{region}/{partner}"  # noqa: S105 - the name of a secret, and none itself
STORAGE_KEY = "alias/florin-storage"


class PartnerMissing(Exception):
    """The local bank has no keys of this partner."""


@dataclass(frozen=True, slots=True, repr=False)
class Sender:
    """A partner's end: what it signs with, in the words of Standard Webhooks."""

    secret: str
    """`whsec_…`: HMAC-SHA-256, known to both ends."""
    private_key: str
    """`whsk_…`: Ed25519, seed and public half, known to the sender alone."""

    @property
    def public_key(self) -> str:
        return "whpk_" + base64.b64encode(_bytes(self.private_key)[KEY_BYTES:]).decode()

    def stranger(self) -> Sender:
        """Somebody who signs in the same form and does not know the secret."""
        other = hashlib.sha256(_bytes(self.secret)).digest()
        return replace(self, secret="whsec_" + base64.b64encode(other).decode())

    def headers(self, body: bytes, *, message_id: str, at: datetime, scheme: Scheme = Scheme.V1) -> dict[str, str]:
        """The headers of one try to deliver a message. Each try has its own time; the id stays."""
        timestamp = str(int(at.timestamp()))
        signature = self._signature(scheme, signed_text(message_id, timestamp, body))
        return {
            "content-type": "application/json",
            ID: message_id,
            TIMESTAMP: timestamp,
            SIGNATURE: f"{scheme.value},{base64.b64encode(signature).decode()}",
        }

    def _signature(self, scheme: Scheme, text: bytes) -> bytes:
        if scheme is Scheme.V1:
            return hmac.digest(_bytes(self.secret), text, "sha256")
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(_bytes(self.private_key)[:KEY_BYTES]).sign(text)


def sender_of(folder: Path, *, region: str, partner: str) -> Sender:
    """The end that signs, of a partner of the bank in this folder. Raises `PartnerMissing`."""
    known = _read(folder).get(region, {})
    if partner not in known:
        names = ", ".join(known) or "none: start the bank with `make up`"
        raise PartnerMissing(f"the bank in {region} has no partner {partner!r}; it has {names}")
    return Sender(**known[partner])


def provide_partners(clients: Clients, folder: Path) -> None:
    """Every partner has keys, and the bank's end of them is where the bank reads it. Done twice it is done once."""
    kept = _read(folder)
    region = kept.setdefault(clients.region, {})
    for partner in PARTNERS:
        region.setdefault(partner, asdict(_drawn()))
        sender = Sender(**region[partner])
        keys = {"keys": [{"key": sender.secret}, {"key": sender.public_key}]}
        _put(clients, SECRET_NAME.format(region=clients.region, partner=partner), json.dumps(keys))
    _write(folder, kept)


def _drawn() -> Sender:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    seed = secrets.token_bytes(KEY_BYTES)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Sender(
        secret="whsec_" + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
        private_key="whsk_" + base64.b64encode(seed + public).decode(),
    )


def _put(clients: Clients, name: str, text: str) -> None:
    store = clients.secrets
    try:
        store.create_secret(Name=name, SecretString=text, KmsKeyId=STORAGE_KEY)
    except store.exceptions.ResourceExistsException:
        store.put_secret_value(SecretId=name, SecretString=text)


def _bytes(key: str) -> bytes:
    return base64.b64decode(key.partition("_")[2])


def _read(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    path = folder / PARTNERS_FILE
    if not path.exists():
        return {}
    found: dict[str, dict[str, dict[str, str]]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write(folder: Path, kept: dict[str, dict[str, dict[str, str]]]) -> None:
    """Beside itself and renamed, so that a reader never sees half of it."""
    target = folder / PARTNERS_FILE
    aside = target.with_suffix(".tmp")
    aside.touch(mode=0o600)  # before there is anything in it
    aside.chmod(0o600)
    aside.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    os.replace(aside, target)
