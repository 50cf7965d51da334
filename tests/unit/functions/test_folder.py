"""The folder as Lambda calls it, once a minute: books are opened, minutes folded, batched credits moved."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from domain.ledger import folding as folding_rules
from domain.ledger.folding import Folder, LegAfterClose
from domain.ledger.outbox_memory import MemoryMarks
from domain.ledger.store import Conflict
from domain.ledger.sweeps import BatchedCredits
from functions.folder import handler as folding
from tests.unit.functions.events import event_for
from tests.unit.functions.measured import measured
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import SetClock, World, must_post


@dataclass
class Bank:
    folder: Folder
    batched_credits: BatchedCredits
    clock: SetClock


@pytest.fixture(name="world")
def _world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = tell("open shop; open alice with=100; batch shop")
    mover = BatchedCredits(ledger=world.ledger, store=world.store, folder=world.folder, marks=MemoryMarks())
    made = Bank(world.folder, mover, world.clock)
    monkeypatch.setattr(folding, "bank", lambda: made)
    return world


def said(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The last line of the log."""
    return vars(caplog.records[-1])


def test_a_closed_minute_is_folded_and_reaches_its_account(world: World, caplog: pytest.LogCaptureFixture) -> None:
    must_post(world.transfer("alice", "shop", 30))
    folding.handler(event_for("folder"), None)
    early = said(caplog)
    world.clock.advance(timedelta(minutes=8))
    folding.handler(event_for("folder"), None)
    late = said(caplog)

    assert (early["totals"], early["minutes_moved"]) == (0, 0)
    assert (late["minutes_moved"], late["credits_returned"], late["credits_stuck"]) == (1, 0, [])
    assert late["totals"] > 0
    assert world.shows("shop")[0] == 30
    world.check()


def test_the_books_of_a_new_bank_are_opened_by_its_first_run(world: World) -> None:
    world.store.registered_accounts.clear()

    folding.handler(event_for("folder"), None)

    assert {world.internal("vault_cash"), world.internal("settlement", "EUR")} <= set(world.store.registered_accounts)


def test_what_is_stuck_is_named_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    paid = must_post(world.transfer("alice", "shop", 100)).journal
    tell("close alice; freeze shop; wait 8m", world)

    folding.handler(event_for("folder"), None)

    assert said(caplog)["credits_stuck"] == [paid.id]


def test_a_leg_in_a_folded_minute_stops_it_before_anything_is_moved(world: World) -> None:
    must_post(world.transfer("alice", "shop", 30))
    world.clock.advance(timedelta(minutes=8))
    world.folder.fold()
    ((where, rows),) = [(key, rows) for key, rows in world.store.legs_of.items() if key[0].startswith("inc_")]
    key, leg = rows[0]
    world.store.legs_of[where] = [(key, leg), (f"{key}1", replace(leg, leg=11))]

    with pytest.raises(LegAfterClose):
        folding.handler(event_for("folder"), None)
    assert world.shows("shop")[0] == 0


def test_it_measures_how_far_it_is_behind(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.clock.advance(timedelta(minutes=8))
    folding.handler(event_for("folder"), None)
    (usual,) = measured(capsys)

    assert (usual.name, usual.unit, usual.value) == ("FolderLagSeconds", "Seconds", 6 * 60)


def test_a_shard_that_others_keep_from_folding_is_behind(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    must_post(world.transfer("alice", "shop", 30))
    world.clock.advance(timedelta(days=2))
    monkeypatch.setattr(world.store, "append_total", lambda *_, **__: Conflict("another folder"))
    folding.handler(event_for("folder"), None)
    (late,) = measured(capsys)

    assert late.value == (world.clock.now() - world.clock.now().replace(hour=0)).total_seconds() + 2 * 24 * 60 * 60


def test_a_folder_that_was_away_for_long_says_how_far_it_came(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(folding_rules, "DAYS_IN_A_RUN_MAX", 2)
    world.clock.advance(timedelta(days=3))
    folding.handler(event_for("folder"), None)
    folding.handler(event_for("folder"), None)
    first, second = measured(capsys)

    assert first.value > 24 * 60 * 60 > second.value
