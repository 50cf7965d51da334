"""Whether a compiled document answers as graphql-core does: data to the order of keys, errors to their place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLSchema, execute_sync, parse
from graphql.execution import Executor
from graphql.execution.incremental import IncrementalExecutor

from graph.compiling.document import Compiled, NotCompiled, compiled


@dataclass(frozen=True)
class Both:
    library: ExecutionResult
    compiled: ExecutionResult

    def check(self) -> ExecutionResult:
        assert repr(self.compiled.data) == repr(self.library.data)
        assert told(self.compiled) == told(self.library)
        assert self.compiled.extensions == self.library.extensions
        return self.compiled


def told(result: ExecutionResult) -> list[dict[str, Any]] | None:
    """Everything that anybody may read off the errors."""
    return None if result.errors is None else [_told(error) for error in result.errors]


def _told(error: GraphQLError) -> dict[str, Any]:
    return {
        "message": error.message,
        "path": error.path,
        "locations": error.locations,
        "extensions": error.extensions,
        "nodes": [id(node) for node in error.nodes or ()],
        "positions": error.positions,
        "kind": type(error),
        "cause": (type(error.original_error), str(error.original_error)),
    }


def executor_of(schema: GraphQLSchema) -> type[Executor[Any]]:
    of_strawberry = getattr(schema, "_strawberry_schema", None)
    found: type[Executor[Any]] = of_strawberry.execution_context_class if of_strawberry else IncrementalExecutor
    return found


def both(
    schema: GraphQLSchema,
    document: str | DocumentNode,
    variables: Mapping[str, Any] | None = None,
    *,
    root: Callable[[], Any] = lambda: None,
    context: Callable[[], Any] = lambda: None,
    operation_name: str | None = None,
) -> Both:
    """Root and context are made for each of the two, so that neither sees what the other did."""
    parsed = parse(document) if isinstance(document, str) else document
    found = compiled(schema, parsed, operation_name)
    assert isinstance(found, Compiled), found
    given = None if variables is None else dict(variables)
    by_library = execute_sync(
        schema, parsed, root(), context(), given, operation_name, executor_class=executor_of(schema)
    )
    return Both(by_library, found.execute(root(), context(), given))


def refused(schema: GraphQLSchema, document: str, operation_name: str | None = None) -> NotCompiled:
    found = compiled(schema, parse(document), operation_name)
    assert isinstance(found, NotCompiled), found.source
    return found
