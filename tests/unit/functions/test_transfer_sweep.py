"""The daily sweep as Lambda calls it: what was missed is made, one order's trouble is its own, what is left is said.

Its first stories stand beside those of the scheduler's knocks, in test_scheduled_transfers.py.
"""

from datetime import timedelta
from typing import Any

import pytest

from domain.accounts.model import Account
from domain.transfers import orders as orders_module
from domain.transfers.model import Rhythm, Schedule, TransferOrder
from domain.transfers.orders import Orders
from functions.transfer_sweep import handler as sweep
from tests.unit.accounts.house import acting
from tests.unit.functions.events import event_for
from tests.unit.transfers.desk import TODAY, Desk, wish

TOMORROW = TODAY + timedelta(days=1)
ONCE = Schedule(rhythm=Rhythm.ONCE, starts_on=TOMORROW)


@pytest.fixture(name="desk")
def _desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(sweep, "bank", lambda: made)
    return made


def ordered(desk: Desk, count: int, *, minor: int = 100) -> list[tuple[TransferOrder, Account]]:
    """Orders of as many payers, all for tomorrow; the day after is here."""
    found = []
    for _ in range(count):
        payer, source, _, target = desk.pair(minor=1_000)
        found.append((desk.order(acting(payer), wish(source, target, minor), ONCE), target))
    desk.morning_of(TOMORROW + timedelta(days=1))
    return found


def balances(desk: Desk, orders: list[tuple[TransferOrder, Account]]) -> list[int]:
    return [desk.balance(target) for _, target in orders]


def test_everything_that_was_missed_is_made_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    orders = ordered(desk, 3)

    sweep.handler(event_for("transfer_sweep"), None)
    told: dict[str, Any] = vars(caplog.records[-1])
    sweep.handler(event_for("transfer_sweep"), None)

    assert balances(desk, orders) == [100, 100, 100]
    assert (told["missed"], told["left"]) == (3, [])


def test_an_order_that_fails_holds_up_no_other_and_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = ordered(desk, 3)
    bad, run = orders[1][0].id, Orders.run

    def failing(self: Orders, order: str) -> Any:
        if order == bad:
            raise ConnectionError("the audit is gone")
        return run(self, order)

    with monkeypatch.context() as patched:
        patched.setattr(Orders, "run", failing)
        with pytest.raises(sweep.LeftOver, match="1 of 3"):
            sweep.handler(event_for("transfer_sweep"), None)
    assert balances(desk, orders) == [100, 0, 100]

    sweep.handler(event_for("transfer_sweep"), None)
    assert balances(desk, orders) == [100, 100, 100]


def test_a_refused_transfer_is_settled_and_rings_no_alarm(desk: Desk) -> None:
    orders = ordered(desk, 2, minor=5_000)

    sweep.handler(event_for("transfer_sweep"), None)
    sweep.handler(event_for("transfer_sweep"), None)

    assert balances(desk, orders) == [0, 0]
    refused = [journal for journal in desk.ledger_store.journals.values() if not journal.posted]
    assert len(refused) == 2


def test_as_many_as_one_sweep_takes_may_not_be_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = ordered(desk, 3)
    for module in (sweep, orders_module):
        monkeypatch.setattr(module, "ORDERS_PER_SWEEP_MAX", 2)

    with pytest.raises(sweep.LeftOver, match="0 of 2"):
        sweep.handler(event_for("transfer_sweep"), None)
    assert sum(balances(desk, orders)) == 200

    sweep.handler(event_for("transfer_sweep"), None)
    assert sum(balances(desk, orders)) == 300
