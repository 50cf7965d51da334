"""Who is calling, as a token proves it, and why it may prove nothing. `functions.authentication` does the proving."""

import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

KEYS_BYTES_MAX: Final = 64 * 1024
FETCH_TIMEOUT_SECONDS: Final = 2.0

Fetch = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Identity:
    """The person behind a token: a customer or staff id, and the groups the pool says they are in."""

    person: str
    groups: tuple[str, ...]
    authenticated_at: datetime | None = None
    """When they signed in, as the pool says. A token that was refreshed keeps the moment of its first sign-in."""


class TokenRefused(Exception):
    """The token does not prove who is calling. `reason` is for the caller and never repeats the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class KeysUnavailable(Exception):
    """The pool's public keys cannot be had now: nobody can be recognised."""


def fetch_over_http(url: str) -> bytes:
    """Reads a small public document. Raises `KeysUnavailable`."""
    try:
        with urllib.request.urlopen(  # noqa: S310 - the address is the stack's own configuration
            url, timeout=FETCH_TIMEOUT_SECONDS
        ) as answer:
            body: bytes = answer.read(KEYS_BYTES_MAX + 1)
    except (urllib.error.URLError, TimeoutError) as error:
        raise KeysUnavailable(f"the public keys could not be fetched: {type(error).__name__}") from error
    if len(body) > KEYS_BYTES_MAX:
        raise KeysUnavailable(f"the public keys are more than {KEYS_BYTES_MAX} bytes")
    return body
