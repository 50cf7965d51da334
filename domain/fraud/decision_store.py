"""How decisions are kept: one for each subject, for ever, and found again by their day and by their customer."""

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Protocol

from domain.clock import instant_text
from domain.fraud.kinds import Scope
from domain.fraud.model import StoredDecision

DAY_SHARDS: Final = 8
"""Over which a day's decisions are spread: 1,000 writes a second each."""
PAGE_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """Decisions in their order; `position` begins the next page, None at the end."""

    decisions: tuple[StoredDecision, ...]
    position: str | None


class DecisionStore(Protocol):
    def decision(self, subject: str) -> StoredDecision | None:
        """Raises DecisionUnread when the store is busy or silent."""
        ...

    def put(self, decision: StoredDecision) -> StoredDecision:
        """Keeps the decision if its subject has none yet; the answer is the one that is kept.

        Raises DecisionUnkept, and DecisionUnread of one that somebody else has kept, when the store is busy or silent.
        """
        ...

    def decisions_of_day(
        self, scope: Scope, day: date, shard: int, *, position: str | None, limit: int
    ) -> DecisionPage:
        """Those of one UTC day whose subject falls to the shard, in the order in which they were decided."""
        ...

    def decisions_of_customer(self, customer: str, *, position: str | None, limit: int) -> DecisionPage:
        """Of all scopes, the latest first."""
        ...


def shard_of(subject: str) -> int:
    return zlib.crc32(subject.encode()) % DAY_SHARDS


def day_of(decision: StoredDecision) -> date:
    """The UTC day in whose list it stands."""
    return decision.decided_at.astimezone(UTC).date()


def position_of(decision: StoredDecision) -> str:
    """Its place in a list."""
    return f"{instant_text(decision.decided_at)}#{decision.subject}"


def position_before(moment: datetime) -> str:
    """The place in a day's list right before what was decided from this moment on."""
    return instant_text(moment)


def bounded(limit: int) -> int:
    if not 1 <= limit <= PAGE_MAX:
        raise ValueError(f"a page has 1 to {PAGE_MAX} rows, not {limit}")
    return limit
