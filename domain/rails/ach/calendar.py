"""Banking days of a rail, and what a wall clock in New York says as an instant.

Rails that clear through the Federal Reserve keep its days, but not all for ever: Fedwire is to open on Sundays and on
holidays (22x6). So a rail's days are dated rows. Holidays themselves are rules of `domain.calendars`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.calendars import CALENDARS, CLOSED_RUN_MAX, SATURDAY, SUNDAY
from domain.rails.ach.tables import Source, in_force

ACH: Final = "ach"
FEDWIRE: Final = "fedwire"
EASTERN: Final = ZoneInfo("America/New_York")
"""The clock of the Federal Reserve's schedules ("ET")."""
BANKING_DAYS_MAX: Final = 400
"""More than a year and a half of banking days: no rule of ACH counts further, a longer step is a mistake."""
WINDOW_DAYS_MAX: Final = 3_700
"""Ten years: what one question may span."""


@dataclass(frozen=True, slots=True)
class RailDays:
    """From `since`, `rail` is closed on these weekdays and on the holidays of a calendar (None: on none)."""

    rail: str
    since: date
    closed_weekdays: frozenset[int]
    holidays: str | None
    source: Source


_WEEKEND: Final = frozenset((SATURDAY, SUNDAY))
_SCHEDULES: Final = Source("frbservices.org, Federal Reserve Banks Holiday Schedules")
RAIL_DAYS: Final[list[RailDays]] = [
    RailDays(ACH, date(1986, 1, 1), _WEEKEND, "federal_reserve", _SCHEDULES),
    RailDays(FEDWIRE, date(1986, 1, 1), _WEEKEND, "federal_reserve", _SCHEDULES),
]
"""From the first year that kept Martin Luther King Jr. Day.

22x6 for Fedwire has no day yet (planned for 2028 or 2029, Federal Register 2025-19942): it will be a row here.
"""


class RailUnknown(ValueError):
    """No days are known of this rail on this day."""


def is_banking_day(day: date, *, rail: str = ACH) -> bool:
    row = in_force((row for row in RAIL_DAYS if row.rail == rail), day)
    if row is None:
        raise RailUnknown(f"no banking days are known of rail {rail[:40]!r} on {day}")
    if day.weekday() in row.closed_weekdays:
        return False
    return row.holidays is None or day not in CALENDARS[row.holidays](day.year)


def banking_day_on_or_after(day: date, *, rail: str = ACH) -> date:
    return _search(day, step=1, rail=rail)


def banking_day_on_or_before(day: date, *, rail: str = ACH) -> date:
    return _search(day, step=-1, rail=rail)


def next_banking_day(day: date, *, rail: str = ACH) -> date:
    """The first after `day`."""
    return banking_day_on_or_after(day + timedelta(days=1), rail=rail)


def previous_banking_day(day: date, *, rail: str = ACH) -> date:
    """The last before `day`."""
    return banking_day_on_or_before(day - timedelta(days=1), rail=rail)


def add_banking_days(day: date, n: int, *, rail: str = ACH) -> date:
    """The n-th banking day after `day`, or before it when n is negative. With 0: `day`, or the next open one."""
    if abs(n) > BANKING_DAYS_MAX:
        raise ValueError(f"{n} banking days are more than {BANKING_DAYS_MAX}")
    if n == 0:
        return banking_day_on_or_after(day, rail=rail)
    found = day
    for _ in range(abs(n)):
        found = next_banking_day(found, rail=rail) if n > 0 else previous_banking_day(found, rail=rail)
    return found


def banking_days(first: date, last: date, *, rail: str = ACH) -> tuple[date, ...]:
    """The banking days from `first` to `last`, both included."""
    return tuple(day for day in _days(first, last) if is_banking_day(day, rail=rail))


def banking_days_between(start: date, end: date, *, rail: str = ACH) -> int:
    """How many banking days lie after `start`, up to and with `end`: what a deadline in banking days counts."""
    if end < start:
        raise ValueError(f"{end} is before {start}")
    return len(banking_days(start + timedelta(days=1), end, rail=rail)) if start < end else 0


def instant_of(day: date, wall: time, *, zone: ZoneInfo = EASTERN) -> datetime:
    """When the wall clock in `zone` says `wall` on `day`, in UTC.

    Said twice (clocks go back), it is the first of the two; never said (clocks go forward), it is read with the
    offset that held before the jump (RFC 5545, 3.3.5, form 3).
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time carries no zone of its own")
    return datetime.combine(day, wall.replace(fold=0), zone).astimezone(UTC)


def day_of(instant: datetime, *, zone: ZoneInfo = EASTERN) -> date:
    """The day on the wall calendar in `zone`."""
    return _aware(instant).astimezone(zone).date()


def wall_time_of(instant: datetime, *, zone: ZoneInfo = EASTERN) -> time:
    return _aware(instant).astimezone(zone).time()


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant has a zone")
    return instant


def _search(day: date, *, step: int, rail: str) -> date:
    for away in range(CLOSED_RUN_MAX):
        candidate = day + timedelta(days=step * away)
        if is_banking_day(candidate, rail=rail):
            return candidate
    raise ValueError(f"rail {rail} is closed for {CLOSED_RUN_MAX} days around {day}")


def _days(first: date, last: date) -> Iterator[date]:
    if (last - first).days > WINDOW_DAYS_MAX:
        raise ValueError(f"{first} to {last} is more than {WINDOW_DAYS_MAX} days")
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)
