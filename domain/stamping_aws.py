"""A DynamoDB connection whose writes are signed with the moment they were decided.

AWS refuses a signature that is too old, so a write signed with the `now` of its decision cannot arrive after its
minute is closed. botocore signs with the wall clock of the sending instead; here a signer of our own takes the stamp
of the block it runs in. Nothing inside the SDK sends a write twice; reads may be.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final, cast

from botocore.auth import AUTH_TYPE_MAPS, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import HTTPClientError
from botocore.session import Session
from pynamodb.connection._botocore_private import BotocoreBaseClientPrivate
from pynamodb.connection.base import Connection

REPEATED_OPERATIONS: Final = ("GetItem", "Query", "Scan")
CONNECT_TIMEOUT_SECONDS: Final = 2.0
READ_TIMEOUT_SECONDS: Final = 2.0
"""A write that is not answered by then is unknown, and is asked about with its key."""
READ_TRIES_MAX: Final = 3
READ_PAUSE_SECONDS: Final = 0.02
BUSY_CODES: Final = frozenset({"ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded"})
SERVER_FAULT_STATUS: Final = 500

_SIGNER: Final = "florin-stamped-v4"
_STAMP_FORMAT: Final = "%Y%m%dT%H%M%SZ"
_stamp: ContextVar[datetime | None] = ContextVar("stamp", default=None)


class StampMissing(Exception):
    """A write was about to be sent without the moment of its decision."""


@contextmanager
def stamped(now: datetime) -> Iterator[None]:
    """Writes sent within this block are signed with `now`, floored to its whole second."""
    before = _stamp.set(now)
    try:
        yield
    finally:
        _stamp.reset(before)


class StampedSignature(SigV4Auth):
    """Signature Version 4 with the stamp of the running block in place of the wall clock."""

    def _modify_request_before_signing(self, request: AWSRequest) -> None:
        now = _stamp.get()
        if now is None:
            raise StampMissing(f"a write to {request.url} carries no stamp")
        request.context["timestamp"] = now.astimezone(UTC).strftime(_STAMP_FORMAT)
        super()._modify_request_before_signing(request)  # type: ignore[misc]  # the stubs leave private methods out


class StampedConnection(Connection):
    """Makes its client at the first use, once, whatever threads use it."""

    def __init__(self, *, region: str, endpoint_url: str | None, connections_max: int) -> None:
        super().__init__(
            region=region,
            host=endpoint_url,
            connect_timeout_seconds=CONNECT_TIMEOUT_SECONDS,
            read_timeout_seconds=READ_TIMEOUT_SECONDS,
            max_retry_attempts=0,
            retry_configuration="LEGACY",
            max_pool_connections=connections_max,
        )
        self._making = Lock()

    @property
    def session(self) -> Session:
        """Clients copy the handlers of the session they are made from."""
        AUTH_TYPE_MAPS[_SIGNER] = StampedSignature
        session = super().session
        for operation, choose in (("TransactWriteItems", _always_stamped), ("PutItem", _stamped_in_a_block)):
            _handle(session, f"choose-signer.dynamodb.{operation}", choose)
        for operation in REPEATED_OPERATIONS:
            _handle(session, f"needs-retry.dynamodb.{operation}", _pause_before_repeating)
        return session

    @property
    def client(self) -> BotocoreBaseClientPrivate:
        with self._making:
            return super().client


def _handle(session: Session, event: str, handler: Callable[..., object]) -> None:
    """Once, however often it is said."""
    answering = cast("Any", handler)  # the stubs know no handlers that answer
    session.register(event, answering, unique_id=f"florin-{event}")


def _always_stamped(**_: Any) -> str:
    return _SIGNER


def _stamped_in_a_block(**_: Any) -> str | None:
    return None if _stamp.get() is None else _SIGNER


def _pause_before_repeating(
    *, attempts: int, response: tuple[Any, dict[str, Any]] | None, caught_exception: Exception | None, **_: Any
) -> float | None:
    """Seconds to wait before a read is sent again, or None when it is not."""
    passing = isinstance(caught_exception, HTTPClientError) or (response is not None and _is_passing(response[1]))
    return READ_PAUSE_SECONDS * 2**attempts if passing and attempts < READ_TRIES_MAX else None


def _is_passing(parsed: dict[str, Any]) -> bool:
    status = parsed.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return bool(status >= SERVER_FAULT_STATUS or parsed.get("Error", {}).get("Code") in BUSY_CODES)
