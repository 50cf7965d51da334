"""Errors in the standard shape: what is wrong with a request as such. What the bank declines is a refusal instead.

A public error may be shown as it is. Anything else that surfaces is a fault: the caller sees "Internal error" and the
correlation id, and the exception's text, which may hold personal data, goes nowhere.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from graphql import GraphQLError, GraphQLSyntaxError, VariableDefinitionNode

ERRORS_MAX: Final = 10
"""More errors help nobody and let a small request ask for a large answer."""
MESSAGE_LENGTH_MAX: Final = 300
"""The library repeats the caller's own values in its messages; a value may be 64 KiB long."""
_NAMES: Final = r"'[_A-Za-z][_0-9A-Za-z]*'(?:,? (?:or )?'[_A-Za-z][_0-9A-Za-z]*')*"
_SUGGESTION: Final = re.compile(rf" Did you mean (?:the enum value )?{_NAMES}\?")
"""The library says of a misspelt variable's part which names there are."""


class ErrorCode(StrEnum):
    REQUEST_MALFORMED = "REQUEST_MALFORMED"
    DOCUMENT_INVALID = "DOCUMENT_INVALID"
    DOCUMENT_NOT_PUBLISHED = "DOCUMENT_NOT_PUBLISHED"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    INPUT_TYPE_WRONG = "INPUT_TYPE_WRONG"
    INVALID_CURSOR = "INVALID_CURSOR"
    WRONG_REGION = "WRONG_REGION"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    NOT_ALLOWED = "NOT_ALLOWED"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    MEDIA_TYPE_UNSUPPORTED = "MEDIA_TYPE_UNSUPPORTED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


class PublicError(GraphQLError):
    """An error whose message and extensions are made for the caller."""

    def __init__(self, code: ErrorCode, message: str, **facts: str) -> None:
        super().__init__(message, extensions={"code": code.value, **facts})


def formatted(errors: Iterable[GraphQLError], *, correlation_id: str) -> list[dict[str, Any]]:
    """The errors as the caller may see them."""
    return [_formatted(error, correlation_id) for error, _ in zip(errors, range(ERRORS_MAX), strict=False)]


def alone(code: ErrorCode, message: str, *, correlation_id: str) -> Mapping[str, Any]:
    """A whole answer that is one error: the request never reached the schema."""
    return {"errors": [_shape(message, {"code": code.value}, correlation_id)]}


def is_public(error: GraphQLError) -> bool:
    """Whether the message is ours or the library's word on the request, not the text of an exception."""
    if isinstance(_public(error), PublicError):
        return True
    cause = error.original_error
    if error.path is None:
        return cause is None or isinstance(cause, GraphQLError)
    return isinstance(cause, GraphQLError) and bool(cause.nodes)  # an argument that does not fit its type


def _public(error: GraphQLError) -> Exception | None:
    return error if isinstance(error, PublicError) else error.original_error


def _formatted(error: GraphQLError, correlation_id: str) -> dict[str, Any]:
    if not is_public(error):
        return _shape("Internal error", {"code": ErrorCode.INTERNAL.value}, correlation_id, error)
    public = _public(error)
    extensions = public.extensions if isinstance(public, PublicError) else None
    fallback = ErrorCode.INPUT_TYPE_WRONG if _is_of_input(error) else ErrorCode.DOCUMENT_INVALID
    return _shape(_SUGGESTION.sub("", error.message), extensions or {"code": fallback.value}, correlation_id, error)


def _is_of_input(error: GraphQLError) -> bool:
    """A variable that does not fit its type, or an argument that turned out not to: not what the document says."""
    if isinstance(error, GraphQLSyntaxError):
        return False
    of_variable = any(isinstance(node, VariableDefinitionNode) for node in error.nodes or ())
    return of_variable or error.path is not None or not error.nodes


def _shape(
    message: str, extensions: Mapping[str, Any], correlation_id: str, error: GraphQLError | None = None
) -> dict[str, Any]:
    shaped: dict[str, Any] = {"message": _shortened(message)}
    if error is not None and error.locations:
        shaped["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error is not None and error.path is not None:
        shaped["path"] = list(error.path)
    shaped["extensions"] = {**extensions, "correlationId": correlation_id}
    return shaped


def _shortened(message: str) -> str:
    return message if len(message) <= MESSAGE_LENGTH_MAX else message[: MESSAGE_LENGTH_MAX - 1] + "…"
