"""History as files: the rows of each closed hour, kind by kind, in one Parquet object.

    history/<kind>/learnt=<yyyy-mm-dd>/<hh>.parquet

A row lies in the hour in which it was learnt, by the clock of whoever applied it, and is there soon after or never: an
hour is bundled when it has been over for longer than clocks may differ and a request may be on its way. What lies in an
hour then changes no more, so that its file is the same bytes whoever makes it, and again. Rows stay in the table for
weeks, so that nothing is lost while nobody bundles.

A decision is stored once, by the moment at which it was made, in the list of its day, and sent as soon as it has its
stamp: its hour is closed by the same rule, and it needs no row beside it.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final, Protocol

from domain.clock import Clock
from domain.fraud.decision_store import DAY_SHARDS, DecisionPage, position_before
from domain.fraud.feature_store import NAMED_BY, SHARDS, FeatureStore, hour_of
from domain.fraud.history import COLUMNS, HistoryKind, decision_row
from domain.fraud.kinds import Scope
from domain.fraud.parquet import ROWS_OF_GROUP_MAX, Row, file_of

CLOSES_AFTER: Final = timedelta(minutes=15)
"""A writer stamps a row and sends it at once; AWS refuses a signature after five minutes, and clocks of the bank differ
by seconds."""
FIRST_LOOK_BACK: Final = timedelta(hours=24)
"""Where nothing was ever bundled: rows are as old as the table."""
HOURS_MAX: Final = 48
"""Of one run: two days are caught up within one, and the next run goes on."""
LATE_HOURS: Final = 6
"""So many closed hours without a file, and somebody has to look."""
_PAGE: Final = 100
_PAGES_MAX: Final = 100_000
"""Of one shard of an hour: ten million rows, more than a partition can take."""
_HOUR: Final = timedelta(hours=1)


class Decisions(Protocol):
    """What was decided, as far as it is needed here."""

    def decisions_of_day(
        self, scope: Scope, day: date, shard: int, *, position: str | None, limit: int
    ) -> DecisionPage: ...


class HistoryFiles(Protocol):
    def put_new(self, key: str, content: bytes) -> bool:
        """False when a file of that name is there; then it stays as it is."""
        ...


@dataclass(frozen=True, slots=True)
class Bundled:
    hours: int
    files: int
    rows: int
    through: datetime | None
    """The last hour whose rows lie in files."""
    late: bool
    """Closed hours are left, so many that somebody has to look."""


class HistoryBundles:
    def __init__(self, *, store: FeatureStore, decisions: Decisions, files: HistoryFiles, clock: Clock) -> None:
        self._store = store
        self._decisions = decisions
        self._files = files
        self._clock = clock

    def bundle(self) -> Bundled:
        """Bundles the closed hours that are not, the oldest first, at most HOURS_MAX of them."""
        open_from = hour_of(self._clock.now() - CLOSES_AFTER)
        through = self._store.bundled_through() or self._begun(open_from)
        hour = through + _HOUR
        hours = files = rows = 0
        while hour < open_from and hours < HOURS_MAX:
            for kind in HistoryKind:
                found = self._bundled(kind, hour)
                files, rows = files + bool(found), rows + found
            self._store.note_bundled(hour)
            through, hour, hours = hour, hour + _HOUR, hours + 1
        return Bundled(hours, files, rows, through, late=open_from - hour > LATE_HOURS * _HOUR)

    def _begun(self, open_from: datetime) -> datetime:
        """Where nothing was ever bundled. Noted before anything is read: however long the first runs fail, the next
        one begins at the same hour.
        """
        through = hour_of(open_from - FIRST_LOOK_BACK) - _HOUR
        self._store.note_bundled(through)
        return through

    def _bundled(self, kind: HistoryKind, hour: datetime) -> int:
        """How many rows the file has; of none, there is no file."""
        counted = _Counted(heapq.merge(*self._parts(kind, hour), key=_order))
        content = file_of(COLUMNS[kind], counted.groups())
        if counted.rows:
            self._files.put_new(key_of(kind, hour), content)
        return counted.rows

    def _parts(self, kind: HistoryKind, hour: datetime) -> list[Iterator[Row]]:
        """The hour in parts, each in order."""
        if kind is HistoryKind.DECISIONS:
            return [self._decided(scope, hour, shard) for scope in Scope for shard in range(DAY_SHARDS)]
        return [self._rows(kind, hour, shard) for shard in range(SHARDS)]

    def _decided(self, scope: Scope, hour: datetime, shard: int) -> Iterator[Row]:
        position: str | None = position_before(hour)
        for _ in range(_PAGES_MAX):
            page = self._decisions.decisions_of_day(scope, hour.date(), shard, position=position, limit=_PAGE)
            for decision in page.decisions:
                if decision.decided_at >= hour + _HOUR:
                    return
                yield decision_row(decision)
            position = page.position
            if position is None:
                return
        raise RuntimeError(f"{scope.value} of {hour:%Y-%m-%d %H}, shard {shard}, has more than {_PAGES_MAX} pages")

    def _rows(self, kind: HistoryKind, hour: datetime, shard: int) -> Iterator[Row]:
        after: str | None = None
        for _ in range(_PAGES_MAX):
            page = self._store.rows(kind, hour, shard, after=after, limit=_PAGE)
            yield from page.rows
            after = page.after
            if after is None:
                return
        raise RuntimeError(f"{kind.value} of {hour:%Y-%m-%d %H}, shard {shard}, has more than {_PAGES_MAX} pages")


class _Counted:
    """Rows in groups, counted as they go by: an hour need not be held at once."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self.rows = 0

    def groups(self) -> Iterator[Sequence[Row]]:
        while group := list(islice(self._rows, ROWS_OF_GROUP_MAX)):
            self.rows += len(group)
            yield group


def key_of(kind: HistoryKind, hour: datetime) -> str:
    return f"history/{kind.value}/learnt={hour:%Y-%m-%d}/{hour:%H}.parquet"


def _order(row: Row) -> tuple[str, ...]:
    """That of their names (feature_store.NewRow): within a shard they come so."""
    return tuple(str(row[name]) for name in NAMED_BY if name in row)
