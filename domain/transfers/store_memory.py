"""Transfer orders in memory, for tests and simulations."""

import threading
from datetime import date

from domain.transfers.model import Occurrence, OrderClaim, TransferOrder
from domain.transfers.store import Due, OccurrencePage, OrderPage


class MemoryOrderStore:
    def __init__(self) -> None:
        self._claims: dict[str, OrderClaim] = {}
        self._orders: dict[str, TransferOrder] = {}
        self._occurrences: dict[tuple[str, date], Occurrence] = {}
        self._lock = threading.Lock()

    def claim(self, claim_id: str) -> OrderClaim | None:
        return self._claims.get(claim_id)

    def add(self, order: TransferOrder, claim: OrderClaim) -> bool:
        with self._lock:
            if claim.id in self._claims or order.id in self._orders:
                return False
            self._claims[claim.id] = claim
            self._orders[order.id] = order
            return True

    def order(self, order_id: str) -> TransferOrder | None:
        return self._orders.get(order_id)

    def replace(self, order: TransferOrder, *, version: int) -> bool:
        with self._lock:
            if self._orders[order.id].version != version:
                return False
            self._orders[order.id] = order
            return True

    def orders_of(self, account: str, *, before: str | None, limit: int) -> OrderPage:
        with self._lock:
            mine = [order for order in self._orders.values() if order.source == account]
        earlier = sorted((order for order in mine if before is None or order.id < before), key=_id, reverse=True)
        page = tuple(earlier[:limit])
        return OrderPage(page, page[-1].id if len(earlier) > limit else None)

    def occurrence(self, order_id: str, on: date) -> Occurrence | None:
        return self._occurrences.get((order_id, on))

    def settle(self, occurrence: Occurrence) -> Occurrence:
        with self._lock:
            return self._occurrences.setdefault((occurrence.order, occurrence.on), occurrence)

    def occurrences(self, order_id: str, *, before: date | None, limit: int) -> OccurrencePage:
        with self._lock:
            mine = [row for (order, _), row in self._occurrences.items() if order == order_id]
        earlier = sorted(
            (row for row in mine if before is None or row.on < before), key=lambda row: row.on, reverse=True
        )
        page = tuple(earlier[:limit])
        return OccurrencePage(page, page[-1].on if len(earlier) > limit else None)

    def due(self, *, through: date, limit: int) -> tuple[Due, ...]:
        with self._lock:
            found = [
                Due(order.next_on, order.id)
                for order in self._orders.values()
                if order.next_on is not None and order.next_on <= through
            ]
        return tuple(sorted(found)[:limit])


def _id(order: TransferOrder) -> str:
    return order.id
