"""Which documents are compiled. The others are answered by graphql-core, and it is said why."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

CONDITIONS_MAX: Final = 3
"""Variables that decide what is included. Each doubles the functions, all of which are generated beforehand."""
FIELDS_MAX: Final = 4_000
"""Fields of one function, each counted for every type it is compiled for. The bank's longest document has 300."""
DEPTH_MAX: Final = 48
"""Selections within selections; the limits of ad-hoc documents end at a quarter of it."""
LISTS_NESTED_MAX: Final = 6
"""Lists of lists within one field. Python nests twenty blocks, and each list takes two."""


class Reason(StrEnum):
    NO_OPERATION = "NO_OPERATION"
    """The document has no such operation, or several and none was named."""
    SUBSCRIPTION = "SUBSCRIPTION"
    INTROSPECTION = "INTROSPECTION"
    INCREMENTAL = "INCREMENTAL"
    """`@defer` or `@stream`: the answer comes in parts."""
    FRAGMENT_VARIABLES = "FRAGMENT_VARIABLES"
    """Fragments with variables of their own, which are an experiment."""
    ERRORS_KEPT = "ERRORS_KEPT"
    """`@experimental_disableErrorPropagation`: nulls do not bubble."""
    AWAITABLE = "AWAITABLE"
    """A field is resolved by a coroutine."""
    CONDITIONS = "CONDITIONS"
    """More variables decide what is included than there may be functions for."""
    TOO_LARGE = "TOO_LARGE"
    NOT_VALID = "NOT_VALID"
    """The document does not fit the schema. Only documents that passed validation should come here."""


class NotCompiled(NamedTuple):
    """The document is answered by graphql-core."""

    reason: Reason
    detail: str


class Unfit(Exception):
    """Found on the way; `compiled` turns it into a value."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Parts(NamedTuple):
    """A document taken apart."""

    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    conditions: tuple[str, ...]
    """The variables that decide what is included."""


INTROSPECTING: Final = frozenset({"__schema", "__type"})
INCREMENTAL: Final = frozenset({"defer", "stream"})
INCLUDING: Final = frozenset({"skip", "include"})
KEEPING_ERRORS: Final = "experimental_disableErrorPropagation"


def parts_of(schema: GraphQLSchema, document: DocumentNode, operation_name: str | None) -> Parts:
    """Raises `Unfit` for what can be seen without the types."""
    operation = _operation(document, operation_name)
    if operation.operation is OperationType.SUBSCRIPTION:
        raise Unfit(Reason.SUBSCRIPTION, "subscriptions are streams")
    if schema.get_root_type(operation.operation) is None:
        raise Unfit(Reason.NOT_VALID, f"the schema has no {operation.operation.value}")
    if any(directive.name.value == KEEPING_ERRORS for directive in operation.directives or ()):
        raise Unfit(Reason.ERRORS_KEPT, f"@{KEEPING_ERRORS}")
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    for name, fragment in fragments.items():
        if fragment.variable_definitions:
            raise Unfit(Reason.FRAGMENT_VARIABLES, f"fragment {name}")
    return Parts(operation, fragments, _conditions(operation, fragments))


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """As the library chooses: of several with one name the last; without a name, the only one."""
    operations = [found for found in document.definitions if isinstance(found, OperationDefinitionNode)]
    if name is not None:
        operations = [found for found in operations if found.name and found.name.value == name][-1:]
    if len(operations) != 1:
        raise Unfit(Reason.NO_OPERATION, f"{len(operations)} operations to choose from")
    return operations[0]


def _conditions(operation: OperationDefinitionNode, fragments: dict[str, FragmentDefinitionNode]) -> tuple[str, ...]:
    deciding: dict[str, None] = {}
    for node in _selections(operation.selection_set, fragments):
        if isinstance(node, FieldNode) and node.name.value in INTROSPECTING:
            raise Unfit(Reason.INTROSPECTION, node.name.value)
        for directive in node.directives or ():
            deciding |= dict.fromkeys(_deciding(directive))
    if len(deciding) > CONDITIONS_MAX:
        raise Unfit(Reason.CONDITIONS, f"{len(deciding)} variables decide what is included")
    return tuple(deciding)


def _deciding(directive: DirectiveNode) -> Iterator[str]:
    name = directive.name.value
    if name in INCREMENTAL:
        raise Unfit(Reason.INCREMENTAL, f"@{name}")
    if name in INCLUDING:
        for argument in directive.arguments or ():
            if isinstance(argument.value, VariableNode):
                yield argument.value.name.value


def _selections(first: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> Iterator[SelectionNode]:
    """Every selection the operation reaches, each fragment once."""
    waiting, met = [first], set[str]()
    while waiting:
        for node in waiting.pop().selections:
            yield node
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in fragments and name not in met:
                    met.add(name)
                    waiting.append(fragments[name].selection_set)
            elif inner := getattr(node, "selection_set", None):
                waiting.append(inner)
