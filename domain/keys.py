"""Idempotency keys: what callers may send, and the keys that the bank derives itself, which no caller can send."""

import re
from typing import Final

from domain.refusals import FieldFault

KEY_LENGTH_MAX: Final = 128
_OURS: Final = "florin:"
_KEY = re.compile(rf"[\x21-\x7e]{{1,{KEY_LENGTH_MAX}}}", re.ASCII)


def key_faults(key: str, *path: str) -> tuple[FieldFault, ...]:
    """What is wrong with a caller's key; nothing when it may be used."""
    where = path or ("idempotencyKey",)
    if not _KEY.fullmatch(key):
        message = f"is 1 to {KEY_LENGTH_MAX} printable ASCII characters without spaces"
        return (FieldFault(where, "KEY_MALFORMED", message),)
    if key.startswith(_OURS):
        return (FieldFault(where, "KEY_RESERVED", f"does not begin with {_OURS!r}"),)
    return ()


def derived_key(*parts: str) -> str:
    """A key the bank makes for a step of its own: the same parts give the same key."""
    key = _OURS + ":".join(parts)
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key")
    return key
