"""Reversals: one right request, and what each single change of it makes wrong."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.rails.ach.calendar import add_banking_days
from domain.rails.ach.reversals import (
    ALREADY_RETURNED,
    ALREADY_REVERSED,
    AMOUNT_DIFFERS,
    CLASS_DIFFERS,
    COMPANY_DIFFERS,
    DATE_NOT_WRONG,
    DESCRIPTION_NOT_REVERSAL,
    DIRECTION_NOT_OPPOSITE,
    DISCOVERY_TOO_OLD,
    NOT_SEPARATION_PAY,
    REASON_NOT_ALLOWED,
    REVERSAL_OF_REVERSAL,
    REVERSAL_RULES,
    REVERSAL_TOO_LATE,
    Reversal,
    ReversalReason,
    SentEntry,
    last_reversal_day,
    reversal_reasons,
)
from domain.rails.ach.tables import Direction, Reason

CREDIT, DEBIT = Direction.CREDIT, Direction.DEBIT
FOUND_AT = datetime(2026, 11, 24, 15, tzinfo=UTC)
ORIGINAL = SentEntry(
    sec="PPD", direction=CREDIT, company_id="1234567890", amount_minor=125_00, settled_on=date(2026, 11, 20)
)
RIGHT = Reversal(
    reason=ReversalReason.DUPLICATE,
    sec="PPD",
    direction=DEBIT,
    company_id="1234567890",
    amount_minor=125_00,
    description="REVERSAL",
    arrives_on=date(2026, 11, 30),
    discovered_at=FOUND_AT,
    sent_at=FOUND_AT + timedelta(hours=24),
)


def reversed_so(original: SentEntry = ORIGINAL, **other: Any) -> tuple[Reason, ...]:
    return reversal_reasons(original, replace(RIGHT, **other))


class TestAReversal:
    def test_that_keeps_every_rule_passes(self) -> None:
        assert reversed_so() == ()

    def test_arrives_within_five_banking_days_of_settlement(self) -> None:
        # Friday 2026-11-20; Thanksgiving and a weekend lie between.
        assert last_reversal_day(ORIGINAL.settled_on) == date(2026, 11, 30)
        assert reversed_so(arrives_on=date(2026, 11, 30)) == ()
        assert reversed_so(arrives_on=date(2026, 12, 1)) == (REVERSAL_TOO_LATE,)

    def test_of_a_whole_file_is_sent_within_a_day_of_discovery(self) -> None:
        day = FOUND_AT + timedelta(hours=24)
        assert reversed_so(whole_file=True, sent_at=day) == ()
        assert reversed_so(whole_file=True, sent_at=day + timedelta(seconds=1)) == (DISCOVERY_TOO_OLD,)
        assert reversed_so(whole_file=False, sent_at=day + timedelta(seconds=1)) == ()

    @pytest.mark.parametrize(
        "reason", [ReversalReason.DUPLICATE, ReversalReason.WRONG_AMOUNT, ReversalReason.WRONG_RECEIVER]
    )
    def test_has_a_reason_of_the_rules(self, reason: ReversalReason) -> None:
        assert reversed_so(reason=reason) == ()

    def test_is_never_for_lack_of_funding(self) -> None:
        assert reversed_so(reason=ReversalReason.LACK_OF_FUNDING) == (REASON_NOT_ALLOWED,)
        assert [row.reason for row in REVERSAL_RULES if not row.allowed] == [ReversalReason.LACK_OF_FUNDING]
        assert {row.reason for row in REVERSAL_RULES} == set(ReversalReason)

    @pytest.mark.parametrize(
        ("direction", "intended", "wrong"),
        [
            (CREDIT, -1, True),  # it should have been there the day before: it came late
            (CREDIT, 0, False),
            (CREDIT, 1, False),
            (DEBIT, 1, True),  # it was taken a day early
            (DEBIT, 0, False),
            (DEBIT, -1, False),
        ],
    )
    def test_for_a_wrong_date_is_of_an_early_debit_or_a_late_credit(
        self, direction: Direction, intended: int, wrong: bool
    ) -> None:
        original = replace(ORIGINAL, direction=direction)
        found = reversed_so(
            original,
            direction=DEBIT if direction is CREDIT else CREDIT,
            reason=ReversalReason.WRONG_DATE,
            intended_on=ORIGINAL.settled_on + timedelta(days=intended),
        )
        assert found == (() if wrong else (DATE_NOT_WRONG,))

    def test_for_a_wrong_date_says_which_was_meant(self) -> None:
        assert reversed_so(reason=ReversalReason.WRONG_DATE) == (DATE_NOT_WRONG,)

    def test_of_separation_pay_is_of_a_ppd_credit(self) -> None:
        pay = ReversalReason.SEPARATION_PAY
        assert reversed_so(reason=pay) == ()
        debit = replace(ORIGINAL, direction=DEBIT)
        assert reversed_so(debit, reason=pay, direction=CREDIT) == (NOT_SEPARATION_PAY,)
        assert reversed_so(replace(ORIGINAL, sec="CCD"), reason=pay, sec="CCD") == (NOT_SEPARATION_PAY,)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"direction": CREDIT}, DIRECTION_NOT_OPPOSITE),
            ({"company_id": "1234567891"}, COMPANY_DIFFERS),
            ({"sec": "CCD"}, CLASS_DIFFERS),
            ({"amount_minor": 125_01}, AMOUNT_DIFFERS),
            ({"amount_minor": 124_99}, AMOUNT_DIFFERS),
            ({"description": "REVERSE"}, DESCRIPTION_NOT_REVERSAL),
            ({"description": "reversal"}, DESCRIPTION_NOT_REVERSAL),
        ],
    )
    def test_repeats_the_entry_the_other_way(self, change: dict[str, Any], reason: Reason) -> None:
        assert reversed_so(**change) == (reason,)

    @pytest.mark.parametrize(
        ("state", "reason"),
        [
            ({"reverses": True}, REVERSAL_OF_REVERSAL),
            ({"reversed": True}, ALREADY_REVERSED),
            ({"returned": True}, ALREADY_RETURNED),
        ],
    )
    def test_is_of_an_entry_that_still_stands(self, state: dict[str, Any], reason: Reason) -> None:
        assert reversed_so(replace(ORIGINAL, **state)) == (reason,)

    def test_is_told_all_that_is_wrong_at_once(self) -> None:
        found = reversed_so(
            replace(ORIGINAL, reversed=True), sec="CCD", arrives_on=date(2027, 1, 4), description="", amount_minor=1
        )
        assert set(found) == {
            ALREADY_REVERSED,
            CLASS_DIFFERS,
            REVERSAL_TOO_LATE,
            DESCRIPTION_NOT_REVERSAL,
            AMOUNT_DIFFERS,
        }

    @given(settled_on=st.dates(date(2022, 1, 3), date(2035, 1, 1)), n=st.integers(0, 12))
    def test_is_late_from_the_sixth_banking_day_on(self, settled_on: date, n: int) -> None:
        original = replace(ORIGINAL, settled_on=settled_on)
        found = reversed_so(original, arrives_on=add_banking_days(settled_on, n))
        assert (REVERSAL_TOO_LATE in found) == (n > 5)
