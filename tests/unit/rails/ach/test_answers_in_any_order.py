"""Every order of what can happen to a file ends in a legal state, with the money where that state says it is."""

from collections.abc import Callable, Mapping
from itertools import pairwise, permutations
from typing import Final

import pytest

from domain.payments.kinds import JOURNEYS, PaymentState
from domain.rails.ach.kinds import RejectionLevel
from domain.rails.ach.model import AchFile, RejectionReason
from tests.unit.rails.ach.bank import AchBank

_S = PaymentState
MINOR: Final = 10_00
HAPPENINGS: Final[Mapping[str, Callable[[AchBank, AchFile], object]]] = {
    "acknowledged": lambda bank, file: bank.acknowledge(file, delivery="a1"),
    "acknowledged again": lambda bank, file: bank.acknowledge(file, delivery="a2"),
    "rejected": lambda bank, file: bank.reject(file, RejectionReason("REJ0900", "no"), delivery="r1"),
    "entry rejected": lambda bank, file: bank.reject(
        file,
        RejectionReason("REJ0801", "no", trace=bank.entries(file)[0].trace),
        level=RejectionLevel.ENTRY,
        delivery="r2",
    ),
    "swept": lambda bank, _: bank.payments.sweep(),
    "files looked at": lambda bank, _: bank.files(),
}
BOOKS: Final[Mapping[PaymentState, tuple[int, int]]] = {
    _S.ACKNOWLEDGED: (MINOR, 0),
    _S.REJECTED: (MINOR, 0),
    _S.SETTLED: (0, MINOR),
}
"""State -> what lies in ACH in transit, and in settlement."""


@pytest.mark.parametrize("first", HAPPENINGS)
def test_every_order_ends_in_a_legal_state_with_the_money_where_it_says(first: str) -> None:
    others = [name for name in HAPPENINGS if name != first]
    for order in permutations(others):
        bank = AchBank()
        actor, account, maria = bank.sender(minor=1_000_00)
        payment = bank.send(actor, account, maria, MINOR)
        bank.run()
        file = bank.cut_off(payment)
        for name in (first, *order):
            HAPPENINGS[name](bank, file)
            bank.run()
        state = bank.state(payment)
        assert state in BOOKS, (first, order, state)
        assert (bank.book("ach_in_transit"), bank.book("settlement")) == BOOKS[state], (first, order)
        assert bank.balance(account) == 990_00
        assert len([name for name in bank.exchange.files if name.startswith("outbound")]) == 1
        lines = bank.timeline(payment)
        assert [line.n for line in lines] == list(range(1, len(lines) + 1))
        moves = JOURNEYS[payment.kind]
        for before, after in pairwise(lines):
            led = [move.target for move in moves.moves if (move.source, move.event) == (before.state, after.event)]
            assert led == [after.state], (before, after)
