"""What is not compiled, and why; and what the front door takes."""

from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, GraphQLString, parse

from graph.compiling import fitness
from graph.compiling.document import Compiled, Reason, compiled
from graph.documents import core_schema
from graph.schema import schema as bank_schema
from tests.unit.graph.compiling.same import both, refused
from tests.unit.graph.compiling.wild import Dice, wild_schema

BANK = core_schema(bank_schema)
WILD = wild_schema()


async def later(_source: Any, _info: Any) -> str:
    return "later"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{ __schema { types { name } } }", Reason.INTROSPECTION),
        (
            'query { viewer { person } ...F } fragment F on Query { __type(name: "Query") { name } }',
            Reason.INTROSPECTION,
        ),
        ("{ viewer { ... @defer { person } } }", Reason.INCREMENTAL),
        ("{ viewer { groups @stream } }", Reason.INCREMENTAL),
        ("subscription { changes }", Reason.SUBSCRIPTION),
        ("query @experimental_disableErrorPropagation { viewer { person } }", Reason.ERRORS_KEPT),
        ("query A { viewer { person } } query B { viewer { person } }", Reason.NO_OPERATION),
        ("fragment F on Query { viewer { person } }", Reason.NO_OPERATION),
        (
            """query($a: Boolean!, $b: Boolean!, $c: Boolean!, $d: Boolean!) { viewer {
            person @skip(if: $a) region @skip(if: $b) groups @include(if: $c) p: person @include(if: $d) } }""",
            Reason.CONDITIONS,
        ),
        ("{ viewer { person @skip(if: 3) } }", Reason.NOT_VALID),
    ],
)
def test_what_cannot_be_known_beforehand_is_left_to_the_library(document: str, reason: Reason) -> None:
    assert refused(BANK, document).reason is reason


def test_an_operation_that_is_not_there_is_not_compiled() -> None:
    assert refused(BANK, "query A { viewer { person } }", "B").reason is Reason.NO_OPERATION


def test_fragments_with_variables_are_left_to_the_library() -> None:
    document = parse(
        "{ viewer { ...F(x: 1) } } fragment F($x: Int) on Viewer { person }", experimental_fragment_arguments=True
    )

    found = compiled(BANK, document, None)

    assert not isinstance(found, Compiled)
    assert found.reason is Reason.FRAGMENT_VARIABLES


def test_a_field_that_a_coroutine_answers_is_left_to_the_library() -> None:
    schema = GraphQLSchema(GraphQLObjectType("Query", {"slow": GraphQLField(GraphQLString, resolve=later)}))

    found = refused(schema, "{ slow }")

    assert (found.reason, found.detail) == (Reason.AWAITABLE, "Query.slow")


def test_a_document_that_would_become_too_much_text_is_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.compiling.emitting.FIELDS_MAX", 3)

    assert refused(BANK, "{ viewer { person region groups } }").reason is Reason.TOO_LARGE


def test_a_document_nested_beyond_the_limit_is_not_compiled() -> None:
    depth = fitness.DEPTH_MAX + 1

    assert refused(WILD, "{ again " * depth + "{ __typename }" + "}" * depth).reason is Reason.TOO_LARGE


def test_one_of_several_operations_is_chosen_by_its_name() -> None:
    document = parse("query A { a: __typename } query B { b: __typename }")

    assert both(BANK, document, operation_name="B").check().data == {"b": "Query"}


def test_there_is_a_function_for_each_choice_of_what_is_included() -> None:
    document = """query($a: Boolean!, $b: Boolean = true) {
      one: __typename @include(if: $a) two: __typename @skip(if: $b)
      three: __typename @skip(if: $a) @include(if: $b) }"""

    answers = [both(BANK, document, {"a": a, "b": b}).check().data for a in (True, False) for b in (True, False)]

    assert [list(answer or {}) for answer in answers] == [["one"], ["one", "two"], ["three"], ["two"]]


def test_null_where_a_boolean_decides_is_worded_by_the_library() -> None:
    result = both(BANK, "query($b: Boolean = true) { one: __typename @include(if: $b) }", {"b": None}).check()

    assert result.data is None
    assert result.errors


def test_only_what_runs_counts_of_a_mutation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a wrong variable nor a wrong condition lets a resolver run before the library has its say."""
    dice = Dice(1, 0.0)
    document = "mutation($b: Boolean = true) { throw @include(if: $b) }"

    both(WILD, document, {"b": None}, context=lambda: dice).check()

    assert dice.thrown == []
