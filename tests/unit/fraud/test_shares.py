"""Precision, recall and the share of frauds of a week, against the four before: what is chance, and what has fallen."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fraud import monitoring as rules
from domain.fraud.kinds import Decision, Scope
from domain.fraud.monitoring_model import DayFigures, LabelFigures, Level, Measure, Signal, Watched

CARD = Scope.CARD
TODAY = date(2026, 12, 31)
FIRST = TODAY - timedelta(days=200)
CHANGED = rules.WINDOW_DAYS + 7
"""Days back: the window of matured labels begins."""


def looked_at(
    *,
    count: int = 2_000,
    flagged: int = 20,
    frauds: Callable[[int], int],
    caught: Callable[[int], int],
    length: int = 100,
) -> Watched:
    """Days that are alike but for what their labels say, by how many days back they are."""
    days, labels = {}, {}
    for back in range(length):
        day = TODAY - timedelta(days=back)
        decisions = {Decision.APPROVE: count - flagged, Decision.REVIEW: flagged}
        days[day] = DayFigures(scope=CARD, day=day, reference=None, decisions=decisions)
        labels[day] = LabelFigures(scope=CARD, day=day, frauds=frauds(back), frauds_flagged=caught(back))
    return rules.watched(CARD, TODAY, days, labels, None, first=FIRST)


def signal(seen: Watched, measure: Measure) -> Signal:
    (found,) = (one for one in seen.signals if one.measure is measure)
    return found


def levels(seen: Watched) -> dict[Measure, Level]:
    return {one.measure: one.level for one in seen.signals}


class TestChance:
    @given(st.integers(1, 60), st.integers(1, 200), st.data())
    def test_it_is_that_of_fishers_test(self, whole: int, usual_whole: int, data: st.DataObject) -> None:
        usual_part = data.draw(st.integers(1, usual_whole))
        part = data.draw(st.integers(0, usual_part * whole // usual_whole))
        of, every = part + usual_part, whole + usual_whole
        fewer = range(max(0, whole - (every - of)), part + 1)
        exact = Fraction(sum(comb(of, one) * comb(every - of, whole - one) for one in fewer), comb(every, whole))

        found = rules.chance_of_so_few((part, whole), (usual_part, usual_whole))

        assert found == pytest.approx(float(exact), rel=1e-6) or min(found, float(exact)) >= rules.CHANCE

    @pytest.mark.parametrize("whole", [50, 400, 2_000, 7_000_000])
    def test_of_many_it_is_four_deviations(self, whole: int) -> None:
        was, usual_whole = 0.6, 4 * whole
        deviation = (was * (1 - was) * (1 / whole + 1 / usual_whole)) ** 0.5
        usual = round(was * usual_whole), usual_whole

        found = rules._fell(Measure.RECALL, CARD, (0, whole), usual, rules.FRAUDS_MIN, cold=False).limit_millionths

        limit = was - max(0.05, rules.DEVIATIONS * deviation)
        assert found / 1_000_000 == pytest.approx(limit, abs=1 / whole + 0.1 * deviation)


class TestFalls:
    def test_a_quarter_of_few_frauds_that_falls_to_nothing_has_fallen(self) -> None:
        """45 of 168 were caught, and none of 42 is."""
        seen = looked_at(frauds=lambda _: 6, caught=lambda back: 0 if back < CHANGED else 1 + (back < CHANGED + 17))

        found = signal(seen, Measure.RECALL)
        assert (found.level, found.millionths, found.counted) == (Level.SHIFTED, 0, 42)
        assert found.limit_millionths > 0

    def test_one_stopped_payment_in_twenty_that_falls_to_nothing_has_fallen(self) -> None:
        seen = looked_at(
            count=100_000, flagged=1_000, frauds=lambda _: 100, caught=lambda back: 0 if back < CHANGED else 50
        )

        assert levels(seen)[Measure.PRECISION] is Level.SHIFTED

    def test_what_is_nearly_nothing_may_be_nothing_by_chance(self) -> None:
        seen = looked_at(frauds=lambda _: 6, caught=lambda back: int(back >= CHANGED and back % 7 == 0))

        found = signal(seen, Measure.RECALL)
        assert (found.level, found.limit_millionths) == (Level.FINE, 0)

    def test_less_than_five_in_a_hundred_is_no_matter_however_sure_it_is(self) -> None:
        seen = looked_at(
            count=100_000, flagged=9_000, frauds=lambda _: 9_000, caught=lambda back: 5_000 if back < CHANGED else 5_400
        )

        assert levels(seen)[Measure.RECALL] is Level.FINE


def test_a_week_that_holds_enough_is_measured_before_there_is_what_is_usual() -> None:
    seen = looked_at(frauds=lambda _: 6, caught=lambda _: 1, length=CHANGED)

    assert set(levels(seen).values()) == {Level.NO_BASELINE}
    assert signal(seen, Measure.RECALL).millionths == 166_666
    assert seen.moved == ()
