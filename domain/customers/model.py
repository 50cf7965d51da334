"""What a customer is: a plain record without personal data, and a sealed profile that holds all of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from domain.refusals import Refusal
from domain.sealing import Shredded

__all__ = [
    "Address",
    "Creation",
    "Customer",
    "CustomerKeyReused",
    "CustomerKind",
    "CustomerStatus",
    "Profile",
    "Shredded",
]


class CustomerKind(StrEnum):
    PERSON = "PERSON"
    BUSINESS = "BUSINESS"


class CustomerStatus(StrEnum):
    ACTIVE = "ACTIVE"
    ERASED = "ERASED"
    """The personal data's key is shredded. The record stays: journals, accounts and audit name it."""


@dataclass(frozen=True, slots=True)
class Customer:
    """Nothing here tells who the customer is; `sealed_profile` opens only under the customer's own key."""

    id: str
    jurisdiction: str
    slot: int
    kind: CustomerKind
    status: CustomerStatus
    created_at: datetime
    sealed_profile: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    line1: str
    line2: str | None
    city: str
    subdivision: str | None
    """State, province or Land, where the country's addresses name one."""
    postal_code: str
    country: str
    """ISO 3166-1 alpha-2."""

    def __repr__(self) -> str:
        return "Address(…)"


@dataclass(frozen=True, slots=True, repr=False)
class Profile:
    """Personal data, opened. Its repr is empty so that no log and no traceback tells it."""

    name: str
    email: str
    phone: str
    """E.164."""
    born_on: str
    """ISO 8601 date: of birth, for a business of incorporation."""
    address: Address
    tax_id_last4: str

    def __repr__(self) -> str:
        return "Profile(…)"


@dataclass(frozen=True, slots=True)
class Creation:
    """The claim of a creation key: which customer it made, and a keyed digest of what was asked for."""

    scope: str
    key: str
    customer: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class CustomerKeyReused(Refusal):
    """The idempotency key has created a customer already, from other data (or one whose data is erased)."""

    code: ClassVar[str] = "CUSTOMER_KEY_REUSED"
    customer: str

    @property
    def message(self) -> str:
        return "This idempotency key was used to create another customer; use a new key for a new customer."
