"""Guarded internal accounts: shards with a balance rule of their own, which refuse only all together."""

from domain.ledger.model import Side
from domain.ledger.shards import draw_from_shards, fill_shard
from domain.money import Money
from domain.refusals import InsufficientFunds, NotFound
from tests.unit.ledger.faults import Script, rivalry
from tests.unit.ledger.story import Story, tell
from tests.unit.ledger.world import World, must_post, usd


def world_with(*minors: int, alice: int = 1000) -> World:
    world = tell(f"open alice with={alice}")
    world.open_prefund(*minors)
    return world


def left(world: World) -> list[int]:
    shards = sorted(name for name in world.store.lines_of if "@" in name)
    return [world.state(name).ledger_minor for name in shards]


class TestSend:
    def test_one_shard_is_enough(self) -> None:
        world = world_with(100, 100, 100, 100)

        posted = world.posted("instant_sent", source="alice", amounts=usd(60))

        assert sorted(left(world)) == [40, 100, 100, 100]
        assert len(posted.journal.legs) == 2
        assert world.shows("alice")[0] == 940
        world.check()

    def test_another_shard_is_tried_when_its_own_is_short(self) -> None:
        world = world_with(0, 0, 70, 0)

        for _ in range(7):
            world.posted("instant_sent", source="alice", amounts=usd(10))

        assert left(world) == [0, 0, 0, 0]
        world.check()

    def test_several_share_what_none_can_pay_alone(self) -> None:
        world = world_with(10, 40, 30, 20)

        posted = world.posted("instant_sent", source="alice", amounts=usd(75))

        assert left(world) == [10, 0, 0, 15]
        assert len(posted.journal.legs) == 4
        assert posted.journal.amount == Money(75, "USD")
        world.check()

    def test_all_together_short_they_refuse(self) -> None:
        world = world_with(10, 40, 30, 20)

        answer = world.refused("instant_sent", source="alice", amounts=usd(101))

        assert answer.refusal == InsufficientFunds("int_us_usd_instant_prefund")
        assert answer.journal is not None
        assert left(world) == [10, 40, 30, 20]
        assert world.shows("alice")[0] == 1000
        world.check()

    def test_to_the_last_cent(self) -> None:
        world = world_with(10, 40, 30, 20)

        world.posted("instant_sent", source="alice", amounts=usd(100))

        assert left(world) == [0, 0, 0, 0]

    def test_the_customer_hears_first_of_his_own_account(self) -> None:
        """Both are short; what the bank has at its network is nothing a payer should learn."""
        world = world_with(10, 0, 0, 0, alice=50)

        answer = world.refused("instant_sent", source="alice", amounts=usd(60))

        assert answer.refusal == InsufficientFunds(world.id("alice"))

    def test_a_payer_who_does_not_exist_is_not_found_however_short_the_shards(self) -> None:
        """A stored refusal of an account that does not exist would be a journal of nobody."""
        world = world_with(0, 0, 0, 0)
        missing = "acc_us0417_01J00000000000000000000001"

        assert world.refused("instant_sent", source=missing, amounts=usd(60)).refusal == NotFound(missing)

    def test_another_currency_has_a_position_of_its_own(self) -> None:
        world = world_with(100, 100, 100, 100)
        tell("open alois EUR with=100", world)
        euros = {"amount": Money(60, "EUR")}

        none = world.refused("instant_sent", source="alois", amounts=euros)
        world.open_prefund(60, currency="EUR")
        world.posted("instant_sent", source="alois", amounts=euros)

        assert none.refusal == NotFound("int_us_eur_instant_prefund")
        assert world.shows("alois")[0] == 40
        world.check()

    def test_shards_that_were_passed_over_do_not_collide(self) -> None:
        """A send that another one overtakes at another shard is not sent again."""
        script = Script()
        world = World(faults=script)
        tell("open alice with=100; open bob with=100", world)
        world.open_prefund(100, 100, 100, 100)
        first = world.command("instant_sent", source="alice", amounts=usd(1))
        (shard,) = (name for name in must_post(world.ledger.preview(first)).states if "@" in name)
        others = (world.command("instant_sent", source="bob", amounts=usd(1)) for _ in range(40))
        other = next(found for found in others if shard not in must_post(world.ledger.preview(found)).states)
        script.at("append", "before", rivalry(lambda: must_post(world.ledger.post(other))))
        script.calls.clear()

        must_post(world.ledger.post(first))

        assert script.calls.count("append") == 2
        assert world.pauses == []


class TestReceive:
    def test_what_comes_fills_one_shard(self) -> None:
        world = world_with(0, 0, 0, 0)

        posted = world.posted("instant_received", destination="alice", amounts=usd(60))

        assert sorted(left(world)) == [0, 0, 0, 60]
        assert {leg.side for leg in posted.journal.legs if "@" in leg.account} == {Side.DEBIT}
        world.check()


class TestReversal:
    def test_of_a_split_payment_gives_each_shard_its_own_back(self) -> None:
        world = world_with(10, 40, 30, 20)
        sent = world.posted("instant_sent", source="alice", amounts=usd(75))

        world.posted("reversal", initiator=world.id("alice"), reverses=sent.journal.id)

        assert left(world) == [10, 40, 30, 20]
        assert world.shows("alice")[0] == 1000
        world.check()

    def test_of_a_receipt_is_drawn_from_all_shards(self) -> None:
        """The shard it came to may have spent it since: one that is short is no refusal."""
        world = world_with(0, 0, 0, 0)
        received = world.posted("instant_received", destination="alice", amounts=usd(60))
        taken = next(leg.account for leg in received.journal.legs if "@" in leg.account)
        story = Story(world)
        story.tell("open bob with=500")
        while world.state(taken).ledger_minor:
            world.posted("instant_sent", source="bob", amounts=usd(10))
            world.posted("instant_received", destination="bob", amounts=usd(10))

        world.posted("reversal", initiator=world.id("alice"), reverses=received.journal.id)

        assert sum(left(world)) == 0
        assert world.shows("alice")[0] == 1000
        world.check()

    def test_of_a_receipt_is_refused_when_all_are_short(self) -> None:
        world = world_with(0, 0, 0, 0)
        received = world.posted("instant_received", destination="alice", amounts=usd(60))
        world.posted("instant_sent", source="alice", amounts=usd(1))

        answer = world.refused("reversal", initiator=world.id("alice"), reverses=received.journal.id)

        assert answer.refusal == InsufficientFunds("int_us_usd_instant_prefund")
        world.check()


class TestDrawing:
    def test_the_first_from_the_start_that_can_pay_alone_does(self) -> None:
        world = world_with(100, 5, 100, 100)
        shards = [world.state(name) for name in sorted(name for name in world.store.lines_of if "@" in name)]

        assert draw_from_shards(shards, 60, 1) == ((shards[2].account, 60),)
        assert draw_from_shards(shards, 60, 3) == ((shards[3].account, 60),)
        assert draw_from_shards(shards, 5, 1) == ((shards[1].account, 5),)
        assert fill_shard(shards, 9, 5) == ((shards[1].account, 9),)

    def test_the_fullest_share_and_the_empty_are_left_alone(self) -> None:
        world = world_with(10, 0, 30, 20)
        shards = [world.state(name) for name in sorted(name for name in world.store.lines_of if "@" in name)]

        assert draw_from_shards(shards, 45, 0) == ((shards[2].account, 30), (shards[3].account, 15))
        assert draw_from_shards(shards, 61, 0) is None
