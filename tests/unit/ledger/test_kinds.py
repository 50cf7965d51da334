"""The table of kinds as a table: what must be true of every row."""

import pytest

from domain.ledger.chart import BOOKS
from domain.ledger.kinds import KINDS, Effect, Guard, Kind
from domain.ledger.model import Side

OF_HOLDERS = {"hold_placed", "hold_raised", "transfer_held", "ach_credit_held"}
"""They set the holder's money aside, and so stand before the same guards as what takes it."""
UNDOING = {Effect.REVERSE}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@every_kind
def test_it_has_a_name_of_its_own_and_a_title_that_people_read(kind: Kind) -> None:
    assert KINDS[kind.name] is kind
    assert kind.title[:1].isupper()


@every_kind
def test_its_legs_balance_amount_by_amount(kind: Kind) -> None:
    for amount in {leg.amount for leg in kind.legs}:
        sides = {leg.side for leg in kind.legs if leg.amount == amount}
        assert sides == {Side.DEBIT, Side.CREDIT}


@every_kind
def test_a_leg_is_of_a_role_or_of_a_book_that_there_is(kind: Kind) -> None:
    for leg in kind.legs:
        assert leg.many or (leg.role is None) != (leg.book is None)
        assert leg.book is None or leg.book in BOOKS


@every_kind
def test_what_has_no_legs_moved_nothing_that_could_be_reversed(kind: Kind) -> None:
    assert kind.legs or kind.reversible is False


@every_kind
def test_a_change_of_the_account_stands_before_no_guard_of_money(kind: Kind) -> None:
    changes = not kind.legs and kind.effect not in UNDOING and kind.name not in OF_HOLDERS
    assert not changes or kind.guards == frozenset()


@every_kind
def test_what_may_not_be_refused_has_no_guard_and_what_takes_a_holders_money_has_all_but_limits(kind: Kind) -> None:
    takes = any(leg.side is Side.DEBIT and leg.role in ("source", "account") for leg in kind.legs)
    assert not kind.forced or kind.guards == frozenset()
    assert kind.forced or not takes or {Guard.STATUS, Guard.FUNDS} <= kind.guards


def test_only_these_may_not_be_refused() -> None:
    forced = {kind.name for kind in KINDS.values() if kind.forced}
    assert forced == {"payment_returned", "chargeback", "card_cleared", "ach_debit_returned"}
