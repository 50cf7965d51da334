"""Precision, recall and the share of frauds of a week, against the four before: what is chance, and what has fallen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fraud import monitoring as rules
from domain.fraud import shares
from domain.fraud.kinds import Decision, Scope
from domain.fraud.label_model import Label, LabelSource, Said, matures_at
from domain.fraud.monitoring_model import DayFigures, Known, LabelFigures, Level, Measure, Proposal, Signal, Watched

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
        known = Known(frauds(back), caught(back))
        labels[day] = LabelFigures(scope=CARD, day=day, at_maturity=known)
    return rules.watched(CARD, TODAY, days, labels, None, first=FIRST)


def declining(*, share: Callable[[int], float], known: float = 0.0) -> Watched:
    """Of 100 payments that are stopped each day, 80 of them frauds, a share is declined, and the rest reviewed. Of what
    is declined a share is known."""
    days, labels = {}, {}
    for back in range(100):
        day, declined = TODAY - timedelta(days=back), round(100 * share(back))
        decisions = {Decision.APPROVE: 1_900, Decision.REVIEW: 100 - declined, Decision.BLOCK: declined}
        days[day] = DayFigures(scope=CARD, day=day, reference=None, decisions=decisions)
        learnt = round(declined * known)
        caught = (100 - declined + learnt) * 4 // 5
        labels[day] = LabelFigures(scope=CARD, day=day, at_maturity=Known(20 + caught, caught, learnt))
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

        found = shares.chance_of_so_few((part, whole), (usual_part, usual_whole))

        assert found == pytest.approx(float(exact), rel=1e-6) or min(found, float(exact)) >= shares.CHANCE

    @pytest.mark.parametrize("whole", [50, 400, 2_000, 7_000_000])
    def test_of_many_it_is_four_deviations(self, whole: int) -> None:
        was, usual_whole = 0.6, 4 * whole
        deviation = (was * (1 - was) * (1 / whole + 1 / usual_whole)) ** 0.5
        usual = round(was * usual_whole), usual_whole

        found = shares.fell(Measure.RECALL, CARD, (0, whole), usual, shares.FRAUDS_MIN, cold=False).limit_millionths

        limit = was - max(0.05, shares.DEVIATIONS * deviation)
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


def test_labels_alone_make_no_signal_while_they_are_few() -> None:
    day = FIRST + timedelta(days=rules.COLD_DAYS + 30)
    days = {
        FIRST + timedelta(days=number): DayFigures(
            scope=CARD,
            day=FIRST + timedelta(days=number),
            reference=None,
            decisions={Decision.APPROVE: 10, Decision.REVIEW: 1},
        )
        for number in range(rules.COLD_DAYS + 31)
    }
    labels = {one: LabelFigures(scope=CARD, day=one, frauds=1, at_maturity=Known(1, 0)) for one in days}
    seen = rules.watched(CARD, day, days, labels, None, first=FIRST)

    assert {signal.level for signal in seen.signals} <= {Level.TOO_FEW, Level.FINE}


class TestSlowLabels:
    """Unauthorised debits come back for sixty days: the weeks before are always better known than the last."""

    @staticmethod
    def labels_of(back: int, *, frauds: int = 80) -> list[Label]:
        """What is known of a day by now: two in five within a week, the rest evenly by the sixtieth day."""
        day = TODAY - timedelta(days=back)
        noon = datetime.combine(day, time(12), UTC)
        known = []
        for number in range(frauds):
            slow = number % 5 > 1
            learnt_at = noon + timedelta(days=7 + 53 * number // frauds if slow else number % 7)
            if learnt_at < datetime.combine(TODAY, time(23), UTC):
                said = Said(True, LabelSource.RETURN, "R10", learnt_at, "bank")
                decided = Decision.REVIEW if number % 4 else Decision.APPROVE
                known.append(
                    Label(
                        subject=f"pay_{number}", scope=CARD, day=day, happened_at=noon, decision=decided, said=(said,)
                    )
                )
        return known

    def seen(self, frauds: Callable[[int], int]) -> tuple[Watched, dict[date, LabelFigures]]:
        days, labels = {}, {}
        for back in range(60):
            day = TODAY - timedelta(days=back)
            decisions = {Decision.APPROVE: 1_900, Decision.REVIEW: 100}
            days[day] = DayFigures(scope=CARD, day=day, reference=None, decisions=decisions)
            labels[day] = rules.labelled(CARD, day, self.labels_of(back, frauds=frauds(back)))
        return rules.watched(CARD, TODAY, days, labels, None, first=FIRST), labels

    def test_of_a_quiet_scope_they_move_nothing(self) -> None:
        seen, labels = self.seen(lambda _: 80)

        assert set(levels(seen).values()) == {Level.FINE}
        week, before = (labels[TODAY - timedelta(days=back)].frauds for back in (10, 35))
        assert before > week * 1.3  # by now

    def test_a_rise_of_frauds_is_not_hidden_by_them(self) -> None:
        seen, _ = self.seen(lambda back: 112 if back < CHANGED else 80)

        assert levels(seen)[Measure.FRAUD_SHARE] is Level.SHIFTED

    def test_who_spoke_last_when_the_day_matured_is_believed(self) -> None:
        noon = datetime.combine(TODAY, time(12), UTC)
        fraud, honest = (Said(one, LabelSource.STAFF, None, noon, "stf_1") for one in (True, False))
        matured = matures_at(CARD, TODAY)
        for said, known in (
            ((replace(fraud, learnt_at=matured),), 1),
            ((replace(fraud, learnt_at=matured + timedelta(seconds=1)),), 0),
            ((fraud, replace(honest, learnt_at=matured)), 0),
            ((fraud, replace(honest, learnt_at=matured + timedelta(seconds=1))), 1),
        ):
            label = Label(subject="pay_1", scope=CARD, day=TODAY, happened_at=noon, decision=Decision.REVIEW, said=said)
            assert rules.labelled(CARD, TODAY, [label]).at_maturity == Known(known, known)


class TestUnknownOutcomes:
    """Of what is declined nobody learns what it was, and it counts as honest."""

    def proposed(self, seen: Watched) -> Proposal | None:
        return rules.proposed(seen, champion_age_days=14, can_go_back=True, moved_thresholds=None)

    def test_rules_that_block_what_they_reviewed_are_not_suspected(self) -> None:
        seen = declining(share=lambda back: float(back < CHANGED))

        assert {one.measure for one in seen.moved} == {Measure.PRECISION, Measure.RECALL}
        unknown = signal(seen, Measure.UNKNOWN_SHARE)
        assert (unknown.level, unknown.millionths, unknown.counted) == (Level.MOVED, 1_000_000, 700)
        assert seen.unknown_moved == unknown
        assert self.proposed(seen) is Proposal.RETRAIN

    def test_nor_are_those_that_review_what_they_blocked(self) -> None:
        unknown = signal(declining(share=lambda back: 0.2 if back < CHANGED else 0.6), Measure.UNKNOWN_SHARE)

        assert (unknown.level, unknown.millionths) == (Level.MOVED, 200_000)
        assert 500_000 < unknown.limit_millionths < 600_000

    def test_where_as_much_is_known_as_usual_they_are(self) -> None:
        """Half of what is stopped was always blocked, and now honest payments are stopped in place of frauds."""
        quiet = declining(share=lambda _: 0.5)
        assert signal(quiet, Measure.UNKNOWN_SHARE).level is Level.FINE
        worse = looked_at(frauds=lambda _: 20, caught=lambda back: 2 if back < CHANGED else 15)
        assert worse.unknown_moved is None
        assert self.proposed(worse) is Proposal.ROLL_BACK

    def test_what_somebody_says_of_what_was_declined_is_known(self) -> None:
        seen = declining(share=lambda back: float(back < CHANGED), known=1.0)

        assert signal(seen, Measure.UNKNOWN_SHARE).millionths == 0
        assert seen.moved == ()

    def test_a_few_more_are_chance(self) -> None:
        assert declining(share=lambda back: 0.54 if back < CHANGED else 0.5).unknown_moved is None

    def test_labels_of_what_was_declined_are_counted_apart(self) -> None:
        noon = datetime.combine(TODAY, time(12), UTC)
        early = Said(True, LabelSource.STAFF, None, noon, "stf_1")
        late = replace(early, learnt_at=noon + timedelta(days=20))
        labels = [
            Label(
                subject=f"pay_{decided}_{said.learnt_at}",
                scope=CARD,
                day=TODAY,
                happened_at=noon,
                decision=decided,
                said=(said,),
            )
            for decided in Decision
            for said in (early, replace(early, fraud=False), late)
        ]

        figures = rules.labelled(CARD, TODAY, labels)
        assert (figures.declined, figures.at_maturity.declined) == (6, 4)
