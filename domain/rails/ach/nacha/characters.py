"""What an outbound file may hold: printable ASCII. Everything else is written as near to it as it can be, and said.

Inbound bytes are not changed: see `fields.character_fault` and the tolerance latin-1-letters.
"""

import unicodedata
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from domain.rails.ach.nacha.fields import Kind
from domain.rails.ach.nacha.records import AnyBatchHeader, AnyEntry, FileHeader

UNKNOWN: Final = "?"
"""Stands for a character that has no likeness in ASCII."""
_LETTERS: Final = {
    "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Å": "A", "å": "a", "ß": "ss", "ẞ": "SS",
    "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "TH", "þ": "th", "Ł": "L", "ł": "l", "Ħ": "H", "ħ": "h",
    "\u0131": "i",
}  # fmt: skip
_SIGNS: Final = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u00b4": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "\u2010": "-", "\u2011": "-", "\u2013": "-", "—": "-", "\u2212": "-", "…": "...", "\u00d7": "x",
    "€": "EUR", "£": "GBP", "¥": "JPY", "¢": "c", "©": "(c)", "®": "(r)", "\t": " ", "\u00a0": " ",
}  # fmt: skip
_LIKENESSES: Final = str.maketrans(_LETTERS | _SIGNS)


@dataclass(frozen=True, slots=True)
class Change:
    """A text of a field that was written otherwise."""

    field: str
    before: str
    after: str


Outbound = TypeVar("Outbound", bound=FileHeader | AnyBatchHeader | AnyEntry)


def to_ascii(text: str) -> str:
    """The text in printable ASCII: letters without their marks, likenesses, and ? for what has none."""
    flat = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).translate(_LIKENESSES))
    return "".join(
        sign if " " <= sign <= "~" else UNKNOWN
        for sign in flat.translate(_LIKENESSES)
        if not unicodedata.combining(sign)
    )


def transliterate(record: Outbound) -> tuple[Outbound, tuple[Change, ...]]:
    """The record in ASCII, its addenda too, and what was changed. A text that grew is cut to its field, which is said
    like every other change."""
    changes: list[Change] = []
    changed = _texts(record, changes)
    if isinstance(changed, AnyEntry) and changed.addenda:
        changed = replace(changed, addenda=tuple(_texts(one, changes) for one in changed.addenda))
    return changed, tuple(changes)


def _texts(record: Any, changes: list[Change]) -> Any:
    found: dict[str, str] = {}
    for field in record.layout.values:
        before = getattr(record, field.name)
        if field.kind is Kind.TEXT and not (before.isascii() and before.isprintable()):
            found[field.name] = to_ascii(before)[: field.length].rstrip()
            changes.append(Change(field.name, before, found[field.name]))
    return replace(record, **found) if found else record
