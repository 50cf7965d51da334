"""An SQS queue that a function puts messages into."""

from collections.abc import Callable
from typing import Any


class Queue:
    def __init__(self, *, client: Callable[[], Any], url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: str) -> None:
        self._client().send_message(QueueUrl=self._url, MessageBody=body)
