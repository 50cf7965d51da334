"""Documents have bounds, and what a document came to is remembered."""

from typing import Any

import pytest
from graphql import GraphQLError, get_introspection_query, validate

from domain.customers.model import Customer
from graph import documents, limits
from tests.unit.graph.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ada(world: World) -> Customer:
    return world.person()


def nested(depth: int) -> str:
    """A document of this depth: an account's journal's legs, and then entries of entries that are not there."""
    return "{ viewer " + "{ a " * (depth - 1) + "}" * (depth - 1) + " }"


def many(count: int, field: str) -> str:
    return "{ " + " ".join(field.format(number=number) for number in range(count)) + " }"


BOMB = "{ ...A0 } " + " ".join(
    f"fragment A{number} on Query {{ ...A{number + 1} ...A{number + 1} ...A{number + 1} }}" for number in range(20)
)


@pytest.mark.parametrize(
    "document",
    [
        nested(limits.DEPTH_MAX + 1),
        "fragment F on Viewer " + "{ a " * 20 + "}" * 20 + " { viewer { person } }",
        many(limits.ALIASES_MAX + 1, "a{number}: viewer {{ person }}"),
        many(limits.ROOT_FIELDS_MAX + 1, "viewer {{ person }}"),
        "{ viewer " + many(limits.FIELDS_MAX, "person") + " }",
        "{ viewer { person " + "@skip(if: false) " * (limits.DIRECTIVES_MAX + 1) + "} }",
        "query " + "@a " * (limits.DIRECTIVES_MAX + 1) + "{ viewer { person } }",
        BOMB + " fragment A20 on Query { viewer { person } }",
        "{ account(id: " + "[" * 13 + "]" * 13 + ") { __typename } }",
        "{ account(id: " + "{a: " * 13 + "1" + "}" * 13 + ") { __typename } }",
        "{ a " * 150 + "}" * 150,
    ],
    ids=lambda document: document[:40],
)
def test_a_document_beyond_a_bound_is_refused(world: World, ada: Customer, document: str) -> None:
    answer = world.ask(ada, document)

    assert answer.status == 400
    assert answer.codes == ["LIMIT_EXCEEDED"]
    assert "data" not in answer.body
    assert world.faults == []


@pytest.mark.parametrize(
    "document",
    [
        "query($a: " + "[" * 450 + "ID" + "]" * 450 + ") { viewer { person } }",
        "query($a: ID = " + "[" * 450 + "1" + "]" * 450 + ") { node(id: $a) { id } }",
        "{ a " * 320 + "}" * 320,
        "{ " * 900,
    ],
    ids=lambda document: document[:20],
)
def test_what_is_nested_without_end_ends_as_an_error(world: World, ada: Customer, document: str) -> None:
    assert world.ask(ada, document).status == 400
    assert world.faults == []


def test_too_many_tokens_are_refused(world: World, ada: Customer) -> None:
    answer = world.ask(ada, "{ viewer { " + "person " * limits.TOKENS_MAX + "} }")

    assert answer.status == 400
    assert "tokens" in answer.errors[0]["message"]


def test_aliases_count_where_fragments_are_used(world: World, ada: Customer) -> None:
    spread = "{ a: viewer { ...F } b: viewer { ...F } c: viewer { ...F } } fragment F on Viewer { "
    document = spread + " ".join(f"p{number}: person" for number in range(5)) + " }"

    assert world.ask(ada, document).codes == ["LIMIT_EXCEEDED"]


def test_a_document_at_the_bounds_is_taken(world: World, ada: Customer) -> None:
    document = many(limits.ROOT_FIELDS_MAX, "a{number}: viewer {{ person }}")

    assert len(world.ask(ada, document).data) == limits.ROOT_FIELDS_MAX


def test_one_change_a_request(world: World, ada: Customer) -> None:
    one = 'openAccount(input: {{idempotencyKey: "{key}", product: CHECKING, currency: "USD"}}) {{ __typename }}'
    document = "mutation { a: " + one.format(key="1") + " b: " + one.format(key="2") + " }"

    answer = world.ask(ada, document)

    assert answer.codes == ["LIMIT_EXCEEDED"]
    assert world.ask(ada, "{ accounts { edges { cursor } } }").data == {"accounts": {"edges": []}}


def test_one_change_a_request_also_behind_fragments(world: World, ada: Customer) -> None:
    document = """mutation { ...A ...B }
        fragment A on Mutation { a: closeAccount(input: {idempotencyKey: "1", accountId: "a"}) { __typename } }
        fragment B on Mutation { b: closeAccount(input: {idempotencyKey: "2", accountId: "b"}) { __typename } }
    """

    assert world.ask(ada, document).codes == ["LIMIT_EXCEEDED"]


def test_the_standard_introspection_is_within_the_bounds(world: World, ada: Customer) -> None:
    answer = world.ask(ada, get_introspection_query(descriptions=True))

    assert {kind["name"] for kind in answer.data["__schema"]["types"]} >= {"Account", "Money"}


def test_introspection_does_not_multiply(world: World, ada: Customer) -> None:
    document = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"

    assert world.ask(ada, document).status == 400


def test_a_document_is_validated_once(world: World, ada: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    validations = []

    def counted(*given: Any, **more: Any) -> list[GraphQLError]:
        validations.append(given)
        return validate(*given, **more)

    monkeypatch.setattr("graph.documents.validate", counted)
    document = "{ viewer { person region } } # remembered"

    for _ in range(3):
        world.ask(ada, document)

    assert len(validations) == 1


def test_the_wrongs_of_a_document_are_remembered_too(world: World, ada: Customer) -> None:
    first, second = (world.ask(ada, "{ viewer { nothing } }") for _ in range(2))

    assert first.body == second.body
    assert first.status == second.status == 400


def test_every_rule_of_the_language_is_in_force() -> None:
    names = {rule.__name__ for rule in documents.RULES}

    assert {"MaxIntrospectionDepthRule", "OneOfInputValidationRule", "MaybeNullValidationRule"} <= names
