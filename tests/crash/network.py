"""Every call that leaves the process, counted; and what becomes of each, as a plan says.

One network stands behind all clients of a bank: a call is the k-th, whatever service it is for. A process that was
killed sends nothing any more, whatever its code still tries on the way down.
"""

import json
import sys
from collections import Counter
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
        "BatchGetItem",
        "Decrypt",
        "GenerateDataKey",
        "GetSecretValue",
        "GetObject",
        "ListObjectsV2",
        "Sign",
        "Verify",
        "DescribeExecution",
    }
)
"""Calls that change nothing: killed before or after one is the same death."""
OURS: Final = ("domain.", "functions.", "graph.")


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


@dataclass(frozen=True, slots=True)
class Late:
    """The process is killed while it is on its way, and it is done only after the recovery."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """It waits. Whoever asked does not: somebody else does the work meanwhile, and then it goes on."""


@dataclass(frozen=True, slots=True)
class PartlyTaken:
    """PutEvents answers that every second entry, the first among them, was not taken."""


Trouble = Spoil | Twice | Late | Overtaken | PartlyTaken
Plan = Callable[[Call, Sent], Trouble | None]


def untouched(_: Call, __: Sent) -> None:
    return None


def nobody() -> None:
    return None


class Network:
    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.entries: list[dict[str, str]] = []
        """What the bus has taken, repetitions included."""
        self.queued: dict[str, list[str]] = {}
        """The messages put into each queue, repetitions included, by its name."""
        self.told: list[str] = []
        """Task tokens whose journeys were told to go on."""
        self.written: set[str] = set()
        """Tables and services that were asked to change something since the world was put back."""
        self._touched: Counter[str] = Counter()
        self._epoch = 0
        self.spoiled = 0
        self.meanwhile: Callable[[], None] = nobody
        """What others do while a call waits."""
        self.witnessed: set[str] | None = None
        """The bank's functions from which something was written, when somebody keeps a list of them."""
        self._under_way: list[tuple[AWSPreparedRequest, Sent]] = []
        self._plan: Plan = untouched
        self._dead = False
        self._lock = Lock()

    def forget(self) -> None:
        """A new run: nothing was ever sent."""
        self.entries, self.queued, self.told = [], {}, []
        self.written = set()
        self._under_way = []
        self._epoch += 1
        self.born(untouched)

    def born(self, plan: Plan) -> None:
        """A new process: its calls count from 1."""
        self.calls, self.spoiled = [], 0
        self._plan = plan
        self._dead = False

    def connect(self, connection: Connected, service: str) -> None:
        _CrashWire(connection, self, service)

    def decide(self, service: str, sent: Sent) -> Spoil | Twice | Late | PartlyTaken | None:
        with self._lock:
            trouble = self._decided(service, sent)
        if not isinstance(trouble, Overtaken):
            return trouble
        kept = self.calls, self.spoiled, self._plan
        self.meanwhile()
        self.calls, self.spoiled, self._plan = kept
        self._epoch += 1
        return None

    def _decided(self, service: str, sent: Sent) -> Trouble | None:
        if self._dead:
            return LostRequest(Killed())
        call = Call(len(self.calls) + 1, service, sent.operation, _subject(sent) if service == "dynamodb" else "")
        self.calls.append(call)
        if not call.reads:
            self.touch(call.subject or service)
            if self.witnessed is not None:
                self.witnessed |= _on_the_way()
        trouble = self._plan(call, sent)
        self.spoiled += trouble is not None
        lost = isinstance(trouble, LostRequest | LostAnswer) and isinstance(trouble.error, Killed)
        self._dead = lost or isinstance(trouble, Late)
        if not isinstance(trouble, LostRequest | OtherAnswer | Late):
            self._note(sent, trouble)
        return trouble

    def hold_back(self, request: AWSPreparedRequest, sent: Sent) -> None:
        self._under_way.append((request, sent))

    def land(self) -> None:
        """What was under way when its process died is done now; nobody hears the answers."""
        for request, sent in self._under_way:
            URLLib3Session().send(request)
            self._note(sent, None)
        self._under_way = []
        self._epoch += 1

    def touch(self, name: str) -> None:
        """This table or service is asked to change something."""
        self.written.add(name)
        self._touched[name] += 1

    def age(self, name: str) -> tuple[int, int]:
        """Another one whenever it may have changed: what was read at the same age need not be read again."""
        return self._epoch, self._touched[name]

    def _note(self, sent: Sent, trouble: Trouble | None) -> None:
        times = 2 if isinstance(trouble, Twice) else 1
        if sent.operation == "PutEvents":
            entries = sent.body["Entries"]
            self.entries += (entries[1::2] if isinstance(trouble, PartlyTaken) else entries) * times
        if sent.operation == "SendMessage":
            queue = sent.body["QueueUrl"].rpartition("/")[2]
            self.queued.setdefault(queue, []).extend([sent.body["MessageBody"]] * times)
        if sent.operation == "SendTaskSuccess":
            self.told.append(sent.body["taskToken"])


class _CrashWire(Wire):
    """A client's wire, whose plan is the network's."""

    def __init__(self, connection: Connected, network: Network, service: str) -> None:
        super().__init__(connection)
        self._network, self._service = network, service
        self._twice = False
        self._late: Sent | None = None
        self.plan = self._asked

    def _asked(self, sent: Sent) -> Spoil | None:
        trouble = self._network.decide(self._service, sent)
        self.sent.clear()
        self._twice = isinstance(trouble, Twice)
        self._late = sent if isinstance(trouble, Late) else None
        match trouble:
            case Late():
                return LostRequest(Killed())
            case PartlyTaken():
                return _partly_taken(sent)
            case Twice() | None:
                return None
        return trouble

    def _before(self, request: AWSPreparedRequest, event_name: str, **more: Any) -> AWSResponse | None:
        try:
            answer = super()._before(request, event_name, **more)
        except Killed:
            if self._late:
                self._network.hold_back(request, self._late)
            raise
        if self._twice:
            self._twice = False
            URLLib3Session().send(request)
        return answer


def _partly_taken(sent: Sent) -> OtherAnswer:
    refused = {"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"}
    said = [{"EventId": str(n)} if n % 2 else refused for n in range(len(sent.body["Entries"]))]
    return OtherAnswer(200, "", more={"FailedEntryCount": said.count(refused), "Entries": said})


def _on_the_way() -> set[str]:
    """The bank's functions that the call came through, as `module:function`."""
    found = set()
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith(OURS):
            found.add(f"{module}:{frame.f_code.co_qualname}")
    return found


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
