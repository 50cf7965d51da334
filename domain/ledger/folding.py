"""Folding: closed minutes of internal accounts become totals, so that a balance is one total and a short query.

A minute is closed when the store's own clock is `close_after` past its end: nothing stamped earlier can still
arrive. The folder reads ranges, writes one total for each minute that has legs, and at least one a UTC day, so that a
balance needs two day partitions at the most while the folder keeps up. A leg in a folded minute stops the line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from domain.calendars import booked_day
from domain.clock import Clock
from domain.ids import internal_account
from domain.ledger.chart import BOOKS
from domain.ledger.hashing import digest_of_legs, hash_to_follow, sealed_total
from domain.ledger.model import Fault, LedgerSettings, LegItem, Position, Registration, Total
from domain.ledger.store import Appended, LedgerStore, Minute

LEGS_PAGE: Final = 500
DAYS_IN_A_RUN_MAX: Final = 120
"""A folder that lags further than this goes on in its next run."""
LAST_MINUTE: Final = "2359"
AFTER_EVERY_LEG: Final = "~"
"""Sorts after `#`, so `<hhmm>~` stands after every leg of its minute and before the next minute's."""


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

    def open_books(self) -> None:
        """Registers every internal account of the chart, in every currency, before its first leg. May run again."""
        # A seed posts under a clock of its own, which may be long before the store's.
        since = min(self._store.time(), self._clock.now()).strftime("%Y%m%d")
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
        for day in _days(last.day if last else since, today.strftime("%Y%m%d")):
            after = last.hhmm + AFTER_EVERY_LEG if last and last.day == day else None
            yield from self._legs(account, shard, day, after=after, before=None)

    def _shard_balance_minor(self, account: str, shard: int, since: str) -> int:
        last = self._store.last_total(account, region=self._settings.region, shard=shard)
        late = sum(item.signed_minor for item in self.unfolded(account, shard, since))
        return (last.posted_minor if last else 0) + late

    def _fold_shard(self, registration: Registration, shard: int, closed: datetime) -> tuple[int, datetime]:
        """How many totals were written, and up to when the shard is folded now."""
        account = registration.account
        last = self._store.last_total(account, region=self._settings.region, shard=shard)
        if last is not None:
            self._check_unchanged(last)
        written = 0
        closed_day = closed.strftime("%Y%m%d")
        days = _days(last.day if last else registration.since, closed_day)[:DAYS_IN_A_RUN_MAX]
        marked = max((day for day in days if day < closed_day), default=None)  # so that a run always gets further
        for day in days:
            after = last.hhmm + AFTER_EVERY_LEG if last and last.day == day else None
            before = closed.strftime("%H%M") if day == closed_day else None
            legs = self._legs(account, shard, day, after=after, before=before)
            for total in self._totals(account, shard, day, legs, last=last, marked=day == marked):
                if not isinstance(self._store.append_total(total, now=self._clock.now()), Appended):
                    return written, _end_of(last, registration)  # another folder is at work on this shard
                last, written = total, written + 1
        return written, closed if days[-1:] == [closed_day] else _end_of(last, registration)

    def _totals(
        self, account: str, shard: int, day: str, legs: Iterator[LegItem], *, last: Total | None, marked: bool
    ) -> Iterator[Total]:
        """One total for each minute with legs; a `marked` day gets at least one."""
        for hhmm, minute in groupby(legs, key=lambda item: item.booked_at.strftime("%H%M")):
            last = self._total(account, shard, Minute(day, hhmm), tuple(minute), last)
            yield last
        if marked and (last is None or last.day != day):
            yield self._total(account, shard, Minute(day, LAST_MINUTE), (), last)

    def _total(self, account: str, shard: int, minute: Minute, items: tuple[LegItem, ...], last: Total | None) -> Total:
        booked_days = {item.booked_day for item in items}
        if len(booked_days) > 1:
            raise Fault(f"{account} shard {shard} minute {minute.day} {minute.hhmm} has several booked days")
        instant = datetime.strptime(minute.day + minute.hhmm, "%Y%m%d%H%M").replace(tzinfo=UTC)
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
                booked_day=min(booked_days) if booked_days else booked_day(self._settings.jurisdiction, instant),
                count=len(items),
                credits_minor=credits_minor,
                debits_minor=debits_minor,
                posted_minor=(last.posted_minor if last else 0) + credits_minor - debits_minor,
                digest=digest_of_legs(items),
                previous_hash=hash_to_follow(last),
            )
        )

    def _check_unchanged(self, last: Total) -> None:
        """The last folded minute still holds exactly the legs it was folded from; `verify` does this for all."""
        key = last.hhmm
        items = tuple(self._legs(last.account, last.shard, last.day, after=key, before=key + AFTER_EVERY_LEG))
        if digest_of_legs(items) != last.digest:
            raise LegAfterClose(f"{last.account} shard {last.shard}: minute {last.day} {last.hhmm} has changed")

    def _legs(self, account: str, shard: int, day: str, *, after: str | None, before: str | None) -> Iterator[LegItem]:
        region = self._settings.region
        while True:
            page = self._store.leg_items(
                account, region=region, shard=shard, day=day, after=after, before=before, limit=LEGS_PAGE
            )
            for _, item in page.rows:
                yield item
            if not page.more:
                return
            after = page.rows[-1][0]

    def _books(self) -> Iterator[str]:
        for currency in self._settings.currencies:
            for book in BOOKS.values():
                if not book.guarded and book.name != "incoming":
                    yield internal_account(self._settings.jurisdiction.code, currency, book.name)


def _end_of(last: Total | None, registration: Registration) -> datetime:
    """Up to when a shard is folded by its last total."""
    if last is None:
        return datetime.strptime(registration.since, "%Y%m%d").replace(tzinfo=UTC)
    return datetime.strptime(last.day + last.hhmm, "%Y%m%d%H%M").replace(tzinfo=UTC) + timedelta(minutes=1)


def _days(first: str, last: str) -> list[str]:
    """The days from `first` to `last`, both included, as yyyymmdd."""
    start = datetime.strptime(first, "%Y%m%d").replace(tzinfo=UTC)
    end = datetime.strptime(last, "%Y%m%d").replace(tzinfo=UTC)
    return [(start + timedelta(days=n)).strftime("%Y%m%d") for n in range((end - start).days + 1)]
