"""Lambda entry point of the queue florin-notifier: ledger events become notices to customers.

Messages are judged one by one: the bad ones come back to the queue and end in its dead-letter queue, the others are
done.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools import Logger

from domain.ledger.events import JournalPosted
from functions.composition import bank

logger: Final = Logger(service="notifier")


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    failed = []
    for record in event["Records"]:
        try:
            told = tell(record["body"])
        except Exception:
            # Whatever is wrong with one message must not hold up the others; the queue keeps it and counts its tries.
            logger.exception("a message was not told", extra={"message_id": record["messageId"]})
            failed.append({"itemIdentifier": record["messageId"]})
        else:
            logger.info("told", extra={"message_id": record["messageId"], "notices": told})
    return {"batchItemFailures": failed}


def tell(body: str) -> int:
    """Tells the customers of one event from the bus; events of other types tell nobody anything."""
    envelope = json.loads(body)
    if envelope["detail-type"] != JournalPosted.__name__:
        return 0
    return bank().ledger_news.tell(JournalPosted.model_validate(envelope["detail"]))
