"""How a field's value is got: read, asked of a method, or by calling its resolver as the library would.

A resolver of strawberry's is taken apart only where it is known to do nothing else: a plain attribute, or a method
without wrappers around it. Anything that is not recognised, to the letter, is called as it is.
"""

import keyword
from collections.abc import Callable
from inspect import isasyncgenfunction, iscoroutinefunction
from typing import Any, Final, NamedTuple

import strawberry
from graphql import GraphQLField, default_field_resolver
from strawberry.types.field import StrawberryField

from graph.access import Rule
from graph.compiling.fitness import Reason, Unfit
from graph.compiling.inputs import converting
from graph.compiling.places import Place
from graph.guard import Guard, guard_of

Resolve = Callable[..., Any]

DEFINITION: Final = "strawberry-definition"
_CONVERTER: Final = "strawberry.schema.schema_converter"
_BASIC: Final = "GraphQLCoreConverter.from_resolver.<locals>._get_basic_result"
_RESOLVER: Final = "GraphQLCoreConverter.from_resolver.<locals>._resolver"


class Attribute(NamedTuple):
    """Read from the object."""

    name: str


class Method(NamedTuple):
    """Asked of the object's own method, which takes nothing else, or the info as `info`."""

    call: Callable[..., Any]
    with_info: bool


class Asked(NamedTuple):
    """A resolver's signature, with strawberry's info instead of the library's: what stands within is known."""

    resolve: Resolve


class Called(NamedTuple):
    """The resolver as the library calls it, with the library's info: what stands within is not known."""

    resolve: Resolve


Own = Attribute | Method | Asked | Called


class Fetch(NamedTuple):
    own: Own
    """The field's own way, behind any guard."""
    resolve: Resolve
    """The whole resolver, guard and all, as the library would call it."""
    rule: Rule | None = None
    """Asked first: where it allows, the own way is the whole way."""
    definition: StrawberryField | None = None


def fetch_of(place: Place) -> Fetch:
    field = place.field
    resolve = field.resolve or default_field_resolver
    _refuse_coroutines(resolve, field, place.label)
    guard = None if hasattr(resolve, "__wrapped__") else guard_of(resolve)  # a copy of the mark is not the mark
    if guard is None:
        return Fetch(_own(resolve, field), resolve, None, _definition(field))
    return _guarded(guard, resolve, field)


def _guarded(guard: Guard, resolve: Resolve, field: GraphQLField) -> Fetch:
    own = _own(guard.resolve, field)
    if isinstance(own, Called):
        return Fetch(Called(resolve), resolve)
    if guard.rule is not None:
        return Fetch(own, resolve, guard.rule, _definition(field))
    if isinstance(own, Attribute):
        return Fetch(Called(resolve), resolve)
    around = Asked(guard.around(_as_resolver(own)))  # the guard reads the context from the info and nothing else
    return Fetch(around, resolve, None, _definition(field))


def _as_resolver(own: Method | Asked) -> Resolve:
    if isinstance(own, Asked):
        return own.resolve
    call = own.call
    if own.with_info:
        return lambda source, info: call(source, info=info)
    return lambda source, _info: call(source)


def _refuse_coroutines(resolve: Resolve, field: GraphQLField, label: str) -> None:
    definition = _definition(field)
    is_async = iscoroutinefunction(resolve) or isasyncgenfunction(resolve)
    if is_async or (definition is not None and definition.is_async):
        raise Unfit(Reason.AWAITABLE, label)


def _definition(field: GraphQLField) -> StrawberryField | None:
    definition: object = (field.extensions or {}).get(DEFINITION)
    return definition if isinstance(definition, StrawberryField) else None


def _own(resolve: Resolve, field: GraphQLField) -> Own:
    definition: Any = _definition(field)
    if definition is None or getattr(resolve, "__module__", None) != _CONVERTER:
        return Called(resolve)
    if type(definition).get_result is not StrawberryField.get_result or definition.extensions:
        return Called(resolve)
    within = _closure(resolve)
    if resolve.__qualname__ == _BASIC:
        return _attribute(definition) if within.get("field") is definition else Called(resolve)
    if resolve.__qualname__ == _RESOLVER and within.get("field_exception_handlers") == ():
        return _method(definition, _closure(within.get("_strawberry_info_from_graphql"))) or Called(resolve)
    return Called(resolve)


def _attribute(definition: Any) -> Own:
    name = definition.python_name
    plain = name.isidentifier() and name.isascii() and not keyword.iskeyword(name)
    if definition.default_resolver is not getattr or not plain:
        return Called(_by_default_resolver(definition))
    return Attribute(name)


def _by_default_resolver(definition: StrawberryField) -> Resolve:
    def resolve(source: Any, _info: Any, **_arguments: Any) -> Any:
        return definition.default_resolver(source, definition.python_name)

    return resolve


def _method(definition: StrawberryField, within: dict[str, Any]) -> Method | Asked | None:
    resolver, converter = definition.base_resolver, within.get("self")
    if resolver is None or converter is None or within.get("field") is not definition:
        return None
    if converter.config.info_class is not strawberry.Info or not callable(resolver.wrapped_func):
        return None
    named = [parameter.name for parameter in (resolver.parent_parameter, resolver.root_parameter) if parameter]
    info_name = resolver.info_parameter.name if resolver.info_parameter else None
    if resolver.self_parameter and not named and not definition.arguments and info_name in (None, "info"):
        return Method(resolver.wrapped_func, with_info=info_name is not None)
    convert = converting(definition.arguments, converter) if definition.arguments else None
    return Asked(_asking(resolver.wrapped_func, bool(resolver.self_parameter), named, info_name, convert))


def _asking(
    call: Callable[..., Any],
    source_first: bool,  # noqa: FBT001 - beside what it is read with
    source_names: list[str],
    info_name: str | None,
    convert: Callable[[dict[str, Any], Any], dict[str, Any]] | None,
) -> Resolve:
    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        given = convert(arguments, info) if convert else {}
        for name in source_names:
            given[name] = source
        if info_name:
            given[info_name] = info
        return call(source, **given) if source_first else call(**given)

    return resolve


def _closure(function: Any) -> dict[str, Any]:
    code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None) or ()
    if code is None:
        return {}
    found = {}
    for name, cell in zip(code.co_freevars, cells, strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not set yet
            continue
    return found
