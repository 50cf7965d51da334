"""The minute's sweep of the outbox, as Lambda calls it."""

from dataclasses import dataclass

import pytest

from domain.ledger.outbox import CHECKPOINT, Outbox
from domain.ledger.outbox_memory import MemoryBus, MemoryMarks
from functions.outbox import handler as sweep
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import World


@dataclass
class Bank:
    outbox: Outbox
    bus: MemoryBus
    marks: MemoryMarks


@pytest.fixture(name="world")
def _world() -> World:
    return tell("open alice with=9; wait 8m")


@pytest.fixture(name="bank")
def _bank(world: World, monkeypatch: pytest.MonkeyPatch) -> Bank:
    bus, marks = MemoryBus(), MemoryMarks()
    made = Bank(Outbox(store=world.store, bus=bus, marks=marks, settings=world.settings), bus, marks)
    monkeypatch.setattr(sweep, "bank", lambda: made)
    return made


def test_it_publishes_what_the_stream_lost_once(world: World, bank: Bank) -> None:
    sweep.handler({}, None)
    sweep.handler({}, None)

    assert sorted(event.journal for event in bank.bus.events) == sorted(world.journals())


def test_a_bus_that_refuses_rings_the_alarm_and_the_next_run_tries_again(world: World, bank: Bank) -> None:
    bank.bus.refuses = 1
    with pytest.raises(sweep.BusRefuses, match="1 events"):
        sweep.handler({}, None)

    sweep.handler({}, None)

    assert {event.journal for event in bank.bus.events} == set(world.journals())
    assert bank.marks.checkpoint(CHECKPOINT)
