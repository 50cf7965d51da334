"""Conditions as a line of text, read back: `amount_minor >= 250000 and not sent_before`.

The inverse of `expressions.text_of`. What is read becomes the JSON of the condition, and is checked as that.
"""

import json
import re
from typing import Any, Final

from domain.fraud.documents import DocumentMalformed, repeated
from domain.fraud.expressions import FEATURE, OPERATORS, Expression, Operator, parsed

LENGTH_MAX: Final = 20_000
"""Characters: the text of the largest condition whose constants are amounts fits."""
DEPTH_MAX: Final = 40
"""Brackets and `not` within each other: more than conditions have, and far from where Python gives up."""
DIGITS_MAX: Final = 30
"""Of one number; `expressions` wants no more than 18."""

_SIGNS: Final = re.compile(
    r"""\s*(?:
        (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![0-9A-Za-z_.])
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<mark>==|!=|<=|>=|[<>+\-*/(),])
      | (?P<end>\Z)
    )""",
    re.VERBOSE | re.ASCII,
)
_INFIX: Final = {one.symbol: one for one in OPERATORS.values() if one.binds and one.name != "not"}
_CALLS: Final = {one.symbol: one for one in OPERATORS.values() if not one.binds}
_JOINS: Final = frozenset({"and", "or", "add", "mul"})
"""Operators of any number of parts: those that follow each other are one node."""
_COMPARES: Final = 4
"""How strongly comparisons bind: they do not follow each other."""
_NEGATES: Final = OPERATORS["not"].binds
_WORDS: Final = {"true": True, "false": False}
_BLANKS: Final = " \t\n\r\f\v"


def read(text: str) -> Expression:
    """Raises DocumentMalformed, with the place in the text or the path of the node that is wrong."""
    if len(text) > LENGTH_MAX:
        raise DocumentMalformed("the text", f"has more than {LENGTH_MAX} characters")
    reading = _Reading(text)
    found = reading.node(1)
    if reading.kind != "end":
        raise reading.malformed("an operator or the end")
    return parsed(found)


class _Reading:
    """One pass from left to right, with one sign in sight."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0
        self.kind = ""
        self.sign = ""
        self._start = 0
        self._next()

    def malformed(self, expected: str) -> DocumentMalformed:
        found = repeated(self.sign) if self.sign else "the end"
        return DocumentMalformed(f"character {self._start + 1}", f"{found} stands where {expected} is expected")

    def _next(self) -> None:
        match = _SIGNS.match(self._text, self._at)
        if match is None:
            at = len(self._text) - len(self._text[self._at :].lstrip(_BLANKS))
            raise DocumentMalformed(f"character {at + 1}", f"{repeated(self._text[at : at + 10])} means nothing here")
        self.kind = match.lastgroup or "end"
        self.sign = match[self.kind]
        self._start = match.start(self.kind)
        self._at = match.end()

    def _took(self, sign: str) -> bool:
        if self.kind in ("mark", "word") and self.sign == sign:
            self._next()
            return True
        return False

    def _require(self, sign: str) -> None:
        if not self._took(sign):
            raise self.malformed(repr(sign))

    def node(self, binds: int) -> object:
        """Of operators that bind at least so strongly."""
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise DocumentMalformed(f"character {self._start + 1}", f"is deeper than {DEPTH_MAX} brackets")
        left = self._first(binds)
        before: Operator | None = None
        while (one := self._infix()) and one.binds >= binds:
            if before and before.binds == one.binds == _COMPARES:
                raise self.malformed("and, or or the end")
            self._next()
            left = self._with(left, one, goes_on=one is before and one.name in _JOINS)
            before = one
        self._depth -= 1
        return left

    def _infix(self) -> Operator | None:
        return _INFIX.get(self.sign) if self.kind in ("mark", "word") else None

    def _with(self, left: Any, one: Operator, *, goes_on: bool) -> object:
        """What stands before an operator, with what stands behind it."""
        if one.name == "in":
            return {one.name: [left, self._members()]}
        right = self.node(one.binds + 1)
        return {one.name: [*left[one.name], right]} if goes_on else {one.name: [left, right]}

    def _first(self, binds: int) -> object:
        if self.kind == "word" and self.sign == "not":
            if binds > _NEGATES:
                raise self.malformed("a value, or not within brackets,")
            self._next()
            return {"not": self.node(_NEGATES + 1)}
        if self._took("("):
            found = self.node(1)
            self._require(")")
            return found
        if self.kind == "word" and self.sign in _CALLS:
            return self._call(_CALLS[self.sign])
        if self.kind == "word" and self.sign not in _INFIX and self.sign not in _WORDS:
            return {FEATURE: self._taken()}
        return self._constant()

    def _call(self, one: Operator) -> object:
        self._next()
        self._require("(")
        parts = [self.node(1)]
        while self._took(","):
            parts.append(self.node(1))
        self._require(")")
        return {one.name: parts[0] if one.most == 1 and len(parts) == 1 else parts}

    def _members(self) -> list[object]:
        self._require("(")
        members = [self._constant()]
        while self._took(","):
            members.append(self._constant())
        self._require(")")
        return members

    def _constant(self) -> object:
        if self._took("-"):
            if self.kind != "number":
                raise self.malformed("a number")
            value = self._number()
            return -value
        if self.kind == "number":
            return self._number()
        if self.kind == "word" and self.sign in _WORDS:
            return _WORDS[self._taken()]
        if self.kind == "text":
            return self._said()
        raise self.malformed("a value")

    def _number(self) -> int | float:
        if len(self.sign) > DIGITS_MAX:
            raise self.malformed(f"a number of at most {DIGITS_MAX} digits")
        text = self._taken()
        return int(text) if text.isdigit() else float(text)

    def _said(self) -> str:
        try:
            found: str = json.loads(self.sign)
        except ValueError:
            raise self.malformed("a text in quotation marks") from None
        self._next()
        return found

    def _taken(self) -> str:
        sign = self.sign
        self._next()
        return sign
