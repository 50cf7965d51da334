"""Who sees what: through the API, for every group and every relation, exactly what the access table says."""

from typing import Any

import pytest

from domain.access.model import Group, Relation
from domain.accounts.model import masked
from graph.access import TABLE, Cell
from tests.access.world import PEOPLE, Street
from tests.unit.graph import documents as ask

ACCOUNT = """query($id: ID!) { account(id: $id) { __typename ... on Account { id number routingNumber product currency
    status batching openedAt relation ledgerBalance { amount } availableBalance { amount } heldBalance { amount }
    limits { overdraft { amount } } balance { sequence } holds { id accountId remaining { amount } expiresAt }
    people { relation customerId } transferOrders { edges { node { id sourceId status } } }
    entries { edges { node { sequence journalId kind title amount { amount } journal { id } } } }
} } }"""
CUSTOMER = """query($id: ID!) { customer(id: $id) { id kind status since name email phone bornOn taxIdLast4
    address { city } accounts { edges { node { id } } } } }"""
SEES_ACCOUNT = {
    (Group.CUSTOMER, Relation.OWNER),
    (Group.CUSTOMER, Relation.JOINT_OWNER),
    (Group.CUSTOMER, Relation.DELEGATE),
    (Group.OPERATIONS, Relation.STRANGER),
    (Group.FRAUD_ANALYST, Relation.STRANGER),
    (Group.FRAUD_LEAD, Relation.STRANGER),
    (Group.COMPLIANCE, Relation.STRANGER),
    (Group.FINANCE, Relation.STRANGER),
    (Group.AUDITOR, Relation.STRANGER),
}
"""Written out, so that the table cannot change without this page."""
FULL_NUMBER = {
    (Group.CUSTOMER, Relation.OWNER),
    (Group.CUSTOMER, Relation.JOINT_OWNER),
    (Group.CUSTOMER, Relation.DELEGATE),
    (Group.OPERATIONS, Relation.STRANGER),
    (Group.COMPLIANCE, Relation.STRANGER),
}
PERSONAL: dict[Group, dict[str, str | None] | None] = {
    Group.OPERATIONS: {"name": "Ada owner", "email": "ada@example.com", "bornOn": "1990-12-10"},
    Group.FRAUD_ANALYST: {"name": "Ada owner", "email": "a•••@example.com", "bornOn": "1990-12-10"},
    Group.FRAUD_LEAD: {"name": "Ada owner", "email": "ada@example.com", "bornOn": "1990-12-10"},
    Group.COMPLIANCE: {"name": "Ada owner", "email": "ada@example.com", "bornOn": "1990-12-10"},
    Group.FINANCE: {"name": "A. o.", "email": None, "bornOn": None},
    Group.AUDITOR: {"name": "Ada owner", "email": "a•••@example.com", "bornOn": "1990-12-10"},
    Group.ADMIN: None,
}


@pytest.mark.parametrize(("group", "relation"), PEOPLE)
def test_an_account_is_shown_to_whom_it_concerns(street: Street, group: Group, relation: Relation) -> None:
    actor = street.actors[group, relation]

    shown = street.world.ask(actor, ACCOUNT, id=street.account.id).data["account"]

    if (group, relation) in SEES_ACCOUNT:
        number = street.account.record.number
        assert shown["id"] == street.account.id
        assert shown["ledgerBalance"] == {"amount": "1000.00"}
        assert shown["number"] == (number if (group, relation) in FULL_NUMBER else masked(number))
        assert shown["relation"] == relation.name
    else:
        assert shown == {"__typename": "NotFound"}


@pytest.mark.parametrize(("group", "relation"), PEOPLE)
def test_every_field_of_an_account_is_as_the_table_says(street: Street, group: Group, relation: Relation) -> None:
    actor = street.actors[group, relation]

    shown: dict[str, Any] = street.world.ask(actor, ACCOUNT, id=street.account.id).data["account"]

    if shown["__typename"] == "Account":
        denied = {name for name, value in shown.items() if value is None}
        assert denied == {
            name
            for name in shown
            if name != "__typename" and TABLE[f"Account.{name}"].cell(group, relation) is Cell.DENY
        }


@pytest.mark.parametrize(("group", "relation"), PEOPLE)
def test_lists_and_single_looks_agree(street: Street, group: Group, relation: Relation) -> None:
    """Nodes and edges are checked alike: what `account` does not show, no other way shows."""
    actor, account = street.actors[group, relation], street.account.id
    document = """query($id: ID!, $owner: ID!) { node(id: $id) { id }
        accounts(customerId: $owner) { edges { node { id } } }
        changes(accountId: $id) { more } idempotency(accountId: $id, key: "k") { used } }"""

    found = street.world.ask(actor, document, id=account, owner=street.owner.id).data

    sees = (group, relation) in SEES_ACCOUNT
    sees_owner = sees and (group is not Group.CUSTOMER or relation is Relation.OWNER)
    assert found["node"] == ({"id": account} if sees else None)
    assert found["changes"] == ({"more": False} if sees else None)
    assert found["idempotency"] == ({"used": False} if sees else None)
    assert found["accounts"] == ({"edges": [{"node": {"id": account}}]} if sees_owner else None)


@pytest.mark.parametrize(("group", "relation"), PEOPLE)
def test_a_journal_is_shown_to_whom_it_concerns(street: Street, group: Group, relation: Relation) -> None:
    given = ask.transfer_input(street.account, street.neighbour, "1.00", memo="For you only")
    posted = street.world.ask(street.owner, ask.TRANSFER, input=given).data["transfer"]["transfer"]["id"]
    document = "query($id: ID!) { journal(id: $id) { id legs { accountId } transfer { memo destinationId } } }"

    answer = street.world.ask(street.actors[group, relation], document, id=posted)

    if (group, relation) not in SEES_ACCOUNT:
        assert answer.data == {"journal": None}
        return
    journal = answer.data["journal"]
    other = None if group is Group.CUSTOMER else street.neighbour.id
    assert [leg["accountId"] for leg in journal["legs"]] == [street.account.id, other]
    assert journal["transfer"]["memo"] == (None if group is Group.FINANCE else "For you only")


@pytest.mark.parametrize("group", PERSONAL)
def test_personal_data_is_shown_to_staff_who_need_it(street: Street, group: Group) -> None:
    answer = street.world.ask(street.actors[group, Relation.STRANGER], CUSTOMER, id=street.owner.id)

    expected = PERSONAL[group]
    customer = answer.data["customer"]
    assert customer is None if expected is None else {name: customer[name] for name in expected} == expected


@pytest.mark.parametrize("relation", Relation)
def test_personal_data_of_another_customer_is_shown_to_none(street: Street, relation: Relation) -> None:
    answer = street.world.ask(street.actors[Group.CUSTOMER, relation], CUSTOMER, id=street.owner.id)

    assert (answer.data["customer"] is not None) is (relation is Relation.OWNER)


def test_a_relation_that_ended_shows_nothing(street: Street) -> None:
    delegate = street.actors[Group.CUSTOMER, Relation.DELEGATE]
    owner = street.actors[Group.CUSTOMER, Relation.OWNER]
    street.world.accounts.remove_relation(owner, account=street.account.id, person=delegate.person)

    assert street.world.ask(delegate, ACCOUNT, id=street.account.id).data == {"account": {"__typename": "NotFound"}}


def test_not_yours_and_not_there_look_the_same(street: Street) -> None:
    stranger = street.actors[Group.CUSTOMER, Relation.STRANGER]
    nowhere = street.account.id[:-4] + "0000"
    document = """query($id: ID!) { node(id: $id) { id }
        account(id: $id) { __typename ... on Refusal { code message retryable } } }"""

    theirs, nothing = (street.world.ask(stranger, document, id=wanted).body for wanted in (street.account.id, nowhere))

    assert theirs == nothing


def test_a_customer_who_claims_a_staff_group_is_a_customer(street: Street) -> None:
    """Groups of staff count for staff ids only, whatever a token says."""
    stranger = street.actors[Group.CUSTOMER, Relation.STRANGER]
    pretender = type(stranger)(
        person=stranger.person,
        groups=frozenset({Group.CUSTOMER, Group.OPERATIONS}),
        source_ip=None,
        correlation_id="c",
        channel=stranger.channel,
    )

    assert street.world.ask(pretender, ACCOUNT, id=street.account.id).data == {"account": {"__typename": "NotFound"}}
