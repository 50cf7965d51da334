"""Who a message is from: verifiers, one for each way in which partners sign.

Standard Webhooks 1.0.0: the headers webhook-id, webhook-timestamp (Unix seconds) and webhook-signature, a list with
blanks between; what is signed is `id.timestamp.body`, byte for byte. v1 is HMAC-SHA-256, v1a is Ed25519. Several
signatures stand in the list while keys are changed; other schemes in it are passed over.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from domain.partners.model import (
    Arrival,
    HeaderDoubled,
    HeaderMalformed,
    HeaderMissing,
    Scheme,
    SignatureWrong,
    SigningKey,
    TimestampOutsideTolerance,
    Verified,
)

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
HEADERS: Final = (ID, TIMESTAMP, SIGNATURE)

ID_LENGTH_MAX: Final = 128
SIGNATURES_MAX: Final = 16
"""Two keys of two schemes make four; each one more would be work for us and nothing for the sender."""
SIGNATURE_BYTES: Final = {Scheme.V1: 32, Scheme.V1A: 64}
"""HMAC-SHA-256, and RFC 8032, section 5.1.6."""
SECRET_BYTES_MIN: Final = 24
SECRET_BYTES_MAX: Final = 64
PUBLIC_KEY_BYTES: Final = 32
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
PREFIXES: Final[Mapping[str, Scheme]] = {"whsec_": Scheme.V1, "whpk_": Scheme.V1A}
KEYS_LIVE_MAX: Final = 2
"""Of each scheme: the one in use, and one that is coming or going."""

# The id and the time are parts of what is signed with points between, so neither may hold one; a comma is what the
# gateway puts between two values of one header.
_IDS: Final = (
    re.compile(rf"[\x21-\x2b\x2d\x2f-\x7e]{{1,{ID_LENGTH_MAX}}}", re.ASCII),
    f"1 to {ID_LENGTH_MAX} printable ASCII characters, no blank, comma or point among them",
)
_TIMESTAMPS: Final = (
    re.compile(r"[0-9]{1,11}", re.ASCII),
    "a whole number of seconds since 1970, in ASCII digits",
)
_SIGNATURES_WANTED: Final = f"a list of 1 to {SIGNATURES_MAX} signatures such as v1,<base64>, with blanks between"
_OTHER_SCHEME: Final = re.compile(r"[a-z0-9]{1,16},\S+", re.ASCII)

VerifierRefusal = HeaderMissing | HeaderDoubled | HeaderMalformed | TimestampOutsideTolerance | SignatureWrong


class KeyFaulty(ValueError):
    """A key is not what it is said to be. The text never repeats it."""


class Verifier(Protocol):
    """One way of signing. It reads its own headers, because others have others."""

    def verified(self, arrival: Arrival, keys: Sequence[SigningKey], now: datetime) -> Verified | VerifierRefusal: ...


class StandardWebhooks:
    def __init__(self, *, tolerance: timedelta) -> None:
        self._tolerance = tolerance

    def verified(self, arrival: Arrival, keys: Sequence[SigningKey], now: datetime) -> Verified | VerifierRefusal:
        """Whether the message is from who has one of the keys, and was signed just now. The cheapest checks first."""
        headers = arrival.headers
        missing = next((name for name in HEADERS if not headers.get(name, "").strip()), None)
        if missing:
            return HeaderMissing(missing)
        message_id, timestamp = headers[ID].strip(), headers[TIMESTAMP].strip()
        for name, value, (shape, wanted) in ((ID, message_id, _IDS), (TIMESTAMP, timestamp, _TIMESTAMPS)):
            if "," in value:
                return HeaderDoubled(name)
            if not shape.fullmatch(value):
                return HeaderMalformed(name, wanted)
        signatures = _signatures(headers[SIGNATURE])
        if not isinstance(signatures, list):
            return signatures
        signed_at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(timestamp))
        if abs(now - signed_at) > self._tolerance:
            return TimestampOutsideTolerance(int(self._tolerance.total_seconds()))
        signed = signed_text(message_id, timestamp, arrival.body)
        scheme = _right_scheme(signatures, live(keys, now), signed)
        return Verified(message_id, signed_at, scheme) if scheme else SignatureWrong()


def signed_text(message_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{message_id}.{timestamp}.".encode() + body


def live(keys: Iterable[SigningKey], now: datetime) -> list[SigningKey]:
    return [key for key in keys if key.until is None or now < key.until]


def key_of(text: str, until: datetime | None) -> SigningKey:
    """A key as partners write it: `whsec_` or `whpk_` and base64. Raises `KeyFaulty`."""
    for prefix, scheme in PREFIXES.items():
        if text.startswith(prefix):
            key = _decoded(text.removeprefix(prefix))
            if key is None or not _fits(scheme, key):
                raise KeyFaulty(f"what follows {prefix} is no key of the scheme {scheme}")
            return SigningKey(scheme, key, until)
    raise KeyFaulty(f"a key begins with {' or '.join(PREFIXES)}")


def _fits(scheme: Scheme, key: bytes) -> bool:
    if scheme is Scheme.V1:
        return SECRET_BYTES_MIN <= len(key) <= SECRET_BYTES_MAX
    return len(key) == PUBLIC_KEY_BYTES and not _is_of_low_order(key)


def _is_of_low_order(key: bytes) -> bool:
    """Whether the order of a point of edwards25519 (RFC 8032, section 5.1) divides eight: such a key is nobody's, and
    signatures that anybody can make are right under it. Its y is 1, -1 or 0, or that of the four points of order eight,
    which are doubled to y = 0: y^2 = -x^2, so that 2y^2 + dy^4 = 1."""
    y = (int.from_bytes(key, "little") & (2**255 - 1)) % _P
    return y in (0, 1, _P - 1) or (2 * y**2 + _D * y**4 - 1) % _P == 0


def _signatures(header: str) -> list[tuple[Scheme, bytes]] | HeaderDoubled | HeaderMalformed:
    """Those of the schemes we know, if they can be signatures: one right one is enough, whatever stands beside it. In a
    list that came twice, two signatures stand with a comma between."""
    parts = header.split()
    if len(parts) > SIGNATURES_MAX:
        return HeaderMalformed(SIGNATURE, _SIGNATURES_WANTED)
    found: list[tuple[Scheme, bytes]] = []
    others = 0
    for part in parts:
        name, _, text = part.partition(",")
        if name not in SIGNATURE_BYTES:
            others += _OTHER_SCHEME.fullmatch(part) is not None
            continue
        if "," in text:
            return HeaderDoubled(SIGNATURE)
        scheme, signature = Scheme(name), _decoded(text)
        if signature is not None and len(signature) == SIGNATURE_BYTES[scheme]:
            found.append((scheme, signature))
    return found if found or others else HeaderMalformed(SIGNATURE, _SIGNATURES_WANTED)


def _decoded(text: str) -> bytes | None:
    """Base64 as RFC 4648, section 4 writes it, with its padding; nothing else is read as if it were."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if base64.b64encode(found).decode() == text else None


def _right_scheme(
    signatures: Iterable[tuple[Scheme, bytes]], keys: Iterable[SigningKey], signed: bytes
) -> Scheme | None:
    """Each signature is tried with each key of its scheme, in a time that does not tell how nearly one is right."""
    right = [
        key.scheme
        for scheme, signature in signatures
        for key in keys
        if key.scheme is scheme and _is_right(key, signature, signed)
    ]
    return right[0] if right else None


def _is_right(key: SigningKey, signature: bytes, signed: bytes) -> bool:
    if key.scheme is Scheme.V1:
        return hmac.compare_digest(hmac.digest(key.key, signed, "sha256"), signature)
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - 16 MB, only for partners who sign so
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - as above
        Ed25519PublicKey,
    )

    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(signature, signed)
    except InvalidSignature:
        return False
    return True
