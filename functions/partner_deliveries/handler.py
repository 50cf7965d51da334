"""Lambda entry point of the queue florin-partner-deliveries: what partners delivered is processed.

Messages are judged one by one. What a handler raised comes back with its message; what was tried as often as it is
tried is set aside, and its message ends in the dead-letter queue.
"""

import json
from collections.abc import Mapping
from typing import Any

from functions.composition import bank
from functions.logs import log, log_fault


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    failed = []
    for record in event["Records"]:
        try:
            process(record["body"])
        except Exception as fault:  # noqa: BLE001  (the edge between messages: logged, kept and tried again)
            # Whatever is wrong with one message must not hold up the others; the queue keeps it and counts its tries.
            log_fault("partner_deliveries", "a delivery was not processed", fault, message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def process(body: str) -> None:
    delivery: str = json.loads(body)["delivery"]
    try:
        processed = bank().partners.process(delivery)
    except Exception:
        bank().partners.give_up(delivery)
        raise
    extra = {"delivery": delivery, "kind": processed.kind, "state": processed.state, "reason": processed.reason}
    log("partner_deliveries").info("processed", extra=extra)
