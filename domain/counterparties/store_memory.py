"""Counterparties in memory, for tests and simulations."""

import threading
from collections.abc import Sequence

from domain.counterparties.model import Counterparty, Creation, NumberClaim, VerificationStatus
from domain.counterparties.store import CounterpartyPage, Taken


class MemoryCounterpartyStore:
    def __init__(self) -> None:
        self._creations: dict[str, Creation] = {}
        self._numbers: dict[str, NumberClaim] = {}
        self._counterparties: dict[str, Counterparty] = {}
        self._lock = threading.Lock()

    def creation(self, creation_id: str) -> Creation | None:
        return self._creations.get(creation_id)

    def number_claim(self, digest: str) -> NumberClaim | None:
        return self._numbers.get(digest)

    def add(self, counterparty: Counterparty, creation: Creation, number: NumberClaim) -> Taken | None:
        with self._lock:
            if creation.id in self._creations:
                return Taken.KEY
            latest = self._numbers.get(number.digest)
            if latest and latest.turn >= number.turn:
                return Taken.NUMBER
            self._creations[creation.id] = creation
            self._numbers[number.digest] = number
            self._counterparties[counterparty.id] = counterparty
            return None

    def counterparty(self, counterparty_id: str) -> Counterparty | None:
        return self._counterparties.get(counterparty_id)

    def counterparties(self, counterparty_ids: Sequence[str]) -> tuple[Counterparty, ...]:
        return tuple(self._counterparties[name] for name in counterparty_ids if name in self._counterparties)

    def replace(self, counterparty: Counterparty, *, version: int) -> bool:
        with self._lock:
            if self._counterparties[counterparty.id].version != version:
                return False
            self._counterparties[counterparty.id] = counterparty
            return True

    def counterparties_of(self, customer: str, *, before: str | None, limit: int) -> CounterpartyPage:
        with self._lock:
            mine = [row for row in self._counterparties.values() if row.customer == customer]
        earlier = sorted((row for row in mine if before is None or row.id < before), key=_id, reverse=True)
        page = tuple(earlier[:limit])
        return CounterpartyPage(page, page[-1].id if len(earlier) > limit else None)

    def unsent(self, *, limit: int) -> tuple[str, ...]:
        with self._lock:
            found = [
                (row.verification.started_at, row.id)
                for row in self._counterparties.values()
                if row.verification and row.verification.status is VerificationStatus.INTENDED
            ]
        return tuple(name for _, name in sorted(found)[:limit])


def _id(counterparty: Counterparty) -> str:
    return counterparty.id
