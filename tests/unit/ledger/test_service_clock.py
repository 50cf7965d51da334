"""One writer's clock against another's: a little behind is bridged, more is said, and a stamp too old is not taken."""

from datetime import timedelta

import pytest

from domain.ledger.model import CLOCK_AHEAD_MAX
from domain.refusals import ClockUncertain
from tests.unit.ledger.faults import Script
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import NOON, SetClock, World, must_post, must_refuse, usd


class TestBehind:
    @pytest.mark.parametrize("seconds", [0.5, 2.0])
    def test_a_clock_a_little_behind_books_at_the_heads_time(self, seconds: float) -> None:
        world = tell("open alice with=100; open bob")
        behind = world.ledger_with(SetClock(NOON - timedelta(seconds=seconds)))

        posted = must_post(behind.post(world.command("transfer", source="alice", destination="bob", amounts=usd(1))))

        assert posted.journal.booked_at == NOON
        world.check()

    def test_a_head_more_than_two_seconds_ahead_is_uncertain_and_nothing_is_stored(self) -> None:
        world = tell("open alice with=100; open bob")
        behind = world.ledger_with(SetClock(NOON - CLOCK_AHEAD_MAX - timedelta(microseconds=1)))
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(1))
        before = dict(world.journals())

        refused = must_refuse(behind.post(command))

        assert refused == ClockUncertain()
        assert refused.retryable
        assert not refused.stored
        assert world.journals() == before
        must_post(world.ledger.post(command))

    def test_any_head_read_may_be_the_one_ahead(self) -> None:
        world = tell("open alice with=100; wait 5s; open bob")
        behind = world.ledger_with(SetClock(NOON))

        answer = behind.post(world.command("transfer", source="alice", destination="bob", amounts=usd(1)))

        assert must_refuse(answer) == ClockUncertain()

    def test_a_replay_is_answered_whatever_the_clock_says(self) -> None:
        world = tell("open alice with=100; open bob")
        command = world.command("transfer", source="alice", destination="bob", amounts=usd(1))
        first = must_post(world.ledger.post(command))
        behind = world.ledger_with(SetClock(NOON - timedelta(minutes=2)))

        again = must_post(behind.post(command))

        assert again.journal == first.journal
        assert again.replayed

    def test_the_day_of_a_limit_does_not_fall_back_over_midnight(self) -> None:
        midnight = NOON.replace(hour=4)
        world = World(now=midnight)
        tell("open alice with=100 per_day=50; open bob; transfer alice bob 50", world)
        behind = world.ledger_with(SetClock(midnight - timedelta(seconds=1)))

        answer = behind.post(world.command("transfer", source="alice", destination="bob", amounts=usd(1)))

        assert must_refuse(answer).code == "LIMIT_EXCEEDED"
        world.check()


class TestAhead:
    def test_who_is_ahead_makes_the_others_wait(self) -> None:
        world = tell("open alice with=100; open bob")
        ahead = world.ledger_with(SetClock(NOON + timedelta(seconds=30)))
        must_post(ahead.post(world.command("transfer", source="alice", destination="bob", amounts=usd(1))))

        refused = world.transfer("alice", "bob", 1)
        world.clock.advance(timedelta(seconds=28))

        assert must_refuse(refused) == ClockUncertain()
        assert must_post(world.transfer("alice", "bob", 1)).journal.booked_at == NOON + timedelta(seconds=30)

    @pytest.mark.parametrize("minutes", [-6, 6])
    def test_the_store_refuses_a_stamp_beyond_the_signatures_bound(self, minutes: int) -> None:
        world = World()
        world.open("alice")
        command = world.command(
            "cash_deposit", initiator=world.internal("vault_cash"), destination="alice", amounts=usd(1)
        )
        world.clock.advance(timedelta(hours=1))
        astray = world.ledger_with(SetClock(world.clock.now() + timedelta(minutes=minutes)))

        assert must_refuse(astray.post(command)) == ClockUncertain()
        assert len(world.journals()) == 1
        must_post(world.ledger.post(command))

    def test_each_attempt_has_a_stamp_of_its_own(self) -> None:
        """A retry after a pause must not be sent under the first attempt's time."""
        script = Script()
        world = World(faults=script)
        tell("open alice with=100; open bob", world)

        def slow() -> None:
            world.clock.advance(timedelta(seconds=40))
            must_post(world.deposit("alice", 1))

        script.at("append", "before", slow)

        posted = must_post(world.transfer("alice", "bob", 1))

        assert posted.journal.booked_at == NOON + timedelta(seconds=40)
        world.check()
