"""Documents of fraud scoring: one canonical text, and one error for all that is not one, which says where and what.

What is kept under a hash is the hash of these bytes, so that two who mean the same write the same.
"""

import hashlib
import json
import math
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeVar

DOCUMENT_BYTES_MAX: Final = 4 * 1024 * 1024
"""Several times what 300 trees or 5,000 entries of a list take; more is not read within a cold start."""
DIGITS_MAX: Final = 1_000
"""Of one number. Amounts have 18 and DynamoDB keeps 38; Python itself refuses to read 4,300."""
REPEATED_MAX: Final = 40
"""So many characters of what was wrong does an error say again."""

_NO_UTF8: Final = "is no text in UTF-8"
_TOO_DEEP: Final = "is nested too deeply"

_Member = TypeVar("_Member", bound=StrEnum)


class DocumentMalformed(ValueError):
    """What was given is not a document of its kind. `path` says where, as in rules[2].condition.and[0].gt."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path or 'the document'}: {problem}")
        self.path = path
        self.problem = problem


# --- the text ---------------------------------------------------------------------------------------------------------


def canonical(document: object) -> bytes:
    """Keys sorted, no spaces, UTF-8; a float as the shortest text that reads back as itself. No NaN and no infinity."""
    try:
        text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return text.encode()
    except RecursionError:
        raise DocumentMalformed("the document", _TOO_DEEP) from None
    except UnicodeEncodeError:
        raise DocumentMalformed("the document", _NO_UTF8) from None
    except (TypeError, ValueError):
        raise DocumentMalformed("the document", "has something that is no JSON") from None


def sha256_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def read(body: bytes | str) -> object:
    """The JSON of a text. A key that stands twice, a number that is none or endless, endless nesting are refused."""
    if len(body) > DOCUMENT_BYTES_MAX:
        raise DocumentMalformed("the document", f"has more than {DOCUMENT_BYTES_MAX} bytes")
    try:
        text = body.decode() if isinstance(body, bytes) else body
        text.encode()  # half of a surrogate pair is no character
        return json.loads(
            text,
            object_pairs_hook=_each_once,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_bounded,
        )
    except DocumentMalformed:
        raise
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise DocumentMalformed("the document", f"is no JSON from {where} on") from None
    except RecursionError:
        raise DocumentMalformed("the document", _TOO_DEEP) from None
    except UnicodeError:
        raise DocumentMalformed("the document", _NO_UTF8) from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DocumentMalformed("the document", f"has the key {repeated(twice)} twice in one object")
    return found


def _no_number(text: str) -> NoReturn:
    raise DocumentMalformed("the document", f"has {text}, which is no number")


def _finite(text: str) -> float:
    found = float(text)
    if math.isinf(found):
        raise DocumentMalformed("the document", f"has {repeated(text)}, which is too large a number")
    return found


def _bounded(text: str) -> int:
    if len(text.removeprefix("-")) > DIGITS_MAX:
        raise DocumentMalformed("the document", f"has a number of more than {DIGITS_MAX} digits")
    return int(text)


def repeated(value: object) -> str:
    """As an error may say it: a text short and in ASCII, whatever it was; anything else by its kind."""
    if not isinstance(value, str):
        return _kind(value)
    return ascii(value if len(value) <= REPEATED_MAX else f"{value[:REPEATED_MAX]}...")


# --- what is in it ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A value within a document, and where it stands."""

    value: object
    path: str

    def malformed(self, problem: str) -> DocumentMalformed:
        return DocumentMalformed(self.path, problem)

    def below(self, key: str | int, value: object) -> "Part":
        if isinstance(key, int):
            return Part(value, f"{self.path}[{key}]")
        return Part(value, f"{self.path}.{key}" if self.path else key)

    def fields(self, required: AbstractSet[str], optional: AbstractSet[str] = frozenset()) -> dict[str, "Part"]:
        """Of an object that has these keys and no others."""
        found = self.value
        if not isinstance(found, dict):
            raise self.malformed(f"is {_kind(found)}, not an object")
        for key in found:
            if key not in required and key not in optional:
                raise self.malformed(f"has {repeated(key)}, which is not known here")
        for key in sorted(required):
            if key not in found:
                raise self.malformed(f"has no {key!r}")
        return {key: self.below(key, value) for key, value in found.items()}

    def items(self, least: int, most: int) -> tuple["Part", ...]:
        found = self.value
        if not isinstance(found, list):
            raise self.malformed(f"is {_kind(found)}, not a list")
        if not least <= len(found) <= most:
            raise self.malformed(f"has {len(found)} parts; there are {least} to {most}")
        return tuple(self.below(index, value) for index, value in enumerate(found))

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self.malformed(f"is {_kind(self.value)}, not true or false")
        return self.value

    def integer(self, least: int, most: int) -> int:
        if type(self.value) is not int or not least <= self.value <= most:
            raise self.malformed(f"is no integer from {least} to {most}")
        return self.value

    def number(self, least: float, most: float) -> float:
        found = self.value
        if isinstance(found, bool) or not isinstance(found, int | float) or not least <= found <= most:
            raise self.malformed(f"is no number from {least:g} to {most:g}")
        return float(found)

    def text(self, most: int) -> str:
        """For people: printable, without blanks around it."""
        found = self.value
        if not isinstance(found, str):
            raise self.malformed(f"is {_kind(found)}, not a text")
        if not 1 <= len(found) <= most or not found.isprintable() or found != found.strip():
            raise self.malformed(f"is no text of 1 to {most} printable characters without blanks around it")
        return found

    def like(self, pattern: re.Pattern[str], described: str) -> str:
        if not isinstance(self.value, str) or not pattern.fullmatch(self.value):
            raise self.malformed(f"is not {described}")
        return self.value

    def member(self, of: type[_Member]) -> _Member:
        known = {one.value: one for one in of}
        if not isinstance(self.value, str) or self.value not in known:
            raise self.malformed(f"is {repeated(self.value)}, not one of {', '.join(known)}")
        return known[self.value]

    def said(self, format_: str) -> None:
        """That it is of the one format which is known."""
        if self.value != format_:
            raise self.malformed(f"is not {format_!r}, the format that is known here")


_KINDS: Final = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "no JSON")
