"""Calendars, against published dates and against the `holidays` package where the rules coincide."""

from datetime import UTC, date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendars import (
    CALENDARS,
    CLOSED_RUN_MAX,
    SATURDAY,
    SUNDAY,
    banking_day_on_or_after,
    booked_day,
    calendar_day,
    federal_reserve_holidays,
    is_banking_day,
    target_holidays,
)
from domain.jurisdictions import JURISDICTIONS

US, EU = JURISDICTIONS["us"], JURISDICTIONS["eu"]
days = st.dates(min_value=date(2002, 1, 1), max_value=date(2099, 12, 31))
calendars = st.sampled_from(sorted(CALENDARS))


def dates(year: int, text: str) -> set[date]:
    """ "01-01 01-20" of 2025."""
    return {date.fromisoformat(f"{year}-{day}") for day in text.split()}


class TestFederalReserve:
    @pytest.mark.parametrize(
        ("year", "published"),
        [
            # frbservices.org, Federal Reserve Banks Holiday Schedules. A holiday on Saturday is kept on no weekday.
            (2024, "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25"),
            (2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
            (2026, "01-01 01-19 02-16 05-25 06-19 07-04 09-07 10-12 11-11 11-26 12-25"),
            (2027, "01-01 01-18 02-15 05-31 06-19 07-05 09-06 10-11 11-11 11-25 12-25"),
            (2028, "01-01 01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-11 11-23 12-25"),
        ],
    )
    def test_the_published_schedule_holds(self, year: int, published: str) -> None:
        assert federal_reserve_holidays(year) == dates(year, published)

    @pytest.mark.parametrize("year", [*range(1990, 2021), *range(2022, 2100)])
    def test_holidays_are_the_federal_ones_with_sundays_moved_to_monday(self, year: int) -> None:
        federal = holidays.country_holidays("US", years=year, observed=False)

        assert federal_reserve_holidays(year) == {
            day + timedelta(days=day.weekday() == SUNDAY) for day in federal if day.year == year
        }

    def test_juneteenth_closes_the_banks_from_2022(self) -> None:
        assert is_banking_day("federal_reserve", date(2020, 6, 19))
        assert not is_banking_day("federal_reserve", date(2023, 6, 19))

    def test_a_holiday_on_saturday_leaves_friday_open(self) -> None:
        assert is_banking_day("federal_reserve", date(2026, 7, 3))

    def test_new_year_on_sunday_closes_monday(self) -> None:
        assert not is_banking_day("federal_reserve", date(2023, 1, 2))
        assert is_banking_day("federal_reserve", date(2023, 1, 3))


class TestTarget:
    @pytest.mark.parametrize(
        ("year", "published"),
        [
            # ecb.europa.eu, T2 and T2S calendars: closing days.
            (2024, "01-01 03-29 04-01 05-01 12-25 12-26"),
            (2025, "01-01 04-18 04-21 05-01 12-25 12-26"),
            (2026, "01-01 04-03 04-06 05-01 12-25 12-26"),
            (2027, "01-01 03-26 03-29 05-01 12-25 12-26"),
        ],
    )
    def test_the_published_closing_days_hold(self, year: int, published: str) -> None:
        assert target_holidays(year) == dates(year, published)

    @pytest.mark.parametrize("year", range(2002, 2100))
    def test_closing_days_are_those_of_the_european_central_bank(self, year: int) -> None:
        assert target_holidays(year) == set(holidays.financial_holidays("ECB", years=year))


class TestBankingDays:
    @given(calendar=calendars, day=days)
    def test_the_next_banking_day_is_the_first_open_one(self, calendar: str, day: date) -> None:
        found = banking_day_on_or_after(calendar, day)

        assert found >= day
        assert is_banking_day(calendar, found)
        between = [day + timedelta(days=n) for n in range((found - day).days)]
        assert not [open_day for open_day in between if is_banking_day(calendar, open_day)]

    @given(calendar=calendars, day=days)
    def test_no_calendar_is_closed_for_a_week(self, calendar: str, day: date) -> None:
        assert (banking_day_on_or_after(calendar, day) - day).days <= 5 < CLOSED_RUN_MAX

    @given(calendar=calendars, day=days)
    def test_weekends_are_closed(self, calendar: str, day: date) -> None:
        assert day.weekday() < SATURDAY or not is_banking_day(calendar, day)

    def test_a_calendar_that_never_opens_is_a_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        every_day = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(365))
        monkeypatch.setitem(CALENDARS, "never", {2026: every_day}.__getitem__)

        with pytest.raises(ValueError, match="closed for 10 days"):
            banking_day_on_or_after("never", date(2026, 3, 2))


class TestBookedDay:
    @pytest.mark.parametrize(
        ("instant", "calendar", "booked"),
        [
            # New York is UTC-5 in winter, UTC-4 in summer; clocks go forward on 2026-03-08.
            ("2026-03-03T04:59:59.999999", "2026-03-02", "2026-03-02"),
            ("2026-03-03T05:00:00", "2026-03-03", "2026-03-03"),
            ("2026-07-01T03:59:59.999999", "2026-06-30", "2026-06-30"),
            ("2026-07-01T04:00:00", "2026-07-01", "2026-07-01"),
            ("2026-03-07T12:00:00", "2026-03-07", "2026-03-09"),
            ("2026-12-25T12:00:00", "2026-12-25", "2026-12-28"),
            ("2027-07-03T12:00:00", "2027-07-03", "2027-07-06"),
        ],
    )
    def test_in_new_york(self, instant: str, calendar: str, booked: str) -> None:
        moment = datetime.fromisoformat(instant).replace(tzinfo=UTC)

        assert calendar_day(US, moment) == date.fromisoformat(calendar)
        assert booked_day(US, moment) == date.fromisoformat(booked)

    @pytest.mark.parametrize(
        ("instant", "booked"),
        [
            ("2026-03-02T22:59:59", "2026-03-02"),
            ("2026-03-02T23:00:00", "2026-03-03"),
            ("2026-04-03T08:00:00", "2026-04-07"),
            ("2026-12-31T23:00:00", "2027-01-04"),
        ],
    )
    def test_in_frankfurt(self, instant: str, booked: str) -> None:
        assert booked_day(EU, datetime.fromisoformat(instant).replace(tzinfo=UTC)) == date.fromisoformat(booked)

    @given(
        minute=st.integers(min_value=0, max_value=60 * 24 * 365 * 40),
        within=st.integers(min_value=0, max_value=59_999_999),
        jurisdiction=st.sampled_from([US, EU]),
    )
    def test_the_booked_day_changes_only_between_minutes(self, minute: int, within: int, jurisdiction: object) -> None:
        start = datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
        home = US if jurisdiction is US else EU

        assert booked_day(home, start) == booked_day(home, start + timedelta(microseconds=within))

    @given(minutes=st.integers(min_value=0, max_value=60 * 24 * 365 * 40), later=st.integers(0, 10**6))
    def test_the_booked_day_never_goes_back(self, minutes: int, later: int) -> None:
        start = datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)

        for home in (US, EU):
            assert booked_day(home, start) <= booked_day(home, start + timedelta(minutes=later))
