"""Reading a region's whole ledger table beside its writers: one scan, then by key what the scan came too early for."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from domain.ledger.attributes import Item
from domain.ledger.codec import decode_journal, decode_leg, decode_line
from domain.ledger.item_keys import JOURNAL_SORT, journal_key, leg_sort, legs_key, line_sort, log_key
from domain.ledger.model import Journal, LedgerSettings, LegItem, Line, Position
from domain.ledger.store import minute_of
from ops.verify.world import World, complete, of_items

PAGES_MAX: Final = 1_000_000
"""A scan ends; a million pages are a terabyte."""


class ScanWithoutEnd(Exception):
    """The table goes on beyond every bound: something is wrong with the paging."""


class TableReader:
    """Consistent reads of one ledger table by a plain client: the judge does not share the store it judges."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def scan(self) -> Iterator[Item]:
        start: Mapping[str, Any] = {}
        for _ in range(PAGES_MAX):
            page = self._client.scan(TableName=self._table, ConsistentRead=True, **start)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        raise ScanWithoutEnd(self._table)

    def journal(self, journal_id: str) -> Journal | None:
        item = self._item(journal_key(journal_id), JOURNAL_SORT)
        return decode_journal(item) if item else None

    def line(self, account: str, position: Position) -> Line | None:
        item = self._item(log_key(account), line_sort(position))
        return decode_line(item) if item else None

    def leg_item(self, leg: LegItem) -> LegItem | None:
        minute = minute_of(leg.booked_at)
        item = self._item(
            legs_key(leg.account, leg.region, leg.shard, minute.day), leg_sort(minute.hhmm, leg.journal, leg.leg)
        )
        return decode_leg(item) if item else None

    def _item(self, pk: str, sk: str) -> Item | None:
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        found: Item | None = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return found


def read_world(reader: TableReader, *, settings: LedgerSettings, now: datetime, cut: datetime) -> World:
    world = of_items(reader.scan(), settings=settings, now=now, cut=cut)
    complete(world, reader)
    return world
