"""What a warm request costs from the event of the gateway to the answer, beside `execute_sync` of its parsed document:
`python -m tests.bench handler`.

The function is the real one: it reads the event, checks the token's signature, finds the document, executes it, logs a
line and measures. Twice: before a bank in memory that posts a new transfer each time, by all ways alike; and with the
answer's objects ready, so that nothing is left but what stands around the bank.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from graphql import GraphQLSchema, execute_sync, parse
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from functions.graphql import handler as entry
from graph import view
from graph.documents import core_schema
from graph.requests import id_of
from graph.schema import schema
from tests.bench import execution
from tests.bench.execution import MUTATION
from tests.bench.report import Ratio, Report, columns
from tests.unit.functions.events import event_for
from tests.unit.functions.test_graphql import DeployedWorld
from tests.unit.graph.documents import transfer_input
from tests.unit.graph.world import customer_actor

ROUNDS: Final = 40
CALLS: Final = 10
GOAL: Final = 2.6
EXECUTED: Final = "execute_sync of the parsed document"
TEXT: Final = "the function, asked with any text"
PUBLISHED: Final = "the function, asked with a published document"
POSTING: Final = "a bank in memory posts"
READY: Final = "objects ready"
DOCUMENTS: Final = {TEXT: {"query": f"{MUTATION}\n"}, PUBLISHED: {"documentId": id_of(MUTATION)}}
"""The text of a published document is that document; one character more, and it is any text."""


class Bench:
    """A customer with two accounts, who sends a cent from one to the other."""

    def __init__(self) -> None:
        self._world = DeployedWorld()
        self._ada = self._world.person("Ada Lovelace")
        self._source, self._destination = (
            self._world.open(self._ada, key=f"open-{number}", deposit_minor=100_000_00) for number in range(2)
        )
        self._token = self._world.token(self._ada.id, "customer")
        self._keys = count()
        self._document = parse(MUTATION)
        self._handled = 0

    def figures(self, core: GraphQLSchema) -> dict[str, float]:
        """Microseconds of CPU a request, the least of interleaved rounds."""
        least = dict.fromkeys((EXECUTED, *DOCUMENTS), float("inf"))
        with self._deployed(core):
            for _ in range(ROUNDS):
                least[EXECUTED] = min(least[EXECUTED], self._spent(lambda: self._executed(core)))
                for name, document in DOCUMENTS.items():
                    least[name] = min(least[name], self._spent(lambda said=document: self._asked(said)))  # type: ignore[misc]  # a default is the value of this round
        return least

    @contextmanager
    def _deployed(self, core: GraphQLSchema) -> Iterator[None]:
        """The function stands on this bank and this schema, and the document is published."""
        standing = SimpleNamespace(_schema=core, execution_context_class=schema.execution_context_class)
        with (
            patch.object(entry, "bank", lambda: self._world),
            patch.object(entry, "fetch_over_http", self._world.fetch),
            patch.object(entry, "texts", lambda: {id_of(MUTATION): MUTATION}),
            patch.object(entry, "schema", standing),
            patch.object(view, "schema", standing),
        ):
            forget()
            try:
                yield
            finally:
                forget()

    def _spent(self, request: Callable[[], int]) -> float:
        return sum(request() for _ in range(CALLS)) / CALLS / 1000

    def _executed(self, core: GraphQLSchema) -> int:
        context, given = self._world.context(customer_actor(self._ada)), {"input": self._input()}
        began = time.thread_time_ns()
        result: Any = execute_sync(
            core, self._document, None, context, given, executor_class=StrawberryGraphQLCoreExecutionContext
        )
        spent = time.thread_time_ns() - began
        self._check(result.data)
        return spent

    def _asked(self, document: dict[str, str]) -> int:
        event = event_for("graphql")
        event["headers"] = {"content-type": "application/json", "authorization": f"Bearer {self._token}"}
        event |= {"body": json.dumps({**document, "variables": {"input": self._input()}}), "isBase64Encoded": False}
        began = time.thread_time_ns()
        answer = entry.handler(event, None)
        spent = time.thread_time_ns() - began
        self._check(json.loads(answer["body"])["data"])
        return spent

    def _input(self) -> dict[str, Any]:
        return transfer_input(self._source, self._destination, "0.01", key=f"bench-{next(self._keys)}")

    def _check(self, data: dict[str, Any]) -> None:
        """That it is a new transfer that was measured."""
        if data["transfer"]["__typename"] != "TransferSuccess" or data["transfer"]["replayed"]:
            raise TypeError(f"something else was measured: {data}")


def forget() -> None:
    """What a worker keeps between requests."""
    entry._documents.cache_clear()
    entry._authenticator.cache_clear()


def ready() -> GraphQLSchema:
    """A schema whose transfer is answered at once."""
    bench = execution.Bench()
    bench.transferred()
    return bench.schema


def report() -> Report:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
        found = {POSTING: Bench().figures(core_schema(schema)), READY: Bench().figures(ready())}
    rows: list[tuple[str, ...]] = [("CPU, us a request", *found)]
    rows += [
        (name, *(f"{of[name]:.0f} ({of[name] / of[EXECUTED]:.2f})" for of in found.values()))
        for name in (EXECUTED, *DOCUMENTS)
    ]
    return Report(
        title="A warm transfer, from the gateway's event to the answer",
        figures={"microseconds": found},
        text=f"{columns(rows)}\n\nIn brackets: times execute_sync of the parsed document.",
        ratios=tuple(
            Ratio(name=f"{name}, {what}, times execute_sync", value=of[name] / of[EXECUTED], goal=GOAL)
            for what, of in found.items()
            for name in DOCUMENTS
        ),
    )
