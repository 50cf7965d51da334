"""Lambda entry point of the ledger table's stream: new journals become events on the bus.

Thin and quick, and never raises for data: a record that cannot be read or that the bus refuses is parked in a queue
where a person sees it, and the outbox sweep publishes whatever stays unmarked. A bus that does not answer raises:
the stream then delivers the batch again.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.ledger.codec import item_of_image
from domain.ledger.codec_journal import decode_journal
from domain.ledger.model import Journal, TornRecord
from functions.composition import bank
from functions.logs import log

MALFORMED: Final = (TornRecord, KeyError, ValueError, TypeError, AttributeError)
"""What reading a record of any shape may raise."""


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    journals: list[Journal] = []
    torn: list[Mapping[str, Any]] = []
    for record in event["Records"]:
        try:
            journals.append(decode_journal(item_of_image(record["dynamodb"]["NewImage"])))
        except MALFORMED as error:
            log("publisher").error("a stream record is no journal", extra={"reason": str(error)})
            torn.append(record)
    refused = bank().outbox.publish(journals)
    park([*(_keys(record) for record in torn), *({"journal": journal.id} for journal in refused)])
    log("publisher").info("published", extra={"journals": len(journals), "refused": len(refused), "torn": len(torn)})


def park(messages: Sequence[Mapping[str, Any]]) -> None:
    """Names what was not published in the queue florin-publisher-failed. Keys only: the ledger has the rest."""
    for message in messages:
        bank().failed_queue.send(json.dumps(message, sort_keys=True))


def _keys(record: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"keys": (record.get("dynamodb") or {}).get("Keys", {}), "event": record.get("eventID", "")}
