"""Bugs 9 to 15 and 17 of the list in docs/proof/bugs.md: undoing, limits, amounts and running balances."""

from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger.model import Posted, Refused
from domain.money import Money, MoneyMalformed, parse
from tests.unit.ledger.faults import Script, rivalry
from tests.unit.ledger.story import Story, tell
from tests.unit.ledger.world import World, code, day, must_post, must_refuse, usd


def test_9_every_refund_is_known_and_not_only_the_last() -> None:
    tell(
        """
        open alice with=100
        open shop
        t: transfer alice shop 30
        reverse t 10 key=first       | alice 80, shop 20
        reverse t 5 key=second       | alice 85, shop 15
        reverse t 10 key=first       | alice 85, shop 15
        reverse t 5 key=second       | alice 85, shop 15
        reverse t 10 key=third       | alice 95, shop 5
        reverse t 10 key=fourth !NOTHING_TO_REVERSE | alice 95, shop 5
        """
    )


def test_9_partly_refunded_is_neither_refunded_nor_untouched() -> None:
    tell(
        """
        open alice with=100
        open shop
        t: transfer alice shop 30
        reverse t 29                 | alice 99, shop 1
        reverse t 2 !NOTHING_TO_REVERSE
        reverse t                    | alice 100, shop 0
        """
    )


@pytest.mark.parametrize("minor", [None, 30])
def test_10_of_two_reversals_at_once_one_posts(minor: int | None) -> None:
    """The rival has read the same claims and the same heads, and writes first."""
    script = Script()
    story = Story(World(faults=script))
    story.tell("open alice with=100; open bob with=100; t: transfer alice bob 30")
    original = story.said["t"].journal
    parts: dict[str, object] = {"initiator": original.initiator, "reverses": original.id}
    parts |= {"amounts": usd(minor)} if minor else {}
    mine, theirs = story.world.command("reversal", **parts), story.world.command("reversal", **parts)
    rival = list[Posted | Refused]()
    script.at("append", "before", rivalry(lambda: rival.append(story.world.ledger.post(theirs))))

    refused = must_refuse(story.world.ledger.post(mine))

    must_post(rival[0])
    assert refused.code == "NOTHING_TO_REVERSE"
    assert story.world.shows("alice") == (100, 0, 100)
    story.world.check()


def test_10_two_reversals_that_share_no_line_meet_at_the_claim() -> None:
    """Each draws on another shard of the bank's own position: nothing but the claim stands between them."""
    script = Script()
    world = World(shards=2, faults=script)
    shards = world.open_prefund(50, 50)
    book = world.internal("instant_prefund")
    original = world.posted("prefund_added", initiator=book, amounts=usd(10)).journal
    before_minor = sum(world.state(shard).ledger_minor for shard in shards)
    tries = [world.command("reversal", initiator=book, reverses=original.id) for _ in range(20)]
    drawn = {next(iter(must_post(world.ledger.preview(command)).states)): command for command in tries}
    mine, theirs = (drawn[shard] for shard in shards)
    rival = list[Posted | Refused]()
    script.at("append", "before", rivalry(lambda: rival.append(world.ledger.post(theirs))))

    assert must_refuse(world.ledger.post(mine)).code == "NOTHING_TO_REVERSE"
    must_post(rival[0])
    assert sum(world.state(shard).ledger_minor for shard in shards) == before_minor - 10
    world.check()


def test_11_a_negative_balance_does_not_block_a_reversal_in_its_favour() -> None:
    tell(
        """
        open alice with=10
        b: chargeback alice 30       | alice -20
        reverse b 5                  | alice -15
        reverse b                    | alice 10
        """
    )


def test_11_each_leg_turns_to_its_own_opposite_whatever_side_is_normal() -> None:
    """A guarded position of the bank has debits as its normal side: a reversal gives back, and never adds."""
    story = Story(World(shards=1))
    story.tell("open alice with=100")
    (shard,) = story.world.open_prefund(50)
    story.tell("i: instant alice 30")
    assert story.world.state(shard).ledger_minor == 20
    story.tell("reverse i | alice 100")
    assert story.world.state(shard).ledger_minor == 50
    story.tell("a: instant_in alice 5 | alice 105; reverse a | alice 100")
    assert story.world.state(shard).ledger_minor == 50


def test_11_freezing_and_holding_are_undone_by_their_own_kinds() -> None:
    tell(
        """
        open alice with=100
        f: freeze_debits alice
        reverse f !NOT_REVERSIBLE
        thaw alice
        h: hold alice 5
        reverse h !NOT_REVERSIBLE
        release alice h              | alice 100 held 0
        """
    )


def test_12_what_is_held_is_not_available_to_anything() -> None:
    tell(
        """
        open alice with=100
        open bob
        open carl
        hold alice 60                | alice 100 held 60 available 40
        transfer alice bob 41 !INSUFFICIENT_FUNDS
        split alice bob:20 carl:21 !INSUFFICIENT_FUNDS
        withdraw alice 41 !INSUFFICIENT_FUNDS
        send alice 41 !INSUFFICIENT_FUNDS
        fee alice 41 !INSUFFICIENT_FUNDS
        hold alice 41 !INSUFFICIENT_FUNDS
        withdraw alice 40            | alice 60 held 60 available 0
        """
    )


def test_12_a_preview_counts_holds_too() -> None:
    world = tell("open alice with=100; open bob; hold alice 60")
    would = world.ledger.preview(world.command("transfer", source="alice", destination="bob", amounts=usd(41)))
    assert code(would) == "INSUFFICIENT_FUNDS"


@pytest.mark.parametrize("opened", ["open alice with=100", "open alice with=500 per_day=100"])
def test_13_a_limit_holds_though_two_debits_read_the_same_head(opened: str) -> None:
    script = Script()
    world = tell(f"{opened}; open bob", World(faults=script))
    rival = list[Posted | Refused]()
    script.at("append", "before", rivalry(lambda: rival.append(world.transfer("alice", "bob", 60))))

    mine = world.transfer("alice", "bob", 60)

    must_post(rival[0])
    assert code(mine) in ("INSUFFICIENT_FUNDS", "LIMIT_EXCEEDED")
    assert world.shows("bob") == (60, 0, 60)


def test_13_a_joint_limit_holds_though_two_accounts_never_meet() -> None:
    """Write skew: each debit is within the limit, and no line of either account meets the other's."""
    script = Script()
    world = tell(
        """
        joint_limit family per_day=100
        open alice with=100 under=family
        open bob with=100 under=family
        """,
        World(faults=script),
    )
    rival = list[Posted | Refused]()
    theirs = world.command("cash_withdrawal", source="bob", amounts=usd(60))
    script.at("append", "before", rivalry(lambda: rival.append(world.ledger.post(theirs))))

    mine = world.post("cash_withdrawal", source="alice", amounts=usd(60))

    must_post(rival[0])
    assert code(mine) == "LIMIT_EXCEEDED"
    assert world.head("family").day_debits_minor == 60
    world.check()


@pytest.mark.parametrize("text", ["", " ", "abc", "1e3", "0x10", "NaN", "1,00", "10.005", "--1", "１２", "1_000", "+1"])
def test_14_text_that_is_no_amount_is_refused_and_never_zero(text: str) -> None:
    with pytest.raises(MoneyMalformed):
        parse(text, "USD")


@given(st.floats() | st.decimals() | st.text() | st.none() | st.booleans())
def test_14_minor_units_are_integers_and_nothing_that_looks_like_them(value: object) -> None:
    with pytest.raises(TypeError):
        Money(value, "USD")  # type: ignore[arg-type] # The wrong type is the point.


def test_14_an_amount_is_never_changed_under_its_owner() -> None:
    ten = Money(10, "USD")
    assert (ten + Money(5, "USD"), ten - Money(5, "USD"), -ten) == (
        Money(15, "USD"),
        Money(5, "USD"),
        Money(-10, "USD"),
    )
    assert ten == Money(10, "USD")
    with pytest.raises(FrozenInstanceError):
        ten.minor = 11  # type: ignore[misc] # Changing it is the point.


def test_14_sums_beyond_any_machine_word_are_exact() -> None:
    tell(
        """
        open alice
        deposit alice 999999999999999999
        deposit alice 999999999999999999 | alice 1999999999999999998
        withdraw alice 1                 | alice 1999999999999999997
        """
    )


@pytest.mark.parametrize("minor", [0, -1, -100])
@pytest.mark.parametrize(
    "verb", ["transfer alice bob", "withdraw alice", "hold alice", "deposit alice", "chargeback alice"]
)
def test_15_nothing_and_less_than_nothing_is_no_amount(verb: str, minor: int) -> None:
    tell(f"open alice with=100; open bob with=100; {verb} {minor} !INPUT_INVALID | alice 100, bob 100")


def test_15_nobody_pays_himself() -> None:
    tell(
        """
        open alice with=100
        open bob
        transfer alice alice 1 !SAME_ACCOUNT
        split alice alice:1 bob:1 !SAME_ACCOUNT
        h: hold alice 5
        capture alice h alice 5 !SAME_ACCOUNT | alice 100 held 5
        """
    )


def test_17_running_balances_are_in_the_order_of_booking_whatever_the_effective_dates() -> None:
    world = tell(
        """
        open alice with=100
        wait 1d
        deposit alice 50
        deposit alice 10 on=2026-03-10
        withdraw alice 5 on=2026-02-01
        deposit alice 1                  | alice 156
        """
    )
    lines = world.ledger.lines(world.id("alice"), limit=10).rows
    running = 0
    for line in lines:
        running += line.amount_minor
        assert line.state.ledger_minor == running
    assert [line.position.seq for line in lines] == list(range(1, 7))


def test_17_a_balance_by_effective_date_has_what_came_late_and_the_old_answer_can_be_had() -> None:
    world = tell("open alice with=100; wait 1d")
    yesterday, asked_at = day("2026-03-10"), world.clock.now()
    before = world.ledger.balance(world.id("alice"), effective_on=yesterday)
    world.clock.advance(timedelta(hours=1))
    tell("deposit alice 10 on=2026-03-10; withdraw alice 5 on=2026-03-10; deposit alice 7", world)

    after = world.ledger.balance(world.id("alice"), effective_on=yesterday)
    as_it_was = world.ledger.balance(world.id("alice"), effective_on=yesterday, booked_at=asked_at)

    assert before is not None
    assert after is not None
    assert (before.ledger_minor, after.ledger_minor) == (100, 105)
    assert as_it_was == before
