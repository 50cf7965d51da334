"""What can be asked about customers. Personal data goes in and comes out here, and lies sealed in between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from domain import ids
from domain.calendars import calendar_day
from domain.clock import Clock
from domain.customers import rules
from domain.customers.model import (
    Creation,
    Customer,
    CustomerKeyReused,
    CustomerKind,
    CustomerStatus,
    Profile,
)
from domain.customers.store import CustomerStore
from domain.jurisdictions import jurisdiction_of_region, slot_of
from domain.refusals import InputInvalid, NotFound
from domain.sealing import Sealer, Shredded

PROFILE: Final = "profile"
CREATION: Final = "creation"
IDS_DRAWN_MAX: Final = 2000
"""The smallest region has 64 of 1024 slots: two thousand draws miss all of them once in 10**56 times."""


class Customers:
    """The customers whose home is `region`."""

    def __init__(
        self, *, store: CustomerStore, sealer: Sealer, clock: Clock, randomness: ids.Randomness, region: str
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock
        self._randomness = randomness
        self._region = region
        self._jurisdiction = jurisdiction_of_region(region)

    def create(
        self, *, scope: str, key: str, kind: CustomerKind, profile: Profile
    ) -> Customer | InputInvalid | CustomerKeyReused:
        """Creates a customer of this region, once per (scope, key); asked the same again, gives the same one.

        `scope` is who asks: a customer or staff id, or `bank`.
        """
        now = self._clock.now()
        invalid = rules.input_refusal(profile, key=key, today=calendar_day(self._jurisdiction, now))
        if invalid:
            return invalid
        text = rules.profile_bytes(profile)
        claimed = self._store.creation(scope, key)
        if claimed:
            return self._replayed(claimed, kind, text)
        customer, creation = self._drafted(scope=scope, key=key, kind=kind, text=text, now=now)
        if self._store.add(customer, creation):
            return customer
        winner = self._store.creation(scope, key)
        if winner is None:
            raise RuntimeError(f"{customer.id} was not added although its creation key is free")
        return self._replayed(winner, kind, text)

    def get(self, customer_id: str) -> Customer | NotFound:
        return self._store.customer(customer_id) or NotFound(customer_id)

    def get_all(self, customer_ids: Sequence[str]) -> dict[str, Customer]:
        """Those that exist, by id, in one reading; at most a hundred."""
        return self._store.customers(customer_ids)

    def profile(self, customer: Customer) -> Profile | Shredded:
        opened = self._sealer.open(customer.id, customer.sealed_profile, PROFILE)
        return opened if isinstance(opened, Shredded) else rules.profile_from(opened)

    def display_name(self, customer: Customer) -> str | Shredded:
        """What a counterparty may see of the name, such as "A. Lovelace"."""
        profile = self.profile(customer)
        return profile if isinstance(profile, Shredded) else rules.display_name(customer.kind, profile.name)

    def erase(self, customer_id: str) -> Customer | NotFound:
        """Shreds the customer's key, then says so on the record. Cut off in between, asking again ends it."""
        customer = self._store.customer(customer_id)
        if customer is None:
            return NotFound(customer_id)
        self._sealer.shred(customer_id)
        if customer.status is CustomerStatus.ERASED:
            return customer
        erased = replace(customer, status=CustomerStatus.ERASED)
        self._store.replace(erased, was=customer)  # False: another erasure was quicker, to the same end
        return erased

    def _drafted(
        self, *, scope: str, key: str, kind: CustomerKind, text: bytes, now: datetime
    ) -> tuple[Customer, Creation]:
        customer_id = self._draw_id(now)
        sealed = self._sealer.seal(customer_id, text, PROFILE)
        fingerprint = self._fingerprint(customer_id, kind, text)
        if isinstance(sealed, Shredded) or isinstance(fingerprint, Shredded):
            raise RuntimeError(f"{customer_id} is new and shredded at once")
        customer = Customer(
            id=customer_id,
            jurisdiction=self._jurisdiction.code,
            slot=slot_of(customer_id),
            kind=kind,
            status=CustomerStatus.ACTIVE,
            created_at=now,
            sealed_profile=sealed,
        )
        return customer, Creation(scope, key, customer=customer_id, fingerprint=fingerprint)

    def _draw_id(self, now: datetime) -> str:
        """An id whose slot lives here: the slot follows from the id, so ids are drawn until one fits."""
        for _ in range(IDS_DRAWN_MAX):
            drawn = ids.customer_id(self._jurisdiction.code, now, self._randomness)
            if self._jurisdiction.region_of(slot_of(drawn)) == self._region:
                return drawn
        raise RuntimeError(f"no id with a slot in {self._region} after {IDS_DRAWN_MAX} draws")

    def _replayed(self, claimed: Creation, kind: CustomerKind, text: bytes) -> Customer | CustomerKeyReused:
        if self._fingerprint(claimed.customer, kind, text) != claimed.fingerprint:
            return CustomerKeyReused(claimed.customer)
        customer = self._store.customer(claimed.customer)
        if customer is None:
            raise RuntimeError(f"the claim names {claimed.customer}, who does not exist")
        return customer

    def _fingerprint(self, customer_id: str, kind: CustomerKind, text: bytes) -> str | Shredded:
        """Keyed by the customer's own key: a plain hash of a profile could be guessed back."""
        return self._sealer.digest(customer_id, f"{kind.value} {text.decode()}", CREATION)
