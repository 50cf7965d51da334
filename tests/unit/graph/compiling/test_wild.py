"""Equal to graphql-core on random documents over a schema in which everything goes wrong."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from graphql import ExecutionResult, OperationType, execute_sync, parse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.compiling.document import Compiled, compiled
from tests.shares import examples
from tests.unit.graph.compiling.asking import SCALARS, Asked, documents
from tests.unit.graph.compiling.same import Both, both, executor_of
from tests.unit.graph.compiling.wild import MISHAPS, Aimed, Dice, wild_schema

SCHEMA: Final = wild_schema()
LEAVES: Final = {
    **SCALARS,
    "DateTime": st.sampled_from(["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678901+02:00"]),
    "Shout": st.sampled_from(["hey", "silence"]),
}
MANY: Final = settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))


EVERYTHING: Final = """{
  cat { id name lives mood moods toys grid strictGrid weight asleep shout born
    dog { id name barks mood } dogs { id chases { __typename ... on Stone { weight } } names(count: 3) }
    kittens { id } twin { id lives } page { rows { id } first { id } count } plain secret loud(times: 2)
    byRoot fixed place friend { __typename id ... on Dog { names } } bestFriend { name ... on Cat { twin { id } } } }
  cats(first: 2) { id lives mood born place } strays { id ... on Cat { plain } ... on Dog { names } }
  pets { ... on Stone { weight under { __typename ... on Being { id } } } ... on Being { id friend { id } } }
  pet { __typename } being { id } numbers { rows first } maybe { again { __typename } } }"""


def same(asked: Asked, seed: int, wildness: float) -> ExecutionResult:
    dice: list[Dice] = []

    def context() -> Dice:
        dice.append(Dice(seed, wildness))
        return dice[-1]

    result = both(SCHEMA, asked.document, asked.variables, context=context).check()
    assert dice[0].thrown == dice[1].thrown, "the same resolvers, in the same order"
    return result


@given(documents(SCHEMA, leaves=LEAVES, depth=4), st.integers(0, 10**6), st.sampled_from([0.3, 0.1, 0.02, 0.0]))
@MANY
def test_a_query_is_answered_as_the_library_answers_it(asked: Asked, seed: int, wildness: float) -> None:
    same(asked, seed, wildness)


@given(
    documents(SCHEMA, leaves=LEAVES, operation=OperationType.MUTATION, depth=2),
    st.integers(0, 10**6),
    st.sampled_from([0.3, 0.0]),
)
@settings(MANY, max_examples=examples(25))
def test_a_mutation_is_answered_as_the_library_answers_it(asked: Asked, seed: int, wildness: float) -> None:
    same(asked, seed, wildness)


def test_each_mishap_at_each_place_is_answered_as_the_library_answers_it() -> None:
    document = parse(EVERYTHING)
    found = compiled(SCHEMA, document, None)
    assert isinstance(found, Compiled)

    def by_library(context: Dice) -> ExecutionResult:
        return execute_sync(SCHEMA, document, None, context, executor_class=executor_of(SCHEMA))

    places = {place for seed in range(10) for place in thrown(by_library, seed)}
    assert len(places) > 20
    for place in sorted(places):
        for mishap in range(len(MISHAPS)):
            theirs, ours = Aimed(3, place=place, mishap=mishap), Aimed(3, place=place, mishap=mishap)
            Both(by_library(theirs), found.execute(None, ours, None)).check()
            assert ours.thrown == theirs.thrown


INPUT: Final = {"number": 1, "shout": "hey"}


@pytest.mark.parametrize(
    ("document", "sent"),
    [
        ("query($e: EitherInput) { echo(number: 1, either: $e) }", [None, {"one": 1}, {"other": "x"}]),
        ("query($e: EitherInput) { echo(number: 1, either: $e) }", [{}, {"one": 1, "other": "x"}, {"one": None}]),
        ("query($e: Int) { echo(number: 1, either: {one: $e}) }", [None, 1, "x"]),
        ("query($e: Nested) { echo(number: 1, nested: $e) }", [None, {"number": 1}, {"text": "no number"}, [INPUT]]),
        ("query($e: Nested) { echo(number: 1, nested: $e) }", [{**INPUT, "inner": {**INPUT, "many": [INPUT]}}]),
        (
            "query($e: Nested) { echo(number: 1, nested: $e) }",
            [{**INPUT, "text": None, "mood": "ODD"}, {"shout": None}],
        ),
        ("query($e: Nested) { echo(number: 1, nested: $e) }", [{"number": 1, "shout": None}, {**INPUT, "no": 1}]),
        ("query($e: [Nested]) { echo(number: 1, allNested: $e) }", [INPUT, [INPUT, None], [], [{}], "x", [[INPUT]]]),
        ("query($e: [Int!]) { echo(number: 1, many: $e) }", [1, [1, 2], (1, 2), [None], None, ["x"], {"a": 1}]),
        ("query($e: [[Int]!]) { echo(number: 1, grid: $e) }", [1, [1], [[1, None]], [None]]),
        ("query($e: [Mood!]) { echo(number: 1, moods: $e) }", ["SAD", ["SAD", "ODD"], ["happy"]]),
        ("query($e: DateTime, $f: Shout) { echo(number: 1, when: $e, shout: $f) }", ["2026-01-02T03:04:05Z", "x", 1]),
        ("query($e: ID = 7) { echo(number: 1, id: $e) }", [None, "x", 3, 2.0, 2.5, True]),
        ("query($e: Float = 2) { echo(number: 1, ratio: $e, flag: false) }", [None, 1, 1.5, "x"]),
        ("query($e: Int!) { echo(number: $e) }", [None, 2**31, 2.0, True, "1"]),
    ],
)
def test_what_is_sent_is_taken_or_refused_as_by_the_library(document: str, sent: list[Any]) -> None:
    for value in sent:
        both(SCHEMA, document, {"e": value}).check()
    both(SCHEMA, document, {}).check()
    both(SCHEMA, document, None).check()


def test_requests_do_not_share_what_a_resolver_may_change() -> None:
    for _ in range(2):
        assert both(SCHEMA, "{ grown b: grown c: grown(many: [1, 2]) }").check().data == {"grown": 2, "b": 2, "c": 3}


def thrown(execute: Callable[[Dice], ExecutionResult], seed: int) -> list[str]:
    dice = Dice(seed, 0.0)
    execute(dice)
    return dice.thrown
