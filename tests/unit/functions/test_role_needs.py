"""What each handler asks of AWS in a real life, beside what its role in infra/roles.yaml allows."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from domain.access.model import Group
from domain.accounts.model import Account
from domain.accounts.store_dynamodb import DynamoDBAccountStore
from domain.calendars import calendar_day
from domain.ledger.codec import encode_journal
from domain.ledger.events import event_of
from domain.ledger.model import Journal
from domain.money import Money
from domain.transfers.model import NumberTarget, Rhythm, Schedule, TransferOrder, Wish
from domain.transfers.orders import Orders
from functions.daily_root import handler as daily_root
from functions.folder import handler as folder
from functions.hold_expiry import handler as hold_expiry
from functions.notifier import handler as notifier
from functions.outbox import handler as outbox
from functions.publisher import handler as publisher
from functions.scheduled_transfers import handler as scheduled_transfers
from functions.transfer_sweep import handler as transfer_sweep
from graph.access import TABLE
from graph.context import Context
from graph.cursors import Cursors
from graph.documents import Documents
from graph.exposure import Exposure
from graph.schema import schema
from graph.view import Request, answer
from tests.every_operation import AUDITOR, OPERATIONS, OWNER, Household, every_operation
from tests.unit.functions.region import REGION, Asked, Deployed, Need, acting, allowed, refused
from tests.unit.functions.test_publisher import record
from tests.unit.graph.documents import by_numbers
from tests.unit.infra.templates import functions


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


def order_of(
    deployed: Deployed, payer: str, payee: str, *, minor: int = 5_00, days_ago: int = 3
) -> tuple[TransferOrder, Account]:
    """A transfer that was ordered some days ago for the day after, from a hundred dollars."""
    was, deployed.clock.at = deployed.clock.at, deployed.clock.at - timedelta(days=days_ago)
    ada, source = deployed.person(payer)
    _, target = deployed.person(payee)
    number = NumberTarget(target.record.routing_number, target.record.number)
    wish = Wish(source.id, number, Money(minor, "USD"), "Rent")
    day = calendar_day(deployed.bank.settings.jurisdiction, deployed.clock.now()) + timedelta(days=1)
    days = Schedule(rhythm=Rhythm.ONCE, starts_on=day)
    order = deployed.bank.orders.schedule(acting(ada), wish, days=days, key="o")
    assert isinstance(order, TransferOrder), order
    deployed.clock.at = was
    return order, target


def outcomes(deployed: Deployed, *orders: TransferOrder) -> list[str]:
    store = deployed.bank.orders._store
    pages = (store.occurrences(order.id, before=None, limit=9) for order in orders)
    return [str(found.outcome) for page in pages for found in page.occurrences]


def three_orders(deployed: Deployed) -> tuple[list[TransferOrder], Account]:
    """One that passes, one that is short, one that is too late; and the account that the first is to."""
    good, target = order_of(deployed, "ada", "ben")
    short, _ = order_of(deployed, "eve", "fay", minor=500_00)
    late, _ = order_of(deployed, "gus", "hal", days_ago=20)
    return [good, short, late], target


def cut_off_opening(deployed: Deployed) -> None:
    """An account whose opening died between its first line and its end."""
    with deployed.monkeypatch.context() as patched:
        patched.setattr(DynamoDBAccountStore, "finish", dies)
        with pytest.raises(Died):
            deployed.person("ida")


class Died(Exception):
    pass


def dies(*args: object) -> None:
    raise Died


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
    orders, target = three_orders(deployed)
    deployed.now()
    deployed.loses_answers = True
    knocks = [message({"order": order.id}) for order in orders]
    with deployed.monkeypatch.context() as patched:
        patched.setattr(Orders, "_move_on", dies)
        for knock in knocks:
            assert deployed.call(scheduled_transfers, knock) != {"batchItemFailures": []}
    for knock in knocks:
        assert deployed.call(scheduled_transfers, knock) == {"batchItemFailures": []}
    assert outcomes(deployed, *orders) == ["POSTED", "REFUSED", "MISSED"]
    assert received(deployed, target) == 105_00


def run_transfer_sweep(deployed: Deployed) -> None:
    orders, target = three_orders(deployed)
    cut_off_opening(deployed)
    deployed.now()
    deployed.loses_answers = True
    with deployed.monkeypatch.context() as patched:
        patched.setattr(Orders, "_move_on", dies)
        with pytest.raises(transfer_sweep.LeftOver):
            deployed.call(transfer_sweep, {})
    deployed.call(transfer_sweep, {})
    assert outcomes(deployed, *orders) == ["POSTED", "REFUSED", "MISSED"]
    assert received(deployed, target) == 105_00


def run_daily_root(deployed: Deployed) -> None:
    deployed.clock.at -= timedelta(days=2)
    deployed.bank.folder.open_books()
    _, account = deployed.person("ada")
    deployed.post("payment_received", destination=account.id)
    deployed.now()
    deployed.bank.folder.fold()
    deployed.bank.daily_roots._reads_at_once = 1  # moto is single-threaded
    for _ in range(2):
        deployed.call(daily_root, {})
    last = deployed.bank.root_store.latest()
    assert last is not None
    assert last.day == deployed.clock.now().date() - timedelta(days=1)


def run_graphql(deployed: Deployed) -> None:
    ada, account = deployed.person("ada")
    _, other = deployed.person("ben")
    clerk = "stf_01J00000000000000000000001"
    people = {
        OWNER: acting(ada),
        OPERATIONS: replace(acting(ada), person=clerk, groups=frozenset({Group.OPERATIONS})),
        AUDITOR: replace(acting(ada), person=clerk, groups=frozenset({Group.AUDITOR})),
    }
    faults: list[Exception] = []

    def asked(who: str, document: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": document, "variables": variables}).encode()
        cursors = Cursors(lambda: deployed.bank.cursor_secret)
        context = Context(actor=people[who], bank=deployed.bank, cursors=cursors, report=faults.append)
        request = Request("POST", {"content-type": "application/json"}, body)
        response = answer(request, lambda: context, Documents(schema, Exposure.CLOSED, {}), correlation_id="test")
        assert not faults
        found: dict[str, Any] = json.loads(response.body)
        assert "errors" not in found, found["errors"]
        data: dict[str, Any] = found["data"]
        return data

    today = calendar_day(deployed.bank.settings.jurisdiction, deployed.clock.now())
    deployed.clock.at += timedelta(minutes=10)  # what was unwrapped before is forgotten
    deployed.loses_answers = True
    with deployed.noted():
        passed = every_operation(
            asked,
            Household(
                owner=ada.id,
                account=account.id,
                other=by_numbers(other),
                operations=clerk,
                today=today,
                later=today + timedelta(days=5),
            ),
        )
    assert {f"Mutation.{name}" for name in passed} == {name for name in TABLE if name.startswith("Mutation.")}


RUNS: dict[str, Callable[[Deployed], None]] = {
    "Graphql": run_graphql,
    "Publisher": run_publisher,
    "Outbox": run_outbox,
    "Folder": run_folder,
    "HoldExpiry": run_hold_expiry,
    "Notifier": run_notifier,
    "ScheduledTransfers": run_scheduled_transfers,
    "TransferSweep": run_transfer_sweep,
    "DailyRoot": run_daily_root,
}


LAMBDAS_OWN = ("logs:", "xray:", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
LAMBDAS_OWN_RESOURCES = {"LedgerStreamArn", "LedgerTableArn/stream/*", "MessagesKeyArn"}
"""What Lambda itself does in the function's name."""
UNSEEN: dict[str, set[Need]] = {
    # A refusal is written together with checks of the heads it was decided on.
    "HoldExpiry": {("dynamodb:ConditionCheckItem", "LedgerTableArn")},
}
"""What these lives do not need, and other lives may."""


@pytest.mark.parametrize("role", RUNS)
def test_a_handler_asks_all_that_its_role_allows_and_nothing_else(deployed: Deployed, role: str) -> None:
    RUNS[role](deployed)

    assert deployed.asked.needs
    assert deployed.asked.needs - allowed(role) == set()
    assert refused(role, deployed.asked) == set()
    unneeded = {
        (action, of)
        for action, of in allowed(role) - deployed.asked.needs
        if not action.startswith(LAMBDAS_OWN) and of not in LAMBDAS_OWN_RESOURCES
    }
    assert unneeded == UNSEEN.get(role, set())


def test_a_leading_key_of_another_is_refused() -> None:
    asked = Asked()
    for key in ("C#outbox", "C#hold_expiry"):
        said = {"TableName": "florin-published-us-east-1", "Item": {"pk": {"S": key}, "sk": {"S": "C"}}}
        asked.note("dynamodb", "PutItem", said)
    assert refused("Outbox", asked) == {("dynamodb:PutItem", "PublishedTableArn", "C#hold_expiry")}


def test_every_role_is_tried_whose_function_speaks_to_aws() -> None:
    speaks_to_nobody = {"Webhooks", "TokenClaims", "AchJourney"}
    assert set(RUNS) == set(functions()) - speaks_to_nobody
    for role in speaks_to_nobody:
        assert all(action.startswith(LAMBDAS_OWN) for action, _ in allowed(role))
