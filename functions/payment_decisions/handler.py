"""Lambda entry point of the queue florin-payment-decisions: what was decided of a payment moves it, and its journey is
told. A decision that comes twice, or late, changes nothing.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.fraud.events import FraudDecided
from domain.fraud.model import Decision, Judgement
from functions.composition import bank
from functions.logs import log, log_fault


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    failed = []
    for record in event["Records"]:
        try:
            tell(record["body"])
        except Exception as fault:  # noqa: BLE001  (the edge between messages: logged, kept and tried again)
            log_fault("payment_decisions", "a payment was not told", fault, message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def tell(body: str) -> None:
    decided = FraudDecided.model_validate(json.loads(body)["detail"])
    judgement = Judgement(Decision(decided.decision), decided.reasons, decided.rules_version)
    payment = bank().ach.steps.judged(bank().payments.existing(decided.payment), judgement)
    log("payment_decisions").info("told", extra={"payment": payment.id, "state": payment.state.value})
