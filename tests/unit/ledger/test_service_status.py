"""Freeze, thaw and close: each change, and each refusal that stands in its way."""

from domain.ledger.model import Limits
from domain.refusals import (
    AccountClosed,
    AccountFrozen,
    AlreadySo,
    BalanceNotZero,
    CreditsBatched,
    DestinationUnavailable,
    HoldsOpen,
    NotFound,
)
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import must_refuse, usd


class TestFreezeDebits:
    def test_money_comes_and_does_not_go(self) -> None:
        tell(
            """
            open alice with=100
            open bob with=10
            freeze_debits alice
            transfer alice bob 1 !ACCOUNT_FROZEN
            hold alice 1 !ACCOUNT_FROZEN
            send alice 1 !ACCOUNT_FROZEN
            fee alice 1 !ACCOUNT_FROZEN
            transfer bob alice 5            | alice 105, bob 5
            deposit alice 5                 | alice 110
            freeze_debits alice !ALREADY_SO
            """
        )

    def test_the_payer_hears_that_it_is_his_account(self) -> None:
        world = tell("open alice with=100; open bob; freeze_debits alice")

        assert must_refuse(world.transfer("alice", "bob", 1)) == AccountFrozen(world.id("alice"))


class TestFreeze:
    def test_nothing_comes_and_nothing_goes(self) -> None:
        tell(
            """
            open alice with=100
            open bob with=10
            freeze alice
            transfer alice bob 1 !ACCOUNT_FROZEN
            transfer bob alice 1 !DESTINATION_UNAVAILABLE
            deposit alice 1 !DESTINATION_UNAVAILABLE    | alice 100, bob 10
            interest alice 1 !DESTINATION_UNAVAILABLE
            """
        )

    def test_the_payer_does_not_hear_why_the_receiver_cannot_take_it(self) -> None:
        frozen = tell("open alice; open bob with=10; freeze alice").transfer("bob", "alice", 1)
        closed = tell("open alice; open bob with=10; close alice").transfer("bob", "alice", 1)

        assert must_refuse(frozen) == must_refuse(closed) == DestinationUnavailable()

    def test_freezing_the_debits_of_a_frozen_account_does_not_open_its_credits(self) -> None:
        tell(
            """
            open alice with=5
            open bob with=5
            freeze alice
            freeze_debits alice !ALREADY_SO
            transfer bob alice 1 !DESTINATION_UNAVAILABLE
            """
        )

    def test_debits_frozen_may_become_all_frozen(self) -> None:
        tell(
            """
            open alice with=5
            open bob with=5
            freeze_debits alice
            freeze alice
            deposit alice 1 !DESTINATION_UNAVAILABLE
            """
        )

    def test_the_refusal_says_what_it_is_already(self) -> None:
        world = tell("open alice; freeze alice")

        assert world.refused("debits_frozen", account="alice").refusal == AlreadySo(world.id("alice"), "FROZEN")


class TestThaw:
    def test_either_freeze_ends(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            freeze alice
            thaw alice
            transfer alice bob 1       | alice 99
            freeze_debits alice
            thaw alice
            transfer alice bob 1       | alice 98
            thaw alice !ALREADY_SO
            """
        )

    def test_an_open_account_is_open_already(self) -> None:
        world = tell("open alice")

        assert world.refused("account_thawed", account="alice").refusal == AlreadySo(world.id("alice"), "OPEN")


class TestClose:
    def test_only_at_zero_and_without_holds(self) -> None:
        tell(
            """
            open alice with=100 overdraft=10
            open bob
            close alice !BALANCE_NOT_ZERO
            h: hold alice 5
            transfer alice bob 100     | alice 0 held 5
            close alice !HOLDS_OPEN
            release alice h
            transfer alice bob 1       | alice -1
            close alice !BALANCE_NOT_ZERO
            deposit alice 1
            close alice
            close alice !ACCOUNT_CLOSED
            """
        )

    def test_each_refusal_names_the_account(self) -> None:
        world = tell(
            "open alice with=5; open bob with=5 overdraft=5; hold bob 5; withdraw bob 5; open carla; close carla"
        )
        alice, bob, carla = (world.id(name) for name in ("alice", "bob", "carla"))

        assert world.refused("account_closed", account=alice).refusal == BalanceNotZero(alice)
        assert world.refused("account_closed", account=bob).refusal == HoldsOpen(bob)
        batched = tell("open dora; batch dora", world).id("dora")
        assert world.refused("account_closed", account=batched).refusal == CreditsBatched(batched)
        for kind, more in (
            ("account_closed", {}),
            ("limits_set", {"limits": Limits()}),
            ("batching_started", {}),
        ):
            assert world.refused(kind, account=carla, **more).refusal == AccountClosed(carla)

    def test_holds_that_have_expired_are_released_wherever_they_are_listed(self) -> None:
        world = tell("open alice overdraft=9; hold alice 5 for=1h; deposit alice 1; withdraw alice 1; wait 2h")
        assert world.head("alice").holds is None

        world.posted("account_closed", account="alice")

        assert world.shows("alice") == (0, 0, 9)

    def test_a_closed_account_stays_closed_for_everything_the_bank_may_refuse(self) -> None:
        tell(
            """
            open alice
            open bob with=10
            joint_limit family per_day=5
            close alice
            transfer bob alice 1 !DESTINATION_UNAVAILABLE
            transfer alice bob 1 !ACCOUNT_CLOSED
            hold alice 1 !ACCOUNT_CLOSED
            fee alice 1 !ACCOUNT_CLOSED
            thaw alice !ACCOUNT_CLOSED
            freeze alice !ACCOUNT_CLOSED
            freeze_debits alice !ACCOUNT_CLOSED
            limits alice overdraft=5 !ACCOUNT_CLOSED
            joint alice family !ACCOUNT_CLOSED
            batch alice !ACCOUNT_CLOSED
            """
        )

    def test_a_frozen_account_at_zero_is_closed(self) -> None:
        tell("open alice; freeze alice; close alice; thaw alice !ACCOUNT_CLOSED")

    def test_credits_switched_to_batches_are_switched_back_first(self) -> None:
        tell(
            """
            open alice
            batch alice
            close alice !CREDITS_BATCHED
            unbatch alice
            close alice !CREDITS_BATCHED
            stop alice
            close alice
            """
        )

    def test_it_is_decided_on_the_same_head_as_a_credit(self) -> None:
        """Closing at zero while a credit is on its way: one of the two sees the other's line."""
        world = tell("open alice; open bob with=10")
        closing = world.ledger.preview(world.command("account_closed", account="alice"))
        crediting = world.ledger.preview(world.command("transfer", source="bob", destination="alice", amounts=usd(1)))

        lines = [{account for account, _ in answer.journal.lines} for answer in (closing, crediting) if answer.journal]

        assert world.id("alice") in lines[0] & lines[1]


class TestWhoseStatus:
    def test_a_closed_account_is_named_to_whoever_debits_it(self) -> None:
        world = tell("open alice; open bob; close alice")

        assert must_refuse(world.transfer("alice", "bob", 1)) == AccountClosed(world.id("alice"))

    def test_the_banks_own_accounts_have_none(self) -> None:
        world = tell("open alice")
        settlement = world.internal("settlement")

        for kind in ("debits_frozen", "account_frozen", "account_closed"):
            assert world.refused(kind, account=settlement).refusal == NotFound(settlement)
