"""Lambda entry point of POST /webhooks/{partner}/{kind}, behind the HTTP API (payload format 2.0).

A message is stored, put into a queue and answered; what it means is found out later. What a partner sends is looked at
in an order that costs little to refuse: method, size, media, and then whatever its signature needs. Refusals are
problem details (RFC 9457), and repeat nothing of what was sent.
"""

import base64
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from domain.partners.model import BODY_BYTES_MAX, Accepted, Arrival
from functions.composition import Bank, bank
from functions.logs import log, log_fault
from functions.webhooks.problems import (
    BODY_TOO_LARGE,
    CONTENT_ENCODING,
    CONTENT_TYPE,
    METHOD,
    NOT_BASE64,
    UNAVAILABLE,
    WRONG_METHOD,
    Problem,
    problem_of,
)

BASE64_LENGTH_MAX: Final = (BODY_BYTES_MAX // 3 + 1) * 4
"""The longest base64 text of a body that is not too large; a longer one is not decoded."""
JSON: Final = "application/json"
_PLAIN: Final = "identity"
_CHARSETS: Final = ("", "charset=utf-8", 'charset="utf-8"')


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda passes two arguments
    request_id: str = event["requestContext"]["requestId"]
    try:
        taken = _taken(event, request_id)
    except Exception as fault:  # noqa: BLE001 - the edge: whatever happened, the partner is to deliver it again
        log_fault("webhooks", "a call was not answered", fault, correlation_id=request_id)
        taken = UNAVAILABLE
    status = taken.status if isinstance(taken, Problem) else HTTPStatus.ACCEPTED
    told = {"problem": taken.type} if isinstance(taken, Problem) else {"delivery": taken.delivery, "fresh": taken.fresh}
    log("webhooks").info("answered", extra={"correlation_id": request_id, "status": int(status), **told})
    return refused(taken, request_id=request_id) if isinstance(taken, Problem) else accepted(taken)


def _taken(event: Mapping[str, Any], request_id: str) -> Accepted | Problem:
    arrival = arrival_of(event)
    if isinstance(arrival, Problem):
        return arrival
    this = bank()
    answer = this.partners.receive(arrival)
    if not isinstance(answer, Accepted):
        return problem_of(answer)
    if answer.fresh:
        _hand_over(this, answer, request_id)
    return answer


def _hand_over(this: Bank, accepted: Accepted, request_id: str) -> None:
    """The message is stored: that it could not be put into the queue is the sweep's to mend, not the partner's."""
    try:
        this.partners.enqueue(accepted.delivery)
    except Exception as fault:  # noqa: BLE001 - the edge: logged, and the sweep puts it there
        log_fault("webhooks", "a delivery was not put into the queue", fault, correlation_id=request_id)


def arrival_of(event: Mapping[str, Any]) -> Arrival | Problem:
    """The call as the bank takes it, or why it is none; the first reason, in the order of their cost."""
    if event["requestContext"]["http"]["method"] != METHOD:
        return WRONG_METHOD
    body = body_of(event)
    if isinstance(body, Problem):
        return body
    headers = headers_of(event)
    if headers.get("content-encoding", _PLAIN).strip().lower() != _PLAIN:
        return CONTENT_ENCODING
    media, _, parameter = headers.get("content-type", "").partition(";")
    if media.strip().lower() != JSON or parameter.strip().lower() not in _CHARSETS:
        return CONTENT_TYPE
    names: Mapping[str, str] = event.get("pathParameters") or {}
    return Arrival(partner=names.get("partner", ""), kind=names.get("kind", ""), headers=headers, body=body)


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Names in lower case; two that differ by case alone are one that came twice."""
    found: dict[str, str] = {}
    for name, value in (event.get("headers") or {}).items():
        lower = str(name).lower()
        found[lower] = f"{found[lower]},{value}" if lower in found else str(value)
    return found


def body_of(event: Mapping[str, Any]) -> bytes | Problem:
    """The bytes as they were sent: the API wraps what is not text in base64."""
    text: str = event.get("body") or ""
    wrapped = bool(event.get("isBase64Encoded"))
    if len(text) > (BASE64_LENGTH_MAX if wrapped else BODY_BYTES_MAX):
        return BODY_TOO_LARGE
    try:
        body = base64.b64decode(text, validate=True) if wrapped else text.encode()
    except ValueError:
        return NOT_BASE64
    return BODY_TOO_LARGE if len(body) > BODY_BYTES_MAX else body


def accepted(taken: Accepted) -> dict[str, Any]:
    """The same for every try of one message: which of them was the first is nobody's business."""
    return {
        "statusCode": int(HTTPStatus.ACCEPTED),
        "headers": {"content-type": JSON, "cache-control": "no-store"},
        "body": json.dumps({"delivery": taken.delivery}),
    }


def refused(problem: Problem, *, request_id: str) -> dict[str, Any]:
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
