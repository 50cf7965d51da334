"""How counterparties are kept: each once per key and per number, and moved on by its version."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.counterparties.model import Counterparty, Creation, NumberClaim


class Taken(StrEnum):
    """Why nothing was added."""

    KEY = "key"
    """Somebody added with this key; read the creation."""
    NUMBER = "number"
    """Somebody took this turn of the number; read the number's latest claim."""


@dataclass(frozen=True, slots=True)
class CounterpartyPage:
    """Counterparties of one customer, the newest first; `before` begins the next page, None at the end."""

    counterparties: tuple[Counterparty, ...]
    before: str | None


class CounterpartyStore(Protocol):
    def creation(self, creation_id: str) -> Creation | None: ...

    def number_claim(self, digest: str) -> NumberClaim | None:
        """The latest claim of a number."""
        ...

    def add(self, counterparty: Counterparty, creation: Creation, number: NumberClaim) -> Taken | None:
        """All of them or none. None when added."""
        ...

    def counterparty(self, counterparty_id: str) -> Counterparty | None: ...

    def counterparties(self, counterparty_ids: Sequence[str]) -> tuple[Counterparty, ...]:
        """Those that exist, in any order; at most a hundred are asked for, none twice."""
        ...

    def replace(self, counterparty: Counterparty, *, version: int) -> bool:
        """Writes it over its stored `version`; False, and nothing written, when it has moved on."""
        ...

    def counterparties_of(self, customer: str, *, before: str | None, limit: int) -> CounterpartyPage: ...

    def unsent(self, *, limit: int) -> tuple[str, ...]:
        """Ids of those whose latest verification is intended and not sent (eventually consistent), the oldest first."""
        ...
