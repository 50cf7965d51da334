"""Lambda entry point of the journeys of ACH payments: one call is one step, the answer says where the payment is."""

from collections.abc import Mapping
from typing import Any

from domain.payments.steps import StepAnswer, Steps, check
from functions.composition import bank
from functions.stepping import stepped


def handler(event: Mapping[str, Any], context: object) -> dict[str, str | None]:  # noqa: ARG001  (Lambda passes two)
    step, payment = event["step"], event["payment"]

    def make() -> StepAnswer:
        answer = steps().run(step, payment=payment, token=event.get("token"))
        check(step, answer)
        return answer

    return stepped("ach_journey", make, step=step, payment=payment, execution=event["execution"])


def steps() -> Steps:
    return bank().ach_steps
