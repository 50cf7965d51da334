"""Indices and shares of counted days: quiet weeks raise nothing, and each kind of shift is seen in its time."""

import random
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from math import log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fraud import monitoring as rules
from domain.fraud.gate import ShadowDay
from domain.fraud.kinds import Decision, Fallback, Family, Scope
from domain.fraud.label_model import LabelSource, Said
from domain.fraud.label_store_memory import MemoryLabelStore
from domain.fraud.labels import Labels
from domain.fraud.model import ShadowScore
from domain.fraud.monitoring_model import (
    Bins,
    DayFigures,
    Level,
    Measure,
    Proposal,
    Reference,
    Signal,
    Watched,
)
from domain.fraud.monitoring_service import LABEL_DAYS, Counted, Monitoring
from domain.fraud.monitoring_store_memory import MemoryMonitoringStore
from domain.fraud.thresholds import Bound, Bounds, Thresholds
from domain.refusals import InputInvalid, NotAllowed
from tests.unit.fraud.decided import MODEL, SHARDS, Decided, Habits, Payment, a_day, decision, portfolio
from tests.unit.fraud.governance import AUDITOR, OPERATOR, HandClock, passed

FIRST = date(2026, 6, 1)
COLD = rules.COLD_DAYS
CARD = Scope.CARD


class TestIndex:
    def test_it_is_what_its_formula_says(self) -> None:
        reference, window = (30, 10), (10, 30)
        p, q = 30.5 / 41, 10.5 / 41
        expected = (q - p) * log(q / p) + (p - q) * log(p / q)

        assert rules.psi_millionths(reference, window) == round(expected * 1_000_000)

    @given(st.lists(st.integers(0, 10_000), min_size=1, max_size=12))
    def test_the_same_counts_have_none(self, counts: list[int]) -> None:
        assert rules.psi_millionths(counts, counts) == 0

    @given(st.lists(st.tuples(st.integers(0, 9_999), st.integers(0, 9_999)), min_size=1, max_size=12))
    def test_it_is_never_negative_and_the_same_both_ways(self, pairs: list[tuple[int, int]]) -> None:
        ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]

        assert rules.psi_millionths(ours, theirs) == rules.psi_millionths(theirs, ours) >= 0

    def test_an_empty_bin_is_rare_and_not_impossible(self) -> None:
        assert rules.psi_millionths((100, 100), (0, 200)) > rules.SHIFTED_PSI_MILLIONTHS

    def test_other_bins_are_no_comparison(self) -> None:
        with pytest.raises(ValueError, match="are not the same"):
            rules.psi_millionths((1, 2), (1, 2, 3))

    @pytest.mark.parametrize("rows", [1_000, 3_500, 20_000])
    def test_chance_alone_stays_below_the_limit(self, rows: int) -> None:
        """Two draws of the same ten bins, two thousand times."""
        draw = random.Random(rows)

        def drawn(count: int) -> list[int]:
            counts = [0] * 10
            for _ in range(count):
                counts[draw.randrange(10)] += 1
            return counts

        reference = drawn(20_000)
        for _ in range(40):
            window = drawn(rows)
            found, limit = rules.psi_millionths(reference, window), rules.psi_limit_millionths(reference, window)
            assert found < limit


class TestBins:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [(0, 0), (10, 0), (11, 1), (20.0, 1), (21, 2), (True, 0), (None, 3), ("text", 3)],
    )
    def test_a_value_falls_up_to_its_cut_and_what_is_missing_has_its_own(
        self, value: float | bool | str | None, expected: int
    ) -> None:
        assert rules.bin_of(value, Bins((10, 20), (0, 0, 0, 0))) == expected


# A bank that is watched from day to day.


def reference_of(payments: list[Payment]) -> Reference:
    """Ten quantile bins of each feature, as a model's document has them."""
    names = payments[0].decision.features
    return Reference(
        MODEL.version,
        {name: _bins([one.decision.features[name] for one in payments]) for name in names},
        _bins([one.decision.score for one in payments]),
    )


def _bins(values: list[object]) -> Bins:
    numbers = sorted(float(value) for value in values if isinstance(value, int | float))
    cuts = sorted({numbers[len(numbers) * part // 10] for part in range(1, 10)})
    bins = Bins(tuple(cuts), (0,) * (len(cuts) + 2))
    counts = [0] * (len(cuts) + 2)
    for value in values:
        counts[rules.bin_of(value, bins)] += 1  # type: ignore[arg-type]  # values of features
    return Bins(bins.cuts, tuple(counts))


@dataclass
class Watch:
    """Decisions come, labels a week later, and each night the day is counted and looked at."""

    decided: Decided = field(default_factory=Decided)
    clock: HandClock = field(default_factory=HandClock)
    reference: Reference | None = None

    def __post_init__(self) -> None:
        self.label_store = MemoryLabelStore()
        self.store = MemoryMonitoringStore()
        self.labels = Labels(store=self.label_store, decisions=self.decided, clock=self.clock)
        self.monitoring = Monitoring(
            decisions=self.decided,
            shards=SHARDS,
            labels=self.label_store,
            store=self.store,
            reference=lambda scope: self.reference if scope is CARD else None,
            clock=self.clock,
        )

    def night(self, day: date) -> Watched:
        """An hour past the end of the day."""
        self.clock.time = datetime.combine(day + timedelta(days=1), time(1), UTC)
        assert self.counted().complete
        return self.monitoring.look(CARD, day)

    def counted(self, *, minutes: int = 15) -> Counted:
        return self.monitoring.count(CARD, until=self.clock.time + timedelta(minutes=minutes))


@cache
def learnt_from() -> Reference:
    return reference_of(list(portfolio(99, FIRST, 14, {0: Habits(payments_a_day=2_000)})))


class Life:
    """What was seen each night. Only decisions of the last days are kept at hand: the store finds them by day."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.watch = Watch(reference=learnt_from())
        self.habits: list[Habits] = []
        self.seen: list[Watched] = []

    def copied(self) -> "Life":
        """As it is: figures and labels are values."""
        life = Life(self.seed)
        life.habits, life.seen = list(self.habits), list(self.seen)
        life.watch.store._days = dict(self.watch.store._days)
        life.watch.store._labels = dict(self.watch.store._labels)
        for label in self.watch.label_store._labels.values():
            assert life.watch.label_store.keep(label, was=None)
        return life

    def live(self, habits: Habits) -> None:
        number = len(self.habits)
        self.habits.append(habits)
        day = FIRST + timedelta(days=number)
        watch = self.watch
        watch.decided.by_subject = {one.decision.subject: one.decision for one in self.payments(number)}
        watch.clock.time = datetime.combine(day, time(12), UTC)
        for payment in self.payments(number - 7) if number >= 7 else ():
            if payment.fraud:
                watch.decided.by_subject[payment.decision.subject] = payment.decision
                said = Said(True, LabelSource.CHARGEBACK, None, payment.decision.at + timedelta(days=7), "bank")
                passed(watch.labels.learn(payment.decision.subject, said))
        self.seen.append(watch.night(day))

    def payments(self, number: int) -> tuple[Payment, ...]:
        return a_day(self.seed, FIRST, number, self.habits[number], MODEL)


@cache
def begun(seed: int, habits: Habits, days: int) -> Life:
    """Lived once for all stories that begin so."""
    life = Life(seed)
    for _ in range(days):
        life.live(habits)
    return life


def lived(habits: dict[int, Habits], days: int, *, seed: int = 1) -> list[Watched]:
    """`habits`: from which day on (counted from 0) it is lived how."""
    changes = sorted(habits)
    alike = min(changes[1] if len(changes) > 1 else days, days)
    life = begun(seed, habits[0], min(alike, CHANGED_ON)).copied()
    for number in range(len(life.habits), days):
        life.live(habits.get(number, life.habits[-1]))
    return life.seen


def measures(seen: Watched) -> set[Measure]:
    return {signal.measure for signal in seen.moved}


QUIET = Habits(payments_a_day=600, fraud_share=0.02)
CHANGED_ON = COLD + 25
"""By then what is usual is known."""


@pytest.mark.slow
class TestWeeks:
    @pytest.mark.parametrize("seed", [1, 2])
    def test_quiet_weeks_raise_nothing(self, seed: int) -> None:
        for seen in lived({0: QUIET}, CHANGED_ON + 14, seed=seed):
            assert not seen.moved, (seen.day, seen.moved)

    def test_amounts_a_fifth_higher_are_seen_within_a_week(self) -> None:
        moved = replace(QUIET, amount_times=1.2)
        seen = lived({0: QUIET, CHANGED_ON: moved}, CHANGED_ON + 7)

        assert not any(one.moved for one in seen[:CHANGED_ON])
        assert Measure.FEATURE_PSI in measures(seen[-1])
        assert {signal.subject for signal in seen[-1].moved} == {"amount_minor", "amount_to_mean_30d"}

    def test_twice_the_frauds_are_seen_within_a_week_of_their_labels(self) -> None:
        moved = replace(QUIET, fraud_share=0.04)
        seen = lived({0: QUIET, CHANGED_ON: moved}, CHANGED_ON + 14)

        assert not any(one.moved for one in seen[:CHANGED_ON])
        assert Measure.FRAUD_SHARE in measures(seen[-1])

    def test_a_model_that_sees_nothing_is_seen_within_a_week_of_labels(self) -> None:
        moved = replace(QUIET, seen=0.1)
        seen = lived({0: QUIET, CHANGED_ON: moved}, CHANGED_ON + 14)

        assert not any(one.moved for one in seen[:CHANGED_ON])
        assert Measure.RECALL in measures(seen[-1])

    def test_a_model_that_cries_wolf_is_seen_within_a_week_of_labels(self) -> None:
        moved = replace(QUIET, false_share=0.05)
        seen = lived({0: QUIET, CHANGED_ON: moved}, CHANGED_ON + 14)

        assert Measure.PRECISION in measures(seen[-1])

    def test_while_windows_fill_what_moves_is_called_cold(self) -> None:
        strange = replace(QUIET, amount_times=3.0)
        seen = lived({0: strange, COLD: QUIET}, 20)

        assert not any(one.moved for one in seen)
        assert Level.COLD in {signal.level for one in seen for signal in one.signals}


class TestCounting:
    @pytest.fixture
    def watch(self) -> Watch:
        return Watch()

    def test_a_day_is_counted_whole_and_once(self, watch: Watch) -> None:
        payments = [one.decision for one in portfolio(1, FIRST, 1, {0: Habits(payments_a_day=950)})]
        watch.decided.add(*payments)
        watch.night(FIRST)

        figures = watch.monitoring.days(CARD, 1)[FIRST]
        assert figures.count == 950
        assert figures.flagged == sum(one.decision is not Decision.APPROVE for one in payments)
        assert figures.volume_minor == {"USD": sum(one.amount.minor for one in payments)}
        assert sum(figures.scores) == 950
        assert figures.models == {MODEL.version: 950}

        read = watch.decided.pages
        again = watch.counted()
        assert again == Counted(CARD, FIRST, days=0, last=FIRST, dropped=0)
        assert watch.decided.pages == read
        assert watch.monitoring.days(CARD, 1)[FIRST] == figures

    def test_counted_in_pieces_it_comes_out_the_same(self, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
        watch.reference = reference_of(list(portfolio(9, FIRST, 1, {0: Habits()})))
        payments = [one.decision for one in portfolio(1, FIRST, 1, {0: Habits(payments_a_day=1_900)})]
        watch.decided.add(*payments)
        whole = Watch(decided=watch.decided, reference=watch.reference)
        whole.night(FIRST)
        monkeypatch.setattr("domain.fraud.monitoring_service.PAGES_OF_A_RUN_MAX", 14 + 104)
        watch.clock.time = datetime.combine(FIRST + timedelta(days=1), time(1), UTC)

        runs = 0
        while not watch.counted().complete:
            runs += 1
            assert runs < 20

        assert runs > 0
        assert watch.monitoring.days(CARD, 1) == whole.monitoring.days(CARD, 1)

    def test_a_run_that_is_cut_off_between_pages_loses_nothing_and_doubles_nothing(
        self, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        watch.decided.add(*(one.decision for one in portfolio(1, FIRST, 1, {0: Habits(payments_a_day=1_900)})))
        monkeypatch.setattr("domain.fraud.monitoring_service.KEPT_EVERY_PAGES", 3)
        watch.clock.time = datetime.combine(FIRST + timedelta(days=1), time(1), UTC)
        real, left = watch.decided.decisions_of_day, [120]

        def dies(*args: object, **named: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            return real(*args, **named)  # type: ignore[arg-type]  # as they came

        monkeypatch.setattr(watch.decided, "decisions_of_day", dies)
        with pytest.raises(KeyboardInterrupt):
            watch.counted()
        assert watch.counted().complete

        assert watch.monitoring.days(CARD, 1)[FIRST].count == 1_900

    def test_a_champion_that_changes_while_a_day_is_counted_has_it_counted_anew(
        self, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        watch.decided.add(*(one.decision for one in portfolio(1, FIRST, 1, {0: Habits(payments_a_day=1_900)})))
        monkeypatch.setattr("domain.fraud.monitoring_service.PAGES_OF_A_RUN_MAX", 14 + 104)
        watch.clock.time = datetime.combine(FIRST + timedelta(days=1), time(1), UTC)
        assert not watch.counted().complete
        reference = reference_of(list(portfolio(9, FIRST, 1, {0: Habits()})))
        watch.reference = replace(reference, version="card/model/2")
        monkeypatch.undo()

        assert watch.counted().complete

        figures = watch.monitoring.days(CARD, 1)[FIRST]
        assert (figures.count, figures.reference) == (1_900, "card/model/2")
        assert sum(figures.feature_bins["amount_minor"]) == 1_900
        assert sum(figures.score_bins) == 0  # another model scored

    def test_two_runs_at_once_count_a_day_once(self, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
        watch.decided.add(*(one.decision for one in portfolio(1, FIRST, 1, {0: Habits(payments_a_day=900)})))
        watch.clock.time = datetime.combine(FIRST + timedelta(days=1), time(1), UTC)
        real, others = watch.store.keep, [True]

        def meets(progress: object) -> bool:
            if others:
                others.clear()
                assert watch.counted().complete
            return real(progress)  # type: ignore[arg-type]  # as it came

        monkeypatch.setattr(watch.store, "keep", meets)
        watch.counted()

        assert not others
        assert watch.monitoring.days(CARD, 1)[FIRST].count == 900

    def test_a_fortnight_without_a_run_is_made_good(self, watch: Watch) -> None:
        watch.decided.add(*(one.decision for one in portfolio(1, FIRST, 14, {0: Habits(payments_a_day=50)})))
        watch.night(FIRST + timedelta(days=13))

        assert sum(one.count for one in watch.monitoring.days(CARD, 14).values()) == 14 * 50

    def test_a_run_ends_with_its_time_and_the_next_one_goes_on(
        self, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A page takes a minute: seven runs of thirty minutes for 190 pages and more."""
        payments = portfolio(1, FIRST, 2, {0: Habits(payments_a_day=950)})
        watch.decided.add(*(one.decision for one in payments))
        whole = Watch(decided=watch.decided)
        whole.night(FIRST + timedelta(days=1))
        watch.clock.time = datetime.combine(FIRST + timedelta(days=2), time(1), UTC)
        real = watch.decided.decisions_of_day

        def slowly(*said: Any, **named: Any) -> Any:
            watch.clock.time += timedelta(minutes=1)
            return real(*said, **named)

        monkeypatch.setattr(watch.decided, "decisions_of_day", slowly)
        read, runs = watch.decided.pages, [watch.counted(minutes=30)]
        assert watch.decided.pages - read == 30
        while not runs[-1].complete:
            runs.append(watch.counted(minutes=30))
            assert len(runs) < 9

        assert len(runs) > 3
        assert watch.monitoring.days(CARD, 2) == whole.monitoring.days(CARD, 2)

    def test_without_time_nothing_is_counted_and_labels_are(self, watch: Watch) -> None:
        watch.decided.add(decision("pay_1", datetime.combine(FIRST, time(12), UTC)))
        passed(watch.labels.learn("pay_1", Said(True, LabelSource.CASE, None, watch.clock.time, "stf_farah")))
        watch.clock.time = datetime.combine(FIRST + timedelta(days=1), time(1), UTC)

        assert watch.counted(minutes=0) == Counted(CARD, FIRST, days=0, last=None, dropped=0)
        assert watch.store.labels(CARD, FIRST, FIRST)[FIRST].frauds == 1

    def test_the_last_day_that_is_counted_is_known_while_a_newer_one_is_counted(
        self, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        watch.night(FIRST)
        watch.decided.add(
            *(one.decision for one in portfolio(1, FIRST + timedelta(days=1), 1, {0: Habits(payments_a_day=1_900)}))
        )
        monkeypatch.setattr("domain.fraud.monitoring_service.PAGES_OF_A_RUN_MAX", 10)
        watch.clock.time += timedelta(days=1)

        found = watch.counted()

        assert (found.complete, found.last) == (False, FIRST)
        assert watch.monitoring.look(CARD, FIRST).day == FIRST
        assert watch.store.labels(CARD, FIRST + timedelta(days=1), FIRST + timedelta(days=1))

    def test_labels_are_put_together_once_a_day(self, watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
        read: list[date] = []
        real = watch.label_store.labels_of_day

        def noted(scope: Scope, day: date, **named: Any) -> Any:
            read.append(day)
            return real(scope, day, **named)

        monkeypatch.setattr(watch.label_store, "labels_of_day", noted)
        watch.night(FIRST)
        assert len(read) == LABEL_DAYS
        watch.counted()
        assert len(read) == LABEL_DAYS
        watch.night(FIRST + timedelta(days=1))
        assert len(read) == 2 * LABEL_DAYS

    def test_days_that_are_not_counted_in_time_are_told_of_for_a_week(self, watch: Watch) -> None:
        watch.decided.add(*(one.decision for one in portfolio(1, FIRST, 3, {0: Habits(payments_a_day=20)})))
        watch.night(FIRST)
        told = []
        for number in range(16, 27):
            watch.clock.time = datetime.combine(FIRST + timedelta(days=number), time(1), UTC)
            told.append(watch.counted().dropped)

        assert told == [1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]
        assert {FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2)} - set(watch.monitoring.days(CARD, 30)) == {
            FIRST + timedelta(days=1)
        }

    def test_a_day_is_looked_at_once(self, watch: Watch) -> None:
        assert not watch.monitoring.is_looked_at(CARD, FIRST)
        watch.monitoring.note_looked_at(CARD, FIRST)

        assert watch.monitoring.is_looked_at(CARD, FIRST)
        assert not watch.monitoring.is_looked_at(CARD, FIRST + timedelta(days=1))
        assert not watch.monitoring.is_looked_at(Scope.ACH, FIRST)

    def test_days_of_shadows_are_counted_from_what_is_stored(self, watch: Watch) -> None:
        noon = datetime.combine(FIRST, time(12), UTC)
        versions = decision("x", noon).versions
        shadow = ShadowScore(versions, "card/model/2", Decision.BLOCK, 0.9)
        watch.decided.add(
            *(decision(f"pay_{number}", noon, shadows=(shadow,) if number < 3 else ()) for number in range(5)),
            decision("pay_unscored", noon, fallback=Fallback.SCORER_SILENT),
        )
        watch.night(FIRST)

        days = watch.monitoring.shadow_days(CARD, "card/model/2", since=FIRST)
        assert days == (ShadowDay(FIRST, 3, 5),)
        assert watch.monitoring.shadow_days(CARD, "card/model/3", since=FIRST) == ()
        figures = watch.monitoring.days(CARD, 1)[FIRST].shadows["card/model/2"]
        assert (figures.same, figures.decisions) == (0, {Decision.BLOCK: 3})

    def test_today_is_not_counted(self, watch: Watch) -> None:
        watch.decided.add(decision("pay_1", datetime.combine(FIRST, time(0, 30), UTC)))
        watch.clock.time = datetime.combine(FIRST, time(1), UTC)
        watch.counted()

        assert watch.store.progress(CARD, FIRST) is None


class TestLabels:
    def test_precision_and_recall_are_of_matured_labels_alone(self) -> None:
        watch = Watch()
        noon = datetime.combine(FIRST, time(12), UTC)
        watch.decided.add(
            decision("pay_1", noon, decided=Decision.REVIEW),
            decision("pay_2", noon, decided=Decision.REVIEW),
            decision("pay_3", noon),
            decision("pay_4", noon),
        )
        for subject in ("pay_1", "pay_3"):
            passed(watch.labels.learn(subject, Said(True, LabelSource.CASE, None, noon, "stf_farah")))
        watch.night(FIRST)
        (early,) = passed(watch.monitoring.series(AUDITOR, CARD, first=FIRST, last=FIRST))
        watch.night(FIRST + timedelta(days=7))
        (ripe,) = passed(watch.monitoring.series(AUDITOR, CARD, first=FIRST, last=FIRST))

        assert (early.immature, early.precision_millionths, early.recall_millionths, early.frauds) == (
            True,
            None,
            None,
            2,
        )
        assert (ripe.immature, ripe.precision_millionths, ripe.recall_millionths) == (False, 500_000, 500_000)
        assert ripe.decisions == {Decision.REVIEW: 2, Decision.APPROVE: 2}

    def test_what_is_learnt_late_mends_the_figures_of_its_day(self) -> None:
        watch = Watch()
        noon = datetime.combine(FIRST, time(12), UTC)
        watch.decided.add(decision("pay_1", noon, decided=Decision.REVIEW), decision("pay_2", noon))
        watch.night(FIRST + timedelta(days=8))
        late = Said(True, LabelSource.RETURN, "R10", watch.clock.time, "bank")
        passed(watch.labels.learn("pay_2", late))
        watch.night(FIRST + timedelta(days=40))

        (point,) = passed(watch.monitoring.series(AUDITOR, CARD, first=FIRST, last=FIRST))
        assert (point.frauds, point.recall_millionths) == (1, 0)

    def test_a_payment_that_went_past_scoring_is_a_fraud_that_nobody_flagged(self) -> None:
        label = Labels(store=MemoryLabelStore(), decisions=Decided(), clock=HandClock())
        noon = datetime.combine(FIRST, time(12), UTC)
        said = Said(True, LabelSource.CASE, None, noon, "stf_farah")
        found = passed(label.learn("pay_1", said, scope=CARD, happened_at=noon))

        figures = rules.labelled(CARD, FIRST, [found])
        assert (figures.frauds, figures.frauds_flagged, figures.unjudged) == (1, 0, 1)

    def test_the_share_that_is_too_early_to_know_is_shown(self) -> None:
        days = {
            FIRST + timedelta(days=number): DayFigures(
                scope=CARD, day=FIRST + timedelta(days=number), reference=None, decisions={Decision.APPROVE: 10}
            )
            for number in range(10)
        }
        seen = rules.watched(CARD, FIRST + timedelta(days=9), days, {}, None, first=FIRST)

        assert seen.immature_millionths == 700_000  # seven days of ten


class TestProposals:
    @staticmethod
    def seen(*moved: Measure) -> Watched:
        quiet = Signal(Measure.SCORE_PSI, "score", Level.FINE, 0, 20_000, 5_000)
        levels = {Measure.UNKNOWN_SHARE: Level.MOVED}
        signals = [replace(quiet, measure=one, level=levels.get(one, Level.SHIFTED)) for one in moved]
        return Watched(CARD, FIRST, (quiet, *signals), 0)

    MOVED = Thresholds({Decision.REVIEW: 0.6}, {})

    @pytest.mark.parametrize(
        ("moved", "age", "back", "thresholds", "expected"),
        [
            ((), 3, True, MOVED, None),
            ((Measure.SCORE_PSI,), 3, True, MOVED, Proposal.ROLL_BACK),
            ((Measure.RECALL,), 28, True, MOVED, Proposal.ROLL_BACK),
            ((Measure.RECALL,), 29, True, MOVED, Proposal.NEW_THRESHOLDS),
            ((Measure.PRECISION,), 3, False, MOVED, Proposal.NEW_THRESHOLDS),
            ((Measure.PRECISION,), None, False, None, Proposal.RETRAIN),
            ((Measure.PRECISION, Measure.FEATURE_PSI), 40, True, MOVED, Proposal.RETRAIN),
            ((Measure.FEATURE_PSI,), 3, True, MOVED, Proposal.RETRAIN),
            ((Measure.FRAUD_SHARE,), 3, True, MOVED, Proposal.RETRAIN),
            ((Measure.UNKNOWN_SHARE,), 3, True, MOVED, None),
            ((Measure.PRECISION, Measure.RECALL, Measure.UNKNOWN_SHARE), 3, True, MOVED, Proposal.RETRAIN),
            ((Measure.RECALL, Measure.UNKNOWN_SHARE, Measure.SCORE_PSI), 3, True, MOVED, Proposal.ROLL_BACK),
        ],
    )
    def test_a_young_champion_is_suspected_first_then_its_thresholds_then_what_it_learnt(
        self,
        moved: tuple[Measure, ...],
        age: int | None,
        back: bool,
        thresholds: Thresholds | None,
        expected: Proposal | None,
    ) -> None:
        answer = rules.proposed(self.seen(*moved), champion_age_days=age, can_go_back=back, moved_thresholds=thresholds)

        assert answer is expected


class TestMovedThresholds:
    BOUNDS = Bounds({Decision.REVIEW: Bound(0.3, 0.7, optional=False)}, {})
    NOW = Thresholds({Decision.REVIEW: 0.5}, {Decision.REVIEW: 1_000})
    TODAY = FIRST + timedelta(days=40)

    def days(self, usual: dict[int, int], now: dict[int, int]) -> dict[date, DayFigures]:
        """Score, in hundredths -> how many a day."""

        def of(day: date, counts: dict[int, int]) -> DayFigures:
            scores = tuple(counts.get(bin_, 0) for bin_ in range(rules.SCORE_BINS))
            return DayFigures(scope=CARD, day=day, reference=None, scores=scores)

        return {
            day: of(day, now if number < rules.WINDOW_DAYS else usual)
            for number in range(rules.WINDOW_DAYS + rules.BASELINE_DAYS)
            for day in (self.TODAY - timedelta(days=number),)
        }

    def test_they_let_through_what_they_usually_let_through(self) -> None:
        days = self.days({10: 95, 55: 5}, {10: 90, 52: 5, 60: 5})

        moved = rules.moved_thresholds(self.TODAY, days, self.NOW, self.BOUNDS)

        assert moved == replace(self.NOW, scores={Decision.REVIEW: 0.53})

    def test_they_stay_within_the_bounds(self) -> None:
        days = self.days({10: 95, 55: 5}, {10: 10, 95: 90})

        moved = rules.moved_thresholds(self.TODAY, days, self.NOW, self.BOUNDS)

        assert moved == replace(self.NOW, scores={Decision.REVIEW: 0.7})

    @pytest.mark.parametrize("days", [{}, {FIRST: DayFigures(scope=CARD, day=FIRST, reference=None)}])
    def test_of_nothing_nothing_is_made(self, days: dict[date, DayFigures]) -> None:
        assert rules.moved_thresholds(self.TODAY, days, self.NOW, self.BOUNDS) is None

    def test_without_a_bound_nothing_moves(self) -> None:
        days = self.days({10: 95, 55: 5}, {10: 10, 95: 90})

        assert rules.moved_thresholds(self.TODAY, days, self.NOW, Bounds({}, {})) is None


class TestSeries:
    def test_there_is_a_point_for_each_day(self) -> None:
        watch = Watch()
        watch.decided.add(*(one.decision for one in portfolio(1, FIRST, 3, {0: Habits(payments_a_day=20)})))
        watch.night(FIRST + timedelta(days=2))

        points = passed(
            watch.monitoring.series(AUDITOR, CARD, first=FIRST - timedelta(days=1), last=FIRST + timedelta(days=2))
        )
        assert [point.day for point in points] == [FIRST + timedelta(days=number) for number in (-1, 0, 1, 2)]
        assert [point.count for point in points] == [0, 20, 20, 20]
        assert all(point.cold for point in points)

    @pytest.mark.parametrize("days", [-1, 366])
    def test_it_has_a_beginning_and_an_end(self, days: int) -> None:
        answer = Watch().monitoring.series(AUDITOR, CARD, first=FIRST, last=FIRST + timedelta(days=days))

        assert isinstance(answer, InputInvalid)

    def test_who_works_accounts_does_not_see_it(self) -> None:
        assert Watch().monitoring.series(OPERATOR, CARD, first=FIRST, last=FIRST) == NotAllowed()


class TestEntities:
    """What is told of a customer is told in all their payments: so many customers, so many observations."""

    def test_they_are_counted_by_the_bits_that_they_set(self) -> None:
        for count in (1, 100, 5_000, 20_000):
            bits = 0
            for number in range(count):
                bits |= rules.entity_bit(f"cus_{number}")
            assert rules.entities_in(bits) == pytest.approx(count, rel=0.05)

    def test_a_day_counts_each_once_and_days_add_up_without_counting_twice(self) -> None:
        reference = Reference("card/model/1", {"terminal_count_7d": Bins((1.0,), (5, 5, 0))}, None)
        days = [DayFigures(scope=CARD, day=date(2026, 6, day), reference="card/model/1") for day in (1, 2)]
        at = datetime(2026, 6, 1, tzinfo=UTC)
        made = [decision(f"pay_{number}", at, features={"terminal_count_7d": 2}) for number in range(3)]
        found = [rules.counted(day, made, reference) for day in days]
        assert set(found[0].entities) == {Family.TERMINAL}
        assert rules._entities(found, Family.TERMINAL) == len(made)
        assert rules._entities(found, Family.CUSTOMER) is None

    def test_few_entities_make_more_chance_than_their_payments(self) -> None:
        reference, window = (1_000,) * 10, (500,) * 10
        assert rules.psi_limit_millionths(reference, window) == 10_000 + 36 * 300
        assert rules.psi_limit_millionths(reference, window, entities=500) == 10_000 + 36 * 4_000
        assert rules.psi_limit_millionths(reference, window, entities=1_000_000) == 10_000 + 36 * 300

    @pytest.mark.parametrize(
        ("feature", "family"),
        [
            ("terminal_count_7d", Family.TERMINAL),
            ("customer_mean_minor_30d", Family.CUSTOMER),
            ("amount_to_mean_30d", None),
            ("account_age_days", Family.ACCOUNT),
        ],
    )
    def test_a_feature_is_of_whom_its_name_says(self, feature: str, family: Family | None) -> None:
        assert rules.family_of(feature) is family


def test_a_part_of_a_week_is_no_week() -> None:
    """The day after a promotion has a thousand payments, and is a Monday."""
    first = date(2026, 6, 1)
    bins = Bins((0.0,), (5_000, 2_000, 0))
    reference = Reference("card/model/1", {"weekend": bins}, None)
    days = {
        first + timedelta(days=number): DayFigures(
            scope=CARD,
            day=first + timedelta(days=number),
            reference="card/model/1",
            decisions={Decision.APPROVE: 2_000},
            feature_bins={"weekend": (0, 2_000, 0) if number % 7 >= 5 else (2_000, 0, 0)},
        )
        for number in range(7)
    }
    for number, level in ((0, Level.TOO_FEW), (4, Level.TOO_FEW), (5, Level.TOO_FEW), (6, Level.FINE)):
        today = first + timedelta(days=number)
        upto = {day: one for day, one in days.items() if day <= today}
        seen = rules.watched(CARD, today, upto, {}, reference, first=first - timedelta(days=100))
        assert [one.level for one in seen.signals if one.measure is Measure.FEATURE_PSI] == [level]
