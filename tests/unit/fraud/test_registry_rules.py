"""The pointer moves by single steps, and only through the gate; what a version is, it says first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.fraud import registry_rules as rules
from domain.fraud.gate import BoundsVerdict, Evidence
from domain.fraud.kinds import Scope
from domain.fraud.refusals import FraudGateClosed, FraudVersionNotChampion, FraudVersionState, NoFraudVersionBefore
from domain.fraud.registry_model import (
    ArtefactKind,
    Pointer,
    Snooze,
    Snoozes,
    VersionState,
    parse_version_id,
)
from tests.unit.fraud.governance import NOON
from tests.unit.fraud.lacking_nothing import MODEL, backtest, evidence

POINTER = Pointer(scope=Scope.CARD)


def test_every_condition_stands_in_the_way_of_the_pointer() -> None:
    """Whatever is missing, the pointer stays as it is."""
    bare = replace(MODEL, committed_at=None, backtest=None)
    nothing = Evidence(
        champion_sha256=None, built_in_sha256=None, shadow_days=(), bounds=BoundsVerdict.UNTRUSTED, consent=None
    )
    answer = rules.promoted(POINTER, bare, evidence=nothing, by="stf_felix", reason="now", now=NOON)

    assert answer == FraudGateClosed(bare.id, "COMMIT,BACKTEST,SHADOW_RUN,SHADOW_DECISIONS,SHADOW_RECENT,APPROVAL")


def test_lists_are_not_promoted() -> None:
    with pytest.raises(KeyError):
        rules.promoted(
            POINTER, replace(MODEL, kind=ArtefactKind.LISTS), evidence=evidence(MODEL), by="x", reason="x", now=NOON
        )


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
