"""How large DynamoDB says an item is, and what a write or read of it costs.

Rules of the developer guide, "DynamoDB item sizes and formats": names and text in UTF-8 bytes; a number about one
byte for two significant digits, plus one, plus one when negative; a binary value its bytes; true, false and null one
byte; a list or map three bytes, and one for each part.
"""

from collections.abc import Mapping
from typing import Any, Final

KILOBYTE: Final = 1024
READ_BYTES: Final = 4 * KILOBYTE
WRITE_UNITS_IN_TRANSACTION: Final = 2
"""A transactional write costs twice: once to prepare, once to commit."""


def item_size(item: Mapping[str, Mapping[str, Any]]) -> int:
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(attribute: Mapping[str, Any]) -> int:
    ((kind, value),) = attribute.items()
    match kind:
        case "S":
            return len(str(value).encode())
        case "N":
            return number_size(str(value))
        case "B":
            return len(value)
        case "BOOL" | "NULL":
            return 1
        case "L":
            return 3 + sum(1 + value_size(part) for part in value)
        case "M":
            return 3 + sum(1 + len(name.encode()) + value_size(part) for name, part in value.items())
    raise ValueError(f"the ledger writes no attribute of type {kind}")


def number_size(text: str) -> int:
    digits = text.lstrip("-").strip("0") or "0"
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")


def transactional_write_units(size: int) -> int:
    return WRITE_UNITS_IN_TRANSACTION * -(-size // KILOBYTE)


def consistent_read_units(size: int) -> int:
    return max(1, -(-size // READ_BYTES))
