"""DynamoDB tables of the bank's quiet parts (customers, keys, audit, notices), through PynamoDB.

One `Connection` serves every table of a region, and keeps its connections open.
A `Table` speaks the few verbs those parts need, nearly all with a condition, so that nothing is overwritten
by accident.
The ledger does not come through here; it has its own, narrower, seam.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected
from pynamodb.connection.base import Connection, MetaTable
from pynamodb.exceptions import GetError, PutError, PynamoDBException, TableError, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from domain import units_aws
from domain.connection_aws import Repeats, WireConnection, in_passing
from domain.metering import Meter
from domain.unsettled import Unsettled

Value = str | int | bool | bytes | None | Sequence["Value"] | Mapping[str, "Value"]
Item = Mapping[str, Value]
Attribute = dict[str, Any]
"""An attribute as DynamoDB spells it: {"S": "text"}."""

CONNECT_TIMEOUT_SECONDS: Final = 1.0
"""DynamoDB is in the same region: a connection that takes a second is a broken one."""
READ_TIMEOUT_SECONDS: Final = 2.0
"""A single-item call answers in milliseconds; two seconds leave room for a retry inside a request."""
TRIES_MAX: Final = 3
"""Writes are conditional, so a repetition of a lost one finds its own item instead of writing twice."""
PAUSE_SECONDS: Final = 0.05
REPEATED_OPERATIONS: Final = frozenset(
    {"BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactWriteItems"}
)
CONNECTIONS_MAX: Final = 10
PAGE_MAX: Final = 100
"""The most items one query returns."""
UNPROCESSED_MAX: Final = 4
"""Rounds of one batch: DynamoDB leaves keys unread only beyond 16 MB or when throttled."""
TRANSACTION_ITEMS_MAX: Final = 100
"""What DynamoDB takes in one transaction."""

CONFLICTS_MAX: Final = 5
"""Two who write the same keys at once meet inside one transaction; by the next try the other has ended."""

_CONDITION_FAILED: Final = "ConditionalCheckFailed"
_CONFLICT: Final = "TransactionConflict"
_PASSING: Final = frozenset({_CONFLICT, "ProvisionedThroughputExceeded", "ThrottlingError"})
"""Why a transaction is cancelled that may be made a moment later."""


class Contended(Unsettled):
    """Too many writers of one key at once. Nothing was written; the request may be made again."""


class Unanswered(Unsettled):
    """What was asked was not answered in time; of a write nothing says whether it was made."""


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index: its name, its two key attributes, and whether it has the items' keys alone."""

    name: str
    hash_key: str
    range_key: str
    keys_only: bool = False


def connect(
    *,
    region: str,
    endpoint: str | None = None,
    meter: Meter | None = None,
    access_key_id: str | None = None,
    secret_access_key: str | None = None,
    read_timeout_seconds: float = READ_TIMEOUT_SECONDS,
    tries_max: int = TRIES_MAX,
) -> Connection:
    """A connection to DynamoDB in `region`. Whoever cannot wait asks with a shorter timeout and fewer tries.

    Without `endpoint` and keys botocore's own chains find both: the role on AWS, `AWS_ENDPOINT_URL` at home.
    """
    return WireConnection(
        region=region,
        endpoint_url=endpoint,
        connect_timeout_seconds=CONNECT_TIMEOUT_SECONDS,
        read_timeout_seconds=read_timeout_seconds,
        connections_max=CONNECTIONS_MAX,
        repeats=Repeats(REPEATED_OPERATIONS, tries_max=tries_max, pause_seconds=PAUSE_SECONDS),
        moment=lambda _: datetime.now(UTC),
        meter=meter,
        access_key_id=access_key_id,
        secret_access_key=secret_access_key,
    )


class Table:
    """One table with string keys `pk` and `sk`."""

    def __init__(self, connection: Connection, name: str, *indexes: Index) -> None:
        self.name = name
        self._connection = connection
        self._range_keys = {index.name: index.range_key for index in indexes}
        _make_known(connection, description(name, *indexes))

    def get(self, pk: str, sk: str) -> dict[str, Value] | None:
        answer = self._connection.get_item(self.name, pk, range_key=sk, consistent_read=True)
        found = answer.get("Item")
        return decoded(found) if found else None

    def get_many(self, keys: Sequence[tuple[str, str]]) -> list[dict[str, Value]]:
        """The items of these (pk, sk) that exist, in any order; at most `PAGE_MAX` keys, no key twice."""
        if len(keys) > PAGE_MAX:
            raise ValueError(f"{len(keys)} keys are more than {PAGE_MAX}")
        found: list[dict[str, Value]] = []
        asked: list[Any] = [{"pk": pk, "sk": sk} for pk, sk in keys]
        for _ in range(UNPROCESSED_MAX):
            if not asked:
                return found
            answer = self._connection.batch_get_item(self.name, asked, consistent_read=True)
            found += [decoded(item) for item in answer["Responses"].get(self.name, [])]
            asked = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
        raise RuntimeError(f"{self.name} left {len(asked)} keys unread {UNPROCESSED_MAX} times")

    def batch_got(self, asked: dict[str, Any]) -> dict[str, Any]:
        """For `read_together`, on the connection of this table."""
        return self._connection.dispatch("BatchGetItem", asked)

    def put_new(self, item: Item) -> bool:
        """False when the key is taken; then nothing was written."""
        return self._put(item, condition=Path("pk").does_not_exist())

    def replace(self, item: Item, *, attribute: str, expected: str | int | bytes) -> bool:
        """Puts the item over one whose `attribute` is as expected; False, and nothing written, when not."""
        return self._put(item, condition=Path(attribute) == encoded_value(expected), asks_back=True)

    def put_further(self, item: Item, *, attribute: str) -> bool:
        """Puts the item unless one stands there whose `attribute` is as great; False, and nothing written, then."""
        further = Path("pk").does_not_exist() | (Path(attribute) < encoded_value(item[attribute]))
        return self._put(item, condition=further)

    def put_all_new(self, *items: Item) -> bool:
        """All of the items or none, in one transaction: False when any key is taken."""
        return write_together(*map(self.new, items))

    def new(self, item: Item) -> "Write":
        """The item under a key that is free."""
        return self._write(item, Path("pk").does_not_exist())

    def over(self, item: Item, *, attribute: str, expected: str | int | bytes) -> "Write":
        """The item over one whose `attribute` is as expected."""
        return self._write(item, Path(attribute) == encoded_value(expected))

    def unchanged(self, pk: str, sk: str, *, attribute: str, expected: str | int | bytes) -> "Write":
        """Nothing is written; the others are only while the item's `attribute` is as expected."""
        condition = Path(attribute) == encoded_value(expected)
        asked = self._connection.get_operation_kwargs(self.name, pk, range_key=sk, condition=condition)
        return Write(self, asked, puts=False)

    def _write(self, item: Item, condition: Condition) -> "Write":
        asked = self._connection.get_operation_kwargs(
            self.name,
            str(item["pk"]),
            range_key=str(item["sk"]),
            key="Item",
            attributes=encoded(item),
            condition=condition,
        )
        return Write(self, asked, puts=True)

    def together(self, writes: "Sequence[Write]") -> bool:
        """For `write_together`, on the connection of this table."""
        puts = [write.asked for write in writes if write.puts]
        checks = [write.asked for write in writes if not write.puts]
        for _ in range(CONFLICTS_MAX):
            try:
                self._connection.transact_write_items(checks, (), puts, ())
            except TransactWriteError as error:
                codes = {reason.code for reason in error.cancellation_reasons if reason}
                if _CONDITION_FAILED in codes:
                    return False
                if codes != {_CONFLICT}:
                    raise
            else:
                return True
        raise Contended(f"{self.name}: {CONFLICTS_MAX} transactions in a row met another one")

    def put(self, item: Item) -> None:
        """Puts the item whatever was there: only for what must win over everything, such as a tombstone."""
        self._put(item, condition=None)

    def newest(
        self,
        pk: str,
        *,
        size: int,
        from_key: str,
        to_key: str,
        before: str | None,
        index: str | None = None,
    ) -> tuple[list[dict[str, Value]], str | None]:
        """Up to `size` items with range keys from `from_key` to `to_key`, both included, the greatest first.

        With `before` only items below that range key. Also returns the `before` of the next page, None at
        the end.
        """
        upper = to_key if before is None else min(before, to_key)
        return self._between(pk, from_key, upper, size=size, left_out=before, index=index, forward=False)

    def oldest(
        self,
        pk: str,
        *,
        size: int,
        from_key: str,
        to_key: str,
        after: str | None,
        index: str | None = None,
    ) -> tuple[list[dict[str, Value]], str | None]:
        """As `newest`, the smallest first: with `after` only items above that range key."""
        lower = from_key if after is None else max(after, from_key)
        return self._between(pk, lower, to_key, size=size, left_out=after, index=index, forward=True)

    def merged(
        self,
        pks: Sequence[str],
        *,
        size: int,
        from_key: str,
        to_key: str,
        beyond: str | None,
        index: str,
        forward: bool,
    ) -> tuple[list[dict[str, Value]], str | None]:
        """As `oldest` (or `newest`, when not `forward`) of several partitions of an index: a query for each of them.

        A range key stands in the page once: what is just moving from one of the partitions to another may be in both.
        """
        range_key = self._range_keys[index]
        found: dict[str, dict[str, Value]] = {}
        cuts: list[str] = []
        for pk in pks:
            page, following = self._from(
                pk, size=size, from_key=from_key, to_key=to_key, beyond=beyond, index=index, forward=forward
            )
            found |= {str(item[range_key]): item for item in page}
            cuts += [following] if following is not None else []
        # Beyond where one was cut, it may have what stands before the others' items.
        cut = (min if forward else max)(cuts, default=None)
        known = (key for key in found if cut is None or (key <= cut if forward else key >= cut))
        keys = sorted(known, reverse=not forward)[:size]
        more = cut is not None or len(keys) < len(found)
        return [found[key] for key in keys], keys[-1] if more and keys else None

    def _from(
        self,
        pk: str,
        *,
        size: int,
        from_key: str,
        to_key: str,
        beyond: str | None,
        index: str,
        forward: bool,
    ) -> tuple[list[dict[str, Value]], str | None]:
        if forward:
            return self.oldest(pk, size=size, from_key=from_key, to_key=to_key, after=beyond, index=index)
        return self.newest(pk, size=size, from_key=from_key, to_key=to_key, before=beyond, index=index)

    def _between(
        self,
        pk: str,
        lower: str,
        upper: str,
        *,
        size: int,
        left_out: str | None,
        index: str | None,
        forward: bool,
    ) -> tuple[list[dict[str, Value]], str | None]:
        if not 1 <= size <= PAGE_MAX:
            raise ValueError(f"a page has 1 to {PAGE_MAX} items, not {size}")
        if upper < lower:
            return [], None
        range_key = self._range_keys[index] if index else "sk"
        answer = self._connection.query(
            self.name,
            pk,
            range_key_condition=Path(range_key).between(lower, upper),
            consistent_read=index is None,
            index_name=index,
            limit=size + 2,  # one is left out, and one tells whether there is more
            scan_index_forward=forward,
        )
        found = [decoded(item) for item in answer["Items"]]
        page = [item for item in found if item[range_key] != left_out]
        more = len(page) > size or "LastEvaluatedKey" in answer  # the latter: cut by DynamoDB's 1 MB a query
        page = page[:size]
        return page, str(page[-1][range_key]) if more and page else None

    def _put(self, item: Item, *, condition: Condition | None, asks_back: bool = False) -> bool:
        """`asks_back`: the item that stood there comes with the answer, for the meter; DynamoDB charges nothing."""
        for _ in range(CONFLICTS_MAX):
            try:
                self._connection.put_item(
                    self.name,
                    str(item["pk"]),
                    range_key=str(item["sk"]),
                    attributes=encoded(item),
                    condition=condition,
                    return_values="ALL_OLD" if asks_back else None,
                )
            except PutError as error:
                code = _code(error)
                if code == f"{_CONDITION_FAILED}Exception":
                    return False
                if code != f"{_CONFLICT}Exception":
                    raise
            else:
                return True
        raise Contended(f"{self.name}: {CONFLICTS_MAX} puts in a row met a transaction")


@dataclass(frozen=True, slots=True)
class Write:
    """One part of a transaction, with what must be true for all of it to be written."""

    table: Table
    asked: Attribute
    puts: bool


def write_together(*writes: Write) -> bool:
    """All or nothing, also over several tables of one connection: False when any part's condition does not hold."""
    if not 1 <= len(writes) <= TRANSACTION_ITEMS_MAX:
        raise ValueError(f"a transaction has 1 to {TRANSACTION_ITEMS_MAX} parts, not {len(writes)}")
    return writes[0].table.together(writes)


@dataclass(frozen=True, slots=True)
class Reading:
    """Keys of one table, (pk, sk) each, none twice; `stale` may miss what was written within the last second."""

    table: Table
    keys: Sequence[tuple[str, str]]
    stale: bool = False

    @property
    def asked(self) -> dict[str, Any]:
        keys = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in self.keys]
        return {"Keys": keys} if self.stale else {"Keys": keys, "ConsistentRead": True}


@dataclass(frozen=True, slots=True)
class ReadTogether:
    """What one batch brought: of each reading, in their order, the items that exist by their (pk, sk)."""

    items: tuple[Mapping[tuple[str, str], Mapping[str, Value]], ...]
    units: float
    calls: int


def read_together(*readings: Reading) -> ReadTogether:
    """One batched read over several tables of one connection, each named once; at most `PAGE_MAX` keys.

    Raises Unanswered when DynamoDB does not answer in time.
    """
    if not 1 <= sum(len(reading.keys) for reading in readings) <= PAGE_MAX:
        raise ValueError(f"a batch has 1 to {PAGE_MAX} keys")
    asked = {reading.table.name: reading.asked for reading in readings if reading.keys}
    found: dict[str, dict[tuple[str, str], Mapping[str, Value]]] = {reading.table.name: {} for reading in readings}
    units = 0.0
    for calls in range(1, UNPROCESSED_MAX + 1):
        answer = _answered(readings[0].table, asked)
        units += units_aws.used("BatchGetItem", {"RequestItems": asked}, answer, indexes_of=lambda _: ()).read_units
        for name, items in answer["Responses"].items():
            found[name] |= {(item["pk"]["S"], item["sk"]["S"]): decoded(item) for item in items}
        asked = answer.get("UnprocessedKeys") or {}
        if not asked:
            return ReadTogether(tuple(found[reading.table.name] for reading in readings), units, calls)
    raise Unanswered(f"keys of {', '.join(asked)} were left unread {UNPROCESSED_MAX} times")


def _answered(table: Table, asked: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return table.batch_got({"RequestItems": asked})
    except (ClientError, NotConnected, HTTPClientError) as error:
        if in_passing(error):
            raise Unanswered(f"{', '.join(asked)}: {type(error).__name__}") from None
        raise


@contextmanager
def answered_in_time(what: str) -> Iterator[None]:
    """Raises Unanswered for a reading or a transaction within that may fare better a moment later."""
    try:
        yield
    except (GetError, TransactWriteError) as error:
        if _in_passing(error):
            raise Unanswered(f"{what}: {type(error.cause).__name__}") from error
        raise


def _code(error: PynamoDBException) -> str | None:
    """What the service calls its error; None where no answer came, of which PynamoDB's own way of asking breaks."""
    return str(error.cause.response["Error"]["Code"]) if isinstance(error.cause, ClientError) else None


def _in_passing(error: PynamoDBException) -> bool:
    if isinstance(error, TransactWriteError):
        codes = {reason.code for reason in error.cancellation_reasons if reason}
        if codes:
            return codes <= _PASSING
    cause = error.cause
    if isinstance(cause, ClientError) and isinstance(cause.__cause__, ClientError):
        cause = cause.__cause__  # PynamoDB's own leaves out the HTTP status
    return isinstance(cause, ClientError | NotConnected | HTTPClientError) and in_passing(cause)


def _make_known(connection: Connection, described: dict[str, Any]) -> None:
    """Several parts may keep their items in one table: they must describe it alike."""
    try:
        known = connection.get_meta_table(described["TableName"])
    except TableError:
        connection.add_meta_table(MetaTable(described))
        return
    if known.data != described:
        raise ValueError(f"{described['TableName']} is described in two ways")


def description(name: str, *indexes: Index) -> dict[str, Any]:
    """The table's keys in the shape of DescribeTable and CreateTable."""
    keys = (key for index in indexes for key in (index.hash_key, index.range_key))
    attributes = dict.fromkeys(("pk", "sk", *keys))  # indexes may share a range key
    return {
        "TableName": name,
        "KeySchema": _key_schema("pk", "sk"),
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in attributes],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": index.name,
                "KeySchema": _key_schema(index.hash_key, index.range_key),
                "Projection": {"ProjectionType": "KEYS_ONLY" if index.keys_only else "ALL"},
            }
            for index in indexes
        ],
    }


def encoded(item: Item) -> dict[str, Attribute]:
    """None is left out: an absent attribute and an empty one are the same thing here."""
    return {name: encoded_value(value) for name, value in item.items() if value is not None}


def encoded_value(value: Value) -> Attribute:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case Mapping():
            return {"M": encoded(value)}
        case Sequence():
            return {"L": [encoded_value(part) for part in value]}
    raise TypeError(f"{type(value).__name__} is not kept in a table")


def decoded(item: Mapping[str, Attribute]) -> dict[str, Value]:
    return {name: decoded_value(attribute) for name, attribute in item.items()}


def decoded_value(attribute: Attribute) -> Value:
    (kind, value), *rest = attribute.items()
    match kind:
        case "S" | "B" | "BOOL" if not rest:
            return value  # type: ignore[no-any-return]  # botocore has parsed it to exactly this type
        case "N":
            return int(value)
        case "M":
            return decoded(value)
        case "L":
            return [decoded_value(part) for part in value]
    raise TypeError(f"attribute of kind {kind} is not written here")


def _key_schema(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]
