"""How an enumeration of the bank comes into the schema: with words for each of its values."""

from collections.abc import Mapping
from enum import Enum

import strawberry


def describe(kind: type[Enum], *, name: str, description: str, values: Mapping[str, str]) -> None:
    """Registers an enumeration of the bank. Values without words, and words without a value, stop the build."""
    members = {member.name for member in kind}
    if members != set(values):
        raise ValueError(f"{name}: {sorted(members ^ set(values))} are not described, or not there")
    strawberry.enum(kind, name=name, description=description)
    for value in kind.__strawberry_definition__.values:  # type: ignore[attr-defined]  # set by the line above
        value.description = values[value.name]
