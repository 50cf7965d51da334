"""Banking days of rails against tables by hand, against the `holidays` package, and as arithmetic."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import calendars
from domain.rails.ach import calendar
from domain.rails.ach.calendar import (
    ACH,
    BANKING_DAYS_MAX,
    EASTERN,
    FEDWIRE,
    RAIL_DAYS,
    RailDays,
    RailUnknown,
    add_banking_days,
    banking_day_on_or_after,
    banking_day_on_or_before,
    banking_days,
    banking_days_between,
    day_of,
    instant_of,
    is_banking_day,
    next_banking_day,
    previous_banking_day,
    wall_time_of,
)
from domain.rails.ach.tables import OURS

days = st.dates(date(2001, 1, 1), date(2090, 12, 31))
rails = st.sampled_from([ACH, FEDWIRE])


class TestClosedDays:
    @pytest.mark.parametrize(
        ("year", "closed"),
        [
            # frbservices.org, holiday schedules: weekdays on which ACH does not settle. Saturdays are not moved.
            (2021, "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25"),  # Christmas on a Saturday
            (2022, "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26"),  # New Year on a Saturday
            (2023, "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-23 12-25"),  # New Year on a Sunday
            (2024, "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25"),
            (2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
            (2026, "01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25"),  # 4 July on a Saturday
            (2027, "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25"),  # Juneteenth, Christmas on Saturdays
            (2028, "01-17 02-21 05-29 06-19 07-04 09-04 10-09 11-23 12-25"),  # New Year, Veterans on Saturdays
            (2029, "01-01 01-15 02-19 05-28 06-19 07-04 09-03 10-08 11-12 11-22 12-25"),  # Veterans on a Sunday
            (2030, "01-01 01-21 02-18 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25"),
        ],
    )
    def test_are_weekends_and_these(self, year: int, closed: str) -> None:
        weekdays = [day for day in year_of(year) if day.weekday() < calendars.SATURDAY]

        found = [day for day in weekdays if not is_banking_day(day)]

        assert found == [date.fromisoformat(f"{year}-{text}") for text in closed.split()]

    @pytest.mark.parametrize("year", range(2022, 2060))
    def test_are_those_of_the_federal_reserve(self, year: int) -> None:
        oracle = holidays.financial_holidays("FED", years=year)

        for day in year_of(year):
            assert is_banking_day(day) == (day.weekday() < calendars.SATURDAY and day not in oracle), day

    @given(day=days, rail=rails)
    def test_are_those_on_which_nothing_is_booked(self, day: date, rail: str) -> None:
        assert is_banking_day(day, rail=rail) == calendars.is_banking_day("federal_reserve", day)

    @pytest.mark.parametrize(
        ("rail", "day"), [("rtp", date(2026, 11, 30)), (ACH, date(1985, 12, 31)), ("", date(2026, 11, 30))]
    )
    def test_of_a_rail_or_a_time_that_no_row_knows_are_a_fault(self, rail: str, day: date) -> None:
        with pytest.raises(RailUnknown):
            is_banking_day(day, rail=rail)


class TestARailThatChangesItsDays:
    """Fedwire is to open from Sunday to Friday and on holidays: one row, from a day on."""

    @pytest.fixture(autouse=True)
    def six_days(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = RailDays(FEDWIRE, date(2028, 10, 1), frozenset({calendars.SATURDAY}), None, OURS)
        monkeypatch.setattr(calendar, "RAIL_DAYS", [*RAIL_DAYS, row])

    @pytest.mark.parametrize(
        ("day", "fedwire", "ach"),
        [
            (date(2028, 9, 24), False, False),  # a Sunday before
            (date(2028, 10, 1), True, False),  # the first Sunday
            (date(2028, 10, 7), False, False),  # a Saturday
            (date(2028, 10, 9), True, False),  # Columbus Day
            (date(2028, 10, 10), True, True),
        ],
    )
    def test_keeps_the_old_ones_until_then_and_changes_no_other_rail(self, day: date, fedwire: bool, ach: bool) -> None:
        assert is_banking_day(day, rail=FEDWIRE) == fedwire
        assert is_banking_day(day) == ach

    def test_counts_across_the_change(self) -> None:
        assert add_banking_days(date(2028, 9, 28), 3, rail=FEDWIRE) == date(2028, 10, 2)  # Friday, Sunday, Monday
        assert add_banking_days(date(2028, 9, 28), 3) == date(2028, 10, 3)
        assert previous_banking_day(date(2028, 10, 2), rail=FEDWIRE) == date(2028, 10, 1)


class TestSteps:
    @pytest.mark.parametrize(
        ("day", "n", "found"),
        [
            (date(2026, 11, 25), 0, date(2026, 11, 25)),
            (date(2026, 11, 25), 1, date(2026, 11, 27)),  # over Thanksgiving
            (date(2026, 11, 25), 2, date(2026, 11, 30)),  # and the weekend
            (date(2026, 11, 26), 0, date(2026, 11, 27)),
            (date(2026, 11, 28), 0, date(2026, 11, 30)),
            (date(2026, 11, 28), 1, date(2026, 11, 30)),
            (date(2026, 11, 28), -1, date(2026, 11, 27)),
            (date(2026, 11, 30), -1, date(2026, 11, 27)),
            (date(2026, 11, 30), -2, date(2026, 11, 25)),
            (date(2027, 12, 31), 1, date(2028, 1, 3)),  # New Year on a Saturday closes no weekday
            (date(2026, 7, 2), 1, date(2026, 7, 3)),
            (date(2022, 12, 30), 1, date(2023, 1, 3)),
        ],
    )
    def test_count_banking_days_alone(self, day: date, n: int, found: date) -> None:
        assert add_banking_days(day, n) == found

    @given(day=days, n=st.integers(-40, 40), rail=rails)
    def test_end_on_a_banking_day(self, day: date, n: int, rail: str) -> None:
        assert is_banking_day(add_banking_days(day, n, rail=rail), rail=rail)

    @given(day=days, first=st.integers(0, 30), second=st.integers(1, 30))
    def test_add_up(self, day: date, first: int, second: int) -> None:
        start = banking_day_on_or_after(day)

        assert add_banking_days(add_banking_days(start, first), second) == add_banking_days(start, first + second)

    @given(day=days, n=st.integers(1, 60))
    def test_go_back_the_way_they_came(self, day: date, n: int) -> None:
        start = banking_day_on_or_after(day)

        assert add_banking_days(add_banking_days(start, n), -n) == start

    @given(day=days, n=st.integers(1, 60))
    def test_are_what_is_counted_between(self, day: date, n: int) -> None:
        assert banking_days_between(day, add_banking_days(day, n)) == n

    @given(day=days, later=st.integers(0, 30), n=st.integers(0, 30))
    def test_never_overtake(self, day: date, later: int, n: int) -> None:
        assert add_banking_days(day, n) <= add_banking_days(day + timedelta(days=later), n)

    @given(day=days)
    def test_stand_next_to_the_day(self, day: date) -> None:
        assert previous_banking_day(day) < day < next_banking_day(day)
        assert banking_day_on_or_before(day) <= day <= banking_day_on_or_after(day)
        assert (next_banking_day(day) - previous_banking_day(day)).days <= 6
        assert (banking_day_on_or_before(day) == day) == is_banking_day(day) == (banking_day_on_or_after(day) == day)

    @pytest.mark.parametrize("n", [BANKING_DAYS_MAX + 1, -BANKING_DAYS_MAX - 1])
    def test_have_a_limit(self, n: int) -> None:
        with pytest.raises(ValueError, match="more than 400"):
            add_banking_days(date(2026, 11, 30), n)

    def test_reach_as_far_as_the_limit(self) -> None:
        start = date(2026, 11, 30)

        assert banking_days_between(start, add_banking_days(start, BANKING_DAYS_MAX)) == BANKING_DAYS_MAX

    def test_of_a_rail_that_never_opens_are_a_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        never = RailDays("never", date(2000, 1, 1), frozenset(range(7)), None, OURS)
        monkeypatch.setattr(calendar, "RAIL_DAYS", [never])

        with pytest.raises(ValueError, match="closed for 10 days"):
            next_banking_day(date(2026, 3, 2), rail="never")


class TestSpans:
    def test_have_both_ends(self) -> None:
        assert banking_days(date(2026, 11, 25), date(2026, 11, 30)) == (
            date(2026, 11, 25),
            date(2026, 11, 27),
            date(2026, 11, 30),
        )

    def test_of_one_day_hold_it_or_nothing(self) -> None:
        assert banking_days(date(2026, 11, 25), date(2026, 11, 25)) == (date(2026, 11, 25),)
        assert banking_days(date(2026, 11, 26), date(2026, 11, 26)) == ()

    def test_that_end_before_they_start_hold_nothing_and_are_not_counted(self) -> None:
        assert banking_days(date(2026, 11, 25), date(2026, 11, 24)) == ()
        with pytest.raises(ValueError, match="is before"):
            banking_days_between(date(2026, 11, 25), date(2026, 11, 24))

    def test_count_their_end_and_not_their_start(self) -> None:
        assert banking_days_between(date(2026, 11, 25), date(2026, 11, 25)) == 0
        assert banking_days_between(date(2026, 11, 25), date(2026, 11, 27)) == 1
        assert banking_days_between(date(2026, 11, 26), date(2026, 11, 27)) == 1

    def test_have_a_limit(self) -> None:
        with pytest.raises(ValueError, match="more than 3700 days"):
            banking_days(date(2020, 1, 1), date(2031, 1, 1))


class TestTheClockInNewYork:
    @pytest.mark.parametrize(
        ("day", "wall", "utc"),
        [
            ("2026-11-30", "10:30:00", "2026-11-30T15:30:00"),  # winter, UTC-5
            ("2026-07-01", "10:30:00", "2026-07-01T14:30:00"),  # summer, UTC-4
            ("2026-11-30", "22:45:00", "2026-12-01T03:45:00"),
            ("2026-03-08", "01:59:59", "2026-03-08T06:59:59"),  # the last second before clocks go forward
            ("2026-03-08", "03:00:00", "2026-03-08T07:00:00"),  # and the next one
            ("2026-03-08", "02:15:00", "2026-03-08T07:15:00"),  # never said: read as before the jump
            ("2026-11-01", "00:59:59", "2026-11-01T04:59:59"),
            ("2026-11-01", "01:00:00", "2026-11-01T05:00:00"),  # said twice: the first
            ("2026-11-01", "01:59:59", "2026-11-01T05:59:59"),
            ("2026-11-01", "02:00:00", "2026-11-01T07:00:00"),
        ],
    )
    def test_says_an_instant(self, day: str, wall: str, utc: str) -> None:
        found = instant_of(date.fromisoformat(day), time.fromisoformat(wall))

        assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)
        assert found.tzinfo is UTC

    def test_says_the_first_of_two_whatever_the_fold_asked_for(self) -> None:
        twice = time(1, 30, fold=1)

        assert instant_of(date(2026, 11, 1), twice) == instant_of(date(2026, 11, 1), time(1, 30))

    @given(day=days, seconds=st.integers(3 * 3600, 24 * 3600 - 1))
    def test_reads_back_what_it_said(self, day: date, seconds: int) -> None:
        wall = (datetime(2000, 1, 1) + timedelta(seconds=seconds)).time()  # noqa: DTZ001 - a wall time has no zone

        found = instant_of(day, wall)

        assert (day_of(found), wall_time_of(found)) == (day, wall)

    def test_may_hang_elsewhere(self) -> None:
        losangeles = ZoneInfo("America/Los_Angeles")

        assert instant_of(date(2026, 11, 30), time(9), zone=losangeles) == datetime(2026, 11, 30, 17, tzinfo=UTC)
        assert day_of(datetime(2026, 12, 1, 4, 59, 59, tzinfo=UTC)) == date(2026, 11, 30)
        assert day_of(datetime(2026, 12, 1, 5, tzinfo=UTC)) == date(2026, 12, 1)
        assert day_of(datetime(2026, 12, 1, 5, tzinfo=UTC), zone=losangeles) == date(2026, 11, 30)

    def test_takes_no_time_that_has_a_zone_and_no_instant_that_has_none(self) -> None:
        with pytest.raises(ValueError, match="no zone of its own"):
            instant_of(date(2026, 11, 30), time(9, tzinfo=EASTERN))
        with pytest.raises(ValueError, match="has a zone"):
            day_of(datetime(2026, 11, 30))  # noqa: DTZ001 - what is refused


def year_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
