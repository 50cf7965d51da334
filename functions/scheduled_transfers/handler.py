"""Lambda entry point of the queue florin-scheduled-transfers: an order whose day has come is run.

Messages are judged one by one: what could not be settled now comes back, and what never can be ends in the
dead-letter queue; the daily sweep finds it there or not.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.refusals import NotFound
from functions.composition import bank
from functions.logs import log, log_fault


class Unsettled(Exception):
    """The occurrence could not be made or refused now; the message is to come again."""


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    failed = []
    for record in event["Records"]:
        try:
            run(record["body"])
        except Exception as fault:  # noqa: BLE001  (the edge between messages: logged, kept and tried again)
            # Whatever is wrong with one order must not hold up the others; the queue keeps it and counts its tries.
            log_fault("scheduled_transfers", "an order was not run", fault, message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def run(body: str) -> None:
    """Runs what is due of the order named by the schedule."""
    order = json.loads(body)["order"]
    ran = bank().transfers.orders.run(order)
    if isinstance(ran, NotFound):
        raise Unsettled(f"there is no order {order}")
    log("scheduled_transfers").info("ran", extra={"order": order, "settled": [str(one.outcome) for one in ran.settled]})
    if ran.unsettled:
        raise Unsettled(f"{order}: {ran.unsettled.code}")
