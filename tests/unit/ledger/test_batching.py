"""Batched credits from the first switch to the close: minutes move, what cannot be taken goes back, the rest is named.

Every story ends with all the promises that `florin verify` judges a bank by.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.ledger import sweeps
from domain.ledger.model import Batching, Posted, Registration, Status
from domain.ledger.outbox_memory import MemoryMarks
from domain.ledger.sweeps import BatchedCredits, Moved
from domain.money import Money
from domain.refusals import NotReversible
from ops.verify.judging import judge, lines
from ops.verify.world import of_memory
from tests.unit.ledger.faults import Death, Script, When, conflict, raising, rivalry
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import World, must_post, must_refuse, usd

NOTHING = Moved(0, 0, (), ())


class Mover:
    """The folder function of one region: once a minute it folds and moves."""

    def __init__(self, world: World, marks: MemoryMarks | None = None) -> None:
        self.world = world
        self.marks = marks or MemoryMarks()
        self.credits = BatchedCredits(ledger=world.ledger, store=world.store, folder=world.folder, marks=self.marks)

    def run(self) -> Moved:
        self.world.folder.fold()
        return self.credits.move()

    def after(self, **spans: float) -> Moved:
        self.world.clock.advance(timedelta(**spans))
        return self.run()

    def every_minute(self, minutes: int, meanwhile: Callable[[], object] = lambda: None) -> list[Moved]:
        """What the function does by itself: one run a minute, and the clock moves a little within each."""
        runs = []
        for _ in range(minutes):
            meanwhile()
            runs.append(self.after(minutes=1))
        return runs

    def settled(self) -> None:
        """All is moved, and however often the function runs again it finds nothing to do."""
        before = set(self.world.journals())
        assert self.run() == NOTHING
        assert self.every_minute(2) == [NOTHING, NOTHING]
        assert set(self.world.journals()) == before
        self.sound()

    def sound(self) -> None:
        self.world.check()
        verdicts = judge(of_memory(self.world.store, settings=self.world.settings, now=self.world.clock.now()))
        assert all(verdict.ok for verdict in verdicts), "\n".join(lines(verdicts))


def shop_of(world: World, *, alice: int = 100, bob: int = 100) -> Mover:
    """A shop whose credits are batched, and two who pay it."""
    tell(f"open shop; open alice with={alice}; open bob with={bob}; batch shop", world)
    return Mover(world)


@pytest.fixture(name="mover")
def _mover() -> Mover:
    return shop_of(World(shards=2))


def kinds(world: World, name: str) -> list[str]:
    """The kinds of the account's lines, in their order."""
    return [line.kind for line in world.store.lines_of[world.id(name)]]


class TestADay:
    def test_the_account_gets_its_minutes_and_incoming_is_empty(self, mover: Mover) -> None:
        world = mover.world
        paid: dict[str, int] = {}
        for number in range(24):
            payer = ("alice", "bob")[number % 2]
            minor = number % 7 + 1
            posted = must_post(world.transfer(payer, "shop", minor))
            leg = next(leg for leg in posted.journal.legs if leg.account.startswith("inc_"))
            minute = f"{posted.journal.booked_at:%H%M} {leg.place}"
            paid[minute] = paid.get(minute, 0) + minor
            world.clock.advance(timedelta(seconds=17))
        assert len(paid) > 7, "several minutes, in both shards"

        moved = mover.after(minutes=10)

        assert moved == Moved(len(paid), 0, (), ())
        credited = [line.amount_minor for line in world.store.lines_of[world.id("shop")] if line.amount_minor]
        assert sorted(credited) == sorted(paid.values())
        assert world.shows("shop")[0] == sum(paid.values())
        assert world.incoming_minor("shop") == 0
        mover.settled()

    def test_a_minute_moves_when_the_store_has_closed_it_and_no_second_sooner(self, mover: Mover) -> None:
        must_post(mover.world.transfer("alice", "shop", 5))  # at 16:00:00, so its minute ends at 16:01
        early = mover.after(minutes=1, seconds=359)
        on_time = mover.after(seconds=1)

        assert (early, on_time.minutes) == (NOTHING, 1)
        mover.settled()

    def test_a_minute_that_gets_and_gives_at_once_moves_what_it_got(self, mover: Mover) -> None:
        """The mover's own debits of the incoming account lie in minutes in which payers credit it."""
        must_post(mover.world.transfer("alice", "shop", 5))
        mover.world.clock.advance(timedelta(minutes=8))
        must_post(mover.world.transfer("bob", "shop", 9))
        mover.run()
        must_post(mover.world.transfer("alice", "shop", 2))

        mover.after(minutes=8)

        assert mover.world.shows("shop")[0] == 16
        assert mover.world.incoming_minor("shop") == 0
        mover.settled()

    def test_every_kind_of_credit_arrives(self, mover: Mover) -> None:
        tell("deposit shop 1; receive shop 2; interest shop 4; transfer alice shop 8", mover.world)
        mover.after(minutes=8)

        assert mover.world.shows("shop")[0] == 15
        mover.settled()

    def test_days_go_by(self, mover: Mover) -> None:
        for _ in range(3):
            must_post(mover.world.transfer("alice", "shop", 3))
            mover.after(hours=23)
        assert mover.world.shows("shop")[0] == 9
        mover.settled()

    def test_one_shop_does_not_get_the_others_money(self, mover: Mover) -> None:
        world = mover.world
        tell("open cafe; batch cafe; transfer alice shop 5; transfer alice cafe 7", world)
        mover.after(minutes=8)

        assert (world.shows("shop")[0], world.shows("cafe")[0]) == (5, 7)
        mover.settled()

    @pytest.mark.parametrize("page", [1, 2])
    def test_long_logs_are_read_in_pages(self, mover: Mover, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
        for constant in ("TOTALS_PAGE", "LEGS_PAGE", "LINES_PAGE"):
            monkeypatch.setattr(sweeps, constant, page)
        for _ in range(5):
            must_post(mover.world.transfer("alice", "shop", 1))
            must_post(mover.world.transfer("bob", "shop", 2))
            mover.world.clock.advance(timedelta(minutes=1))
        mover.after(minutes=8)
        assert mover.world.shows("shop")[0] == 15

        must_post(mover.world.transfer("alice", "shop", 4))
        must_post(mover.world.transfer("bob", "shop", 4))
        must_post(mover.world.transfer("alice", "shop", 4))
        tell("freeze shop", mover.world)
        assert mover.after(minutes=8).returned == 3
        mover.settled()


class TestDeath:
    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize("frozen", [False, True])
    def test_a_run_that_dies_anywhere_is_ended_by_the_next(self, when: When, frozen: bool) -> None:
        for nth in range(1, 20):
            script = Script()
            mover = shop_of(World(shards=2, faults=script))
            for minor in (3, 4, 5):
                must_post(mover.world.transfer("alice", "shop", minor))
                mover.world.clock.advance(timedelta(minutes=1))
            if frozen:
                tell("freeze shop", mover.world)
            mover.world.clock.advance(timedelta(minutes=8))
            mover.world.folder.fold()
            script.at("append", when, raising(Death()), nth=nth)
            died = dies(mover.credits.move)
            script.heal()

            mover.run()

            shop, alice = mover.world.shows("shop")[0], mover.world.shows("alice")[0]
            assert (shop, alice) == ((0, 100) if frozen else (12, 88))
            mover.settled()
            if not died:
                assert nth > 3
                return
        raise AssertionError("a run has at most some writes")

    def test_a_checkpoint_that_was_never_moved_moves_nothing_twice(self, mover: Mover) -> None:
        must_post(mover.world.transfer("alice", "shop", 5))
        mover.after(minutes=8)

        mover.marks.checkpoints.clear()

        assert mover.run() == NOTHING
        mover.settled()

    def test_two_at_once_move_it_once(self) -> None:
        script = Script()
        mover = shop_of(World(shards=1, faults=script))
        other = Mover(mover.world)
        for _ in range(3):
            must_post(mover.world.transfer("alice", "shop", 5))
            mover.world.clock.advance(timedelta(minutes=1))
        mover.world.clock.advance(timedelta(minutes=8))
        mover.world.folder.fold()
        others: list[Moved] = []
        script.at("append", "before", rivalry(lambda: others.append(other.credits.move())), nth=2)

        own = mover.credits.move()

        assert own.minutes + others[0].minutes == 3
        assert mover.world.shows("shop")[0] == 15
        mover.settled()


def dies(run: Callable[[], object]) -> bool:
    try:
        run()
    except Death:
        return True
    return False


class TestGivingBack:
    def test_what_meets_a_frozen_account_goes_back_to_its_payers_by_journals_with_claims(self, mover: Mover) -> None:
        world = mover.world
        first = must_post(world.transfer("alice", "shop", 30)).journal
        second = must_post(world.transfer("bob", "shop", 7)).journal
        tell("freeze shop", world)

        moved = mover.after(minutes=8)

        assert (moved.minutes, moved.returned, moved.stuck) == (0, 2, ())
        assert [world.shows(name)[0] for name in ("alice", "bob", "shop")] == [100, 100, 0]
        assert world.incoming_minor("shop") == 0
        for original in (first, second):
            (claim,) = world.store.claims(original.id)
            returned = world.journals()[claim.journal]
            assert (returned.kind, returned.reverses) == ("batch_returned", original.id)
            assert original.amount
            assert claim.reversed_minor == original.amount.minor
        again = world.post("reversal", initiator=first.initiator, reverses=first.id)
        assert must_refuse(again).code == "NOTHING_TO_REVERSE"
        mover.settled()

    def test_what_a_prefunded_position_paid_goes_back_into_its_shards(self, mover: Mover) -> None:
        world = mover.world
        world.open_prefund(60, 60)
        shop = world.id("shop")
        book = world.internal("instant_prefund")
        world.posted("instant_received", initiator=book, destination=shop, amounts=usd(30))
        tell("freeze shop", world)

        assert mover.after(minutes=8).returned == 1
        assert world.incoming_minor("shop") == 0
        mover.sound()

    def test_only_the_very_credit_goes_back(self, mover: Mover) -> None:
        shop = mover.world.id("shop")
        paid = must_post(mover.world.transfer("alice", "shop", 30)).journal

        answer = mover.world.post("batch_returned", initiator=shop, reverses=paid.id, amounts=usd(29))

        assert must_refuse(answer) == NotReversible(paid.id)

    @pytest.mark.parametrize(("switched", "appends"), [("", 2), ("unbatch shop", 3)])
    def test_it_is_decided_on_the_accounts_head_once_credits_are_no_longer_batched(
        self, switched: str, appends: int
    ) -> None:
        """While they are, the head decides nothing, and what the account does meanwhile is no conflict."""
        script = Script()
        mover = shop_of(World(shards=1, faults=script))
        world = mover.world
        paid = must_post(world.transfer("alice", "shop", 30)).journal
        tell(switched or "wait 0s", world)
        returning = world.command("batch_returned", initiator=world.id("shop"), reverses=paid.id, amounts=usd(30))
        script.at("append", "before", rivalry(lambda: tell("freeze_debits shop", world)))
        script.calls.clear()

        must_post(world.ledger.post(returning))

        assert script.calls.count("append") == appends

    def test_every_minute_that_goes_back_is_counted(self) -> None:
        mover = shop_of(World(shards=1))
        tell("transfer alice shop 1; wait 1m; transfer alice shop 2; freeze shop; wait 8m", mover.world)

        assert mover.run() == Moved(0, 2, (), ())

    def test_debits_frozen_is_open_for_credits(self, mover: Mover) -> None:
        must_post(mover.world.transfer("alice", "shop", 30))
        tell("freeze_debits shop", mover.world)

        assert mover.after(minutes=8).minutes == 1
        assert mover.world.shows("shop")[0] == 30
        mover.settled()

    def test_what_comes_from_outside_goes_back_outside(self, mover: Mover) -> None:
        tell("receive shop 9; freeze shop", mover.world)
        mover.after(minutes=8)

        assert mover.world.book_minor("settlement") == 0
        mover.settled()

    def test_what_meets_a_closed_account_goes_back(self) -> None:
        """A payer that decided while credits were batched, and was slow."""
        script = Script()
        mover = shop_of(World(shards=2, faults=script))
        payment = mover.world.command("transfer", source="alice", destination="shop", amounts=usd(30))
        closing = rivalry(lambda: tell("unbatch shop; stop shop; close shop", mover.world))
        script.at("append", "before", closing)
        must_post(mover.world.ledger.post(payment))
        assert mover.world.head("shop").status is Status.CLOSED
        assert mover.world.incoming_minor("shop") == 30

        assert mover.after(minutes=8).returned == 1

        assert mover.world.shows("alice")[0] == 100
        mover.settled()

    def test_of_a_split_transfer_only_the_batched_leg_goes_back(self, mover: Mover) -> None:
        tell("open cafe; split alice shop:30 cafe:10; freeze shop", mover.world)

        assert mover.after(minutes=8).returned == 1

        assert [mover.world.shows(name)[0] for name in ("alice", "cafe", "shop")] == [90, 10, 0]
        mover.settled()

    def test_of_a_split_transfer_each_batched_leg_goes_back_once(self, mover: Mover) -> None:
        tell("open cafe; batch cafe; split alice shop:10 cafe:10; freeze shop; freeze cafe", mover.world)

        assert mover.after(minutes=8).returned == 2

        assert mover.world.shows("alice")[0] == 100
        mover.settled()


def stuck_shop(world: World) -> tuple[Mover, str]:
    """A frozen shop with a credit whose payer has closed their account; the mover, and the credit's journal."""
    mover = shop_of(world, alice=30)
    paid = must_post(world.transfer("alice", "shop", 30)).journal
    tell("close alice; freeze shop", world)
    world.clock.advance(timedelta(minutes=8))
    return mover, paid.id


class TestCheckpoints:
    def test_a_shard_is_read_on_from_behind_the_last_minute_that_is_done(self) -> None:
        script = Script()
        mover = shop_of(World(shards=1, faults=script))
        tell("transfer alice shop 1; wait 1m; transfer alice shop 2; wait 8m", mover.world)
        mover.run()
        incoming = mover.world.id("shop").replace("acc_", "inc_")
        (last,) = (
            log[-1].position for (account, *_), log in mover.world.store.totals_of.items() if account == incoming
        )
        script.calls.clear()

        assert mover.credits.move() == NOTHING

        assert mover.marks.checkpoints == {f"batch#{incoming}#0": f"{last.seq:012d}"}
        assert "append" not in script.calls

    def test_an_account_that_is_not_there_holds_up_no_other(self) -> None:
        world = World(shards=1)
        mover = shop_of(world)
        world.store.register(Registration("inc_us0000_00000000000000000000000000", "20260310"))
        tell("transfer alice shop 1; wait 8m", world)

        assert mover.run().minutes == 1


class TestStuck:
    def test_a_credit_that_nobody_can_take_is_named_by_every_run(self) -> None:
        mover, paid = stuck_shop(World(shards=1))
        runs = [mover.run(), *mover.every_minute(3)]

        assert [run.stuck for run in runs] == [(paid,)] * 4
        assert mover.world.incoming_minor("shop") == 30
        mover.sound()

    def test_several_accounts_with_something_stuck_are_all_named(self) -> None:
        world = World(shards=1)
        mover = shop_of(world, alice=3)
        tell("open cafe; batch cafe", world)
        paid = {
            must_post(world.transfer("alice", name, minor)).journal.id for name, minor in (("shop", 1), ("cafe", 2))
        }
        tell("close alice; freeze shop; freeze cafe; wait 8m", world)

        assert set(mover.run().stuck) == paid

    def test_it_leaves_no_journal_a_minute(self) -> None:
        mover, _ = stuck_shop(World(shards=1))
        mover.run()
        before = len(mover.world.journals())

        mover.every_minute(5)

        assert len(mover.world.journals()) == before

    def test_it_holds_up_no_other_credit_and_is_not_forgotten_behind_them(self) -> None:
        world = World(shards=1)
        mover = shop_of(world, alice=30)
        first = must_post(world.transfer("alice", "shop", 30)).journal
        tell("close alice; wait 1m", world)
        must_post(world.transfer("bob", "shop", 7))
        tell("freeze shop; wait 8m", world)

        runs = [mover.run(), mover.run()]

        assert [(run.returned, run.stuck) for run in runs] == [(1, (first.id,)), (0, (first.id,))]
        assert world.shows("bob")[0] == 100
        mover.sound()

    def test_it_enters_the_account_when_that_thaws(self) -> None:
        mover, _ = stuck_shop(World(shards=1))
        mover.run()
        tell("thaw shop; transfer bob shop 7", mover.world)

        mover.after(minutes=8)

        assert mover.world.shows("shop")[0] == 37
        assert mover.world.incoming_minor("shop") == 0
        mover.settled()

    def test_each_of_several_enters_the_account_by_a_journal_of_its_own(self) -> None:
        """Of a minute that was refused once, down to the smallest credit."""
        mover = shop_of(World(shards=1), alice=1, bob=2)
        tell("transfer alice shop 1; transfer bob shop 2; close alice; close bob; freeze shop; wait 8m", mover.world)
        assert len(mover.run().stuck) == 2
        tell("thaw shop", mover.world)

        assert mover.run() == Moved(2, 0, (), ())

        assert mover.world.shows("shop")[0] == 3
        moved = [line for line in mover.world.store.lines_of[mover.world.id("shop")] if line.kind == "batch_moved"]
        assert sorted(line.amount_minor for line in moved) == [1, 2]
        mover.settled()

    def test_a_minute_that_is_too_busy_to_move_is_named_and_moved_by_the_next_run(self) -> None:
        script = Script()
        mover = shop_of(World(shards=1, faults=script))
        tell("transfer alice shop 30; wait 8m; fold", mover.world)
        incoming = mover.world.id("shop").replace("acc_", "inc_")
        script.always("append", conflict)

        busy = mover.credits.move()
        script.heal()

        assert busy == Moved(0, 0, (f"{incoming}/202603101600",), ())
        assert mover.marks.checkpoints == {}
        assert mover.run() == Moved(1, 0, (), ())
        mover.settled()

    def test_what_was_exchanged_waits_for_the_account(self) -> None:
        """The payer gave another currency, so nothing of this one is theirs to take back."""
        world = World(shards=1)
        world.open("alice", minor=100)
        world.open("shop", currency="EUR")
        mover = Mover(world)
        tell("batch shop", world)
        amounts = {"sold": Money(50, "USD"), "bought": Money(40, "EUR")}
        paid = world.posted("fx_exchange", source="alice", destination="shop", amounts=amounts).journal
        tell("freeze shop; wait 8m", world)

        assert mover.run() == Moved(0, 0, (paid.id,), ())
        tell("thaw shop", world)
        assert mover.run() == Moved(1, 0, (), ())
        assert world.shows("shop")[0] == 40
        mover.settled()

    def test_it_goes_back_when_the_payer_can_take_it(self) -> None:
        mover = shop_of(World(shards=1))
        tell("transfer alice shop 30; freeze alice; freeze shop; wait 8m", mover.world)
        mover.run()
        tell("thaw alice", mover.world)

        assert mover.run().returned == 1

        assert mover.world.shows("alice")[0] == 100
        mover.settled()

    def test_a_refusal_that_a_race_stored_is_followed_by_one_more_attempt_and_one_return(self) -> None:
        script = Script()
        mover = shop_of(World(shards=1, faults=script))
        tell("transfer alice shop 30; freeze shop; wait 8m; fold", mover.world)
        script.at("append", "before", rivalry(lambda: tell("freeze alice", mover.world)), nth=2)

        lost = mover.credits.move()
        stored = [journal.refusal for journal in mover.world.journals().values() if journal.kind == "batch_returned"]
        tell("thaw alice", mover.world)

        assert (lost.returned, len(lost.stuck), len(stored)) == (0, 1, 1)
        assert mover.run().returned == 1
        assert mover.world.shows("alice")[0] == 100
        mover.settled()

    def test_returned_by_one_run_and_moved_by_another_at_once_it_is_done_once(self) -> None:
        """The rival finds payer and account thawed between our asking and our writing."""
        script = Script()
        mover = shop_of(World(shards=1, faults=script))
        rival = Mover(mover.world)
        tell("transfer alice shop 30; freeze shop; freeze alice; wait 8m; fold", mover.world)
        mover.credits.move()
        tell("thaw shop", mover.world)  # ours decides to move it into the shop

        def rivals() -> None:
            tell("thaw alice", mover.world)  # the rival decides to return it
            rival.credits.move()

        script.at("append", "before", rivalry(rivals), nth=2)
        mover.credits.move()

        shop, alice = mover.world.shows("shop")[0], mover.world.shows("alice")[0]
        assert (shop, alice) == (0, 100)
        assert mover.world.incoming_minor("shop") == 0
        mover.run()
        mover.settled()


class TestSwitchingBack:
    def test_it_is_drained_then_stopped_after_the_close_and_then_the_account_may_close(self, mover: Mover) -> None:
        world = mover.world
        must_post(world.transfer("alice", "shop", 5))
        world.clock.advance(timedelta(seconds=30))
        tell("unbatch shop; transfer alice shop 2", world)

        runs = mover.every_minute(9)

        (stopped,) = [n for n, run in enumerate(runs, start=1) if run.stopped]
        assert runs[stopped - 1].stopped == (world.id("shop"),)
        assert runs[0].minutes == 0
        assert world.settings.close_after + timedelta(minutes=1) <= timedelta(minutes=stopped) <= timedelta(minutes=8)
        assert world.head("shop").batching is Batching.OFF
        assert world.shows("shop")[0] == 7
        tell("transfer shop alice 7; close shop", world)
        mover.settled()

    def test_it_is_not_stopped_a_second_too_early(self, mover: Mover) -> None:
        tell("unbatch shop", mover.world)
        bound = mover.world.settings.close_after + timedelta(minutes=1)
        mover.world.clock.advance(bound)
        assert mover.run().stopped == ()
        assert mover.after(seconds=1).stopped == (mover.world.id("shop"),)
        mover.settled()

    @pytest.mark.parametrize("page", [1, 200])
    def test_a_busy_account_is_stopped_too(self, mover: Mover, page: int, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its head is always young: what counts is when it was switched back."""
        monkeypatch.setattr(sweeps, "LINES_PAGE", page)
        tell("unbatch shop", mover.world)

        runs = mover.every_minute(9, meanwhile=lambda: tell("deposit shop 1; wait 1s; deposit shop 1", mover.world))

        assert [run.stopped for run in runs if run.stopped] == [(mover.world.id("shop"),)]
        mover.settled()

    def test_a_second_switch_begins_the_wait_again(self, mover: Mover) -> None:
        tell("unbatch shop; wait 6m; batch shop; unbatch shop", mover.world)

        assert mover.after(minutes=2).stopped == ()
        assert mover.after(minutes=6).stopped == (mover.world.id("shop"),)
        mover.settled()

    def test_it_is_not_stopped_while_something_is_stuck(self) -> None:
        mover, paid = stuck_shop(World(shards=1))
        tell("unbatch shop", mover.world)

        run = mover.after(minutes=20)

        assert (run.stuck, run.stopped) == ((paid,), ())
        mover.sound()

    def test_the_stop_is_a_journal_of_the_banks_own(self, mover: Mover) -> None:
        tell("unbatch shop", mover.world)
        seq = mover.world.head("shop").position.seq
        assert mover.after(minutes=10).stopped

        key = f"batching_stopped/{seq}"
        assert isinstance(mover.world.ledger.outcome(initiator=mover.world.id("shop"), scope="bank", key=key), Posted)

    def test_credits_go_on_while_it_is_on(self, mover: Mover) -> None:
        runs = mover.every_minute(9, meanwhile=lambda: tell("deposit shop 1", mover.world))

        assert not any(run.stopped for run in runs)
        assert mover.world.head("shop").batching is Batching.ON

    def test_a_late_credit_of_an_account_switched_back_still_arrives(self) -> None:
        script = Script()
        mover = shop_of(World(shards=2, faults=script))
        payment = mover.world.command("transfer", source="alice", destination="shop", amounts=usd(30))
        script.at("append", "before", rivalry(lambda: tell("unbatch shop; stop shop", mover.world)))
        assert isinstance(mover.world.ledger.post(payment), Posted)

        mover.after(minutes=8)

        assert mover.world.shows("shop")[0] == 30
        mover.settled()
