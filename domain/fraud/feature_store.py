"""How it is kept what scoring knows: profiles, marks of what was applied, labels, rows of history.

One write changes everything that follows from one event, or nothing: the mark by which a repetition is known, the row
of history, and each profile over the very version that it was made from. So whoever dies in between has done all of it
or nothing, and of two who apply the same at once one finds that it is done.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from domain.fraud.aggregates import Profile
from domain.fraud.history import LATE_AFTER, HistoryKind, Labels, Paid, Row

PROFILE_KEPT: Final = timedelta(days=400)
"""After its last change. Its windows are empty long before; but whom a customer paid a year ago is no new payee."""
MARK_KEPT: Final = LATE_AFTER + timedelta(days=53)
"""What is older than LATE_AFTER changes no profile, so that a mark may go a while after that: here as long again as a
queue and its dead-letter queue keep a message, and some weeks more."""
LABELS_KEPT: Final = timedelta(days=400)
"""Longer than the networks let anybody dispute a payment."""
ROW_KEPT: Final = timedelta(days=60)
"""Rows are bundled within hours; so long may nobody notice that they are not."""
NAMED_BY: Final = ("learnt_at", "subject", "source", "said_at", "happened_at")
"""What tells a row from every other; the first two put it in its place."""
SHARDS: Final = 8
"""Partitions over which an hour's rows are spread: 1,000 writes a second each."""


@dataclass(frozen=True, slots=True)
class KeptProfile:
    profile: Profile
    version: int


@dataclass(frozen=True, slots=True)
class KeptLabels:
    labels: Labels
    version: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a subject, and of the profiles that were asked for."""

    paid: Paid | None
    labels: KeptLabels | None
    profiles: Mapping[str, KeptProfile]
    """Key of the profile -> what is kept; one that has none is left out."""


@dataclass(frozen=True, slots=True)
class NewRow:
    kind: HistoryKind
    learnt_at: datetime
    row: Row

    @property
    def name(self) -> str:
        """Its place within its hour, which no other row has."""
        return "#".join(str(self.row[name]) for name in NAMED_BY if name in self.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What follows from one event. Written as a whole, over what it was made from, or not at all."""

    row: NewRow
    paid: Paid | None = None
    """Marked as applied; there may be no mark yet."""
    labels: tuple[str, KeptLabels] | None = None
    """Of this subject, with the version that it is to have."""
    profiles: Mapping[str, KeptProfile] = field(default_factory=dict)
    """With the version that each is to have; the first is 1."""


@dataclass(frozen=True, slots=True)
class RowPage:
    rows: tuple[Row, ...]
    after: str | None
    """Where the next page begins; None at the end."""


class FeatureStore(Protocol):
    def known(self, subject: str, profiles: Sequence[str]) -> Known:
        """One consistent reading."""
        ...

    def write(self, change: Change) -> bool:
        """False, and nothing written, when something it was made from has changed."""
        ...

    def credential(self, customer: str) -> datetime | None:
        """When the customer last changed one; None when it is not known."""
        ...

    def note_credential(self, customer: str, changed_at: datetime, *, was: datetime | None, row: NewRow) -> bool:
        """False, and nothing written, when another moment than `was` is kept."""
        ...

    def rows(self, kind: HistoryKind, hour: datetime, shard: int, *, after: str | None, limit: int) -> RowPage:
        """Rows that were learnt within a UTC hour, in the order of their names."""
        ...

    def bundled_through(self) -> datetime | None:
        """The last hour whose rows lie in files; None before the first."""
        ...

    def note_bundled(self, hour: datetime) -> None:
        """Never goes back."""
        ...


def hour_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def shard_of(subject: str) -> int:
    return zlib.crc32(subject.encode()) % SHARDS
