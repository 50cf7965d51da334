"""Knocks of the scheduler and the daily sweep, over a desk in memory."""

import json
from datetime import timedelta
from typing import Any

import pytest

from domain.transfers.model import Rhythm, Schedule, TransferOrder
from functions.scheduled_transfers import handler as knocks
from functions.transfer_sweep import handler as sweep
from tests.unit.accounts.house import acting
from tests.unit.functions.events import event_for, left, messages_for
from tests.unit.transfers.desk import TODAY, Desk, wish

TOMORROW = TODAY + timedelta(days=1)


class Stuck:
    """A ledger store whose appends are lost until it is mended."""

    stuck = True

    def before(self, call: str) -> None:
        if self.stuck and call == "append":
            raise ConnectionError("the store is gone")

    def after(self, call: str) -> None:
        return None


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    for module in (knocks, sweep):
        monkeypatch.setattr(module, "bank", lambda: made)
    return made


@pytest.fixture
def order(desk: Desk) -> TransferOrder:
    payer, source, _, target = desk.pair()
    days = Schedule(rhythm=Rhythm.ONCE, starts_on=TOMORROW)
    return desk.order(acting(payer), wish(source, target, 100), days)


def event(*bodies: str) -> dict[str, Any]:
    return messages_for("scheduled_transfers", *bodies)


def knock(order: TransferOrder) -> str:
    return json.dumps({"order": order.id})


def received(desk: Desk, order: TransferOrder) -> int:
    state = desk.ledger.head(order.destination)
    assert state
    return state.ledger_minor


def test_a_knock_makes_the_transfer_and_a_second_one_nothing(desk: Desk, order: TransferOrder) -> None:
    desk.morning_of(TOMORROW)
    assert left(knocks.handler, event(knock(order), knock(order))) == []
    assert received(desk, order) == 100


def test_a_bad_message_comes_back_and_holds_up_no_other(desk: Desk, order: TransferOrder) -> None:
    desk.morning_of(TOMORROW)
    bodies = ("no json", json.dumps({"order": "ord_us0001_unknown"}), "{}", knock(order))
    assert left(knocks.handler, event(*bodies)) == ["m0", "m1", "m2"]
    assert received(desk, order) == 100


def test_what_could_not_be_settled_comes_back(desk: Desk, order: TransferOrder) -> None:
    desk.ledger_store.faults = faults = Stuck()
    desk.morning_of(TOMORROW)
    assert left(knocks.handler, event(knock(order))) == ["m0"]
    faults.stuck = False
    assert left(knocks.handler, event(knock(order))) == []
    assert received(desk, order) == 100


def test_the_sweep_makes_what_was_missed(desk: Desk, order: TransferOrder) -> None:
    desk.morning_of(TOMORROW + timedelta(days=1))
    sweep.handler(event_for("transfer_sweep"), None)
    assert received(desk, order) == 100
    sweep.handler(event_for("transfer_sweep"), None)
    assert received(desk, order) == 100


def test_the_sweep_leaves_todays_transfers_to_the_scheduler(desk: Desk, order: TransferOrder) -> None:
    desk.morning_of(TOMORROW)
    sweep.handler(event_for("transfer_sweep"), None)
    assert received(desk, order) == 0


def test_a_sweep_that_cannot_settle_everything_says_so_and_goes_on_next_time(desk: Desk, order: TransferOrder) -> None:
    desk.ledger_store.faults = faults = Stuck()
    desk.morning_of(TOMORROW + timedelta(days=1))
    with pytest.raises(sweep.LeftOver):
        sweep.handler(event_for("transfer_sweep"), None)
    faults.stuck = False
    sweep.handler(event_for("transfer_sweep"), None)
    assert received(desk, order) == 100


def test_the_sweep_ends_openings_that_were_cut_off(desk: Desk) -> None:
    desk.ledger_store.faults = faults = Stuck()
    customer = desk.customer()
    with pytest.raises(ConnectionError):
        desk.open(customer, key="cut")
    faults.stuck = False
    desk.clock.move(timedelta(days=1))
    sweep.handler(event_for("transfer_sweep"), None)
    (held,) = desk.accounts.accounts_of(customer.id).rows
    assert desk.open(customer, key="cut").id == held.account.id
