"""How customers are kept: a record each, and one claim for every creation key."""

from typing import Protocol

from domain.customers.model import Creation, Customer


class CustomerStore(Protocol):
    def customer(self, customer_id: str) -> Customer | None: ...

    def creation(self, scope: str, key: str) -> Creation | None: ...

    def add(self, customer: Customer, creation: Creation) -> bool:
        """Both or neither. False when the creation key, or the customer's id, is taken."""
        ...

    def replace(self, customer: Customer, *, was: Customer) -> bool:
        """False, and nothing written, when the stored customer's status is no longer that of `was`."""
        ...
