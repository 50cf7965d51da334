"""Who does what: every mutation, for every group and every relation, exactly as the access table says."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.access.model import Group, Relation
from graph.access import TABLE, Cell
from tests.access.world import PEOPLE, Street
from tests.unit.graph import documents as ask


def hold_of(street: Street) -> str:
    """A hold that the account's own people placed."""
    given = {"idempotencyKey": "hold", "accountId": street.account.id, "amount": ask.dollars("1.00")}
    hold: str = street.world.ask(street.owner, ask.PLACE, input=given).data["placeHold"]["holdId"]
    return hold


def transfer(street: Street) -> dict[str, Any]:
    return ask.transfer_input(street.account, street.neighbour, "1.00", key="k")


def scheduled(street: Street) -> dict[str, Any]:
    return {**transfer(street), "schedule": {"rhythm": "ONCE", "startsOn": "2026-03-12"}}


def ordered(street: Street) -> dict[str, Any]:
    order = street.world.ask(street.owner, ask.SCHEDULE, input=scheduled(street)).data["scheduleTransfer"]["order"]
    return {"orderId": order["id"]}


def held(street: Street) -> dict[str, Any]:
    return {"idempotencyKey": "k", "accountId": street.account.id, "amount": ask.dollars("1.00")}


def captured(street: Street) -> dict[str, Any]:
    return {
        "idempotencyKey": "k",
        "holdId": hold_of(street),
        "amount": ask.dollars("1.00"),
        "destination": ask.by_numbers(street.neighbour),
    }


def reversed_(street: Street) -> dict[str, Any]:
    given = ask.transfer_input(street.account, street.neighbour, "1.00", key="original")
    journal = street.world.ask(street.owner, ask.TRANSFER, input=given).data["transfer"]["transfer"]["id"]
    return {"idempotencyKey": "k", "journalId": journal}


def named(street: Street) -> dict[str, Any]:
    return {"idempotencyKey": "k", "accountId": street.account.id}


def thawed(street: Street) -> dict[str, Any]:
    operations = street.actors[Group.OPERATIONS, Relation.STRANGER]
    street.world.accounts.freeze(operations, account=street.account.id, key="freeze", debits_only=True)
    return named(street)


def emptied(street: Street) -> dict[str, Any]:
    given = ask.transfer_input(street.account, street.neighbour, "1000.00", key="all")
    street.world.ask(street.owner, ask.TRANSFER, input=given)
    return named(street)


def opened(street: Street) -> dict[str, Any]:
    return {"idempotencyKey": "k", "product": "SAVINGS", "currency": "USD", "customerId": street.owner.id}


TRIED: dict[str, tuple[str, Callable[[Street], dict[str, Any]]]] = {
    "openAccount": (ask.OPEN, opened),
    "transfer": (ask.TRANSFER, transfer),
    "previewTransfer": (ask.PREVIEW, transfer),
    "scheduleTransfer": (ask.SCHEDULE, scheduled),
    "cancelTransferOrder": (ask.CANCEL, ordered),
    "placeHold": (ask.PLACE, held),
    "captureHold": (ask.CAPTURE, captured),
    "releaseHold": (ask.RELEASE, lambda street: {"idempotencyKey": "k", "holdId": hold_of(street)}),
    "reverseJournal": (ask.REVERSE, reversed_),
    "freezeAccount": (ask.FREEZE, named),
    "thawAccount": (ask.THAW, thawed),
    "closeAccount": (ask.CLOSE, emptied),
}


@pytest.mark.parametrize(("group", "relation"), PEOPLE)
@pytest.mark.parametrize("mutation", TRIED)
def test_a_mutation_is_done_for_whom_the_table_allows_it(
    street: Street, mutation: str, group: Group, relation: Relation
) -> None:
    document, given = TRIED[mutation]
    prepared = given(street)
    before = lines(street)

    answer = street.world.ask(street.actors[group, relation], document, input=prepared).data[mutation]

    cell = TABLE[f"Mutation.{mutation}"].cell(group, relation)
    if cell is Cell.ALLOW:
        assert answer["__typename"] == f"{mutation[0].upper()}{mutation[1:]}Success", answer
    else:
        assert answer["code"] in ("NOT_ALLOWED", "NOT_FOUND")
        assert lines(street) == before


@pytest.mark.parametrize("mutation", TRIED)
def test_a_stranger_is_not_told_that_there_is_something(street: Street, mutation: str) -> None:
    """Unless the action is nobody's but the staff's: then there is nothing to tell."""
    document, given = TRIED[mutation]
    stranger = street.actors[Group.CUSTOMER, Relation.STRANGER]
    anybody = any(cell is Cell.ALLOW for _, cell in TABLE[f"Mutation.{mutation}"].customer)

    answer = street.world.ask(stranger, document, input=given(street)).data[mutation]

    assert answer["code"] == ("NOT_FOUND" if anybody else "NOT_ALLOWED")


def test_every_mutation_is_tried() -> None:
    assert {name.partition(".")[2] for name in TABLE if name.startswith("Mutation.")} == set(TRIED)


@pytest.mark.parametrize("mutation", ["releaseHold", "captureHold"])
def test_what_the_bank_holds_its_owner_does_not_take(street: Street, mutation: str) -> None:
    operations = street.actors[Group.OPERATIONS, Relation.STRANGER]
    hold = street.world.ask(operations, ask.PLACE, input=held(street)).data["placeHold"]["holdId"]
    document, given = TRIED[mutation]

    answer = street.world.ask(street.owner, document, input={**given(street), "holdId": hold}).data[mutation]

    assert answer["code"] == "NOT_ALLOWED"


def lines(street: Street) -> tuple[int, ...]:
    """How many lines the two accounts have."""
    heads = (street.world.ledger.head(account.id) for account in (street.account, street.neighbour))
    return tuple(head.position.seq for head in heads if head)
