"""The sponsor bank, through which our files reach the operator, as dated data: who the header of a file names."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.jurisdictions import JURISDICTIONS, aba_check_digit
from domain.rails.ach.tables import OURS, Source, in_force


@dataclass(frozen=True, slots=True)
class Sponsor:
    since: date
    partner: str
    """Its name as a partner who signs webhooks."""
    routing_number: str
    """Immediate Destination: nine digits."""
    name: str
    """Immediate Destination Name, at most 23 characters."""
    odfi: str
    """Originating DFI Identification: the first eight digits of our own routing number."""
    origin: str
    """Immediate Origin: nine digits."""
    origin_name: str
    """Immediate Origin Name, at most 23 characters."""
    source: Source = OURS


SPONSORS: Final = (
    Sponsor(
        since=date(2020, 1, 1),
        partner="sponsor",
        routing_number="98400001" + aba_check_digit("98400001"),
        name="SPONSOR BANK",
        odfi=JURISDICTIONS["us"].routing_number[:8],
        origin=JURISDICTIONS["us"].routing_number,
        origin_name="FLORIN",
    ),
)
"""The prefix 98 is in no Federal Reserve district: this sponsor is nobody's bank."""


def odfi_on(day: date) -> str | None:
    """What our trace numbers of a day begin with; None before the first."""
    sponsor = in_force(SPONSORS, day)
    return sponsor.odfi if sponsor else None


def sponsor_on(day: date) -> Sponsor:
    sponsor = in_force(SPONSORS, day)
    if sponsor is None:
        raise ValueError(f"no sponsor bank is known on {day}")
    return sponsor
