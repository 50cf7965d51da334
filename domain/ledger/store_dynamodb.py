"""The ledger in DynamoDB, through PynamoDB: the two verbs, and the plain reads.

`heads` is one short query an account, in parallel. `append` is one transaction of new keys, sent once and signed with
the moment of its decision. Nothing here updates or deletes.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Any, Final

from pynamodb.connection.base import MetaTable
from pynamodb.exceptions import GetError, PutError, QueryError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from domain.ledger.attributes import Item
from domain.ledger.codec import (
    decode_claim,
    decode_journal,
    decode_leg,
    decode_line,
    decode_registration,
    decode_total,
    encode_registration,
    encode_total,
    items_of,
)
from domain.ledger.item_keys import (
    AFTER_LINES,
    CLAIMS,
    JOURNAL_SORT,
    LINES,
    expiry_bucket,
    journal_key,
    legs_key,
    line_sort,
    log_key,
    registry_key,
    time_bucket,
)
from domain.ledger.model import (
    Claim,
    Fault,
    Journal,
    LedgerSettings,
    LegItem,
    Line,
    Position,
    Registration,
    State,
    Total,
)
from domain.ledger.shards import shard_account
from domain.ledger.store import Appended, Conflict, Replayed, Slice, Unanswered, Writes
from domain.ledger.store_dynamodb_outcome import (
    CONDITION_FAILED,
    fault_of_read,
    outcome_of_put,
    outcome_of_transaction,
)
from domain.metering import Meter
from domain.stamping_aws import StampedConnection, stamped

HEADS_AT_ONCE: Final = 8
"""Threads that read heads: a transfer with its joint limits in one round, a payroll page in four."""
PAGES_MAX: Final = 1000
"""A query answers at most 1 MB at a time; a reading of a gigabyte is a mistake."""
BATCH_MAX: Final = 100
"""BatchGetItem takes a hundred keys a call."""
UNPROCESSED_MAX: Final = 4
"""Rounds that leave keys unread: DynamoDB does so beyond 16 MB, or when throttled."""
BY_TIME: Final = "by_time"
BY_EXPIRY: Final = "by_expiry"
NEW_KEY: Final = "attribute_not_exists(pk)"
_NOWHERE: Final = "T"
"""A key that is never written: asked for when only the store's clock is of interest."""


class ReadingWithoutEnd(Fault):
    """A partition that is read as a whole is longer than anything the ledger writes there."""


class ClockMissing(Fault):
    """The store answered without saying what time it is."""


class DynamoLedgerStore:
    """`heads_at_once` 1 reads in the caller's thread alone, for emulators that are not thread-safe."""

    def __init__(
        self,
        *,
        table: str,
        region: str,
        settings: LedgerSettings,
        endpoint_url: str | None = None,
        heads_at_once: int = HEADS_AT_ONCE,
        meter: Meter | None = None,
    ) -> None:
        self._table = table
        self._settings = settings
        self._heads_at_once = heads_at_once
        self._starting = Lock()
        self._readers: ThreadPoolExecutor | None = None
        self.connection = StampedConnection(
            region=region, endpoint_url=endpoint_url, connections_max=2 * heads_at_once, meter=meter
        )
        self.connection.add_meta_table(MetaTable(table_keys(table)))

    # The two verbs.

    def heads(self, accounts: Sequence[str]) -> Mapping[str, State]:
        wanted = tuple(dict.fromkeys(accounts))
        alone = len(wanted) < 2 or self._heads_at_once < 2  # noqa: PLR2004 - one is nothing to share out
        found = map(self._head, wanted) if alone else self._pool().map(self._head, wanted)
        return {state.account: state for state in found if state is not None}

    def append(self, writes: Writes, *, now: datetime) -> Appended | Replayed | Conflict:
        items = items_of(writes, region=self._settings.region, spread=self._settings.index_spread)
        checks = [self._absence(account, position) for account, position in writes.absent]
        puts = [self._new(item) for item in items]
        puts[0]["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        with stamped(now):
            try:
                self.connection.transact_write_items(checks, (), puts, ())
            except TransactWriteError as error:
                return outcome_of_transaction(error, journal_at=len(checks))
        return Appended()

    # Plain reads.

    def journal(self, journal_id: str) -> Journal | None:
        item = self._item(journal_key(journal_id), JOURNAL_SORT)
        return None if item is None else decode_journal(item)

    def journals_named(self, journal_ids: Sequence[str]) -> Mapping[str, Journal]:
        found = map(decode_journal, self._items([(journal_key(name), JOURNAL_SORT) for name in journal_ids]))
        return {journal.id: journal for journal in found}

    def line(self, account: str, position: Position) -> Line | None:
        item = self._item(log_key(account), line_sort(position))
        return None if item is None else decode_line(item)

    def lines_at(self, places: Sequence[tuple[str, Position]]) -> Mapping[tuple[str, Position], Line]:
        keys = [(log_key(account), line_sort(position)) for account, position in places]
        return {line.state.key: line for line in map(decode_line, self._items(keys))}

    def lines(
        self,
        account: str,
        *,
        after: Position | None = None,
        before: Position | None = None,
        descending: bool = False,
        limit: int,
    ) -> Slice[Line]:
        low = None if after is None else line_sort(after)
        high = None if before is None else line_sort(before)
        found = self._between(log_key(account), low or LINES, high or AFTER_LINES, limit=limit, descending=descending)
        return Slice(tuple(map(decode_line, found.rows)), found.more)

    def last_claim(self, original: str) -> Claim | None:
        last = self._last(journal_key(original), CLAIMS)
        return None if last is None else decode_claim(last)

    def claims(self, original: str) -> tuple[Claim, ...]:
        return tuple(map(decode_claim, self._whole(journal_key(original), Path("sk").startswith(CLAIMS))))

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
        found = self._between(legs_key(account, region, shard, day), after, before, limit=limit)
        return Slice(tuple((item["sk"]["S"], decode_leg(item)) for item in found.rows), found.more)

    def registrations(self) -> tuple[Registration, ...]:
        """An account that was switched on several times is visited from the first time on."""
        since: dict[str, Registration] = {}
        for item in self._whole(registry_key(self._settings.region), None):
            found = decode_registration(item)
            since.setdefault(found.account, found)
            if found.since < since[found.account].since:
                since[found.account] = found
        return tuple(since[account] for account in sorted(since))

    def register(self, registration: Registration) -> None:
        item = encode_registration(registration, region=self._settings.region, seq=int(registration.since))
        outcome = self._put(item)
        if isinstance(outcome, Conflict) and outcome.reason != CONDITION_FAILED:
            raise Unanswered(f"{registration.account} was not registered: {outcome.reason}")

    def append_total(self, total: Total, *, now: datetime) -> Appended | Conflict:
        with stamped(now):
            return self._put(encode_total(total))

    def last_total(self, account: str, *, region: str, shard: int) -> Total | None:
        last = self._last(log_key(shard_account(account, region, shard)), LINES)
        return None if last is None else decode_total(last)

    def totals(
        self, account: str, *, region: str, shard: int, after: Position | None = None, limit: int
    ) -> Slice[Total]:
        low = LINES if after is None else line_sort(after)
        log = log_key(shard_account(account, region, shard))
        found = self._between(log, low, AFTER_LINES, limit=limit)
        return Slice(tuple(map(decode_total, found.rows)), found.more)

    def booked_in_hour(self, hour: str, *, spread: int, after: str | None, limit: int) -> Slice[str]:
        bucket = time_bucket(self._settings.region, spread, hour)
        found = self._between(bucket, after, None, limit=limit, index=BY_TIME, sort="ts")
        return Slice(tuple(item["ts"]["S"] for item in found.rows), found.more)

    def expiring_in_hour(self, hour: str, *, after: str | None, limit: int) -> Slice[str]:
        bucket = expiry_bucket(self._settings.region, hour)
        found = self._between(bucket, after, None, limit=limit, index=BY_EXPIRY, sort="xs")
        return Slice(tuple(item["xs"]["S"] for item in found.rows), found.more)

    def time(self) -> datetime:
        answer = self._get(_NOWHERE, _NOWHERE)
        said = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        if said is None:
            raise ClockMissing("an answer of the store has no Date")
        return parsedate_to_datetime(said).astimezone(UTC)

    # Single items.

    def _head(self, account: str) -> State | None:
        last = self._last(log_key(account), LINES)
        return None if last is None else decode_line(last).state

    def _item(self, partition: str, sort: str) -> Item | None:
        item: Item | None = self._get(partition, sort).get("Item")
        return item

    def _items(self, keys: Sequence[tuple[str, str]]) -> list[Item]:
        """Those that exist, in any order: a call for each `BATCH_MAX`, and for what DynamoDB left unread."""
        asked: list[Any] = [{"pk": pk, "sk": sk} for pk, sk in dict.fromkeys(keys)]
        found: list[Item] = []
        for _ in range(len(asked) // BATCH_MAX + UNPROCESSED_MAX):
            if not asked:
                return found
            batch, asked = asked[:BATCH_MAX], asked[BATCH_MAX:]
            answer = self._batch(batch)
            found += answer["Responses"].get(self._table, [])
            left = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            asked += [{name: attribute["S"] for name, attribute in key.items()} for key in left]
        raise Unanswered(f"{len(asked)} items were left unread {UNPROCESSED_MAX} times")

    def _batch(self, keys: list[Any]) -> dict[str, Any]:
        try:
            return self.connection.batch_get_item(self._table, keys, consistent_read=True)
        except GetError as error:
            raise fault_of_read(error) from error

    def _get(self, partition: str, sort: str) -> dict[str, Any]:
        try:
            return self.connection.get_item(self._table, partition, range_key=sort, consistent_read=True)
        except GetError as error:
            raise fault_of_read(error) from error

    def _put(self, item: Item) -> Appended | Conflict:
        try:
            self.connection.put_item(
                self._table,
                item["pk"]["S"],
                range_key=item["sk"]["S"],
                attributes=item,
                condition=Path("pk").does_not_exist(),
            )
        except PutError as error:
            return outcome_of_put(error)
        return Appended()

    def _new(self, item: Item) -> dict[str, Any]:
        return {"TableName": self._table, "Item": item, "ConditionExpression": NEW_KEY}

    def _absence(self, account: str, position: Position) -> dict[str, Any]:
        key = {"pk": {"S": log_key(account)}, "sk": {"S": line_sort(position)}}
        return {"TableName": self._table, "Key": key, "ConditionExpression": NEW_KEY}

    # Queries.

    def _last(self, partition: str, beginning: str) -> Item | None:
        condition = Path("sk").startswith(beginning)
        answer = self._query(partition, condition, limit=1, descending=True)
        items: list[Item] = answer["Items"]
        return items[0] if items else None

    def _between(
        self,
        partition: str,
        after: str | None,
        before: str | None,
        *,
        limit: int,
        descending: bool = False,
        index: str | None = None,
        sort: str = "sk",
    ) -> Slice[Item]:
        """Strictly between two sort keys. DynamoDB's `between` takes its bounds in, so two rows more are asked for."""
        if after is not None and before is not None and after >= before:
            return Slice((), more=False)
        rows: list[Item] = []
        start: Item | None = None
        for _ in range(PAGES_MAX):
            answer = self._query(
                partition,
                _range(sort, after, before),
                limit=limit + 3 - len(rows),
                descending=descending,
                index=index,
                start=start,
            )
            rows += [item for item in answer["Items"] if item[sort]["S"] not in (after, before)]
            start = answer.get("LastEvaluatedKey")
            if len(rows) > limit or not start:
                return Slice(tuple(rows[:limit]), more=len(rows) > limit)
        return Slice(tuple(rows), more=True)

    def _whole(self, partition: str, condition: Condition | None) -> list[Item]:
        rows: list[Item] = []
        start: Item | None = None
        for _ in range(PAGES_MAX):
            answer = self._query(partition, condition, start=start)
            rows += answer["Items"]
            start = answer.get("LastEvaluatedKey")
            if not start:
                return rows
        raise ReadingWithoutEnd(partition)

    def _query(
        self,
        partition: str,
        condition: Condition | None,
        *,
        limit: int | None = None,
        descending: bool = False,
        index: str | None = None,
        start: Item | None = None,
    ) -> dict[str, Any]:
        try:
            return self.connection.query(
                self._table,
                partition,
                range_key_condition=condition,
                consistent_read=index is None,
                index_name=index,
                limit=limit,
                scan_index_forward=not descending,
                exclusive_start_key=start,
            )
        except QueryError as error:
            raise fault_of_read(error) from error

    def _pool(self) -> ThreadPoolExecutor:
        with self._starting:
            if self._readers is None:
                self._readers = ThreadPoolExecutor(self._heads_at_once, thread_name_prefix="heads")
            return self._readers


def table_keys(table: str) -> dict[str, Any]:
    """The table's keys and indexes in the shape of DescribeTable, which PynamoDB builds its requests from."""
    return {
        "TableName": table,
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "tk", "ts", "xk", "xs")
        ],
        "KeySchema": _key_schema("pk", "sk"),
        "GlobalSecondaryIndexes": [
            _index(BY_TIME, "tk", "ts"),
            _index(BY_EXPIRY, "xk", "xs"),
        ],
    }


def _index(name: str, partition: str, sort: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": _key_schema(partition, sort),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def _key_schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def _range(sort: str, after: str | None, before: str | None) -> Condition | None:
    if after is not None and before is not None:
        return Path(sort).between(after, before)
    if after is not None:
        return Path(sort) > after
    return None if before is None else Path(sort) < before
