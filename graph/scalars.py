"""The scalars of the schema, strict at the door.

Strawberry's own `Decimal` takes JSON floats, NaN, `1e400` and full-width digits; nothing like that may reach money.
Here a text scalar takes a text and nothing else: a number, an object or a bare word in its place is a mistake of type
and answers 4xx. What the text says is judged by the bank and refused as a value, with the path of the field.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from domain.ledger.model import KEY_LENGTH_MAX

TEXT_LENGTH_MAX: Final = 64
"""Longer than any amount, currency code or date that means something; the bank words what is wrong with the rest."""
CURSOR_LENGTH_MAX: Final = 1024
KEY_TEXT_LENGTH_MAX: Final = 4 * KEY_LENGTH_MAX
"""Keys somewhat too long are refused as a value, with the limit; absurd ones already here."""

AmountValue = NewType("AmountValue", str)
Currency = NewType("Currency", str)
IdempotencyKey = NewType("IdempotencyKey", str)
Cursor = NewType("Cursor", str)
Instant = NewType("Instant", datetime)
Day = NewType("Day", date)

_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _text(name: str, *, length_max: int) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if not isinstance(value, str):
            raise GraphQLError(f"{name} is a string.")
        if len(value) > length_max:
            raise GraphQLError(f"{name} has at most {length_max} characters, not {len(value)}.")
        return value

    return parse


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise GraphQLError('DateTime is an instant such as "2026-11-22T09:30:00Z" (RFC 3339, in UTC, with Z).')
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        raise GraphQLError("DateTime is an instant that exists.") from None


def _day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise GraphQLError('Date is a calendar day such as "2026-11-22" (RFC 3339, full-date).')
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise GraphQLError("Date is a calendar day that exists.") from None


def _instant_text(value: Any) -> str:
    """Microseconds only where there are any."""
    text: str = value.astimezone(UTC).isoformat()
    return text.removesuffix("+00:00") + "Z"


def _day_text(value: Any) -> str:
    text: str = value.isoformat()
    return text


def _literal(name: str, parse: Callable[[object], Any]) -> Callable[..., Any]:
    """A literal must be written as a string: `NaN` and `ABC` without quotes are enum values, `1.00` a float."""

    def parse_literal(node: ValueNode, _variables: dict[str, Any] | None = None) -> Any:
        if not isinstance(node, StringValueNode):
            raise GraphQLError(f"{name} is written as a string, in quotes.", node)
        return parse(node.value)

    return parse_literal


def _scalar(
    name: str, description: str, parse: Callable[[object], Any], serialize: Callable[[Any], str] = str
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name,
        description=description,
        serialize=serialize,
        parse_value=parse,
        parse_literal=_literal(name, parse),
    )


def _text_scalar(name: str, description: str, *, length_max: int = TEXT_LENGTH_MAX) -> ScalarDefinition:
    return _scalar(name, description, _text(name, length_max=length_max))


SCALARS: Final[dict[object, ScalarDefinition]] = {
    AmountValue: _text_scalar(
        "AmountValue",
        'An amount as decimal text in the currency\'s own digits, such as "10.50" USD or "7" JPY. Always a string: '
        "a JSON number is refused. At most 18 digits before the point and, after it, at most as many as the "
        "currency has. No exponent, no sign but a minus, no spaces, ASCII digits only.",
    ),
    Currency: _text_scalar(
        "Currency", 'An active ISO 4217 currency code in capitals, such as "USD". The set may grow.'
    ),
    IdempotencyKey: _text_scalar(
        "IdempotencyKey",
        f"Names one request of yours: 1 to {KEY_LENGTH_MAX} printable ASCII characters, unique for each account "
        "and person, kept for ever. The same key with the same request gives the same answer and acts once; "
        "with another request it is refused.",
        length_max=KEY_TEXT_LENGTH_MAX,
    ),
    Cursor: _text_scalar(
        "Cursor",
        f"A place in a list, at most {CURSOR_LENGTH_MAX} characters. Opaque and signed: pass it back as it was given, "
        "to the same list with the same filters.",
        length_max=CURSOR_LENGTH_MAX,
    ),
    Instant: _scalar(
        "DateTime",
        'An instant in UTC as RFC 3339 text with Z, such as "2026-11-22T09:30:00Z"; at most six digits of a second.',
        _instant,
        _instant_text,
    ),
    Day: _scalar("Date", 'A calendar day as RFC 3339 full-date, such as "2026-11-22".', _day, _day_text),
}
