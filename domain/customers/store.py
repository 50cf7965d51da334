"""How customers are kept: a record each, and one claim for every creation key."""

from collections.abc import Sequence
from typing import Protocol

from domain.customers.model import Creation, Customer


class CustomerStore(Protocol):
    def customer(self, customer_id: str) -> Customer | None: ...

    def customers(self, customer_ids: Sequence[str]) -> dict[str, Customer]:
        """Those that exist, by id, as one reading."""
        ...

    def creation(self, scope: str, key: str) -> Creation | None: ...

    def add(self, customer: Customer, creation: Creation) -> bool:
        """Both or neither. False when the creation key, or the customer's id, is taken."""
        ...

    def replace(self, customer: Customer, *, was: Customer) -> bool:
        """False, and nothing written, when the stored customer's status is no longer that of `was`."""
        ...
