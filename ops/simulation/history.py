"""One history: a seed, sixty operations, faults for the first four fifths, and then a bank that comes to rest."""

import hashlib
import traceback
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.calendars import calendar_day
from domain.customers.model import CustomerKind
from domain.ids import Place, joint_limit_id
from domain.ledger.model import Batching, Command, Limits, Status
from domain.ledger.shards import shard_account
from domain.transfers.orders import DAYS_LATE_MAX
from ops.simulation import cast, checks
from ops.simulation.asks import accounts, money
from ops.simulation.asks.posting import posting
from ops.simulation.faults import Fault
from ops.simulation.operations import Broken, Operation
from ops.simulation.routine import Routine
from ops.simulation.world import World

OPERATIONS: Final = 60
HEALED_AFTER: Final = 48
TRIES_MAX: Final = 3
"""How often a caller asks before it goes away for now."""
ROUNDS_MAX: Final = 24
"""Rounds of sweeping within which a healed bank is at rest."""
ACCOUNTS: Final = ("USD", "USD", "USD", "EUR", "USD", "EUR")
CUSTOMERS: Final = 3
SETTLES_SECONDS: Final = 8 * 60
"""After this a minute is closed, folded and moved, and nothing stamped before can arrive."""
MINUTES_PASS: Final = 0.15
"""Share of the steps after which minutes pass; after most it is seconds, after a few hours, by the world's pace."""
JOINT_PER_DAY_MINOR: Final = 9_000


@dataclass(frozen=True, slots=True)
class History:
    """What became of one seed."""

    seed: int
    broken: tuple[str, ...]
    told: tuple[tuple[datetime, str], ...]
    faults: Counter[str]
    refusals: Counter[str]
    kinds: Counter[str]
    met: Counter[str]
    """What else happened that a run must have met."""
    operations: int

    @property
    def story(self) -> list[str]:
        return [f"{instant:%m-%d %H:%M:%S.%f} {text}" for instant, text in self.told]

    @property
    def digest(self) -> str:
        """Equal for equal histories, whatever process told them."""
        return hashlib.sha256("\n".join(self.story).encode()).hexdigest()


def play(seed: int) -> History:
    world = World(seed)
    broken: list[str] = []
    try:
        broken += _played(world)
    except Broken as found:
        broken.append(str(found))
    except Exception as mistake:  # noqa: BLE001  (whatever the bank raised is this history's finding)
        broken.append("".join(traceback.format_exception(mistake)))
    return History(
        seed=seed,
        broken=tuple(broken),
        told=tuple(world.story),
        faults=world.weather.happened,
        refusals=world.seen,
        met=world.scene.met,
        kinds=Counter(journal.kind for journal in world.ledger.journals.values() if journal.posted),
        operations=world.operations,
    )


def _played(world: World) -> list[str]:
    routine = Routine(world)
    _prepare(world, routine)
    world.disturb_clocks()
    world.open_to_others(whether=True)
    falls_back = world.rng.randrange(0, HEALED_AFTER)
    while world.operations < OPERATIONS:
        if world.operations >= HEALED_AFTER and not world.weather.healed:
            world.heal()
        if world.operations >= falls_back and world.weather.strikes(Fault.CLOCK_FELL_BACK, 1):
            world.set_a_clock_back()
            falls_back = OPERATIONS  # once
        world.operations += 1
        _asked(world, world.choice.next())
        routine.step()
        checks.after_step(world)
        _time_passes(world)
    if not world.weather.healed:
        world.heal()
    _to_rest(world, routine)
    checks.after_step(world)
    return checks.at_the_end(world, routine)


def _prepare(world: World, routine: Routine) -> None:
    """Customers with accounts and money, a joint limit, a prefunded position; in calm weather."""
    weather, scene = world.weather, world.scene
    weather.healed = True
    routine.deploy()
    jurisdiction, region = world.kept.settings.jurisdiction, world.kept.settings.region
    people = [
        cast.customer(jurisdiction, region, world.time.now(), world.rng, CustomerKind.PERSON) for _ in range(CUSTOMERS)
    ]
    for n, currency in enumerate(ACCOUNTS):
        _sure(world, accounts.opened(scene, people[n % CUSTOMERS], currency))
    scene.joint_limit = joint_limit_id(Place("us", 1), world.time.now(), world.rng)
    _sure(world, _opened(scene.joint_limit, scene.joint_limit, Limits(per_day_minor=JOINT_PER_DAY_MINOR)))
    position = scene.book("instant_prefund", "USD")
    for number in range(world.kept.settings.shards):
        _sure(world, _opened(position, shard_account(position, region, number), None))
    if scene.has_shop:
        _sure(world, accounts.batching_started(scene, scene.parties[1]))
    for party in scene.parties[:-2]:
        _sure(world, money.paid_in(scene, "cash_deposit", party, world.rng.randrange(1_000, 20_000)))
    _sure(world, money.prefunded(scene, 4_000))
    weather.healed = False


def _opened(initiator: str, account: str, limits: Limits | None) -> Operation:
    command = Command(
        kind="account_opened",
        initiator=initiator,
        scope="bank",
        key=f"open/{account[-10:]}",
        parties={"account": account},
        currency="USD",
        limits=limits,
    )
    return posting(command, account)


def _sure(world: World, operation: Operation) -> None:
    world.ask(operation)
    if operation.told is None or not operation.told.done:
        world.broken(f"in calm weather, {operation.text} was not done")


def _asked(world: World, operation: Operation) -> None:
    """The caller asks until it is told, or goes away for now."""
    for _ in range(TRIES_MAX):
        world.ask(operation)
        if operation.settled or operation.hurried or world.scene.chance(0.6):
            return
        world.time.pass_by(world.rng.uniform(0, 3))


def _time_passes(world: World) -> None:
    """Mostly seconds, sometimes minutes, seldom days."""
    drawn = world.rng.random()
    if world.requests_under_way or drawn >= world.pace + MINUTES_PASS:
        world.time.pass_by(world.rng.uniform(0, 20))
    elif drawn >= world.pace:
        world.time.pass_by(world.rng.uniform(30, 900))
    else:
        world.time.pass_by(world.rng.uniform(3, 40) * 3_600)


def _to_rest(world: World, routine: Routine) -> None:
    """Late requests land, callers come back, staff undo what binds, and the bank runs until nothing is left to do."""
    world.time.pass_by(301)
    world.at_call(writes=False)
    _answered(world)
    for party in tuple(world.scene.parties):
        state = world.scene.state(party)
        if state.status in (Status.FROZEN, Status.DEBITS_FROZEN):
            _sure(world, accounts.thawed(world.scene, party))
        if state.batching is Batching.ON:
            _sure(world, accounts.batching_ended(world.scene, party))
    world.time.pass_by(SETTLES_SECONDS)
    for _ in range(ROUNDS_MAX):
        while len(world.ledger.stream):
            routine.publish()
        routine.sweep()
        routine.desk_at_rest()
        routine.knock()
        routine.daily()
        while world.bus.queue:
            routine.notify()
        if _at_rest(world, routine):
            _looked_at(world)
            return
        due = [order.next_on for order in routine.orders() if order.next_on is not None]
        world.time.pass_by(24 * 3_600 * _days_to(world, max(due)) if due else _until_settled(world, routine))
    world.broken(f"not at rest after {ROUNDS_MAX} rounds")


def _looked_at(world: World) -> None:
    """Those whose transfers were in review ask what became of them."""
    for operation in world.scene.asked:
        if operation.waits:
            world.ask(operation)


def _until_settled(world: World, routine: Routine) -> float:
    """In seconds: to the next minutes or, if something is in review, now and then to when it is too late for that."""
    waiting = [review.due_at for review in routine.desk.under_way() if review.due_at is not None]
    late = max(waiting) - world.time.now() if waiting and not world.scene.chance(0.5) else timedelta(0)
    return max(SETTLES_SECONDS, late.total_seconds() + 1)


def _days_to(world: World, day: date) -> int:
    """To the day after; now and then so long after that what was due is too old to be made."""
    today = calendar_day(world.kept.settings.jurisdiction, world.time.now())
    return max(1, (day - today).days + 1) + (DAYS_LATE_MAX if world.scene.chance(0.06) else 0)


def _answered(world: World) -> None:
    for operation in world.scene.asked:
        for _ in range(TRIES_MAX):
            if operation.settled or not operation.writes:
                break
            operation.unsure = False  # whatever was under way has landed
            world.ask(operation)


def _at_rest(world: World, routine: Routine) -> bool:
    if len(world.ledger.stream) or world.bus.queue or world.ledger.journals.keys() - world.bus.accepted.keys():
        return False
    if routine.desk.busy or any(order.next_on is not None for order in routine.orders()):
        return False
    states = [world.scene.state(party) for party in world.scene.parties]
    return all(
        state.batching is Batching.OFF and not (state.earliest_expiry and state.earliest_expiry < world.time.now())
        for state in states
    )
