"""Customers in memory, for tests and simulations."""

import threading
from collections.abc import Sequence

from domain.customers.model import Creation, Customer


class MemoryCustomerStore:
    def __init__(self) -> None:
        self._customers: dict[str, Customer] = {}
        self._creations: dict[tuple[str, str], Creation] = {}
        self._lock = threading.Lock()

    def customer(self, customer_id: str) -> Customer | None:
        return self._customers.get(customer_id)

    def customers(self, customer_ids: Sequence[str]) -> dict[str, Customer]:
        return {name: self._customers[name] for name in customer_ids if name in self._customers}

    def creation(self, scope: str, key: str) -> Creation | None:
        return self._creations.get((scope, key))

    def add(self, customer: Customer, creation: Creation) -> bool:
        claim = (creation.scope, creation.key)
        with self._lock:
            if claim in self._creations or customer.id in self._customers:
                return False
            self._customers[customer.id] = customer
            self._creations[claim] = creation
            return True

    def replace(self, customer: Customer, *, was: Customer) -> bool:
        with self._lock:
            stored = self._customers.get(customer.id)
            if stored is None or stored.status is not was.status:
                return False
            self._customers[customer.id] = customer
            return True
