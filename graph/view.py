"""GraphQL over HTTP: strawberry's own view, on a request that knows nothing of AWS.

Only POST with JSON. One table says which outcome has which status. Whatever goes wrong, the answer has the standard
shape: `errors`, each with a message and a code. The size of a body is checked before a byte of it is parsed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Literal

from cross_web import FormData, HTTPException, SyncHTTPRequestAdapter
from graphql import GraphQLError
from strawberry.http import GraphQLHTTPResponse
from strawberry.http.sync_base_view import SyncBaseHTTPView
from strawberry.types import ExecutionResult

from graph.context import Context
from graph.errors import ErrorCode, alone, formatted
from graph.schema import schema as bank_schema

BODY_BYTES_MAX: Final = 64 * 1024
"""The longest document in the documentation has 3 KB; its variables have less."""
MEDIA_TYPE: Final = "application/json"
_PLAIN: Final = "identity"

STATUSES: Final[Mapping[ErrorCode, HTTPStatus]] = {
    ErrorCode.REQUEST_MALFORMED: HTTPStatus.BAD_REQUEST,
    ErrorCode.DOCUMENT_INVALID: HTTPStatus.BAD_REQUEST,
    ErrorCode.LIMIT_EXCEEDED: HTTPStatus.BAD_REQUEST,
    ErrorCode.INPUT_TYPE_WRONG: HTTPStatus.BAD_REQUEST,
    ErrorCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    ErrorCode.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    ErrorCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    ErrorCode.PAYLOAD_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ErrorCode.MEDIA_TYPE_UNSUPPORTED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    ErrorCode.INTERNAL: HTTPStatus.INTERNAL_SERVER_ERROR,
    ErrorCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Of answers that are errors alone. Whatever was executed answers 200, with its field errors beside its data."""
HEADERS: Final[Mapping[ErrorCode, Mapping[str, str]]] = {
    ErrorCode.UNAUTHENTICATED: {"www-authenticate": "Bearer"},
    ErrorCode.METHOD_NOT_ALLOWED: {"allow": "POST"},
    ErrorCode.UNAVAILABLE: {"retry-after": "1"},
}


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: str


class Rejected(Exception):
    """The request does not get as far as the schema."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def rejection(code: ErrorCode, message: str, *, correlation_id: str) -> Response:
    """An answer that is one error."""
    return Response(
        status=STATUSES[code],
        headers={"content-type": f"{MEDIA_TYPE}; charset=utf-8", "cache-control": "no-store", **HEADERS.get(code, {})},
        body=json.dumps(alone(code, message, correlation_id=correlation_id)),
    )


def answer(request: Request, make_context: Callable[[], Context], *, correlation_id: str) -> Response:
    """Answers one request. `make_context` finds out who asks; it may raise `Rejected`."""
    try:
        _check(request)
        return View().run(request, context=make_context())
    except Rejected as rejected:
        return rejection(rejected.code, rejected.message, correlation_id=correlation_id)
    except HTTPException as refused:
        return rejection(ErrorCode.REQUEST_MALFORMED, str(refused.reason), correlation_id=correlation_id)


def _check(request: Request) -> None:
    if request.method != "POST":
        raise Rejected(ErrorCode.METHOD_NOT_ALLOWED, "GraphQL is asked with POST.")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != MEDIA_TYPE:
        raise Rejected(ErrorCode.MEDIA_TYPE_UNSUPPORTED, f"The content type is {MEDIA_TYPE}.")
    if request.headers.get("content-encoding", _PLAIN).strip().lower() != _PLAIN:
        raise Rejected(ErrorCode.MEDIA_TYPE_UNSUPPORTED, "The body is sent as it is, without a content encoding.")
    if len(request.body) > BODY_BYTES_MAX:
        raise Rejected(ErrorCode.PAYLOAD_TOO_LARGE, f"A request has at most {BODY_BYTES_MAX} bytes.")


class _Adapter(SyncHTTPRequestAdapter):
    """The request as strawberry's view reads it."""

    def __init__(self, request: Request) -> None:
        self._request = request

    @property
    def method(self) -> Literal["POST"]:
        return "POST"

    @property
    def query_params(self) -> Mapping[str, str | None]:
        return {}

    @property
    def path_params(self) -> Mapping[str, Any]:
        return {}

    @property
    def headers(self) -> Mapping[str, str]:
        return self._request.headers

    @property
    def content_type(self) -> str | None:
        return MEDIA_TYPE

    @property
    def body(self) -> bytes:
        return self._request.body

    @property
    def post_data(self) -> Mapping[str, str | bytes]:
        return {}

    @property
    def files(self) -> Mapping[str, Any]:
        return {}

    def get_form_data(self) -> FormData:
        return FormData(files={}, form={})

    @property
    def url(self) -> str:
        return "/graphql"

    @property
    def cookies(self) -> Mapping[str, str]:
        return {}


class View(SyncBaseHTTPView[Request, Response, dict[str, Any], Context, None]):
    schema = bank_schema
    graphql_ide = None
    request_adapter_class = _Adapter
    allow_queries_via_get = False

    def get_sub_response(self, request: Request) -> dict[str, Any]:  # noqa: ARG002 - strawberry passes it
        return {"status": HTTPStatus.OK}

    def get_context(self, request: Request, response: dict[str, Any]) -> Context:  # noqa: ARG002 - strawberry's signature
        """The base asks for this only when `run` is given no context, and it always is."""
        raise RuntimeError("the context is passed to `run`")

    def get_root_value(self, request: Request) -> None:  # noqa: ARG002 - strawberry passes it
        return None

    def render_graphql_ide(self, request: Request) -> Response:  # noqa: ARG002 - strawberry's signature
        """The base asks for this only where `graphql_ide` is set, and here it is not."""
        raise RuntimeError("the function serves no pages")

    def decode_json(self, data: str | bytes) -> object:
        try:
            text = data.decode() if isinstance(data, bytes) else data
            found: object = json.loads(text, object_pairs_hook=_no_doubles, parse_constant=_no_constant)
            json.dumps(found, ensure_ascii=False).encode()  # halves of surrogate pairs are no text
        except (ValueError, RecursionError):
            raise Rejected(ErrorCode.REQUEST_MALFORMED, "The body is not JSON.") from None
        if not isinstance(found, dict):
            raise Rejected(ErrorCode.REQUEST_MALFORMED, "The body is one JSON object; batches are not taken.")
        return found

    def execute_operation(
        self, request: Request, context: Context, root_value: None, sub_response: dict[str, Any]
    ) -> ExecutionResult | list[ExecutionResult]:
        result = super().execute_operation(request, context, root_value, sub_response)
        if isinstance(result, ExecutionResult):
            errors = formatted(result.errors or (), correlation_id=context.actor.correlation_id)
            sub_response["errors"] = errors
            if result.data is None and not _executed(result.errors or ()):
                sub_response["status"] = _status(errors)
        return result

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: dict[str, Any]
    ) -> Response:
        shown: dict[str, Any] = {}
        if isinstance(response_data, dict):
            shown = {key: value for key, value in response_data.items() if key in ("data", "extensions")}
        if sub_response["status"] is not HTTPStatus.OK:
            shown.pop("data", None)  # nothing was executed, so there is no data, not even null
        if sub_response.get("errors"):
            shown["errors"] = sub_response["errors"]
        return Response(
            status=sub_response["status"],
            headers={"content-type": f"{MEDIA_TYPE}; charset=utf-8", "cache-control": "no-store"},
            body=json.dumps(shown, ensure_ascii=False, separators=(",", ":")),
        )


def _executed(errors: list[GraphQLError] | tuple[()]) -> bool:
    """An error with a path happened in a field; without any, the request itself was wrong."""
    return not errors or any(error.path is not None for error in errors)


def _status(errors: list[dict[str, Any]]) -> HTTPStatus:
    return STATUSES[ErrorCode(errors[0]["extensions"]["code"])]


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Of a member that stands twice some readers take the first, some the last (RFC 8259, section 4): none is safe."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Rejected(ErrorCode.REQUEST_MALFORMED, "The body names a member of an object twice.")
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
