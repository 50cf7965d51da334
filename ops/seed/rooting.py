"""The daily roots of the history that was just made, so that a new bank has something to be checked against.

Three months are two thousand hours of the time index, which the local engine would be asked for one by one. So the
ledger is read once as a whole, and the roots are made from the copy; they are signed and kept like any others.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from domain.ledger.item_keys import bucket_of, hour_of, moment_sort
from domain.ledger.roots import DAYS_IN_A_RUN_MAX, DailyRoots
from domain.ledger.store import Slice
from ops.seed.history import DAYS
from ops.verify.reading import TableReader
from ops.verify.world import World, of_items

if TYPE_CHECKING:
    from datetime import datetime

    from domain.ledger.model import Journal, LegItem, Line, Position, Registration, Total
    from functions.composition import Bank
    from ops.local.aws import Clients

RUNS_MAX: Final = DAYS // DAYS_IN_A_RUN_MAX + 2


class CopiedBooks:
    """A ledger as it was when it was read, answering like the store it was read from."""

    def __init__(self, world: World) -> None:
        self._world = world

    def registrations(self) -> tuple[Registration, ...]:
        return tuple(self._world.registrations.values())

    def booked_in_hour(self, hour: str, *, spread: int, after: str | None, limit: int) -> Slice[str]:
        return _after(self._by_time[spread, hour], after, limit)

    def journal(self, journal_id: str) -> Journal | None:
        return self._world.journals.get(journal_id)

    def line(self, account: str, position: Position) -> Line | None:
        return self._world.lines.get(account, {}).get(position)

    def totals(
        self, account: str, *, region: str, shard: int, after: Position | None = None, limit: int
    ) -> Slice[Total]:
        log = sorted(self._world.totals.get((account, region, shard), {}).items())
        rows = [total for position, total in log if after is None or position > after]
        return Slice(tuple(rows[:limit]), len(rows) > limit)

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
        legs = sorted(self._world.legs.get((account, region, shard), {}).items())
        rows = [(key[8:], leg) for key, leg in legs if key.startswith(day)]
        rows = [row for row in rows if (after is None or row[0] > after) and (before is None or row[0] < before)]
        return Slice(tuple(rows[:limit]), len(rows) > limit)

    def time(self) -> datetime:
        return self._world.now

    @cached_property
    def _by_time(self) -> dict[tuple[int, str], list[str]]:
        found: dict[tuple[int, str], list[str]] = defaultdict(list)
        for journal in self._world.journals.values():
            bucket = bucket_of(journal.id, self._world.settings.index_spread)
            found[bucket, hour_of(journal.booked_at)].append(moment_sort(journal.booked_at, journal.id))
        for rows in found.values():
            rows.sort()
        return found


def root_history(bank: Bank, clients: Clients) -> int:
    """Makes the root of every closed day of a folded history; how many there were."""
    now = bank.ledger_store.time()
    reader = TableReader(clients.dynamodb, bank.configuration.ledger_table)
    world = of_items(reader.scan(), settings=bank.settings, now=now, cut=now)
    roots = DailyRoots(
        books=CopiedBooks(world),
        roots=bank.root_store,
        signer=bank.root_signer,
        settings=bank.settings,
        reads_at_once=1,
    )
    return sum(roots.make().made for _ in range(RUNS_MAX))


def _after(rows: list[str], after: str | None, limit: int) -> Slice[str]:
    left = [row for row in rows if after is None or row > after]
    return Slice(tuple(left[:limit]), len(left) > limit)
