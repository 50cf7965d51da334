"""Lambda entry point of the queue florin-notifier: ledger events become notices to customers.

Messages are judged one by one: the bad ones come back to the queue and end in its dead-letter queue, the others are
done.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.ledger.events import JournalPosted
from functions.composition import bank
from functions.logs import log
from functions.messages import one_by_one


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    return one_by_one(event, tell, function="notifier", complaint="a message was not told")


def tell(body: str) -> None:
    """Tells the customers of one event from the bus; events of other types tell nobody anything."""
    envelope = json.loads(body)
    if envelope["detail-type"] != JournalPosted.__name__:
        return
    posted = JournalPosted.model_validate(envelope["detail"])
    told = bank().ledger_news.tell(posted)
    log("notifier").info("told", extra={"journal": posted.journal, "notices": told})
