"""One field at one place of a document: what the library calls a field group, and where its value stands."""

from collections.abc import Sequence
from typing import NamedTuple

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path

Keys = tuple[str | int, ...]
"""A path as the generated function writes it down: response keys and places in lists."""


class Place(NamedTuple):
    field: GraphQLField
    name: str
    """In the schema; the response key is the last of the path."""
    parent: GraphQLObjectType
    details: FieldDetailsList
    """The nodes that ask for it here; several when one response key is asked for more than once."""
    typenames: tuple[str | None, ...]
    """Of the types that the keys of the path belong to; none for a place in a list."""

    @property
    def label(self) -> str:
        return f"{self.parent.name}.{self.name}"

    @property
    def first(self) -> FieldNode:
        return self.details[0].node

    @property
    def nodes(self) -> list[FieldNode]:
        return [detail.node for detail in self.details]


def linked(keys: Sequence[str | int], typenames: Sequence[str | None]) -> Path:
    """The path as resolvers see it."""
    found: Path | None = None
    for key, typename in zip(keys, typenames, strict=True):
        found = Path(found, key, typename)
    if found is None:
        raise ValueError("a field stands somewhere")
    return found
