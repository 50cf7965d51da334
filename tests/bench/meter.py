"""Measures what one operation of the ledger asks of DynamoDB: items, units and round trips, from the real requests.

Units are the bank's own: those of the meter under its store. A round trip is one call of the store's seam: the heads
of a command are read in one, in parallel.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, cast

from domain import metering
from domain.ledger.attributes import Item
from domain.ledger.codec import item_of_image
from domain.ledger.store import LedgerStore
from domain.ledger.store_dynamodb import DynamoLedgerStore
from domain.units_aws import item_size
from tests.faults import Sent, Wire

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
    """Stands between a service and its store, and on the wire below. `units` is the meter the store was made with."""

    def __init__(self, store: DynamoLedgerStore, units: metering.Meter, *, in_process: bool) -> None:
        self._store = store
        self._units = units
        self._wire = Wire(store.connection, in_process=in_process)
        self._calls: list[str] = []

    @property
    def store(self) -> LedgerStore:
        """The store, with its calls noted."""
        return cast("LedgerStore", _Noted(self._store, self._calls))

    def measure(self, operation: Callable[[], object]) -> Cost:
        self._wire.clear()
        self._calls.clear()
        before = self._units.used
        operation()
        used = self._units.used - before
        puts = [item for sent in self._wire.sent for item in items_put(sent)]
        return Cost(
            items=len(puts),
            checks=sum(checks_in(sent) for sent in self._wire.sent),
            write_units=used.write_units,
            index_units=used.index_units,
            read_units=used.read_halves // 2,
            read_rounds=sum(call not in WRITING for call in self._calls),
            write_rounds=sum(call in WRITING for call in self._calls),
            bytes=tuple((item["sk"]["S"], item_size(item)) for item in puts),
        )


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
