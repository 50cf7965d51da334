"""How transfer orders are kept: each order once per key, its state by version, and each occurrence once."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from domain.transfers.model import Occurrence, OrderClaim, TransferOrder


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders of one account, the newest first; `before` begins the next page, None at the end."""

    orders: tuple[TransferOrder, ...]
    before: str | None


@dataclass(frozen=True, slots=True)
class OccurrencePage:
    occurrences: tuple[Occurrence, ...]
    before: date | None


@dataclass(frozen=True, slots=True, order=True)
class Due:
    on: date
    order: str


class OrderStore(Protocol):
    def claim(self, claim_id: str) -> OrderClaim | None: ...

    def add(self, order: TransferOrder, claim: OrderClaim) -> bool:
        """Both or neither; False when the key is claimed."""
        ...

    def order(self, order_id: str) -> TransferOrder | None: ...

    def replace(self, order: TransferOrder, *, version: int) -> bool:
        """Writes the order over its stored `version`; False, and nothing written, when it has moved on."""
        ...

    def orders_of(self, account: str, *, before: str | None, limit: int) -> OrderPage: ...

    def occurrence(self, order_id: str, on: date) -> Occurrence | None: ...

    def settle(self, occurrence: Occurrence) -> Occurrence:
        """Writes what became of an occurrence, once; what was written first is the answer."""
        ...

    def occurrences(self, order_id: str, *, before: date | None, limit: int) -> OccurrencePage: ...

    def due(self, *, through: date, limit: int) -> tuple[Due, ...]:
        """Orders whose next occurrence is on `through` or earlier (eventually consistent); the oldest first."""
        ...
