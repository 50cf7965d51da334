"""Asks the page's server as a browser or a command-line client would."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ops.graphiql.server import make_server
from tests.unit.ops_graphiql.fake_bank import FakeBank, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ops.local.bank import LocalBank

JSON = "application/json"


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return str(self.json()["error"]["code"])


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Client:
    """One request a connection; headers are given by name, so that a test shows what it leaves out."""

    port: int
    bank: LocalBank
    fake: FakeBank
    clock: Clock

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path, content, {"Content-Type": JSON, **headers})

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


@contextmanager
def page_before(bank: LocalBank, assets: Path, fake: FakeBank | None = None) -> Iterator[Client]:
    """A client of a page that serves this bank."""
    clock = Clock()
    with serving(make_server("127.0.0.1", 0, bank, assets, clock)) as port:
        yield Client(port, bank, fake or FakeBank(), clock)
