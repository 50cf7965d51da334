"""Attribute values as DynamoDB spells them, written exactly and read strictly.

A reader takes each attribute once, by name and by type; what is missing, of another type or left over is a torn
record. None and empty are written as no attribute at all; every other value is always there, so that a default
never stands in for something lost.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar

from domain.ledger.model import TornRecord

Attribute = dict[str, Any]
"""{"S": "text"}, {"N": "12"}, {"B": b"bytes"}, {"BOOL": True}, {"L": [...]}, {"M": {...}}, {"NULL": True}."""
Item = dict[str, Attribute]

DIGITS_MAX: Final = 38
"""DynamoDB keeps 38 digits of a number and would round the rest."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

Read = TypeVar("Read")


def text(value: str) -> Attribute:
    return {"S": value}


def number(value: int) -> Attribute:
    if abs(value) >= 10**DIGITS_MAX:
        raise ValueError(f"a number of more than {DIGITS_MAX} digits cannot be kept exactly")
    return {"N": str(value)}


def binary(value: bytes) -> Attribute:
    return {"B": value}


def flag(value: bool) -> Attribute:  # noqa: FBT001 - the value itself, as in the functions beside it
    return {"BOOL": value}


def day(value: date) -> Attribute:
    """A date as the number yyyymmdd."""
    return number(value.year * 10_000 + value.month * 100 + value.day)


def instant(value: datetime) -> Attribute:
    """Microseconds since 1970 in UTC."""
    return number(microseconds(value))


def microseconds(value: datetime) -> int:
    return (value - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    return _EPOCH + value * _MICROSECOND


class Fields:
    """One item or map on its way into a model value."""

    def __init__(self, item: Mapping[str, Attribute], where: str) -> None:
        self.where = where
        self._left = dict(item)

    def has(self, name: str) -> bool:
        return name in self._left

    def maybe(self, name: str, read: Callable[[str], Read]) -> Read | None:
        """The attribute read with one of the methods below, or None when there is none."""
        return read(name) if name in self._left else None

    def text(self, name: str) -> str:
        return text_in(self._taken(name), self._place(name))

    def number(self, name: str) -> int:
        return number_in(self._taken(name), self._place(name))

    def binary(self, name: str) -> bytes:
        return binary_in(self._taken(name), self._place(name))

    def flag(self, name: str) -> bool:
        value = _only(self._taken(name), "BOOL", self._place(name))
        if not isinstance(value, bool):
            raise TornRecord(f"{self._place(name)} is no flag")
        return value

    def day(self, name: str) -> date:
        digits = f"{self.number(name):08d}"
        return date.fromisoformat(f"{digits[:-4]}-{digits[-4:-2]}-{digits[-2:]}")

    def instant(self, name: str) -> datetime:
        return from_microseconds(self.number(name))

    def listed(self, name: str) -> list[Attribute]:
        value = _only(self._taken(name), "L", self._place(name))
        if not isinstance(value, list):
            raise TornRecord(f"{self._place(name)} is no list")
        return value

    def mapped(self, name: str) -> dict[str, Attribute]:
        return mapped_in(self._taken(name), self._place(name))

    def taken(self, name: str) -> Attribute:
        """The attribute as it is, for values of several types."""
        return self._taken(name)

    def close(self) -> None:
        """Nothing may be left: an attribute that is not read was not written by this code."""
        if self._left:
            raise TornRecord(f"{self.where} has unknown attributes {sorted(self._left)}")

    def _taken(self, name: str) -> Attribute:
        try:
            return self._left.pop(name)
        except KeyError:
            raise TornRecord(f"{self.where} has no attribute {name}") from None

    def _place(self, name: str) -> str:
        return f"{self.where}, attribute {name},"


def decoded(item: Mapping[str, Attribute], read: Callable[[Fields], Read]) -> Read:
    """What `read` makes of the item, all of it; whatever is malformed in it makes a torn record."""
    fields = Fields(item, f"item {_key_text(item, 'pk')} {_key_text(item, 'sk')}")
    try:
        found = read(fields)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise TornRecord(f"{fields.where} cannot be read: {error}") from error
    fields.close()
    return found


def text_in(attribute: Attribute, where: str) -> str:
    value = _only(attribute, "S", where)
    if not isinstance(value, str):
        raise TornRecord(f"{where} is no text")
    return value


def number_in(attribute: Attribute, where: str) -> int:
    value = _only(attribute, "N", where)
    if not isinstance(value, str):
        raise TornRecord(f"{where} is no number")
    found = Decimal(value)
    if not found.is_finite() or found != found.to_integral_value():
        raise TornRecord(f"{where} is no whole number")
    return int(found)


def binary_in(attribute: Attribute, where: str) -> bytes:
    value = _only(attribute, "B", where)
    if not isinstance(value, bytes):
        raise TornRecord(f"{where} is not binary")
    return value


def mapped_in(attribute: Attribute, where: str) -> dict[str, Attribute]:
    value = _only(attribute, "M", where)
    if not isinstance(value, dict):
        raise TornRecord(f"{where} is no map")
    return value


def _only(attribute: Attribute, kind: str, where: str) -> object:
    if list(attribute) != [kind]:
        raise TornRecord(f"{where} is of type {'/'.join(attribute)}, not {kind}")
    value: object = attribute[kind]
    return value


def _key_text(item: Mapping[str, Attribute], name: str) -> str:
    return str(item.get(name, {}).get("S"))
