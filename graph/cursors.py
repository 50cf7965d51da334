"""Cursors: a place in one list, signed, so that nobody can make one up or carry one to another list.

A cursor holds only the place. What the list is, whose it is and how it is filtered are under the signature but not in
the cursor: a cursor of another account's list, or of the same list filtered otherwise, does not verify.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from graph.errors import ErrorCode, PublicError
from graph.scalars import Cursor

_MAC_BYTES: Final = 16
"""Half of SHA-256: 128 bits cannot be guessed, and a cursor stays short."""
_VERSION: Final = "1"

Filters = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Cursors:
    """Makes and reads cursors. The secret is fetched when the first cursor needs it."""

    secret: Callable[[], bytes]

    def make(self, what: str, subject: str, position: str, filters: Filters | None = None) -> Cursor:
        payload = position.encode()
        signed = self._signature(what, subject, payload, filters) + payload
        return Cursor(_encoded(signed))

    def read(self, cursor: Cursor | None, what: str, subject: str, filters: Filters | None = None) -> str | None:
        """The place in the list; None for no cursor. Raises the public error of a cursor that is not ours."""
        if cursor is None:
            return None
        signed = _decoded(cursor)
        signature, payload = signed[:_MAC_BYTES], signed[_MAC_BYTES:]
        if not hmac.compare_digest(signature, self._signature(what, subject, payload, filters)):
            raise invalid_cursor()
        return payload.decode()

    def _signature(self, what: str, subject: str, payload: bytes, filters: Filters | None) -> bytes:
        filter_hash = hashlib.sha256(json.dumps(dict(filters or {}), sort_keys=True).encode()).hexdigest()
        bound = json.dumps([_VERSION, what, subject, filter_hash]).encode()
        return hmac.digest(self.secret(), bound + b"\x00" + payload, "sha256")[:_MAC_BYTES]


def invalid_cursor() -> PublicError:
    return PublicError(ErrorCode.INVALID_CURSOR, "This cursor is not one of this list; begin again without one.")


def number_in(position: str | None) -> int | None:
    """A place that is a number, such as that of a line; None for none. Raises as a cursor that is not ours."""
    if position is None:
        return None
    if not position.isdecimal():
        raise invalid_cursor()
    return int(position)


def _decoded(cursor: str) -> bytes:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        signed = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise invalid_cursor() from None
    if len(signed) <= _MAC_BYTES or _encoded(signed) != cursor:  # the second: one place has one cursor
        raise invalid_cursor()
    return signed


def _encoded(signed: bytes) -> str:
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")
