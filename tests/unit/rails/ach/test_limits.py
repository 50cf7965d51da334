"""Limits: to the cent and to the day, both sides."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.limits import (
    ADV_TOTAL_MINOR_MAX,
    AMOUNT_NEGATIVE,
    AMOUNT_TOO_LONG,
    BANK_LIMITS,
    DATE_IN_FUTURE,
    ENTRY_MINOR_MAX,
    NOT_OFFERED,
    NOT_YET,
    OVER_DAY_LIMIT,
    OVER_ENTRY_LIMIT,
    OVER_SAME_DAY_LIMIT,
    SEC_NOT_ELIGIBLE,
    TOTAL_MINOR_MAX,
    TOTAL_TOO_LONG,
    SameDayEntry,
    bank_limit,
    bank_limit_reasons,
    format_reasons,
    same_day_limit,
    same_day_reasons,
    split_alarms,
)
from domain.rails.ach.sec_codes import ENTRY_CLASSES, ORIGINATED
from domain.rails.ach.tables import AccountKind, Direction, Reason

CREDIT, DEBIT = Direction.CREDIT, Direction.DEBIT
CONSUMER, CORPORATE = AccountKind.CONSUMER, AccountKind.CORPORATE
MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)
MILLION = 100_000_000


def reasons(
    amount_minor: int,
    *,
    sec: str = "CCD",
    direction: Direction = CREDIT,
    today: date = MONDAY,
    effective_on: date | None = None,
) -> tuple[Reason, ...]:
    return same_day_reasons(
        sec=sec, direction=direction, amount_minor=amount_minor, effective_on=effective_on or today, today=today
    )


class TestTheSameDayLimit:
    @pytest.mark.parametrize(
        ("day", "limit_minor"),
        [
            (date(2016, 9, 23), 2_500_000),
            (date(2020, 3, 19), 2_500_000),
            (date(2020, 3, 20), 10_000_000),
            (date(2022, 3, 17), 10_000_000),
            (date(2022, 3, 18), MILLION),
            (MONDAY, MILLION),
        ],
    )
    def test_is_that_of_the_day_to_the_cent(self, day: date, limit_minor: int) -> None:
        assert reasons(limit_minor, today=day) == ()
        assert reasons(limit_minor + 1, today=day) == (OVER_SAME_DAY_LIMIT,)

    def test_is_one_million_dollars_and_not_a_million_cents(self) -> None:
        assert reasons(1_000_001) == ()

    def test_did_not_exist_before_2016_09_23(self) -> None:
        assert same_day_limit(date(2016, 9, 22)) is None
        assert reasons(1, today=date(2016, 9, 22)) == (NOT_YET,)

    def test_took_debits_from_2017_09_15(self) -> None:
        assert reasons(1, direction=DEBIT, today=date(2017, 9, 14)) == (NOT_YET,)
        assert reasons(1, direction=CREDIT, today=date(2017, 9, 14)) == ()
        assert reasons(1, direction=DEBIT, today=date(2017, 9, 15)) == ()

    @pytest.mark.parametrize("sec", sorted(ENTRY_CLASSES))
    def test_leaves_out_two_classes_alone(self, sec: str) -> None:
        assert reasons(100, sec=sec) == ((SEC_NOT_ELIGIBLE,) if sec in ("IAT", "ENR") else ())

    def test_is_for_entries_of_today_or_before(self) -> None:
        assert reasons(100, effective_on=TUESDAY) == (DATE_IN_FUTURE,)
        assert reasons(100, effective_on=date(2026, 11, 29)) == ()

    def test_says_all_that_is_wrong_at_once(self) -> None:
        assert reasons(MILLION + 1, sec="IAT", effective_on=TUESDAY) == (
            SEC_NOT_ELIGIBLE,
            OVER_SAME_DAY_LIMIT,
            DATE_IN_FUTURE,
        )


def entry(name: str, amount_minor: int, receiver: str = "r1", direction: Direction = CREDIT) -> SameDayEntry:
    return SameDayEntry(name, receiver, direction, amount_minor, MONDAY)


class TestTheSplittingAlarm:
    def test_rings_for_two_halves_over_the_limit_by_a_cent(self) -> None:
        (alarm,) = split_alarms([entry("a", MILLION // 2), entry("b", MILLION // 2 + 1)])

        assert (alarm.entries, alarm.total_minor, alarm.limit_minor) == (("a", "b"), MILLION + 1, MILLION)
        assert (alarm.receiver, alarm.settles_on, alarm.direction) == ("r1", MONDAY, CREDIT)

    def test_is_silent_at_the_limit(self) -> None:
        assert split_alarms([entry("a", MILLION // 2), entry("b", MILLION // 2)]) == ()

    def test_is_silent_for_one_entry_however_large(self) -> None:
        assert split_alarms([entry("a", MILLION + 1)]) == ()
        assert split_alarms([]) == ()

    def test_does_not_add_receivers_days_or_directions(self) -> None:
        part = MILLION - 1
        assert split_alarms([entry("a", part), entry("b", part, receiver="r2")]) == ()
        assert split_alarms([entry("a", part), entry("b", part, direction=DEBIT)]) == ()
        assert split_alarms([entry("a", part), SameDayEntry("b", "r1", CREDIT, part, TUESDAY)]) == ()

    def test_measures_by_the_limit_of_the_day_it_settles_on(self) -> None:
        day = date(2022, 3, 17)
        parts = [SameDayEntry(name, "r1", CREDIT, 6_000_000, day) for name in "ab"]

        assert [alarm.limit_minor for alarm in split_alarms(parts)] == [10_000_000]
        assert split_alarms([SameDayEntry(name, "r1", CREDIT, MILLION, date(2016, 9, 22)) for name in "ab"]) == ()

    @given(
        entries=st.lists(
            st.builds(
                SameDayEntry,
                id=st.uuids().map(str),
                receiver=st.sampled_from("xy"),
                direction=st.sampled_from(Direction),
                amount_minor=st.integers(0, MILLION),
                settles_on=st.sampled_from([MONDAY, TUESDAY]),
            ),
            max_size=12,
        )
    )
    def test_adds_up_each_group_whatever_the_order(self, entries: list[SameDayEntry]) -> None:
        found = {(alarm.receiver, alarm.settles_on, alarm.direction): alarm for alarm in split_alarms(entries)}

        turned = split_alarms(entries[::-1])
        assert [(alarm.receiver, alarm.total_minor) for alarm in turned] == [
            (alarm.receiver, alarm.total_minor) for alarm in found.values()
        ]
        for receiver in "xy":
            for day in (MONDAY, TUESDAY):
                for direction in Direction:
                    group = [
                        one.amount_minor
                        for one in entries
                        if (one.receiver, one.settles_on, one.direction) == (receiver, day, direction)
                    ]
                    assert ((receiver, day, direction) in found) == (len(group) > 1 and sum(group) > MILLION)


class TestTheBanksOwnLimits:
    @pytest.mark.parametrize("row", BANK_LIMITS, ids=lambda row: f"{row.customer}-{row.sec}-{row.direction}")
    def test_hold_to_the_cent(self, row: object) -> None:
        limit = next(found for found in BANK_LIMITS if found is row)

        def asked(amount_minor: int, spent_minor: int) -> tuple[Reason, ...]:
            return bank_limit_reasons(
                customer=limit.customer,
                sec=limit.sec,
                direction=limit.direction,
                amount_minor=amount_minor,
                spent_today_minor=spent_minor,
                on=MONDAY,
            )

        assert asked(limit.per_entry_minor, 0) == ()
        assert asked(limit.per_entry_minor + 1, 0) == (OVER_ENTRY_LIMIT,)
        assert asked(1, limit.per_day_minor - 1) == ()
        assert asked(1, limit.per_day_minor) == (OVER_DAY_LIMIT,)
        assert asked(limit.per_entry_minor + 1, limit.per_day_minor) == (OVER_ENTRY_LIMIT, OVER_DAY_LIMIT)

    @pytest.mark.parametrize(
        ("customer", "sec", "direction"),
        [(CONSUMER, "TEL", DEBIT), (CONSUMER, "CTX", CREDIT), (CONSUMER, "CCD", DEBIT), (CORPORATE, "WEB", CREDIT)],
    )
    def test_offer_nothing_without_a_row(self, customer: AccountKind, sec: str, direction: Direction) -> None:
        found = bank_limit_reasons(
            customer=customer, sec=sec, direction=direction, amount_minor=1, spent_today_minor=0, on=MONDAY
        )

        assert found == (NOT_OFFERED,)

    def test_begin_on_their_day(self) -> None:
        first = date(2026, 1, 1)
        assert bank_limit(customer=CORPORATE, sec="CCD", direction=CREDIT, on=first - timedelta(days=1)) is None
        assert bank_limit(customer=CORPORATE, sec="CCD", direction=CREDIT, on=first) is not None

    def test_are_for_classes_we_originate_and_fit_the_format(self) -> None:
        for row in BANK_LIMITS:
            entry_class = ENTRY_CLASSES[row.sec]
            assert row.sec in ORIGINATED
            assert entry_class.credits if row.direction is CREDIT else entry_class.debits
            assert 0 < row.per_entry_minor <= row.per_day_minor
            assert row.per_entry_minor <= ENTRY_MINOR_MAX

    def test_are_lower_for_debits_than_for_credits_of_the_same_kind(self) -> None:
        for row in BANK_LIMITS:
            other = bank_limit(customer=row.customer, sec=row.sec, direction=CREDIT, on=MONDAY)
            if row.direction is DEBIT and other is not None:
                assert row.per_entry_minor < other.per_entry_minor

    def test_name_each_kind_once(self) -> None:
        keys = [(row.since, row.customer, row.sec, row.direction) for row in BANK_LIMITS]
        assert len(set(keys)) == len(keys)


class TestTheFormat:
    def test_holds_ten_digits_of_an_entry_and_twelve_of_a_total(self) -> None:
        assert ENTRY_MINOR_MAX == 99_999_999_99
        assert TOTAL_MINOR_MAX == 999_999_999_999
        assert ADV_TOTAL_MINOR_MAX == 99_999_999_999_999_999_999

    def test_refuses_one_cent_more(self) -> None:
        assert format_reasons([ENTRY_MINOR_MAX]) == ()
        assert format_reasons([ENTRY_MINOR_MAX + 1]) == (AMOUNT_TOO_LONG,)
        assert format_reasons([0]) == ()
        assert format_reasons([-1, -1]) == (AMOUNT_NEGATIVE,)
        full = [ENTRY_MINOR_MAX] * 100
        assert format_reasons([*full, 99]) == ()
        assert format_reasons([*full, 100]) == (TOTAL_TOO_LONG,)
        assert format_reasons([]) == ()
