"""How large a document may be, in one walk, before the standard validation sees it.

One walk over the document with its fragments unfolded counts everything at once. It runs first, because the other
rules recurse and multiply; whatever it lets through is small for them. The walk itself stops at the first limit met.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
)

from graph.errors import ErrorCode, PublicError

TOKENS_MAX: Final = 1_000
"""The deepest and widest example in the documentation has under 300."""
DEPTH_MAX: Final = 12
"""`accounts → edges → node → entries → edges → node → amount → amount` is 8; four more for what comes."""
INTROSPECTION_DEPTH_MAX: Final = 18
"""The standard introspection query of GraphiQL unfolds types nine deep; how often lists nest in it has a rule."""
ALIASES_MAX: Final = 15
ROOT_FIELDS_MAX: Final = 10
FIELDS_MAX: Final = 250
DIRECTIVES_MAX: Final = 10
DIRECTIVES_HERE_MAX: Final = 3
"""On one selection: `@skip`, `@include` and one more. Each unknown one would be an error of its own."""
SELECTIONS_MAX: Final = 1_000
"""Selections visited, so that fragments that only spread fragments end too."""
VALUE_DEPTH_MAX: Final = 12
MUTATIONS_MAX: Final = 1
"""One change a request: a second one could fail after the first was done, and one answer would have to say both."""
MUTATIONS_FREE: Final = frozenset({"previewTransfer", "__typename"})
"""Root fields of a mutation that change nothing."""
INTROSPECTION: Final = frozenset({"__schema", "__type"})


class SelectionEmpty(Exception):
    """The parser lets `{ }` pass, which the language does not have."""


class Introspects(Exception):
    """Where the schema is read from its file."""


class LimitExceeded(Exception):
    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"The document has more than {most} {what}.")


@dataclass(slots=True)
class _Counts:
    selections: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    root_fields: int = 0
    mutations: int = 0

    def add(self, name: str, most: int, by: int = 1) -> None:
        total = getattr(self, name) + by
        if total > most:
            raise LimitExceeded(name.replace("_", " "), most)
        setattr(self, name, total)


@dataclass(slots=True)
class _Walk:
    fragments: Mapping[str, FragmentDefinitionNode]
    mutates: bool
    introspects: bool
    counts: _Counts = field(default_factory=_Counts)

    def selections(self, found: SelectionSetNode, *, depth: int, most: int, unfolding: frozenset[str]) -> None:
        if not found.selections:
            raise SelectionEmpty
        for selection in found.selections:
            self.counts.add("selections", SELECTIONS_MAX)
            here = len(selection.directives or ())
            if here > DIRECTIVES_HERE_MAX:
                raise LimitExceeded("directives at one place", DIRECTIVES_HERE_MAX)
            self.counts.add("directives", DIRECTIVES_MAX, here)
            self._selection(selection, depth=depth, most=most, unfolding=unfolding)

    def _selection(self, selection: SelectionNode, *, depth: int, most: int, unfolding: frozenset[str]) -> None:
        if isinstance(selection, FieldNode):
            self._field(selection, depth=depth + 1, most=most, unfolding=unfolding)
        elif isinstance(selection, InlineFragmentNode):
            self.selections(selection.selection_set, depth=depth, most=most, unfolding=unfolding)
        elif isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            fragment = self.fragments.get(name)
            if fragment is not None and name not in unfolding:  # a circle is an error of the standard rules
                self.selections(fragment.selection_set, depth=depth, most=most, unfolding=unfolding | {name})

    def _field(self, node: FieldNode, *, depth: int, most: int, unfolding: frozenset[str]) -> None:
        self.counts.add("fields", FIELDS_MAX)
        self.counts.add("aliases", ALIASES_MAX, 1 if node.alias else 0)
        if node.name.value in INTROSPECTION and not self.introspects:
            raise Introspects
        if depth == 1:
            self.counts.add("root_fields", ROOT_FIELDS_MAX)
            if self.mutates and node.name.value not in MUTATIONS_FREE:
                self.counts.add("mutations", MUTATIONS_MAX)
            if node.name.value in INTROSPECTION:
                most = INTROSPECTION_DEPTH_MAX
        if depth > most:
            raise LimitExceeded("levels", most)
        for argument in node.arguments or ():
            _check_value(argument.value, depth=1)
        if node.selection_set is not None:
            self.selections(node.selection_set, depth=depth, most=most, unfolding=unfolding)


def exceeded(document: DocumentNode, *, introspects: bool) -> PublicError | None:
    """The first limit that the document exceeds; None when it exceeds none. Unless `introspects`, the schema is none
    of its business."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    try:
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                walk = _Walk(fragments, definition.operation is OperationType.MUTATION, introspects)
                walk.counts.add("directives", DIRECTIVES_MAX, len(definition.directives or ()))
                walk.selections(definition.selection_set, depth=0, most=DEPTH_MAX, unfolding=frozenset())
            elif isinstance(definition, FragmentDefinitionNode):  # one that nothing spreads is measured too
                _Walk(fragments, False, introspects).selections(
                    definition.selection_set,
                    depth=1,
                    most=INTROSPECTION_DEPTH_MAX,
                    unfolding=frozenset({definition.name.value}),
                )
    except SelectionEmpty:
        return PublicError(ErrorCode.DOCUMENT_INVALID, "The document selects nothing somewhere.")
    except Introspects:
        return PublicError(ErrorCode.DOCUMENT_INVALID, "The schema is not told here; it is published as a file.")
    except LimitExceeded as limit:
        return PublicError(ErrorCode.LIMIT_EXCEEDED, str(limit))
    return None


def _check_value(value: ValueNode, *, depth: int) -> None:
    if depth > VALUE_DEPTH_MAX:
        raise LimitExceeded("levels in a value", VALUE_DEPTH_MAX)
    for inner in _inner(value):
        _check_value(inner, depth=depth + 1)


def _inner(value: ValueNode) -> Iterable[ValueNode]:
    if isinstance(value, ListValueNode):
        return value.values
    if isinstance(value, ObjectValueNode):
        return [part.value for part in value.fields]
    return ()
