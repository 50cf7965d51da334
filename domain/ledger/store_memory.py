"""The ledger in memory: the same contract as DynamoDB's, and faults on request that emulators never raise.

One lock makes a transaction atomic. Faults are asked before and after every call: a fault may raise (the request or
the answer is lost, the process dies) or, before an append, answer with a conflict (a throttle, a rival transaction).
"""

import threading
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from domain.clock import Clock, instant_text
from domain.ledger.hashing import shard_of
from domain.ledger.item_keys import hour_of
from domain.ledger.model import (
    Claim,
    Journal,
    LedgerSettings,
    LegItem,
    Line,
    Position,
    Registration,
    State,
    Total,
)
from domain.ledger.store import Appended, Conflict, Replayed, Slice, StampRefused, Writes, day_text, minute_of

Row = TypeVar("Row")


class Faults(Protocol):
    def before(self, call: str) -> Conflict | None:
        """May raise: the request is lost. A conflict is answered by `append` in place of doing it."""
        ...

    def after(self, call: str) -> None:
        """May raise: it was done, but the answer is lost."""
        ...


class NoFaults:
    def before(self, call: str) -> Conflict | None:  # noqa: ARG002  (the protocol's signature)
        return None

    def after(self, call: str) -> None:  # noqa: ARG002  (the protocol's signature)
        return None


class MemoryLedgerStore:
    def __init__(self, *, clock: Clock, settings: LedgerSettings, faults: Faults | None = None) -> None:
        self._clock = clock
        self._settings = settings
        self.faults: Faults = faults or NoFaults()
        self._lock = threading.Lock()
        self.journals: dict[str, Journal] = {}
        self.lines_of: dict[str, list[Line]] = defaultdict(list)
        self.claims_of: dict[str, list[Claim]] = defaultdict(list)
        self.legs_of: dict[tuple[str, str, int, str], list[tuple[str, LegItem]]] = defaultdict(list)
        self.totals_of: dict[tuple[str, str, int], list[Total]] = defaultdict(list)
        self.registered_accounts: dict[str, Registration] = {}
        self._by_time: dict[tuple[int, str], list[str]] = defaultdict(list)
        self._by_expiry: dict[str, list[str]] = defaultdict(list)

    # The two verbs.

    def heads(self, accounts: Sequence[str]) -> Mapping[str, State]:
        self.faults.before("heads")
        with self._lock:
            found = {name: self.lines_of[name][-1].state for name in accounts if self.lines_of.get(name)}
        self.faults.after("heads")
        return found

    def append(self, writes: Writes, *, now: datetime) -> Appended | Replayed | Conflict:
        if conflict := self.faults.before("append"):
            return conflict
        self._check_stamp(now)
        with self._lock:
            outcome = self._append(writes)
        self.faults.after("append")
        return outcome

    def _check_stamp(self, now: datetime) -> None:
        if abs(self._clock.now() - now) > self._settings.signature_bound:
            raise StampRefused(f"stamped {instant_text(now)}, the store's clock is elsewhere")

    def _append(self, writes: Writes) -> Appended | Replayed | Conflict:
        if found := self.journals.get(writes.journal.id):
            return Replayed(found)
        taken = [line.state.key for line in writes.lines] + list(writes.absent)
        for account, position in taken:
            if self._line(account, position):
                return Conflict(f"{account} has a line {position.epoch}/{position.seq}")
        claim = writes.claim
        if claim and any(other.n == claim.n for other in self.claims_of[claim.original]):
            return Conflict(f"{claim.original} has a reversal {claim.n}")
        self._write(writes)
        return Appended()

    def _write(self, writes: Writes) -> None:
        journal = writes.journal
        self.journals[journal.id] = journal
        for line in writes.lines:
            insort(self.lines_of[line.account], line, key=_position)
        for item in writes.legs:
            minute = minute_of(item.booked_at)
            key = f"{minute.hhmm}#{item.journal}#{item.leg}"
            insort(
                self.legs_of[item.account, item.region, item.shard, minute.day],
                (key, item),
                key=_sort_key,
            )
        if writes.claim:
            self.claims_of[writes.claim.original].append(writes.claim)
        if writes.registered:
            self._register(Registration(writes.registered, day_text(journal.booked_at)))
        spread = shard_of(journal.id, self._settings.index_spread)
        insort(
            self._by_time[spread, hour_of(journal.booked_at)],
            f"{instant_text(journal.booked_at)}#{journal.id}",
        )
        if journal.posted and journal.expires_at:
            insort(
                self._by_expiry[hour_of(journal.expires_at)],
                f"{instant_text(journal.expires_at)}#{journal.id}",
            )

    # Plain reads.

    def journal(self, journal_id: str) -> Journal | None:
        self.faults.before("journal")
        return self.journals.get(journal_id)

    def journals_named(self, journal_ids: Sequence[str]) -> Mapping[str, Journal]:
        self.faults.before("journals_named")
        return {name: self.journals[name] for name in journal_ids if name in self.journals}

    def line(self, account: str, position: Position) -> Line | None:
        self.faults.before("line")
        return self._line(account, position)

    def lines_at(self, places: Sequence[tuple[str, Position]]) -> Mapping[tuple[str, Position], Line]:
        self.faults.before("lines_at")
        found = {place: self._line(*place) for place in places}
        return {place: line for place, line in found.items() if line is not None}

    def lines(
        self,
        account: str,
        *,
        after: Position | None = None,
        before: Position | None = None,
        descending: bool = False,
        limit: int,
    ) -> Slice[Line]:
        self.faults.before("lines")
        rows = self.lines_of.get(account, [])
        first = bisect_right(rows, after, key=_position) if after else 0
        last = bisect_left(rows, before, key=_position) if before else len(rows)
        found = rows[first:last]
        return _cut(found[::-1] if descending else found, limit)

    def last_claim(self, original: str) -> Claim | None:
        self.faults.before("last_claim")
        return max(self.claims_of.get(original, ()), key=lambda claim: claim.n, default=None)

    def claims(self, original: str) -> tuple[Claim, ...]:
        self.faults.before("claims")
        return tuple(sorted(self.claims_of.get(original, ()), key=lambda claim: claim.n))

    def leg_items(
        self,
        account: str,
        *,
        region: str,
        shard: int,
        day: str,
        after: str | None = None,
        before: str | None = None,
        limit: int,
    ) -> Slice[tuple[str, LegItem]]:
        self.faults.before("leg_items")
        rows = self.legs_of.get((account, region, shard, day))
        if rows is None:
            return Slice((), more=False)
        first = bisect_right(rows, after, key=_sort_key) if after is not None else 0
        last = bisect_left(rows, before, key=_sort_key) if before is not None else len(rows)
        return _cut(rows[first:last], limit)

    def registrations(self) -> tuple[Registration, ...]:
        self.faults.before("registrations")
        return tuple(sorted(self.registered_accounts.values(), key=lambda found: found.account))

    def register(self, registration: Registration) -> None:
        self.faults.before("register")
        self._register(registration)

    def append_total(self, total: Total, *, now: datetime) -> Appended | Conflict:
        if conflict := self.faults.before("append_total"):
            return conflict
        self._check_stamp(now)
        with self._lock:
            log = self.totals_of[total.account, total.region, total.shard]
            if any(other.position == total.position for other in log):
                return Conflict(f"{total.account} shard {total.shard} has a total {total.position.seq}")
            insort(log, total, key=lambda total: total.position)
        self.faults.after("append_total")
        return Appended()

    def last_total(self, account: str, *, region: str, shard: int) -> Total | None:
        self.faults.before("last_total")
        log = self.totals_of.get((account, region, shard))
        return log[-1] if log else None

    def totals(
        self, account: str, *, region: str, shard: int, after: Position | None = None, limit: int
    ) -> Slice[Total]:
        self.faults.before("totals")
        log = self.totals_of.get((account, region, shard), [])
        return _cut([total for total in log if after is None or total.position > after], limit)

    def booked_in_hour(self, hour: str, *, spread: int, after: str | None, limit: int) -> Slice[str]:
        self.faults.before("booked_in_hour")
        return _after(self._by_time.get((spread, hour), []), after, limit)

    def expiring_in_hour(self, hour: str, *, after: str | None, limit: int) -> Slice[str]:
        self.faults.before("expiring_in_hour")
        return _after(self._by_expiry.get(hour, []), after, limit)

    def time(self) -> datetime:
        self.faults.before("time")
        return self._clock.now().replace(microsecond=0)

    def _register(self, registration: Registration) -> None:
        known = self.registered_accounts.get(registration.account, registration)
        self.registered_accounts[registration.account] = min(known, registration, key=lambda found: found.since)

    def _line(self, account: str, position: Position) -> Line | None:
        rows = self.lines_of.get(account)
        if not rows or rows[-1].state.position < position:
            return None
        at = bisect_left(rows, position, key=_position)
        return rows[at] if at < len(rows) and rows[at].position == position else None


def _position(line: Line) -> Position:
    return line.state.position


def _sort_key(row: tuple[str, LegItem]) -> str:
    return row[0]


def _cut(rows: Sequence[Row], limit: int) -> Slice[Row]:
    return Slice(tuple(rows[:limit]), len(rows) > limit)


def _after(rows: list[str], after: str | None, limit: int) -> Slice[str]:
    return _cut(rows[bisect_right(rows, after) :] if after else rows, limit)
