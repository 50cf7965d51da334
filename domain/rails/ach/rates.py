"""Return rates of an originator: how many of the debits it sent came back, against what the network allows.

Rates are compared as integers, by cross multiplication, and shown in millionths: 0.5 % is 5,000.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from domain.rails.ach.tables import Source, in_force


class RateKind(StrEnum):
    UNAUTHORISED = "unauthorised"
    ADMINISTRATIVE = "administrative"
    OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Threshold:
    kind: RateKind
    since: date
    codes: frozenset[str] | None
    """None: returns for whatever reason."""
    millionths: int
    source: Source


_2015: Final = Source("community.epcor.org, ACH rules in force since 2015-09-18: 0.5 %, 3 %, 15 %")
_R11: Final = Source("frbservices.org, Fed360 2021-03-17 (the fee); help.icheckgateway.com, return rates (the rate)")
_UNAUTHORISED: Final = frozenset({"R05", "R07", "R10", "R29", "R51"})
THRESHOLDS: Final = (
    Threshold(RateKind.UNAUTHORISED, date(2015, 9, 18), _UNAUTHORISED, 5_000, _2015),
    Threshold(RateKind.UNAUTHORISED, date(2021, 4, 1), _UNAUTHORISED | {"R11"}, 5_000, _R11),
    Threshold(RateKind.ADMINISTRATIVE, date(2015, 9, 18), frozenset({"R02", "R03", "R04"}), 30_000, _2015),
    Threshold(RateKind.OVERALL, date(2015, 9, 18), None, 150_000, _2015),
)
"""Re-presented checks (RCK) are left out of the overall rate; we originate none."""

WINDOW_DAYS: Final = 60
"""The network looks at the preceding sixty days or two calendar months; we take the days, today included."""
MILLION: Final = 1_000_000
ALARM_PERCENT: Final = 80
"""Of the threshold: early enough to act, two months being slow to forget."""
DEBITS_MIN: Final = 200
"""The network names no least volume. Below this one unauthorised return is over 0.5 %, which says nothing yet ..."""
RETURNS_MIN: Final = 3
"""... and from this many returns on it says enough, however few debits there were."""


class RateLevel(StrEnum):
    TOO_FEW = "too_few"
    FINE = "fine"
    ALARM = "alarm"
    """At 80 % of the threshold or above."""
    BREACH = "breach"
    """At the threshold or above."""


@dataclass(frozen=True, slots=True)
class DayCount:
    """One originator, one day: debits by the day they settled on, their returns by code on the day they came."""

    day: date
    debits: int
    returns: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Rate:
    kind: RateKind
    returns: int
    debits: int
    threshold_millionths: int
    level: RateLevel

    @property
    def millionths(self) -> int | None:
        """The rate, rounded down; None where nothing was sent."""
        return self.returns * MILLION // self.debits if self.debits else None


class CountsMalformed(ValueError):
    """Counts that cannot be: negative, or two of one day."""


def rates(days: Iterable[DayCount], on: date) -> tuple[Rate, ...]:
    """The three rates of one originator over the sixty days that end with `on`, in the order of `RateKind`."""
    counted = _within(days, on)
    debits = sum(day.debits for day in counted)
    return tuple(_rate(row, counted, debits) for kind in RateKind if (row := threshold(kind, on)))


def threshold(kind: RateKind, on: date) -> Threshold | None:
    return in_force((row for row in THRESHOLDS if row.kind is kind), on)


def _within(days: Iterable[DayCount], on: date) -> list[DayCount]:
    first = on - timedelta(days=WINDOW_DAYS - 1)
    seen: set[date] = set()
    counted = []
    for day in days:
        if day.day in seen or day.debits < 0 or any(count < 0 for count in day.returns.values()):
            raise CountsMalformed(f"the counts of {day.day} cannot be")
        seen.add(day.day)
        if first <= day.day <= on:
            counted.append(day)
    return counted


def _rate(row: Threshold, counted: list[DayCount], debits: int) -> Rate:
    returns = sum(
        count for day in counted for code, count in day.returns.items() if row.codes is None or code in row.codes
    )
    return Rate(row.kind, returns, debits, row.millionths, _level(returns, debits, row.millionths))


def _level(returns: int, debits: int, millionths: int) -> RateLevel:
    if debits < DEBITS_MIN and returns < RETURNS_MIN:
        return RateLevel.TOO_FEW
    if returns * MILLION >= millionths * debits:
        return RateLevel.BREACH
    if returns * MILLION * 100 >= millionths * debits * ALARM_PERCENT:
        return RateLevel.ALARM
    return RateLevel.FINE
