"""What must lie nowhere in clear: card numbers, secrets, and the personal data of people we know the names of.

A scan of texts, wherever they come from: items of tables, lines of logs, events, files. It tells where, and what kind,
and never repeats what it found.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ops.verify.world import Found

KNOWN_LENGTH_MIN: Final = 5
"""Shorter words of a name or an address are too common to be told apart."""

# Card numbers by the issuers' ranges (ISO/IEC 7812): 13 to 19 digits, or groups as on a card; not part of a longer
# number, of an id or of a UUID, nor the fraction of one, as models of fraud scoring have thousands.
_CARD: Final = re.compile(
    r"(?<![0-9A-Za-z-])(?<![0-9]\.)(?:[3-6][0-9]|2[2-7])"
    r"(?:[0-9]{11,17}|[0-9]{2}(?:([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}|([ -])[0-9]{6}\2[0-9]{5}))(?![0-9A-Za-z-])",
    re.ASCII,
)
_SECRETS: Final = (
    ("a signed token", re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}", re.ASCII)),
    ("a private key", re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")),
    ("an access key", re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])", re.ASCII)),
)


def scan(texts: Iterable[tuple[str, str]], *, known: Mapping[str, str]) -> Iterator[Found]:
    """Findings in (where, text). `known`: personal value -> what it is, such as a name or a telephone number."""
    wanted = {value.casefold(): kind for value, kind in known.items() if len(value) >= KNOWN_LENGTH_MIN}
    for where, text in texts:
        folded = text.casefold()
        for value, kind in wanted.items():
            if value in folded:
                yield Found(where, f"{kind} in clear")
        for kind, pattern in _SECRETS:
            if pattern.search(text):
                yield Found(where, kind)
        if any(is_card_number(match[0]) for match in _CARD.finditer(text)):
            yield Found(where, "a card number")


def is_card_number(text: str) -> bool:
    """Whether the digits pass the Luhn check (ISO/IEC 7812-1, annex B)."""
    digits = [int(sign) for sign in text if sign.isascii() and sign.isdigit()]
    doubled = [digit if place % 2 == 0 else sum(divmod(digit * 2, 10)) for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def text_of_item(item: Mapping[str, Any]) -> str:
    """A table's item as text: bytes as the characters they would be if they were text after all."""
    return json.dumps(item, default=_readable, ensure_ascii=False)


def _readable(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    raise TypeError(f"{type(value).__name__} is in no item")
