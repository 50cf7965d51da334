"""Customers in the table florin-customers-<region>.

C#<customer>               C   the record; the profile as one sealed binary attribute
N#<hash(scope, key)>       N   the claim of a creation key
"""

import hashlib
from collections.abc import Sequence

from domain.clock import instant_text, parse_instant
from domain.customers.model import Creation, Customer, CustomerKind, CustomerStatus
from domain.tables_aws import Table, Value


class DynamoDBCustomerStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    def customer(self, customer_id: str) -> Customer | None:
        item = self._table.get(f"C#{customer_id}", "C")
        return _customer(item) if item else None

    def customers(self, customer_ids: Sequence[str]) -> dict[str, Customer]:
        keys = [(f"C#{customer_id}", "C") for customer_id in dict.fromkeys(customer_ids)]
        return {customer.id: customer for customer in map(_customer, self._table.get_many(keys))}

    def creation(self, scope: str, key: str) -> Creation | None:
        item = self._table.get(_claim(scope, key), "N")
        if item is None:
            return None
        return Creation(scope, key, customer=str(item["customer"]), fingerprint=str(item["fingerprint"]))

    def add(self, customer: Customer, creation: Creation) -> bool:
        claim = {
            "pk": _claim(creation.scope, creation.key),
            "sk": "N",
            "customer": creation.customer,
            "fingerprint": creation.fingerprint,
        }
        return self._table.put_all_new(claim, _item(customer))

    def replace(self, customer: Customer, *, was: Customer) -> bool:
        return self._table.replace(_item(customer), attribute="status", expected=was.status.value)


def _claim(scope: str, key: str) -> str:
    """Hashed: a caller may well have put a name or an address into its key."""
    return "N#" + hashlib.sha256(f"{scope}\x00{key}".encode()).hexdigest()


def _item(customer: Customer) -> dict[str, Value]:
    return {
        "pk": f"C#{customer.id}",
        "sk": "C",
        "customer": customer.id,
        "jurisdiction": customer.jurisdiction,
        "slot": customer.slot,
        "kind": customer.kind.value,
        "status": customer.status.value,
        "created_at": instant_text(customer.created_at),
        "profile": customer.sealed_profile,
    }


def _customer(item: dict[str, Value]) -> Customer:
    slot, profile = item["slot"], item["profile"]
    if not isinstance(slot, int) or not isinstance(profile, bytes):
        raise TypeError(f"{item['pk']!r} is not a customer")
    return Customer(
        id=str(item["customer"]),
        jurisdiction=str(item["jurisdiction"]),
        slot=slot,
        kind=CustomerKind(str(item["kind"])),
        status=CustomerStatus(str(item["status"])),
        created_at=parse_instant(str(item["created_at"])),
        sealed_profile=profile,
    )
