"""Who is there: customers with accounts, staff, and what can be said of an account before it is asked for."""

import random
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import accumulate
from typing import Final

from domain.access.model import Actor, Channel, Group
from domain.customers.model import Customer, CustomerKind, CustomerStatus
from domain.ids import customer_id
from domain.jurisdictions import Jurisdiction, slot_of
from domain.transfers.model import NumberTarget

CLERK: Final = "stf_01J00000000000000000000001"
ANALYSTS: Final = ("stf_01J00000000000000000000002", "stf_01J00000000000000000000003")
HOT: Final = (0.3, 0.6, 0.9)
"""Each account is met this much less often than the one before it: the first ones are hot, in some histories more."""


@dataclass(frozen=True, slots=True)
class Party:
    """One account with its owner."""

    name: str
    owner: Customer
    account: str
    currency: str
    target: NumberTarget


def customer(
    jurisdiction: Jurisdiction, region: str, now: datetime, rng: random.Random, kind: CustomerKind
) -> Customer:
    while True:
        drawn = customer_id(jurisdiction.code, now, rng)
        if jurisdiction.region_of(slot_of(drawn)) == region:
            break
    return Customer(
        id=drawn,
        jurisdiction=jurisdiction.code,
        slot=slot_of(drawn),
        kind=kind,
        status=CustomerStatus.ACTIVE,
        created_at=now,
        sealed_profile=b"",
    )


def acting(person: Customer, *, signed_in: datetime | None = None) -> Actor:
    return _actor(person.id, Group.CUSTOMER, signed_in)


def clerk() -> Actor:
    return _actor(CLERK, Group.OPERATIONS)


def analyst(person: str) -> Actor:
    return _actor(person, Group.FRAUD_ANALYST)


def _actor(person: str, group: Group, signed_in: datetime | None = None) -> Actor:
    return Actor(
        person=person,
        groups=frozenset({group}),
        source_ip=None,
        correlation_id="simulation",
        channel=Channel.API,
        authenticated_at=signed_in,
    )


def pick(parties: list[Party], rng: random.Random, hot: float) -> Party:
    """Skewed: the first are met most."""
    return rng.choices(parties, cum_weights=_shares(len(parties), hot))[0]


@cache
def _shares(count: int, hot: float) -> tuple[float, ...]:
    return tuple(accumulate(hot**n for n in range(count)))
