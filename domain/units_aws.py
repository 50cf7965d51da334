"""How large DynamoDB says an item is, and what a request costs in units.

Worked out from what was sent and answered, because emulators misreport ConsumedCapacity and asking for it makes every
answer longer. Rules of the developer guide, "DynamoDB item sizes and formats", "Read and write operations" and
"Global secondary indexes: Provisioned throughput considerations": a write unit is a kilobyte, in a transaction twice;
a read unit is four kilobytes, half of it where the read may be stale; whatever is not there counts as if it were small.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.metering import Used

KILOBYTE: Final = 1024
READ_BYTES: Final = 4 * KILOBYTE
WRITES_IN_TRANSACTION: Final = 2
"""A transactional write costs twice: once to prepare, once to commit."""
KEYS_ONLY: Final = "KEYS_ONLY"
NEW: Final = "attribute_not_exists"
HIDING: Final = ("FilterExpression", "ProjectionExpression")
"""A query that leaves things out is charged for what it left out, which its answer does not show."""

Item = Mapping[str, Mapping[str, Any]]
Json = Mapping[str, Any]


class Unmeasurable(Exception):
    """What the request would cost cannot be told from its answer; it is not sent."""


@dataclass(frozen=True, slots=True)
class IndexKeys:
    """A global secondary index, as far as it decides what a write costs."""

    partition: str
    sort: str
    keys_only: bool

    def entry(self, item: Item) -> Item | None:
        """The item's entry in the index; None when it has none."""
        if self.partition not in item or self.sort not in item:
            return None
        if not self.keys_only:
            return item
        return {name: item[name] for name in ("pk", "sk", self.partition, self.sort)}


IndexesOf = Callable[[str], Sequence[IndexKeys]]
"""The indexes of a table, by its name."""


def check(operation: str, request: Json) -> None:
    if any(name in request for name in HIDING):
        raise Unmeasurable(f"{operation} hides a part of what it reads")


def used(operation: str, request: Json, answer: Json | None, *, indexes_of: IndexesOf) -> Used:
    """What one request cost. Without an answer (a condition failed, or it was lost) the least that it can have."""
    price = _PRICES.get(operation)
    return price(request, answer, indexes_of) if price else Used(calls=1)


def indexes_in(description: Json) -> tuple[IndexKeys, ...]:
    """The indexes of a table from its description, in the shape of DescribeTable."""
    return tuple(map(_index, description.get("GlobalSecondaryIndexes", ())))


def _index(described: Json) -> IndexKeys:
    partition, sort = (key["AttributeName"] for key in described["KeySchema"])
    return IndexKeys(partition, sort, keys_only=described["Projection"]["ProjectionType"] == KEYS_ONLY)


# Sizes.


def item_size(item: Item) -> int:
    return sum([text_size(name) + value_size(value) for name, value in item.items()])


def value_size(attribute: Mapping[str, Any]) -> int:
    """Names and text in UTF-8 bytes; true, false and null one byte; a list or map three, and one for each part."""
    ((kind, value),) = attribute.items()
    if kind == "S":
        return text_size(value)
    if kind == "N":
        return number_size(value)
    if kind == "B":
        return len(value)
    return _SIZES[kind](value)


def text_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def number_size(text: str) -> int:
    """About one byte for two significant digits, plus one, plus one when negative."""
    digits = text.lstrip("-").strip("0") or "0"
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")


_SIZES: Final[Mapping[str, Callable[[Any], int]]] = {
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "L": lambda parts: 3 + sum(1 + value_size(part) for part in parts),
    "M": lambda parts: 3 + len(parts) + item_size(parts),
    "SS": lambda texts: sum(map(text_size, texts)),
    "NS": lambda numbers: sum(map(number_size, numbers)),
    "BS": lambda parts: sum(map(len, parts)),
}


def write_units(size: int) -> int:
    return -(-size // KILOBYTE)


def read_halves(size: int, *, consistent: bool) -> int:
    return max(1, -(-size // READ_BYTES)) * (2 if consistent else 1)


# Prices.


def _got(request: Json, answer: Json | None, _: IndexesOf) -> Used:
    return _read([(answer or {}).get("Item", {})], consistent=request.get("ConsistentRead", False))


def _got_many(request: Json, answer: Json | None, _: IndexesOf) -> Used:
    """Each item is rounded up by itself; keys that lead nowhere count too, keys left unread do not."""
    total = Used(calls=1)
    answer = answer or {}
    for table, asked in request["RequestItems"].items():
        items = answer.get("Responses", {}).get(table, ())
        unread = len(answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", ()))
        absent = len(asked["Keys"]) - len(items) - unread
        consistent = asked.get("ConsistentRead", False)
        halves = sum(read_halves(item_size(item), consistent=consistent) for item in items)
        total += Used(read_halves=halves + absent * read_halves(0, consistent=consistent))
    return total


def _queried(request: Json, answer: Json | None, _: IndexesOf) -> Used:
    """The items of one query are rounded up together."""
    return _read((answer or {}).get("Items", ()), consistent=request.get("ConsistentRead", False))


def _read(items: Iterable[Item], *, consistent: bool) -> Used:
    return Used(calls=1, read_halves=read_halves(sum(map(item_size, items)), consistent=consistent))


def _put(request: Json, answer: Json | None, indexes_of: IndexesOf) -> Used:
    """Over an item that came back with the answer: the larger of the two. A failed condition costs as much."""
    item: Item = request["Item"]
    was: Item = (answer or {}).get("Attributes", {})
    units = write_units(max(item_size(item), item_size(was)))
    indexed = 0 if answer is None else _indexed(was, item, indexes_of(request["TableName"]))
    return Used(calls=1, write_units=units, index_units=indexed)


def _transacted(request: Json, answer: Json | None, indexes_of: IndexesOf) -> Used:
    """Checks here are of items that are not there; puts are of new ones. Indexes are written after it, once."""
    units = indexed = 0
    for part in request["TransactItems"]:
        put = part.get("Put")
        units += write_units(item_size(put["Item"])) if put else 1
        if put and answer is not None:
            indexed += _indexed({}, put["Item"], indexes_of(put["TableName"]))
    return Used(calls=1, write_units=WRITES_IN_TRANSACTION * units, index_units=indexed)


def _put_many(request: Json, answer: Json | None, indexes_of: IndexesOf) -> Used:
    unwritten = (answer or {}).get("UnprocessedItems", {})
    total = Used(calls=1)
    for table, requests in request["RequestItems"].items():
        left = unwritten.get(table, ())
        for put in requests:
            if put not in left:
                item = put["PutRequest"]["Item"]
                total += Used(
                    write_units=write_units(item_size(item)), index_units=_indexed({}, item, indexes_of(table))
                )
    return total


def _indexed(was: Item, item: Item, indexes: Sequence[IndexKeys]) -> int:
    return sum(_indexed_in(index.entry(was), index.entry(item), index) for index in indexes)


def _indexed_in(was: Item | None, entry: Item | None, index: IndexKeys) -> int:
    """An entry that stays the same costs nothing; one whose key changes is taken out and put in again."""
    if was == entry:
        return 0
    sizes = [item_size(one) for one in (was, entry) if one is not None]
    stays = was and entry and all(was[name] == entry[name] for name in (index.partition, index.sort))
    return write_units(max(sizes)) if stays else sum(map(write_units, sizes))


_PRICES: Final[Mapping[str, Callable[[Json, Json | None, IndexesOf], Used]]] = {
    "GetItem": _got,
    "BatchGetItem": _got_many,
    "Query": _queried,
    "Scan": _queried,
    "PutItem": _put,
    "TransactWriteItems": _transacted,
    "BatchWriteItem": _put_many,
}
"""What the bank asks of tables. All else (describing and making them) has no units."""
