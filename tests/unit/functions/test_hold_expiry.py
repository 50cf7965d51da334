"""The sweeper of expired holds as Lambda calls it, once a minute."""

from dataclasses import dataclass

import pytest

from domain.ledger.outbox_memory import MemoryMarks
from domain.ledger.sweeps import HoldExpiry
from functions.hold_expiry import handler as sweep
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import World


@dataclass
class Bank:
    hold_expiry: HoldExpiry


@pytest.fixture(name="world")
def _world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = tell("open alice with=9; hold alice 4 for=1h; hold alice 2 for=3h; wait 2h")
    made = Bank(HoldExpiry(ledger=world.ledger, store=world.store, marks=MemoryMarks(), clock=world.clock))
    monkeypatch.setattr(sweep, "bank", lambda: made)
    return world


def test_it_releases_what_has_expired_once(world: World) -> None:
    sweep.handler({}, None)
    assert world.shows("alice") == (9, 2, 7)
    journals = len(world.journals())

    sweep.handler({}, None)

    assert len(world.journals()) == journals
    world.check()
