"""Lambda entry point of the queue florin-payment-decisions: what was decided of a payment moves it, and its journey is
told. A decision that comes twice, or late, changes nothing.
"""

import json
from collections.abc import Mapping
from typing import Any

from domain.fraud.events import FraudDecided
from functions.composition import bank
from functions.logs import log
from functions.messages import one_by_one


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001  (Lambda passes two arguments)
    return one_by_one(event, tell, function="payment_decisions", complaint="a payment was not told")


def tell(body: str) -> None:
    decided = FraudDecided.model_validate(json.loads(body)["detail"])
    payment = bank().ach.steps.judged(bank().payments.existing(decided.payment), decided)
    log("payment_decisions").info("told", extra={"payment": payment.id, "state": payment.state.value})
