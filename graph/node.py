"""The interface of everything that has an id, and the request's context as resolvers receive it."""

import strawberry

from graph.context import Context

Info = strawberry.Info[Context, None]


@strawberry.interface(name="Node", description="Anything with an id that `node(id:)` finds.")
class Node:
    id: strawberry.ID = strawberry.field(description="Stable, with a readable prefix; grants nothing to who knows it.")
