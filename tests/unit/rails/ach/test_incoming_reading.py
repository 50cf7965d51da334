"""What is read out of the fields of a received file, which anybody may have filled."""

from datetime import date

import pytest

from domain.rails.ach.incoming_reading import julian_day

NEAR = date(2026, 3, 9)


@pytest.mark.parametrize("text", ["1²3", "１２３", "   ", "000", "367", "12", "0123", "-12", "1 2"])
def test_what_is_no_day_of_a_year_is_none(text: str) -> None:
    assert julian_day(text, NEAR) is None


@pytest.mark.parametrize(
    ("text", "day"), [("068", date(2026, 3, 9)), ("365", date(2025, 12, 31)), ("001", date(2026, 1, 1))]
)
def test_a_day_of_a_year_is_the_nearest_one(text: str, day: date) -> None:
    assert julian_day(text, NEAR) == day
