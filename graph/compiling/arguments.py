"""What a field is given: literals and defaults once for all, variables as the request has them.

Whatever does not go smoothly (a value that is missing, a literal with variables inside, one that does not fit its
type) is left to the library, which either finds the values or words the error.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    Undefined,
    ValueNode,
    VariableNode,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution.values import get_argument_values
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

if TYPE_CHECKING:
    from graph.compiling.running import Run

Read = Callable[["Run"], dict[str, Any]]

IMMUTABLE: Final = (str, int, float, bool, NoneType, Enum, date, datetime, Decimal)
"""Values that requests may share. Others are made anew for each, as the library does."""


class Arguments(NamedTuple):
    constant: dict[str, Any] | None
    """The arguments, where they are the same for every request."""
    read: Read


class _NotSmooth(Exception):
    """The library is asked."""


class _Part(NamedTuple):
    """One argument: a constant, nothing, or what a variable holds."""

    name: str
    constant: Any = Undefined
    """Also what stands in for a variable that has no value."""
    variable: str | None = None
    required: bool = False
    null: bool = True


def arguments_of(field: GraphQLField, node: FieldNode) -> Arguments | None:
    """None for a field that takes none."""
    if not field.args:
        return None

    def ask(run: "Run") -> dict[str, Any]:
        return get_argument_values(field, node, run.values)

    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    try:
        parts = [_part(name, argument, given.get(name)) for name, argument in field.args.items()]
    except _NotSmooth:
        return Arguments(None, ask)
    if all(part.variable is None for part in parts):
        constant = {part.name: part.constant for part in parts if part.constant is not Undefined}
        return Arguments(constant, lambda _: dict(constant))
    return Arguments(None, _reader(parts, ask))


def _part(name: str, argument: GraphQLArgument, given: ValueNode | None) -> _Part:
    name = argument.out_name or name
    if isinstance(given, VariableNode):
        required = is_required_argument(argument)
        return _Part(
            name,
            Undefined if required else _default(argument),
            given.name.value,
            required=required,
            null=not is_non_null_type(argument.type),
        )
    if given is not None:
        return _Part(name, _shared(_literal(given, argument)))
    if is_required_argument(argument):
        raise _NotSmooth
    return _Part(name, _default(argument))


def _literal(given: ValueNode, argument: GraphQLArgument) -> object:
    """A literal with variables inside has no value yet, or the wrong one: it is not smooth either way."""
    if any(isinstance(node, VariableNode) for node in _within(given)):
        raise _NotSmooth
    value: object = coerce_input_literal(given, argument.type)
    if value is Undefined:
        raise _NotSmooth
    return value


def _within(node: ValueNode) -> list[ValueNode]:
    values = [*getattr(node, "values", ()), *(field.value for field in getattr(node, "fields", ()))]
    return [node, *(inner for value in values for inner in _within(value))]


def _default(argument: GraphQLArgument) -> object:
    """The library too gives every request the same default."""
    try:
        value: object = coerce_default_value(argument)
    except TypeError:
        raise _NotSmooth from None
    return value


def _shared(value: object) -> object:
    if not isinstance(value, IMMUTABLE):
        raise _NotSmooth
    return value


def _reader(parts: list[_Part], ask: Read) -> Read:
    def read(run: "Run") -> dict[str, Any]:
        coerced, given = run.coerced, {}
        for part in parts:
            value = part.constant if part.variable is None else coerced.get(part.variable, Undefined)
            if value is Undefined:
                if part.required:
                    return ask(run)
                value = part.constant
                if value is Undefined:
                    continue
            elif value is None and not part.null:
                return ask(run)
            given[part.name] = value
        return given

    return read
