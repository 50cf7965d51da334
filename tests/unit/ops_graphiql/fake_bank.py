"""A bank of one process for tests of the page: it signs people in as Cognito would and answers in the bank's schema."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from graphql import GraphQLSchema, build_schema, graphql_sync

from ops.local.bank import LocalBank, LocalRegion
from ops.schema import sdl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REGIONS = ("us-east-1", "us-west-2")
TOKEN_SECONDS = 3600
SIGN_IN = "AWSCognitoIdentityProviderService.InitiateAuth"

USERS = [
    {
        "name": name,
        "person": f"cus_{name}" if group == "customer" else f"stf_{name}",
        "groups": [group],
        "region": region,
        "password": f"Opens-nothing-{name}",
        "kind": kind,
        "display": display,
    }
    for name, display, kind, group, region in (
        ("alice", "Alice Adams", "person", "customer", "us-east-1"),
        ("bakery", "Bob's Bakery", "business", "customer", "us-east-1"),
        ("wendy", "Wendy West", "person", "customer", "us-west-2"),
        ("olga", "Olga Ops", "staff", "operations", "us-east-1"),
    )
]


@dataclass
class FakeBank:
    """What the fake was asked, and how it is told to misbehave."""

    sign_ins: list[tuple[str, str]] = field(default_factory=list)
    operations: list[tuple[str, str | None, bytes]] = field(default_factory=list)
    sign_in_refused: bool = False
    sign_in_challenge: str | None = None
    answer_status: int = 200
    answer_delay_seconds: float = 0.0
    answer_bytes: int = 0

    def token(self, user: str, sign_in: int) -> str:
        return f"token-{sign_in}-of-{user}"


class FakeBankHandler(BaseHTTPRequestHandler):
    fake: FakeBank
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("X-Amz-Target") == SIGN_IN:
            self._sign_in(json.loads(body))
        else:
            self._operation(self.path.removeprefix("/").removesuffix("/graphql"), body)

    def _sign_in(self, asked: dict[str, Any]) -> None:
        person = asked["AuthParameters"]["USERNAME"]
        passwords = {user["name"]: user["password"] for user in USERS}
        if self.fake.sign_in_refused or passwords.get(person) != asked["AuthParameters"]["PASSWORD"]:
            self._send(400, {"__type": "NotAuthorizedException", "message": "Incorrect username or password."})
        elif self.fake.sign_in_challenge:
            self._send(200, {"ChallengeName": self.fake.sign_in_challenge, "Session": "s"})
        else:
            self.fake.sign_ins.append((person, asked["ClientId"]))
            token = self.fake.token(person, len(self.fake.sign_ins))
            self._send(200, {"AuthenticationResult": {"AccessToken": token, "ExpiresIn": TOKEN_SECONDS}})

    def _operation(self, region: str, body: bytes) -> None:
        authorization = self.headers.get("Authorization")
        self.fake.operations.append((region, authorization, body))
        time.sleep(self.fake.answer_delay_seconds)
        if self.fake.answer_status != 200:
            self._send(self.fake.answer_status, {"message": "as told"})
        elif self.fake.answer_bytes:
            self._send(200, "x" * self.fake.answer_bytes)
        else:
            self._send(200, _answer(json.loads(body), region, authorization or ""))

    def _send(self, status: int, answer: object) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(BrokenPipeError):  # A client that gave up waiting.
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so.
        """Tests read what was asked from the fake itself."""


@cache
def schema() -> GraphQLSchema:
    """The bank's own schema, answered from plain dictionaries: the page meets the real shapes."""
    return build_schema(sdl())


def _answer(asked: dict[str, Any], region: str, authorization: str) -> dict[str, Any]:
    name = authorization.rpartition("-")[2]
    result = graphql_sync(
        schema(),
        asked["query"],
        root_value={"viewer": _viewer(name, region)},
        variable_values=asked.get("variables"),
        operation_name=asked.get("operationName"),
    )
    return dict(result.formatted)


def _viewer(name: str, region: str) -> dict[str, Any]:
    balance = {"amount": "1234.56", "minorUnits": "123456", "currency": "USD"}
    account = {
        "id": f"acc_{name}",
        "number": f"0000000{len(name):05d}",
        "routingNumber": "999999992",
        "currency": "USD",
        "relation": "OWNER",
        "status": "OPEN",
        "ledgerBalance": balance,
        "availableBalance": balance,
    }
    return {"person": f"cus_{name}", "region": region, "accounts": {"edges": [{"node": account}]}}


@contextmanager
def running_fake_bank() -> Iterator[tuple[FakeBank, int]]:
    """The fake and its port. It ends with the block."""
    fake = FakeBank()
    handler = type("Handler", (FakeBankHandler,), {"fake": fake})
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield fake, port


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[int]:
    """The port of the server while it serves from a thread of its own."""
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write_users(folder: Path) -> None:
    """What the seed leaves beside a bank."""
    (folder / "users.json").write_text(json.dumps(USERS), encoding="utf-8")


def local_bank(folder: Path, port: int) -> LocalBank:
    """A bank whose engine and whose APIs are the fake."""
    return LocalBank(
        folder=folder,
        version="0.0.0",
        engine_port=port,
        graphiql_port=0,
        regions={name: _region(name, port) for name in REGIONS},
    )


def _region(name: str, port: int) -> LocalRegion:
    return LocalRegion(
        region=name,
        jurisdiction="us",
        graphql=f"http://127.0.0.1:{port}/{name}/graphql",
        webhooks=f"http://127.0.0.1:{port}/{name}/webhooks",
        health=f"http://127.0.0.1:{port}/{name}/health",
        pool_id=f"{name}_pool",
        client_id=f"client-{name}",
        outputs={},
        environment={},
    )
