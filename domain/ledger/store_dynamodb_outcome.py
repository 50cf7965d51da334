"""What an answer of DynamoDB means for a write: who was first, who was busy, what nobody knows.

An answer is a conflict when nothing was written for sure, unanswered when it may have been. What is neither is a
fault of ours (a missing table, a missing right, a malformed item) and goes on as it came.
"""

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, HTTPClientError
from pynamodb.exceptions import (
    CancellationReason,
    PutError,
    PynamoDBConnectionError,
    PynamoDBException,
    TransactWriteError,
)

from domain.connection_aws import BUSY_CODES, SERVER_FAULT_STATUS
from domain.ledger.codec_journal import decode_journal
from domain.ledger.store import Conflict, Replayed, StampRefused, Unanswered

CANCELLED: Final = "TransactionCanceledException"
CONDITION_FAILED: Final = "ConditionalCheckFailed"
PASSING_REASONS: Final = frozenset(
    {CONDITION_FAILED, "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"}
)
CONFLICT_CODES: Final = BUSY_CODES | {"TransactionConflictException"}
STAMP_CODES: Final = frozenset({"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"})
SIGNATURE_CODES: Final = frozenset({"InvalidSignatureException", "SignatureDoesNotMatch"})
STAMP_WORDS: Final = ("signature expired", "signature not yet current")
"""How AWS says that a signature is right and its moment is not; a wrong key gets the same code and other words."""
NOT_SENT: Final = (ConnectTimeoutError, EndpointConnectionError)


def outcome_of_transaction(error: TransactWriteError, *, journal_at: int) -> Replayed | Conflict:
    """Raises Unanswered, StampRefused or the error itself. `journal_at`: the journal's place among the items."""
    if _code(error) != CANCELLED:
        return _conflict_or_raise(error)
    reasons = error.cancellation_reasons
    if found := _image(reasons, journal_at):
        return Replayed(decode_journal(found))
    codes = {reason.code for reason in reasons if reason is not None}
    if not codes or codes - PASSING_REASONS:
        raise error
    return Conflict(", ".join(sorted(codes)))


def outcome_of_put(error: PutError) -> Conflict:
    """Raises Unanswered, StampRefused or the error itself."""
    if _code(error) == f"{CONDITION_FAILED}Exception":
        return Conflict(CONDITION_FAILED)
    return _conflict_or_raise(error)


def fault_of_read(error: PynamoDBConnectionError) -> Exception:
    """A read that found nobody, or only busy ones, may be asked again by whoever wanted it."""
    cause = error.cause
    passing = isinstance(cause, HTTPClientError) or _code(error) in BUSY_CODES
    return Unanswered("a read was not answered") if passing or _status(cause) >= SERVER_FAULT_STATUS else error


def _conflict_or_raise(error: PynamoDBException) -> Conflict:
    cause, code = error.cause, _code(error)
    if isinstance(cause, NOT_SENT):
        return Conflict("not reached")
    if isinstance(cause, HTTPClientError) or _status(cause) >= SERVER_FAULT_STATUS:
        raise Unanswered(f"a write was not answered: {type(cause).__name__}") from error
    if code in CONFLICT_CODES:
        return Conflict(code)
    if _is_stamp_refused(code, _message(error)):
        raise StampRefused(code) from error
    raise error


def _is_stamp_refused(code: str, message: str) -> bool:
    said = message.lower()
    return code in STAMP_CODES or (code in SIGNATURE_CODES and any(words in said for words in STAMP_WORDS))


def _image(reasons: list[CancellationReason | None], journal_at: int) -> dict[str, dict[str, Any]] | None:
    reason = reasons[journal_at] if journal_at < len(reasons) else None
    return reason.raw_item if reason is not None and reason.code == CONDITION_FAILED else None


def _code(error: PynamoDBException) -> str:
    """Not PynamoDB's own `cause_response_code`: that one breaks on timeouts, whose response is None."""
    return str(_said(error).get("Code", ""))


def _message(error: PynamoDBException) -> str:
    return str(_said(error).get("Message", ""))


def _said(error: PynamoDBException) -> Mapping[str, Any]:
    """What the service said of its error; empty where no answer came."""
    cause = error.cause
    return cause.response.get("Error", {}) if isinstance(cause, ClientError) else {}


def _status(cause: BaseException | None) -> int:
    """The HTTP status, which PynamoDB's own error leaves with the error it came from."""
    source = cause.__cause__ if cause is not None else None
    if not isinstance(source, ClientError):
        return 0
    return int(source.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
