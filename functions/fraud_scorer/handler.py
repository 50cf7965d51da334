"""Lambda entry point of the queue florin-fraud-scorer: payments are judged, and the judgements go back to the bus.

A judgement follows from the event alone, so that it may be made twice; who hears it twice acts once.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.clock import instant_text
from domain.fraud.events import SOURCE, FraudDecided
from domain.fraud.service import features_of, judge
from domain.payments.events import PaymentInitiated
from functions.composition import bank
from functions.logs import log
from functions.messages import one_by_one


class NotPublished(Exception):
    """The bus did not take a judgement; the message is to come again."""


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    return one_by_one(event, score, function="fraud_scorer", complaint="a payment was not judged")


def score(body: str) -> None:
    initiated = PaymentInitiated.model_validate(json.loads(body)["detail"])
    judgement = judge(features_of(initiated))
    decided = FraudDecided(
        payment=initiated.payment,
        region=initiated.region,
        decision=judgement.decision.value,
        reasons=judgement.reasons,
        rules_version=judgement.rules_version,
        decided_at=instant_text(bank().clock.now()),
    )
    (taken,) = bank().bus(SOURCE).publish([decided])
    if not taken:
        raise NotPublished(initiated.payment)
    log("fraud_scorer").info("judged", extra={"payment": initiated.payment, "decision": decided.decision})
