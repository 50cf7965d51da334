"""Banking calendars: which days a jurisdiction's payment system is open, and so which day a posting is booked on.

Rules, not lists of dates, each with its source; dated where a rule has changed within living ledgers.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from domain.jurisdictions import Jurisdiction

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
JUNETEENTH_SINCE: Final = 2022
"""Juneteenth National Independence Day Act, Pub. L. 117-17 (2021); observed by the Federal Reserve Banks from 2022."""
CLOSED_RUN_MAX: Final = 10
"""No banking calendar is closed for ten days in a row; a search that long has met a wrong rule."""


@lru_cache(maxsize=64)
def federal_reserve_holidays(year: int) -> frozenset[date]:
    """Federal Reserve Banks' holiday schedule: a holiday on Sunday moves to Monday, one on Saturday does not move."""
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    if year >= JUNETEENTH_SINCE:
        fixed.append(date(year, 6, 19))
    floating = [
        _nth_weekday(year, 1, MONDAY, 3),  # Martin Luther King Jr.
        _nth_weekday(year, 2, MONDAY, 3),  # Presidents
        _last_weekday(year, 5, MONDAY),  # Memorial Day
        _nth_weekday(year, 9, MONDAY, 1),  # Labor Day
        _nth_weekday(year, 10, MONDAY, 2),  # Columbus Day
        _nth_weekday(year, 11, THURSDAY, 4),  # Thanksgiving
    ]
    return frozenset([*floating, *(day + timedelta(days=day.weekday() == SUNDAY) for day in fixed)])


@lru_cache(maxsize=64)
def target_holidays(year: int) -> frozenset[date]:
    """T2 closing days: 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December (ECB, since 2002)."""
    easter = _easter(year)
    return frozenset(
        [
            date(year, 1, 1),
            easter - timedelta(days=2),
            easter + timedelta(days=1),
            date(year, 5, 1),
            date(year, 12, 25),
            date(year, 12, 26),
        ]
    )


CALENDARS: Final[dict[str, Callable[[int], frozenset[date]]]] = {
    "federal_reserve": federal_reserve_holidays,
    "target": target_holidays,
}


def is_banking_day(calendar: str, day: date) -> bool:
    return day.weekday() < SATURDAY and day not in CALENDARS[calendar](day.year)


@lru_cache(maxsize=64)
def banking_day_on_or_after(calendar: str, day: date) -> date:
    for ahead in range(CLOSED_RUN_MAX):
        candidate = day + timedelta(days=ahead)
        if is_banking_day(calendar, candidate):
            return candidate
    raise ValueError(f"calendar {calendar} is closed for {CLOSED_RUN_MAX} days from {day}")


def banking_days_after(calendar: str, day: date, count: int) -> date:
    """The `count`-th banking day after a day, which itself does not count."""
    for _ in range(count):
        day = banking_day_on_or_after(calendar, day + timedelta(days=1))
    return day


def calendar_day(jurisdiction: Jurisdiction, instant: datetime) -> date:
    """The day on the wall calendar of the jurisdiction: what limits per day count."""
    return instant.astimezone(jurisdiction.time_zone).date()


def booked_day(jurisdiction: Jurisdiction, instant: datetime) -> date:
    """The banking day an instant is booked on: its calendar day, or the next banking day when the bank is closed.

    Days begin at local midnight, so the booked day changes only on a minute's boundary.
    """
    return banking_day_on_or_after(jurisdiction.calendar, calendar_day(jurisdiction, instant))


def _nth_weekday(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def _last_weekday(year: int, month: int, weekday: int) -> date:
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def _easter(year: int) -> date:
    """Gregorian Easter Sunday (the anonymous algorithm, Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
