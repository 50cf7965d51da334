"""The server behind the GraphiQL page: files, tokens for the picked person, a way to each region's API.

It listens on loopback only and answers its own page only (see `guard`). Every error of its own is JSON:
`{"error": {"code": …, "message": …}}`; what the API answers is passed on as it is.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from ops.graphiql.assets import Asset, list_assets
from ops.graphiql.examples import load_examples
from ops.graphiql.guard import LOOPBACK_HOSTS, SECURITY_HEADERS, is_loopback_host, is_own_origin
from ops.graphiql.tokens import TokenDesk, TokenRefused
from ops.graphiql.upstream import FORWARDED, UpstreamSlow, UpstreamUnreachable, forward
from ops.graphiql.users import UsersMissing, load_users

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ops.local.bank import LocalBank

logger = logging.getLogger(__name__)

BODY_BYTES_MAX = 10_000_000  # What an HTTP API takes.
DISCARD_BYTES_MAX = 4 * BODY_BYTES_MAX  # A body that is too long is read away, so that the client hears why.
DISCARD_CHUNK = 65_536
IDLE_SECONDS = 60.0  # A connection that says nothing is closed.

TOKEN_STATUS = {
    "USER_UNKNOWN": HTTPStatus.NOT_FOUND,
    "REGION_UNKNOWN": HTTPStatus.NOT_FOUND,
    "SIGN_IN_REFUSED": HTTPStatus.FORBIDDEN,
    "BANK_UNREACHABLE": HTTPStatus.BAD_GATEWAY,
}


def make_server(
    host: str, port: int, bank: LocalBank, assets: Path, clock: Callable[[], float] = time.monotonic
) -> ThreadingHTTPServer:
    """A server that is bound but not yet serving: the caller runs `serve_forever` in a thread."""
    if host not in LOOPBACK_HOSTS:
        raise ValueError(f"the page hands out tokens, so it is served on loopback only, not on {host}")
    page = Page(bank=bank, assets=list_assets(assets), desk=TokenDesk(bank, clock))
    return PageServer((host, port), page)


class Page:
    """What the handlers share."""

    def __init__(self, *, bank: LocalBank, assets: dict[str, Asset], desk: TokenDesk) -> None:
        self.bank = bank
        self.assets = assets
        self.desk = desk


class PageServer(ThreadingHTTPServer):
    """One thread a connection; none of them keeps the process from ending."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], page: Page) -> None:
        self.page = page
        super().__init__(address, PageHandler)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the base class's signature.
        """A tab that was closed before its answer came is no fault; everything else is."""
        fault = sys.exception()
        if not isinstance(fault, ConnectionError):
            logger.error("the page's server could not answer", exc_info=fault)


class Refused(Exception):
    """A request that is answered with an error of this server."""

    def __init__(self, status: HTTPStatus, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class PageHandler(BaseHTTPRequestHandler):
    """One request at a time of one connection."""

    server: PageServer
    protocol_version = "HTTP/1.1"
    server_version = "Florin"
    sys_version = ""
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        self._answering(self._get)

    def do_HEAD(self) -> None:
        self._answering(self._get)

    def do_POST(self) -> None:
        self._answering(self._post)

    def _answering(self, respond: Callable[[str], None]) -> None:
        try:
            if not is_loopback_host(self.headers.get("Host", "")):
                raise Refused(HTTPStatus.MISDIRECTED_REQUEST, "HOST_UNKNOWN", "ask for localhost or 127.0.0.1")
            respond(self.path.partition("?")[0])
        except Refused as refused:
            self._send_refusal(refused)
        except UsersMissing as missing:
            self._send_refusal(Refused(HTTPStatus.SERVICE_UNAVAILABLE, "USERS_MISSING", str(missing)))
        except TokenRefused as refused:
            self._send_refusal(Refused(TOKEN_STATUS[refused.reason], refused.reason, str(refused)))

    # What is asked.

    def _get(self, path: str) -> None:
        if asset := self.server.page.assets.get(path):
            self._send_asset(asset)
        elif answer := READS.get(path):
            self._require_own_origin()
            self._send_json(HTTPStatus.OK, answer(self.server.page))
        elif path == "/api/token" or path.startswith("/graphql/"):
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "use POST")
        else:
            raise Refused(HTTPStatus.NOT_FOUND, "NOT_FOUND", f"there is nothing at {path[:200]}")

    def _post(self, path: str) -> None:
        body = self._body()
        self._require_own_origin()
        self._require_json()
        if path == "/api/token":
            self._send_token(body)
        elif path.startswith("/graphql/"):
            self._send_operation(path.removeprefix("/graphql/"), body)
        else:
            raise Refused(HTTPStatus.NOT_FOUND, "NOT_FOUND", f"there is nothing to POST to at {path[:200]}")

    def _body(self) -> bytes:
        """The whole body, read before anything is answered: the connection is used again."""
        stated = self.headers.get("Content-Length", "")
        if not (stated.isascii() and stated.isdecimal()):
            self.close_connection = True
            raise Refused(HTTPStatus.LENGTH_REQUIRED, "LENGTH_REQUIRED", "state a Content-Length")
        length = int(stated)
        if length > BODY_BYTES_MAX:
            self.close_connection = True
            self._discard(min(length, DISCARD_BYTES_MAX))
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "BODY_TOO_LARGE", f"at most {BODY_BYTES_MAX} bytes")
        return self.rfile.read(length)

    def _discard(self, length: int) -> None:
        while length > 0:
            read = len(self.rfile.read(min(length, DISCARD_CHUNK)))
            if read == 0:
                return
            length -= read

    def _require_own_origin(self) -> None:
        if not is_own_origin(self.headers):
            raise Refused(HTTPStatus.FORBIDDEN, "OTHER_ORIGIN", "only the page itself may ask this")

    def _require_json(self) -> None:
        if self.headers.get_content_type() != "application/json":
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "NOT_JSON", "send application/json")

    # What is answered.

    def _send_token(self, body: bytes) -> None:
        user, region = _token_request(body)
        token = self.server.page.desk.token(user=user, region=region)
        self._send_json(HTTPStatus.OK, {"token": token.text})

    def _send_operation(self, region: str, body: bytes) -> None:
        if region not in self.server.page.bank.regions:
            raise Refused(HTTPStatus.NOT_FOUND, "REGION_UNKNOWN", f"this bank has no region {region[:200]!r}")
        address = self.server.page.bank.regions[region].graphql
        headers = {name: self.headers[name] for name in FORWARDED if name in self.headers}
        try:
            answer = forward(address, body, headers)
        except UpstreamSlow as slow:
            raise Refused(HTTPStatus.GATEWAY_TIMEOUT, "BANK_SLOW", str(slow)) from slow
        except UpstreamUnreachable as unreachable:
            raise Refused(HTTPStatus.BAD_GATEWAY, "BANK_UNREACHABLE", str(unreachable)) from unreachable
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self.server.page.desk.forget(headers.get("Authorization", "").removeprefix("Bearer "))
        self._send(answer.status, answer.headers, answer.body)

    def _send_asset(self, asset: Asset) -> None:
        headers = {"Content-Type": asset.content_type, "Cache-Control": asset.cache}
        self._send(HTTPStatus.OK, headers, asset.file.read_bytes())

    def _send_refusal(self, refused: Refused) -> None:
        self._send_json(refused.status, {"error": {"code": refused.code, "message": str(refused)}})

    def _send_json(self, status: int, answer: object) -> None:
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        self._send(status, headers, json.dumps(answer).encode())

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**SECURITY_HEADERS, **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The base class refuses bad requests and unknown methods through here, in HTML; ours is JSON."""
        self.close_connection = True
        status = HTTPStatus(code)
        self._send_refusal(Refused(status, status.name, message or explain or status.description))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so.
        """One quiet line a request: no header, no body, so no token."""
        logger.debug(format, *args)


READS: dict[str, Callable[[Page], object]] = {
    "/api/users": lambda page: [user.public() for user in load_users(page.bank.users_file)],
    "/api/regions": lambda page: [
        {"region": region.region, "jurisdiction": region.jurisdiction, "graphql": region.graphql}
        for region in page.bank.regions.values()
    ],
    "/api/examples": lambda _: [example.document() for example in load_examples()],
}


def _token_request(body: bytes) -> tuple[str, str]:
    try:
        asked = json.loads(body)
    except ValueError as error:
        raise Refused(HTTPStatus.BAD_REQUEST, "BAD_JSON", "the body is not JSON") from error
    if not (
        isinstance(asked, dict)
        and asked.keys() == {"user", "region"}
        and all(isinstance(value, str) for value in asked.values())
    ):
        raise Refused(HTTPStatus.BAD_REQUEST, "BAD_REQUEST", 'send {"user": name, "region": name}')
    return asked["user"], asked["region"]
