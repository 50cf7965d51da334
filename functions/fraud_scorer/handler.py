"""Lambda entry point of the queue florin-fraud-scorer: payments are judged, and the judgements go back to the bus.

A payment is judged once: a message that comes again is answered with the judgement that is kept, and who hears it twice
acts once. What cannot be judged is set aside, and its payment takes the fallback; that is kept under the same payment,
so a scorer that comes late says what the fallback has said.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.fraud.events import SOURCE, decided
from domain.payments.events import PaymentInitiated, scoring_request
from functions.composition import bank
from functions.logs import log
from functions.messages import one_by_one


class NotPublished(Exception):
    """The bus did not take a judgement; the message is to come again."""


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    return one_by_one(event, score, function="fraud_scorer", complaint="a payment was not judged")


def score(body: str) -> None:
    initiated = PaymentInitiated.model_validate(json.loads(body)["detail"])
    stored = bank().fraud.decide(scoring_request(initiated))
    said = decided(stored, region=initiated.region)
    (taken,) = bank().bus(SOURCE).publish([said])
    if not taken:
        raise NotPublished(initiated.payment)
    log("fraud_scorer").info(
        "judged", extra={"payment": stored.subject, "decision_id": stored.id, "decision": said.decision}
    )
