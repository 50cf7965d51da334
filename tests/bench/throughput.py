"""Transfers a second of the deployed local bank, by one client and by eight, beside what its engine can do at most.

    python -m tests.bench throughput

A transfer is asked for in GraphQL over HTTP with a real token, between accounts drawn from sixty-four. The ceilings are
of the same engine in the same minutes, without a bank before it: the calls of DynamoDB that one such transfer makes,
by our wire; its one transaction alone; and a request that passes gateway and function and reads one item. Beside each:
what one operation takes of a processor in the engine, the functions' workers and the client, which says what the limit
is and depends less on who else is at work on the machine.
"""

import http.client
import json
import os
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import Any, Final
from unittest.mock import patch
from urllib.parse import urlsplit

import botocore.session
from graphql import execute_sync, parse

from domain.access.model import Actor, Channel, Group
from domain.connection_aws import WireClient
from domain.wire_aws import Wire
from graph.context import Context
from graph.cursors import Cursors
from graph.documents import core_schema
from graph.schema import schema
from tests.bench.execution import MUTATION
from tests.bench.report import Report, columns
from tests.bench.town import REGION, Town, town

ONE, EIGHT = 1, 8
TRANSFER_SECONDS: Final = 7.0
CEILING_SECONDS: Final = 3.0
ANSWER_SECONDS_MAX: Final = 30.0
WARMING: Final = 3
"""Operations of each client before the time begins: with eight at once, functions start."""
WARM_SECONDS_MAX: Final = 60.0
POSTED: Final = "TransferSuccess"
TICKS: Final = os.sysconf("SC_CLK_TCK")

Step = Callable[[], str]
"""One operation; says how it ended."""
Calls = list[tuple[str, dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class Load:
    clients: int
    per_second: float
    p50_ms: float
    p95_ms: float
    ended: Mapping[str, int]
    engine_cpu_ms: float
    """What one operation takes of a processor in the engine; the engine is one process, and uses one."""
    workers_cpu_ms: float
    client_cpu_ms: float


@dataclass
class Spent:
    """CPU seconds of the engine and of its workers since this was made."""

    engine: int
    _began: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        self._began = self._now()

    def so_far(self) -> tuple[float, float]:
        engine, workers = self._now()
        return engine - self._began[0], workers - self._began[1]

    def _now(self) -> tuple[float, float]:
        return cpu_seconds(self.engine), sum(map(cpu_seconds, children(self.engine)))


def cpu_seconds(process: int) -> float:
    """User and system time; 0 of a process that has ended."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def children(process: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{process}/task").iterdir()
        for child in (task / "children").read_text(encoding="utf-8").split()
    ]


def load(place: Town, steps: list[Step], seconds: float) -> Load:
    """Each step is a client that goes on until the time is up."""
    taken: list[float] = []
    ended: Counter[str] = Counter()
    gate = threading.Barrier(len(steps) + 1)

    def go_on(step: Step) -> None:
        for _ in range(WARMING):
            step()
        gate.wait(WARM_SECONDS_MAX)
        deadline = time.monotonic() + seconds
        while (began := time.monotonic()) < deadline:
            ended[step()] += 1
            taken.append(time.monotonic() - began)

    threads = [threading.Thread(target=go_on, args=(step,), daemon=True) for step in steps]
    for thread in threads:
        thread.start()
    gate.wait(WARM_SECONDS_MAX)
    spent, own, began = Spent(place.engine.process.pid), time.process_time(), time.monotonic()
    for thread in threads:
        thread.join(seconds + ANSWER_SECONDS_MAX)
    wall, client, (engine, workers) = time.monotonic() - began, time.process_time() - own, spent.so_far()
    each = 1000 / len(taken)
    hundredths = quantiles(taken, n=100)
    return Load(
        clients=len(steps),
        per_second=len(taken) / wall,
        p50_ms=hundredths[49] * 1000,
        p95_ms=hundredths[94] * 1000,
        ended=dict(ended),
        engine_cpu_ms=engine * each,
        workers_cpu_ms=workers * each,
        client_cpu_ms=client * each,
    )


class Clients:
    """Makes clients of each kind."""

    def __init__(self, place: Town) -> None:
        self._place = place
        self._numbers = count()
        self._calls = calls_of_a_transfer(place)
        self._wire = Wire(
            session=botocore.session.get_session(),
            region=REGION,
            endpoint_url=place.engine.endpoint,
            connect_timeout_seconds=ANSWER_SECONDS_MAX,
            read_timeout_seconds=ANSWER_SECONDS_MAX,
            connections_max=EIGHT,
        )

    @property
    def calls(self) -> Calls:
        return self._calls

    def transferring(self) -> Step:
        number = next(self._numbers)
        resident = self._place.residents[number % len(self._place.residents)]
        chance, keys, ask = random.Random(number), count(), self._asking(self._place.region.graphql)

        def transfer() -> str:
            wish = self._place.wish(resident, key=f"load-{number}-{next(keys)}", chance=chance)
            answer = ask({"query": MUTATION, "variables": {"input": wish}}, resident.token)
            return str(answer["data"]["transfer"].get("code") or answer["data"]["transfer"]["__typename"])

        return transfer

    def passing(self) -> Step:
        ask = self._asking(self._place.region.health)
        return lambda: str(ask(None, None)["status"])

    def calling(self, *operations: str) -> Step:
        """The calls of a transfer, or those of them that are named, what they write under new keys."""
        number, turns = next(self._numbers), count()
        wanted = [call for call in self._calls if not operations or call[0] in operations]

        def call() -> str:
            mark = f"~{number}.{next(turns)}"
            for operation, parameters in wanted:
                self._wire.call(operation, anew(parameters, mark), at=datetime.now(UTC))
            return "done"

        return call

    def _asking(self, address: str) -> Callable[[Any, str | None], dict[str, Any]]:
        target = urlsplit(address)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=ANSWER_SECONDS_MAX)

        def ask(body: Any, token: str | None) -> dict[str, Any]:
            headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
            sent = None if body is None else json.dumps(body)
            connection.request("GET" if body is None else "POST", target.path, body=sent, headers=headers)
            found: dict[str, Any] = json.loads(connection.getresponse().read())
            return found

        return ask


def calls_of_a_transfer(place: Town) -> Calls:
    """What the schema asks of DynamoDB for one transfer, noted in this process."""
    resident, noted = place.residents[0], Calls()
    send = WireClient._make_api_call

    def note(self: WireClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        noted.append((operation, {**parameters}))
        return send(self, operation, parameters)

    actor = Actor(
        person=resident.customer.id,
        groups=frozenset({Group.CUSTOMER}),
        source_ip="192.0.2.7",
        correlation_id="JKJaXmPLvHcESHA=",
        channel=Channel.API,
    )
    faults: list[Exception] = []
    context = Context(actor=actor, bank=place.services, cursors=Cursors(lambda: b"secret"), report=faults.append)
    wish = {"input": place.wish(resident, key="noted", chance=random.Random(1))}
    executor = schema.execution_context_class
    with patch.object(WireClient, "_make_api_call", note):
        result: Any = execute_sync(core_schema(schema), parse(MUTATION), None, context, wish, executor_class=executor)
    if faults or result.errors or result.data["transfer"]["__typename"] != POSTED:
        raise TypeError(f"no transfer was noted: {faults} {result}")
    return noted


def anew(parameters: dict[str, Any], mark: str) -> dict[str, Any]:
    """The same call, what it puts under a key that was never used."""
    if not {"Item", "TransactItems"} & parameters.keys():
        return parameters
    found = deepcopy(parameters)
    found.pop("ClientRequestToken", None)
    puts = [part["Put"] for part in found.get("TransactItems", ()) if "Put" in part] or [found]
    for put in puts:
        put["Item"]["pk"]["S"] += mark
    return found


def report() -> Report:
    with tempfile.TemporaryDirectory(prefix="florin-bench-") as folder, town(Path(folder)) as place:
        clients = Clients(place)
        calls = Counter(operation for operation, _ in clients.calls)
        kinds: dict[str, tuple[Callable[[], Step], float]] = {
            TRANSFERS: (clients.transferring, TRANSFER_SECONDS),
            CALLS: (clients.calling, CEILING_SECONDS),
            TRANSACTION: (lambda: clients.calling("TransactWriteItems"), CEILING_SECONDS),
            PASSING: (clients.passing, CEILING_SECONDS),
        }
        found = {
            name: [load(place, [make() for _ in range(number)], seconds) for number in (ONE, EIGHT)]
            for name, (make, seconds) in kinds.items()
        }
    asked = ", ".join(f"{number} {operation}" for operation, number in calls.most_common())
    return Report(
        title="The deployed local bank, one region on one engine",
        figures={"loads": {name: list(map(asdict, of)) for name, of in found.items()}, "calls": dict(calls)},
        text=f"{columns(rows(found))}\n\nA transfer makes {calls.total()} calls of DynamoDB: {asked}.",
    )


TRANSFERS: Final = "transfers by GraphQL"
CALLS: Final = "ceiling: its calls of DynamoDB"
TRANSACTION: Final = "ceiling: its transaction alone"
PASSING: Final = "ceiling: gateway, function, one read"
HEADS: Final = ("", "clients", "per s", "p50, ms", "p95, ms", "CPU, ms: engine", "workers", "client", "ended otherwise")


def rows(found: Mapping[str, list[Load]]) -> list[tuple[str, ...]]:
    return [
        HEADS,
        *(
            (
                name,
                str(one.clients),
                f"{one.per_second:.0f}",
                f"{one.p50_ms:.1f}",
                f"{one.p95_ms:.1f}",
                f"{one.engine_cpu_ms:.1f}",
                f"{one.workers_cpu_ms:.1f}",
                f"{one.client_cpu_ms:.1f}",
                ", ".join(f"{number} {how}" for how, number in one.ended.items() if how not in GOOD) or "0",
            )
            for name, of in found.items()
            for one in of
        ),
    ]


GOOD: Final = {POSTED, "done", "ok"}
