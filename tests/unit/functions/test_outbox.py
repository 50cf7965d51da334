"""The minute's sweep of the outbox, as Lambda calls it."""

from dataclasses import dataclass

import pytest

from domain.ledger.outbox import CHECKPOINT, Outbox
from domain.ledger.outbox_memory import MemoryBus, MemoryMarks
from functions.outbox import handler as sweep
from tests.unit.functions.events import event_for
from tests.unit.functions.measured import measured
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import SetClock, World


@dataclass
class Bank:
    outbox: Outbox
    bus: MemoryBus
    marks: MemoryMarks
    clock: SetClock


@pytest.fixture(name="world")
def _world() -> World:
    return tell("open alice with=9; wait 8m")


@pytest.fixture(name="bank")
def _bank(world: World, monkeypatch: pytest.MonkeyPatch) -> Bank:
    bus, marks = MemoryBus(), MemoryMarks()
    made = Bank(Outbox(store=world.store, bus=bus, marks=marks, settings=world.settings), bus, marks, world.clock)
    monkeypatch.setattr(sweep, "bank", lambda: made)
    return made


def test_it_publishes_what_the_stream_lost_once(world: World, bank: Bank) -> None:
    sweep.handler(event_for("outbox"), None)
    sweep.handler(event_for("outbox"), None)

    assert sorted(event.journal for event in bank.bus.events) == sorted(world.journals())


def test_a_bus_that_refuses_rings_the_alarm_and_the_next_run_tries_again(world: World, bank: Bank) -> None:
    bank.bus.refuses = 1
    with pytest.raises(sweep.BusRefuses, match="1 events"):
        sweep.handler(event_for("outbox"), None)

    sweep.handler(event_for("outbox"), None)

    assert {event.journal for event in bank.bus.events} == set(world.journals())
    assert bank.marks.checkpoint(CHECKPOINT)


def test_it_measures_how_far_it_is_behind(world: World, bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    sweep.handler(event_for("outbox"), None)
    (usual,) = measured(capsys)
    tell("open bob with=9; wait 38m", world)
    bank.bus.refuses = 1
    with pytest.raises(sweep.BusRefuses):
        sweep.handler(event_for("outbox"), None)
    (late,) = measured(capsys)

    assert (usual.name, usual.unit) == (late.name, late.unit) == ("OutboxLagSeconds", "Seconds")
    assert (usual.value, late.value) == (6 * 60, (6 + 38) * 60)
