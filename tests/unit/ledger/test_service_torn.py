"""Records that must exist and do not: the line is stopped by a fault, never bridged by a guess."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.ledger.model import TornRecord
from domain.money import Money
from domain.refusals import FieldFault, HoldUnknown, InputInvalid
from tests.unit.ledger.story import Story, tell
from tests.unit.ledger.world import NOON, World, must_post, usd


def test_a_journal_whose_line_is_gone_is_not_replayed() -> None:
    world = tell("open alice with=100; open bob")
    command = world.command("transfer", source="alice", destination="bob", amounts=usd(1))
    must_post(world.ledger.post(command))
    world.store.lines_of[world.id("bob")].pop()

    with pytest.raises(TornRecord, match=world.id("bob")):
        world.ledger.post(command)


def test_a_joint_limit_that_is_gone_does_not_let_a_debit_pass() -> None:
    world = tell("joint_limit family per_day=50; open alice with=100 under=family")
    del world.store.lines_of[world.id("family")]

    with pytest.raises(TornRecord, match=world.id("family")):
        world.post("cash_withdrawal", source="alice", amounts=usd(1))


def test_holds_that_no_line_lists_are_not_taken_for_none() -> None:
    world = tell("open alice with=100; open bob; hold alice 10; transfer alice bob 1")
    del world.store.lines_of[world.id("alice")][2]

    with pytest.raises(TornRecord, match="1 holds"):
        world.ledger.holds(world.id("alice"))


def test_a_head_that_does_not_say_where_its_holds_are_listed_is_torn() -> None:
    world = tell("open alice with=100; open bob; hold alice 10; transfer alice bob 1")
    log = world.store.lines_of[world.id("alice")]
    log[-1] = replace(log[-1], state=replace(log[-1].state, holds_at=None))

    with pytest.raises(TornRecord, match="1 holds that no line lists"):
        world.ledger.holds(world.id("alice"))


def test_a_gap_in_the_log_is_not_searched_across() -> None:
    world = tell("open alice; " + "deposit alice 1; wait 1m; " * 6)
    del world.store.lines_of[world.id("alice")][3]

    with pytest.raises(TornRecord, match="gap"):
        world.ledger.balance(world.id("alice"), booked_at=NOON + timedelta(minutes=2))


def test_an_account_is_opened_in_a_currency() -> None:
    with pytest.raises(ValueError, match="currency"):
        World().post("account_opened", account="acc_us0417_01J00000000000000000000001")


def test_an_unknown_hold_is_named_in_the_refusal() -> None:
    story = Story(World())
    story.tell("open alice with=100; h: hold alice 10; release alice h")
    hold = story.hold("h")

    for kind in ("holds_expired", "hold_released"):
        assert story.world.refused(kind, account="alice", hold=hold).refusal == HoldUnknown(hold)
        assert story.world.refused(kind, account="alice").refusal == HoldUnknown("")


def test_an_account_in_a_currency_without_books_is_not_opened() -> None:
    """Its internal legs would lie in accounts that the folder does not visit."""
    refusal = World().refused("account_opened", account="acc_us0017_01M2G01H404TFF59TDWH9EDD1R", currency="KWD").refusal

    assert isinstance(refusal, InputInvalid)
    assert refusal.faults[0].code == "CURRENCY_NOT_KEPT"


def test_the_refusal_says_in_which_currencies_there_are_books() -> None:
    refusal = World().refused("account_opened", account="acc_us0017_01M2G01H404TFF59TDWH9EDD1R", currency="KWD").refusal

    text = "the bank keeps books in EUR, USD"
    assert refusal == InputInvalid((FieldFault(("currency",), "CURRENCY_NOT_KEPT", text),))


def test_only_an_opening_says_a_currency_and_of_others_nobody_asks() -> None:
    world = tell("open alice with=5; open bob")

    assert must_post(world.transfer("alice", "bob", 5, currency="KWD")).journal.amount == Money(5, "USD")
