"""What one request carries through the generated function, and what that calls where something is not as usual.

Paths, the library's info and its executor are made only here, when somebody asks for them.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn

import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    execute_sync,
    located_error,
)
from graphql.execution import Executor
from graphql.execution.execute import assume_not_async_iterable, assume_not_awaitable
from graphql.execution.executor import invalid_return_type_error
from graphql.execution.incremental import IncrementalExecutor
from graphql.execution.values import VariableValues

from domain.access.model import Relation
from graph.access import Cell, Rule
from graph.compiling.places import Keys, Place, linked
from graph.compiling.values import absent
from graph.compiling.variables import Variables


class Cells(dict[Relation, Cell]):
    """One rule for the groups of one person: by how the person stands to an object, what the rule gives."""

    def __init__(self, rule: Rule, groups: Any) -> None:
        super().__init__()
        self._rule = rule
        self._groups = groups

    def __missing__(self, relation: Relation) -> Cell:
        return self.setdefault(relation, self._rule.for_actor(self._groups, relation))


class Run:
    """One request."""

    __slots__ = ("_executor", "_library", "_values", "cells", "coerced", "context", "errors", "root", "sent")

    def __init__(
        self,
        library: "Library",
        *,
        root: Any,
        context: Any,
        sent: dict[str, Any] | None,
        coerced: dict[str, Any],
        cells: Sequence[Mapping[Relation, Cell]],
    ) -> None:
        self.root = root
        self.context = context
        self.sent = sent
        self.coerced = coerced
        self.cells = cells
        self.errors: list[GraphQLError] = []
        self._library = library
        self._executor: Executor[Any] | None = None
        self._values: VariableValues | None = None

    @property
    def values(self) -> VariableValues:
        """The variables as the library carries them."""
        if self._values is None:
            self._values = self._library.variables.values(self.sent, self.coerced)
        return self._values

    @property
    def executor(self) -> "Executor[Any]":
        """The library's, as it would stand at the beginning of this request, with the same coerced variables."""
        if self._executor is None:
            self._executor = self._library.executor(self.root, self.context, self.sent)
            self._executor.variable_values = self.values
        return self._executor


class Library:
    """The library, asked to do the whole or to lend a hand."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation_name: str | None, variables: Variables
    ) -> None:
        self.variables = variables
        self._schema = schema
        self._document = document
        self._operation_name = operation_name
        of_strawberry = getattr(schema, "_strawberry_schema", None)
        self._executor_class: type[Executor[Any]] = (
            of_strawberry.execution_context_class if of_strawberry else IncrementalExecutor
        )
        self._assumed: dict[str, Any] = {
            "is_awaitable": assume_not_awaitable,
            "is_async_iterable": assume_not_async_iterable,
        }

    def executor(self, root: Any, context: Any, variables: dict[str, Any] | None) -> "Executor[Any]":
        built = self._executor_class.build(
            self._schema, self._document, root, context, variables, self._operation_name, **self._assumed
        )
        if isinstance(built, list):
            raise built[0]
        return built

    def execute(self, root: Any, context: Any, variables: dict[str, Any] | None) -> ExecutionResult:
        return execute_sync(
            self._schema,
            self._document,
            root,
            context,
            variables,
            self._operation_name,
            executor_class=self._executor_class,
        )


def raw_info(run: Run, place: Place, keys: Keys) -> Any:
    """The library's info, for resolvers that are called as the library calls them."""
    path = linked(keys, place.typenames)
    return run.executor.build_resolve_info(place.field, place.nodes, place.parent, path)


class FieldInfo(strawberry.Info[Any, Any]):
    """Strawberry's info. Nearly every resolver reads the context from it and nothing else; the rest waits."""

    context: Any = None

    def __init__(self, run: Run, place: Place, definition: Any, keys: Keys) -> None:
        self.context = run.context
        self._field = definition
        self._run = run
        self._place = place
        self._keys = keys

    @property
    def _raw_info(self) -> Any:  # type: ignore[override]  # a field of the base, made here when it is first read
        found = self.__dict__.get("_made")
        if found is None:
            found = self.__dict__["_made"] = raw_info(self._run, self._place, self._keys)
        return found


def failed(run: Run, error: Exception, place: Place, keys: Keys) -> None:
    """A field that may be null is null; the error is kept."""
    run.errors.append(located_error(error, place.nodes, list(keys)))


def raised(error: Exception, place: Place, keys: Keys) -> NoReturn:
    """A field that may not be null takes what it stands in with it."""
    raise located_error(error, place.nodes, list(keys))


def drained(iterator: Iterable[Any] | None) -> None:
    """What a list was read from is read to its end after an error too, as the library does."""
    if iterator is not None and type(iterator) is not list:
        with suppress(Exception):
            for _ in iterator:
                pass


def is_object(run: Run, value: Any, kind: GraphQLObjectType, place: Place, keys: Keys, *, required: bool) -> bool:
    """Whether there is an object, of the type the schema says; False for nothing where nothing may be."""
    if absent(value, place, required=required):
        return False
    if kind.is_type_of and not kind.is_type_of(value, raw_info(run, place, keys)):
        raise invalid_return_type_error(kind, value, place.details)
    return True


def type_behind(
    run: Run, value: Any, abstract: GraphQLAbstractType, place: Place, keys: Keys, *, required: bool
) -> GraphQLObjectType | None:
    """The type of what stands behind an interface or in a union; None for nothing where nothing may be."""
    if absent(value, place, required=required):
        return None
    info = raw_info(run, place, keys)
    resolve = abstract.resolve_type or run.executor.type_resolver
    kind = run.executor.ensure_valid_runtime_type(resolve(value, info, abstract), abstract, place.details, info, value)
    if kind.is_type_of and not kind.is_type_of(value, info):
        raise invalid_return_type_error(kind, value, place.details)
    return kind
