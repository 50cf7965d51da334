"""Windows: to the second at each cut-off, over weekends and holidays, on the days that clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach import windows
from domain.rails.ach.calendar import EASTERN, day_of, is_banking_day, previous_banking_day
from domain.rails.ach.tables import OURS
from domain.rails.ach.windows import (
    AFTER_LAST_SAME_DAY_CUT_OFF,
    DATE_CLOSED,
    DATE_PAST,
    DATE_TOO_LATE_FOR_TODAY,
    DATE_TOO_SOON,
    DATE_UNREADABLE,
    LEAD_DEFAULT,
    LEAD_MAX,
    LEAD_MIN,
    NOT_A_BANKING_DAY,
    SCHEDULES,
    LeadOutOfRange,
    PartnerLead,
    Speed,
    WindowIdMalformed,
    assign,
    available_at,
    effective_entry_date,
    lead_of,
    next_window,
    parse_window_id,
    read_effective_date,
    window_of,
    windows_between,
)

SAME_DAY, NEXT_DAY = Speed.SAME_DAY, Speed.NEXT_DAY
SECOND = timedelta(seconds=1)
instants = st.datetimes(datetime(2023, 1, 1), datetime(2039, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
leads = st.integers(15 * 60, 30 * 60).map(lambda seconds: timedelta(seconds=seconds))
speeds = st.sampled_from(Speed)


def eastern(text: str) -> datetime:
    """ "2026-11-30 10:00:00" on the clock in New York."""
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


class TestTheNextWindow:
    @pytest.mark.parametrize(
        ("now", "speed", "window"),
        [
            # Monday 2026-11-30, cut-offs half an hour before each deadline.
            ("2026-11-30 09:59:59", SAME_DAY, "20261130-SD1"),
            ("2026-11-30 10:00:00", SAME_DAY, "20261130-SD2"),
            ("2026-11-30 14:14:59", SAME_DAY, "20261130-SD2"),
            ("2026-11-30 14:15:00", SAME_DAY, "20261130-SD3"),
            ("2026-11-30 16:14:59", SAME_DAY, "20261130-SD3"),
            ("2026-11-30 16:15:00", SAME_DAY, "20261201-ND1"),
            ("2026-11-30 00:00:00", NEXT_DAY, "20261201-ND1"),
            ("2026-11-30 22:14:59", NEXT_DAY, "20261201-ND1"),
            ("2026-11-30 22:15:00", NEXT_DAY, "20261201-ND2"),
            ("2026-12-01 01:44:59", NEXT_DAY, "20261201-ND2"),
            ("2026-12-01 01:45:00", NEXT_DAY, "20261202-ND1"),
            # In the small hours the night's window is quicker than the first of the day.
            ("2026-12-01 01:44:59", SAME_DAY, "20261201-ND2"),
            ("2026-12-01 01:45:00", SAME_DAY, "20261201-SD1"),
            # Friday's night ends on Saturday; what misses it settles on Monday only by a same-day window.
            ("2026-11-27 16:15:00", SAME_DAY, "20261130-ND1"),
            ("2026-11-28 01:44:59", SAME_DAY, "20261130-ND2"),
            ("2026-11-28 01:45:00", SAME_DAY, "20261130-SD1"),
            ("2026-11-28 01:45:00", NEXT_DAY, "20261201-ND1"),
            ("2026-11-29 23:59:59", NEXT_DAY, "20261201-ND1"),
            # Thanksgiving.
            ("2026-11-25 22:15:00", NEXT_DAY, "20261127-ND2"),
            ("2026-11-26 01:45:00", NEXT_DAY, "20261130-ND1"),
            ("2026-11-26 12:00:00", SAME_DAY, "20261127-SD1"),
            # Independence Day on a Saturday closes no Friday; on a Sunday, Monday.
            ("2026-07-03 12:00:00", SAME_DAY, "20260703-SD2"),
            ("2027-07-05 12:00:00", SAME_DAY, "20270706-SD1"),
        ],
    )
    def test_changes_at_the_second_of_a_cut_off(self, now: str, speed: Speed, window: str) -> None:
        assert next_window(eastern(now), speed).id == window

    @pytest.mark.parametrize(
        ("window", "cut_off", "deadline", "settles"),
        [
            ("20261130-SD1", "2026-11-30T15:00", "2026-11-30T15:30", "2026-11-30T18:00"),
            ("20261130-SD2", "2026-11-30T19:15", "2026-11-30T19:45", "2026-11-30T22:00"),
            ("20261130-SD3", "2026-11-30T21:15", "2026-11-30T21:45", "2026-11-30T23:00"),
            ("20261201-ND1", "2026-12-01T03:15", "2026-12-01T03:45", "2026-12-01T13:30"),
            ("20261201-ND2", "2026-12-01T06:45", "2026-12-01T07:15", "2026-12-01T13:30"),
            ("20261130-ND2", "2026-11-28T06:45", "2026-11-28T07:15", "2026-11-30T13:30"),
            # Summer time ends on Sunday 2026-11-01, begins on Sunday 2027-03-14: the night before, settlement after.
            ("20261102-ND1", "2026-10-31T02:15", "2026-10-31T02:45", "2026-11-02T13:30"),
            ("20261102-SD1", "2026-11-02T15:00", "2026-11-02T15:30", "2026-11-02T18:00"),
            ("20261030-SD1", "2026-10-30T14:00", "2026-10-30T14:30", "2026-10-30T17:00"),
            ("20270315-ND2", "2027-03-13T06:45", "2027-03-13T07:15", "2027-03-15T12:30"),
            ("20270315-SD1", "2027-03-15T14:00", "2027-03-15T14:30", "2027-03-15T17:00"),
        ],
    )
    def test_says_its_instants_in_utc(self, window: str, cut_off: str, deadline: str, settles: str) -> None:
        found = window_of(window)

        assert [found.cut_off_at, found.deadline_at, found.settles_at] == [
            datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (cut_off, deadline, settles)
        ]

    @given(now=instants, speed=speeds, lead=leads)
    def test_is_open_and_in_order(self, now: datetime, speed: Speed, lead: timedelta) -> None:
        found = next_window(now, speed, lead)

        assert now < found.cut_off_at < found.deadline_at < found.settles_at
        assert found.deadline_at - found.cut_off_at == lead
        assert is_banking_day(found.settles_on)
        assert day_of(found.settles_at) == found.settles_on
        assert not (speed is NEXT_DAY and found.same_day)

    @given(now=instants, later=st.integers(0, 10 * 24 * 3600), speed=speeds, lead=leads)
    def test_never_settles_earlier_for_who_comes_later(
        self, now: datetime, later: int, speed: Speed, lead: timedelta
    ) -> None:
        assert (
            next_window(now, speed, lead).settles_at
            <= next_window(now + timedelta(seconds=later), speed, lead).settles_at
        )

    @given(now=instants, speed=speeds, lead=leads)
    def test_stays_the_same_until_its_cut_off_and_is_another_at_it(
        self, now: datetime, speed: Speed, lead: timedelta
    ) -> None:
        found = next_window(now, speed, lead)

        assert next_window(found.cut_off_at - timedelta(microseconds=1), speed, lead) == found
        assert next_window(found.cut_off_at, speed, lead).id != found.id

    @given(now=instants, lead=leads)
    def test_is_never_later_for_who_asks_for_the_same_day(self, now: datetime, lead: timedelta) -> None:
        assert next_window(now, SAME_DAY, lead).settles_at <= next_window(now, NEXT_DAY, lead).settles_at

    @given(now=instants, speed=speeds, lead=leads)
    def test_keeps_its_id_whatever_the_lead(self, now: datetime, speed: Speed, lead: timedelta) -> None:
        found = next_window(now, speed, lead)

        assert window_of(found.id, lead) == found
        assert window_of(found.id, LEAD_MIN).deadline_at == found.deadline_at

    def test_asks_for_an_instant_with_a_zone(self) -> None:
        with pytest.raises(ValueError, match="has a zone"):
            next_window(datetime(2026, 11, 30), SAME_DAY)  # noqa: DTZ001 - what is refused

    def test_of_a_schedule_without_windows_is_a_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(windows, "SCHEDULES", ())
        monkeypatch.setattr(windows, "_windows_of", windows._windows_of.__wrapped__)  # which remembers nothing
        with pytest.raises(ValueError, match="no window opens within"):
            next_window(eastern("2026-11-30 12:00"), SAME_DAY)


class TestAWindowThatCameLater:
    def test_the_third_of_the_day_opened_on_2021_03_19(self) -> None:
        assert next_window(eastern("2021-03-18 15:00:00"), SAME_DAY).id == "20210319-ND2"
        assert next_window(eastern("2021-03-19 15:00:00"), SAME_DAY).id == "20210319-SD3"

    def test_the_late_evening_opened_on_2022_09_12(self) -> None:
        assert next_window(eastern("2022-09-09 20:00:00"), NEXT_DAY).id == "20220912-ND2"
        assert next_window(eastern("2022-09-12 20:00:00"), NEXT_DAY).id == "20220913-ND1"

    def test_before_2016_09_23_nothing_settled_on_the_same_day(self) -> None:
        assert next_window(eastern("2016-09-22 09:00:00"), SAME_DAY).id == "20160923-ND2"
        assert next_window(eastern("2016-09-23 09:00:00"), SAME_DAY).id == "20160923-SD1"


class TestAnEntryThatCameTooLate:
    @pytest.mark.parametrize(
        ("now", "speed", "window", "moved"),
        [
            ("2026-11-30 16:14:59", SAME_DAY, "20261130-SD3", None),
            ("2026-11-30 16:15:00", SAME_DAY, "20261201-ND1", AFTER_LAST_SAME_DAY_CUT_OFF),
            ("2026-11-30 23:59:59", SAME_DAY, "20261201-ND2", AFTER_LAST_SAME_DAY_CUT_OFF),
            ("2026-12-01 00:00:00", SAME_DAY, "20261201-ND2", None),
            ("2026-11-28 12:00:00", SAME_DAY, "20261130-SD1", NOT_A_BANKING_DAY),
            ("2026-11-26 12:00:00", SAME_DAY, "20261127-SD1", NOT_A_BANKING_DAY),
            ("2026-11-28 12:00:00", NEXT_DAY, "20261201-ND1", None),
        ],
    )
    def test_is_told_why_it_settles_another_day(self, now: str, speed: Speed, window: str, moved: object) -> None:
        found = assign(eastern(now), speed)

        assert (found.window.id, found.moved) == (window, moved)

    @given(now=instants, lead=leads)
    def test_has_a_reason_exactly_when_it_does_not_settle_today(self, now: datetime, lead: timedelta) -> None:
        found = assign(now, SAME_DAY, lead)

        assert (found.moved is None) == (found.window.settles_on == day_of(now))


class TestWindowsBetween:
    def test_are_those_of_a_day(self) -> None:
        found = windows_between(eastern("2026-11-30 03:00"), eastern("2026-12-01 03:00"))

        assert [window.id for window in found] == [
            "20261130-SD1",
            "20261130-SD2",
            "20261130-SD3",
            "20261201-ND1",
            "20261201-ND2",
        ]

    def test_leave_their_start_out_and_take_their_end_in(self) -> None:
        cut_off = eastern("2026-11-30 10:00")

        assert [window.id for window in windows_between(cut_off - SECOND, cut_off)] == ["20261130-SD1"]
        assert windows_between(cut_off, cut_off + SECOND) == ()
        assert windows_between(cut_off, cut_off) == ()

    def test_over_a_long_weekend_are_none(self) -> None:
        assert windows_between(eastern("2026-09-05 02:00"), eastern("2026-09-08 09:00")) == ()

    @given(now=instants, hours=st.lists(st.integers(0, 90), max_size=6), lead=leads)
    def test_are_met_once_by_who_goes_on_from_where_he_stopped(
        self, now: datetime, hours: list[int], lead: timedelta
    ) -> None:
        stops = [now]
        for step in hours:
            stops.append(stops[-1] + timedelta(hours=step))

        parts = [window for start, end in pairwise(stops) for window in windows_between(start, end, lead)]

        assert parts == list(windows_between(stops[0], stops[-1], lead))
        assert len({window.id for window in parts}) == len(parts)

    @given(now=instants, lead=leads, speed=speeds)
    def test_hold_the_next_one(self, now: datetime, lead: timedelta, speed: Speed) -> None:
        found = next_window(now, speed, lead)

        assert found in windows_between(now, found.cut_off_at, lead)

    def test_have_limits(self) -> None:
        now = eastern("2026-11-30 03:00")
        with pytest.raises(ValueError, match="at most 62 days"):
            windows_between(now, now + timedelta(days=62, seconds=1))
        with pytest.raises(ValueError, match="before the start"):
            windows_between(now, now - SECOND)


class TestWindowIds:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "20261130",
            "20261130-SD4",
            "20261130-sd1",
            "20261130-SD1 ",
            "20261130-SD1\n",
            "2026113-SD1",
            "20261131-SD1",
            "20261329-SD1",
            "20261128-SD1",  # a Saturday
            "20261126-ND1",  # Thanksgiving
            "20160922-SD1",  # before there was one
            "20210318-SD3",
            "19900102-ND2",
            "00000101-ND2",
            "٢٠٢٦١١٣٠-SD1",
            "x" * 10_000,
        ],
    )
    def test_of_no_window_are_refused(self, text: str) -> None:
        with pytest.raises(WindowIdMalformed) as refused:
            window_of(text)
        assert len(str(refused.value)) < 120

    def test_of_the_night_before_a_window_began_is_refused(self) -> None:
        assert parse_window_id("20220912-ND1") == (date(2022, 9, 12), "ND1")
        with pytest.raises(WindowIdMalformed):  # its processing day, Friday, had no such window
            window_of("20220912-ND1")
        assert window_of("20220913-ND1").name == "ND1"

    @given(text=st.text(max_size=20))
    def test_of_any_text_are_read_or_refused(self, text: str) -> None:
        try:
            parse_window_id(text)
        except WindowIdMalformed:
            return
        assert text[8] == "-"


class TestLeads:
    def test_are_a_quarter_to_half_an_hour(self) -> None:
        now = eastern("2026-11-30 09:00")
        for lead in (LEAD_MIN, LEAD_MAX):
            assert next_window(now, SAME_DAY, lead).id == "20261130-SD1"
        for lead in (LEAD_MIN - SECOND, LEAD_MAX + SECOND, timedelta(0), -LEAD_MIN):
            with pytest.raises(LeadOutOfRange):
                next_window(now, SAME_DAY, lead)
            with pytest.raises(LeadOutOfRange):
                windows_between(now, now, lead)

    def test_of_a_partner_hold_from_their_day(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = PartnerLead("sponsor", date(2026, 12, 1), timedelta(minutes=20), OURS)
        monkeypatch.setattr(windows, "PARTNER_LEADS", [row])

        assert lead_of("sponsor", date(2026, 11, 30)) == LEAD_DEFAULT == timedelta(minutes=30)
        assert lead_of("sponsor", date(2026, 12, 1)) == timedelta(minutes=20)
        assert lead_of("another", date(2026, 12, 1)) == LEAD_DEFAULT

    def test_of_a_partner_out_of_range_are_a_fault(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = PartnerLead("sponsor", date(2026, 1, 1), timedelta(hours=2), OURS)
        monkeypatch.setattr(windows, "PARTNER_LEADS", [row])

        with pytest.raises(LeadOutOfRange):
            lead_of("sponsor", date(2026, 12, 1))


class TestEffectiveEntryDates:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("261130", date(2026, 11, 30)),
            ("240229", date(2024, 2, 29)),
            ("250229", None),
            ("999999", None),
            ("000000", None),
            ("      ", None),
            ("26113", None),
            ("2611300", None),
            ("261130\n", None),
            ("2611-1", None),
            ("٢٦١١٣٠", None),
        ],
    )
    def test_are_read_as_they_stand_in_a_batch(self, text: str, day: date | None) -> None:
        assert read_effective_date(text) == day

    @pytest.mark.parametrize(
        ("asked", "now", "day", "same_day", "moved"),
        [
            # Monday at noon: the night's window settles on Tuesday.
            ("2026-11-30", "2026-11-30 12:00:00", "2026-11-30", True, None),
            ("2026-11-30", "2026-11-30 16:14:59", "2026-11-30", True, None),
            ("2026-11-30", "2026-11-30 16:15:00", "2026-12-01", False, DATE_TOO_LATE_FOR_TODAY),
            ("2026-11-29", "2026-11-30 12:00:00", "2026-12-01", False, DATE_PAST),
            ("2019-01-02", "2026-11-30 12:00:00", "2026-12-01", False, DATE_PAST),
            (None, "2026-11-30 12:00:00", "2026-12-01", False, DATE_UNREADABLE),
            ("2026-12-01", "2026-11-30 12:00:00", "2026-12-01", False, None),
            ("2026-12-09", "2026-11-30 12:00:00", "2026-12-09", False, None),
            ("2026-12-05", "2026-11-30 12:00:00", "2026-12-07", False, DATE_CLOSED),
            ("2026-12-25", "2026-11-30 12:00:00", "2026-12-28", False, DATE_CLOSED),
            # After the night's last cut-off tomorrow is out of reach without a same-day window.
            ("2026-12-01", "2026-12-01 01:44:59", "2026-12-01", False, None),
            ("2026-12-01", "2026-12-01 01:45:00", "2026-12-01", True, None),
            ("2026-11-30", "2026-11-28 01:45:00", "2026-12-01", False, DATE_TOO_SOON),
            ("2026-11-30", "2026-11-28 01:44:59", "2026-11-30", False, None),
            # A weekend's own date.
            ("2026-11-28", "2026-11-28 12:00:00", "2026-12-01", False, DATE_CLOSED),
            ("2026-11-29", "2026-11-28 01:00:00", "2026-11-30", False, DATE_CLOSED),
        ],
    )
    def test_are_kept_or_moved_with_a_reason(
        self, asked: str | None, now: str, day: str, same_day: bool, moved: object
    ) -> None:
        found = effective_entry_date(date.fromisoformat(asked) if asked else None, now=eastern(now))

        assert (found.day, found.same_day, found.moved) == (date.fromisoformat(day), same_day, moved)

    @given(now=instants, away=st.integers(-400, 400) | st.none(), lead=leads)
    def test_end_on_a_day_that_can_be_reached(self, now: datetime, away: int | None, lead: timedelta) -> None:
        today = day_of(now)
        asked = None if away is None else today + timedelta(days=away)

        found = effective_entry_date(asked, now=now, lead=lead)

        assert is_banking_day(found.day)
        assert (found.moved is None) == (found.day == asked)
        assert not found.same_day or found.day == today == asked
        speed = SAME_DAY if found.same_day else NEXT_DAY
        assert next_window(now, speed, lead).settles_on <= found.day


class TestWhenACreditIsAvailable:
    @pytest.mark.parametrize(
        ("window", "zone", "available"),
        [
            ("20261130-SD1", "America/New_York", "2026-11-30T18:30"),
            ("20261130-SD1", "America/Los_Angeles", "2026-11-30T21:30"),
            ("20261130-SD2", "America/New_York", "2026-11-30T22:00"),
            ("20261130-SD3", "America/New_York", "2026-12-01T05:00"),
            ("20261130-ND1", "America/New_York", "2026-11-30T14:00"),
            ("20261130-ND2", "America/Chicago", "2026-11-30T15:00"),
            # Since 2026-09-18 nine o'clock whenever it came in; since 2019-09-20 half past one.
            ("20260918-ND2", "America/New_York", "2026-09-18T13:00"),
            ("20260917-ND2", "America/New_York", "2026-09-18T04:00"),
            ("20190920-SD1", "America/New_York", "2019-09-20T17:30"),
            ("20190919-SD1", "America/New_York", "2019-09-19T21:00"),
            ("20180315-SD1", "America/New_York", "2018-03-16T04:00"),
        ],
    )
    def test_is_said_by_the_receiving_banks_own_clock(self, window: str, zone: str, available: str) -> None:
        found = available_at(window_of(window), ZoneInfo(zone))

        assert found == datetime.fromisoformat(available).replace(tzinfo=UTC)

    @given(now=instants, speed=speeds)
    def test_is_known_of_every_window(self, now: datetime, speed: Speed) -> None:
        window = next_window(now, speed)

        assert available_at(window, EASTERN) > window.settles_at - timedelta(hours=1)

    def test_is_a_fault_of_a_window_without_a_row(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(windows, "AVAILABILITIES", ())
        with pytest.raises(ValueError, match="20261130-SD1"):
            available_at(window_of("20261130-SD1"), EASTERN)


class TestTheSchedule:
    def test_lies_in_the_order_of_a_processing_day(self) -> None:
        found = windows_between(eastern("2026-11-30 03:00"), eastern("2026-12-01 03:00"))

        assert [window.name for window in found] == [schedule.name for schedule in SCHEDULES]

    def test_distributes_between_deadline_and_settlement(self) -> None:
        for schedule in SCHEDULES:
            assert schedule.distribution is not None
            if schedule.speed is SAME_DAY:
                assert schedule.deadline < schedule.distribution < schedule.settlement

    def test_leaves_by_the_night_of_the_banking_day_before(self) -> None:
        for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 11, 27), date(2028, 1, 3)):
            window = window_of(f"{day:%Y%m%d}-ND2")
            left = window.deadline_at.astimezone(EASTERN)

            assert left.date() == previous_banking_day(day) + timedelta(days=1)
            assert left.time() == time(2, 15)
