"""Reads the values of an item as what they are; one that is something else is a fault, which names the item."""

from collections.abc import Mapping
from datetime import datetime

from domain.clock import instant_text, parse_instant
from domain.tables_aws import Value


def integer(item: Mapping[str, Value], name: str) -> int:
    value = item[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} of {item['pk']!r} is no integer")
    return value


def text_or_none(item: Mapping[str, Value], name: str) -> str | None:
    value = item.get(name)
    return None if value is None else str(value)


def instant_or_none(item: Mapping[str, Value], name: str) -> datetime | None:
    text = text_or_none(item, name)
    return None if text is None else parse_instant(text)


def instant_text_or_none(instant: datetime | None) -> str | None:
    return None if instant is None else instant_text(instant)
