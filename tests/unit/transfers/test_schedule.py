"""The days of schedules: stories of months and properties of all of them."""

from calendar import monthrange
from datetime import UTC, date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars import calendar_day
from domain.jurisdictions import JURISDICTIONS
from domain.transfers.model import Rhythm, Schedule
from domain.transfers.schedule import (
    expression,
    last,
    last_knock,
    next_after,
    next_on_or_after,
    occurrence,
    run_time,
    schedule_faults,
    start_faults,
)

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    rhythm = draw(st.sampled_from(Rhythm))
    starts_on = draw(days)
    if rhythm is Rhythm.ONCE:
        return Schedule(rhythm=rhythm, starts_on=starts_on)
    ends = draw(st.sampled_from(["never", "day", "count"]))
    wished = st.one_of(st.none(), st.integers(1, 31))
    return Schedule(
        rhythm=rhythm,
        starts_on=starts_on,
        day_of_month=draw(wished) if rhythm is Rhythm.MONTHLY else None,
        ends_on=starts_on + timedelta(days=draw(st.integers(0, 2000))) if ends == "day" else None,
        count=draw(st.integers(1, 60)) if ends == "count" else None,
    )


def first(schedule: Schedule, n: int) -> list[str]:
    found = (occurrence(schedule, index) for index in range(n))
    return [day.isoformat() for day in found if day]


def test_the_31st_is_the_last_day_of_shorter_months() -> None:
    monthly = Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2026, 1, 31))
    assert first(monthly, 5) == ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]


def test_the_30th_knows_leap_years() -> None:
    monthly = Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2028, 1, 30))
    assert first(monthly, 3) == ["2028-01-30", "2028-02-29", "2028-03-30"]


def test_the_29th_of_february_comes_back_as_the_28th_and_the_29th() -> None:
    monthly = Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2028, 2, 29))
    assert occurrence(monthly, 12) == date(2029, 2, 28)
    assert occurrence(monthly, 48) == date(2032, 2, 29)


def test_a_wished_day_that_has_passed_begins_next_month() -> None:
    monthly = Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2026, 12, 20), day_of_month=15, count=2)
    assert first(monthly, 5) == ["2027-01-15", "2027-02-15"]


def test_weeks_go_on_over_the_change_of_clocks() -> None:
    weekly = Schedule(rhythm=Rhythm.WEEKLY, starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 15))
    assert first(weekly, 9) == ["2026-03-01", "2026-03-08", "2026-03-15"]


@given(schedules())
def test_no_two_occurrences_share_a_day_and_each_is_later(schedule: Schedule) -> None:
    found = [day for day in (occurrence(schedule, n) for n in range(70)) if day]
    assert all(earlier < later for earlier, later in pairwise(found))


@given(schedules(), st.integers(0, 70))
def test_what_has_ended_stays_ended(schedule: Schedule, n: int) -> None:
    if occurrence(schedule, n) is None:
        assert occurrence(schedule, n + 1) is None


@given(schedules(), days)
def test_the_next_is_the_first_that_is_not_before(schedule: Schedule, day: date) -> None:
    found = next_on_or_after(schedule, day)
    if found:
        assert found >= max(day, schedule.starts_on)
    known = [one for one in (occurrence(schedule, n) for n in range(2200)) if one]
    expected = next((one for one in known if one >= day), None)
    if expected or schedule.count or schedule.ends_on or schedule.rhythm is Rhythm.ONCE:
        assert found == expected


@given(schedules())
def test_walking_from_one_to_the_next_meets_every_occurrence_once(schedule: Schedule) -> None:
    walked: list[date | None] = [occurrence(schedule, 0)]
    for _ in range(30):
        here = walked[-1]
        if here is None:
            break
        walked.append(next_after(schedule, here))
    assert walked == [occurrence(schedule, n) for n in range(len(walked))]


@given(schedules())
def test_monthly_falls_on_the_wished_day_or_the_last(schedule: Schedule) -> None:
    if schedule.rhythm is Rhythm.MONTHLY:
        wished = schedule.day_of_month or schedule.starts_on.day
        for n in range(24):
            if day := occurrence(schedule, n):
                assert day.day == min(wished, monthrange(day.year, day.month)[1])


@given(schedules())
def test_the_last_has_nothing_after_it(schedule: Schedule) -> None:
    end = last(schedule)
    if end:
        assert next_on_or_after(schedule, end) == end
        assert next_after(schedule, end) is None
    elif not schedule_faults(schedule):
        assert schedule.count is None
        assert schedule.ends_on is None


@pytest.mark.parametrize(
    ("schedule", "path", "code"),
    [
        (Schedule(rhythm=Rhythm.ONCE, starts_on=date(2026, 1, 1), count=2), "count", "NOT_RECURRING"),
        (
            Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(9999, 12, 31), day_of_month=5),
            "startsOn",
            "DATE_OUT_OF_RANGE",
        ),
        (
            Schedule(rhythm=Rhythm.WEEKLY, starts_on=date(2026, 1, 1), ends_on=date(9999, 12, 31)),
            "endsOn",
            "DATE_OUT_OF_RANGE",
        ),
        (
            Schedule(rhythm=Rhythm.ONCE, starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 1)),
            "endsOn",
            "NOT_RECURRING",
        ),
        (
            Schedule(rhythm=Rhythm.WEEKLY, starts_on=date(2026, 1, 1), day_of_month=3),
            "dayOfMonth",
            "NOT_MONTHLY",
        ),
        (Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2026, 1, 1), day_of_month=0), "dayOfMonth", "OUT_OF_RANGE"),
        (Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2026, 1, 1), day_of_month=32), "dayOfMonth", "OUT_OF_RANGE"),
        (Schedule(rhythm=Rhythm.WEEKLY, starts_on=date(2026, 1, 1), count=0), "count", "OUT_OF_RANGE"),
        (
            Schedule(rhythm=Rhythm.WEEKLY, starts_on=date(2026, 1, 1), count=2, ends_on=date(2026, 5, 1)),
            "endsOn",
            "BOTH_ENDS",
        ),
        (
            Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2026, 1, 20), day_of_month=15, ends_on=date(2026, 2, 1)),
            "endsOn",
            "NEVER_DUE",
        ),
    ],
)
def test_schedules_that_contradict_themselves_are_refused(schedule: Schedule, path: str, code: str) -> None:
    assert [(fault.path, fault.code) for fault in schedule_faults(schedule)] == [(("schedule", path), code)]


def test_orders_begin_tomorrow_at_the_earliest_and_in_two_years_at_the_latest() -> None:
    today = date(2026, 3, 10)
    for ahead, good in ((0, False), (-1, False), (1, True), (731, True), (732, False)):
        schedule = Schedule(rhythm=Rhythm.ONCE, starts_on=today + timedelta(days=ahead))
        assert (start_faults(schedule, today) == ()) is good


@pytest.mark.parametrize("code", ["us", "eu"])
@given(day=days)
def test_the_scheduler_knocks_on_the_local_day(code: str, day: date) -> None:
    jurisdiction = JURISDICTIONS[code]
    knock = run_time(jurisdiction, day)
    assert knock.tzinfo is UTC
    assert knock.date() == calendar_day(jurisdiction, knock) == day


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Schedule(rhythm=Rhythm.ONCE, starts_on=date(2026, 3, 12)), "at(2026-03-12T11:00:00)"),
        (Schedule(rhythm=Rhythm.WEEKLY, starts_on=date(2026, 3, 12)), "cron(0 11 ? * THU *)"),
        (Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2026, 3, 12)), "cron(0 11 12 * ? *)"),
        (Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2026, 3, 31)), "cron(0 11 28-31 * ? *)"),
        (
            Schedule(rhythm=Rhythm.MONTHLY, starts_on=date(2026, 3, 12), day_of_month=29),
            "cron(0 11 28-29 * ? *)",
        ),
    ],
)
def test_the_scheduler_is_told_in_its_own_words(schedule: Schedule, expected: str) -> None:
    assert expression(schedule, JURISDICTIONS["us"]) == expected


@given(schedules())
def test_the_scheduler_knocks_at_least_on_every_due_day(schedule: Schedule) -> None:
    text = expression(schedule, JURISDICTIONS["eu"])
    for n in range(40):
        day = occurrence(schedule, n)
        if day is None:
            continue
        assert knocks_on(text, day)
        end = last_knock(schedule, JURISDICTIONS["eu"])
        assert end is None or end > run_time(JURISDICTIONS["eu"], day)


def knocks_on(text: str, day: date) -> bool:
    if text.startswith("at("):
        return text == f"at({day.isoformat()}T06:00:00)"
    minute, hour, days_of_month, month, weekday, year = text.removeprefix("cron(").removesuffix(")").split()
    assert (minute, hour, month, year) == ("0", "6", "*", "*")
    if days_of_month == "?":
        return f"{day:%a}".upper() == weekday
    low, _, high = days_of_month.partition("-")
    return int(low) <= day.day <= int(high or low)
