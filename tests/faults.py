"""What the network does to a request: counted, lost on its way, its answer lost, or answered by somebody else.

Works on any botocore client of PynamoDB or boto3. On a real endpoint (MiniStack) a lost answer is sent by the hook
itself; on moto, which answers inside the same event, the hook only has to come last.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.httpsession import URLLib3Session


class Killed(BaseException):
    """The process died here: no `except Exception` can eat it."""


@dataclass(frozen=True)
class Sent:
    """One request as it was about to leave."""

    number: int
    operation: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found


@dataclass(frozen=True)
class LostRequest:
    """Nothing leaves; the caller gets the error."""

    error: BaseException


@dataclass(frozen=True)
class LostAnswer:
    """It is done, and the caller gets the error in place of the answer."""

    error: BaseException


@dataclass(frozen=True)
class OtherAnswer:
    """Nothing leaves; the caller gets this error of the service. Not for moto, which has done it by then."""

    status: int
    code: str
    message: str = ""
    more: dict[str, Any] = field(default_factory=dict)


Spoil = LostRequest | LostAnswer | OtherAnswer
Plan = Callable[[Sent], Spoil | None]


class Connected(Protocol):
    @property
    def client(self) -> Any: ...


class Wire:
    """Sees every request of a connection in `sent`, and asks `plan` what becomes of it."""

    def __init__(self, connection: Connected, *, in_process: bool = False) -> None:
        self.sent: list[Sent] = []
        self.plan: Plan = _untouched
        self._in_process = in_process
        self._spoiled: dict[int, BaseException] = {}
        events = connection.client.meta.events
        events.register_first("before-send.*.*", self._before)
        events.register_last("before-send", self._after)

    def of(self, operation: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.operation == operation]

    def clear(self) -> None:
        self.sent.clear()

    def once(self, operation: str, spoil: Spoil) -> None:
        """Spoils the next request of this operation."""
        left = [spoil]
        self.plan = lambda sent: left.pop() if left and sent.operation == operation else None

    def _before(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse | None:
        sent = _sent(len(self.sent), request, event_name)
        self.sent.append(sent)
        spoil = self.plan(sent)
        match spoil:
            case None:
                return None
            case LostRequest(error):
                raise error
            case OtherAnswer():
                return _answer(request, spoil)
            case LostAnswer(error) if self._in_process:
                self._spoiled[id(request)] = error
                return None
            case LostAnswer(error):
                URLLib3Session().send(request)
                raise error

    def _after(self, request: AWSPreparedRequest, **_: Any) -> None:
        error = self._spoiled.pop(id(request), None)
        if error is not None:
            raise error


def _untouched(_: Sent) -> None:
    return None


def _sent(number: int, request: AWSPreparedRequest, event_name: str) -> Sent:
    raw: dict[str, Any] = dict(request.headers.items())  # text before signing, bytes after it
    headers = {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in raw.items()}
    return Sent(number, event_name.rsplit(".", 1)[-1], headers, cast("bytes", request.body))


def _answer(request: AWSPreparedRequest, spoil: OtherAnswer) -> AWSResponse:
    said = {"__type": f"com.amazonaws.dynamodb.v20120810#{spoil.code}", "message": spoil.message, **spoil.more}
    return _Canned(str(request.url), spoil.status, said)


class _Canned(AWSResponse):
    """An answer that was never on a wire."""

    def __init__(self, url: str, status: int, said: dict[str, Any]) -> None:
        super().__init__(url, status, HTTPHeaders(), None)
        self._content = json.dumps(said).encode()
