"""How deliveries are kept: each message of a partner once, its body beside it, its state by revision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.partners.model import Delivery, DeliveryState, Receipt, ReplayClaim


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Deliveries of one partner, the newest first; `before` begins the next page, None at the end."""

    deliveries: tuple[Delivery, ...]
    before: str | None


class DeliveryStore(Protocol):
    def receive(self, delivery: Delivery, body: bytes, receipt: Receipt) -> bool:
        """All of it or nothing; False when there is a receipt for the message."""
        ...

    def receipt(self, partner: str, message_id: str) -> Receipt | None: ...

    def delivery(self, delivery_id: str) -> Delivery | None: ...

    def bodies(self, delivery_ids: Sequence[str]) -> Mapping[str, bytes]:
        """Those that exist, of at most a hundred."""
        ...

    def replace(self, delivery: Delivery, *, revision: int) -> bool:
        """Writes the delivery over its stored `revision`; False, and nothing written, when it has moved on."""
        ...

    def claim(self, claim_id: str) -> ReplayClaim | None: ...

    def replay(self, delivery: Delivery, claim: ReplayClaim, *, revision: int) -> bool:
        """The delivery over its stored `revision`, with its claim: all of it or nothing. False when the key is
        claimed, or the delivery has moved on.
        """
        ...

    def mend(self, delivery: Delivery, body: bytes, claim: ReplayClaim, *, original: Delivery, revision: int) -> bool:
        """The new delivery, and the original over its stored `revision`: all of it or nothing. False when the key is
        claimed, or the original has moved on.
        """
        ...

    def page(self, partner: str, *, states: Sequence[DeliveryState], before: str | None, limit: int) -> DeliveryPage:
        """Those in one of the states (eventually consistent). `before`: a delivery's position."""
        ...

    def due(self, *, by: datetime, limit: int) -> tuple[str, ...]:
        """Ids of deliveries to be put into the queue again (eventually consistent), the longest overdue first."""
        ...
