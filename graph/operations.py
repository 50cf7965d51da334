"""Mutations as fields: the type of each is the union of its success and its refusals."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import strawberry

from graph.answers import REFUSALS, SUCCESSES
from graph.refusals import result

Given = TypeVar("Given")
Input = Annotated[Given, strawberry.argument(description="What is asked for.")]
Resolver = TypeVar("Resolver", bound=Callable[..., object])


def mutation(name: str, description: str) -> Callable[[Resolver], Resolver]:
    """A field of `Mutation` whose type is the union of its success and its refusals."""
    union = result(
        f"{name[0].upper()}{name[1:]}Result",
        f"What `{name}` answers: that it was done, or why not.",
        SUCCESSES[name],
        refusals=REFUSALS[name],
    )
    decorate: Callable[[Resolver], Resolver] = strawberry.mutation(description=description, graphql_type=union)
    return decorate
