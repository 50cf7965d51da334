"""The events of tests/fixtures/events, as AWS hands them to the functions and `sam local invoke` takes them.

A test takes the file of its function and changes what its story is about; what stands around that is the file's.
"""

import copy
import json
from collections.abc import Callable
from functools import cache
from typing import Any

from functions.messages import NoneTaken
from tests.unit.infra.templates import ROOT

FOLDER = ROOT / "tests/fixtures/events"

EVENTS = {
    "graphql": "graphql",
    "webhooks": "webhooks",
    "publisher": "publisher",
    "outbox": "schedule",
    "folder": "schedule",
    "hold_expiry": "schedule",
    "notifier": "notifier",
    "scheduled_transfers": "scheduled_transfers",
    "transfer_sweep": "schedule",
    "case_sweep": "schedule",
    "daily_root": "schedule",
    "partner_deliveries": "partner_deliveries",
    "partner_sweep": "schedule",
    "token_claims": "token_claims",
    "ach_journey": "ach_journey",
    "ach_files": "schedule",
    "ach_arrivals": "ach_arrivals",
    "ach_inbound": "ach_inbound",
    "ach_return_rates": "schedule",
    "fraud_monitor": "schedule",
    "fraud_scorer": "fraud_scorer",
    "fraud_features": "fraud_features",
    "fraud_history": "schedule",
    "payment_decisions": "payment_decisions",
    "payment_sweep": "schedule",
}
"""Function -> the file of an event that starts it."""


@cache
def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


class Run:
    """What Lambda says of a run that has just begun."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


RUN = Run()


def event_for(function: str) -> dict[str, Any]:
    """A copy that the test may change."""
    return copy.deepcopy(_read(EVENTS[function]))


def messages_for(function: str, *bodies: str) -> dict[str, Any]:
    """A batch of a queue: the file's one message, once for each body, known as m0, m1, …"""
    (message,) = event_for(function)["Records"]
    return {"Records": [message | {"messageId": f"m{n}", "body": body} for n, body in enumerate(bodies)]}


def left(handler: Callable[[dict[str, Any], object], dict[str, Any]], event: dict[str, Any]) -> list[str]:
    """Gives a function the messages; which of them come back."""
    try:
        answer = handler(event, None)
    except NoneTaken:
        return [record["messageId"] for record in event["Records"]]
    return [row["itemIdentifier"] for row in answer["batchItemFailures"]]
