"""Journeys as executions of AWS Step Functions."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from domain.payments.journeys import Execution, execution_name
from domain.payments.kinds import PaymentKind, PaymentState

_GONE: Final = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})
"""Whoever waited by the token does not any more."""


class StepFunctionsJourneys:
    def __init__(self, *, client: Callable[[], Any], machines: Mapping[PaymentKind, str]) -> None:
        """`machines`: the ARN of the state machine of each kind."""
        self._client = client
        self._machines = machines

    def start(self, kind: PaymentKind, payment: str, number: int) -> None:
        try:
            self._client().start_execution(
                stateMachineArn=self._machines[kind],
                name=execution_name(payment, number),
                input=json.dumps({"payment": payment, "kind": kind.value}, sort_keys=True),
            )
        except ClientError as error:
            if _code(error) != "ExecutionAlreadyExists":
                raise

    def state(self, kind: PaymentKind, payment: str, number: int) -> Execution:
        machine = self._machines[kind]
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{execution_name(payment, number)}"
        try:
            answer = self._client().describe_execution(executionArn=arn)
        except ClientError as error:
            if _code(error) != "ExecutionDoesNotExist":
                raise
            return Execution.MISSING
        return Execution.RUNNING if answer["status"] == "RUNNING" else Execution.ENDED

    def resume(self, token: str, state: PaymentState) -> None:
        try:
            self._client().send_task_success(taskToken=token, output=json.dumps({"state": state.value}))
        except ClientError as error:
            if _code(error) not in _GONE:
                raise


def _code(error: ClientError) -> str:
    code: str = error.response["Error"]["Code"]
    return code
