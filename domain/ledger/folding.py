"""Folding: closed minutes of internal accounts become totals, so that a balance is one total and a short query.

A minute is closed when the store's own clock is `close_after` past its end: nothing stamped earlier can still
arrive. The folder reads ranges, writes one total for each minute that has legs, and at least one a UTC day, so that a
balance needs two day partitions at the most while the folder keeps up. A leg in a folded minute stops the line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Final

from domain.calendars import booked_day
from domain.clock import Clock
from domain.ids import internal_account
from domain.ledger.chart import BOOKS
from domain.ledger.hashing import digest_of_legs, hash_to_follow, sealed_total
from domain.ledger.model import Fault, LedgerSettings, LegItem, Position, Registration, Total
from domain.ledger.store import Appended, LedgerStore, Minute, day_text, minute_of

LEGS_PAGE: Final = 500
DAYS_IN_A_RUN_MAX: Final = 120
"""A folder that lags further than this goes on in its next run."""
LAST_MINUTE: Final = "2359"
DAYS_KEPT: Final = 64
"""The shards of a run mostly ask for the same days."""
AFTER_EVERY_LEG: Final = "~"
"""Sorts after `#`, so `<hhmm>~` stands after every leg of its minute and before the next minute's."""

Row = tuple[str, LegItem]
"""A leg with its sort key."""


class LegAfterClose(Fault):
    """A leg lies in a minute that was folded without it."""


@dataclass(frozen=True, slots=True)
class Folded:
    """What one run of the folder did."""

    shards: int
    totals: int
    up_to: datetime
    """Every shard is folded up to here; those that another folder is at work on, at least up to their last total."""


class Folder:
    def __init__(self, *, store: LedgerStore, settings: LedgerSettings, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._lasts: dict[tuple[str, int], Total] = {}
        """The last total of each shard, as the last run left it: the next one need not ask for it."""

    def open_books(self) -> None:
        """Registers every internal account of the chart, in every currency, before its first leg. May run again."""
        # A seed posts under a clock of its own, which may be long before the store's.
        since = day_text(min(self._store.time(), self._clock.now()))
        known = {registration.account for registration in self._store.registrations()}
        for account in self._books():
            if account not in known:
                self._store.register(Registration(account, since))

    def fold(self) -> Folded:
        """Folds every registered account up to the last closed minute."""
        closed = self._store.time() - self._settings.close_after
        totals = shards = 0
        up_to = closed
        for registration in self._store.registrations():
            for shard in range(self._settings.shards):
                shards += 1
                written, reached = self._fold_shard(registration, shard, closed)
                totals += written
                up_to = min(up_to, reached)
        return Folded(shards, totals, up_to)

    def balance_minor(self, account: str) -> int:
        """Credits minus debits of an internal account now, over its shards of this region: exact."""
        since = {found.account: found.since for found in self._store.registrations()}.get(account)
        if since is None:
            return 0
        return sum(self._shard_balance_minor(account, shard, since) for shard in range(self._settings.shards))

    def unfolded(self, account: str, shard: int, since: str) -> Iterator[LegItem]:
        """The legs that no total covers yet."""
        last = self._store.last_total(account, region=self._settings.region, shard=shard)
        today = self._clock.now().astimezone(UTC) + timedelta(days=1)  # a clock behind the writers' misses nothing
        for day in _days(last.day if last else since, day_text(today)):
            after = last.hhmm + AFTER_EVERY_LEG if last and last.day == day else None
            for _, item in self._rows(account, shard, day, after=after, before=None):
                yield item

    def _shard_balance_minor(self, account: str, shard: int, since: str) -> int:
        last = self._store.last_total(account, region=self._settings.region, shard=shard)
        late = sum(item.signed_minor for item in self.unfolded(account, shard, since))
        return (last.posted_minor if last else 0) + late

    def _fold_shard(self, registration: Registration, shard: int, closed: datetime) -> tuple[int, datetime]:
        """Folds the minutes that are closed: how many totals were written, and up to when the shard is folded now."""
        account, written, until = registration.account, 0, minute_of(closed)
        remembered = self._lasts.pop((account, shard), None)
        last = remembered or self._store.last_total(account, region=self._settings.region, shard=shard)
        if last is not None and (last.day, last.hhmm) >= (until.day, until.hhmm):
            return 0, closed
        days, marked = _days_to_fold(last.day if last else registration.since, until.day, DAYS_IN_A_RUN_MAX)
        for day in days:
            after = last.hhmm if last and last.day == day else None
            before = until.hhmm if day == until.day else None
            rows = self._rows(account, shard, day, after=after, before=before)
            for total in self._totals(account, shard, day, rows, last=last, marked=day == marked):
                if not isinstance(self._store.append_total(total, now=self._clock.now()), Appended):
                    # Another folder is at work on this shard, or has been: then what was remembered is old.
                    if remembered and not written:
                        return self._fold_shard(registration, shard, closed)
                    return written, _end_of(last, registration)
                last, written = total, written + 1
        if last is not None:
            self._lasts[account, shard] = last
        return written, closed if days[-1:] == (until.day,) else _end_of(last, registration)

    def _totals(
        self, account: str, shard: int, day: str, rows: Iterator[Row], *, last: Total | None, marked: bool
    ) -> Iterator[Total]:
        """One total for each minute with legs; a `marked` day gets at least one.

        Where the day is that of the last total, its minute comes first, and is checked instead.
        """
        minutes = groupby(rows, key=_minute_in)
        if last is not None and last.day == day:
            _check_unchanged(last, *next(minutes, (last.hhmm, ())))
        for hhmm, minute in minutes:
            last = self._total(account, shard, Minute(day, hhmm), tuple(item for _, item in minute), last)
            yield last
        if marked and (last is None or last.day != day):
            yield self._total(account, shard, Minute(day, LAST_MINUTE), (), last)

    def _total(self, account: str, shard: int, minute: Minute, items: tuple[LegItem, ...], last: Total | None) -> Total:
        booked_days = {item.booked_day for item in items}
        if len(booked_days) > 1:
            raise Fault(f"{account} shard {shard} minute {minute.day} {minute.hhmm} has several booked days")
        credits_minor = sum(item.signed_minor for item in items if item.signed_minor > 0)
        debits_minor = -sum(item.signed_minor for item in items if item.signed_minor < 0)
        return sealed_total(
            Total(
                account=account,
                region=self._settings.region,
                shard=shard,
                position=Position(self._settings.epoch, last.position.seq + 1 if last else 1),
                day=minute.day,
                hhmm=minute.hhmm,
                booked_day=min(booked_days) if booked_days else self._booked_day(minute),
                count=len(items),
                credits_minor=credits_minor,
                debits_minor=debits_minor,
                posted_minor=(last.posted_minor if last else 0) + credits_minor - debits_minor,
                digest=digest_of_legs(items),
                previous_hash=hash_to_follow(last),
            )
        )

    def _booked_day(self, minute: Minute) -> date:
        instant = datetime.fromisoformat(f"{minute.day}T{minute.hhmm}").replace(tzinfo=UTC)
        return booked_day(self._settings.jurisdiction, instant)

    def _rows(self, account: str, shard: int, day: str, *, after: str | None, before: str | None) -> Iterator[Row]:
        region = self._settings.region
        while True:
            page = self._store.leg_items(
                account, region=region, shard=shard, day=day, after=after, before=before, limit=LEGS_PAGE
            )
            yield from page.rows
            if not page.more:
                return
            after = page.rows[-1][0]

    def _books(self) -> Iterator[str]:
        for currency in self._settings.currencies:
            for book in BOOKS.values():
                if not book.guarded and book.name != "incoming":
                    yield internal_account(self._settings.jurisdiction.code, currency, book.name)


def _check_unchanged(last: Total, hhmm: str, minute: Iterable[Row]) -> None:
    """The last folded minute still holds exactly the legs it was folded from; `verify` does this for all."""
    items = tuple(item for _, item in minute) if hhmm == last.hhmm else ()
    if digest_of_legs(items) != last.digest:
        raise LegAfterClose(f"{last.account} shard {last.shard}: minute {last.day} {last.hhmm} has changed")


def _end_of(last: Total | None, registration: Registration) -> datetime:
    """Up to when a shard is folded by its last total."""
    if last is None:
        return datetime.strptime(registration.since, "%Y%m%d").replace(tzinfo=UTC)
    return datetime.strptime(last.day + last.hhmm, "%Y%m%d%H%M").replace(tzinfo=UTC) + timedelta(minutes=1)


def _minute_in(row: Row) -> str:
    """The hhmm that leads a leg's sort key."""
    return row[0].partition("#")[0]


@lru_cache(maxsize=DAYS_KEPT)
def _days_to_fold(first: str, last: str, limit: int) -> tuple[tuple[str, ...], str | None]:
    """The days of one run, and the last that is over: it gets a total anyhow, so that a run always gets further."""
    days = _days(first, last)[:limit]
    return days, max((day for day in days if day < last), default=None)


@lru_cache(maxsize=DAYS_KEPT)
def _days(first: str, last: str) -> tuple[str, ...]:
    """The days from `first` to `last`, both included, as yyyymmdd."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return tuple(day_text(start + timedelta(days=n)) for n in range((end - start).days + 1))
