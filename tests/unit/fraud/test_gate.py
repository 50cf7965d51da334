"""The gate of promotions refuses what is missing, each thing by its name."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fraud import gate
from domain.fraud.gate import BoundsVerdict, Consent, Missing, ShadowDay
from domain.fraud.registry_model import ArtefactKind, Backtest, DryRun, Version
from tests.unit.fraud.governance import NOON, folds
from tests.unit.fraud.lacking_nothing import MODEL, RULES, THRESHOLDS, TODAY, WEEK, backtest, dry_run, evidence


@pytest.mark.parametrize("version", [MODEL, RULES, THRESHOLDS], ids=lambda version: version.kind.value)
def test_what_has_everything_passes(version: Version) -> None:
    assert gate.missing(version, evidence(version), NOON) == ()


class TestModels:
    @pytest.mark.parametrize(
        ("changes", "missing"),
        [
            ({"committed_at": None}, Missing.COMMIT),
            ({"backtest": None}, Missing.BACKTEST),
            ({"backtest": backtest(model_sha256="b" * 64)}, Missing.BACKTEST_OF_OTHER_DOCUMENT),
            ({"backtest": backtest(champion_sha256="b" * 64)}, Missing.BACKTEST_OF_OTHER_CHAMPION),
            ({"backtest": backtest(champion_data_sha256="b" * 64)}, Missing.BACKTEST_ON_OTHER_ROWS),
            ({"backtest": backtest(champion_data_sha256=None)}, Missing.BACKTEST_ON_OTHER_ROWS),
            ({"backtest": backtest(folds=folds((720_000,) * 3, champion=690_000))}, Missing.BACKTEST_FOLDS),
            (
                {"backtest": backtest(folds=folds((720_000, 719_000), champion=690_000) * 2)},
                Missing.BACKTEST_FOLDS,
            ),
            ({"backtest": backtest(folds=folds((680_000,) * 4, champion=690_000))}, Missing.BACKTEST_BETTER),
            ({"backtest": backtest(folds=folds((690_000,) * 4, champion=690_000))}, Missing.BACKTEST_BETTER),
            # On average better by 10,000, with a spread of 34,000.
            (
                {"backtest": backtest(folds=folds((750_000, 690_000, 710_000, 650_000), champion=690_000))},
                Missing.BACKTEST_BETTER,
            ),
            # The champion was not measured on one of the folds.
            (
                {
                    "backtest": backtest(
                        folds=(
                            *folds((720_000, 720_000, 720_000), champion=690_000),
                            replace(folds((720_000,), champion=None)[0], start=date(2026, 9, 30)),
                        )
                    )
                },
                Missing.BACKTEST_BETTER,
            ),
        ],
    )
    def test_a_backtest_is_of_this_model_against_this_champion_on_the_same_rows_and_better(
        self, changes: dict[str, object], missing: Missing
    ) -> None:
        version = replace(MODEL, **changes)  # type: ignore[arg-type]  # each value is of its field

        assert missing in gate.missing(version, evidence(version), NOON)

    def test_without_a_champion_it_is_better_than_the_forest(self) -> None:
        tested = backtest(
            champion_sha256=None,
            champion_data_sha256=None,
            folds=folds((720_000, 710_000, 730_000, 715_000), champion=None, forest=680_000),
        )
        worse = replace(tested, folds=folds((680_500, 679_000, 681_000, 680_000), champion=None, forest=680_000))

        def lacking(test: Backtest) -> tuple[Missing, ...]:
            consent = Consent("stf_farah", ("stf_felix",), "apr_1", gate.BUILT_IN, gate.backtest_sha256(test))
            alone = evidence(MODEL, champion_sha256=None, consent=consent)
            return gate.missing(replace(MODEL, backtest=test), alone, NOON)

        assert lacking(tested) == ()
        assert lacking(worse) == (Missing.BACKTEST_BETTER,)
        assert lacking(backtest()) == (Missing.BACKTEST_OF_OTHER_CHAMPION,)

    def test_one_that_beats_the_forest_and_not_the_champion_stays(self) -> None:
        tested = backtest(folds=folds((690_000, 689_000, 691_000, 690_000), champion=690_000, forest=600_000))

        version = replace(MODEL, backtest=tested)

        assert gate.missing(version, evidence(version), NOON) == (Missing.BACKTEST_BETTER,)


class TestShadowRuns:
    @pytest.mark.parametrize("version", [MODEL, RULES], ids=lambda version: version.kind.value)
    @pytest.mark.parametrize(
        ("days", "missing"),
        [
            ((), (Missing.SHADOW_RUN, Missing.SHADOW_DECISIONS, Missing.SHADOW_RECENT)),
            (WEEK[:6], (Missing.SHADOW_RUN,)),
            (WEEK[:6] * 2, (Missing.SHADOW_RUN,)),
            ((*WEEK[:6], ShadowDay(TODAY, 0, 0)), (Missing.SHADOW_RUN,)),
            (tuple(replace(day, decisions=71, decided=71) for day in WEEK), (Missing.SHADOW_DECISIONS,)),
            (tuple(replace(day, day=day.day - timedelta(days=14)) for day in WEEK), (Missing.SHADOW_RECENT,)),
        ],
    )
    def test_one_has_seven_days_of_enough_decisions_not_long_ago(
        self, version: Version, days: tuple[ShadowDay, ...], missing: tuple[Missing, ...]
    ) -> None:
        assert gate.missing(version, evidence(version, shadow_days=days), NOON) == missing

    @pytest.mark.parametrize(("decisions", "missing"), [(95, ()), (94, (Missing.SHADOW_RUN,))])
    def test_a_day_counts_on_which_it_was_asked_of_nearly_all(
        self, decisions: int, missing: tuple[Missing, ...]
    ) -> None:
        """Not one on which it was started in the evening, or stopped in the morning."""
        days = (*WEEK[:6], replace(WEEK[6], decisions=decisions))

        assert gate.missing(MODEL, evidence(MODEL, shadow_days=days), NOON) == missing

    def test_minutes_of_seven_days_are_no_week(self) -> None:
        """Decisions of days that do not count are none of the run's."""
        days = (*(replace(day, decisions=1) for day in WEEK[:6]), replace(WEEK[6], decisions=494, decided=600))

        assert gate.missing(MODEL, evidence(MODEL, shadow_days=days), NOON) == (
            Missing.SHADOW_RUN,
            Missing.SHADOW_DECISIONS,
            Missing.SHADOW_RECENT,
        )

    def test_the_days_need_not_follow_each_other(self) -> None:
        every_other = tuple(ShadowDay(TODAY - timedelta(days=2 * back), 100, 100) for back in range(1, 8))

        assert gate.missing(MODEL, evidence(MODEL, shadow_days=every_other), NOON) == ()

    def test_thresholds_have_none(self) -> None:
        assert gate.missing(THRESHOLDS, evidence(THRESHOLDS, shadow_days=()), NOON) == ()


class TestRules:
    @pytest.mark.parametrize("run", [None, dry_run(sha256="b" * 64), dry_run(decisions=gate.DRY_RUN_DECISIONS_MIN - 1)])
    def test_they_were_tried_on_history_as_they_are(self, run: DryRun | None) -> None:
        assert gate.missing(replace(RULES, dry_run=run), evidence(RULES), NOON) == (Missing.DRY_RUN,)

    @pytest.mark.parametrize("against", ["b" * 64, "0" * 64, None])
    def test_they_were_tried_against_those_that_decide(self, against: str | None) -> None:
        version = replace(RULES, dry_run=dry_run(against_sha256=against))

        assert gate.missing(version, evidence(version), NOON) == (Missing.DRY_RUN_OF_OTHER_CHAMPION,)

    def test_where_nothing_was_promoted_the_built_in_ones_decide(self) -> None:
        consent = Consent("stf_farah", ("stf_felix",), "apr_1", gate.BUILT_IN)
        first = evidence(RULES, champion_sha256=None, consent=consent)
        tried = replace(RULES, dry_run=dry_run(against_sha256="0" * 64))

        assert gate.missing(tried, first, NOON) == ()
        assert gate.missing(RULES, first, NOON) == (Missing.DRY_RUN_OF_OTHER_CHAMPION,)

    @pytest.mark.parametrize(("days", "missing"), [(14, ()), (15, (Missing.DRY_RUN_RECENT,))])
    def test_they_were_tried_on_payments_of_now(self, days: int, missing: tuple[Missing, ...]) -> None:
        """However lately the run was made."""
        version = replace(RULES, dry_run=dry_run(first=TODAY - timedelta(days=400), last=TODAY - timedelta(days=days)))

        assert gate.missing(version, evidence(version), NOON) == missing


class TestThresholds:
    def test_they_lie_within_bounds_that_are_signed(self) -> None:
        unsigned = evidence(THRESHOLDS, bounds=BoundsVerdict.UNTRUSTED)
        outside = evidence(THRESHOLDS, bounds=BoundsVerdict.OUTSIDE)

        assert gate.missing(THRESHOLDS, unsigned, NOON) == (Missing.BOUNDS,)
        assert gate.missing(THRESHOLDS, outside, NOON) == (Missing.WITHIN_BOUNDS,)


class TestConsent:
    @pytest.mark.parametrize("version", [MODEL, RULES, THRESHOLDS], ids=lambda version: version.kind.value)
    @pytest.mark.parametrize(
        ("said", "missing"),
        [
            (None, Missing.APPROVAL),
            (("stf_farah", ()), Missing.APPROVAL),
            (("stf_fritz", ("stf_farah",)), Missing.APPROVAL_BY_ANOTHER),
            (("stf_felix", ("stf_felix",)), Missing.APPROVAL_BY_ANOTHER),
            (("stf_fritz", ("stf_farah", "stf_fritz")), Missing.APPROVAL_BY_ANOTHER),
        ],
    )
    def test_it_is_of_somebody_who_neither_wrote_nor_asked(
        self, version: Version, said: tuple[str, tuple[str, ...]] | None, missing: Missing
    ) -> None:
        given = evidence(version).consent
        consent = given and said and replace(given, maker=said[0], checkers=said[1])

        assert gate.missing(version, evidence(version, consent=consent), NOON) == (missing,)

    @pytest.mark.parametrize("version", [MODEL, RULES, THRESHOLDS], ids=lambda version: version.kind.value)
    @pytest.mark.parametrize("replaces", [None, gate.BUILT_IN, "b" * 64])
    def test_it_is_to_the_place_of_the_champion_that_decides(self, version: Version, replaces: str | None) -> None:
        told = evidence(version)
        assert told.consent is not None
        other = replace(told, consent=replace(told.consent, replaces=replaces))

        assert gate.missing(version, other, NOON) == (Missing.APPROVAL_OF_OTHER_CHAMPION,)

    def test_it_is_to_the_backtest_that_is_kept(self) -> None:
        again = replace(MODEL, backtest=backtest(measured_at=NOON + timedelta(hours=1)))
        shown = evidence(MODEL)
        assert shown.consent is not None
        unshown = replace(shown, consent=replace(shown.consent, backtest=None))

        assert gate.missing(again, shown, NOON) == (Missing.APPROVAL_OF_OTHER_BACKTEST,)
        assert gate.missing(MODEL, unshown, NOON) == (Missing.APPROVAL_OF_OTHER_BACKTEST,)


def test_every_kind_that_is_promoted_has_a_gate_that_asks_for_consent() -> None:
    assert set(gate.GATE) == set(ArtefactKind) - {ArtefactKind.LISTS}
    nobody = evidence(MODEL, consent=None)
    for kind in gate.GATE:
        assert Missing.APPROVAL in gate.missing(replace(MODEL, kind=kind), nobody, NOON)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=2, max_size=8))
def test_better_is_a_mean_above_the_deviation_of_the_differences(pairs: list[tuple[int, int]]) -> None:
    ours, theirs = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    differences = [Fraction(one - other) for one, other in pairs]
    mean = sum(differences) / len(differences)
    variance = sum((one - mean) ** 2 for one in differences) / (len(differences) - 1)

    assert gate.better_than_its_spread(ours, theirs) is (mean > 0 and mean**2 > variance)


def test_a_fold_alone_is_not_better() -> None:
    assert not gate.better_than_its_spread((900_000,), (100_000,))
