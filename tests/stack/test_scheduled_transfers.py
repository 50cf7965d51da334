"""Transfer orders on the deployed bank: the queue's function makes what is due, the daily sweep what was missed.

An order begins tomorrow at the earliest, so these were placed some days ago, by the same services with their clock
set back.
"""

import json
import os
import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.access.model import Actor, Channel, Group
from domain.calendars import calendar_day
from domain.money import Money
from domain.refusals import Refusal
from domain.transfers.model import AccountTarget, Rhythm, Schedule, TransferOrder, Wish
from functions import composition, configuration
from ops.commands.people import find_user
from ops.local.aws import Clients, session
from ops.local.bank import ACCESS_KEY, SECRET_KEY, LocalBank
from ops.seed.run import SetClock
from tests.stack.conftest import Ask
from tests.stack.test_bank import accounts_of, eventually

REGION = "us-east-1"
ORDER = """query O($id: ID!) { node(id: $id) { ... on TransferOrder {
    status occurrences(first: 5) { edges { node { outcome late } } } } } }"""
NOTICES = "{ viewer { notices(first: 30) { edges { node { text } } } } }"


@pytest.fixture(name="services")
def _services(bank: LocalBank, monkeypatch: pytest.MonkeyPatch) -> composition.Bank:
    """The bank's own services three days ago."""
    monkeypatch.setitem(os.environ, "AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setitem(os.environ, "AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    return composition.build(
        configuration.read({**bank.regions[REGION].environment, "AWS_REGION": REGION}),
        clock=SetClock(datetime.now(UTC) - timedelta(days=3)),
        randomness=random.Random(uuid.uuid4().hex),
        session=session(),
        endpoint=bank.engine,
    )


def ordered(bank: LocalBank, ask: Ask, services: composition.Bank, user: str, minor: int) -> TransferOrder:
    """From the person's first account to their second, once, due the day after the order."""
    source, destination = (node["id"] for node in accounts_of(ask, user) if node["currency"] == "USD")
    actor = Actor(
        person=find_user(bank, user).person,
        groups=frozenset({Group.CUSTOMER}),
        source_ip=None,
        correlation_id="test",
        channel=Channel.API,
    )
    jurisdiction = services.configuration.jurisdiction
    tomorrow = calendar_day(jurisdiction, services.clock.now()) + timedelta(days=1)
    order = services.orders.schedule(
        actor,
        Wish(source=source, destination=AccountTarget(destination), amount=Money(minor, "USD")),
        days=Schedule(rhythm=Rhythm.ONCE, starts_on=tomorrow),
        key=uuid.uuid4().hex,
    )
    assert not isinstance(order, Refusal), order
    return order


def balance(ask: Ask, user: str, account: str) -> int:
    found = next(node for node in accounts_of(ask, user) if node["id"] == account)
    return int(found["ledgerBalance"]["minorUnits"])


def order_now(ask: Ask, user: str, order: str) -> dict[str, Any]:
    found: dict[str, Any] = ask(user, ORDER, {"id": order})["data"]["node"]
    return found


def test_a_knock_on_the_queue_makes_what_is_due_once(bank: LocalBank, ask: Ask, services: composition.Bank) -> None:
    order = ordered(bank, ask, services, "frank", 321)
    before = balance(ask, "frank", order.source)
    sqs = session().client("sqs", region_name=REGION, endpoint_url=bank.engine)
    url = sqs.get_queue_url(QueueName=f"florin-scheduled-transfers-{REGION}")["QueueUrl"]
    for _ in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"order": order.id}))

    def done() -> bool | None:
        return order_now(ask, "frank", order.id)["status"] == "DONE" or None

    assert eventually(done, what="the end of the order")
    assert balance(ask, "frank", order.source) == before - 321


def test_the_daily_sweep_makes_what_was_missed_and_says_so(
    bank: LocalBank, ask: Ask, services: composition.Bank
) -> None:
    order = ordered(bank, ask, services, "ivan", 456)
    before = balance(ask, "ivan", order.source)
    functions = Clients(endpoint=bank.engine, region=REGION).functions
    answer = functions.invoke(FunctionName=f"florin-transfer-sweep-{REGION}", Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    found = order_now(ask, "ivan", order.id)
    assert found["status"] == "DONE"
    (occurrence,) = found["occurrences"]["edges"]
    assert occurrence["node"] == {"outcome": "POSTED", "late": True}
    assert balance(ask, "ivan", order.source) == before - 456
    notices = ask("ivan", NOTICES)["data"]["viewer"]["notices"]["edges"]
    assert any("4.56 USD" in edge["node"]["text"] and "late" in edge["node"]["text"] for edge in notices)
