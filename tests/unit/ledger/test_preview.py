"""A preview of a store that does not answer says that it may be asked again; it never fails and never writes."""

import pytest

from domain.ledger.store import Unanswered
from domain.refusals import InputInvalid
from tests.unit.ledger.faults import Script, raising
from tests.unit.ledger.world import World, must_post, must_refuse, usd


@pytest.mark.parametrize("call", ["heads", "journal"])
def test_a_reading_that_goes_unanswered_is_to_be_asked_again(call: str) -> None:
    script = Script()
    world = World(faults=script)
    world.open("alice", minor=100)
    world.open("bob")
    command = world.command("transfer", source="alice", destination="bob", amounts=usd(5))
    written = script.calls.count("append")
    script.at(call, "before", raising(Unanswered("slow")))
    refusal = must_refuse(world.ledger.preview(command))
    assert (refusal.code, refusal.retryable) == ("TRY_AGAIN", True)
    assert must_post(world.ledger.preview(command)).journal.posted
    assert script.calls.count("append") == written


def test_what_is_malformed_is_told_as_a_posting_would() -> None:
    world = World()
    world.open("alice", minor=100)
    world.open("bob")
    command = world.command("transfer", source="alice", destination="bob", amounts=usd(0))

    refusal = must_refuse(world.ledger.preview(command))

    assert isinstance(refusal, InputInvalid)
    assert refusal == must_refuse(world.ledger.post(command))
    assert [fault.path for fault in refusal.faults] == [("amount",)]
