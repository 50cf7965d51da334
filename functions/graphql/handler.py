"""Lambda entry point of the API: `POST /graphql` and `GET /health`, behind the HTTP API (payload format 2.0).

It knows the shape of the event and who asks; the view knows GraphQL over HTTP and the schema all the rest. A fault is
logged by its type and place. Its text may hold anything, so it is neither logged nor answered.
"""

import base64
import binascii
import json
import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from domain.access.model import Actor, Channel, Group
from domain.access.rules import standing_groups
from functions.callers import KeysUnavailable, TokenRefused, fetch_over_http
from functions.composition import Bank, bank
from functions.logs import log, log_fault
from functions.slos import INTERNAL_TRANSFER_LATENCY
from functions.snapshots import warmed_before_snapshots
from graph.context import Context
from graph.cursors import Cursors
from graph.documents import Documents
from graph.errors import ErrorCode
from graph.published import texts
from graph.requests import BODY_BYTES_MAX, Asked
from graph.schema import schema
from graph.view import Rejected, Request, Response, answer, rejection

if TYPE_CHECKING:
    from functions.authentication import Authenticator

BASE64_LENGTH_MAX: Final = (BODY_BYTES_MAX // 3 + 1) * 4
"""The longest base64 text of a body that is not too large; a longer one is not decoded."""
_GROUPS: Final = {group.value: group for group in Group}
INTERNAL_TRANSFER: Final = "transfer"


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes two arguments
    started = time.perf_counter()
    correlation_id: str = event["requestContext"]["requestId"]
    commands: list[str] = []
    try:
        response = _routed(event, bank(), correlation_id, commands)
    except Exception as fault:  # noqa: BLE001 - the edge: whatever happened, the caller gets the standard shape
        _report(fault, correlation_id)
        response = rejection(ErrorCode.INTERNAL, "Internal error", correlation_id=correlation_id)
    duration_ms = round((time.perf_counter() - started) * 1000)
    log("graphql").info(
        "answered",
        extra={
            "correlation_id": correlation_id,
            "status": int(response.status),
            "commands": commands,
            "duration_ms": duration_ms,
        },
    )
    if INTERNAL_TRANSFER in commands:
        INTERNAL_TRANSFER_LATENCY.metric.measured(duration_ms, correlation_id=correlation_id)
    return {"statusCode": int(response.status), "headers": dict(response.headers), "body": response.body}


def _routed(event: Mapping[str, Any], this: Bank, correlation_id: str, commands: list[str]) -> Response:
    """The answer. `commands` is given the names of those that were carried out."""
    method: str = event["requestContext"]["http"]["method"]
    match str(event["rawPath"]).rstrip("/").rpartition("/")[2]:
        case "graphql":
            return _graphql(event, this, method, correlation_id, commands)
        case "health" if method in ("GET", "HEAD"):
            return _health(this, correlation_id)
        case _:
            return rejection(ErrorCode.NOT_FOUND, "There is nothing here.", correlation_id=correlation_id)


def _graphql(event: Mapping[str, Any], this: Bank, method: str, correlation_id: str, commands: list[str]) -> Response:
    headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
    try:
        request = Request(method, headers, _body(event), event.get("rawQueryString", ""))
    except Rejected as rejected:
        return rejection(rejected.code, rejected.message, correlation_id=correlation_id)
    source_ip: str | None = event["requestContext"]["http"].get("sourceIp")
    return answer(
        request,
        lambda: Context(
            actor=_actor(headers, this, source_ip=source_ip, correlation_id=correlation_id),
            bank=this,
            cursors=Cursors(lambda: this.cursor_secret),
            report=lambda fault: _report(fault, correlation_id),
            commands=commands,
        ),
        _documents(this),
        correlation_id=correlation_id,
    )


def _body(event: Mapping[str, Any]) -> bytes:
    """The bytes as they were sent. One that is too large is turned away before anything is made of it."""
    text: str = event.get("body") or ""
    length_max = BASE64_LENGTH_MAX if event.get("isBase64Encoded") else BODY_BYTES_MAX
    if len(text) > length_max:
        raise Rejected(ErrorCode.PAYLOAD_TOO_LARGE, f"A request has at most {BODY_BYTES_MAX} bytes.")
    if not event.get("isBase64Encoded"):
        return text.encode(errors="surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Rejected(ErrorCode.REQUEST_MALFORMED, "The body is not JSON.") from None


def _actor(headers: Mapping[str, str], this: Bank, *, source_ip: str | None, correlation_id: str) -> Actor:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Rejected(ErrorCode.UNAUTHENTICATED, "An access token is needed: `Authorization: Bearer <token>`.")
    try:
        identity = _authenticator(this).identify(token.strip())
    except TokenRefused as refused:
        raise Rejected(ErrorCode.UNAUTHENTICATED, refused.reason) from None
    except KeysUnavailable as unavailable:
        _report(unavailable, correlation_id)
        raise Rejected(ErrorCode.UNAVAILABLE, "Nobody can be recognised right now; try again.") from None
    actor = Actor(
        person=identity.person,
        groups=frozenset(_GROUPS[name] for name in identity.groups if name in _GROUPS),
        source_ip=source_ip,
        correlation_id=correlation_id,
        channel=Channel.API,
        authenticated_at=identity.authenticated_at,
    )
    if not standing_groups(actor):
        raise Rejected(ErrorCode.NOT_ALLOWED, "You are in no group of this bank that may use it.")
    return actor


@cache
def _documents(this: Bank) -> Documents:
    return Documents(schema, this.configuration.exposure, texts())


@cache
def _authenticator(this: Bank) -> "Authenticator":
    from functions.authentication import Authenticator  # noqa: PLC0415 - 40 ms that only tokens need

    configuration = this.configuration
    return Authenticator(
        issuer=configuration.token_issuer,
        client_id=configuration.pool_client_id,
        jwks_url=configuration.jwks_url,
        clock=this.clock,
        fetch=fetch_over_http,
    )


def _health(this: Bank, correlation_id: str) -> Response:
    """Healthy is: the ledger's table answers a consistent read."""
    try:
        this.ledger_store.time()
    except Exception as fault:  # noqa: BLE001 - whatever keeps the ledger from answering, the answer is 503
        _report(fault, correlation_id)
        return rejection(ErrorCode.UNAVAILABLE, "The ledger does not answer.", correlation_id=correlation_id)
    configuration = this.configuration
    return Response(
        status=200,
        headers={"content-type": "application/json", "cache-control": "no-store"},
        body=json.dumps({"status": "ok", "region": configuration.region, "stage": configuration.stage}),
    )


def _report(fault: Exception, correlation_id: str) -> None:
    cause = getattr(fault, "original_error", None) or fault
    log_fault("graphql", "fault", cause, correlation_id=correlation_id)


def _warm() -> None:
    """What the first request would wait for: the bank's clients, what checks tokens, the schema's own check of itself,
    and the published documents."""
    this = bank()
    this.warm()
    _authenticator(this)
    documents = _documents(this)
    documents.meant(Asked("{ __typename }", None, None, None))
    documents.warm()


warmed_before_snapshots(_warm)
