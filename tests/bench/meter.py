"""Measures what one operation of the ledger asks of DynamoDB: items, units and round trips, from the real requests.

Write units come from the bodies as they left, read units from the items that came back. A round trip is one call of
the store's seam: the heads of a command are read in one, in parallel.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from domain.ledger.attributes import Item
from domain.ledger.codec import item_of_image
from domain.ledger.store import LedgerStore
from domain.ledger.store_dynamodb import DynamoLedgerStore
from tests.bench.item_size import consistent_read_units, item_size, transactional_write_units
from tests.faults import Sent, Wire

INDEXES: Final = (("tk", "ts"), ("xk", "xs"))
WRITING: Final = frozenset({"append", "append_total", "register"})


@dataclass(frozen=True)
class Cost:
    """What one operation cost. `items` counts written ones; `checks` are heads that were only guarded."""

    items: int
    checks: int
    write_units: int
    index_units: int
    read_units: int
    read_rounds: int
    write_rounds: int
    bytes: tuple[tuple[str, int], ...] = field(default=(), compare=False)
    """Sort key and size of each item, the journal first."""


class Meter:
    """Stands between a service and its store, and on the wire below."""

    def __init__(self, store: DynamoLedgerStore, *, in_process: bool) -> None:
        self._store = store
        self._wire = Wire(store.connection, in_process=in_process)
        self._read_units = 0
        self._calls: list[str] = []
        self._count_answers(store.connection.client)

    @property
    def store(self) -> LedgerStore:
        """The store, with its calls noted."""
        return cast("LedgerStore", _Noted(self._store, self._calls))

    def measure(self, operation: Callable[[], object]) -> Cost:
        self._wire.clear()
        self._calls.clear()
        self._read_units = 0
        operation()
        puts = [item for sent in self._wire.sent for item in items_put(sent)]
        checks = sum(checks_in(sent) for sent in self._wire.sent)
        written = sum(transactional_write_units(item_size(item)) for item in puts)
        return Cost(
            items=len(puts),
            checks=checks,
            write_units=written + checks * transactional_write_units(1),
            index_units=sum(index_units(item) for item in puts),
            read_units=self._read_units,
            read_rounds=sum(call not in WRITING for call in self._calls),
            write_rounds=sum(call in WRITING for call in self._calls),
            bytes=tuple((item["sk"]["S"], item_size(item)) for item in puts),
        )

    def _count_answers(self, client: Any) -> None:
        call = client._make_api_call

        def counted(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
            parsed: dict[str, Any] = call(operation, parameters)
            if operation == "Query":
                self._read_units += consistent_read_units(sum(map(item_size, parsed["Items"])))
            elif operation == "GetItem":
                self._read_units += consistent_read_units(item_size(parsed.get("Item", {})))
            return parsed

        client._make_api_call = counted


class _Noted:
    def __init__(self, store: DynamoLedgerStore, calls: list[str]) -> None:
        self._store = store
        self._calls = calls

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self._store, name)

        def noted(*args: Any, **kwargs: Any) -> Any:
            self._calls.append(name)
            return call(*args, **kwargs)

        return noted


def items_put(sent: Sent) -> list[Item]:
    if sent.operation == "TransactWriteItems":
        parts = [part["Put"]["Item"] for part in sent.body["TransactItems"] if "Put" in part]
    else:
        parts = [sent.body["Item"]] if sent.operation == "PutItem" else []
    return [item_of_image(part) for part in parts]


def checks_in(sent: Sent) -> int:
    return sum("ConditionCheck" in part for part in sent.body.get("TransactItems", ()))


def index_units(item: Item) -> int:
    """An index of keys only takes one unit a kilobyte of the item's keys, outside the transaction."""
    entries = [
        {name: item[name] for name in ("pk", "sk", partition, sort)} for partition, sort in INDEXES if partition in item
    ]
    return sum(transactional_write_units(item_size(entry)) // 2 for entry in entries)
