"""The gate of promotions refuses what is missing, each thing by its name; and the pointer moves by single steps."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fraud import registry_rules as rules
from domain.fraud.kinds import Decision, Scope
from domain.fraud.refusals import FraudGateClosed, FraudVersionNotChampion, FraudVersionState, NoFraudVersionBefore
from domain.fraud.registry_model import (
    ArtefactKind,
    Backtest,
    DryRun,
    Pointer,
    Snooze,
    Snoozes,
    Version,
    VersionState,
    parse_version_id,
)
from domain.fraud.registry_rules import BoundsVerdict, Consent, Evidence, Missing, ShadowDay
from tests.unit.fraud.governance import LINEAGE, NOON, ROWS, folds

TODAY = NOON.date()
WEEK = tuple(ShadowDay(TODAY - timedelta(days=back), 100, 100) for back in range(1, 8))


def backtest(**changes: object) -> Backtest:
    said: dict[str, object] = {
        "protocol": "prequential",
        "data_sha256": ROWS,
        "champion_data_sha256": ROWS,
        "model_sha256": "a" * 64,
        "champion_sha256": "c" * 64,
        "folds": folds((720_000, 710_000, 730_000, 715_000), champion=690_000),
        "measured_at": NOON,
        "by": "stf_farah",
        **changes,
    }
    return Backtest(**said)  # type: ignore[arg-type]  # the values are those of the fields, one by one


def dry_run(**changes: object) -> DryRun:
    said: dict[str, object] = {
        "first": TODAY,
        "last": TODAY,
        "sha256": "a" * 64,
        "against_sha256": "c" * 64,
        "decisions": 500,
        "changed": 3,
        "before": {Decision.APPROVE: 500},
        "after": {Decision.APPROVE: 497, Decision.REVIEW: 3},
        "spoke": {"LARGE": 3},
        "frauds": 2,
        "frauds_before": 0,
        "frauds_after": 2,
        "ran_at": NOON,
        "by": "stf_farah",
        **changes,
    }
    return DryRun(**said)  # type: ignore[arg-type]  # as above


MODEL = Version(
    scope=Scope.CARD,
    kind=ArtefactKind.MODEL,
    number=3,
    sha256="a" * 64,
    author="stf_farah",
    created_at=NOON,
    lineage=LINEAGE,
    committed_at=NOON,
    backtest=backtest(),
)
RULES = replace(MODEL, kind=ArtefactKind.RULES, backtest=None, dry_run=dry_run())
THRESHOLDS = replace(MODEL, kind=ArtefactKind.THRESHOLDS, backtest=None)


def evidence(version: Version, **changes: object) -> Evidence:
    """All that the version needs."""
    shown = rules.backtest_sha256(version.backtest) if version.backtest else None
    said: dict[str, object] = {
        "champion_sha256": "c" * 64,
        "built_in_sha256": "0" * 64,
        "shadow_days": WEEK,
        "bounds": BoundsVerdict.WITHIN,
        "consent": Consent("stf_farah", ("stf_felix",), "apr_1", "c" * 64, shown),
        **changes,
    }
    return Evidence(**said)  # type: ignore[arg-type]  # as above


POINTER = Pointer(scope=Scope.CARD)


@pytest.mark.parametrize("version", [MODEL, RULES, THRESHOLDS], ids=lambda version: version.kind.value)
def test_what_has_everything_passes(version: Version) -> None:
    assert rules.missing(version, evidence(version), NOON) == ()


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

        assert missing in rules.missing(version, evidence(version), NOON)

    def test_without_a_champion_it_is_better_than_the_forest(self) -> None:
        tested = backtest(
            champion_sha256=None,
            champion_data_sha256=None,
            folds=folds((720_000, 710_000, 730_000, 715_000), champion=None, forest=680_000),
        )
        worse = replace(tested, folds=folds((680_500, 679_000, 681_000, 680_000), champion=None, forest=680_000))

        def lacking(test: Backtest) -> tuple[Missing, ...]:
            consent = Consent("stf_farah", ("stf_felix",), "apr_1", rules.BUILT_IN, rules.backtest_sha256(test))
            alone = evidence(MODEL, champion_sha256=None, consent=consent)
            return rules.missing(replace(MODEL, backtest=test), alone, NOON)

        assert lacking(tested) == ()
        assert lacking(worse) == (Missing.BACKTEST_BETTER,)
        assert lacking(backtest()) == (Missing.BACKTEST_OF_OTHER_CHAMPION,)

    def test_one_that_beats_the_forest_and_not_the_champion_stays(self) -> None:
        tested = backtest(folds=folds((690_000, 689_000, 691_000, 690_000), champion=690_000, forest=600_000))

        version = replace(MODEL, backtest=tested)

        assert rules.missing(version, evidence(version), NOON) == (Missing.BACKTEST_BETTER,)


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
        assert rules.missing(version, evidence(version, shadow_days=days), NOON) == missing

    @pytest.mark.parametrize(("decisions", "missing"), [(95, ()), (94, (Missing.SHADOW_RUN,))])
    def test_a_day_counts_on_which_it_was_asked_of_nearly_all(
        self, decisions: int, missing: tuple[Missing, ...]
    ) -> None:
        """Not one on which it was started in the evening, or stopped in the morning."""
        days = (*WEEK[:6], replace(WEEK[6], decisions=decisions))

        assert rules.missing(MODEL, evidence(MODEL, shadow_days=days), NOON) == missing

    def test_minutes_of_seven_days_are_no_week(self) -> None:
        """Decisions of days that do not count are none of the run's."""
        days = (*(replace(day, decisions=1) for day in WEEK[:6]), replace(WEEK[6], decisions=494, decided=600))

        assert rules.missing(MODEL, evidence(MODEL, shadow_days=days), NOON) == (
            Missing.SHADOW_RUN,
            Missing.SHADOW_DECISIONS,
            Missing.SHADOW_RECENT,
        )

    def test_the_days_need_not_follow_each_other(self) -> None:
        every_other = tuple(ShadowDay(TODAY - timedelta(days=2 * back), 100, 100) for back in range(1, 8))

        assert rules.missing(MODEL, evidence(MODEL, shadow_days=every_other), NOON) == ()

    def test_thresholds_have_none(self) -> None:
        assert rules.missing(THRESHOLDS, evidence(THRESHOLDS, shadow_days=()), NOON) == ()


class TestRules:
    @pytest.mark.parametrize(
        "run", [None, dry_run(sha256="b" * 64), dry_run(decisions=rules.DRY_RUN_DECISIONS_MIN - 1)]
    )
    def test_they_were_tried_on_history_as_they_are(self, run: DryRun | None) -> None:
        assert rules.missing(replace(RULES, dry_run=run), evidence(RULES), NOON) == (Missing.DRY_RUN,)

    @pytest.mark.parametrize("against", ["b" * 64, "0" * 64, None])
    def test_they_were_tried_against_those_that_decide(self, against: str | None) -> None:
        version = replace(RULES, dry_run=dry_run(against_sha256=against))

        assert rules.missing(version, evidence(version), NOON) == (Missing.DRY_RUN_OF_OTHER_CHAMPION,)

    def test_where_nothing_was_promoted_the_built_in_ones_decide(self) -> None:
        consent = Consent("stf_farah", ("stf_felix",), "apr_1", rules.BUILT_IN)
        first = evidence(RULES, champion_sha256=None, consent=consent)
        tried = replace(RULES, dry_run=dry_run(against_sha256="0" * 64))

        assert rules.missing(tried, first, NOON) == ()
        assert rules.missing(RULES, first, NOON) == (Missing.DRY_RUN_OF_OTHER_CHAMPION,)

    @pytest.mark.parametrize(("days", "missing"), [(14, ()), (15, (Missing.DRY_RUN_RECENT,))])
    def test_they_were_tried_on_payments_of_now(self, days: int, missing: tuple[Missing, ...]) -> None:
        """However lately the run was made."""
        version = replace(RULES, dry_run=dry_run(first=TODAY - timedelta(days=400), last=TODAY - timedelta(days=days)))

        assert rules.missing(version, evidence(version), NOON) == missing


class TestThresholds:
    def test_they_lie_within_bounds_that_are_signed(self) -> None:
        unsigned = evidence(THRESHOLDS, bounds=BoundsVerdict.UNTRUSTED)
        outside = evidence(THRESHOLDS, bounds=BoundsVerdict.OUTSIDE)

        assert rules.missing(THRESHOLDS, unsigned, NOON) == (Missing.BOUNDS,)
        assert rules.missing(THRESHOLDS, outside, NOON) == (Missing.WITHIN_BOUNDS,)


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

        assert rules.missing(version, evidence(version, consent=consent), NOON) == (missing,)

    @pytest.mark.parametrize("version", [MODEL, RULES, THRESHOLDS], ids=lambda version: version.kind.value)
    @pytest.mark.parametrize("replaces", [None, rules.BUILT_IN, "b" * 64])
    def test_it_is_to_the_place_of_the_champion_that_decides(self, version: Version, replaces: str | None) -> None:
        told = evidence(version)
        assert told.consent is not None
        other = replace(told, consent=replace(told.consent, replaces=replaces))

        assert rules.missing(version, other, NOON) == (Missing.APPROVAL_OF_OTHER_CHAMPION,)

    def test_it_is_to_the_backtest_that_is_kept(self) -> None:
        again = replace(MODEL, backtest=backtest(measured_at=NOON + timedelta(hours=1)))
        shown = evidence(MODEL)
        assert shown.consent is not None
        unshown = replace(shown, consent=replace(shown.consent, backtest=None))

        assert rules.missing(again, shown, NOON) == (Missing.APPROVAL_OF_OTHER_BACKTEST,)
        assert rules.missing(MODEL, unshown, NOON) == (Missing.APPROVAL_OF_OTHER_BACKTEST,)


def test_every_condition_stands_in_the_way_of_the_pointer() -> None:
    """Whatever is missing, the pointer stays as it is."""
    bare = replace(MODEL, committed_at=None, backtest=None)
    nothing = Evidence(
        champion_sha256=None, built_in_sha256=None, shadow_days=(), bounds=BoundsVerdict.UNTRUSTED, consent=None
    )
    answer = rules.promoted(POINTER, bare, evidence=nothing, by="stf_felix", reason="now", now=NOON)

    assert answer == FraudGateClosed(bare.id, "COMMIT,BACKTEST,SHADOW_RUN,SHADOW_DECISIONS,SHADOW_RECENT,APPROVAL")


def test_every_kind_that_is_promoted_has_a_gate_that_asks_for_consent() -> None:
    assert set(rules.GATE) == set(ArtefactKind) - {ArtefactKind.LISTS}
    nobody = evidence(MODEL, consent=None)
    for kind in rules.GATE:
        assert Missing.APPROVAL in rules.missing(replace(MODEL, kind=kind), nobody, NOON)


def test_lists_are_not_promoted() -> None:
    with pytest.raises(KeyError):
        rules.promoted(
            POINTER, replace(MODEL, kind=ArtefactKind.LISTS), evidence=evidence(MODEL), by="x", reason="x", now=NOON
        )


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=2, max_size=8))
def test_better_is_a_mean_above_the_deviation_of_the_differences(pairs: list[tuple[int, int]]) -> None:
    ours, theirs = tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)
    differences = [Fraction(one - other) for one, other in pairs]
    mean = sum(differences) / len(differences)
    variance = sum((one - mean) ** 2 for one in differences) / (len(differences) - 1)

    assert rules.better_than_its_spread(ours, theirs) is (mean > 0 and mean**2 > variance)


def test_a_fold_alone_is_not_better() -> None:
    assert not rules.better_than_its_spread((900_000,), (100_000,))


class TestPointer:
    @pytest.fixture
    def two(self) -> Pointer:
        """A second version over a first."""
        first = replace(MODEL, number=1, sha256="1" * 64, backtest=backtest(model_sha256="1" * 64))
        second = replace(MODEL, number=2, sha256="2" * 64, backtest=backtest(model_sha256="2" * 64))
        pointer = rules.promoted(POINTER, first, evidence=evidence(first), by="stf_felix", reason="first", now=NOON)
        assert isinstance(pointer, Pointer)
        again = rules.promoted(pointer, second, evidence=evidence(second), by="stf_felix", reason="second", now=NOON)
        assert isinstance(again, Pointer)
        return again

    def test_a_promotion_said_again_changes_nothing(self, two: Pointer) -> None:
        second = replace(MODEL, number=2, sha256="2" * 64)

        assert rules.promoted(two, second, evidence=evidence(second), by="x", reason="x", now=NOON) is two

    def test_a_rollback_goes_back_one_by_one_to_the_built_in_document(self, two: Pointer) -> None:
        first = rules.rolled_back(
            two, ArtefactKind.MODEL, version="card/model/2", by="stf_farah", reason="bad", now=NOON
        )
        assert isinstance(first, Pointer)
        assert first.champions[ArtefactKind.MODEL].used.version == "card/model/1"

        none = rules.rolled_back(
            first, ArtefactKind.MODEL, version="card/model/1", by="stf_farah", reason="bad too", now=NOON
        )
        assert isinstance(none, Pointer)
        assert ArtefactKind.MODEL not in none.champions

        no_more = rules.rolled_back(none, ArtefactKind.MODEL, version="card/model/9", by="x", reason="x", now=NOON)
        assert no_more == NoFraudVersionBefore("CARD", "MODEL")

    def test_a_rollback_said_again_by_the_same_person_changes_nothing(self, two: Pointer) -> None:
        back = rules.rolled_back(
            two, ArtefactKind.MODEL, version="card/model/2", by="stf_farah", reason="bad", now=NOON
        )
        assert isinstance(back, Pointer)
        again = rules.rolled_back(
            back, ArtefactKind.MODEL, version="card/model/2", by="stf_farah", reason="bad", now=NOON
        )

        assert again is back

    def test_a_rollback_of_what_does_not_decide_is_refused(self, two: Pointer) -> None:
        answer = rules.rolled_back(two, ArtefactKind.MODEL, version="card/model/1", by="x", reason="x", now=NOON)

        assert answer == FraudVersionNotChampion("card/model/1", "card/model/2")

    def test_what_was_rolled_back_is_never_promoted_again(self, two: Pointer) -> None:
        second = replace(MODEL, number=2, sha256="2" * 64)
        back = rules.rolled_back(two, ArtefactKind.MODEL, version=second.id, by="x", reason="bad", now=NOON)
        assert isinstance(back, Pointer)
        answer = rules.promoted(back, second, evidence=evidence(second), by="x", reason="x", now=NOON)

        assert answer == FraudVersionState(second.id, "RETIRED")

    def test_no_more_champions_are_kept_than_its_limit(self) -> None:
        pointer = POINTER
        for number in range(1, rules.BEFORE_MAX + 4):
            version = replace(MODEL, number=number, sha256=f"{number:064d}")
            version = replace(version, backtest=backtest(model_sha256=version.sha256))
            moved = rules.promoted(pointer, version, evidence=evidence(version), by="x", reason="x", now=NOON)
            assert isinstance(moved, Pointer)
            pointer = moved
        for _ in range(rules.BEFORE_MAX):
            champion = pointer.champions[ArtefactKind.MODEL].used.version
            back = rules.rolled_back(pointer, ArtefactKind.MODEL, version=champion, by="x", reason="x", now=NOON)
            assert isinstance(back, Pointer)
            pointer = back
        champion = pointer.champions[ArtefactKind.MODEL].used.version

        answer = rules.rolled_back(pointer, ArtefactKind.MODEL, version=champion, by="x", reason="x", now=NOON)
        assert answer == NoFraudVersionBefore("CARD", "MODEL")


class TestStates:
    def test_the_pointer_speaks_before_what_is_noted(self) -> None:
        pointer = rules.promoted(POINTER, MODEL, evidence=evidence(MODEL), by="x", reason="x", now=NOON)
        assert isinstance(pointer, Pointer)

        assert rules.state_of(MODEL, POINTER) is VersionState.DRAFT
        assert rules.state_of(MODEL, pointer) is VersionState.CHAMPION
        back = rules.rolled_back(pointer, ArtefactKind.MODEL, version=MODEL.id, by="x", reason="x", now=NOON)
        assert isinstance(back, Pointer)
        assert rules.state_of(MODEL, back) is VersionState.RETIRED

    def test_a_shadow_runs_until_its_end(self) -> None:
        until = NOON + timedelta(days=8)
        pointer = rules.shadowing(POINTER, MODEL, until=until, by="x", now=NOON)
        assert isinstance(pointer, Pointer)

        assert rules.state_of(MODEL, pointer) is VersionState.SHADOW
        assert [one.used.version for one in rules.shadows_at(pointer, NOON)] == [MODEL.id]
        assert rules.shadows_at(pointer, until) == ()
        assert rules.unshadowed(pointer, MODEL, by="x", now=NOON).shadows == ()

    def test_what_is_not_committed_casts_no_shadow(self) -> None:
        answer = rules.shadowing(
            POINTER, replace(MODEL, committed_at=None), until=NOON + timedelta(days=1), by="x", now=NOON
        )

        assert answer == FraudVersionState(MODEL.id, "NOT_COMMITTED")

    def test_a_promotion_ends_the_shadow_run(self) -> None:
        pointer = rules.shadowing(POINTER, MODEL, until=NOON + timedelta(days=8), by="x", now=NOON)
        assert isinstance(pointer, Pointer)
        moved = rules.promoted(pointer, MODEL, evidence=evidence(MODEL), by="x", reason="x", now=NOON)
        assert isinstance(moved, Pointer)

        assert moved.shadows == ()


class TestSnoozes:
    def test_one_is_heard_from_its_start_to_its_end(self) -> None:
        snooze = Snooze("large", "known business", "stf_farah", NOON, NOON + timedelta(days=1))
        found = rules.snoozed(Snoozes("cus_us_1"), snooze)
        assert isinstance(found, Snoozes)

        assert rules.snoozed_at(found, NOON) == ("large",)
        assert rules.snoozed_at(found, NOON - timedelta(seconds=1)) == ()
        assert rules.snoozed_at(found, snooze.until) == ()

    def test_one_that_is_woken_is_heard_no_more(self) -> None:
        snooze = Snooze("large", "known business", "stf_farah", NOON, NOON + timedelta(days=1))
        found = rules.snoozed(Snoozes("cus_us_1"), snooze)
        assert isinstance(found, Snoozes)
        woken = rules.woken(found, "large", NOON)

        assert rules.snoozed_at(woken, NOON) == ()
        assert rules.woken(woken, "large", NOON) is woken


@pytest.mark.parametrize(
    "text",
    [
        "",
        "card",
        "card/model",
        "card/model/",
        "card/model/01",
        "CARD/model/1",
        "card/model/1/2",
        "card/tea/1",
        "x/model/1",
    ],
)
def test_an_id_of_a_version_has_one_spelling(text: str) -> None:
    assert parse_version_id(text) is None


def test_an_id_of_a_version_is_read_back() -> None:
    assert parse_version_id(MODEL.id) == (Scope.CARD, ArtefactKind.MODEL, 3)
