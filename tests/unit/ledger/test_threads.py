"""Eight threads over one store: nothing lost, nothing made, every log gap-free, one journal a key."""

import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.ledger.model import Command, Limits, Posted, Refused
from domain.money import Money
from domain.refusals import TryAgain
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import World, usd

THREADS = 8
TRANSFERS_EACH = 60
NAMES = ("alice", "bob", "carl", "dora")


@pytest.fixture(autouse=True)
def _restless() -> Iterator[None]:
    """Threads change places so often that they meet between reading and writing."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def patient(world: World, command: Command) -> Posted | Refused:
    """A caller who tries again as long as he is told to, with the same key."""
    for _ in range(100):
        answer = world.ledger.post(command)
        if not isinstance(answer, Refused) or not isinstance(answer.refusal, TryAgain):
            return answer
    raise AssertionError("nobody is that unlucky")


def test_transfers_among_four_accounts_keep_the_total() -> None:
    world = World()
    for name in NAMES:
        world.open(name, minor=300)
    drawn = random.Random(11)
    commands = []
    for _ in range(THREADS * TRANSFERS_EACH):
        source, destination = drawn.sample(NAMES, 2)
        commands.append(
            world.command("transfer", source=source, destination=destination, amounts=usd(drawn.randint(1, 120)))
        )

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda command: patient(world, command), commands))

    world.check()
    assert world.pauses  # somebody lost a race, else nothing was tried here
    assert sum(world.shows(name)[0] for name in NAMES) == 4 * 300
    assert min(world.shows(name)[2] for name in NAMES) >= 0
    posted = [answer for answer in answers if isinstance(answer, Posted)]
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert {answer.refusal.code for answer in refused} <= {"INSUFFICIENT_FUNDS"}
    assert len(posted) + len(refused) == THREADS * TRANSFERS_EACH == len(world.journals()) - 8
    assert sum(world.head(name).position.seq for name in NAMES) == 8 + 2 * len(posted)


def test_replaying_the_lines_in_order_gives_the_balances_everybody_was_told() -> None:
    """Each answer names its lines; whatever order the threads met in, it is the order of the log."""
    world = World()
    for name in NAMES:
        world.open(name, minor=1000)
    drawn = random.Random(12)
    pairs = [drawn.sample(NAMES, 2) for _ in range(200)]
    commands = [world.command("transfer", source=a, destination=b, amounts=usd(1)) for a, b in pairs]

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda command: patient(world, command), commands))

    for answer in answers:
        assert isinstance(answer, Posted)
        for account, state in answer.states.items():
            line = world.ledger.line(account, state.position)
            assert line is not None
            assert line.state == state
            assert line.journal == answer.journal.id


def test_double_clicks_of_eight_post_once_and_hear_the_same() -> None:
    world = World()
    for name in NAMES:
        world.open(name, minor=1000)
    drawn = random.Random(13)

    for _ in range(25):
        source, destination = drawn.sample(NAMES, 2)
        command = world.command("transfer", source=source, destination=destination, amounts=usd(7))
        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(lambda _, one=command: patient(world, one), range(THREADS)))
        assert len({answer.journal.id for answer in answers if answer.journal}) == 1
        assert all(isinstance(answer, Posted) for answer in answers)

    world.check()
    assert sum(1 for journal in world.journals().values() if journal.kind == "transfer") == 25


def test_a_joint_limit_holds_though_all_meet_at_it() -> None:
    world = tell("joint_limit family per_day=100")
    for name in NAMES:
        world.open(name, minor=1000, joint_limits=("family",))
    commands = [world.command("cash_withdrawal", source=NAMES[n % 4], amounts=usd(9)) for n in range(40)]

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda command: patient(world, command), commands))

    world.check()
    assert sum(isinstance(answer, Posted) for answer in answers) == 100 // 9
    assert world.head("family").day_debits_minor == 99
    assert world.book_minor("vault_cash") == -(4 * 1000 - 99)


def test_captures_and_releases_of_one_hold_end_it_once() -> None:
    world = World()
    world.open("alice", minor=1000, limits=Limits())
    for _ in range(20):
        placed = world.posted("hold_placed", account="alice", amounts=usd(10))
        hold = placed.journal.hold
        captures = [world.command("card_captured", account="alice", hold=hold, amounts=usd(10)) for _ in range(4)]
        releases = [world.command("hold_released", account="alice", hold=hold) for _ in range(4)]

        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(lambda command: patient(world, command), [*captures, *releases]))

        assert sum(isinstance(answer, Posted) for answer in answers) == 1
    world.check()
    assert world.head("alice").held_minor == 0


def test_reversals_at_once_never_reverse_more_than_there_was() -> None:
    world = World()
    world.open("alice", minor=1000)
    world.open("bob", minor=1000)
    for _ in range(15):
        source = world.command("transfer", source="alice", destination="bob", amounts=usd(30))
        original = world.ledger.post(source).journal
        assert original is not None
        parts = [
            world.command(
                "reversal",
                initiator=original.initiator,
                reverses=original.id,
                amounts={"amount": Money(minor, "USD")},
            )
            for minor in (10, 10, 10, 10, 20, 20, 30, 30)
        ]
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda command: patient(world, command), parts))
        assert world.store.claims(original.id)[-1].reversed_minor <= 30
    world.check()
