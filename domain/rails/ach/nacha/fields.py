"""The form of a record: fields by name, first column, length, kind and rule. Reader, writer and documentation use it.

A record is 94 columns (Nacha Operating Rules, Appendix Three, Subpart 3.1). Columns count from 1. Text is left
justified and filled with blanks, numbers are right justified and filled with zeros.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

RECORD_LENGTH: Final = 94
BLANK: Final = " "

Value = str | int


class Kind(Enum):
    """How a field is written, and what it is once read."""

    TEXT = "text"
    """Read without the blanks at its end."""
    DIGITS = "digits"
    """A code of digits alone; stays text, since 01 is not 1."""
    NUMBER = "number"
    """A count or an amount in cents; read as an integer."""


class Rule(Enum):
    MANDATORY = "mandatory"
    OPTIONAL = "optional"
    RESERVED = "blank"
    """Kept as it was read, so that nothing of a file is lost."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    start: int
    length: int
    kind: Kind = Kind.TEXT
    rule: Rule = Rule.OPTIONAL
    constant: str | None = None
    """The only thing that may stand here; such a field is not part of the value that is read."""

    @property
    def end(self) -> int:
        """The last column."""
        return self.start + self.length - 1

    def cut(self, text: str) -> str:
        return text[self.start - 1 : self.end]

    @property
    def pattern(self) -> str:
        if self.constant is not None:
            return re.escape(self.constant)
        characters = "[ -~]" if self.kind is Kind.TEXT else "[0-9]"
        return f"({characters}{{{self.length}}})"

    def read(self, raw: str) -> Value:
        """The value of well-formed columns, and the best that can be said of others."""
        if self.kind is Kind.NUMBER:
            return int(raw) if is_digits(raw) else 0
        return raw.rstrip(BLANK) if self.kind is Kind.TEXT else raw

    def write(self, value: Value) -> str:
        """The columns of a value. What does not fit comes out too long, and is found by who checks the record."""
        if self.kind is Kind.NUMBER:
            return f"{value:0{self.length}d}"
        return str(value).ljust(self.length)


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One thing wrong with the form of a field; `column` is where it begins."""

    field: str
    column: int
    code: str
    message: str


class Layout:
    """The fields of one kind of record, in their order and without a gap."""

    __slots__ = ("_blank", "_by_name", "_filled", "_match", "_readers", "fields", "name", "names", "title", "values")

    def __init__(self, name: str, title: str, fields: Sequence[Field]) -> None:
        self.name: Final = name
        self.title: Final = title
        self.fields: Final = tuple(fields)
        column = 1
        for field in self.fields:
            if field.start != column:
                raise ValueError(f"{name}: {field.name} begins at column {field.start}, not {column}")
            column += field.length
        if column != RECORD_LENGTH + 1:
            raise ValueError(f"{name} has {column - 1} columns")
        self.values: Final = tuple(field for field in self.fields if field.constant is None)
        self.names: Final = tuple(field.name for field in self.values)
        self._by_name = {field.name: field for field in self.fields}
        self._match = re.compile("".join(field.pattern for field in self.fields)).fullmatch
        places = list(enumerate(self.values))
        self._filled = tuple(
            place for place, field in places if field.rule is Rule.MANDATORY and field.kind is Kind.TEXT
        )
        self._blank = tuple(place for place, field in places if field.rule is Rule.RESERVED)
        self._readers = tuple(field.read for field in self.values)

    def field(self, name: str) -> Field:
        return self._by_name[name]

    def read(self, text: str) -> tuple[tuple[Value, ...], bool]:
        """The values of a record of 94 columns, and whether every field has its form; `faults` says what is wrong."""
        match = self._match(text)
        if match is None:
            return tuple([field.read(field.cut(text)) for field in self.values]), False
        values = tuple([read(raw) for read, raw in zip(self._readers, match.groups(), strict=True)])
        sound = all(values[place] for place in self._filled) and not any(values[place] for place in self._blank)
        return values, sound

    def write(self, record: object) -> str:
        return "".join(
            [
                field.write(getattr(record, field.name)) if field.constant is None else field.constant
                for field in self.fields
            ]
        )

    def faults(self, text: str) -> Iterator[FieldFault]:
        """Everything wrong with the form of a record of 94 columns. No text is repeated: it may be private."""
        for field in self.fields:
            raw = field.cut(text)
            odd = [place for place, sign in enumerate(raw) if not BLANK <= sign <= "~"]
            if odd:
                yield _character_fault(field, raw, odd)
            elif field.constant is not None:
                if raw != field.constant:
                    yield FieldFault(
                        field.name, field.start, "FIELD_CONSTANT", f"{field.name} must be {field.constant!r}."
                    )
            elif field.kind is not Kind.TEXT and not is_digits(raw):
                yield FieldFault(
                    field.name, field.start, "FIELD_NOT_NUMERIC", f"{field.name} must be {field.length} digits."
                )
            elif field.rule is Rule.MANDATORY and raw.isspace():
                yield FieldFault(field.name, field.start, "FIELD_MISSING", f"{field.name} must not be blank.")
            elif field.rule is Rule.RESERVED and not raw.isspace():
                yield FieldFault(field.name, field.start, reserved_code(raw), f"{field.name} must be blank.")


LATIN_1_LETTERS: Final = frozenset(chr(code) for code in (*range(0xC0, 0xD7), *range(0xD8, 0xF7), *range(0xF8, 0x100)))
"""The letters of Latin-1 beyond ASCII. A partner whose files hold them sends one byte for one column."""


def _character_fault(field: Field, raw: str, odd: Sequence[int]) -> FieldFault:
    """The first byte that nothing forgives. Letters are forgiven together, and only in a text that may say anything:
    a code, a number or a blank with such a byte in it would be another."""
    wrong = odd
    if field.kind is Kind.TEXT and field.constant is None and field.rule is not Rule.RESERVED:
        wrong = [place for place in odd if raw[place] not in LATIN_1_LETTERS]
    code, place = ("CHARACTER", wrong[0]) if wrong else ("CHARACTER_LATIN_1", odd[0])
    message = f"{field.name} holds the byte 0x{ord(raw[place]):02X}, which is not printable ASCII."
    return FieldFault(field.name, field.start + place, code, message)


def reserved_code(raw: str) -> str:
    """What is wrong with a reserved field that is not blank. Some banks fill it with zeros, as if it held a number."""
    return "FIELD_RESERVED" if raw.strip("0") else "FIELD_RESERVED_ZEROS"


def is_digits(text: str) -> bool:
    """Whether a text is digits of ASCII alone; a superscript two or a digit of another script is none here."""
    return text.isascii() and text.isdigit()
