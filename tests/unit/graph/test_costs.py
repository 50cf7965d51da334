"""What an operation may cost is told from its document: objects, times the rows of the lists around them."""

import pytest
from graphql import (
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    parse,
    validate,
)

from domain.metering import Used
from graph.connections import PAGE_DEFAULT, PAGE_MAX
from graph.costs import LIST_SIZES, cost_of, requested_cost
from graph.documents import core_schema
from graph.schema import schema
from tests.unit.graph.world import World, customer_actor

CORE = core_schema(schema)


def asked(text: str, name: str | None = None, **variables: object) -> int:
    document = parse(text)
    assert validate(CORE, document) == []
    return requested_cost(CORE, document, variables, name)


class TestEstimate:
    @pytest.mark.parametrize(
        ("document", "cost"),
        [
            ("{ __typename }", 0),
            ("{ viewer { person } }", 1),
            ("{ viewer { customer { name address { city } } } }", 3),
            ("{ a: viewer { person } b: viewer { person } }", 2),
            ('{ journal(id: "j") { amount { amount currency } } }', 1),
            ("{ viewer { accounts { pageInfo { hasNextPage } } } }", 1),
            ("{ __schema { types { fields { type { name } } } } }", 0),
        ],
    )
    def test_an_object_counts_one_and_money_and_wrappers_nothing(self, document: str, cost: int) -> None:
        assert asked(document) == cost

    @pytest.mark.parametrize(
        ("page", "rows"),
        [("", PAGE_DEFAULT), ("(first: 3)", 3), ("(first: 100)", PAGE_MAX), ("(first: 101)", PAGE_MAX)],
    )
    def test_a_page_counts_its_rows(self, page: str, rows: int) -> None:
        assert asked(f"{{ viewer {{ accounts{page} {{ edges {{ cursor node {{ id }} }} }} }} }}") == 1 + rows

    def test_pages_in_pages_multiply(self) -> None:
        document = """{ viewer { accounts(first: 4) { edges { node { entries(first: 5) { edges { node {
            journal { legs { party { name } } } } } } } } } } }"""
        legs = 30 * (1 + 1)
        assert asked(document) == 1 + 4 * (1 + 5 * (1 + 1 + legs))

    def test_the_page_of_changes_is_that_of_its_entries(self) -> None:
        assert asked('{ changes(accountId: "a", first: 7) { entries { sequence } } }') == 1 + 7

    def test_a_size_may_be_a_variable(self) -> None:
        document = "query($n: Int! = 9) { viewer { accounts(first: $n) { edges { node { id } } } } }"
        assert [asked(document), asked(document, n=2), asked(document, n=5_000)] == [1 + 9, 1 + 2, 1 + PAGE_MAX]
        assert requested_cost(CORE, parse(document), None) == 1 + PAGE_MAX

    @pytest.mark.parametrize("given", ["6", 6.0, True, None, [6]])
    def test_a_size_that_is_no_number_counts_the_longest_page(self, given: object) -> None:
        document = "query($n: Int! = 9) { viewer { accounts(first: $n) { edges { node { id } } } } }"
        assert requested_cost(CORE, parse(document), {"n": given}) == 1 + PAGE_MAX

    def test_a_negative_size_reads_nothing(self) -> None:
        assert asked("{ viewer { accounts(first: -3) { edges { node { id } } } } }") == 1

    def test_fragments_count_where_they_are_spread(self) -> None:
        document = """{ viewer { accounts(first: 3) { edges { node { ...A ... { limits { perDay { amount } } } } } } } }
            fragment A on Account { holds { id } }"""
        assert asked(document) == 1 + 3 * (1 + 64 + 1)

    def test_what_may_be_skipped_counts(self) -> None:
        document = "query($no: Boolean!) { viewer @skip(if: $no) { customer @include(if: false) { name } } }"
        assert asked(document, no=True) == 2

    def test_of_what_may_stand_there_the_dearest_counts(self) -> None:
        document = """{ node(id: "x") { id ... on Account { people { since } } ... on Journal { title }
            ... on Customer { accounts(first: 30) { edges { node { id } } } } } }"""
        assert asked(document) == 1 + 30

    def test_a_mutation_counts_its_answer(self) -> None:
        document = """mutation($i: TransferInput!) { transfer(input: $i) { ... on Refusal { code }
            ... on InputInvalid { fields { path } }
            ... on TransferSuccess { source { id } transfer { source { name } } }
            } }"""
        assert asked(document) == 1 + 20

    def test_the_operation_meant_is_the_one_named(self) -> None:
        document = "query A { viewer { person } } query B { viewer { customer { name } } }"
        assert [asked(document, name) for name in ("A", "B")] == [1, 2]


def test_every_list_of_objects_that_is_no_page_says_how_long_it_may_be() -> None:
    found = {
        f"{kind.name}.{name}"
        for kind in CORE.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name, field in kind.fields.items()
        if is_list_type(field.type.of_type if is_non_null_type(field.type) else field.type)
        and is_composite_type(get_named_type(field.type))
        and not kind.name.endswith(("Connection", "Edge"))
    }
    assert found == {*LIST_SIZES, "Changes.entries"}


@pytest.mark.parametrize("name", LIST_SIZES)
def test_a_list_says_in_its_description_how_long_it_may_be(name: str) -> None:
    kind, _, field = name.partition(".")
    found = CORE.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    assert f"at most {LIST_SIZES[name]}" in (found.fields[field].description or "").replace("At most", "at most")


class TestTruth:
    def test_what_a_request_used_is_what_was_counted_since_it_began(self) -> None:
        world = World()
        world.meter.note(Used(7, 7, 7, 7))
        context = world.context(customer_actor(world.person()))
        world.meter.note(Used(calls=3, write_units=6, index_units=1, read_halves=3))
        assert cost_of(context, 12) == {"requested": 12, "calls": 3, "readUnits": 1.5, "writeUnits": 7}
