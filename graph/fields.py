"""Fields that a method answers. Strawberry's own decorator has no type; with this one a method stays a method."""

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

Resolver = TypeVar("Resolver", bound=Callable[..., object])


def field(description: str, *, answers: Any = None) -> Callable[[Resolver], Resolver]:
    """`answers`: the type in the schema, where the method's own annotation does not say it (a union)."""
    decorate: Callable[[Resolver], Resolver] = strawberry.field(description=description, graphql_type=answers)
    return decorate
