"""The sweeper of expired holds as Lambda calls it, once a minute."""

from dataclasses import dataclass

import pytest

from domain.ledger.model import Refused
from domain.ledger.outbox_memory import MemoryMarks
from domain.ledger.sweeps import HoldExpiry
from domain.refusals import TryAgain
from functions.hold_expiry import handler as sweep
from tests.unit.functions.events import event_for
from tests.unit.functions.measured import measured
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import World


@dataclass
class Bank:
    hold_expiry: HoldExpiry


@pytest.fixture(name="world")
def _world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = tell("open alice with=9; hold alice 4 for=1h; hold alice 2 for=3h; wait 2h")
    made = Bank(_sweeper(world))
    monkeypatch.setattr(sweep, "bank", lambda: made)
    return world


def test_it_releases_what_has_expired_once(world: World) -> None:
    sweep.handler(event_for("hold_expiry"), None)
    assert world.shows("alice") == (9, 2, 7)
    journals = len(world.journals())

    sweep.handler(event_for("hold_expiry"), None)

    assert len(world.journals()) == journals
    world.check()


def test_it_measures_how_many_expired_holds_it_leaves(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(world.ledger, "post", lambda _: Refused(TryAgain()))
    sweep.handler(event_for("hold_expiry"), None)
    (left,) = measured(capsys)
    monkeypatch.undo()
    monkeypatch.setattr(sweep, "bank", lambda: Bank(_sweeper(world)))
    sweep.handler(event_for("hold_expiry"), None)
    (none,) = measured(capsys)

    assert (left.name, left.unit) == ("ExpiredHoldsLeft", "Count")
    assert (left.value, none.value) == (1, 0)


def _sweeper(world: World) -> HoldExpiry:
    return HoldExpiry(ledger=world.ledger, store=world.store, marks=MemoryMarks(), clock=world.clock)
