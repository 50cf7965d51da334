"""Who and what a history is about: two regions, people with accounts, the other banks, and what everybody asked."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final, TypeVar

from domain.access.model import Actor
from domain.accounts.model import Account
from domain.counterparties.model import Counterparty
from domain.payments.model import Payment
from domain.payments.rules import Deadlines
from domain.refusals import Refusal
from ops.simulation.ach.fate import Fate
from ops.simulation.ach.other_banks import OtherBanks
from ops.simulation.ach_world import MARIA, SUPPLIER, AchWorld

if TYPE_CHECKING:
    from domain.rails.ach.incoming_model import Handoff

T = TypeVar("T")

EAST, WEST = "us-east-1", "us-west-2"
PATIENT: Final = Deadlines(step_up=timedelta(hours=12))
"""Time passes here by hours: within a quarter of one hardly anybody would confirm a payment."""
OPENING_MINOR: Final = (500_00, 60_00, 5_000_00, 400_00)
"""What each person has when a history begins: enough for some of what comes, not for all of it."""


@dataclass(frozen=True)
class Person:
    world: AchWorld
    actor: Actor
    account: Account
    counterparty: Counterparty
    business: bool


@dataclass(frozen=True)
class Asked:
    """An ACH payment that somebody asked for, and that was accepted."""

    payment: str
    person: Person
    credit: bool
    minor: int


@dataclass(frozen=True)
class Deed:
    """Something to be done that may be done again and late: everything it depends on was decided when it was made."""

    text: str
    do: Callable[[], object]


class Draws:
    """The numbers of one step, taken one after the other; after the last the first again."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = cycle(numbers)

    def below(self, most: int) -> int:
        return next(self._numbers) % most

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def of(self, some: Sequence[T]) -> T:
        return some[self.below(len(some))]


class Scene:
    def __init__(self) -> None:
        self.fate = Fate()
        self.worlds = [self._world(EAST), self._world(WEST)]
        self.east, self.west = self.worlds
        self.east.peers[WEST], self.west.peers[EAST] = self.west, self.east
        self.people = [
            self._person(self.east, OPENING_MINOR[0]),
            self._person(self.east, OPENING_MINOR[1]),
            self._person(self.east, OPENING_MINOR[2], business=True),
            self._person(self.west, OPENING_MINOR[3]),
        ]
        for world in self.worlds:
            world.proves_by_entries = True
        self.banks = OtherBanks(self.worlds)
        self.asked: dict[str, Asked] = {}
        """By the key that it was asked under."""
        self.heard: list[tuple[AchWorld, Any]] = []
        """Events of payments that wait to be judged: each may be heard again."""
        self.handed: list[tuple[AchWorld, Handoff]] = []
        self.called_off: set[str] = set()
        """Payments whose customers were told that they are cancelled."""
        self.confirmed: set[str] = set()
        """Payments whose customers were told that they are confirmed."""
        self.signed_in: set[str] = set()
        """Payments that were confirmed, or were to be, by somebody who had just signed in."""
        self.counter = {
            f"opening-{person.account.id}": (person.account.id, minor)
            for person, minor in zip(self.people, OPENING_MINOR, strict=True)
        }
        """What was paid over the counter, in and (below zero) out: the account and the amount by the key of each."""
        self.number = 0
        """Of the step that is being made."""
        self.refusals: Counter[str] = Counter()
        self.met: Counter[str] = Counter()

    def _world(self, region: str) -> AchWorld:
        return AchWorld(region=region, deadlines=PATIENT, wrap=self.fate.mortal, mortal=self.fate.mortal)

    def _person(self, world: AchWorld, minor: int, *, business: bool = False) -> Person:
        actor, account, counterparty = world.sender(minor=minor, details=SUPPLIER if business else MARIA)
        return Person(world, actor, account, counterparty, business)

    # Time: one for both regions.

    @property
    def now(self) -> datetime:
        return self.east.clock.instant

    def move(self, by: timedelta) -> None:
        for world in self.worlds:
            world.clock.move(by)

    # What was asked.

    def accepted(self, key: str, person: Person, answer: object, *, credit: bool, minor: int) -> None:
        if isinstance(answer, Payment):
            self.asked.setdefault(key, Asked(answer.id, person, credit, minor))
        self.refused(answer)

    def refused(self, answer: object) -> None:
        if isinstance(answer, Refusal):
            self.refusals[answer.code] += 1

    def drain(self) -> None:
        """What the buses and queues of the bank hold reaches those who may hear it at any time and more than once."""
        for world in self.worlds:
            while world.bus.events:
                self.heard.append((world, world.bus.events.pop(0)))
            while world.forwarder.forwarded:
                region, handoff = world.forwarder.forwarded.pop(0)
                self.handed.append((self.west if region == WEST else self.east, handoff))
