"""Versions from their draft to their end, over memory: who may, what is refused, what happens when things meet."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Actor, ApprovalKeyReused, MakerCannotCheck
from domain.fraud import builtin
from domain.fraud.documents import sha256_of
from domain.fraud.gate import APPROVAL_LIFETIME, SPENT_GRACE
from domain.fraud.kinds import Scope
from domain.fraud.refusals import (
    BoundsNotTrusted,
    FraudGateClosed,
    FraudKeyReused,
    FraudLimitReached,
    FraudRegistryBusy,
    FraudVersionNotChampion,
    FraudVersionState,
    NoFraudVersionBefore,
)
from domain.fraud.registry_model import ArtefactKind, Pointer, Retired, Version, VersionState
from domain.fraud.registry_rules import SHADOWS_MAX
from domain.fraud.registry_store_memory import MemoryRegistryStore
from domain.refusals import InputInvalid, NotAllowed, NotFound
from tests.unit.fraud.governance import (
    ANALYST,
    AUDITOR,
    BOUNDS,
    LEAD,
    LINEAGE,
    OPERATOR,
    OTHER_ANALYST,
    Desk,
    folds,
    model_document,
    passed,
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_what_is_part_of_the_program_is_looked_at_and_not_worked(desk: Desk) -> None:
    name = "card/rules/0"
    found = passed(desk.registry.version(AUDITOR, name))
    assert desk.registry.state(found) is VersionState.CHAMPION
    assert found.used == desk.books.book(None, Scope.CARD).versions.rules
    assert sha256_of(passed(desk.registry.document(AUDITOR, name))) == found.sha256

    until = desk.clock.time + timedelta(days=8)
    assert desk.registry.version(OPERATOR, name) == NotAllowed()
    assert desk.registry.version(AUDITOR, "card/model/0") == NotFound("card/model/0")
    assert {
        desk.registry.missing(LEAD, name),
        desk.registry.commit(LEAD, name),
        desk.registry.start_shadow(LEAD, name, until=until),
        desk.registry.request_promotion(LEAD, name, reason="now", key="k"),
        desk.registry.promote(LEAD, name),
        desk.registry.retire(LEAD, name, reason="no use"),
    } == {NotFound(name)}


class TestDrafts:
    def test_one_is_numbered_and_keeps_where_it_comes_from(self, desk: Desk) -> None:
        first, second = desk.drafted(), desk.drafted(document=model_document(0.7), key="draft-2")

        assert (first.id, second.id) == ("card/model/1", "card/model/2")
        assert second.author == ANALYST.person
        assert second.lineage == LINEAGE
        assert desk.registry.state(second) is VersionState.DRAFT
        assert passed(desk.registry.document(AUDITOR, second.id)) == b'{"score":0.7}'

    def test_the_same_key_makes_one_version_and_another_document_under_it_none(self, desk: Desk) -> None:
        first = desk.drafted()
        other = desk.registry.draft(
            ANALYST,
            scope=Scope.CARD,
            kind=ArtefactKind.MODEL,
            document=model_document(0.9),
            lineage=LINEAGE,
            key="draft-1",
        )

        assert desk.drafted() == first
        assert other == FraudKeyReused(first.id)
        assert desk.drafted(by=OTHER_ANALYST) != first

    @pytest.mark.parametrize("document", [{}, {"score": "high"}, {"score": float("nan")}])
    def test_what_is_no_document_of_its_kind_is_told_where(self, desk: Desk, document: dict[str, Any]) -> None:
        answer = desk.registry.draft(
            ANALYST, scope=Scope.CARD, kind=ArtefactKind.MODEL, document=document, lineage=LINEAGE, key="k"
        )

        assert isinstance(answer, InputInvalid)
        assert answer.faults[0].path[0] == "document"

    def test_lists_are_not_drafted(self, desk: Desk) -> None:
        answer = desk.registry.draft(
            ANALYST,
            scope=Scope.CARD,
            kind=ArtefactKind.LISTS,
            document=dict(builtin.lists_document(Scope.CARD)),
            lineage=LINEAGE,
            key="k",
        )

        assert isinstance(answer, InputInvalid)

    def test_until_it_is_committed_its_author_puts_another_document_in_its_place(self, desk: Desk) -> None:
        version = desk.tested(desk.drafted())
        redrafted = passed(desk.registry.redraft(ANALYST, version.id, document=model_document(0.9)))

        assert redrafted.sha256 != version.sha256
        assert redrafted.backtest is None
        assert desk.registry.redraft(OTHER_ANALYST, version.id, document=model_document(0.8)) == NotAllowed()

    def test_what_is_committed_is_this_document_for_ever(self, desk: Desk) -> None:
        version = desk.committed()

        assert desk.registry.commit(ANALYST, version.id) == version
        answer = desk.registry.redraft(ANALYST, version.id, document=model_document(0.9))
        assert answer == FraudVersionState(version.id, "COMMITTED")

    @pytest.mark.parametrize("actor", [AUDITOR, OPERATOR])
    def test_others_do_not_work_it(self, desk: Desk, actor: Actor) -> None:
        version = desk.drafted()
        answers: list[object] = [
            desk.registry.draft(
                actor,
                scope=Scope.CARD,
                kind=ArtefactKind.MODEL,
                document=model_document(),
                lineage=LINEAGE,
                key="k",
            ),
            desk.registry.commit(actor, version.id),
            desk.registry.redraft(actor, version.id, document=model_document()),
            desk.registry.record_backtest(actor, version.id, desk.backtest(version)),
            desk.registry.start_shadow(actor, version.id, until=desk.clock.time + timedelta(days=8)),
            desk.registry.stop_shadow(actor, version.id),
            desk.registry.request_promotion(actor, version.id, reason="now", key="k"),
            desk.registry.promote(actor, version.id),
            desk.registry.roll_back(actor, scope=Scope.CARD, kind=ArtefactKind.MODEL, version=version.id, reason="bad"),
            desk.registry.retire(actor, version.id, reason="no use"),
            desk.registry.keep_bounds(actor, desk.signed()),
        ]

        assert answers == [NotAllowed()] * len(answers)

    def test_who_audits_sees_and_who_works_accounts_does_not(self, desk: Desk) -> None:
        version = desk.drafted()

        assert desk.registry.version(AUDITOR, version.id) == version
        assert desk.registry.version(OPERATOR, version.id) == NotAllowed()
        assert desk.registry.versions(OPERATOR, Scope.CARD, ArtefactKind.MODEL) == NotAllowed()
        assert desk.registry.missing(OPERATOR, version.id) == NotAllowed()
        assert desk.registry.version(AUDITOR, "card/model/9") == NotFound("card/model/9")


class TestShadows:
    def test_a_shadow_is_asked_and_does_not_decide(self, desk: Desk) -> None:
        version = desk.committed()
        passed(desk.registry.start_shadow(ANALYST, version.id, until=desk.clock.time + timedelta(days=8)))
        pointer = desk.registry.pointer(Scope.CARD)

        ((name, book),) = desk.books.shadows(pointer, Scope.CARD, at=desk.clock.time)
        assert name == version.id
        assert book.model is not None
        assert desk.books.book(pointer, Scope.CARD).model is None
        passed(desk.registry.stop_shadow(ANALYST, version.id))
        assert desk.books.shadows(desk.registry.pointer(Scope.CARD), Scope.CARD, at=desk.clock.time) == ()

    def test_there_are_few_at_once(self, desk: Desk) -> None:
        until = desk.clock.time + timedelta(days=8)
        for number in range(SHADOWS_MAX):
            version = desk.committed(document=model_document(number / 10), key=f"k-{number}")
            passed(desk.registry.start_shadow(ANALYST, version.id, until=until))
        one_more = desk.committed(document=model_document(0.9), key="one-more")

        answer = desk.registry.start_shadow(ANALYST, one_more.id, until=until)
        assert answer == FraudLimitReached("SHADOWS", SHADOWS_MAX)
        desk.clock.time = until  # those before are over
        passed(desk.registry.start_shadow(ANALYST, one_more.id, until=until + timedelta(days=8)))

    @pytest.mark.parametrize("days", [0, -1, 61])
    def test_its_end_lies_ahead_and_not_too_far(self, desk: Desk, days: int) -> None:
        version = desk.committed()
        answer = desk.registry.start_shadow(ANALYST, version.id, until=desk.clock.time + timedelta(days=days))

        assert isinstance(answer, InputInvalid)

    def test_one_whose_document_is_lost_is_left_out_of_what_is_asked(self, desk: Desk) -> None:
        version = desk.committed()
        passed(desk.registry.start_shadow(ANALYST, version.id, until=desk.clock.time + timedelta(days=8)))
        desk.artefacts.bodies.clear()

        assert desk.books.shadows(desk.registry.pointer(Scope.CARD), Scope.CARD, at=desk.clock.time) == ()


class TestPromotions:
    def test_a_version_that_has_everything_decides_once_a_lead_agrees(self, desk: Desk) -> None:
        version = desk.ready()
        approval = desk.asked(version)
        assert desk.used() is None

        passed(desk.agreed(approval))

        pointer = desk.registry.pointer(Scope.CARD)
        assert desk.used() == version.id
        assert desk.books.book(pointer, Scope.CARD).versions.model == version.used
        noted = passed(desk.registry.version(LEAD, version.id))
        assert noted.raised is not None
        assert noted.raised.approval == approval.id
        assert desk.registry.state(noted) is VersionState.CHAMPION

    def test_what_a_checker_agrees_to_names_bytes_folds_and_days(self, desk: Desk) -> None:
        version = desk.ready()
        shown = {fact.label: fact.value for fact in desk.asked(version).proposal.shown}

        assert shown["Document"] == version.sha256
        assert shown["Average precision, folds"] == "0.720, 0.710, 0.730, 0.715"
        assert shown["Shadow run"] == "8 whole days, 800 decisions"

    def test_asked_again_with_the_same_key_it_is_the_same_approval(self, desk: Desk) -> None:
        """Whatever was counted since."""
        version = desk.ready()
        approval = desk.asked(version)
        day = desk.shadow_runs.days[version.id][0]
        desk.shadow_runs.days[version.id] += (replace(day, day=day.day + timedelta(days=1)),)

        assert desk.asked(version) == approval
        other = desk.registry.request_promotion(ANALYST, version.id, reason="it is new", key="ask-1")
        assert other == ApprovalKeyReused(approval.id)
        passed(desk.agreed(approval))
        assert passed(desk.registry.request_promotion(ANALYST, version.id, reason="it is better", key="ask-1")).used_for

    def test_an_older_key_takes_nothing_from_what_was_asked_for_since(self, desk: Desk) -> None:
        version = desk.ready()
        first = desk.asked(version)
        desk.clock.time += timedelta(minutes=1)
        second = desk.asked(version, key="ask-2")

        assert desk.asked(version) == first
        assert passed(desk.registry.version(LEAD, version.id)).approval == second.id

    def test_one_that_was_asked_for_and_not_noted_is_noted_by_asking_again(self, desk: Desk) -> None:
        version = desk.ready()
        approval = desk.asked(version)
        noted = passed(desk.registry.version(LEAD, version.id))
        assert desk.store.replace(replace(noted, approval=None, revision=noted.revision + 1), was=noted)

        assert desk.asked(version) == approval
        assert passed(desk.registry.version(LEAD, version.id)).approval == approval.id

    def test_asking_is_refused_while_something_is_missing(self, desk: Desk) -> None:
        version = desk.committed()

        answer = desk.registry.request_promotion(ANALYST, version.id, reason="now", key="k")

        assert answer == FraudGateClosed(version.id, "BACKTEST,SHADOW_RUN,SHADOW_DECISIONS,SHADOW_RECENT")
        assert desk.registry.promote(LEAD, version.id) == FraudGateClosed(
            version.id, "BACKTEST,SHADOW_RUN,SHADOW_DECISIONS,SHADOW_RECENT,APPROVAL"
        )
        assert desk.used() is None

    def test_nobody_agrees_to_what_they_asked_for(self, desk: Desk) -> None:
        version = desk.ready(by=ANALYST)
        approval = desk.asked(version, by=LEAD)

        assert desk.agreed(approval, by=LEAD) == MakerCannotCheck(approval.id)
        assert desk.used() is None

    def test_an_analyst_does_not_agree_to_anything(self, desk: Desk) -> None:
        approval = desk.asked(desk.ready())

        assert desk.agreed(approval, by=OTHER_ANALYST) == NotFound(approval.id)
        assert desk.used() is None

    def test_an_approval_that_was_spent_and_not_acted_on_runs_out_as_well(self) -> None:
        """Whoever promoted died between the two."""
        store = Dying()
        desk = Desk(store=store)
        version = desk.ready()
        store.dies = "before"
        with pytest.raises(KeyboardInterrupt):
            desk.agreed(desk.asked(version))
        today = desk.clock.now().date()
        desk.clock.time += APPROVAL_LIFETIME + SPENT_GRACE
        desk.shadow_runs.days[version.id] += (replace(desk.shadow_runs.days[version.id][0], day=today),)

        assert desk.registry.promote(ANALYST, version.id) == FraudGateClosed(version.id, "APPROVAL")
        desk.clock.time -= timedelta(seconds=1)
        assert passed(desk.registry.promote(ANALYST, version.id)).id == version.id

    def test_said_again_a_promotion_changes_nothing(self, desk: Desk) -> None:
        version = desk.champion()
        pointer = desk.registry.pointer(Scope.CARD)

        assert passed(desk.registry.promote(ANALYST, version.id)).id == version.id
        assert desk.registry.pointer(Scope.CARD) == pointer

    def test_a_second_champion_is_measured_against_the_first(self, desk: Desk) -> None:
        first = desk.champion()
        second = desk.champion(model_document(0.9), key="draft-2")

        assert desk.used() == second.id
        assert desk.registry.state(first) is VersionState.RETIRED

    def test_a_backtest_against_a_champion_that_is_gone_counts_no_more(self, desk: Desk) -> None:
        late = desk.ready(model_document(0.8), key="late")
        first = desk.champion(model_document(0.9), key="first")

        answer = desk.registry.request_promotion(ANALYST, late.id, reason="now", key="k")

        assert answer == FraudGateClosed(late.id, "BACKTEST_OF_OTHER_CHAMPION")
        assert desk.used() == first.id

    def test_two_that_were_agreed_to_at_once_do_not_both_win(self, desk: Desk) -> None:
        """The second was measured against what decided before the first."""
        one, two = desk.ready(key="one"), desk.ready(model_document(0.9), key="two")
        asked_one, asked_two = desk.asked(one, key="one"), desk.asked(two, key="two")

        passed(desk.agreed(asked_one))

        lacking = "BACKTEST_OF_OTHER_CHAMPION,APPROVAL_OF_OTHER_CHAMPION"
        assert desk.agreed(asked_two) == FraudGateClosed(two.id, lacking)
        assert desk.used() == one.id

    @pytest.mark.parametrize("kind", [ArtefactKind.RULES, ArtefactKind.THRESHOLDS])
    def test_neither_do_two_that_are_not_measured(self, desk: Desk, kind: ArtefactKind) -> None:
        """The second was agreed to in the place of what decided before the first."""
        desk.bounded()
        one, two = desk.ready_of(kind, 1), desk.ready_of(kind, 2)
        asked_one, asked_two = desk.asked(one, key="one"), desk.asked(two, key="two")

        passed(desk.agreed(asked_one))
        answer = desk.agreed(asked_two)

        assert isinstance(answer, FraudGateClosed)
        assert "APPROVAL_OF_OTHER_CHAMPION" in answer.missing
        assert desk.used(kind) == one.id
        assert "APPROVAL_OF_OTHER_CHAMPION" in passed(desk.registry.missing(LEAD, two.id))

    def test_a_backtest_that_is_recorded_after_the_asking_was_not_agreed_to(self, desk: Desk) -> None:
        """Nor one against the champion before, when the one that was shown has been rolled back meanwhile."""
        first = desk.champion(key="first")
        second = desk.ready(model_document(0.9), key="second")
        asked = desk.asked(second, key="second")
        passed(desk.registry.roll_back(LEAD, scope=Scope.CARD, kind=ArtefactKind.MODEL, version=first.id, reason="bad"))
        desk.tested(second)

        lacking = "APPROVAL_OF_OTHER_CHAMPION,APPROVAL_OF_OTHER_BACKTEST"
        assert desk.agreed(asked) == FraudGateClosed(second.id, lacking)
        assert desk.used() is None

    @pytest.mark.parametrize("figure", [-1, 1_000_001])
    def test_figures_of_a_backtest_are_millionths(self, desk: Desk, figure: int) -> None:
        version = desk.committed()
        bad = desk.backtest(version, folds=folds((figure,) * 4, champion=None))

        assert isinstance(desk.registry.record_backtest(ANALYST, version.id, bad), InputInvalid)


class Meeting(MemoryRegistryStore):
    """Somebody else is faster, once: `meanwhile` happens right before a write of the pointer, and `after_reading` right
    after it was read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Any = None
        self.after_reading: Any = None

    def pointer(self, scope: Scope) -> Pointer:
        found = super().pointer(scope)
        happens, self.after_reading = self.after_reading, None
        if happens:
            happens()
        return found

    def point(self, pointer: Pointer, *, was: Pointer) -> bool:
        happens, self.meanwhile = self.meanwhile, None
        if happens:
            happens()
        return super().point(pointer, was=was)


class Noting(MemoryRegistryStore):
    """Somebody else is faster: once right before a version is written, or right before the pointer is; or always."""

    def __init__(self) -> None:
        super().__init__()
        self.before_note: Any = None
        self.before_point: Any = None
        self.busy: str | None = None
        """The version of which others write each time."""

    def replace(self, version: Version, *, was: Version) -> bool:
        happens, self.before_note = self.before_note, None
        if happens:
            happens()
        if version.id == self.busy:
            return False
        return super().replace(version, was=was)

    def point(self, pointer: Pointer, *, was: Pointer) -> bool:
        happens, self.before_point = self.before_point, None
        if happens:
            happens()
        return super().point(pointer, was=was)


class TestMeetings:
    def test_a_promotion_that_another_overtakes_is_judged_again(self) -> None:
        store = Meeting()
        desk = Desk(store=store)
        one, two = desk.ready(key="one"), desk.ready(model_document(0.9), key="two")
        asked_one, asked_two = desk.asked(one, key="one"), desk.asked(two, key="two")
        store.meanwhile = lambda: passed(desk.agreed(asked_two))

        answer = desk.agreed(asked_one)

        assert answer == FraudGateClosed(one.id, "BACKTEST_OF_OTHER_CHAMPION,APPROVAL_OF_OTHER_CHAMPION")
        assert desk.used() == two.id

    def test_who_is_overtaken_by_the_same_promotion_hears_that_it_was_made(self) -> None:
        """The version is noted as promoted, and the pointer that was read before says nothing of it."""
        store = Meeting()
        desk = Desk(store=store)
        version = desk.ready()
        asked = desk.asked(version)
        store.after_reading = lambda: passed(desk.agreed(asked))

        promoted = passed(desk.registry.promote(LEAD, version.id))

        assert promoted.raised is not None
        assert desk.used() == version.id

    def test_a_rollback_during_a_promotion_stands_and_the_promotion_is_judged_again(self) -> None:
        store = Meeting()
        desk = Desk(store=store)
        first = desk.champion(key="first")
        second = desk.ready(model_document(0.9), key="second")
        asked = desk.asked(second, key="second")
        store.meanwhile = lambda: passed(
            desk.registry.roll_back(LEAD, scope=Scope.CARD, kind=ArtefactKind.MODEL, version=first.id, reason="bad")
        )

        answer = desk.agreed(asked)

        assert answer == FraudGateClosed(second.id, "BACKTEST_OF_OTHER_CHAMPION,APPROVAL_OF_OTHER_CHAMPION")
        assert desk.used() is None

    def test_a_promotion_during_a_rollback_is_not_rolled_back_by_it(self) -> None:
        """The rollback named what it was to end."""
        store = Meeting()
        desk = Desk(store=store)
        first = desk.champion(key="first")
        second = desk.ready(model_document(0.9), key="second")
        asked = desk.asked(second, key="second")
        store.meanwhile = lambda: passed(desk.agreed(asked))

        answer = desk.registry.roll_back(
            LEAD, scope=Scope.CARD, kind=ArtefactKind.MODEL, version=first.id, reason="bad"
        )

        assert answer == FraudVersionNotChampion(first.id, second.id)
        assert desk.used() == second.id

    def test_a_shadow_that_begins_during_a_promotion_is_not_lost(self) -> None:
        store = Meeting()
        desk = Desk(store=store)
        other = desk.committed(document=model_document(0.2), key="other")
        version = desk.ready(key="one")
        asked = desk.asked(version)
        until = desk.clock.time + timedelta(days=8)
        store.meanwhile = lambda: passed(desk.registry.start_shadow(ANALYST, other.id, until=until))

        passed(desk.agreed(asked))

        pointer = desk.registry.pointer(Scope.CARD)
        assert desk.used() == version.id
        assert [shadow.used.version for shadow in pointer.shadows] == [other.id]


class TestRollbacks:
    def roll_back(self, desk: Desk, version: Version, *, by: Actor = ANALYST, reason: str = "it blocks all") -> Any:
        return desk.registry.roll_back(by, scope=Scope.CARD, kind=ArtefactKind.MODEL, version=version.id, reason=reason)

    def test_one_person_with_a_reason_goes_back(self, desk: Desk) -> None:
        first = desk.champion()
        second = desk.champion(model_document(0.9), key="second")

        pointer = passed(self.roll_back(desk, second))

        assert desk.used() == first.id
        assert (pointer.changed_by, pointer.reason) == (ANALYST.person, "it blocks all")
        assert desk.registry.state(second) is VersionState.RETIRED
        assert desk.books.book(desk.registry.pointer(Scope.CARD), Scope.CARD).versions.model == first.used

    @pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "x" * 501])
    def test_without_a_reason_nothing_goes_back(self, desk: Desk, reason: str) -> None:
        version = desk.champion()

        assert isinstance(self.roll_back(desk, version, reason=reason), InputInvalid)
        assert desk.used() == version.id

    def test_a_lost_document_is_in_nobodys_way(self, desk: Desk) -> None:
        first = desk.champion()
        second = desk.champion(model_document(0.9), key="second")
        desk.artefacts.bodies = {key: body for key, body in desk.artefacts.bodies.items() if key[1] != second.sha256}

        passed(self.roll_back(desk, second))

        assert desk.used() == first.id

    def test_said_again_it_changes_nothing(self, desk: Desk) -> None:
        version = desk.champion()
        pointer = passed(self.roll_back(desk, version))

        assert self.roll_back(desk, version) == pointer

    def test_what_was_rolled_back_needs_a_version_of_its_own(self, desk: Desk) -> None:
        version = desk.champion()
        passed(self.roll_back(desk, version))

        assert desk.registry.promote(LEAD, version.id) == FraudVersionState(version.id, "RETIRED")
        again = desk.registry.start_shadow(ANALYST, version.id, until=desk.clock.time + timedelta(days=8))
        assert again == FraudVersionState(version.id, "RETIRED")

    def test_with_nothing_before_there_is_nothing_to_go_back_to(self, desk: Desk) -> None:
        answer = desk.registry.roll_back(
            LEAD, scope=Scope.CARD, kind=ArtefactKind.MODEL, version="card/model/1", reason="bad"
        )

        assert answer == NoFraudVersionBefore("CARD", "MODEL")

    def test_lists_do_not_go_back(self, desk: Desk) -> None:
        answer = desk.registry.roll_back(
            LEAD, scope=Scope.CARD, kind=ArtefactKind.LISTS, version="card/lists/1", reason="bad"
        )

        assert isinstance(answer, InputInvalid)

    def test_after_it_the_next_promotion_notes_what_left(self, desk: Desk) -> None:
        bad = desk.champion()
        passed(self.roll_back(desk, bad))
        desk.champion(model_document(0.9), key="good")

        noted = passed(desk.registry.version(LEAD, bad.id))
        assert noted.retired is not None
        assert noted.retired.reason == "it blocks all"
        assert desk.registry.pointer(Scope.CARD).left == ()

    def test_what_left_stays_in_the_pointer_until_it_is_noted(self) -> None:
        """A version whose record others are faster with each time is not forgotten, and no draft again."""
        store = Noting()
        desk = Desk(store=store)
        bad = desk.champion()
        passed(self.roll_back(desk, bad))
        good = desk.ready(model_document(0.9), key="good")
        approval = desk.asked(good)
        store.busy = bad.id

        assert desk.agreed(approval) == FraudRegistryBusy(bad.id)
        assert desk.used() is None
        assert [one.champion.used.version for one in desk.registry.pointer(Scope.CARD).left] == [bad.id]

        store.busy = None
        passed(desk.registry.promote(ANALYST, good.id))
        noted = passed(desk.registry.version(LEAD, bad.id))
        assert noted.retired is not None
        assert desk.registry.state(noted) is VersionState.RETIRED


class TestBounds:
    def test_only_those_that_are_signed_are_kept(self, desk: Desk) -> None:
        signed = desk.signed()
        other_key = replace(signed, key="another")
        forged = replace(signed, signature=bytes(32))
        altered = replace(signed, document=signed.document.replace(b"0.3", b"0.1"))

        for bad in (other_key, forged, altered):
            assert desk.registry.keep_bounds(LEAD, bad) == BoundsNotTrusted("CARD", "SIGNATURE")
        assert desk.registry.bounds(Scope.CARD) is None
        assert desk.registry.keep_bounds(LEAD, signed) == signed
        assert desk.registry.bounds(Scope.CARD) == BOUNDS

    def test_old_ones_do_not_come_back(self, desk: Desk) -> None:
        first, second = desk.signed(1), desk.signed(2)
        passed(desk.registry.keep_bounds(LEAD, second))

        assert desk.registry.keep_bounds(LEAD, first) == BoundsNotTrusted("CARD", "NUMBER")
        assert desk.registry.keep_bounds(LEAD, second) == second

    def test_what_stands_beside_them_is_what_was_signed(self, desk: Desk) -> None:
        signed = desk.signed(3)

        assert desk.registry.keep_bounds(LEAD, replace(signed, number=9)) == BoundsNotTrusted("CARD", "NUMBER")
        assert desk.registry.keep_bounds(LEAD, replace(signed, scope=Scope.ACH)) == BoundsNotTrusted("ACH", "SCOPE")

    def test_what_is_signed_and_says_no_bounds_is_not_kept(self, desk: Desk) -> None:
        body = b"{}"
        signature = desk.bounds_key.sign(bytes.fromhex(sha256_of(body)))
        answer = desk.registry.keep_bounds(LEAD, replace(desk.signed(), document=body, signature=signature))

        assert answer == BoundsNotTrusted("CARD", "DOCUMENT")

    def test_an_analyst_does_not_keep_them(self, desk: Desk) -> None:
        assert desk.registry.keep_bounds(ANALYST, desk.signed()) == NotAllowed()


class TestRetiring:
    def test_a_shadow_that_comes_to_nothing_ends(self, desk: Desk) -> None:
        version = desk.committed()
        passed(desk.registry.start_shadow(ANALYST, version.id, until=desk.clock.time + timedelta(days=8)))

        retired = passed(desk.registry.retire(ANALYST, version.id, reason="no better"))

        assert desk.registry.state(retired) is VersionState.RETIRED
        assert desk.registry.pointer(Scope.CARD).shadows == ()
        assert desk.registry.retire(ANALYST, version.id, reason="no better") == retired
        asked = desk.registry.request_promotion(ANALYST, version.id, reason="now", key="k")
        assert asked == FraudVersionState(version.id, "RETIRED")

    def test_one_whose_shadow_run_begins_meanwhile_ends_all_the_same(self) -> None:
        """Right before the note: no run is left over. Right after it: none begins."""
        store = Noting()
        desk = Desk(store=store)
        before, after = desk.ready(key="before"), desk.ready(model_document(0.9), key="after")
        until = desk.clock.time + timedelta(days=8)
        for version in (before, after):
            passed(desk.registry.stop_shadow(ANALYST, version.id))

        store.before_note = lambda: passed(desk.registry.start_shadow(ANALYST, before.id, until=until))
        passed(desk.registry.retire(ANALYST, before.id, reason="no better"))
        assert desk.registry.pointer(Scope.CARD).shadows == ()

        store.before_point = lambda: passed(desk.registry.retire(ANALYST, after.id, reason="no better"))
        answer = desk.registry.start_shadow(ANALYST, after.id, until=until)
        assert answer == FraudVersionState(after.id, "RETIRED")
        assert desk.registry.pointer(Scope.CARD).shadows == ()

    def test_one_that_is_in_the_shadow_all_the_same_is_not_promoted(self, desk: Desk) -> None:
        """As somebody left it who died in between."""
        version = desk.ready()
        approval = desk.asked(version)
        was = passed(desk.registry.version(LEAD, version.id))
        end = Retired(desk.clock.time, ANALYST.person, "no better")
        assert desk.store.replace(replace(was, retired=end, revision=was.revision + 1), was=was)

        assert desk.agreed(approval) == FraudVersionState(version.id, "RETIRED")
        assert desk.used() is None
        assert desk.registry.state(passed(desk.registry.version(LEAD, version.id))) is VersionState.RETIRED

    def test_a_champion_does_not_end_like_that(self, desk: Desk) -> None:
        version = desk.champion()

        answer = desk.registry.retire(LEAD, version.id, reason="no better")
        assert answer == FraudVersionState(version.id, "CHAMPION")


class Dying(MemoryRegistryStore):
    """The process dies right after the write of the pointer, or right before it."""

    def __init__(self) -> None:
        super().__init__()
        self.dies: str | None = None

    def point(self, pointer: Pointer, *, was: Pointer) -> bool:
        dies, self.dies = self.dies, None
        if dies == "before":
            raise KeyboardInterrupt
        done = super().point(pointer, was=was)
        if dies == "after":
            raise KeyboardInterrupt
        return done


@pytest.mark.parametrize("dies", ["before", "after"])
def test_a_promotion_that_is_cut_off_is_ended_by_saying_it_again(dies: str) -> None:
    store = Dying()
    desk = Desk(store=store)
    version = desk.ready()
    approval = desk.asked(version)
    store.dies = dies
    with pytest.raises(KeyboardInterrupt):
        desk.agreed(approval)
    assert desk.used() == (version.id if dies == "after" else None)

    passed(desk.registry.promote(ANALYST, version.id))

    noted = passed(desk.registry.version(LEAD, version.id))
    assert desk.used() == version.id
    assert noted.raised is not None
    assert noted.raised.approval == approval.id


def test_a_champion_that_nobody_noted_is_noted_by_the_next_promotion() -> None:
    store = Dying()
    desk = Desk(store=store)
    version = desk.ready()
    approval = desk.asked(version)
    store.dies = "after"
    with pytest.raises(KeyboardInterrupt):
        desk.agreed(approval)
    assert passed(desk.registry.version(LEAD, version.id)).raised is None

    desk.champion(model_document(0.9), key="second")

    noted = passed(desk.registry.version(LEAD, version.id))
    assert noted.raised is not None
    assert desk.registry.state(noted) is VersionState.RETIRED


def test_the_built_in_documents_count_while_nothing_was_promoted(desk: Desk) -> None:
    """A draft is nothing, and so is a seed."""
    desk.drafted()

    assert desk.books.book(None, Scope.CARD) == builtin.book(Scope.CARD)
    assert desk.books.book(desk.registry.pointer(Scope.CARD), Scope.CARD) == builtin.book(Scope.CARD)
