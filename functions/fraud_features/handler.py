"""Lambda entry point of the queue florin-fraud-features: payments count in what is known of whoever makes them.

Messages are applied one by one and once: the bad ones come back to the queue and end in its dead-letter queue, the
others are done, and a repetition changes nothing.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.ledger.events import JournalPosted
from functions.composition import bank
from functions.logs import log
from functions.messages import one_by_one


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    return one_by_one(event, apply, function="fraud_features", complaint="a payment was not applied")


def apply(body: str) -> None:
    """Other journals than payments, and other events than journals, change nothing."""
    envelope = json.loads(body)
    if envelope["detail-type"] != JournalPosted.__name__:
        return
    posted = JournalPosted.model_validate(envelope["detail"])
    outcome = bank().feature_updates.apply(posted)
    log("fraud_features").info("applied", extra={"journal": posted.journal, "outcome": outcome.value})
