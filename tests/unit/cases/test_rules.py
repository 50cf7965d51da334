"""How a case moves, and what it may not say."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, Happened, Stage, Subject
from domain.cases.rules import (
    HISTORY_MAX,
    UNDONE_MAX,
    approved,
    assigned,
    carried_out,
    case_id,
    not_approved,
    not_carried_out,
    opened,
    proposal,
    reason_faults,
    released,
    resolving,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SUBJECT = Subject("ach_entry", "ent_1")


def a_case(**facts: str) -> Case:
    return opened(CaseKind.ACH_ENTRY_PENDED, SUBJECT, key="1", due_at=None, facts=facts, region="us-east-1", now=NOON)


def proposed(reason: str = "So it is") -> Case:
    case = resolving(
        a_case(Amount="1.00 USD"),
        person="stf_1",
        code=ResolutionCode.POST,
        reason=reason,
        key="k",
        approval="apr_1",
        now=NOON,
    )
    assert isinstance(case, Case)
    return case


class TestOpening:
    def test_facts_do_not_stand_in_for_what_is_shown_beside_them(self) -> None:
        with pytest.raises(ValueError, match="Reason"):
            a_case(Reason="none")

    def test_there_are_only_so_many_facts(self) -> None:
        a_case(**{f"f{number}": "" for number in range(17)})
        with pytest.raises(ValueError, match="more than 20"):
            a_case(**{f"f{number}": "" for number in range(18)})

    @given(st.lists(st.text(max_size=5), min_size=3, max_size=3), st.lists(st.text(max_size=5), min_size=3, max_size=3))
    def test_ids_differ_where_what_they_name_differs(self, one: list[str], other: list[str]) -> None:
        def of(parts: list[str]) -> str:
            return case_id(CaseKind.ACH_NOC, Subject(parts[0], parts[1]), parts[2])

        joined = ["\x00" in part for part in (*one, *other)]
        assert any(joined) or (of(one) == of(other)) is (one == other)


class TestKeysOfWhatCameToNothing:
    @staticmethod
    def tried(case: Case, key: str) -> Case:
        again = resolving(
            case, person="stf_1", code=ResolutionCode.POST, reason="So", key=key, approval=f"apr_{key}", now=NOON
        )
        assert isinstance(again, Case), again
        return again

    def test_each_is_remembered_once_and_so_many_at_most(self) -> None:
        case = a_case()
        for number in range(UNDONE_MAX + 5):
            case = self.tried(case, str(number))
            assert case.resolution
            case = not_carried_out(
                approved(case, approval=f"apr_{number}", checker="stf_2", now=NOON),
                decided=replace(case.resolution, stage=Stage.DECIDED, checker="stf_2"),
                why="ACCOUNT_CLOSED",
                now=NOON,
            )

        assert [one.resolution.key for one in case.undone] == [str(number) for number in range(5, UNDONE_MAX + 5)]
        assert {one.why for one in case.undone} == {"ACCOUNT_CLOSED"}

    def test_of_one_that_is_tried_again_the_last_counts(self) -> None:
        case = a_case()
        for why in ("NOT_FOUND", "EXPIRED"):
            case = not_approved(self.tried(case, "k"), approval="apr_k", person="bank", why=why, now=NOON)

        assert [(one.resolution.key, one.why) for one in case.undone] == [("k", "EXPIRED")]

    def test_what_nobody_was_asked_about_is_proposed_again_by_its_key(self) -> None:
        case = not_approved(self.tried(a_case(), "k"), approval="apr_k", person="bank", why="NOT_FOUND", now=NOON)

        again = self.tried(case, "k")

        assert again.resolution
        assert again.resolution.of_version == case.version

    def test_the_same_key_of_another_person_is_another(self) -> None:
        case = not_approved(self.tried(a_case(), "k"), approval="apr_k", person="stf_2", why="REFUSED", now=NOON)

        other = resolving(
            case, person="stf_3", code=ResolutionCode.RETURN, reason="No", key="k", approval="apr_3", now=NOON
        )

        assert isinstance(other, Case)


class TestMoving:
    def test_each_step_leaves_an_entry_and_another_version(self) -> None:
        case = proposed()
        case = approved(case, approval="apr_1", checker="stf_2", now=NOON)
        assert case.resolution
        case = carried_out(case, decided=case.resolution, now=NOON)

        assert [entry.happened for entry in case.history] == [
            Happened.OPENED,
            Happened.PROPOSED,
            Happened.DECIDED,
            Happened.RESOLVED,
        ]
        assert case.version == 4

    def test_what_is_over_or_of_another_approval_stays_as_it_is(self) -> None:
        case = proposed()
        assert approved(case, approval="apr_2", checker="stf_2", now=NOON) == case
        assert not_approved(case, approval="apr_2", person="stf_2", why="REFUSED", now=NOON) == case
        decided = approved(case, approval="apr_1", checker="stf_2", now=NOON)
        assert approved(decided, approval="apr_1", checker="stf_3", now=NOON) == decided
        assert not_approved(decided, approval="apr_1", person="stf_3", why="REFUSED", now=NOON) == decided
        assert case.resolution
        assert carried_out(decided, decided=case.resolution, now=NOON) == decided
        assert not_carried_out(decided, decided=case.resolution, why="X", now=NOON) == decided

    def test_a_history_keeps_its_beginning_and_its_end(self) -> None:
        case = a_case()
        for _ in range(HISTORY_MAX):
            taken = assigned(case, person="stf_1", now=NOON)
            assert isinstance(taken, Case)
            freed = released(taken, person="stf_1", now=NOON)
            assert isinstance(freed, Case)
            case = freed

        assert len(case.history) == HISTORY_MAX
        assert case.history[0].happened is Happened.OPENED
        assert case.history[-1].happened is Happened.RELEASED
        assert case.version == 1 + 2 * HISTORY_MAX


class TestProposing:
    def test_another_reason_fact_or_resolution_is_another_fingerprint(self) -> None:
        case = proposed()
        assert case.resolution
        other = replace(case.resolution, code=ResolutionCode.RETURN)
        more = replace(case, facts=a_case(Amount="1.01 USD").facts)
        fingerprints = {
            proposal(case, case.resolution).fingerprint,
            proposal(case, other).fingerprint,
            proposal(more, case.resolution).fingerprint,
            proposal(case, replace(case.resolution, reason="Or not")).fingerprint,
        }
        assert len(fingerprints) == 4

    def test_how_far_it_has_come_changes_no_fingerprint(self) -> None:
        case = proposed()
        assert case.resolution
        decided = replace(case.resolution, stage=Stage.DECIDED)

        assert proposal(case, decided) == proposal(case, case.resolution)


@pytest.mark.parametrize("reason", ["x", "x" * 500, "Größer als null – ok"])
def test_a_reason_is_words_in_one_line(reason: str) -> None:
    assert reason_faults(reason) == ()
