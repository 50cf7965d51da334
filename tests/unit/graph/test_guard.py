"""The access table is in force, whole, and nothing builds without it."""

from dataclasses import replace

import pytest
from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, GraphQLString

from domain.access.model import Action, Group, Relation
from domain.access.rules import TABLE as ACTIONS
from graph.access import EVERYBODY, NAME, NUMBER, TABLE, Cell, Rule
from graph.documents import core_schema
from graph.guard import TableIncomplete, enforce, fields_of
from graph.masks import MASKS, email_in_part, name_in_part, phone_in_part
from graph.schema import schema

ACTION_OF = {
    "openAccount": Action.OPEN_ACCOUNT,
    "transfer": Action.MOVE_MONEY,
    "previewTransfer": Action.MOVE_MONEY,
    "scheduleTransfer": Action.MOVE_MONEY,
    "cancelTransferOrder": Action.MANAGE_SCHEDULE,
    "placeHold": Action.PLACE_HOLD,
    "captureHold": Action.CAPTURE_HOLD,
    "releaseHold": Action.RELEASE_HOLD,
    "reverseJournal": Action.REVERSE,
    "freezeAccount": Action.FREEZE,
    "thawAccount": Action.THAW,
    "closeAccount": Action.CLOSE,
    "addCounterparty": Action.MANAGE_COUNTERPARTIES,
    "verifyCounterparty": Action.MANAGE_COUNTERPARTIES,
    "confirmMicroEntries": Action.MANAGE_COUNTERPARTIES,
    "closeCounterparty": Action.CLOSE_COUNTERPARTY,
    "assignCase": Action.WORK_CASES,
    "releaseCase": Action.WORK_CASES,
    "resolveCase": Action.WORK_CASES,
    "giveApproval": Action.WORK_CASES,
    "refuseApproval": Action.WORK_CASES,
    "originateAchCredit": Action.MOVE_MONEY,
    "originateAchDebit": Action.MOVE_MONEY,
    "reverseAchPayment": Action.MOVE_MONEY,
    "cancelPayment": Action.MOVE_MONEY,
    "confirmPayment": Action.MOVE_MONEY,
    "returnAchEntry": Action.RETURN_ACH_ENTRY,
    "registerFraudVersion": Action.WORK_FRAUD,
    "redraftFraudVersion": Action.WORK_FRAUD,
    "commitFraudVersion": Action.WORK_FRAUD,
    "dryRunFraudRules": Action.WORK_FRAUD,
    "startFraudShadow": Action.WORK_FRAUD,
    "stopFraudShadow": Action.WORK_FRAUD,
    "requestFraudPromotion": Action.WORK_FRAUD,
    "promoteFraudVersion": Action.WORK_FRAUD,
    "rollBackFraud": Action.WORK_FRAUD,
    "retireFraudVersion": Action.WORK_FRAUD,
    "addFraudListEntry": Action.WORK_FRAUD,
    "removeFraudListEntry": Action.WORK_FRAUD,
    "snoozeFraudRule": Action.WORK_FRAUD,
    "endFraudSnooze": Action.WORK_FRAUD,
    "labelFraud": Action.WORK_FRAUD,
    "replayPartnerDelivery": Action.REPLAY_DELIVERY,
}


def small(*names: str) -> GraphQLSchema:
    fields = {name: GraphQLField(GraphQLString, resolve=lambda *_: "shown") for name in names}
    return GraphQLSchema(query=GraphQLObjectType("Query", fields))


def test_every_field_has_a_row_and_every_row_a_field() -> None:
    assert {name for name, _ in fields_of(core_schema(schema))} == set(TABLE)


def test_a_field_without_a_row_stops_the_build() -> None:
    with pytest.raises(TableIncomplete, match=r"Query\.b has no row"):
        enforce(small("a", "b"), {"Query.a": EVERYBODY}, {})


def test_a_row_without_a_field_stops_the_build() -> None:
    with pytest.raises(TableIncomplete, match=r"Query\.b stands in the access table and not in the schema"):
        enforce(small("a"), {"Query.a": EVERYBODY, "Query.b": EVERYBODY}, {})


def test_a_field_to_be_masked_without_a_mask_stops_the_build() -> None:
    with pytest.raises(TableIncomplete, match=r"Query\.a is to be masked and has no mask"):
        enforce(small("a"), {"Query.a": NUMBER}, {})


def test_a_mask_that_no_rule_uses_stops_the_build() -> None:
    with pytest.raises(TableIncomplete, match=r"Query\.a has a mask that no rule uses"):
        enforce(small("a"), {"Query.a": EVERYBODY}, {"Query.a": str.upper})


@pytest.mark.parametrize("name", TABLE)
def test_a_row_has_a_cell_for_every_group_and_relation(name: str) -> None:
    for group in Group:
        for relation in Relation:
            assert TABLE[name].cell(group, relation) in Cell


@pytest.mark.parametrize(("mutation", "action"), ACTION_OF.items())
def test_a_mutation_is_allowed_to_whom_the_bank_allows_it(mutation: str, action: Action) -> None:
    relations, groups = ACTIONS[action]
    rule = TABLE[f"Mutation.{mutation}"]

    assert {relation for relation in Relation if rule.cell(Group.CUSTOMER, relation) is Cell.ALLOW} == relations
    assert {group for group, cell in rule.staff if cell in (Cell.ALLOW, Cell.OWN)} == groups


def test_every_mutation_stands_for_an_action() -> None:
    assert {name.partition(".")[2] for name in TABLE if name.startswith("Mutation.")} == set(ACTION_OF)


def test_the_most_generous_of_several_groups_counts() -> None:
    groups = frozenset({Group.ADMIN, Group.FINANCE, Group.OPERATIONS})

    assert NUMBER.for_actor(groups, Relation.STRANGER) is Cell.ALLOW
    assert NUMBER.for_actor(groups - {Group.OPERATIONS}, Relation.STRANGER) is Cell.MASK
    assert NUMBER.for_actor(frozenset(), Relation.OWNER) is Cell.DENY


def test_admin_sees_no_customer() -> None:
    personal = [
        name
        for name, rule in TABLE.items()
        if name.startswith(("Account.", "Counterparty.", "Customer.", "Entry.", "Journal."))
    ]

    assert {TABLE[name].cell(Group.ADMIN, Relation.STRANGER) for name in personal} == {Cell.DENY}


def test_a_stranger_among_customers_sees_nothing_of_an_account() -> None:
    shown = {
        name
        for name, rule in TABLE.items()
        if name.startswith(("Account.", "Counterparty.", "Entry.", "Hold.", "Transfer."))
        and rule.cell(Group.CUSTOMER, Relation.STRANGER) not in (Cell.DENY, Cell.MASK)
    }

    assert shown == set()


def test_a_rule_that_lets_all_pass_is_open_and_others_are_not() -> None:
    assert EVERYBODY.is_open
    assert not NAME.is_open
    narrowed = replace(EVERYBODY, staff=((Group.ADMIN, Cell.DENY),))
    assert isinstance(narrowed, Rule)
    assert not narrowed.is_open


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_hides_and_keeps_the_shape(name: str) -> None:
    shown = {"Account.number": "094722542577", "Customer.name": "Ada King", "Customer.email": "ada@b.example"}
    text = shown.get(name, "+12025550123")

    masked = MASKS[name](text)

    assert masked != text
    assert masked


def test_masks_in_words() -> None:
    assert name_in_part("Ada King Lovelace") == "A. K. L."
    assert email_in_part("ada@example.com") == "a•••@example.com"
    assert phone_in_part("+12025550123") == "••••••••••23"
