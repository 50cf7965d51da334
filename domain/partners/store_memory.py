"""Deliveries in memory, for tests and simulations."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.partners.model import Delivery, DeliveryState, Receipt, ReplayClaim
from domain.partners.store import DeliveryPage


class MemoryDeliveryStore:
    def __init__(self) -> None:
        self._deliveries: dict[str, Delivery] = {}
        self._bodies: dict[str, bytes] = {}
        self._receipts: dict[tuple[str, str], Receipt] = {}
        self._claims: dict[str, ReplayClaim] = {}
        self._lock = threading.Lock()

    def receive(self, delivery: Delivery, body: bytes, receipt: Receipt) -> bool:
        key = receipt.partner, receipt.message_id
        with self._lock:
            if key in self._receipts:
                return False
            self._receipts[key] = receipt
            self._keep(delivery, body)
            return True

    def receipt(self, partner: str, message_id: str) -> Receipt | None:
        return self._receipts.get((partner, message_id))

    def delivery(self, delivery_id: str) -> Delivery | None:
        return self._deliveries.get(delivery_id)

    def bodies(self, delivery_ids: Sequence[str]) -> Mapping[str, bytes]:
        return {one: self._bodies[one] for one in delivery_ids if one in self._bodies}

    def replace(self, delivery: Delivery, *, revision: int) -> bool:
        with self._lock:
            if self._deliveries[delivery.id].revision != revision:
                return False
            self._deliveries[delivery.id] = delivery
            return True

    def claim(self, claim_id: str) -> ReplayClaim | None:
        return self._claims.get(claim_id)

    def replay(self, delivery: Delivery, claim: ReplayClaim, *, revision: int) -> bool:
        with self._lock:
            if claim.id in self._claims or self._deliveries[delivery.id].revision != revision:
                return False
            self._claims[claim.id] = claim
            self._deliveries[delivery.id] = delivery
            return True

    def mend(self, delivery: Delivery, body: bytes, claim: ReplayClaim, *, original: Delivery, revision: int) -> bool:
        with self._lock:
            if claim.id in self._claims or self._deliveries[original.id].revision != revision:
                return False
            self._claims[claim.id] = claim
            self._deliveries[original.id] = original
            self._keep(delivery, body)
            return True

    def page(self, partner: str, *, states: Sequence[DeliveryState], before: str | None, limit: int) -> DeliveryPage:
        with self._lock:
            found = [one for one in self._deliveries.values() if one.partner == partner and one.state in states]
        earlier = sorted((one for one in found if before is None or one.position < before), key=_position, reverse=True)
        page = tuple(earlier[:limit])
        return DeliveryPage(page, page[-1].position if len(earlier) > limit else None)

    def due(self, *, by: datetime, limit: int) -> tuple[str, ...]:
        with self._lock:
            found = sorted(
                (one.due_at, one.id) for one in self._deliveries.values() if one.due_at is not None and one.due_at <= by
            )
        return tuple(delivery_id for _, delivery_id in found[:limit])

    def _keep(self, delivery: Delivery, body: bytes) -> None:
        self._deliveries[delivery.id] = delivery
        self._bodies[delivery.id] = body


def _position(delivery: Delivery) -> str:
    return delivery.position
