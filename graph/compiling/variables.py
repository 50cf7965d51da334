"""What a request sends for the variables of its document, checked against their types.

Written out once for each document: what is good passes quickly. As soon as anything is not, the library goes through
all of it and words the errors. Types that contain themselves are left to the library, which counts how deep they go.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from graphql import (
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLLeafType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    Undefined,
    VariableDefinitionNode,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
)
from graphql.execution.get_variable_signature import get_variable_signature
from graphql.execution.values import VariableValues, get_variable_values
from graphql.pyutils import is_iterable
from graphql.utilities.coerce_input_value import coerce_default_value

from graph.compiling.arguments import IMMUTABLE

Coerce = Callable[[Any], Any]

ERRORS_MAX: Final = 50
"""The library's own default."""
DEPTH_MAX: Final = 32
"""Of types within types, far below where the library calls a value too deep."""


class _Bad(Exception):
    """The library goes through it."""


class _Unplain(Exception):
    """A type that is left to the library altogether."""


class _Variable(NamedTuple):
    name: str
    coerce: Coerce
    default: Any
    """What stands for a value that is not sent; `Undefined` for nothing."""
    may_lack: bool
    """Whether nothing needs to be sent."""


class Variables:
    """The variables of one operation."""

    def __init__(self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> None:
        self._schema = schema
        self._definitions = definitions
        try:
            self._plain: list[_Variable] | None = [_variable(schema, one) for one in definitions]
        except _Unplain:
            self._plain = None

    def coerced(self, sent: dict[str, Any] | None) -> dict[str, Any] | list[GraphQLError]:
        if self._plain is not None:
            try:
                return _coerced(self._plain, sent or {})
            except Exception:  # noqa: BLE001, S110 - whatever it is, the library meets it next and answers it
                pass
        values = self._by_library(sent)
        return values if isinstance(values, list) else values.coerced

    def values(self, sent: dict[str, Any] | None, coerced: dict[str, Any]) -> VariableValues:
        """As the library carries them. They have been found good before."""
        values = self._by_library(sent)
        if isinstance(values, list):
            raise values[0]
        return values._replace(coerced=coerced)

    def _by_library(self, sent: dict[str, Any] | None) -> VariableValues | list[GraphQLError]:
        return get_variable_values(self._schema, self._definitions, sent or {}, max_errors=ERRORS_MAX)


def _coerced(variables: list[_Variable], sent: Mapping[str, Any]) -> dict[str, Any]:
    coerced = {}
    for variable in variables:
        value = sent.get(variable.name, Undefined)
        if value is not Undefined:
            coerced[variable.name] = variable.coerce(value)
        elif variable.default is not Undefined:
            coerced[variable.name] = variable.default
        elif not variable.may_lack:
            raise _Bad
    return coerced


def _variable(schema: GraphQLSchema, definition: VariableDefinitionNode) -> _Variable:
    signature = get_variable_signature(schema, definition)
    if isinstance(signature, GraphQLError):
        raise _Unplain
    try:
        default = coerce_default_value(signature)
    except TypeError:
        raise _Unplain from None
    if default is not Undefined and not isinstance(default, IMMUTABLE):
        raise _Unplain  # requests do not share what a resolver may change
    return _Variable(signature.name, _coerce(signature.type, ()), default, not is_non_null_type(signature.type))


def _coerce(kind: GraphQLInputType, around: tuple[str, ...]) -> Coerce:
    """Mirrors `graphql.utilities.coerce_input_value`; `around` are the input objects it stands in."""
    if len(around) > DEPTH_MAX:
        raise _Unplain
    if is_non_null_type(kind):
        return _required(_given(kind.of_type, around))
    given = _given(kind, around)
    return lambda value: None if value is None or value is Undefined else given(value)


def _required(given: Coerce) -> Coerce:
    def coerce(value: Any) -> Any:
        if value is None or value is Undefined:
            raise _Bad
        return given(value)

    return coerce


def _given(kind: Any, around: tuple[str, ...]) -> Coerce:
    if is_list_type(kind):
        return _list(_coerce(kind.of_type, (*around, "")))
    if is_input_object_type(kind):
        return _object(kind, around)
    if is_leaf_type(kind):
        return _leaf(kind)
    raise _Unplain


def _list(one: Coerce) -> Coerce:
    def coerce(value: Any) -> Any:
        return [one(item) for item in value] if is_iterable(value) else [one(value)]

    return coerce


def _leaf(kind: GraphQLLeafType) -> Coerce:
    coerce_input = kind.coerce_input_value
    if kind is GraphQLString:
        return lambda value: value if type(value) is str else coerce_input(value)
    if not isinstance(kind, GraphQLScalarType):
        return coerce_input

    def coerce(value: Any) -> Any:
        coerced = coerce_input(value)
        if coerced is Undefined:
            raise _Bad
        return coerced

    return coerce


def _object(kind: GraphQLInputObjectType, around: tuple[str, ...]) -> Coerce:
    if kind.is_one_of or kind.name in around:
        raise _Unplain
    fields = []
    for name, field in kind.fields.items():
        try:
            default = coerce_default_value(field)
        except TypeError:
            raise _Unplain from None
        coerce_field = _coerce(field.type, (*around, kind.name))
        fields.append((name, field.out_name or name, coerce_field, is_required_input_field(field), default))
    known, out_type = frozenset(kind.fields), kind.out_type

    def coerce(value: Any) -> Any:
        if not isinstance(value, dict) or not known.issuperset(value):
            raise _Bad
        coerced = {}
        for name, out_name, coerce_field, required, default in fields:
            given = value.get(name, Undefined)
            if given is not Undefined:
                coerced[out_name] = coerce_field(given)
            elif required:
                raise _Bad
            elif default is not Undefined:
                coerced[out_name] = default
        return out_type(coerced)

    return coerce
