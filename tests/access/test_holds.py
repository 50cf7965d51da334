"""What a hold is to whom it binds: the one rule about a change that no cell of the access table can say."""

import pytest

from domain.access.model import Group, Relation
from tests.access.changes import CHANGES, DOCUMENTS
from tests.access.world import Street
from tests.unit.graph import documents as ask


@pytest.mark.parametrize("mutation", ["releaseHold", "captureHold"])
def test_what_the_bank_holds_its_owner_does_not_take(street: Street, mutation: str) -> None:
    operations = street.actors[Group.OPERATIONS, Relation.STRANGER]
    held = {"idempotencyKey": "k", "accountId": street.account.id, "amount": ask.dollars("1.00")}
    hold = street.world.ask(operations, ask.PLACE, input=held).data["placeHold"]["holdId"]
    given = {**CHANGES[mutation].given(street), "holdId": hold}

    answer = street.world.ask(street.owner, DOCUMENTS[mutation], input=given).data[mutation]

    assert answer["code"] == "NOT_ALLOWED"
