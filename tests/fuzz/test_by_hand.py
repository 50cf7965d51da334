"""The list by hand, asked of the API's function in memory. `tests/stack/test_fuzz.py` asks the deployed bank."""

import pytest

from tests.fuzz.by_hand.row import Row
from tests.fuzz.by_hand.rows import ROWS
from tests.fuzz.looking import look, outcomes


def test_no_two_rows_have_one_name() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_answered_as_it_says(row: Row) -> None:
    answered = look(row.sent)

    assert (answered.status, outcomes(answered)[-1]) == (row.status, row.outcome), answered.body[:500]
    assert not row.absent or row.absent not in answered.body.decode()
