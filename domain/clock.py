"""What time it is, as an argument. Instants are aware datetimes in UTC with microseconds."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, Protocol

TEXTS_KEPT: Final = 64
"""A posting writes its one booked instant into the journal, each line, the index and the event."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The instant now, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@lru_cache(maxsize=TEXTS_KEPT)
def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with six digits and `Z`: sorts as text in the order of time."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_instant(text: str) -> datetime:
    """The inverse of `instant_text`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def whole_second(moment: datetime) -> str:
    """RFC 3339 in UTC, never before the moment: whoever wakes then finds that it has come."""
    moment = moment.astimezone(UTC)
    rounded = moment.replace(microsecond=0) + timedelta(seconds=1 if moment.microsecond else 0)
    return f"{rounded:%Y-%m-%dT%H:%M:%SZ}"
