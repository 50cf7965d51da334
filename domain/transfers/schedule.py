"""The days of a schedule, as arithmetic: the n-th occurrence and the first one on or after a day. No clock."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from domain.jurisdictions import Jurisdiction
from domain.refusals import FieldFault
from domain.transfers.model import Rhythm, Schedule

COUNT_MAX: Final = 1200
"""A hundred years of months."""
DAYS_AHEAD_MAX: Final = 731
"""A first occurrence more than two years away is a mistyped year."""
LAST_YEAR: Final = 2199
"""As far as a schedule's expression reaches."""
DAY_IN_EVERY_MONTH: Final = 28
DAY_MAX: Final = 31


def occurrence(schedule: Schedule, n: int) -> date | None:
    """The n-th occurrence, from 0; None when the schedule has ended by then."""
    if schedule.count is not None and n >= schedule.count:
        return None
    day = _unbounded(schedule, n)
    if day is None or day.year > LAST_YEAR or (schedule.ends_on is not None and day > schedule.ends_on):
        return None
    return day


def next_on_or_after(schedule: Schedule, day: date) -> date | None:
    return occurrence(schedule, _index_on_or_after(schedule, day))


def next_after(schedule: Schedule, day: date) -> date | None:
    return next_on_or_after(schedule, day + timedelta(days=1))


def last(schedule: Schedule) -> date | None:
    """The last occurrence; None of a schedule that goes on until it is cancelled, or has none."""
    if schedule.rhythm is Rhythm.ONCE:
        return occurrence(schedule, 0)
    if schedule.count is not None:
        return occurrence(schedule, schedule.count - 1)
    if schedule.ends_on is None:
        return None
    beyond = _index_on_or_after(schedule, schedule.ends_on + timedelta(days=1))
    return occurrence(schedule, beyond - 1) if beyond else None


def schedule_faults(schedule: Schedule) -> tuple[FieldFault, ...]:
    """What is wrong with a schedule whatever day it is."""
    once, monthly = schedule.rhythm is Rhythm.ONCE, schedule.rhythm is Rhythm.MONTHLY
    day, count = schedule.day_of_month, schedule.count
    ends_late = schedule.ends_on is not None and schedule.ends_on.year > LAST_YEAR
    checks = (
        (schedule.starts_on.year > LAST_YEAR, "startsOn", "DATE_OUT_OF_RANGE", f"is in {LAST_YEAR} at the latest"),
        (ends_late, "endsOn", "DATE_OUT_OF_RANGE", f"is in {LAST_YEAR} at the latest"),
        (day is not None and not monthly, "dayOfMonth", "NOT_MONTHLY", "is for monthly transfers only"),
        (day is not None and not 1 <= day <= DAY_MAX, "dayOfMonth", "OUT_OF_RANGE", f"is 1 to {DAY_MAX}"),
        (count is not None and not 1 <= count <= COUNT_MAX, "count", "OUT_OF_RANGE", f"is 1 to {COUNT_MAX}"),
        (once and count is not None, "count", "NOT_RECURRING", "is for recurring transfers only"),
        (once and schedule.ends_on is not None, "endsOn", "NOT_RECURRING", "is for recurring transfers only"),
        (count is not None and schedule.ends_on is not None, "endsOn", "BOTH_ENDS", "excludes a count"),
    )
    faults = tuple(FieldFault(("schedule", name), code, text) for wrong, name, code, text in checks if wrong)
    if not faults and occurrence(schedule, 0) is None:
        return (FieldFault(("schedule", "endsOn"), "NEVER_DUE", "is before the first transfer"),)
    return faults


def start_faults(schedule: Schedule, today: date) -> tuple[FieldFault, ...]:
    """Orders begin tomorrow at the earliest: today's is a plain transfer."""
    if today < schedule.starts_on <= today + timedelta(days=DAYS_AHEAD_MAX):
        return ()
    text = f"is after {today} and at most {DAYS_AHEAD_MAX} days ahead"
    return (FieldFault(("schedule", "startsOn"), "DATE_OUT_OF_RANGE", text),)


def _unbounded(schedule: Schedule, n: int) -> date | None:
    match schedule.rhythm:
        case Rhythm.ONCE:
            return schedule.starts_on if n == 0 else None
        case Rhythm.WEEKLY:
            return schedule.starts_on + timedelta(weeks=n)
        case Rhythm.MONTHLY:
            return _in_month(schedule, _first_month(schedule) + n)


def _index_on_or_after(schedule: Schedule, day: date) -> int:
    if day <= schedule.starts_on:
        return 0
    match schedule.rhythm:
        case Rhythm.ONCE:
            return 1
        case Rhythm.WEEKLY:
            return -((schedule.starts_on - day).days // 7)
        case Rhythm.MONTHLY:
            month = _month(day)
            passed = _in_month(schedule, month) < day
            return max(0, month - _first_month(schedule) + passed)


def _first_month(schedule: Schedule) -> int:
    month = _month(schedule.starts_on)
    return month + (_in_month(schedule, month) < schedule.starts_on)


def _month(day: date) -> int:
    """Months counted through the years."""
    return day.year * 12 + day.month - 1


def _in_month(schedule: Schedule, month: int) -> date:
    """The occurrence's day in a month: the wished one, or the last when the month is shorter."""
    year, month0 = divmod(month, 12)
    wished = schedule.day_of_month or schedule.starts_on.day
    return date(year, month0 + 1, min(wished, monthrange(year, month0 + 1)[1]))


# --- when the scheduler knocks --------------------------------------------------------------------------------

RUN_HOUR_UTC: Final = {"us": 11, "eu": 6}
"""Early morning in every time zone of the jurisdiction, in summer and winter: the UTC date is the local date."""
_WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


def run_time(jurisdiction: Jurisdiction, day: date) -> datetime:
    """When on `day` the scheduler knocks."""
    return datetime.combine(day, time(RUN_HOUR_UTC[jurisdiction.code]), UTC)


def last_knock(schedule: Schedule, jurisdiction: Jurisdiction) -> datetime | None:
    """When a recurring schedule may be forgotten: an hour after its last knock, so that the last one is still heard."""
    if schedule.rhythm is Rhythm.ONCE:
        return None
    end = last(schedule)
    return (run_time(jurisdiction, end) + timedelta(hours=1)) if end else None


def expression(schedule: Schedule, jurisdiction: Jurisdiction) -> str:
    """In the words of EventBridge Scheduler, in UTC.

    It may knock on days that are not due (before the start, on the 28th for a 31st): the code asks the schedule.
    """
    hour = RUN_HOUR_UTC[jurisdiction.code]
    match schedule.rhythm:
        case Rhythm.ONCE:
            return f"at({run_time(jurisdiction, schedule.starts_on):%Y-%m-%dT%H:%M:%S})"
        case Rhythm.WEEKLY:
            return f"cron(0 {hour} ? * {_WEEKDAYS[schedule.starts_on.weekday()]} *)"
        case Rhythm.MONTHLY:
            wished = schedule.day_of_month or schedule.starts_on.day
            days = str(wished) if wished <= DAY_IN_EVERY_MONTH else f"{DAY_IN_EVERY_MONTH}-{wished}"
            return f"cron(0 {hour} {days} * ? *)"
