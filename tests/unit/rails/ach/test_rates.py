"""Return rates: at each threshold to the return, over sixty days to the day, without a float."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.rates import (
    DEBITS_MIN,
    RETURNS_MIN,
    WINDOW_DAYS,
    CountsMalformed,
    DayCount,
    Rate,
    RateKind,
    RateLevel,
    rates,
    threshold,
)

TODAY = date(2026, 11, 30)
FINE, ALARM, BREACH, TOO_FEW = RateLevel.FINE, RateLevel.ALARM, RateLevel.BREACH, RateLevel.TOO_FEW


def rate(kind: RateKind, debits: int, returns: dict[str, int], on: date = TODAY) -> Rate:
    return next(found for found in rates([DayCount(on, debits, returns)], on) if found.kind is kind)


class TestTheThresholds:
    @pytest.mark.parametrize(
        ("kind", "code", "debits", "alarm", "breach"),
        [
            (RateKind.UNAUTHORISED, "R10", 100_000, 400, 500),
            (RateKind.ADMINISTRATIVE, "R03", 10_000, 240, 300),
            (RateKind.OVERALL, "R01", 1_000, 120, 150),
        ],
    )
    def test_ring_at_eighty_percent_and_break_at_a_hundred(
        self, kind: RateKind, code: str, debits: int, alarm: int, breach: int
    ) -> None:
        levels = [rate(kind, debits, {code: n}).level for n in (alarm - 1, alarm, breach - 1, breach)]

        assert levels == [FINE, ALARM, ALARM, BREACH]

    def test_count_the_codes_they_are_about(self) -> None:
        every = {f"R{number:02}": 1 for number in (*range(1, 48), 50, 51, 52, 53)}
        found = {one.kind: one.returns for one in rates([DayCount(TODAY, 1_000, every)], TODAY)}

        assert found == {RateKind.UNAUTHORISED: 6, RateKind.ADMINISTRATIVE: 3, RateKind.OVERALL: len(every)}

    @pytest.mark.parametrize("code", ["R05", "R07", "R10", "R11", "R29", "R51"])
    def test_call_six_codes_unauthorised(self, code: str) -> None:
        assert rate(RateKind.UNAUTHORISED, 1_000, {code: 1}).returns == 1

    def test_count_r11_since_2021_04_01(self) -> None:
        assert rate(RateKind.UNAUTHORISED, 1_000, {"R11": 5}, date(2021, 3, 31)).returns == 0
        assert rate(RateKind.UNAUTHORISED, 1_000, {"R11": 5}, date(2021, 4, 1)).returns == 5

    def test_hold_since_2015_09_18(self) -> None:
        assert rates([], date(2015, 9, 17)) == ()
        assert [one.kind for one in rates([], date(2015, 9, 18))] == list(RateKind)
        assert threshold(RateKind.OVERALL, date(2015, 9, 17)) is None


class TestFewEntries:
    def test_say_nothing_yet(self) -> None:
        assert rate(RateKind.UNAUTHORISED, DEBITS_MIN - 1, {"R10": RETURNS_MIN - 1}).level is TOO_FEW
        assert rate(RateKind.UNAUTHORISED, DEBITS_MIN, {"R10": RETURNS_MIN - 1}).level is BREACH
        assert rate(RateKind.UNAUTHORISED, DEBITS_MIN - 1, {"R10": RETURNS_MIN}).level is BREACH

    def test_that_are_none_have_no_rate(self) -> None:
        found = rate(RateKind.OVERALL, 0, {})
        assert (found.level, found.millionths, found.debits) == (TOO_FEW, None, 0)

    def test_of_an_originator_that_stopped_still_break_when_returns_come(self) -> None:
        assert rate(RateKind.UNAUTHORISED, 0, {"R10": RETURNS_MIN}).level is BREACH


class TestTheWindow:
    def test_is_sixty_days_with_today(self) -> None:
        first = TODAY - timedelta(days=WINDOW_DAYS - 1)
        days = [
            DayCount(first - timedelta(days=1), 1_000, {"R01": 100}),
            DayCount(first, 300, {"R01": 1}),
            DayCount(TODAY, 700, {"R01": 2}),
            DayCount(TODAY + timedelta(days=1), 1_000, {"R01": 100}),
        ]
        overall = rates(days, TODAY)[2]

        assert (overall.returns, overall.debits) == (3, 1_000)
        assert (TODAY - first).days + 1 == 60

    def test_refuses_counts_that_cannot_be(self) -> None:
        for wrong in ([DayCount(TODAY, -1, {})], [DayCount(TODAY, 1, {"R01": -1})], [DayCount(TODAY, 1, {})] * 2):
            with pytest.raises(CountsMalformed):
                rates(wrong, TODAY)


some_codes = st.sampled_from(["R01", "R02", "R03", "R05", "R10", "R11", "R29", "R16"])
counts = st.dictionaries(some_codes, st.integers(0, 10**9))


class TestArithmetic:
    @given(debits=st.integers(0, 10**12), returns=counts)
    def test_is_that_of_fractions(self, debits: int, returns: dict[str, int]) -> None:
        for found in rates([DayCount(TODAY, debits, returns)], TODAY):
            if debits < DEBITS_MIN and found.returns < RETURNS_MIN:
                assert found.level is TOO_FEW
                continue
            limit = Fraction(found.threshold_millionths, 1_000_000) * debits
            expected = BREACH if found.returns >= limit else ALARM if found.returns >= limit * Fraction(4, 5) else FINE
            assert found.level is expected
            if debits:
                assert found.millionths == Fraction(found.returns, debits) * 1_000_000 // 1

    @given(debits=st.integers(1, 10**6), returns=counts, more=st.integers(1, 10**6))
    def test_never_calms_down_when_more_come_back(self, debits: int, returns: dict[str, int], more: int) -> None:
        order = [TOO_FEW, FINE, ALARM, BREACH]
        before = rates([DayCount(TODAY, debits, returns)], TODAY)
        worse = {**returns, "R10": returns.get("R10", 0) + more}
        after = rates([DayCount(TODAY, debits, worse)], TODAY)

        for one, two in zip(before, after, strict=True):
            assert order.index(one.level) <= order.index(two.level)
