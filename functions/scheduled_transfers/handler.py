"""Lambda entry point of the queue florin-scheduled-transfers: an order whose day has come is run.

Messages are judged one by one: what could not be settled now comes back, and what never can be ends in the
dead-letter queue; the daily sweep finds it there or not.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.refusals import NotFound
from functions.composition import bank
from functions.logs import log
from functions.messages import one_by_one


class Unsettled(Exception):
    """The occurrence could not be made or refused now; the message is to come again."""


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    return one_by_one(event, run, function="scheduled_transfers", complaint="an order was not run")


def run(body: str) -> None:
    """Runs what is due of the order named by the schedule."""
    order = json.loads(body)["order"]
    ran = bank().transfers.orders.run(order)
    if isinstance(ran, NotFound):
        raise Unsettled(f"there is no order {order}")
    log("scheduled_transfers").info("ran", extra={"order": order, "settled": [str(one.outcome) for one in ran.settled]})
    if ran.unsettled:
        raise Unsettled(f"{order}: {ran.unsettled.code}")
