"""From the schema's arguments to those of a method: input objects become instances of their classes.

As `strawberry.types.arguments.convert_argument` does it, with what depends on the types alone done once. Kinds that
are not met here (inputs that build themselves, global ids) go through strawberry's own function.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import Any

from strawberry.relay.types import GlobalID
from strawberry.scalars import is_scalar
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional, has_object_definition
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.lazy_type import LazyType
from strawberry.types.maybe import Some
from strawberry.types.unset import UNSET

Convert = Callable[[Any], Any]


class _Unmet(Exception):
    """Strawberry's own function is asked."""


def converting(arguments: list[StrawberryArgument], converter: Any) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """From arguments by their names in the schema to arguments by their names in Python."""
    name_of = converter.config.name_converter.from_argument
    rows = [(name_of(argument), argument.python_name, _argument(argument, converter)) for argument in arguments]

    def convert(given: dict[str, Any], info: Any) -> dict[str, Any]:
        return {
            name: given[graphql_name] if one is None else one(given[graphql_name], info)
            for graphql_name, name, one in rows
            if graphql_name in given
        }

    return convert


def _argument(argument: StrawberryArgument, converter: Any) -> Callable[[Any, Any], Any] | None:
    """None for a value that is passed on as it is."""
    kind = argument.type
    try:
        convert = _Kinds(converter).converter_of(kind)
    except _Unmet:
        path = (converter.config.name_converter.from_argument(argument),)
        registry, config = converter.scalar_registry, converter.config
        return lambda value, info: convert_argument(value, kind, registry, config, info, path=path)
    return None if convert is None else lambda value, _info: convert(value)


class _Kinds:
    """Converters by input class, so that a class may contain itself."""

    def __init__(self, converter: Any) -> None:
        self._converter = converter
        self._registry: Mapping[object, Any] = converter.scalar_registry
        self._objects: dict[Any, Convert] = {}

    def converter_of(self, kind: Any) -> Convert | None:
        if isinstance(kind, StrawberryMaybe):
            return self._maybe(kind)
        if isinstance(kind, StrawberryOptional):
            return self.converter_of(kind.of_type)
        if isinstance(kind, StrawberryList):
            return self._list(kind)
        if self._is_leaf(kind):
            return None
        if isinstance(kind, LazyType):
            return self.converter_of(kind.resolve_type())
        if has_enum_definition(kind):
            return None
        if has_object_definition(kind):
            return self._object(kind)
        raise _Unmet

    def _is_leaf(self, kind: Any) -> bool:
        if kind is GlobalID:
            raise _Unmet
        return is_scalar(kind, self._registry) or isinstance(kind, StrawberryEnumDefinition)

    def _maybe(self, kind: StrawberryMaybe) -> Convert:
        inner = self.converter_of(kind.of_type)
        nullable = isinstance(kind.of_type, StrawberryOptional)
        registry, config = self._registry, self._converter.config

        def convert(value: Any) -> Any:
            if value is None and not nullable:
                return convert_argument(value, kind, registry, config)  # which refuses it in its own words
            return Some(value if inner is None else inner(value))

        return convert

    def _list(self, kind: StrawberryList) -> Convert:
        """A list is copied even where its rows need nothing: defaults are shared by requests."""
        inner = self.converter_of(kind.of_type)

        def convert(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            return list(value) if inner is None else [inner(one) for one in value]

        return convert

    def _object(self, kind: Any) -> Convert:
        definition = kind.__strawberry_definition__
        if definition.from_input is not None or not definition.is_input:
            raise _Unmet
        if kind in self._objects:  # a class within itself: what converts it may not be there yet
            return lambda value: self._objects[kind](value)  # noqa: PLW0108 - as above
        self._objects[kind] = lambda value: convert(value)  # noqa: PLW0108 - as above
        implied = {
            field.python_name: None
            for field in definition.fields
            if field.default_value is MISSING and field.default_factory is MISSING
        }
        name_of = self._converter.config.name_converter.from_field
        fields = [
            (name_of(field), field.python_name, self.converter_of(field.resolve_type(type_definition=definition)))
            for field in definition.fields
        ]

        def convert(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            given = dict(implied)
            for graphql_name, name, inner in fields:
                if graphql_name in value:
                    one = value[graphql_name]
                    given[name] = one if inner is None else inner(one)
            return kind(**given)

        return convert
