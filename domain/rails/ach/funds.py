"""How long the money of a debit we originated is held: it is here, and may be taken back.

The credit is posted at settlement and held until a number of banking days has passed. Never fewer than two: until the
opening of the second an ordinary return is in time.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

from domain.rails.ach.calendar import add_banking_days, instant_of
from domain.rails.ach.tables import OURS, Source, in_force


class Tier(StrEnum):
    NEW = "new"
    STANDARD = "standard"
    TRUSTED = "trusted"


@dataclass(frozen=True, slots=True)
class HoldRule:
    tier: Tier
    since: date
    banking_days: int
    source: Source = OURS


HOLD_RULES: Final[list[HoldRule]] = [
    HoldRule(Tier.NEW, date(2026, 1, 1), 7),
    HoldRule(Tier.STANDARD, date(2026, 1, 1), 4),
    HoldRule(Tier.TRUSTED, date(2026, 1, 1), 2),
]
BANKING_DAYS_MIN: Final = 2
RELEASE: Final = time(10)
"""In New York. Returns of the night settle at 08:30; by ten they are read and posted, so the release meets them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the customer who collects when a debit settles."""

    known_days: int
    """Calendar days since the account was opened."""
    settled: int
    """Debits of the account that settled and stayed, of those that are looked at."""
    returned: int
    """Debits of the account that came back within `returned_days`, of the same."""


@dataclass(frozen=True, slots=True)
class TierRule:
    """Which tier a customer is in, from `since`."""

    since: date
    new_days: int
    """Before that a customer is new: as long as an account is new to Regulation CC (12 CFR 229.13(a))."""
    returned_days: int
    """So long a debit that came back makes a customer as good as new."""
    trusted_days: int
    trusted_settled: int
    source: Source = OURS


TIER_RULES: Final[list[TierRule]] = [
    TierRule(date(2026, 1, 1), new_days=30, returned_days=90, trusted_days=365, trusted_settled=12)
]


class TierUnknown(ValueError):
    """No rule holds for this tier on this day."""


def tier_rule(on: date) -> TierRule:
    rule = in_force(TIER_RULES, on)
    if rule is None:
        raise TierUnknown(f"nothing says which tier a customer is in on {on}")
    return rule


def tier_of(standing: Standing, on: date) -> Tier:
    """Which of the holds a customer's debit has that settles on a day."""
    rule = tier_rule(on)
    if standing.known_days < rule.new_days or standing.returned:
        return Tier.NEW
    known = standing.known_days >= rule.trusted_days and standing.settled >= rule.trusted_settled
    return Tier.TRUSTED if known else Tier.STANDARD


def hold_rule(tier: Tier, on: date) -> HoldRule:
    row = in_force((row for row in HOLD_RULES if row.tier is tier), on)
    if row is None:
        raise TierUnknown(f"no hold is known of tier {tier.value} on {on}")
    return row


def released_on(*, settled_on: date, tier: Tier) -> date:
    """The banking day of the release, by the rule in force when the debit settled."""
    return add_banking_days(settled_on, hold_rule(tier, settled_on).banking_days)


def released_at(*, settled_on: date, tier: Tier) -> datetime:
    """The instant of the release, in UTC."""
    return instant_of(released_on(settled_on=settled_on, tier=tier), RELEASE)
