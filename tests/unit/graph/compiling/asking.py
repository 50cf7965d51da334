"""Random documents over any schema, with random variables: what people may ask, and what nobody would.

Fragments of all kinds, fields asked twice under one key, aliases, `@skip` and `@include`, literals, variables that are
there, null, missing or wrong, defaults. What comes out has passed validation, as a published document has.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLSchema,
    OperationType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)
from graphql import parse as parsed
from graphql import validate as faults_of
from hypothesis import assume
from hypothesis import strategies as st

Draw = Callable[[st.SearchStrategy[Any]], Any]
Leaves = Mapping[str, st.SearchStrategy[Any]]
"""For each scalar, values that are good for it, as JSON."""

DEPTH: Final = 5
SELECTIONS: Final = (1, 2, 3, 4, 5)
SELECTIONS_MAX: Final = 40
CONDITIONS: Final = ("b0", "b1")

SCALARS: Final[Leaves] = {
    "Int": st.integers(-3, 3) | st.just(2**31 - 1),
    "Float": st.floats(-2, 2, allow_nan=False) | st.integers(-2, 2),
    "String": st.sampled_from(["", "a", '"quoted" \\ {x}', "'''", "é", "__import__('os')"]),
    "Boolean": st.booleans(),
    "ID": st.sampled_from(["1", "x"]),
}
WRONG: Final = st.sampled_from([None, True, 7, 1.5, "wrong", [], {}, [None], {"no": 1}, 2**40])


@dataclass(frozen=True)
class Asked:
    document: str
    variables: dict[str, Any]


@dataclass
class _Writing:
    draw: Draw
    schema: GraphQLSchema
    leaves: Leaves
    root_fields: frozenset[str] | None
    fragments: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    keys: dict[tuple[str, str, str], str] = field(default_factory=dict)
    left: int = SELECTIONS_MAX
    careless: bool = False
    """Whether variables are also missing, null or of another type."""

    # Selections.

    def selections(self, kind: GraphQLNamedType, depth: int) -> str:
        found = [self.selection(kind, depth) for _ in range(self.draw(st.sampled_from(SELECTIONS)))]
        return "{ " + " ".join(found) + " }"

    def selection(self, kind: GraphQLNamedType, depth: int) -> str:
        self.left -= 1
        fragments = ["inline", "spread"] if depth > 0 and self.left > 0 else []
        what = self.draw(st.sampled_from(["field"] * 8 + ["typename", *fragments]))
        if what == "inline":
            condition = self.draw(st.sampled_from(["", *self.narrower(kind)]))
            inner = self.schema.type_map[condition] if condition else kind
            on = f"on {condition} " if condition else ""
            return f"... {on}{self.directive()}{self.selections(inner, depth - 1)}"
        if what == "spread":
            return self.spread(kind, depth)
        if what == "field" and (chosen := self.field(kind, depth)):
            return chosen
        return f"{self.draw(st.sampled_from(['', 'again: ']))}__typename {self.directive()}"

    def narrower(self, kind: GraphQLNamedType) -> list[str]:
        """Types that a fragment on this one may be for."""
        members = self.schema.get_possible_types(kind) if is_abstract_type(kind) else [kind]
        around = [
            other.name
            for other in self.schema.type_map.values()
            if is_abstract_type(other) and any(self.schema.is_sub_type(other, member) for member in members)
        ]
        return [*(member.name for member in members), *around]

    def spread(self, kind: GraphQLNamedType, depth: int) -> str:
        known = [name for name in self.fragments if name.endswith(f"_{kind.name}")]
        if known and self.draw(st.booleans()):
            return f"...{self.draw(st.sampled_from(known))} {self.directive()}"
        on = self.draw(st.sampled_from(self.narrower(kind)))
        text = self.selections(self.schema.type_map[on], depth - 1)
        name = f"F{len(self.fragments)}_{kind.name}"
        self.fragments[name] = f"fragment {name} on {on} {text}"
        return f"...{name} {self.directive()}"

    def field(self, kind: GraphQLNamedType, depth: int) -> str | None:
        fields = getattr(kind, "fields", {})
        is_root = kind is self.schema.query_type or kind is self.schema.mutation_type
        names = [
            name
            for name, one in fields.items()
            if ((depth > 0 and self.left > 0) or not is_composite_type(get_named_type(one.type)))
            and not (is_root and self.root_fields is not None and name not in self.root_fields)
        ]
        if not names:
            return None
        deeper = [name for name in names if is_composite_type(get_named_type(fields[name].type))]
        name = self.draw(st.sampled_from(deeper if deeper and self.draw(st.booleans()) else names))
        arguments = self.arguments(fields[name].args)
        asked = (name, arguments, str(fields[name].type))
        key = self.keys.setdefault(asked, f"k{len(self.keys)}")
        alias = "" if not fields[name].args and self.draw(st.booleans()) else f"{key}: "
        inner = get_named_type(fields[name].type)
        below = self.selections(inner, depth - 1) if is_composite_type(inner) else ""
        return f"{alias}{name}{arguments} {self.directive()}{below}"

    def directive(self) -> str:
        name = self.draw(st.sampled_from([""] * 12 + ["@skip", "@include", "@skip(if: false) @include"]))
        if not name:
            return ""
        decides = self.draw(st.sampled_from(["true", "false", *(f"${one}" for one in CONDITIONS)]))
        if decides.startswith("$"):
            self.condition(decides[1:])
        return f"{name}(if: {decides}) "

    def condition(self, name: str) -> None:
        if name not in self.variables:
            self.variables[name] = self.draw(st.sampled_from(["Boolean!", "Boolean! = true", "Boolean = false"]))
            values = [True, False, ..., None] if self.careless else [True, False]
            value = self.draw(st.sampled_from(values))
            if value is not ...:
                self.values[name] = value

    # Arguments.

    def arguments(self, arguments: Mapping[str, GraphQLArgument]) -> str:
        given = []
        for name, argument in arguments.items():
            if not is_required_argument(argument) and self.draw(st.booleans()):
                continue
            given.append(f"{name}: {self.given(argument.type, has_default=not is_required_argument(argument))}")
        return f"({', '.join(given)})" if given else ""

    def given(self, kind: GraphQLInputType, *, has_default: bool) -> str:
        if self.draw(st.booleans()):
            return self.variable(kind, has_default=has_default)
        return self.literal(kind)

    def variable(self, kind: GraphQLInputType, *, has_default: bool) -> str:
        name = f"v{len(self.variables)}"
        text, inner = str(kind), kind.of_type if is_non_null_type(kind) else kind
        shape = self.draw(st.sampled_from(["as it is", "as it is", "stricter", "with a default"]))
        if shape == "stricter":
            text = f"{inner}!"
        elif shape == "with a default" or (is_non_null_type(kind) and has_default and self.draw(st.booleans())):
            text = f"{inner} = {self.literal(inner, constant=True)}"
        self.variables[name] = text
        value = self.draw(st.sampled_from(["good", "good", "missing", "null", "wrong"])) if self.careless else "good"
        if shape != "stricter" and not is_non_null_type(kind) and self.draw(st.sampled_from([False, False, True])):
            value = "missing"
        if value == "good":
            self.values[name] = self.good(kind)
        elif value != "missing":
            self.values[name] = None if value == "null" else self.draw(WRONG)
        return f"${name}"

    def good(self, kind: GraphQLInputType, depth: int = 3) -> Any:
        if is_non_null_type(kind):
            return self.good_inner(kind.of_type, depth)
        return None if self.draw(st.sampled_from([False] * 5 + [True])) else self.good_inner(kind, depth)

    def good_inner(self, kind: Any, depth: int) -> Any:
        if is_list_type(kind):
            if self.draw(st.sampled_from([False] * 5 + [True])):
                return self.good(kind.of_type, depth)  # one is a list of one
            return [self.good(kind.of_type, depth) for _ in range(self.draw(st.integers(0, 2)))]
        if is_enum_type(kind):
            return self.draw(st.sampled_from(list(kind.values)))
        if is_input_object_type(kind):
            return self.good_object(kind, depth)
        return self.draw(self.leaves.get(kind.name, WRONG))

    def good_object(self, kind: Any, depth: int) -> dict[str, Any]:
        one_of = "DestinationInput" in kind.name or kind.name.startswith("Either") or kind.is_one_of
        if one_of:
            name = self.draw(st.sampled_from(list(kind.fields)))
            return {name: self.good_inner(kind.fields[name].type, depth - 1)}
        return {
            name: self.good(one.type, depth - 1)
            for name, one in kind.fields.items()
            if is_required_input_field(one) or (depth > 0 and self.draw(st.booleans()))
        }

    def literal(self, kind: GraphQLInputType, *, constant: bool = False) -> str:
        return self.written(self.good(kind), kind, constant=constant)

    def written(self, value: Any, kind: Any, *, constant: bool) -> str:
        """The value as a literal; now and then with a variable inside."""
        if not constant and value is not None and self.draw(st.sampled_from([False] * 9 + [True])):
            return self.variable(kind, has_default=False)
        kind = kind.of_type if is_non_null_type(kind) else kind
        if value is None:
            return "null"
        if is_list_type(kind):
            if not isinstance(value, list):
                return self.written(value, kind.of_type, constant=constant)
            return f"[{', '.join(self.written(one, kind.of_type, constant=constant) for one in value)}]"
        if is_input_object_type(kind):
            inside = (
                f"{name}: {self.written(one, kind.fields[name].type, constant=constant)}" for name, one in value.items()
            )
            return f"{{{', '.join(inside)}}}"
        return str(value) if is_enum_type(kind) else json.dumps(value, ensure_ascii=False)


@st.composite
def documents(
    draw: Draw,
    schema: GraphQLSchema,
    *,
    leaves: Leaves = SCALARS,
    operation: OperationType = OperationType.QUERY,
    root_fields: frozenset[str] | None = None,
    depth: int = DEPTH,
) -> Asked:
    root = schema.get_root_type(operation)
    assert root is not None
    careless = draw(st.sampled_from([False, False, False, True]))
    writing = _Writing(draw, schema, leaves, root_fields, careless=careless)
    body = writing.selections(root, depth)
    defined = ", ".join(f"${name}: {kind}" for name, kind in writing.variables.items())
    head = f"{operation.value} Asked{f'({defined})' if defined else ''}"
    text = "\n".join([f"{head} {body}", *writing.fragments.values()])
    assume(not faults_of(schema, parsed(text)))
    return Asked(text, writing.values)
