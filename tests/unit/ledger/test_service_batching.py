"""Batched credits: legs of the account's own incoming account until their closed minute is moved in one journal."""

from domain.ledger.model import Batching
from domain.refusals import AlreadySo, NotFound
from tests.unit.ledger.faults import Script, rivalry
from tests.unit.ledger.story import Story, tell
from tests.unit.ledger.world import World, must_post, usd


class TestOn:
    def test_credits_wait_in_the_incoming_account(self) -> None:
        tell(
            """
            open shop
            open alice with=100
            batch shop
            transfer alice shop 30        | shop 0 available 0, inc:shop 30, alice 70
            deposit shop 5                | shop 0, inc:shop 35
            interest shop 1               | shop 0, inc:shop 36
            """
        )

    def test_a_credit_leaves_the_accounts_log_alone(self) -> None:
        """That is what batching is for: payers do not meet at the shop's head."""
        world = tell("open shop; open alice with=100; batch shop")
        before = world.head("shop").position

        posted = must_post(world.transfer("alice", "shop", 30))

        assert world.head("shop").position == before
        assert [account for account, _ in posted.journal.lines] == [world.id("alice")]

    def test_payers_do_not_collide_with_what_the_shop_does(self) -> None:
        script = Script()
        world = tell("open shop with=10; open bob; open alice with=100; batch shop", World(faults=script))
        payment = world.command("transfer", source="alice", destination="shop", amounts=usd(30))
        script.at("append", "before", rivalry(lambda: world.transfer("shop", "bob", 1)))

        script.calls.clear()
        must_post(world.ledger.post(payment))

        assert script.calls.count("append") == 2  # the payment's own, and the shop's in between
        world.check()

    def test_a_minute_moves_in_one_journal(self) -> None:
        tell(
            """
            open shop
            open alice with=100
            batch shop
            transfer alice shop 30
            transfer alice shop 12
            wait 10m
            fold
            move shop 42                  | shop 42, inc:shop 0
            """
        )

    def test_debits_of_the_account_are_as_ever(self) -> None:
        tell(
            """
            open shop with=50
            open alice with=100
            batch shop
            transfer alice shop 30
            transfer shop alice 51 !INSUFFICIENT_FUNDS
            transfer shop alice 50        | shop 0, inc:shop 30, alice 120
            """
        )

    def test_the_incoming_account_is_folded_from_the_day_of_the_switch(self) -> None:
        world = tell("open shop; batch shop")

        registered = {found.account: found.since for found in world.store.registrations()}

        assert registered["inc_" + world.id("shop").removeprefix("acc_")] == "20260310"

    def test_what_meets_a_frozen_or_closed_account_is_refused_at_the_door(self) -> None:
        tell("open shop; open alice with=9; batch shop; freeze shop; transfer alice shop 1 !DESTINATION_UNAVAILABLE")

    def test_it_is_switched_once(self) -> None:
        world = tell("open shop; stop shop !ALREADY_SO; unbatch shop !ALREADY_SO; batch shop")

        assert world.refused("batching_started", account="shop").refusal == AlreadySo(world.id("shop"), "batching ON")

    def test_an_account_of_other_currency_is_still_refused(self) -> None:
        tell("open shop EUR; open alice with=9; batch shop; transfer alice shop 1 !CURRENCY_MISMATCH")


class TestMove:
    def test_it_moves_into_the_account_while_its_credits_are_batched(self) -> None:
        """The one credit that does not go back where it came from."""
        world = tell("open shop; batch shop; deposit shop 7; move shop 7 | shop 7, inc:shop 0")
        assert world.head("shop").batching is Batching.ON

    def test_an_account_is_credited_from_its_own_incoming_account_alone(self) -> None:
        world = tell("open shop; open other; batch shop; batch other; deposit other 7")
        incoming = "inc_" + world.id("other").removeprefix("acc_")

        answer = world.refused("batch_moved", incoming=incoming, account="shop", amounts=usd(7))

        assert answer.refusal == NotFound(world.id("other"))

    def test_a_frozen_account_does_not_take_it_and_it_is_given_back(self) -> None:
        tell(
            """
            open shop
            open alice with=100
            batch shop
            t: transfer alice shop 30
            freeze shop
            move shop 30 !DESTINATION_UNAVAILABLE     | inc:shop 30
            give_back t shop 30                       | alice 100, shop 0, inc:shop 0
            give_back t shop 30 !NOTHING_TO_REVERSE
            """
        )

    def test_one_credit_of_a_split_is_given_back_alone(self) -> None:
        tell(
            """
            open shop
            open bob
            open alice with=100
            batch shop
            s: split alice shop:30 bob:10
            freeze shop
            give_back s shop 30                       | alice 90, bob 10, inc:shop 0
            give_back s shop 30 !NOTHING_TO_REVERSE
            """
        )

    def test_only_the_batched_credit_itself_is_given_back(self) -> None:
        tell(
            """
            open shop
            open alice with=100
            t: transfer alice shop 10
            batch shop
            u: transfer alice shop 30
            give_back t shop 10 !NOT_REVERSIBLE
            give_back u shop 29 !NOT_REVERSIBLE       | alice 60, shop 10, inc:shop 30
            """
        )


class TestReversal:
    def test_a_batched_credit_is_reversed_from_the_account(self) -> None:
        tell(
            """
            open shop with=100
            open alice with=100
            batch shop
            t: transfer alice shop 30
            reverse t                                 | alice 100, shop 70, inc:shop 30
            move shop 30                              | shop 100, inc:shop 0
            """
        )

    def test_it_waits_for_the_money_to_arrive(self) -> None:
        story = Story(World())
        story.tell("open shop; open alice with=100; batch shop; t: transfer alice shop 30")
        story.tell("reverse t !INSUFFICIENT_FUNDS; move shop 30; reverse t | alice 100, shop 0, inc:shop 0")


class TestOff:
    def test_ending_credits_go_to_the_account_again(self) -> None:
        tell(
            """
            open shop
            open alice with=100
            batch shop
            transfer alice shop 30
            unbatch shop
            transfer alice shop 20                    | shop 20, inc:shop 30
            move shop 30                              | shop 50, inc:shop 0
            stop shop
            transfer alice shop 1                     | shop 51
            """
        )

    def test_it_may_be_switched_on_again_while_it_ends(self) -> None:
        tell(
            """
            open shop
            batch shop
            unbatch shop
            batch shop
            deposit shop 3 | shop 0, inc:shop 3
            stop shop !ALREADY_SO
            """
        )

    def test_closing_waits_until_it_is_off(self) -> None:
        tell(
            """
            open shop
            batch shop
            close shop !CREDITS_BATCHED
            unbatch shop
            close shop !CREDITS_BATCHED
            stop shop
            close shop
            """
        )
