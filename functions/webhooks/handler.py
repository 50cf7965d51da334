"""Lambda entry point of POST /webhooks/{partner}, behind the HTTP API (payload format 2.0).

Nobody is a partner yet, so every well-formed call is answered that its partner is unknown. What a partner sends is
taken only in an order that costs little to refuse: method, then size, then name; its signature comes after these.
Refusals are problem details (RFC 9457).
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

BODY_BYTES_MAX: Final = 256 * 1024
"""The largest message a queue or the bus would carry on (SQS and EventBridge: 256 KiB)."""

METHOD: Final = "POST"


@dataclass(frozen=True, slots=True)
class Problem:
    """One way to refuse a call. The type never changes its meaning."""

    type: str
    status: HTTPStatus
    detail: str
    headers: Mapping[str, str]


WRONG_METHOD: Final = Problem(
    "urn:florin:problem:wrong-method",
    HTTPStatus.METHOD_NOT_ALLOWED,
    "Webhooks are delivered with POST.",
    {"allow": METHOD},
)
BODY_TOO_LARGE: Final = Problem(
    "urn:florin:problem:body-too-large",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    f"A webhook has at most {BODY_BYTES_MAX} bytes.",
    {},
)
BODY_MALFORMED: Final = Problem(
    "urn:florin:problem:body-malformed",
    HTTPStatus.BAD_REQUEST,
    "The body is not the base64 text that its envelope says it is.",
    {},
)
UNKNOWN_PARTNER: Final = Problem(
    "urn:florin:problem:unknown-partner",
    HTTPStatus.NOT_FOUND,
    "No partner of this name delivers webhooks here.",
    {},
)


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes two arguments
    return answer(refusal(event), request_id=event["requestContext"]["requestId"])


def refusal(event: Mapping[str, Any]) -> Problem:
    """Why this call is not taken; the first reason, in the order of their cost."""
    if event["requestContext"]["http"]["method"] != METHOD:
        return WRONG_METHOD
    try:
        size = body_bytes(event)
    except ValueError:
        return BODY_MALFORMED
    if size > BODY_BYTES_MAX:
        return BODY_TOO_LARGE
    return UNKNOWN_PARTNER


def body_bytes(event: Mapping[str, Any]) -> int:
    """The size of the body as it was sent: the API wraps what is not text in base64."""
    body: str = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return len(base64.b64decode(body, validate=True))
    return len(body.encode())


def answer(problem: Problem, *, request_id: str) -> dict[str, Any]:
    """Problem details; `instance` is the request, by the id that the API's own log has for it."""
    return {
        "statusCode": int(problem.status),
        "headers": {"content-type": "application/problem+json", "cache-control": "no-store", **problem.headers},
        "body": json.dumps(
            {
                "type": problem.type,
                "title": problem.status.phrase,
                "status": int(problem.status),
                "detail": problem.detail,
                "instance": f"urn:florin:request:{request_id}",
            }
        ),
    }
