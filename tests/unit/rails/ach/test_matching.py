"""Matching returns: what agrees wholly is matched, everything else is for a person."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.matching import (
    CANDIDATES_MAX,
    AlreadyReturned,
    Ambiguous,
    Candidate,
    Matched,
    NearMiss,
    ReturnSeen,
    Unmatched,
    match_return,
)

MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)
OURS = Candidate(
    id="e1",
    trace="981000010000001",
    amount_minor=125_00,
    settled_on=TUESDAY,
    effective_on=MONDAY,
    rdfi8="02100002",
)
SEEN = ReturnSeen(trace=OURS.trace, amount_minor=125_00, rdfi8="02100002", original_on=TUESDAY)


def turned(**other: Any) -> ReturnSeen:
    return replace(SEEN, **other)


class TestOneCandidate:
    def test_that_agrees_is_matched(self) -> None:
        assert match_return(SEEN, [OURS]) == Matched("e1", without_date=False)

    def test_is_found_by_its_effective_date_too(self) -> None:
        assert match_return(turned(original_on=MONDAY), [OURS]) == Matched("e1", without_date=False)

    def test_is_matched_without_a_date_and_says_so(self) -> None:
        assert match_return(turned(original_on=None), [OURS]) == Matched("e1", without_date=True)

    @pytest.mark.parametrize(
        ("change", "differs"),
        [
            ({"amount_minor": 125_01}, ("amount",)),
            ({"amount_minor": 124_99}, ("amount",)),
            ({"rdfi8": "02100003"}, ("rdfi",)),
            ({"original_on": date(2026, 11, 29)}, ("day",)),
            ({"amount_minor": 0, "rdfi8": "", "original_on": date(2026, 12, 2)}, ("amount", "day", "rdfi")),
        ],
    )
    def test_that_differs_is_only_named(self, change: dict[str, Any], differs: tuple[str, ...]) -> None:
        assert match_return(turned(**change), [OURS]) == Unmatched((NearMiss("e1", differs),))

    def test_of_another_trace_number_is_not_even_near(self) -> None:
        assert match_return(turned(trace="981000010000002"), [OURS]) == Unmatched(())
        assert match_return(SEEN, []) == Unmatched(())

    def test_that_came_back_already_is_a_second_return(self) -> None:
        assert match_return(SEEN, [replace(OURS, returned=True)]) == AlreadyReturned("e1")


class TestSeveralCandidates:
    def test_are_told_apart_by_their_day(self) -> None:
        last_week = replace(OURS, id="e0", settled_on=date(2026, 11, 24), effective_on=date(2026, 11, 24))

        assert match_return(SEEN, [last_week, OURS]) == Matched("e1", without_date=False)

    def test_without_a_day_are_for_a_person(self) -> None:
        last_week = replace(OURS, id="e0", settled_on=date(2026, 11, 24), effective_on=date(2026, 11, 24))

        assert match_return(turned(original_on=None), [OURS, last_week]) == Ambiguous(("e0", "e1"))

    def test_that_both_agree_are_for_a_person(self) -> None:
        assert match_return(SEEN, [OURS, replace(OURS, id="e2")]) == Ambiguous(("e1", "e2"))

    def test_of_which_one_came_back_already_leave_the_other(self) -> None:
        twins = [replace(OURS, returned=True), replace(OURS, id="e2")]
        assert match_return(SEEN, twins) == Matched("e2", without_date=False)

    def test_that_all_came_back_already_are_for_a_person(self) -> None:
        twins = [replace(OURS, returned=True), replace(OURS, id="e2", returned=True)]
        assert match_return(SEEN, twins) == Ambiguous(("e1", "e2"))

    def test_that_all_differ_come_nearest_first(self) -> None:
        far = replace(OURS, id="a", amount_minor=1, rdfi8="1")
        near = replace(OURS, id="b", amount_minor=1)
        assert match_return(SEEN, [far, near]) == Unmatched(
            (NearMiss("b", ("amount",)), NearMiss("a", ("amount", "rdfi")))
        )

    def test_have_a_limit(self) -> None:
        many = [replace(OURS, id=f"e{n}", amount_minor=n) for n in range(CANDIDATES_MAX)]
        assert isinstance(match_return(turned(amount_minor=7), many), Matched)
        with pytest.raises(ValueError, match="more than 100"):
            match_return(SEEN, [*many, OURS])


candidates = st.lists(
    st.builds(
        Candidate,
        id=st.uuids().map(str),
        trace=st.sampled_from(["1", "2"]),
        amount_minor=st.sampled_from([1, 2]),
        settled_on=st.sampled_from([MONDAY, TUESDAY]),
        effective_on=st.sampled_from([MONDAY, TUESDAY]),
        rdfi8=st.sampled_from(["a", "b"]),
        returned=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)
seen = st.builds(
    ReturnSeen,
    trace=st.sampled_from(["1", "2"]),
    amount_minor=st.sampled_from([1, 2]),
    rdfi8=st.sampled_from(["a", "b"]),
    original_on=st.sampled_from([MONDAY, TUESDAY, None]),
)


class TestAnyReturn:
    @given(found=seen, among=candidates)
    def test_is_matched_only_with_an_entry_that_agrees_and_stands(
        self, found: ReturnSeen, among: list[Candidate]
    ) -> None:
        match = match_return(found, among)

        if isinstance(match, Matched):
            one = next(candidate for candidate in among if candidate.id == match.id)
            assert (one.trace, one.amount_minor, one.rdfi8) == (found.trace, found.amount_minor, found.rdfi8)
            assert found.original_on in (None, one.settled_on, one.effective_on)
            assert not one.returned

    @given(found=seen, among=candidates)
    def test_is_judged_alike_whatever_the_order(self, found: ReturnSeen, among: list[Candidate]) -> None:
        assert match_return(found, among) == match_return(found, among[::-1])
