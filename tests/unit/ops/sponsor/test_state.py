"""What the sponsor bank remembers survives being written down."""

import pytest

from ops.sponsor.drafting import Wish
from ops.sponsor.state import State, StateUnreadable, dumped, loaded
from tests.unit.ops.sponsor.files import NOW, REGION, a_bank, ours, take


def test_what_is_written_down_is_read_as_it_was() -> None:
    bank = a_bank()
    bank.misbehave("reject-entry", times=None, code="REJ0801")
    bank.misbehave("answer-late", times=3, seconds=7)
    take(bank, ours(10_00, 20_00))
    bank.originate(Wish(account_number="400000012345", amount_minor=5_00, credit=True), region=REGION, now=NOW)
    bank.go_on(NOW)
    assert loaded(dumped(bank.state)) == bank.state
    assert loaded(dumped(State())) == State()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 2}', '{"format": 1}', '{"format": 1, "files": []}'])
def test_what_is_no_state_is_refused_and_not_taken_for_an_empty_one(text: str) -> None:
    with pytest.raises(StateUnreadable):
        loaded(text)


def test_a_bank_that_is_woken_up_goes_on_where_it_was() -> None:
    bank = a_bank()
    bank.misbehave("answer-late", seconds=60)
    take(bank, ours(10_00))
    woken = a_bank(state=loaded(dumped(bank.state)))
    assert take(woken, ours(10_00)) == []
    assert len(woken.due(NOW.replace(minute=6), limit=10)) == 1
