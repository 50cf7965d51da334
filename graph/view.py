"""GraphQL over HTTP, on a request that knows nothing of AWS: who asks, what is meant, the answer, its status.

One table says which outcome has which status. Whatever goes wrong, the answer has the standard shape: `errors`, each
with a message and a code. Documents are executed by the library, published ones by the functions that were made of
them; nothing else of strawberry's own way from request to answer is used, since it validates every request again.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from graphql import ExecutionResult, GraphQLError, execute_sync

from graph.context import Context
from graph.costs import cost_of
from graph.documents import Documents, Meant, core_schema
from graph.errors import ErrorCode, alone, formatted, is_public
from graph.requests import GRAPHQL_RESPONSE, JSON, Rejected, Request, asked, check_method, media_type
from graph.schema import schema

__all__ = ["Rejected", "Request", "Response", "answer", "rejection"]


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: str


STATUSES: Final[Mapping[ErrorCode, tuple[HTTPStatus, HTTPStatus]]] = {
    ErrorCode.REQUEST_MALFORMED: (HTTPStatus.BAD_REQUEST, HTTPStatus.BAD_REQUEST),
    ErrorCode.DOCUMENT_INVALID: (HTTPStatus.BAD_REQUEST, HTTPStatus.OK),
    ErrorCode.DOCUMENT_NOT_PUBLISHED: (HTTPStatus.BAD_REQUEST, HTTPStatus.OK),
    ErrorCode.LIMIT_EXCEEDED: (HTTPStatus.BAD_REQUEST, HTTPStatus.OK),
    ErrorCode.INPUT_TYPE_WRONG: (HTTPStatus.BAD_REQUEST, HTTPStatus.OK),
    ErrorCode.UNAUTHENTICATED: (HTTPStatus.UNAUTHORIZED, HTTPStatus.UNAUTHORIZED),
    ErrorCode.NOT_ALLOWED: (HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN),
    ErrorCode.NOT_FOUND: (HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND),
    ErrorCode.METHOD_NOT_ALLOWED: (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.METHOD_NOT_ALLOWED),
    ErrorCode.NOT_ACCEPTABLE: (HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.NOT_ACCEPTABLE),
    ErrorCode.PAYLOAD_TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    ErrorCode.MEDIA_TYPE_UNSUPPORTED: (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    ErrorCode.INTERNAL: (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.INTERNAL_SERVER_ERROR),
    ErrorCode.UNAVAILABLE: (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.SERVICE_UNAVAILABLE),
}
"""Of answers that are errors alone: as application/graphql-response+json, and as application/json, where 200 says no
more than that this is a GraphQL answer. Whatever was executed answers 200, with its field errors beside its data."""
HEADERS: Final[Mapping[ErrorCode, Mapping[str, str]]] = {
    ErrorCode.UNAUTHENTICATED: {"www-authenticate": "Bearer"},
    ErrorCode.METHOD_NOT_ALLOWED: {"allow": "POST"},
    ErrorCode.UNAVAILABLE: {"retry-after": "1"},
}


def rejection(code: ErrorCode, message: str, *, correlation_id: str, kind: str = JSON) -> Response:
    """An answer that is one error."""
    return _response(_status(code, kind), kind, alone(code, message, correlation_id=correlation_id), HEADERS.get(code))


def answer(
    request: Request, make_context: Callable[[], Context], documents: Documents, *, correlation_id: str
) -> Response:
    """Answers one request. `make_context` finds out who asks; it may raise `Rejected`."""
    kind = JSON
    try:
        check_method(request, documents.exposure)
        kind = media_type(request)
        return _answered(request, make_context(), documents, kind)
    except Rejected as rejected:
        return rejection(rejected.code, rejected.message, correlation_id=correlation_id, kind=kind)


def _answered(request: Request, context: Context, documents: Documents, kind: str) -> Response:
    what = asked(request)
    try:
        meant = documents.meant(what)
    except GraphQLError as unparsed:
        meant = (unparsed,)
    if not isinstance(meant, Meant):
        return _refused(meant, context, kind)
    if what.by_get and meant.mutates:
        raise Rejected(ErrorCode.METHOD_NOT_ALLOWED, "What changes something is asked with POST.")
    result = _executed(meant, context, what.variables)
    errors = result.errors or []
    if result.data is None and errors and all(error.path is None for error in errors):
        return _refused(errors, context, kind)  # nothing was executed: what was sent does not fit
    shown: dict[str, Any] = {"data": result.data}
    if errors:
        _report(errors, context)
        shown["errors"] = formatted(errors, correlation_id=context.actor.correlation_id)
    shown["extensions"] = {"cost": cost_of(context, meant.price.at(what.variables or {}))}
    return _response(HTTPStatus.OK, kind, shown)


def _executed(meant: Meant, context: Context, variables: dict[str, Any] | None) -> ExecutionResult:
    if meant.compiled is not None:
        return meant.compiled.execute(None, context, variables)
    name = meant.operation.name.value if meant.operation.name else None
    return execute_sync(
        core_schema(schema),
        meant.document,
        None,
        context,
        variables,
        name,
        executor_class=schema.execution_context_class,
    )


def _refused(errors: list[GraphQLError] | tuple[GraphQLError, ...], context: Context, kind: str) -> Response:
    """No data, not even null."""
    _report(errors, context)
    told = formatted(errors, correlation_id=context.actor.correlation_id)
    return _response(_status(ErrorCode(told[0]["extensions"]["code"]), kind), kind, {"errors": told})


def _report(errors: list[GraphQLError] | tuple[GraphQLError, ...], context: Context) -> None:
    """Faults go to whoever serves the request; the library would log their text, which may hold anything."""
    for error in errors:
        if not is_public(error):
            context.report(error)


def _status(code: ErrorCode, kind: str) -> HTTPStatus:
    of_response, of_json = STATUSES[code]
    return of_response if kind == GRAPHQL_RESPONSE else of_json


def _response(
    status: HTTPStatus, kind: str, shown: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    return Response(
        status=status,
        headers={"content-type": f"{kind}; charset=utf-8", "cache-control": "no-store", **(headers or {})},
        body=json.dumps(shown, ensure_ascii=False, separators=(",", ":")),
    )
