"""Ids and open holds in few bytes, so that a line with sixteen holds stays under one kilobyte.

An id packs into its prefix (one byte), jurisdiction (two letters), slot (two bytes) and body: 20 bytes of hash for
journals and holds, 16 bytes of ULID for accounts, limits and orders. Holds pack in runs that share a place; each is
its hash, what remains (as many bytes as it needs) and, if it has one, its expiry in microseconds.
"""

import base64
import re
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from domain.ids import place_of
from domain.ledger.attributes import from_microseconds, microseconds
from domain.ledger.model import Hold

_TAGS: Final = {"acc": b"a", "inc": b"c", "lim": b"l", "ord": b"o", "jrn": b"j", "hld": b"h"}
_PREFIXES: Final = {tag: prefix for prefix, tag in _TAGS.items()}
_HASHED: Final = frozenset({"jrn", "hld"})
_BASE32 = re.compile(r"[a-z2-7]{32}", re.ASCII)
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID = re.compile(rf"[0-7][{_CROCKFORD}]{{25}}", re.ASCII)

HASH_BYTES: Final = 20
ULID_BYTES: Final = 16
PLACE_BYTES: Final = 4
EXPIRY_BYTES: Final = 7
"""Microseconds since 1970 in seven bytes reach beyond the year 4000."""
HOLDS_VERSION: Final = 1
_HAS_EXPIRY: Final = 0x80
_RUN_MAX: Final = 255


def pack_id(text: str) -> bytes | None:
    """None when the text is no id of ours with a place: then it is kept as it is."""
    place = place_of(text)
    if place is None:
        return None
    prefix, _, body = text.split("_")
    packed = _pack_hash(body) if prefix in _HASHED else _pack_ulid(body)
    return None if packed is None else _TAGS[prefix] + _pack_place(place.jurisdiction, place.slot) + packed


def unpack_id(packed: bytes) -> str:
    prefix = _PREFIXES[packed[:1]]
    place, body = packed[1 : 1 + PLACE_BYTES], packed[1 + PLACE_BYTES :]
    text = _unpack_hash(body) if prefix in _HASHED else _unpack_ulid(body)
    return f"{prefix}_{_unpack_place(place)}_{text}"


def pack_holds(holds: Iterable[Hold]) -> bytes:
    """In their order; holds beside each other that share a place form a run."""
    packed = bytearray([HOLDS_VERSION])
    for place, run in groupby(holds, key=_place_bytes):
        members = tuple(run)
        for start in range(0, len(members), _RUN_MAX):
            part = members[start : start + _RUN_MAX]
            packed += place + bytes([len(part)])
            for hold in part:
                packed += _pack_hold(hold)
    return bytes(packed)


def unpack_holds(packed: bytes) -> tuple[Hold, ...]:
    reading = _Bytes(packed)
    if reading.byte() != HOLDS_VERSION:
        raise ValueError("holds are packed in an unknown version")
    holds: list[Hold] = []
    while not reading.done():
        place = _unpack_place(reading.take(PLACE_BYTES))
        holds += [_unpack_hold(reading, place) for _ in range(reading.byte())]
    return tuple(holds)


class _Bytes:
    """A cursor over bytes that never reads past their end."""

    def __init__(self, packed: bytes) -> None:
        self._packed = packed
        self._at = 0

    def take(self, count: int) -> bytes:
        part = self._packed[self._at : self._at + count]
        if len(part) != count:
            raise ValueError("packed holds end in the middle")
        self._at += count
        return part

    def byte(self) -> int:
        return self.take(1)[0]

    def done(self) -> bool:
        return self._at == len(self._packed)


def _pack_hold(hold: Hold) -> bytes:
    packed = _pack_hash(hold.id.split("_")[2])
    if packed is None or hold.remaining_minor < 0:
        raise ValueError(f"{hold.id} is no hold that can be kept")
    remaining = hold.remaining_minor.to_bytes((hold.remaining_minor.bit_length() + 7) // 8)
    if hold.expires_at is None:
        return packed + bytes([len(remaining)]) + remaining
    expiry = microseconds(hold.expires_at).to_bytes(EXPIRY_BYTES)
    return packed + bytes([len(remaining) | _HAS_EXPIRY]) + remaining + expiry


def _unpack_hold(reading: _Bytes, place: str) -> Hold:
    body = _unpack_hash(reading.take(HASH_BYTES))
    head = reading.byte()
    remaining_minor = int.from_bytes(reading.take(head & ~_HAS_EXPIRY))
    expiry = reading.take(EXPIRY_BYTES) if head & _HAS_EXPIRY else None
    expires_at = None if expiry is None else from_microseconds(int.from_bytes(expiry))
    return Hold(f"hld_{place}_{body}", remaining_minor, expires_at)


def _place_bytes(hold: Hold) -> bytes:
    place = place_of(hold.id)
    if place is None or not hold.id.startswith("hld_"):
        raise ValueError(f"{hold.id} is not the id of a hold")
    return _pack_place(place.jurisdiction, place.slot)


def _pack_place(jurisdiction: str, slot: int) -> bytes:
    return jurisdiction.encode("ascii") + slot.to_bytes(2)


def _unpack_place(packed: bytes) -> str:
    return f"{packed[:2].decode('ascii')}{int.from_bytes(packed[2:]):04d}"


def _pack_hash(body: str) -> bytes | None:
    return base64.b32decode(body.upper()) if _BASE32.fullmatch(body) else None


def _unpack_hash(packed: bytes) -> str:
    if len(packed) != HASH_BYTES:
        raise ValueError(f"a hash has {HASH_BYTES} bytes")
    return base64.b32encode(packed).decode("ascii").lower()


def _pack_ulid(body: str) -> bytes | None:
    if not _ULID.fullmatch(body):
        return None
    value = 0
    for sign in body:
        value = value << 5 | _CROCKFORD.index(sign)
    return value.to_bytes(ULID_BYTES)


def _unpack_ulid(packed: bytes) -> str:
    if len(packed) != ULID_BYTES:
        raise ValueError(f"a ULID has {ULID_BYTES} bytes")
    value = int.from_bytes(packed)
    return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))
