"""What goes wrong between the ledger and its store, at every call: one journal and the clean run's answer."""

import random
from collections.abc import Callable

import pytest

from domain.ledger.model import Command, Posted, Refused
from domain.ledger.service import PAUSE_MAX_SECONDS, TRIES_MAX
from domain.ledger.store import StampRefused, Unanswered
from domain.refusals import ClockUncertain, OutcomeUnknown, TryAgain
from tests.unit.ledger.faults import Death, Script, conflict, raising, rivalry
from tests.unit.ledger.story import Story
from tests.unit.ledger.world import World, must_post, must_refuse, usd

Asked = Callable[[Story], Command]


def transfer(story: Story) -> Command:
    story.tell("open alice with=100; open bob")
    return story.world.command("transfer", source="alice", destination="bob", amounts=usd(30))


def refused_transfer(story: Story) -> Command:
    story.tell("open alice with=10; open bob")
    return story.world.command("transfer", source="alice", destination="bob", amounts=usd(30))


def opening(story: Story) -> Command:
    account = "acc_us0417_01J00000000000000000000001"
    return story.world.command("account_opened", account=account, currency="USD")


def deposit(story: Story) -> Command:
    story.tell("open alice")
    vault = story.world.internal("vault_cash")
    return story.world.command("cash_deposit", initiator=vault, destination="alice", amounts=usd(30))


def joint(story: Story) -> Command:
    story.tell("joint_limit family per_day=50; open alice with=100 under=family")
    return story.world.command("cash_withdrawal", source="alice", amounts=usd(30))


def hold(story: Story) -> Command:
    story.tell("open alice with=100")
    return story.world.command("hold_placed", account="alice", amounts=usd(30))


def capture(story: Story) -> Command:
    """With the list of holds a line further back, which is one more read."""
    story.tell("open alice with=100; open bob; h: hold alice 60; transfer alice bob 40")
    return story.world.command("card_captured", account="alice", hold=story.hold("h"), amounts=usd(60))


def reversal(story: Story) -> Command:
    story.tell("open alice with=100; open bob; t: transfer alice bob 30; reverse t 10")
    original = story.said["t"].journal
    return story.world.command("reversal", initiator=original.initiator, reverses=original.id)


def missing(story: Story) -> Command:
    story.tell("open alice with=100")
    to = "acc_us0417_01J00000000000000000000009"
    return story.world.command("transfer", source="alice", destination=to, amounts=usd(30))


ASKED: tuple[Asked, ...] = (
    transfer,
    refused_transfer,
    opening,
    deposit,
    joint,
    hold,
    capture,
    reversal,
    missing,
)


def run(asked: Asked) -> tuple[World, Script, Command]:
    script = Script()
    story = Story(World(faults=script))
    command = asked(story)
    script.calls.clear()
    return story.world, script, command


def said(answer: Posted | Refused) -> tuple[object, ...]:
    """All that a caller sees, but for whether it was heard before."""
    if isinstance(answer, Posted):
        return answer.journal, dict(answer.states)
    return answer.refusal, answer.journal


def points() -> list[tuple[Asked, int]]:
    """Every call of the store that each request makes when nothing goes wrong."""
    found = []
    for asked in ASKED:
        world, script, command = run(asked)
        world.ledger.post(command)
        found += [(asked, nth) for nth in range(1, len(script.calls) + 1)]
    return found


POINTS = points()
WRITING = tuple(asked for asked in ASKED if asked is not missing)


def name_of(value: object) -> str:
    return getattr(value, "__name__", str(value))


class TestOneCall:
    """Each call of `post` in turn, then the same key again."""

    @pytest.mark.parametrize(("asked", "nth"), POINTS, ids=name_of)
    def test_lost_on_the_way_it_is_sent_again(self, asked: Asked, nth: int) -> None:
        clean = clean_answer(asked)
        world, script, command = run(asked)
        script.at("*", "before", raising(Unanswered("the request was lost")), nth=nth)

        answer, again = world.ledger.post(command), world.ledger.post(command)

        assert not script.pending
        assert said(answer) == said(again) == clean
        assert one_journal(world, command, clean)
        world.check()

    @pytest.mark.parametrize("asked", WRITING, ids=name_of)
    def test_a_conflict_is_tried_again(self, asked: Asked) -> None:
        clean = clean_answer(asked)
        world, script, command = run(asked)
        script.at("append", "before", conflict)

        answer, again = world.ledger.post(command), world.ledger.post(command)

        assert said(answer) == said(again) == clean
        assert len(world.pauses) == 1
        assert one_journal(world, command, clean)
        world.check()

    @pytest.mark.parametrize(("asked", "nth"), POINTS, ids=name_of)
    def test_death_before_it_leaves_nothing_half_done(self, asked: Asked, nth: int) -> None:
        clean = clean_answer(asked)
        world, script, command = run(asked)
        script.at("*", "before", raising(Death()), nth=nth)

        with pytest.raises(Death):
            world.ledger.post(command)

        world.check()
        assert said(world.ledger.post(command)) == clean
        world.check()

    @pytest.mark.parametrize("asked", WRITING, ids=name_of)
    def test_an_answer_that_was_lost_is_found(self, asked: Asked) -> None:
        clean = clean_answer(asked)
        world, script, command = run(asked)
        script.at("append", "after", raising(Unanswered("the answer was lost")))

        answer, again = world.ledger.post(command), world.ledger.post(command)

        assert said(answer) == said(again) == clean
        assert (answer.replayed, again.replayed) == (False, True)  # the first found its own journal
        assert one_journal(world, command, clean)
        world.check()

    @pytest.mark.parametrize("asked", WRITING, ids=name_of)
    def test_death_after_the_write_leaves_all_of_it_done(self, asked: Asked) -> None:
        clean = clean_answer(asked)
        world, script, command = run(asked)
        script.at("append", "after", raising(Death()))

        with pytest.raises(Death):
            world.ledger.post(command)

        world.check()
        assert said(world.ledger.post(command)) == clean

    @pytest.mark.parametrize("asked", WRITING, ids=name_of)
    def test_a_replay_that_cannot_read_its_lines_at_once_reads_them_again(self, asked: Asked) -> None:
        """The journal was found; reading what it names is a call that may be lost like any other."""
        clean = clean_answer(asked)
        world, script, command = run(asked)
        world.ledger.post(command)
        script.calls.clear()
        world.ledger.post(command)
        reads = len(script.calls)

        for nth in range(1, reads + 1):
            script.at("*", "before", raising(Unanswered("lost")), nth=nth)
            assert said(world.ledger.post(command)) == clean
            script.heal()


class TestTwoFaults:
    def test_the_answer_lost_and_the_next_reading_too(self) -> None:
        world, script, command = run(transfer)
        script.at("append", "after", raising(Unanswered("lost")))
        script.at("heads", "before", raising(Unanswered("lost")), nth=2)

        must_post(world.ledger.post(command))

        assert world.shows("bob")[0] == 30
        world.check()

    def test_the_answer_lost_and_the_money_spent_by_another_before_the_next_try(self) -> None:
        """The second try decides that there is no money; the journal that is there knows better."""
        world, script, command = run(transfer)
        script.at("append", "after", raising(Unanswered("lost")))
        script.at("heads", "before", rivalry(lambda: must_post(world.transfer("alice", "bob", 70))), nth=2)

        posted = must_post(world.ledger.post(command))

        assert posted.states[world.id("alice")].ledger_minor == 70
        assert world.shows("alice")[0] == 0
        world.check()

    def test_the_request_lost_and_the_money_spent_by_another_is_a_refusal(self) -> None:
        world, script, command = run(transfer)
        script.at("append", "before", raising(Unanswered("lost")))
        script.at("heads", "before", rivalry(lambda: must_post(world.transfer("alice", "bob", 100))), nth=2)

        assert must_refuse(world.ledger.post(command)).code == "INSUFFICIENT_FUNDS"
        world.check()

    def test_an_unanswered_try_keeps_the_outcome_unknown_when_the_clock_fails_next(self) -> None:
        """`Nothing was posted` would be a guess: the lost request may still arrive."""
        world, script, command = run(transfer)
        script.at("append", "before", raising(Unanswered("lost")))
        script.at("append", "before", raising(StampRefused("skewed")), nth=2)

        assert must_refuse(world.ledger.post(command)) == OutcomeUnknown()
        must_post(world.ledger.post(command))

    def test_a_stamp_refused_at_once_is_the_clock(self) -> None:
        world, script, command = run(transfer)
        script.at("append", "before", raising(StampRefused("skewed")))

        assert must_refuse(world.ledger.post(command)) == ClockUncertain()


class Latest(random.Random):
    """Always draws the whole."""

    def random(self) -> float:
        return 1.0


class TestStorm:
    def test_conflicts_without_end_are_given_up_and_nothing_was_posted(self) -> None:
        world, script, command = run(transfer)
        script.always("append", conflict)

        refused = must_refuse(world.ledger.post(command))

        assert refused == TryAgain()
        assert refused.retryable
        assert script.calls.count("append") == TRIES_MAX
        assert len(world.pauses) == TRIES_MAX - 1
        assert all(0 <= pause <= PAUSE_MAX_SECONDS for pause in world.pauses)
        script.heal()
        must_post(world.ledger.post(command))

    def test_conflicts_for_all_but_the_last_try(self) -> None:
        world, script, command = run(transfer)
        for nth in range(1, TRIES_MAX):
            script.at("append", "before", conflict, nth=nth)

        must_post(world.ledger.post(command))

    def test_silence_without_end_leaves_the_outcome_unknown(self) -> None:
        world, script, command = run(transfer)
        script.always("append", raising(Unanswered("lost")))

        refused = must_refuse(world.ledger.post(command))

        assert refused == OutcomeUnknown()
        assert refused.retryable

    def test_one_silence_among_conflicts_is_enough_for_it(self) -> None:
        world, script, command = run(transfer)
        script.always("append", conflict)
        script.at("append", "before", raising(Unanswered("lost")), nth=3)

        assert must_refuse(world.ledger.post(command)) == OutcomeUnknown()

    def test_a_store_that_reads_nothing_has_posted_nothing(self) -> None:
        world, script, command = run(transfer)
        script.always("heads", raising(Unanswered("lost")))

        assert must_refuse(world.ledger.post(command)) == TryAgain()
        assert "append" not in script.calls

    def test_a_journal_whose_lines_cannot_be_read_is_not_called_unposted(self) -> None:
        world, script, command = run(transfer)
        must_post(world.ledger.post(command))
        script.always("line", raising(Unanswered("lost")))

        assert must_refuse(world.ledger.post(command)) == OutcomeUnknown()

    def test_pauses_grow_and_are_drawn_anew(self) -> None:
        world, script, command = run(transfer)
        script.always("append", conflict)
        world.ledger.post(command)

        assert len(set(world.pauses)) == len(world.pauses)
        assert max(world.pauses[5:]) > max(world.pauses[:2])

    def test_the_longest_pause_doubles_from_try_to_try_up_to_its_bound(self) -> None:
        world, script, command = run(transfer)
        script.always("append", conflict)
        world.randomness = Latest()
        world.ledger_with(world.clock).post(command)

        assert world.pauses == [0.02, 0.04, 0.08, 0.16, 0.25, 0.25, 0.25, 0.25, 0.25]

    def test_losers_of_a_race_decide_again_on_what_the_winner_left(self) -> None:
        world, script, command = run(transfer)
        for nth in (1, 2, 3):
            script.at("append", "before", rivalry(lambda: world.deposit("alice", 1)), nth=2 * nth - 1)

        posted = must_post(world.ledger.post(command))

        assert posted.states[world.id("alice")].ledger_minor == 73
        world.check()

    def test_a_double_click_in_between_is_answered_with_the_other_clicks_journal(self) -> None:
        world, script, command = run(transfer)
        clicks: list[Posted] = []
        script.at("append", "before", rivalry(lambda: clicks.append(must_post(world.ledger.post(command)))))

        answer = must_post(world.ledger.post(command))

        assert answer.replayed
        assert answer.journal == clicks[0].journal
        assert world.shows("bob")[0] == 30
        world.check()

    def test_freezing_in_between_refuses_the_transfer(self) -> None:
        world, script, command = run(transfer)
        script.at("append", "before", rivalry(lambda: world.posted("account_frozen", account="alice")))

        assert must_refuse(world.ledger.post(command)).code == "ACCOUNT_FROZEN"
        world.check()

    def test_a_refusal_is_answered_only_when_it_still_holds(self) -> None:
        """Money arrives between deciding that there is none and storing that."""
        world, script, command = run(refused_transfer)
        script.at("append", "before", rivalry(lambda: world.deposit("alice", 50)))

        must_post(world.ledger.post(command))

        assert world.shows("alice")[0] == 30
        world.check()


def clean_answer(asked: Asked) -> tuple[object, ...]:
    world, _, command = run(asked)
    return said(world.ledger.post(command))


def one_journal(world: World, command: Command, clean: tuple[object, ...]) -> bool:
    """One journal under the key, or none where the clean run stored none."""
    outcome = world.ledger.outcome(initiator=command.initiator, scope=command.scope, key=command.key)
    return said(outcome) == clean if outcome else clean[1] is None
