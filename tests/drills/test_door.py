"""The door of the drills: the service of the deployed bank, and what it does with what no drill says."""

import json

from domain.partners.kinds import ACH_FILE_ACKNOWLEDGED
from ops.drills.door import TAKEN, Door
from ops.simulation.ach_world import AchWorld
from ops.sponsor.state import Message

KIND = ACH_FILE_ACKNOWLEDGED[0]


def message(*, body: str | None = None, forged: bool = False, kind: str = KIND) -> Message:
    said = {
        "type": kind,
        "version": 1,
        "occurred_at": "2026-03-09T15:00:00Z",
        "data": {"file": "no.ach", "sha256": "0" * 64, "entries": 1, "debit_minor": 0, "credit_minor": 100},
    }
    return Message(
        id="msg_1",
        region="us-east-1",
        kind=kind,
        body=json.dumps(said) if body is None else body,
        due_at="2026-03-09T15:00:00Z",
        file="no.ach",
        forged=forged,
    )


def test_what_speaks_of_no_file_of_ours_is_taken_and_waits_for_people() -> None:
    bank = AchWorld()
    door = Door(bank)
    assert door.receive(message()) == (True, TAKEN)
    assert door.set_aside == 0
    door.work()
    assert door.set_aside == 1
    (case,) = bank.cases.unresolved()
    assert (case.kind.value, {fact.label: fact.value for fact in case.facts}["reason"]) == (
        "PARTNER_DELIVERY_QUARANTINED",
        "NOT_FOUND",
    )


def test_a_message_that_comes_again_is_one_delivery() -> None:
    door = Door(AchWorld())
    assert [door.receive(message()) for _ in range(2)] == [(True, TAKEN)] * 2
    door.work()
    assert door.set_aside == 1


def test_what_somebody_else_signed_is_refused_and_counted_once() -> None:
    door = Door(AchWorld())
    forged = message(forged=True)
    assert door.receive(forged) == (False, "SIGNATURE_WRONG")
    forged.tries = 1
    assert door.receive(forged) == (False, "SIGNATURE_WRONG")
    door.work()
    assert door.set_aside == 1


def test_what_is_no_json_is_refused_at_the_door() -> None:
    door = Door(AchWorld())
    assert door.receive(message(body="{")) == (False, "BODY_MALFORMED")
    assert door.set_aside == 1
