"""Equal to graphql-core on a schema that strawberry has nothing to do with: default resolvers, dicts, `__typename`."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from graphql import GraphQLError, GraphQLSchema, build_schema
from hypothesis import HealthCheck, given, settings

from tests.unit.graph.compiling.asking import Asked, documents
from tests.unit.graph.compiling.same import both

SCHEMA: Final[GraphQLSchema] = build_schema("""
  enum Colour { RED GREEN }
  interface Shape { name: String! area: Float }
  type Square implements Shape { name: String! area: Float side: Int! inside: [Shape] colour: Colour }
  type Circle implements Shape { name: String! area: Float radius: Float! around: [[Square!]]! }
  union Thing = Square | Circle
  input Size { width: Int! = 3, height: Int, tags: [String!] = ["a"] }
  type Query {
    shape: Shape
    shapes(first: Int = 2, sizes: [Size!]): [Shape!]
    thing: Thing!
    things: [Thing]
    square: Square!
    echo(size: Size, sizes: [Size], colour: Colour = RED, text: String): String
    must(count: Int! = 7): String
    deep: [[[Int!]]]
  }
""")


def square(depth: int = 2) -> dict[str, Any]:
    inside = [square(depth - 1), None, circle(depth - 1)] if depth else []
    return {"__typename": "Square", "name": "a square", "area": 4, "side": 2, "inside": inside, "colour": "RED"}


def circle(depth: int = 1) -> dict[str, Any]:
    around = [[square(depth - 1)], None] if depth else []
    return {
        "__typename": "Circle",
        "name": lambda info: f"circle {info.path.as_list()}",
        "radius": 1.5,
        "around": around,
    }


def root() -> dict[str, Any]:
    def raising(_info: Any) -> Any:
        raise GraphQLError("raised", extensions={"code": "X"})

    def rows(_info: Any) -> Iterator[Any]:
        yield [[1], None]
        yield [[None, 2], [3]]
        raise RuntimeError("no more")

    return {
        "shape": square(),
        "shapes": lambda _info, first, sizes=None: [square(), circle()] * min(first or 0, 3) + (sizes or []),
        "thing": {"__typename": "Nothing"},
        "things": [square(), {"name": "untyped"}, circle(), None, ValueError("in a list")],
        "square": raising,
        "must": lambda _info, **given: repr(given),
        "echo": lambda _info, **given: repr(given),
        "deep": rows,
    }


@given(documents(SCHEMA, depth=4))
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_query_is_answered_as_the_library_answers_it(asked: Asked) -> None:
    both(SCHEMA, asked.document, asked.variables, root=root).check()


@pytest.mark.parametrize(
    "document",
    [
        "{ square { name } }",
        "{ things { ... on Square { side inside { name ... on Circle { around { side } } } } } }",
        "{ deep }",
        "{ thing { __typename } }",
        "{ shape { ...A ...A } } fragment A on Shape { name ... on Square { name side } }",
        "{ shape { ... on Square { inside { name } } ... on Square { inside { area } } } }",
        "{ echo(size: {height: 2}) a: echo(sizes: {width: 1}) b: echo(sizes: [{}, null], colour: GREEN) }",
        '{ echo(text: "x") @skip(if: true) @include(if: false) shape @include(if: true) { name @skip(if: false) } }',
    ],
)
def test_a_document_is_answered_as_the_library_answers_it(document: str) -> None:
    both(SCHEMA, document, root=root).check()


@pytest.mark.parametrize(
    "variables", [None, {}, {"s": None}, {"s": {"width": None}}, {"s": {"height": 1}}, {"s": {"tags": "x"}}, {"s": 3}]
)
def test_variables_are_taken_or_refused_as_by_the_library(variables: dict[str, Any] | None) -> None:
    both(SCHEMA, "query($s: Size = {width: 9}) { echo(size: $s) a: echo(sizes: [$s]) }", variables, root=root).check()


@pytest.mark.parametrize(
    "sent", [{}, {"v": None}, {"v": 1}, {"v": "GREEN"}, {"v": "BLUE"}, {"v": {"width": 1, "no": 2}}]
)
@pytest.mark.parametrize(
    "document",
    [
        "query($v: Colour) { echo(colour: $v) }",
        "query($v: Colour = GREEN) { echo(colour: $v) }",
        "query($v: Int) { shapes(first: $v) { name } }",
        "query($v: Int) { must(count: $v) }",
        "query($v: Int = 4) { must(count: $v) }",
        "query($v: Int! = 4) { must(count: $v) }",
        "query($v: Size) { echo(size: $v) }",
        "query($v: Size!) { echo(sizes: [$v, {width: 2}]) }",
        "query($v: Int) { echo(size: {height: $v}) }",
        "query($v: Int = 2) { echo(sizes: [{width: $v}, {height: $v}]) }",
    ],
)
def test_what_is_not_sent_has_its_default_and_null_is_null(document: str, sent: dict[str, Any]) -> None:
    both(SCHEMA, document, sent, root=root).check()


def test_what_a_list_is_read_from_is_read_to_its_end_after_an_error() -> None:
    """As the library does; a generator with effects shows it."""
    seen: list[list[int]] = []

    def counting() -> dict[str, Callable[[Any], Iterator[Any]]]:
        seen.append([])
        mine = seen[-1]

        def rows(_info: Any, **_given: Any) -> Iterator[Any]:
            for number in range(4):
                mine.append(number)
                yield square() if number == 0 else None

        return {"shapes": rows}

    both(SCHEMA, "{ shapes { name } }", root=counting).check()

    assert seen == [[0, 1, 2, 3], [0, 1, 2, 3]]


@pytest.mark.parametrize("a", [True, False])
@pytest.mark.parametrize("b", [True, False])
def test_conditions_keep_the_order_of_keys(a: bool, b: bool) -> None:
    document = """query($a: Boolean!, $b: Boolean!) { shape { ... @include(if: $a) { x: name y: area }
      y: area ... on Square @skip(if: $b) { side x: name } ...F @include(if: $b) } } fragment F on Square { colour }"""

    both(SCHEMA, document, {"a": a, "b": b}, root=root).check()
