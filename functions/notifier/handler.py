"""Lambda entry point of the queue florin-notifier: ledger events become notices to customers.

Messages are judged one by one: the bad ones come back to the queue and end in its dead-letter queue, the others are
done.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.ledger.events import JournalPosted
from functions.composition import bank
from functions.logs import log, log_fault


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    failed = []
    for record in event["Records"]:
        try:
            told = tell(record["body"])
        except Exception as fault:  # noqa: BLE001  (the edge between messages: logged, kept and tried again)
            # Whatever is wrong with one message must not hold up the others; the queue keeps it and counts its tries.
            log_fault("notifier", "a message was not told", fault, message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
        else:
            log("notifier").info("told", extra={"message_id": record["messageId"], "notices": told})
    return {"batchItemFailures": failed}


def tell(body: str) -> int:
    """Tells the customers of one event from the bus; events of other types tell nobody anything."""
    envelope = json.loads(body)
    if envelope["detail-type"] != JournalPosted.__name__:
        return 0
    return bank().ledger_news.tell(JournalPosted.model_validate(envelope["detail"]))
