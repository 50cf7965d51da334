"""Lambda entry point of the queue florin-partner-deliveries: what partners delivered is processed.

Messages are judged one by one. What a handler raised comes back with its message; what was tried as often as it is
tried is set aside, and its message ends in the dead-letter queue.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.partners.service import DeliveryContended
from functions.composition import bank
from functions.logs import log
from functions.messages import one_by_one


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    return one_by_one(event, process, function="partner_deliveries", complaint="a delivery was not processed")


def process(body: str) -> None:
    delivery: str = json.loads(body)["delivery"]
    try:
        processed = bank().partners.process(delivery)
    except DeliveryContended:
        raise  # another is at it, and says what becomes of it
    except Exception:
        bank().partners.give_up(delivery)
        raise
    extra = {"delivery": delivery, "kind": processed.kind, "state": processed.state, "reason": processed.reason}
    log("partner_deliveries").info("processed", extra=extra)
