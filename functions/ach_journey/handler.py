"""Lambda entry point of the journeys of ACH payments: one call is one step, and the answer says where the payment is.

The state machine tries a step again that raised, so it is raised; what went wrong is logged here with the payment.
"""

from collections.abc import Mapping
from typing import Any

from domain.clock import whole_second
from domain.payments.steps import Steps, check
from functions.composition import bank
from functions.logs import log, log_fault


def handler(event: Mapping[str, Any], context: object) -> dict[str, str | None]:  # noqa: ARG001  (Lambda passes two)
    step, payment = event["step"], event["payment"]
    about = {"step": step, "payment": payment, "execution": event["execution"]}
    try:
        answer = steps().run(step, payment=payment, token=event.get("token"))
        check(step, answer)
    except Exception as fault:
        log_fault("ach_journey", "a step failed", fault, **about)
        raise
    log("ach_journey").info("stepped", extra={**about, "state": answer.state.value})
    return {"state": answer.state.value, "wait_until": whole_second(answer.wait_until) if answer.wait_until else None}


def steps() -> Steps:
    return bank().ach_steps
