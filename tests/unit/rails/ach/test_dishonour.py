"""Dishonours and contests: each code when it is right, and the last day of each."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.calendar import add_banking_days
from domain.rails.ach.dishonour import (
    CONTEST_TOO_LATE,
    CONTESTS,
    CONTESTS_ANOTHER,
    DISHONOUR_WAS_IN_TIME,
    DISHONOURS,
    NO_CONTEST,
    ReceivedDishonour,
    ReceivedReturn,
    contest_reason,
    is_untimely,
    last_contest_day,
    last_dishonour_day,
    right_dishonours,
)
from domain.rails.ach.return_codes import RETURN_CODES

# The entry settled on Monday 2026-11-30, its return on Wednesday, the last day it may.
GOOD = ReceivedReturn(code="R01", settled_on=date(2026, 12, 2), entry_settled_on=date(2026, 11, 30))


class TestADishonour:
    def test_of_a_return_that_is_right_has_no_code(self) -> None:
        assert right_dishonours(GOOD) == ()

    @pytest.mark.parametrize(
        ("found", "code"),
        [
            (replace(GOOD, misrouted=True), "R61"),
            (replace(GOOD, reversal_left_a_credit=True), "R62"),
            (replace(GOOD, returned_before=True), "R67"),
            (replace(GOOD, settled_on=date(2026, 12, 3)), "R68"),
            (replace(GOOD, field_errors=True), "R69"),
            (replace(GOOD, code="R06"), "R70"),
            (replace(GOOD, code="R31"), "R70"),
        ],
    )
    def test_has_the_code_of_what_was_wrong(self, found: ReceivedReturn, code: str) -> None:
        assert right_dishonours(found) == (code,)

    def test_of_a_return_we_asked_for_is_not_right(self) -> None:
        assert right_dishonours(replace(GOOD, code="R06", asked_for=True)) == ()
        assert right_dishonours(replace(GOOD, code="R31", asked_for=True)) == ()

    def test_is_sent_within_five_banking_days_of_the_returns_settlement(self) -> None:
        assert last_dishonour_day(GOOD.settled_on) == date(2026, 12, 9)

    def test_has_every_code_of_the_rules(self) -> None:
        assert list(DISHONOURS) == ["R61", "R62", "R67", "R68", "R69", "R70"]
        assert list(CONTESTS) == ["R71", "R72", "R73", "R74", "R75", "R76", "R77"]


class TestAnUntimelyReturn:
    @pytest.mark.parametrize(
        ("code", "settled_on", "untimely"),
        [
            ("R01", date(2026, 12, 2), False),
            ("R01", date(2026, 12, 3), True),
            ("R10", date(2027, 2, 1), False),  # sixty days end on Friday 2027-01-29; there by Monday's opening
            ("R10", date(2027, 2, 2), True),
            ("R06", date(2027, 11, 30), False),
            ("R31", date(2027, 11, 30), False),
            ("R13", date(2027, 11, 30), False),
            ("R99", date(2027, 11, 30), False),
            ("R23", date(2027, 11, 30), False),
        ],
    )
    def test_came_after_the_opening_it_was_due_at(self, code: str, settled_on: date, untimely: bool) -> None:
        assert is_untimely(replace(GOOD, code=code, settled_on=settled_on)) == untimely

    def test_of_a_refused_credit_counts_from_the_refusal(self) -> None:
        refused = replace(GOOD, code="R23", refused_on=date(2027, 2, 1), settled_on=date(2027, 2, 3))
        assert not is_untimely(refused)
        assert is_untimely(replace(refused, settled_on=date(2027, 2, 4)))

    @given(
        settled_on=st.dates(date(2022, 1, 3), date(2035, 1, 1)).map(lambda day: add_banking_days(day, 0)),
        n=st.integers(0, 8),
    )
    def test_of_the_ordinary_kind_settles_from_the_third_banking_day_on(self, settled_on: date, n: int) -> None:
        came_on = add_banking_days(settled_on, n)
        assert is_untimely(ReceivedReturn("R01", came_on, settled_on)) == (n > 2)

    @pytest.mark.parametrize("code", sorted(RETURN_CODES))
    def test_is_judged_of_every_code(self, code: str) -> None:
        assert not is_untimely(replace(GOOD, code=code, settled_on=date(2026, 12, 1)))


# Our return settled on 2026-12-02; its dishonour on 2026-12-07.
DISHONOURED = ReceivedDishonour(code="R69", settled_on=date(2026, 12, 7), return_settled_on=date(2026, 12, 2))


class TestAContest:
    @pytest.mark.parametrize(
        ("code", "of"),
        [("R73", "R68"), ("R74", "R69"), ("R75", "R67"), ("R76", "R69"), ("R77", "R62")],
    )
    def test_answers_the_dishonour_it_is_for(self, code: str, of: str) -> None:
        for dishonour in DISHONOURS:
            found = contest_reason(code, replace(DISHONOURED, code=dishonour), DISHONOURED.settled_on)
            assert found is (None if dishonour == of else CONTESTS_ANOTHER)

    def test_of_misrouting_answers_any(self) -> None:
        for dishonour in DISHONOURS:
            assert contest_reason("R71", replace(DISHONOURED, code=dishonour), DISHONOURED.settled_on) is None

    def test_of_lateness_answers_what_came_late(self) -> None:
        # Five banking days after 2026-12-02 are 2026-12-09; what is sent then settles on the 10th.
        in_time = replace(DISHONOURED, settled_on=date(2026, 12, 10))
        late = replace(DISHONOURED, settled_on=date(2026, 12, 11))
        assert contest_reason("R72", in_time, in_time.settled_on) is DISHONOUR_WAS_IN_TIME
        assert contest_reason("R72", late, late.settled_on) is None

    def test_is_sent_within_two_banking_days_of_the_dishonours_settlement(self) -> None:
        assert last_contest_day(DISHONOURED.settled_on) == date(2026, 12, 9)
        assert contest_reason("R76", DISHONOURED, date(2026, 12, 9)) is None
        assert contest_reason("R76", DISHONOURED, date(2026, 12, 10)) is CONTEST_TOO_LATE

    @pytest.mark.parametrize("code", ["", "R61", "R70", "R78"])
    def test_has_no_other_code(self, code: str) -> None:
        assert contest_reason(code, DISHONOURED, DISHONOURED.settled_on) is NO_CONTEST
