"""Money between customers, in and out of the bank, and the bank's own charges."""

import pytest

from domain.ledger.model import LEGS_MAX, Limits, Refused, Side
from domain.money import Money
from domain.refusals import AccountClosed, AlreadySo, CurrencyMismatch, InputInvalid, NotFound, SameAccount
from tests.unit.ledger.story import Story, tell
from tests.unit.ledger.world import World, must_post, must_refuse, usd

EURO = {"amount": Money(1, "EUR")}


class TestOpen:
    def test_an_account_begins_empty_with_its_first_line(self) -> None:
        world = tell("open alice | alice 0 held 0 available 0")

        state = world.head("alice")
        assert (state.position.epoch, state.position.seq) == (1, 1)
        assert state.normal is Side.CREDIT

    def test_an_account_opens_with_its_limits(self) -> None:
        world = tell("open alice overdraft=50 per_transfer=70 per_day=90 | alice 0 available 50")

        assert world.head("alice").limits == Limits(overdraft_minor=50, per_transfer_minor=70, per_day_minor=90)

    def test_an_open_account_is_not_opened_again(self) -> None:
        world = tell("open alice with=10")

        answer = world.refused("account_opened", account="alice", currency="USD")

        assert isinstance(answer.refusal, AlreadySo)
        assert world.shows("alice") == (10, 0, 10)

    def test_the_refusal_of_a_second_opening_names_the_account(self) -> None:
        world = tell("open alice")

        refusal = world.refused("account_opened", account="alice", currency="USD").refusal

        assert refusal == AlreadySo(world.id("alice"), "open")

    def test_an_account_of_joint_limits_that_do_not_exist_is_not_opened(self) -> None:
        """Else the first payment would find the missing limit, as a fault."""
        world = World()
        account, missing = "acc_us0417_01J00000000000000000000001", "lim_us0417_01J00000000000000000000001"

        refusal = world.refused("account_opened", account=account, currency="USD", joint_limits=(missing,)).refusal

        assert refusal == NotFound(missing)

    def test_an_account_cannot_stand_in_for_a_joint_limit(self) -> None:
        world = tell("open alice; open bob")

        refusal = world.refused("joint_limits_set", account="alice", joint_limits=(world.id("bob"),)).refusal

        assert refusal == NotFound(world.id("bob"))

    def test_a_joint_limit_counts_one_currency(self) -> None:
        world = tell("joint_limit family per_day=100; open alice EUR")

        refusal = world.refused("joint_limits_set", account="alice", joint_limits=(world.id("family"),)).refusal

        assert refusal == CurrencyMismatch(world.id("family"), "USD", "EUR")

    def test_joint_limits_are_at_most_four_and_each_named_once(self) -> None:
        world = tell("open alice\n" + "\n".join(f"joint_limit l{n} per_day=9" for n in range(5)))
        names = tuple(world.id(f"l{n}") for n in range(5))

        many = world.refused("joint_limits_set", account="alice", joint_limits=names).refusal
        twice = world.refused("joint_limits_set", account="alice", joint_limits=(names[0], names[0])).refusal

        assert [fault(many), fault(twice)] == ["TOO_MANY", "REPEATED"]


class TestDeposit:
    def test_cash_in_and_out(self) -> None:
        tell(
            """
            open alice
            deposit alice 100      | alice 100, @vault_cash -100
            withdraw alice 30      | alice 70, @vault_cash -70
            withdraw alice 71 !INSUFFICIENT_FUNDS | alice 70, @vault_cash -70
            receive alice 5        | alice 75, @settlement -5
            send alice 75          | alice 0, @settlement 70
            """
        )

    def test_to_an_account_that_does_not_exist_nothing_is_stored(self) -> None:
        world = World()
        missing = "acc_us0417_01J00000000000000000000001"

        answer = world.refused(
            "cash_deposit", initiator=world.internal("vault_cash"), destination=missing, amounts=usd(1)
        )

        assert answer.refusal == NotFound(missing)
        assert not world.journals()

    def test_it_is_in_its_accounts_currency(self) -> None:
        world = tell("open alice")

        refusal = world.refused(
            "cash_deposit", initiator=world.internal("vault_cash", "EUR"), destination="alice", amounts=EURO
        ).refusal

        assert refusal == CurrencyMismatch(world.id("alice"), "USD", "EUR")


class TestTransfer:
    def test_money_moves_once_and_is_neither_made_nor_lost(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            transfer alice bob 30                      | alice 70, bob 30
            transfer bob alice 30                      | alice 100, bob 0
            transfer alice bob 100                     | alice 0, bob 100
            transfer alice bob 1 !INSUFFICIENT_FUNDS   | alice 0, bob 100
            """
        )

    def test_the_lines_name_each_other(self) -> None:
        world = tell("open alice with=100; open bob; transfer alice bob 30")

        source = world.ledger.lines(world.id("alice"), descending=True, limit=1).rows[0]
        destination = world.ledger.lines(world.id("bob"), descending=True, limit=1).rows[0]

        assert (source.amount_minor, source.counter) == (-30, world.id("bob"))
        assert (destination.amount_minor, destination.counter) == (30, world.id("alice"))
        assert source.journal == destination.journal
        assert source.state.booked_at == destination.state.booked_at

    def test_a_transfer_writes_three_items(self) -> None:
        world = tell("open alice with=100; open bob")
        posted = must_post(world.transfer("alice", "bob", 30))

        assert [account for account, _ in posted.journal.lines] == [world.id("alice"), world.id("bob")]
        assert not any(
            row for key, rows in world.store.legs_of.items() for row in rows if row[1].journal == posted.journal.id
        )

    @pytest.mark.parametrize("minor", [0, -1, 10**18])
    def test_an_amount_is_more_than_zero_and_bounded(self, minor: int) -> None:
        world = tell("open alice with=100; open bob")

        assert fault(must_refuse(world.transfer("alice", "bob", minor))) == "AMOUNT_OUT_OF_RANGE"
        world.check()

    def test_an_account_does_not_pay_itself(self) -> None:
        world = tell("open alice with=100")

        assert must_refuse(world.transfer("alice", "alice", 1)) == SameAccount(world.id("alice"))

    def test_an_account_does_not_pay_itself_by_way_of_its_batched_credits(self) -> None:
        """Its credits go to another account, the incoming one; it is the same holder paying himself all the same."""
        world = tell("open alice with=100; batch alice")

        assert must_refuse(world.transfer("alice", "alice", 1)) == SameAccount(world.id("alice"))

    def test_currencies_do_not_mix(self) -> None:
        world = tell("open alice with=100; open berta EUR")

        assert must_refuse(world.transfer("alice", "berta", 1)) == CurrencyMismatch(world.id("berta"), "EUR", "USD")

    @pytest.mark.parametrize("stranger", ["int_us_usd_settlement", "lim", "int_us_usd_instant_prefund@us-east-1.0"])
    def test_only_customer_accounts_take_a_transfer(self, stranger: str) -> None:
        """An internal account, a joint limit's log and a shard are accounts too, but nobody pays into them."""
        world = tell("open alice with=100; joint_limit lim per_day=5")
        world.open_prefund(10)
        to = world.accounts.get(stranger, stranger)

        there = world.post("transfer", source="alice", destination=to, amounts=usd(1))
        back = world.post("transfer", source=to, destination="alice", amounts=usd(1))

        assert must_refuse(there) == must_refuse(back) == NotFound(to)
        world.check()

    def test_an_account_keeps_its_log_apart_from_others(self) -> None:
        world = tell("open alice with=100; open bob; open carl with=7; transfer alice bob 30")

        assert world.head("carl").position.seq == 2


class TestSplitTransfer:
    def test_one_payer_several_receivers_one_journal(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            open carl
            open dora
            split alice bob:10 carl:20 dora:30                      | alice 40, bob 10, carl 20, dora 30
            split alice bob:30 carl:11 !INSUFFICIENT_FUNDS          | alice 40, bob 10, carl 20, dora 30
            """
        )

    def test_at_most_thirty_legs(self) -> None:
        world = tell("open alice with=1000")
        for n in range(LEGS_MAX):
            world.open(f"r{n}")
        shares = tuple((world.id(f"r{n}"), Money(n + 1, "USD")) for n in range(LEGS_MAX))

        fits = world.posted("split_transfer", source="alice", shares=shares[:29], amounts=usd(29 * 30 // 2))
        over = world.refused("split_transfer", source="alice", shares=shares, amounts=usd(465))

        assert len(fits.journal.legs) == LEGS_MAX
        assert fits.journal.amount == Money(435, "USD")
        assert fault(over.refusal) == "TOO_MANY_LEGS"
        assert world.shows("alice")[0] == 1000 - 435
        world.check()

    @pytest.mark.parametrize("whole", [29, 31])
    def test_the_shares_add_up_to_the_amount(self, whole: int) -> None:
        world = tell("open alice with=100; open bob; open carl")
        shares = ((world.id("bob"), Money(10, "USD")), (world.id("carl"), Money(20, "USD")))

        refusal = world.refused("split_transfer", source="alice", shares=shares, amounts=usd(whole)).refusal

        assert fault(refusal) == "SHARES_DO_NOT_ADD_UP"

    def test_a_receiver_is_named_once_whether_or_not_his_credits_are_batched(self) -> None:
        world = tell("open alice with=100; open bob")
        shares = ((world.id("bob"), Money(10, "USD")), (world.id("bob"), Money(20, "USD")))

        plain = world.refused("split_transfer", source="alice", shares=shares, amounts=usd(30)).refusal
        world.posted("batching_started", account="bob")
        batched = world.refused("split_transfer", source="alice", shares=shares, amounts=usd(30)).refusal

        assert plain == batched == SameAccount(world.id("bob"))

    def test_one_receiver_who_cannot_take_it_refuses_the_whole(self) -> None:
        tell(
            """
            open alice with=100
            open bob
            open carl
            freeze carl
            split alice bob:10 carl:20 !DESTINATION_UNAVAILABLE     | alice 100, bob 0, carl 0
            """
        )


class TestPayout:
    def test_one_journal_funds_it_and_one_a_receiver_pays_it(self) -> None:
        tell(
            """
            open employer with=1000
            open ann
            open ben
            fund employer 300         | employer 700, @payout_clearing 300
            pay ann 100               | ann 100, @payout_clearing 200
            pay ben 200               | ben 200, @payout_clearing 0
            fund employer 701 !INSUFFICIENT_FUNDS | employer 700
            """
        )


class TestExchange:
    def test_four_legs_balance_in_each_currency(self) -> None:
        tell(
            """
            open alice with=1000
            open alois EUR
            exchange alice 110 alois 100               | alice 890, alois 100, @fx_position 110, @fx_position:EUR -100
            exchange alois 100 alice 109               | alice 999, alois 0, @fx_position 1, @fx_position:EUR 0
            exchange alois 1 alice 1 !INSUFFICIENT_FUNDS | alice 999, alois 0
            """
        )

    def test_what_it_moves_is_what_was_sold(self) -> None:
        world = tell("open alice with=1000; open alois EUR")

        posted = world.posted(
            "fx_exchange",
            source="alice",
            destination="alois",
            amounts={"sold": Money(110, "USD"), "bought": Money(100, "EUR")},
        )

        assert posted.journal.amount == Money(110, "USD")
        assert len(posted.journal.legs) == 4

    def test_each_side_is_in_its_accounts_currency(self) -> None:
        world = tell("open alice with=1000; open alois EUR")
        amounts = {"sold": Money(110, "EUR"), "bought": Money(100, "EUR")}

        refusal = world.refused("fx_exchange", source="alice", destination="alois", amounts=amounts).refusal

        assert refusal == CurrencyMismatch(world.id("alice"), "USD", "EUR")

    def test_the_stored_refusal_says_what_was_to_be_sold(self) -> None:
        world = tell("open alice with=10; open alois EUR")
        amounts = {"sold": Money(110, "USD"), "bought": Money(100, "EUR")}

        kept = world.refused("fx_exchange", source="alice", destination="alois", amounts=amounts).journal

        assert kept is not None
        assert kept.amount == Money(110, "USD")


class TestChargesAndInterest:
    def test_a_fee_passes_by_the_holders_limits_but_not_by_the_funds(self) -> None:
        tell(
            """
            open alice with=100 per_transfer=5 per_day=5
            fee alice 60                           | alice 40, @fee_income 60
            fee alice 41 !INSUFFICIENT_FUNDS       | alice 40, @fee_income 60
            """
        )

    def test_interest_is_paid_by_the_bank(self) -> None:
        tell("open alice; interest alice 3 | alice 3, @interest_expense -3")


class TestForced:
    def test_a_return_posts_whatever_the_balance_and_tells_the_shortfall(self) -> None:
        world = tell(
            """
            open alice
            receive alice 100       | alice 100
            withdraw alice 80       | alice 20
            return alice 100        | alice -80 available -80, @settlement 0
            """
        )
        journal = list(world.journals().values())[-1]
        assert (journal.forced, journal.shortfall_minor) == (True, 80)

    def test_only_what_it_adds_is_its_shortfall(self) -> None:
        world = tell(
            """
            open alice with=10
            chargeback alice 15     | alice -5, @card_settlement 15
            chargeback alice 20     | alice -25
            deposit alice 30        | alice 5
            chargeback alice 5      | alice 0
            """
        )
        forced = [journal.shortfall_minor for journal in world.journals().values() if journal.forced]
        assert forced == [5, 20, 0]

    def test_an_overdraft_is_used_before_there_is_a_shortfall(self) -> None:
        world = tell("open alice with=10 overdraft=50; chargeback alice 70 | alice -60 available -10")
        assert list(world.journals().values())[-1].shortfall_minor == 10

    def test_held_money_stays_held_and_the_shortfall_counts_it(self) -> None:
        world = tell("open alice with=100; hold alice 60; chargeback alice 100 | alice 0 held 60 available -60")
        assert list(world.journals().values())[-1].shortfall_minor == 60

    def test_expired_holds_make_room_before_there_is_a_shortfall(self) -> None:
        world = tell(
            """
            open alice with=100
            hold alice 60 for=1h
            wait 2h
            chargeback alice 100    | alice 0 held 0 available 0
            """
        )
        assert list(world.journals().values())[-1].shortfall_minor == 0

    def test_holds_that_are_not_needed_are_left_alone(self) -> None:
        tell("open alice with=100; hold alice 60 for=1h; wait 2h; chargeback alice 40 | alice 60 held 60 available 0")

    def test_a_frozen_account_is_debited_and_so_is_a_closed_one(self) -> None:
        world = tell(
            """
            open alice with=10
            open bob
            freeze alice
            chargeback alice 30     | alice -20
            close bob
            return bob 5            | bob -5
            """
        )
        assert world.refused("debits_frozen", account="bob").refusal == AccountClosed(world.id("bob"))

    def test_a_shortfall_does_not_stop_credits_and_stops_debits(self) -> None:
        tell(
            """
            open alice with=10
            open bob with=50
            chargeback alice 30             | alice -20
            transfer alice bob 1 !INSUFFICIENT_FUNDS
            transfer bob alice 25           | alice 5 available 5
            transfer alice bob 5            | alice 0, bob 30
            """
        )


class TestOverdraft:
    def test_available_is_posted_minus_held_plus_the_overdraft(self) -> None:
        tell(
            """
            open alice with=10 overdraft=50    | alice 10 held 0 available 60
            open bob
            hold alice 20                      | alice 10 held 20 available 40
            transfer alice bob 40              | alice -30 held 20 available 0
            transfer alice bob 1 !INSUFFICIENT_FUNDS
            """
        )

    def test_lowering_it_takes_nothing_back_and_stops_what_comes(self) -> None:
        tell(
            """
            open alice with=10 overdraft=50
            open bob
            transfer alice bob 40              | alice -30 available 20
            limits alice overdraft=10          | alice -30 available -20
            transfer alice bob 1 !INSUFFICIENT_FUNDS
            deposit alice 20                   | alice -10 available 0
            """
        )


class TestReadable:
    def test_a_statement_pages_both_ways_and_runs_gap_free(self) -> None:
        world = tell("open alice with=100\nopen bob\n" + "transfer alice bob 1\n" * 9)
        account = world.id("alice")

        first = world.ledger.lines(account, limit=4)
        second = world.ledger.lines(account, after=first.rows[-1].position, limit=4)
        back = world.ledger.lines(account, before=second.rows[0].position, descending=True, limit=4)

        assert [line.position.seq for line in (*first.rows, *second.rows)] == list(range(1, 9))
        assert first.more
        assert back.rows == first.rows[::-1]
        assert [line.state.ledger_minor for line in second.rows] == [97, 96, 95, 94]

    def test_journals_of_several_ids_come_in_one_read(self) -> None:
        story = Story(World())
        story.tell("open alice with=5; open bob; t: transfer alice bob 2; u: transfer alice bob 3")
        journals = [story.said[label].journal for label in ("t", "u")]

        found = story.world.ledger.journals([*(journal.id for journal in journals), "jrn_us0417_" + "a" * 32])

        assert found == {journal.id: journal for journal in journals}

    def test_heads_of_several_accounts_come_in_one_read(self) -> None:
        world = tell("open alice with=1; open bob")

        states = world.ledger.heads([world.id("alice"), world.id("bob"), "acc_us0417_01J00000000000000000000009"])

        assert {state.ledger_minor for state in states.values()} == {1, 0}
        assert len(states) == 2

    def test_a_journal_keeps_what_its_poster_wants_kept(self) -> None:
        world = tell("open alice with=5; open bob")
        evidence = ("decision-1", "sha256:ab")

        posted = must_post(world.transfer("alice", "bob", 5, evidence=evidence))

        assert posted.journal.evidence == evidence

    def test_a_refused_journal_wrote_no_line_to_show(self) -> None:
        """Its lines are the heads that it was decided on, which belong to other journals."""
        world = tell("open alice with=5; open bob")
        answer = world.transfer("alice", "bob", 6)

        assert isinstance(answer, Refused)
        assert answer.journal is not None
        assert answer.journal.lines
        assert world.ledger.states_of(answer.journal) == {}


def fault(refusal: object) -> str:
    assert isinstance(refusal, InputInvalid), refusal
    (only,) = refusal.faults
    return only.code
