"""The schema as a whole: its text, its words and its shapes."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_specified_directive,
    is_specified_scalar_type,
)

from graph.answers import REFUSALS, SUCCESSES
from graph.documents import core_schema
from graph.refusals import MEMBERS, ROWS
from graph.schema import schema, sdl

CORE = core_schema(schema)
KEPT = Path(__file__).parents[3] / "graph" / "schema.graphql"
KEYLESS = {
    "cancelPayment",
    "confirmPayment",
    "cancelTransferOrder",
    "closeCounterparty",
    "assignCase",
    "releaseCase",
    "giveApproval",
    "refuseApproval",
    "redraftFraudVersion",
    "commitFraudVersion",
    "dryRunFraudRules",
    "startFraudShadow",
    "stopFraudShadow",
    "promoteFraudVersion",
    "rollBackFraud",
    "retireFraudVersion",
    "snoozeFraudRule",
    "endFraudSnooze",
    "labelFraud",
}
"""What they do is done once by what it is: said again, with whatever key, it changes nothing."""


def our_types() -> list[GraphQLNamedType]:
    return [
        kind for kind in CORE.type_map.values() if not kind.name.startswith("__") and not is_specified_scalar_type(kind)
    ]


def described() -> Iterator[tuple[str, str | None]]:
    for kind in our_types():
        yield kind.name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.values.items())
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{kind.name}.{name}", part.description) for name, part in kind.fields.items())
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field.description
                yield from (
                    (f"{kind.name}.{name}({argument})", given.description) for argument, given in field.args.items()
                )


def test_the_kept_text_is_the_schema() -> None:
    assert KEPT.read_text() == sdl(), "run `./florin schema > graph/schema.graphql`"


def test_everything_has_words() -> None:
    silent = [name for name, words in described() if not words or not words.strip().endswith((".", ")"))]

    assert silent == []


def test_every_mutation_takes_one_input_of_its_own() -> None:
    assert CORE.mutation_type
    for name, field in CORE.mutation_type.fields.items():
        (argument,) = field.args
        assert argument == "input"
        assert isinstance(field.args["input"].type, GraphQLNonNull)
        assert get_named_type(field.args["input"].type).name == f"{name[0].upper()}{name[1:]}Input"


def test_every_mutation_that_does_something_has_a_key() -> None:
    assert CORE.mutation_type
    without = {
        name
        for name, field in CORE.mutation_type.fields.items()
        if "idempotencyKey" not in get_named_type(field.args["input"].type).fields
    }

    assert without == KEYLESS


@pytest.mark.parametrize("name", SUCCESSES)
def test_a_mutation_answers_its_success_or_its_refusals(name: str) -> None:
    assert CORE.mutation_type
    union = get_named_type(CORE.mutation_type.fields[name].type)
    assert isinstance(union, GraphQLUnionType)
    success, *refusals = [member.name for member in union.types]

    assert success == f"{name[0].upper()}{name[1:]}Success"
    assert set(refusals) == {refusal.__name__ for refusal in REFUSALS[name]}


def test_every_refusal_implements_the_interface() -> None:
    interface = CORE.type_map["Refusal"]
    assert isinstance(interface, GraphQLInterfaceType)

    assert {kind.name for kind in CORE.get_implementations(interface).objects} == {
        member.__name__ for member in MEMBERS.values()
    }


def test_members_of_a_union_agree_on_their_fields() -> None:
    """One document may then ask all of them for a field of one name without aliases."""
    for union in our_types():
        if isinstance(union, GraphQLUnionType):
            for one, other in combinations(union.types, 2):
                for name in set(one.fields) & set(other.fields):
                    assert str(one.fields[name].type) == str(other.fields[name].type), (union.name, name)


def test_every_list_has_a_bound_in_words_or_is_a_connection() -> None:
    bounded = {
        "Connection": "edges",
        "FieldFault": "path",
        "InputInvalid": "fields",
    }
    for kind in our_types():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                if "[" in str(field.type) and name not in bounded.values():
                    words = f"{field.description}"
                    assert "at most" in words or kind.name in ("Viewer", "AuditRecord"), f"{kind.name}.{name}"


def test_connections_take_first_and_after_only() -> None:
    """Forward by key: there are no offsets, and no totals that nobody keeps."""
    for kind in our_types():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                if get_named_type(field.type).name.endswith("Connection"):
                    assert {"first", "after"} <= set(field.args), f"{kind.name}.{name}"
                    assert not {"last", "before", "offset"} & set(field.args)


def test_money_is_never_a_number() -> None:
    money = CORE.type_map["Money"]
    assert isinstance(money, GraphQLObjectType)
    shown = {name: str(field.type) for name, field in money.fields.items()}

    assert shown == {"minorUnits": "String!", "amount": "AmountValue!", "currency": "Currency!", "exponent": "Int!"}
    assert "Float" not in CORE.type_map


def test_only_the_languages_own_directives_are_taken() -> None:
    assert [directive.name for directive in CORE.directives if not is_specified_directive(directive)] == []


def test_codes_are_the_refusals_codes() -> None:
    codes = CORE.type_map["RefusalCode"]
    assert isinstance(codes, GraphQLEnumType)

    assert set(codes.values) == {row.refusal.code for row in ROWS}
