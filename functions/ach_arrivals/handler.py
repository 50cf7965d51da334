"""Lambda entry point of the queue florin-ach-arrivals: what came by ACH and is to be worked here.

A message is a file that the sponsor bank put into the exchange of this region, as S3 tells it, or entries that another
region hands over. Either is taken note of, and a journey begins. Both may be told twice.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.rails.ach.incoming_model import ReceivedFileUnknown
from domain.rails.ach.incoming_ports import handoff_of
from functions.composition import bank
from functions.logs import log
from functions.messages import one_by_one

OBJECT_CREATED = "Object Created"
"""Amazon S3 User Guide, EventBridge: the detail-type of an event."""


class FileGone(Exception):
    """What S3 told of is not there, and nothing is ever deleted there."""


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    return one_by_one(event, take, function="ach_arrivals", complaint="what arrived was not taken")


def take(body: str) -> None:
    said = json.loads(body)
    if said.get("detail-type") == OBJECT_CREATED:
        file = bank().incoming.files.receive(said["detail"]["object"]["key"])
        if isinstance(file, ReceivedFileUnknown):
            raise FileGone(file.name)
        log("ach_arrivals").info("arrived", extra={"file": file.id, "bytes": file.size_bytes})
    else:
        handoff = handoff_of(body)
        bank().incoming.files.take(handoff)
        log("ach_arrivals").info("handed over", extra={"file": handoff.file, "lines": len(handoff.lines)})
