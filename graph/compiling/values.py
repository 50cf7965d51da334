"""How a value becomes a part of the answer: fast for what is expected, by the library's rules for all else."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from graphql import (
    GraphQLAbstractType,
    GraphQLBoolean,
    GraphQLError,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLString,
    Undefined,
    is_interface_type,
)
from graphql.execution import Executor
from graphql.pyutils import is_iterable
from strawberry.schema.schema_converter import CustomGraphQLEnumType
from strawberry.types.base import StrawberryObjectDefinition

from graph.compiling.fetching import DEFINITION
from graph.compiling.places import Place

FAST: Final[Mapping[Any, str]] = {
    GraphQLString: "type({v}) is str",
    GraphQLID: "type({v}) is str",
    GraphQLInt: "type({v}) is int and -2147483648 <= {v} <= 2147483647",
    GraphQLBoolean: "{v} is True or {v} is False",
    GraphQLFloat: "type({v}) is float and {v} - {v} == 0.0",
}
"""Values that the library's own scalars answer as they are."""
_TEXT: Final = "type({v}) is str"
_TYPE_OF_OBJECT: Final = "GraphQLCoreConverter.from_object.<locals>._get_is_type_of.<locals>.is_type_of"
_TYPE_OF_UNION: Final = "StrawberryUnion.get_type_resolver.<locals>._resolve_union_type"
_TYPE_OF_INTERFACE: Final = "GraphQLCoreConverter.from_interface.<locals>._get_resolve_type.<locals>.resolve_type"


def fast_test(kind: GraphQLLeafType) -> str | None:
    """The test, in Python, that a value may stand in the answer as it is."""
    if kind in FAST:
        return FAST[kind]
    return _TEXT if kind.coerce_output_value is str else None  # a text is its own text


def names_by_identity(kind: GraphQLLeafType) -> dict[int, str] | None:
    """The names of an enumeration's members, by which object they are. None for enumerations of other kinds."""
    if type(kind) is not CustomGraphQLEnumType:
        return None
    members: list[Any] = list(kind.wrapped_cls)
    values = {value.value for value in kind.values.values()}
    return {id(member): kind.coerce_output_value(member) for member in members if member.value in values}


def absent(value: Any, place: Place, *, required: bool) -> bool:
    """Whether there is nothing, where there may be nothing. Resolvers may also return an error."""
    if isinstance(value, Exception):
        raise value
    if value is None or value is Undefined:
        if required:
            raise TypeError(f"Cannot return null for non-nullable field {place.label}.")
        return True
    return False


def leaf(kind: GraphQLLeafType, place: Place, *, required: bool) -> Callable[[Any], Any]:
    complete = Executor.complete_leaf_value

    def answer(value: Any) -> Any:
        return None if absent(value, place, required=required) else complete(kind, value)

    return answer


def rows(place: Place, *, required: bool) -> Callable[[Any], Any]:
    """Of a list field's value what there is to go through; None for nothing."""

    def answer(value: Any) -> Any:
        if absent(value, place, required=required):
            return None
        if not is_iterable(value):
            raise GraphQLError(f"Expected Iterable, but did not find one for field '{place.label}'.")
        return iter(value)

    return answer


class Known(NamedTuple):
    """A class whose objects are of one type of the schema, whatever they hold."""

    of: type
    marked: bool
    """Whether an object can be marked as of another type (`strawberry.cast`), which is then asked first."""


def known_class(kind: GraphQLObjectType) -> Known | None:
    """The class that stands for an object type, where strawberry would take its objects without looking into them."""
    definition = (kind.extensions or {}).get(DEFINITION)
    if not isinstance(definition, StrawberryObjectDefinition) or issubclass(definition.origin, Exception):
        return None
    if kind.is_type_of is None:
        return Known(definition.origin, marked=False)
    if getattr(kind.is_type_of, "__qualname__", "") != _TYPE_OF_OBJECT:
        return None
    return Known(definition.origin, marked=True)


def known_member(abstract: GraphQLAbstractType, kind: GraphQLObjectType) -> Known | None:
    """The same for a type behind an interface or in a union. A generic class stands for several types: none of them."""
    definition: Any = (kind.extensions or {}).get(DEFINITION)
    known = known_class(kind)
    if known is None or definition.concrete_of is not None or definition.name != kind.name:
        return None
    if known.of.__dict__.get("__strawberry_definition__") is not definition:
        return None
    resolver = getattr(abstract.resolve_type, "__qualname__", "")
    if is_interface_type(abstract):
        interface: Any = (abstract.extensions or {}).get(DEFINITION)
        same = resolver == _TYPE_OF_INTERFACE and issubclass(known.of, interface.origin)
        return Known(known.of, marked=True) if same else None
    return Known(known.of, marked=True) if resolver == _TYPE_OF_UNION else None
