"""The keys that a partner's signatures are checked with: where they come from, and how they are written down.

    {"keys": [{"key": "whsec_…", "until": "2026-12-01T00:00:00Z"}, {"key": "whsec_…"}]}

At most two of a scheme may be live at once, the old one until a stored instant: so a partner changes keys without a
message being lost. One that has ended may stay in the list.
"""

import json
from datetime import datetime
from typing import Any, Final, Protocol

from domain.partners.model import SigningKey
from domain.partners.signatures import KEYS_LIVE_MAX, KeyFaulty, key_of, live

LISTED_MAX: Final = 8
"""Two schemes with two live keys each, and as many that have ended."""


class PartnerKeysFaulty(Exception):
    """A partner's keys are missing, or not written as they must be. A fault of ours; the text repeats no key."""


class PartnerKeys(Protocol):
    def of(self, partner: str) -> tuple[SigningKey, ...]:
        """The partner's keys, ended ones perhaps among them. Raises `PartnerKeysFaulty`."""
        ...


class MemoryPartnerKeys:
    def __init__(self, keys: dict[str, tuple[SigningKey, ...]]) -> None:
        self._keys = keys

    def of(self, partner: str) -> tuple[SigningKey, ...]:
        if partner not in self._keys:
            raise PartnerKeysFaulty(f"the partner {partner} has no keys")
        return self._keys[partner]


def read_keys(partner: str, text: str, now: datetime) -> tuple[SigningKey, ...]:
    """Reads what a partner's secret holds. Raises `PartnerKeysFaulty`, which names the partner and the place."""
    try:
        listed = json.loads(text)["keys"]
        if not isinstance(listed, list) or not 1 <= len(listed) <= LISTED_MAX:
            raise KeyFaulty(f"a partner has 1 to {LISTED_MAX} keys")
        keys = tuple(_key(place, entry) for place, entry in enumerate(listed))
    except KeyFaulty as fault:
        raise PartnerKeysFaulty(f"the keys of the partner {partner}: {fault}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise PartnerKeysFaulty(f"the secret of the partner {partner} is not an object with a list of keys") from None
    for scheme in {key.scheme for key in keys}:
        if sum(key.scheme is scheme for key in live(keys, now)) > KEYS_LIVE_MAX:
            raise PartnerKeysFaulty(f"the partner {partner} has more than {KEYS_LIVE_MAX} live keys of {scheme}")
    return keys


def _key(place: int, entry: Any) -> SigningKey:
    if not isinstance(entry, dict) or not {"key"} <= set(entry) <= {"key", "until"}:
        raise KeyFaulty(f"number {place} has other members than key and until")
    if not isinstance(entry["key"], str):
        raise KeyFaulty(f"number {place} is no text")
    try:
        return key_of(entry["key"], _instant(entry.get("until")))
    except KeyFaulty as fault:
        raise KeyFaulty(f"number {place}: {fault}") from None


def _instant(text: Any) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise KeyFaulty("until is an instant of RFC 3339") from None
    if instant.tzinfo is None:
        raise KeyFaulty("until has an offset")
    return instant
