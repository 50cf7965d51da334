"""What each handler asks of AWS in a real life, beside what its role in infra/roles.yaml allows."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from domain.accounts.model import Account
from domain.ledger.codec import encode_journal
from domain.ledger.events import event_of
from domain.ledger.model import Journal
from domain.money import Money
from domain.transfers.model import NumberTarget, Rhythm, Schedule, TransferOrder, Wish
from domain.transfers.schedule import run_time
from functions.folder import handler as folder
from functions.hold_expiry import handler as hold_expiry
from functions.notifier import handler as notifier
from functions.outbox import handler as outbox
from functions.publisher import handler as publisher
from functions.scheduled_transfers import handler as scheduled_transfers
from functions.transfer_sweep import handler as transfer_sweep
from tests.unit.functions.region import REGION, Deployed, Need, acting, allowed
from tests.unit.functions.test_publisher import record


@pytest.fixture(name="deployed")
def _deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield Deployed(monkeypatch)


def stream_of(journal: Journal) -> dict[str, Any]:
    return record(encode_journal(journal, region=REGION, spread=1))


def message(body: object) -> dict[str, Any]:
    return {"Records": [{"messageId": "m", "body": json.dumps(body)}]}


def order_of(deployed: Deployed) -> tuple[TransferOrder, Account]:
    """A transfer that was ordered some days ago for the day after."""
    deployed.clock.at -= timedelta(days=3)
    ada, source = deployed.person("ada")
    _, target = deployed.person("ben")
    number = NumberTarget(target.record.routing_number, target.record.number)
    wish = Wish(source.id, number, Money(5_00, "USD"), "Rent")
    day = deployed.clock.now().date() + timedelta(days=1)
    days = Schedule(rhythm=Rhythm.ONCE, starts_on=day)
    order = deployed.bank.orders.schedule(acting(ada), wish, days=days, key="o")
    assert isinstance(order, TransferOrder), order
    deployed.clock.at = run_time(deployed.bank.settings.jurisdiction, day) + timedelta(seconds=5)
    return order, target


def received(deployed: Deployed, account: Account) -> int:
    head = deployed.bank.ledger.head(account.id)
    assert head
    return head.ledger_minor


def run_publisher(deployed: Deployed) -> None:
    _, account = deployed.person("ada")
    journal = deployed.post("payment_received", destination=account.id)
    deployed.call(publisher, {"Records": [stream_of(journal), {}]})
    assert journal.id in deployed.bank.marks.marked(f"{journal.booked_at:%Y%m%d%H}")


def run_outbox(deployed: Deployed) -> None:
    _, account = deployed.person("ada")
    journal = deployed.post("payment_received", destination=account.id)
    deployed.now()
    deployed.call(outbox, {})
    assert journal.id in deployed.bank.marks.marked(f"{journal.booked_at:%Y%m%d%H}")


def run_folder(deployed: Deployed) -> None:
    deployed.bank.folder.open_books()
    (_, shop), (_, cafe), (_, payer) = (deployed.person(name) for name in ("shop", "cafe", "payer"))
    for account in (shop, cafe):
        deployed.post("batching_started", minor=None, account=account.id)
        deployed.post("transfer", source=payer.id, destination=account.id, minor=5_00)
    deployed.post("account_frozen", minor=None, account=cafe.id)
    deployed.post("batching_ended", minor=None, account=shop.id)
    deployed.now()
    deployed.call(folder, {})
    deployed.call(folder, {})
    assert [received(deployed, found) for found in (shop, cafe, payer)] == [105_00, 100_00, 95_00]


def run_hold_expiry(deployed: Deployed) -> None:
    _, account = deployed.person("ada")
    expiry = deployed.clock.now() + timedelta(minutes=5)
    deployed.post("hold_placed", account=account.id, minor=5_00, expires_at=expiry)
    deployed.now()
    deployed.call(hold_expiry, {})
    assert deployed.bank.ledger.holds(account.id) == ()


def run_notifier(deployed: Deployed) -> None:
    customer, account = deployed.person("ada")
    event = event_of(deployed.post("payment_received", destination=account.id), REGION)
    body = {"detail-type": type(event).__name__, "detail": event.model_dump(mode="json")}
    for _ in range(2):
        assert deployed.call(notifier, message(body)) == {"batchItemFailures": []}
    assert len(deployed.bank.notices.page(customer.id).notices) == 1


def run_scheduled_transfers(deployed: Deployed) -> None:
    order, target = order_of(deployed)
    answer = deployed.call(scheduled_transfers, message({"order": order.id}))
    assert answer == {"batchItemFailures": []}
    assert received(deployed, target) == 105_00


def run_transfer_sweep(deployed: Deployed) -> None:
    _, target = order_of(deployed)
    deployed.now()
    deployed.call(transfer_sweep, {})
    assert received(deployed, target) == 105_00


RUNS: dict[str, Callable[[Deployed], None]] = {
    "Publisher": run_publisher,
    "Outbox": run_outbox,
    "Folder": run_folder,
    "HoldExpiry": run_hold_expiry,
    "Notifier": run_notifier,
    "ScheduledTransfers": run_scheduled_transfers,
    "TransferSweep": run_transfer_sweep,
}


LAMBDAS_OWN = ("logs:", "xray:")
LAMBDAS_OWN_RESOURCES = {"LedgerStreamArn", "LedgerTableArn/stream/*", "MessagesKeyArn"}
"""What Lambda itself does in the function's name."""
UNSEEN: dict[str, set[Need]] = {
    "Publisher": set(),
    "Outbox": {("dynamodb:Query", "LedgerTableArn")},
    "Folder": set(),
    # A refusal is written together with checks of the heads it was decided on.
    "HoldExpiry": {("dynamodb:ConditionCheckItem", "LedgerTableArn")},
}
"""What these lives do not need, and other lives may."""


@pytest.mark.parametrize("role", RUNS)
def test_a_handler_asks_nothing_that_its_role_does_not_allow(deployed: Deployed, role: str) -> None:
    RUNS[role](deployed)

    assert deployed.asked.needs
    assert deployed.asked.needs - allowed(role) == set()
    if role in UNSEEN:
        unneeded = {
            (action, of)
            for action, of in allowed(role) - deployed.asked.needs
            if not action.startswith(LAMBDAS_OWN) and of not in LAMBDAS_OWN_RESOURCES
        }
        assert unneeded <= UNSEEN[role], "and its role allows nothing that it does not ask"
