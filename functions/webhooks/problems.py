"""Why a call of a partner is not taken, as problem details (RFC 9457): one type for each reason, which never changes
its meaning. docs/webhooks.openapi.yaml lists them, and a test holds the two equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from domain.partners import model as partners
from domain.partners.model import BODY_BYTES_MAX
from domain.refusals import Refusal

METHOD: Final = "POST"
RETRY_AFTER_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Problem:
    type: str
    status: HTTPStatus
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)


def _type(name: str) -> str:
    return f"urn:florin:problem:{name}"


WRONG_METHOD: Final = Problem(
    _type("wrong-method"),
    HTTPStatus.METHOD_NOT_ALLOWED,
    "Webhooks are delivered with POST.",
    {"allow": METHOD},
)
BODY_TOO_LARGE: Final = Problem(
    _type("body-too-large"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    f"A webhook has at most {BODY_BYTES_MAX} bytes.",
)
NOT_BASE64: Final = Problem(
    _type("body-malformed"),
    HTTPStatus.BAD_REQUEST,
    "The body is not the base64 text that its envelope says it is.",
)
CONTENT_TYPE: Final = Problem(
    _type("content-type-unsupported"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "The content type is application/json, in UTF-8.",
)
CONTENT_ENCODING: Final = Problem(
    _type("content-encoding-unsupported"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "The body is sent as it is, without a content encoding: what is signed are its bytes.",
)
UNAVAILABLE: Final = Problem(
    _type("unavailable"),
    HTTPStatus.SERVICE_UNAVAILABLE,
    "The message could not be taken right now. Deliver it again under the same webhook-id.",
    {"retry-after": str(RETRY_AFTER_SECONDS)},
)

OF_REFUSALS: Final[Mapping[type[Refusal], tuple[str, HTTPStatus]]] = {
    partners.PartnerUnknown: (_type("unknown-partner"), HTTPStatus.NOT_FOUND),
    partners.KindMalformed: (_type("kind-malformed"), HTTPStatus.BAD_REQUEST),
    partners.HeaderMissing: (_type("header-missing"), HTTPStatus.BAD_REQUEST),
    partners.HeaderDoubled: (_type("header-doubled"), HTTPStatus.BAD_REQUEST),
    partners.HeaderMalformed: (_type("header-malformed"), HTTPStatus.BAD_REQUEST),
    partners.TimestampOutsideTolerance: (_type("timestamp-outside-tolerance"), HTTPStatus.FORBIDDEN),
    partners.SignatureWrong: (_type("signature-wrong"), HTTPStatus.FORBIDDEN),
    partners.BodyMalformed: (_type("body-malformed"), HTTPStatus.BAD_REQUEST),
    partners.KindMismatch: (_type("kind-mismatch"), HTTPStatus.BAD_REQUEST),
    partners.MessageIdReused: (_type("webhook-id-reused"), HTTPStatus.CONFLICT),
}
"""Type and status of each reason that the bank itself gives; its sentence becomes the detail."""


def problem_of(refusal: Refusal) -> Problem:
    kind, status = OF_REFUSALS[type(refusal)]
    return Problem(kind, status, refusal.message)
