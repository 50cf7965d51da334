"""What must be true of every answer, whatever was asked: functions from (sent, answered) to what is wrong."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.refusals import stored_refusals
from graph.errors import ERRORS_MAX, MESSAGE_LENGTH_MAX, ErrorCode
from tests.fuzz.names import Cast
from tests.fuzz.requests import JSON, RESPONSE, Answered, Sent

STATUSES: Final = frozenset({200, 400, 401, 403, 404, 405, 406, 413, 415})
KINDS: Final = frozenset({f"{JSON}; charset=utf-8", f"{RESPONSE}; charset=utf-8"})
CODES: Final = frozenset(code.value for code in ErrorCode) - {ErrorCode.INTERNAL, ErrorCode.UNAVAILABLE}
"""A fault and an outage are no answer to anything that can be sent."""
STORED: Final = frozenset(stored_refusals())
INNER: Final = re.compile(
    r"Traceback|File \"|\.py\b|arn:aws|amazonaws|florin-[a-z]+-[a-z]{2}-|botocore|pynamodb|boto3|strawberry|"
    r"graphql\.[a-z]|"
    r"domain\.|functions\.|object at 0x|<class|NoneType|\bdict\b|\bstr\b|Exception\b|[A-Z][a-z]+Error\b|"
    r"ValidationException|ConditionalCheckFailed|ProvisionedThroughput|\bpk\b|\bsk\b|DynamoDB|TransactWriteItems"
)
"""Words of the inside: tracebacks, classes, tables, AWS."""
SUGGESTED: Final = re.compile(r"Did you mean (?:the enum value )?'([_0-9A-Za-z]+)")


@dataclass(frozen=True)
class Told:
    """An answer, read."""

    sent: Sent
    answered: Answered
    said: str
    """What was sent, with the names replaced."""
    cast: Cast
    secrets: Mapping[str, str]
    """What this person may be told nothing of: value -> what it is."""
    text: str
    document: Any


Check = Callable[[Told], Iterator[str]]


def faults_of(sent: Sent, answered: Answered, *, cast: Cast, secrets: Mapping[str, str]) -> list[str]:
    """What is wrong with the answer, in sentences; nothing when all is well."""
    if answered.faults:
        return [f"the log has a fault: {fault}" for fault in answered.faults]
    try:
        text = answered.body.decode()
        document = json.loads(text, object_pairs_hook=_without_doubles, parse_constant=_no_constant)
    except ValueError as error:
        return [f"the answer is no JSON: {error}"]
    said = sent.bytes_for(cast).decode(errors="replace")
    told = Told(sent, answered, said, cast, secrets, text, document)
    return [fault for check in CHECKS for fault in check(told)]


def typenames(document: Any) -> dict[str, dict[str, Any]]:
    """The answer of each root field that says what it is."""
    data = document.get("data") if isinstance(document, dict) else None
    return {name: value for name, value in (data or {}).items() if isinstance(value, dict) and "__typename" in value}


def may_write(sent: Sent, document: Any) -> bool:
    """Whether a change was made or a refusal kept, by what the answer says; one that does not say may have been."""
    if not isinstance(document, dict) or "mutation" not in str(sent.body):
        return False
    return any(_made_or_kept(found) for found in (document.get("data") or {}).values() if isinstance(found, dict))


def _made_or_kept(found: dict[str, Any]) -> bool:
    kind = found.get("__typename", "")
    return bool(kind.endswith("Success") or "code" not in found or found["code"] in STORED)


def _status(told: Told) -> Iterator[str]:
    if told.answered.status not in STATUSES:
        yield f"the status is {told.answered.status}"


def _headers(told: Told) -> Iterator[str]:
    headers = told.answered.headers
    if headers.get("content-type") not in KINDS:
        yield f"the content type is {headers.get('content-type')!r}"
    if headers.get("cache-control") != "no-store":
        yield "the answer may be cached"


def _shape(told: Told) -> Iterator[str]:
    document = told.document
    if not isinstance(document, dict) or not document or not set(document) <= {"data", "errors", "extensions"}:
        yield "the answer is not of the shape of GraphQL"
        return
    executed = told.answered.status == 200
    said_by_status = told.answered.headers.get("content-type", "").startswith(RESPONSE)
    if executed != ("data" in document) and (said_by_status or not executed):
        yield f"status {told.answered.status} and data do not go together"
    if ("extensions" in document) != ("data" in document):
        yield "what it cost is told of what was executed, and of that alone"
    errors = document.get("errors", [])
    if "errors" in document and not (isinstance(errors, list) and 1 <= len(errors) <= ERRORS_MAX):
        yield "errors are not a list of one to ten"
    for error in errors:
        yield from _error(error)


def _error(error: Any) -> Iterator[str]:
    if not isinstance(error, dict) or not {"message", "extensions"} <= set(error) <= {
        "message",
        "extensions",
        "path",
        "locations",
    }:
        yield f"not the shape of an error: {error!r}"
        return
    if not isinstance(error["message"], str) or not 1 <= len(error["message"]) <= MESSAGE_LENGTH_MAX:
        yield "a message is empty or too long"
    extensions = error["extensions"]
    if extensions.get("code") not in CODES:
        yield f"the code {extensions.get('code')!r} is none that a caller may meet: {error['message']}"
    if not isinstance(extensions.get("correlationId"), str):
        yield "an error without a correlation id"
    for place in error.get("locations", ()):
        if set(place) != {"line", "column"} or min(place.values()) < 1:
            yield f"not a location: {place!r}"
    if not all(isinstance(part, str | int) for part in error.get("path", ())):
        yield f"not a path: {error['path']!r}"


def _nothing_inner(told: Told) -> Iterator[str]:
    """Words of the inside, unless the caller sent them."""
    said = told.said.casefold()
    words = {match[0] for match in INNER.finditer(_spoken(told.document)) if match[0].casefold() not in said}
    if words:
        yield f"words of the inside: {sorted(words)}"


def _no_suggestions(told: Told) -> Iterator[str]:
    """Names of the schema are asked for by introspection, not by guessing."""
    names = {match[1] for match in SUGGESTED.finditer(_spoken(told.document))}
    if any(name not in told.said for name in names):
        yield f"the answer suggests {sorted(names)}"


def _spoken(document: Any) -> str:
    """What the bank says in its own words: messages, and whatever stands beside errors."""
    if isinstance(document, dict):
        own = [value for name, value in document.items() if name in ("message", "errors", "title", "detail")]
        rest = [value for name, value in document.items() if name not in ("message", "errors", "title", "detail")]
        return " ".join([*(_text(value) for value in own), *(_spoken(value) for value in rest)])
    return " ".join(_spoken(value) for value in document) if isinstance(document, list) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _nothing_secret(told: Told) -> Iterator[str]:
    """What this person may not know, unless the caller sent it."""
    for value, what in told.secrets.items():
        if value in told.text and value not in told.said:
            yield f"the answer tells {told.sent.role} {what}"


def _answers_of_changes(told: Told) -> Iterator[str]:
    """A change answers with a member of its union, or its error stands beside null."""
    document = told.document
    if not isinstance(document, dict) or "mutation" not in told.said:
        return
    for name, found in typenames(document).items():
        kind = found["__typename"]
        if not kind.endswith("Success") and "code" not in found and "errors" not in document:
            yield f"{name} answered {kind}, which is neither a success nor a refusal"


CHECKS: Final[tuple[Check, ...]] = (
    _status,
    _headers,
    _shape,
    _nothing_inner,
    _no_suggestions,
    _nothing_secret,
    _answers_of_changes,
)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"a member stands twice in {sorted(found)}")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
