"""A DynamoDB connection whose writes are signed with the moment they were decided.

AWS refuses a signature that is too old, so a write signed with the `now` of its decision cannot arrive after its
minute is closed. A write is sent once; reads may be sent again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

from domain.connection_aws import TRANSACTION, Repeats, WireConnection
from domain.metering import Meter

CONNECT_TIMEOUT_SECONDS: Final = 2.0
READ_TIMEOUT_SECONDS: Final = 2.0
"""A write that is not answered by then is unknown, and is asked about with its key."""
READ_TRIES_MAX: Final = 3
READ_PAUSE_SECONDS: Final = 0.02
REPEATED_OPERATIONS: Final = frozenset({"BatchGetItem", "GetItem", "Query", "Scan"})

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


class StampedConnection(WireConnection):
    def __init__(
        self, *, region: str, endpoint_url: str | None, connections_max: int, meter: Meter | None = None
    ) -> None:
        super().__init__(
            region=region,
            endpoint_url=endpoint_url,
            connect_timeout_seconds=CONNECT_TIMEOUT_SECONDS,
            read_timeout_seconds=READ_TIMEOUT_SECONDS,
            connections_max=connections_max,
            repeats=Repeats(REPEATED_OPERATIONS, tries_max=READ_TRIES_MAX, pause_seconds=READ_PAUSE_SECONDS),
            moment=_moment,
            meter=meter,
        )


def _moment(operation: str) -> datetime:
    """The stamp for what is written, the time of sending for what is read."""
    now = None if operation in REPEATED_OPERATIONS else _stamp.get()
    if now is None and operation == TRANSACTION:
        raise StampMissing("a transaction carries no stamp")
    return now or datetime.now(UTC)
