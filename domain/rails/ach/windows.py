"""Windows: until when an entry can go into a file, when that file settles, and which date the entry then carries.

A window is one transmission deadline of the operator (FedACH) and the settlement it leads to. Our cut-off lies before
it by the lead the sponsor bank needs. A processing day's last deadline is 02:15 ET of the next calendar day, so what
settles on a Monday must have left by 02:15 on Saturday.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from domain.calendars import CLOSED_RUN_MAX
from domain.rails.ach.calendar import (
    banking_day_on_or_after,
    day_of,
    instant_of,
    is_banking_day,
    next_banking_day,
    previous_banking_day,
)
from domain.rails.ach.tables import GENERAL, Reason, Source, in_force


class Speed(StrEnum):
    SAME_DAY = "same_day"
    NEXT_DAY = "next_day"


@dataclass(frozen=True, slots=True)
class Schedule:
    """One window of every processing day since `since`. Times are of the wall clock in New York."""

    name: str
    speed: Speed
    deadline: time
    after_midnight: bool
    """The deadline is on the calendar day after the processing day."""
    distribution: time | None
    """When the operator means to hand the file to the receiving bank; None where no figure was found."""
    settlement: time
    since: date
    source: Source


_SAME_DAY: Final = Source("frbservices.org, FedACH SameDay Service and FedACH Processing Schedule")
_THIRD: Final = Source("frbservices.org, Fed360 2020-01-15, third Same Day ACH window from 2021-03-19")
_LATE: Final = Source("frbservices.org, notice of 2022-07-20, additional ACH file delivery from 2022-09-12")
_FUTURE: Final = Source("frbservices.org, FedACH Processing Schedule; nacha.org, ACH network hours")
_S, _N = Speed.SAME_DAY, Speed.NEXT_DAY
_SD1, _SD2, _SD3, _LATE_EVENING = date(2016, 9, 23), date(2016, 9, 23), date(2021, 3, 19), date(2022, 9, 12)

SCHEDULES: Final = (
    Schedule("SD1", _S, time(10, 30), False, time(12), time(13), _SD1, _SAME_DAY),
    Schedule("SD2", _S, time(14, 45), False, time(16), time(17), _SD2, _SAME_DAY),
    Schedule("SD3", _S, time(16, 45), False, time(17, 30), time(18), _SD3, _THIRD),
    Schedule("ND1", _N, time(22, 45), False, time(23, 30), time(8, 30), _LATE_EVENING, _LATE),
    Schedule("ND2", _N, time(2, 15), True, time(6), time(8, 30), date(1990, 1, 1), _FUTURE),
)
"""In the order of a processing day. Same-day windows settle on it, the others on the next banking day."""

LEAD_DEFAULT: Final = timedelta(minutes=30)
LEAD_MIN: Final = timedelta(minutes=15)
"""Less than a quarter of an hour is not enough to build, send and see acknowledged what a window holds."""
LEAD_MAX: Final = timedelta(minutes=30)
"""More is a sponsor's internal deadline: a row of its own in the schedule, not a lead."""


@dataclass(frozen=True, slots=True)
class PartnerLead:
    """How long before a deadline the sponsor bank must have our file."""

    partner: str
    since: date
    lead: timedelta
    source: Source


PARTNER_LEADS: Final[list[PartnerLead]] = []
"""Partners without a row have `LEAD_DEFAULT`."""

SEARCH_DAYS_MAX: Final = CLOSED_RUN_MAX + 1
"""An open window is found within the longest run of closed days, and one more."""
SPAN_MAX: Final = timedelta(days=62)
"""Two months of windows: what one question may span."""
DAYS_REMEMBERED_MAX: Final = 128
"""Processing days whose windows are made once: the longest question, twice. Whoever cuts files asks about the same days
each minute."""
_ID: Final = re.compile(r"(\d{4})(\d{2})(\d{2})-([A-Z]{2}\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Window:
    """One window of one day. Instants are in UTC."""

    id: str
    """Day of settlement and name, "20261130-SD1": the same whatever the lead is."""
    name: str
    same_day: bool
    cut_off_at: datetime
    """An entry accepted before this instant is in; at it, it is late."""
    deadline_at: datetime
    settles_at: datetime
    settles_on: date
    """Also the effective entry date that its entries carry."""


class WindowIdMalformed(ValueError):
    """The text names no window of the schedule."""


class LeadOutOfRange(ValueError):
    """A lead that no partner may have."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """The window an entry goes into, and why it settles later than the day it was asked on."""

    window: Window
    moved: Reason | None


AFTER_LAST_SAME_DAY_CUT_OFF: Final = Reason(
    "AFTER_LAST_SAME_DAY_CUT_OFF",
    "The last same-day cut-off has passed; it settles on the next banking day.",
)
NOT_A_BANKING_DAY: Final = Reason("NOT_A_BANKING_DAY", "The day is no banking day; it settles on the next one.")


def lead_of(partner: str, on: date) -> timedelta:
    row = in_force((row for row in PARTNER_LEADS if row.partner == partner), on)
    return checked_lead(row.lead) if row else LEAD_DEFAULT


def checked_lead(lead: timedelta) -> timedelta:
    if not LEAD_MIN <= lead <= LEAD_MAX:
        raise LeadOutOfRange(f"a lead is {LEAD_MIN} to {LEAD_MAX}, not {lead}")
    return lead


def next_window(now: datetime, speed: Speed, lead: timedelta = LEAD_DEFAULT) -> Window:
    """The window that settles first of those still open at `now`.

    Whoever asks for the same day gets what is quickest: when the last same-day cut-off has passed, the night's window,
    which settles before the first same-day window of the next banking day and costs no same-day fee.
    """
    first = day_of(now) - timedelta(days=1)  # the night's window still belongs to the day before
    for n in range(SEARCH_DAYS_MAX):
        found = [
            window
            for window in _windows_of(first + timedelta(days=n), lead)
            if now < window.cut_off_at and (speed is Speed.SAME_DAY or not window.same_day)
        ]
        if found:
            return min(found, key=lambda window: (window.settles_at, window.cut_off_at))
    raise ValueError(f"no window opens within {SEARCH_DAYS_MAX} days of {first}")


def assign(now: datetime, speed: Speed, lead: timedelta = LEAD_DEFAULT) -> Assignment:
    """`next_window`, with the reason when somebody who asked for the same day does not get it."""
    window, today = next_window(now, speed, lead), day_of(now)
    if speed is Speed.NEXT_DAY or window.settles_on == today:
        return Assignment(window, None)
    return Assignment(window, AFTER_LAST_SAME_DAY_CUT_OFF if is_banking_day(today) else NOT_A_BANKING_DAY)


def posting_at(settles_on: date, received_at: datetime) -> datetime:
    """When the money of an entry that came at `received_at` is due: at the settlement of the delivery that it came
    with, which is the last one of the day that was handed out by then; what came before the first of them is of the
    night. Money that should have been there already is due at once."""
    row = max(
        (
            schedule
            for schedule in SCHEDULES
            if schedule.speed is Speed.SAME_DAY
            and schedule.since <= settles_on
            and schedule.distribution
            and instant_of(settles_on, schedule.distribution) <= received_at
        ),
        key=lambda schedule: schedule.settlement,
        default=SCHEDULES[-1],
    )
    return max(received_at, instant_of(settles_on, row.settlement))


def return_cut_off(last_day: date, lead: timedelta = LEAD_DEFAULT) -> datetime:
    """The last cut-off of a processing day: what is to leave on its last legal day is decided by then."""
    return max(window.cut_off_at for window in _windows_of(last_day, lead))


def windows_between(start: datetime, end: datetime, lead: timedelta = LEAD_DEFAULT) -> tuple[Window, ...]:
    """The windows whose cut-off comes after `start`, up to and with `end`, in the order of their cut-offs.

    Whoever asks again from where the last question ended meets each window once.
    """
    if end < start:
        raise ValueError("the end is before the start")
    if end - start > SPAN_MAX:
        raise ValueError(f"a question spans at most {SPAN_MAX.days} days")
    first = day_of(start) - timedelta(days=1)
    days = (first + timedelta(days=n) for n in range((day_of(end) - first).days + 1))
    found = [window for day in days for window in _windows_of(day, lead) if start < window.cut_off_at <= end]
    return tuple(sorted(found, key=lambda window: window.cut_off_at))


def window_of(text: str, lead: timedelta = LEAD_DEFAULT) -> Window:
    """The window an id names."""
    settles_on, name = parse_window_id(text)
    same_day = any(schedule.name == name and schedule.speed is Speed.SAME_DAY for schedule in SCHEDULES)
    day = settles_on if same_day else previous_banking_day(settles_on)
    for window in _windows_of(day, lead):
        if window.name == name:
            return window
    raise WindowIdMalformed(f"there is no window {name} for {settles_on}")


def window_id(settles_on: date, name: str) -> str:
    return f"{settles_on:%Y%m%d}-{name}"


def parse_window_id(text: str) -> tuple[date, str]:
    """Day of settlement and name. Refuses what no schedule has, and days that are no banking days."""
    found = _ID.fullmatch(text)
    if found is None or found[4] not in {schedule.name for schedule in SCHEDULES}:
        raise WindowIdMalformed(f"{text[:40]!r} is no window id")
    try:
        settles_on = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise WindowIdMalformed(f"{text[:40]!r} has no day of the calendar") from None
    first = min(schedule.since for schedule in SCHEDULES if schedule.name == found[4])
    if settles_on < first or not is_banking_day(settles_on):
        raise WindowIdMalformed(f"{text[:40]!r} is not on a banking day of that window")
    return settles_on, found[4]


@lru_cache(maxsize=DAYS_REMEMBERED_MAX)
def _windows_of(day: date, lead: timedelta) -> tuple[Window, ...]:
    """The windows of one processing day; none when it is no banking day."""
    checked_lead(lead)
    if not is_banking_day(day):
        return ()
    return tuple(_window(schedule, day, lead) for schedule in SCHEDULES if schedule.since <= day)


def _window(schedule: Schedule, day: date, lead: timedelta) -> Window:
    same_day = schedule.speed is Speed.SAME_DAY
    settles_on = day if same_day else next_banking_day(day)
    deadline_at = instant_of(day + timedelta(days=schedule.after_midnight), schedule.deadline)
    return Window(
        id=window_id(settles_on, schedule.name),
        name=schedule.name,
        same_day=same_day,
        cut_off_at=deadline_at - lead,
        deadline_at=deadline_at,
        settles_at=instant_of(settles_on, schedule.settlement),
        settles_on=settles_on,
    )


# --- the effective entry date of an entry ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EffectiveEntryDate:
    """The day an entry is to settle on, and why it is not the one asked for."""

    day: date
    same_day: bool
    """It is today's and only a same-day window reaches it: the entry must be eligible for one."""
    moved: Reason | None


DATE_UNREADABLE: Final = Reason("DATE_UNREADABLE", "The effective entry date is no date; the next banking day is used.")
DATE_PAST: Final = Reason("DATE_PAST", "The effective entry date has passed; the next banking day is used.")
DATE_TOO_LATE_FOR_TODAY: Final = Reason(
    "DATE_TOO_LATE_FOR_TODAY",
    "The last same-day cut-off of that day has passed; the next banking day is used.",
)
DATE_TOO_SOON: Final = Reason(
    "DATE_TOO_SOON", "No overnight window settles on that date any more; the next one is used."
)
DATE_CLOSED: Final = Reason(
    "DATE_CLOSED", "The effective entry date is no banking day; the next banking day on or after it is used."
)
_YYMMDD: Final = re.compile(r"(\d{2})(\d{2})(\d{2})", re.ASCII)


def read_effective_date(text: str) -> date | None:
    """YYMMDD of this century, as field 9 of a batch header has it; None when it is no date (999999, blanks)."""
    found = _YYMMDD.fullmatch(text)
    if found is None:
        return None
    try:
        return date(2000 + int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def effective_entry_date(asked: date | None, *, now: datetime, lead: timedelta = LEAD_DEFAULT) -> EffectiveEntryDate:
    """What becomes of an effective entry date at `now`.

    A stale or unreadable date is never left in a file: the operator settles such an entry in the next same-day window
    (frbservices.org, Fed360 2020-11-16), which nobody asked for. It becomes the day the night's window settles on.
    """
    later = next_window(now, Speed.NEXT_DAY, lead).settles_on
    if asked is None:
        return EffectiveEntryDate(later, same_day=False, moved=DATE_UNREADABLE)
    today = day_of(now)
    if asked < today:
        return EffectiveEntryDate(later, same_day=False, moved=DATE_PAST)
    if not is_banking_day(asked):
        open_day = max(later, banking_day_on_or_after(asked))
        return EffectiveEntryDate(open_day, same_day=False, moved=DATE_CLOSED)
    if asked > today:
        return EffectiveEntryDate(max(later, asked), same_day=False, moved=None if later <= asked else DATE_TOO_SOON)
    quickest = next_window(now, Speed.SAME_DAY, lead)
    if quickest.settles_on == today:
        return EffectiveEntryDate(today, same_day=quickest.same_day, moved=None)
    return EffectiveEntryDate(later, same_day=False, moved=DATE_TOO_LATE_FOR_TODAY)


# --- when the receiver of a credit has the money ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Availability:
    """By when, on the day of settlement, the receiving bank makes a credit available. Its own local time."""

    window: str
    since: date
    by: time | None
    """None: by the end of its processing day."""
    source: Source


_PHASES: Final = Source("frbservices.org, Same Day ACH Frequently Asked Questions, implementation phases")
_FASTER: Final = Source("bankingjournal.aba.com, 2018-09, faster funds availability from 2019-09-20")
_NINE: Final = Source("nacha.org, funds availability of non-same-day credits from 2026-09-18")

AVAILABILITIES: Final = (
    Availability("SD1", date(2016, 9, 23), None, _PHASES),
    Availability("SD1", date(2018, 3, 16), time(17), _PHASES),
    Availability("SD1", date(2019, 9, 20), time(13, 30), _FASTER),
    Availability("SD2", date(2016, 9, 23), None, _PHASES),
    Availability("SD2", date(2018, 3, 16), time(17), _PHASES),
    Availability("SD3", date(2021, 3, 19), None, _SAME_DAY),
    Availability("ND1", date(2022, 9, 12), None, GENERAL),
    Availability("ND1", date(2026, 9, 18), time(9), _NINE),
    Availability("ND2", date(1990, 1, 1), None, GENERAL),
    Availability("ND2", date(2026, 9, 18), time(9), _NINE),
)
"""Before 2026-09-18 a credit of the night was due by 09:00 only when the bank had it by 17:00 the day before."""


def available_at(window: Window, zone: ZoneInfo) -> datetime:
    """The latest instant, in UTC, at which a bank in `zone` makes a credit of this window available.

    A bank's processing day ends when it says; midnight is taken, so that nobody is told of money too early.
    """
    row = in_force((row for row in AVAILABILITIES if row.window == window.name), window.settles_on)
    if row is None:
        raise ValueError(f"no availability is known of {window.id}")
    if row.by is None:
        return instant_of(window.settles_on + timedelta(days=1), time(0), zone=zone)
    return instant_of(window.settles_on, row.by, zone=zone)
