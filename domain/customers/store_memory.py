"""Customers in memory, for tests and simulations."""

import threading

from domain.customers.model import Creation, Customer


class MemoryCustomerStore:
    def __init__(self) -> None:
        self._customers: dict[str, Customer] = {}
        self._creations: dict[tuple[str, str], Creation] = {}
        self._lock = threading.Lock()

    def customer(self, customer_id: str) -> Customer | None:
        return self._customers.get(customer_id)

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
