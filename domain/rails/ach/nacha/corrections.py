"""What the corrected data of a notification of change say, code by code (Appendix Five, 5.3), and how they are written.

Banks pad these columns in two ways. The fixed columns of the rules are read first; when they make no sense, the words
between blanks are. The text as it came is always kept, and nothing is guessed: what makes no sense stays unread.
"""

from dataclasses import dataclass, field
from typing import Final

from domain.rails.ach.nacha import codes
from domain.rails.ach.nacha.fields import is_digits

ROUTING_LENGTH: Final = 9
ACCOUNT_LENGTH: Final = 17
CODE_LENGTH: Final = 2


@dataclass(frozen=True, slots=True)
class Correction:
    change_code: str
    raw: str = field(repr=False)
    account_number: str | None = field(default=None, repr=False)
    routing_number: str | None = None
    transaction_code: str | None = None
    receiver: str | None = field(default=None, repr=False)
    identification: str | None = field(default=None, repr=False)
    complete: bool = False
    """Whether everything that the code carries could be read."""


_COLUMNS: Final = {
    "C01": (("account_number", 0, ACCOUNT_LENGTH),),
    "C02": (("routing_number", 0, ROUTING_LENGTH),),
    "C03": (("routing_number", 0, ROUTING_LENGTH), ("account_number", 12, ACCOUNT_LENGTH)),
    "C04": (("receiver", 0, 22),),
    "C05": (("transaction_code", 0, CODE_LENGTH),),
    "C06": (("account_number", 0, ACCOUNT_LENGTH), ("transaction_code", 20, CODE_LENGTH)),
    "C07": (
        ("routing_number", 0, ROUTING_LENGTH),
        ("account_number", 9, ACCOUNT_LENGTH),
        ("transaction_code", 26, CODE_LENGTH),
    ),
    "C08": (("routing_number", 0, ROUTING_LENGTH),),
    "C09": (("identification", 0, 22),),
    "C13": (),
    "C14": (),
}
"""Name, first column (from 0) and length of each fact. C13 and C14 carry nothing that is applied."""
_GAPS: Final = {"C03": (9, 12), "C06": (17, 20)}
"""Columns that are blank by the rules."""
_WORDS: Final = {code: tuple(name for name, _, _ in columns) for code, columns in _COLUMNS.items()}


def parse(change_code: str, corrected_data: str) -> Correction:
    """What the data say. `complete` is false when the code is unknown or a fact of it could not be read."""
    columns = _COLUMNS.get(change_code)
    if columns is None:
        return Correction(change_code, corrected_data)
    found = _fixed(change_code, corrected_data)
    if found is None:
        found = _words(change_code, corrected_data)
    if found is None:
        return Correction(change_code, corrected_data)
    return Correction(change_code, corrected_data, complete=True, **found)


def corrected_data(change_code: str, **facts: str) -> str:
    """The corrected data of a code, in the columns of the rules. Raises KeyError for a fact that is missing."""
    columns = [" "] * 35
    for name, start, length in _COLUMNS[change_code]:
        text = facts[name].ljust(length)
        if len(text) > length:
            raise ValueError(f"{name} has more than {length} characters")
        columns[start : start + length] = text
    return "".join(columns).rstrip()


def _fixed(code: str, raw: str) -> dict[str, str] | None:
    start, end = _GAPS.get(code, (0, 0))
    if raw[start:end].strip():
        return None
    found = {name: raw[first : first + length].strip() for name, first, length in _COLUMNS[code]}
    last = max((first + length for _, first, length in _COLUMNS[code]), default=len(raw))
    if raw[last:].strip():
        return None
    return found if all(_sensible(name, value) for name, value in found.items()) else None


def _words(code: str, raw: str) -> dict[str, str] | None:
    names, words = _WORDS[code], raw.split()
    if code == "C07" and len(words) == len(names) - 1 and len(words[0]) > ROUTING_LENGTH:
        words = [words[0][:ROUTING_LENGTH], words[0][ROUTING_LENGTH:], words[1]]
    if len(words) != len(names):
        return None
    found = dict(zip(names, words, strict=True))
    return found if all(_sensible(name, value) for name, value in found.items()) else None


def _sensible(name: str, value: str) -> bool:
    if not value:
        return False
    if name == "routing_number":
        digits = is_digits(value) and len(value) == ROUTING_LENGTH
        return digits and codes.routing_check_digit(value[:8]) == value[8]
    if name == "transaction_code":
        return value in codes.TRANSACTION_CODES
    return " " not in value and len(value) <= ACCOUNT_LENGTH if name == "account_number" else True
