"""What receiving asks of AWS: executions of Step Functions, and the queues of the other regions."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from domain.rails.ach.incoming_model import Handoff
from domain.rails.ach.incoming_ports import handoff_text


class StepFunctionsFileJourneys:
    def __init__(self, *, client: Callable[[], Any], machine: str) -> None:
        """`machine`: the ARN of the state machine of received files."""
        self._client = client
        self._machine = machine

    def start(self, file: str, occasion: str) -> None:
        try:
            self._client().start_execution(
                stateMachineArn=self._machine, name=file_execution(file, occasion), input=json.dumps({"file": file})
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise


def file_execution(file: str, occasion: str) -> str:
    """At most 80 characters, as the service takes them: an id has some fifty."""
    return f"{file}.{occasion}"


class QueueForwarder:
    def __init__(self, send: Callable[[str, str], None]) -> None:
        """`send`: puts a text into the queue of a region."""
        self._send = send

    def forward(self, region: str, handoff: Handoff) -> None:
        self._send(region, handoff_text(handoff))
