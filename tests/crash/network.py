"""Every call that leaves the process, counted; and what becomes of each, as a plan says.

One network stands behind all clients of a bank: a call is the k-th, whatever service it is for. A process that was
killed sends nothing any more, whatever its code still tries on the way down.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session

from tests.faults import Connected, Killed, LostAnswer, LostRequest, OtherAnswer, Sent, Spoil, Wire

READS: Final = frozenset(
    {
        "GetItem",
        "Query",
        "Scan",
        "BatchGetItem",
        "Decrypt",
        "GetSecretValue",
        "GetObject",
        "HeadObject",
        "ListObjectsV2",
    }
)
"""Calls that change nothing: killed before or after one is the same death."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it was about to leave; `number` counts from 1."""

    number: int
    service: str
    operation: str
    subject: str
    """The part of the bank whose table it is for; empty for other services."""

    @property
    def reads(self) -> bool:
        return self.operation in READS

    @property
    def conditional(self) -> bool:
        """A write that DynamoDB may refuse because of another writer."""
        return self.service == "dynamodb" and not self.reads

    def __str__(self) -> str:
        return f"{self.service} {self.operation} {self.subject}".rstrip()


@dataclass(frozen=True, slots=True)
class Twice:
    """It is done twice, and the caller gets the second answer: the SDK sent it again, or a rival was first."""


Plan = Callable[[Call, Sent], Spoil | Twice | None]


def untouched(_: Call, __: Sent) -> None:
    return None


class Network:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.entries: list[dict[str, str]] = []
        """What the bus has taken, repetitions included."""
        self.parked = 0
        """Messages put into the queue of what could not be published."""
        self.written: set[str] = set()
        """Tables and services that were asked to change something since the world was put back."""
        self.spoiled = 0
        self._plan: Plan = untouched
        self._dead = False
        self._lock = Lock()

    def forget(self) -> None:
        """A new run: nothing was ever sent."""
        self.entries, self.parked = [], 0
        self.written = set()
        self.born(untouched)

    def born(self, plan: Plan) -> None:
        """A new process: its calls count from 1."""
        self.calls, self.spoiled = [], 0
        self._plan = plan
        self._dead = False

    def connect(self, connection: Connected, service: str) -> None:
        _CrashWire(connection, self, service)

    def decide(self, service: str, sent: Sent) -> Spoil | Twice | None:
        with self._lock:
            if self._dead:
                return LostRequest(Killed())
            call = Call(len(self.calls) + 1, service, sent.operation, _subject(sent) if service == "dynamodb" else "")
            self.calls.append(call)
            if not call.reads:
                self.written.add(call.subject or service)
            spoil = self._plan(call, sent)
            self.spoiled += spoil is not None
            self._dead = isinstance(spoil, LostRequest | LostAnswer) and isinstance(spoil.error, Killed)
            if not isinstance(spoil, LostRequest | OtherAnswer):
                self._note(sent, times=2 if isinstance(spoil, Twice) else 1)
            return spoil

    def _note(self, sent: Sent, *, times: int) -> None:
        if sent.operation == "PutEvents":
            self.entries += sent.body["Entries"] * times
        if sent.operation == "SendMessage":
            self.parked += times


class _CrashWire(Wire):
    """A client's wire, whose plan is the network's."""

    def __init__(self, connection: Connected, network: Network, service: str) -> None:
        super().__init__(connection)
        self._network, self._service = network, service
        self._twice = False
        self.plan = self._asked

    def _asked(self, sent: Sent) -> Spoil | None:
        spoil = self._network.decide(self._service, sent)
        self.sent.clear()
        self._twice = isinstance(spoil, Twice)
        return None if isinstance(spoil, Twice) else spoil

    def _before(self, request: AWSPreparedRequest, event_name: str, **more: Any) -> AWSResponse | None:
        answer = super()._before(request, event_name, **more)
        if self._twice:
            self._twice = False
            URLLib3Session().send(request)
        return answer


def _subject(sent: Sent) -> str:
    body = sent.body
    named = body.get("TableName")
    if named is None and "RequestItems" in body:
        named = next(iter(body["RequestItems"]))
    if named is None:
        ((_, item),) = body["TransactItems"][0].items()
        named = item["TableName"]
    return str(named).split("-")[1]


def transaction_conflict(sent: Sent) -> OtherAnswer:
    """Another transaction holds one of the items: nothing is written."""
    if sent.operation != "TransactWriteItems":
        return OtherAnswer(400, "TransactionConflictException", "Transaction is ongoing for the item")
    codes = ["TransactionConflict", *("None" for _ in json.loads(sent.raw)["TransactItems"][1:])]
    reasons = [{"Code": code} for code in codes]
    return OtherAnswer(
        400,
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(codes)}]",
        {"CancellationReasons": reasons},
    )
