"""Jurisdictions, slots and regions: where a customer's accounts live.

A slot is fixed for ever by the customer who opens the account; which region serves a slot is data. Until regions
have their directory this checked-in table is that data.
"""

import hashlib
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

SLOTS: Final = 1024


@dataclass(frozen=True, slots=True)
class SlotRange:
    """Slots `first` to `last`, both included, live in `region`."""

    first: int
    last: int
    region: str


@dataclass(frozen=True, slots=True)
class Jurisdiction:
    code: str
    time_zone: ZoneInfo
    calendar: str
    """Key of `domain.calendars`: the banking calendar that books its days."""
    routing_number: str
    """Nine digits with the ABA check digit. The prefix 98 is in no Federal Reserve district: it is no other bank's."""
    slots: tuple[SlotRange, ...]

    def region_of(self, slot: int) -> str:
        for part in self.slots:
            if part.first <= slot <= part.last:
                return part.region
        raise ValueError(f"slot {slot} of {self.code} is in no region")

    @property
    def regions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.region for part in self.slots))


def aba_check_digit(first_eight: str) -> str:
    """The ninth digit of a routing number: weights 3, 7, 1 (ABA Routing Number Policy, check digit)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_eight, (3, 7, 1, 3, 7, 1, 3, 7), strict=True))
    return str(-total % 10)


def _routing_number(first_eight: str) -> str:
    return first_eight + aba_check_digit(first_eight)


JURISDICTIONS: Final[dict[str, Jurisdiction]] = {
    "us": Jurisdiction(
        code="us",
        time_zone=ZoneInfo("America/New_York"),
        calendar="federal_reserve",
        routing_number=_routing_number("98100001"),
        slots=(SlotRange(0, 959, "us-east-1"), SlotRange(960, 1023, "us-west-2")),
    ),
    "eu": Jurisdiction(
        code="eu",
        time_zone=ZoneInfo("Europe/Berlin"),
        calendar="target",
        routing_number=_routing_number("98200001"),
        slots=(SlotRange(0, 1023, "eu-west-1"),),
    ),
}


def slot_of(customer_id: str) -> int:
    """The slot of every account this customer opens: the first eight bytes of SHA-256, modulo 1024."""
    return int.from_bytes(hashlib.sha256(customer_id.encode()).digest()[:8]) % SLOTS


def jurisdiction_of_region(region: str) -> Jurisdiction:
    """Each region serves one jurisdiction."""
    for jurisdiction in JURISDICTIONS.values():
        if region in jurisdiction.regions:
            return jurisdiction
    raise ValueError(f"no jurisdiction has slots in {region}")
