"""What a request asks, before anything is known of its document: GraphQL over HTTP, on bytes and headers alone.

    POST, application/json     {"query" or "documentId", "operationName", "variables", "extensions"}
    GET (open stages)          the same names in the address; variables and extensions as JSON

Everything is refused as early as it can be told: a body's size before a byte of it is parsed. The source of the rules
is the specification "GraphQL over HTTP" (2026-08 draft, sections 4 to 6) with its appendix on persisted documents.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qsl

from graph.errors import ErrorCode
from graph.exposure import Exposure

BODY_BYTES_MAX: Final = 64 * 1024
"""The longest document in the documentation has 3 KB; its variables have less."""
QUERY_STRING_LENGTH_MAX: Final = 16 * 1024
"""More than a gateway lets pass."""
ACCEPT_LENGTH_MAX: Final = 1_000
JSON: Final = "application/json"
GRAPHQL_RESPONSE: Final = "application/graphql-response+json"
_PLAIN: Final = "identity"
_CHARSETS: Final = ("", "utf-8", "utf8")
_DOCUMENT_ID: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_PARAMETERS_IN_JSON: Final = ("variables", "extensions")


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    query_string: str = ""
    """What stands behind the question mark of the address, as it was sent."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A well-formed request. At least one of `text` and `document_id` is there."""

    text: str | None
    document_id: str | None
    """sha256:<64 hexadecimal digits> of the document's text."""
    operation_name: str | None
    variables: dict[str, Any] | None
    by_get: bool = False


class Rejected(Exception):
    """The request does not get as far as the schema."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def check_method(request: Request, exposure: Exposure) -> None:
    """Raises `Rejected` for what no caller may send, whoever they are."""
    if request.method == "GET" and exposure.takes_get:
        if len(request.query_string) > QUERY_STRING_LENGTH_MAX:
            raise Rejected(ErrorCode.PAYLOAD_TOO_LARGE, f"A query has at most {QUERY_STRING_LENGTH_MAX} characters.")
        return
    if request.method != "POST":
        raise Rejected(ErrorCode.METHOD_NOT_ALLOWED, "GraphQL is asked with POST.")
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != JSON:
        raise Rejected(ErrorCode.MEDIA_TYPE_UNSUPPORTED, f"The content type is {JSON}.")
    if _charset(parameters) not in _CHARSETS:
        raise Rejected(ErrorCode.MEDIA_TYPE_UNSUPPORTED, "The body is in UTF-8.")
    if request.headers.get("content-encoding", _PLAIN).strip().lower() != _PLAIN:
        raise Rejected(ErrorCode.MEDIA_TYPE_UNSUPPORTED, "The body is sent as it is, without a content encoding.")
    if len(request.body) > BODY_BYTES_MAX:
        raise Rejected(ErrorCode.PAYLOAD_TOO_LARGE, f"A request has at most {BODY_BYTES_MAX} bytes.")


def media_type(request: Request) -> str:
    """The media type to answer in. Raises `Rejected` when the caller takes neither."""
    accept = request.headers.get("accept", "").strip()
    if not accept:
        return JSON
    if len(accept) > ACCEPT_LENGTH_MAX:
        raise Rejected(ErrorCode.NOT_ACCEPTABLE, f"An Accept header has at most {ACCEPT_LENGTH_MAX} characters.")
    weights = _weights(accept)
    of_response = weights.get(GRAPHQL_RESPONSE, 0.0)
    ranges = (JSON, "application/*", "*/*")
    of_json = next((weights[name] for name in ranges if name in weights), 0.0)
    if max(of_response, of_json) <= 0:
        raise Rejected(ErrorCode.NOT_ACCEPTABLE, f"Answers are {GRAPHQL_RESPONSE} or {JSON}.")
    return GRAPHQL_RESPONSE if of_response >= of_json else JSON


def asked(request: Request) -> Asked:
    """What the request asks. Raises `Rejected`."""
    sent = _parameters(request.query_string) if request.method == "GET" else _body(request.body)
    text, operation_name = _text(sent, "query"), _text(sent, "operationName")
    variables, extensions = _object(sent, "variables"), _object(sent, "extensions")
    document_id = _document_id(sent, extensions or {})
    if text is None and document_id is None:
        raise Rejected(ErrorCode.REQUEST_MALFORMED, "The request has neither `query` nor `documentId`.")
    if text is not None and document_id not in (None, id_of(text)):
        raise Rejected(ErrorCode.REQUEST_MALFORMED, "The document's hash is not its `documentId`.")
    return Asked(text, document_id, operation_name, variables, by_get=request.method == "GET")


def id_of(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def _charset(parameters: str) -> str:
    for one in parameters.split(";"):
        name, _, value = one.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return ""


def _weights(accept: str) -> dict[str, float]:
    """Media range -> weight (RFC 9110, section 12.5.1); what is malformed counts for nothing."""
    found: dict[str, float] = {}
    for one in accept.split(","):
        name, *parameters = (part.strip().lower() for part in one.split(";"))
        weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        digits = weight.replace(".", "", 1)
        found[name] = float(weight) if digits.isascii() and digits.isdigit() else 0.0
    return found


def _body(body: bytes) -> dict[str, Any]:
    try:
        found = _json(body.decode())
    except UnicodeDecodeError:
        raise Rejected(ErrorCode.REQUEST_MALFORMED, "The body is not UTF-8.") from None
    if not isinstance(found, dict):
        raise Rejected(ErrorCode.REQUEST_MALFORMED, "The body is one JSON object; batches are not taken.")
    return found


def _parameters(query_string: str) -> dict[str, Any]:
    try:
        pairs = parse_qsl(query_string, keep_blank_values=True, errors="strict", max_num_fields=16)
    except ValueError:
        raise Rejected(ErrorCode.REQUEST_MALFORMED, "The address is not well formed.") from None
    found: dict[str, Any] = dict(pairs)
    if len(found) < len(pairs):
        raise Rejected(ErrorCode.REQUEST_MALFORMED, "The address names a parameter twice.")
    for name in _PARAMETERS_IN_JSON:
        if name in found:
            found[name] = _json(found[name])
    return found


def _json(text: str) -> object:
    try:
        found: object = json.loads(text, object_pairs_hook=_no_doubles, parse_constant=_no_constant)
        if "\\u" in text:
            json.dumps(found, ensure_ascii=False).encode()  # halves of surrogate pairs are no text
    except (ValueError, RecursionError):
        raise Rejected(ErrorCode.REQUEST_MALFORMED, "The body is not JSON.") from None
    return found


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Of a member that stands twice some readers take the first, some the last (RFC 8259, section 4): none is safe."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Rejected(ErrorCode.REQUEST_MALFORMED, "The body names a member of an object twice.")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _text(sent: Mapping[str, Any], name: str) -> str | None:
    value = sent.get(name)
    if value is not None and not isinstance(value, str):
        raise Rejected(ErrorCode.REQUEST_MALFORMED, f"`{name}` is a string.")
    return value


def _object(sent: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    value = sent.get(name)
    if value is not None and not isinstance(value, dict):
        raise Rejected(ErrorCode.REQUEST_MALFORMED, f"`{name}` is a JSON object.")
    return value


def _document_id(sent: Mapping[str, Any], extensions: Mapping[str, Any]) -> str | None:
    """As the specification's appendix says it, or as Apollo's clients do."""
    said = sent.get("documentId")
    if said is None:
        persisted = extensions.get("persistedQuery")
        if not isinstance(persisted, dict):
            return None
        said = f"sha256:{persisted.get('sha256Hash')}"
    if not isinstance(said, str) or not _DOCUMENT_ID.fullmatch(said):
        raise Rejected(ErrorCode.REQUEST_MALFORMED, "`documentId` is sha256: and 64 hexadecimal digits.")
    return said
