"""What the bank does by itself: the publisher, the notifier, the sweepers of every minute and of every day, the knocks.

Each run may die or hear nothing at any call, and is then done again by whoever comes next.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from domain.calendars import calendar_day
from domain.ledger.events import JournalPosted
from domain.ledger.store import StampRefused, Unanswered
from domain.transfers.model import TransferOrder
from domain.transfers.schedule import run_time
from ops.simulation.desk import Desk
from ops.simulation.faults import Death, Fault, Silent
from ops.simulation.messages import event_in
from ops.simulation.processes import Process
from ops.simulation.world import World

BATCH: Final = 10
"""Records and messages of one invocation."""
SILENCES: Final = (Unanswered, Silent, StampRefused)
OFTEN: Final = 0.5
SELDOM: Final = (0.1, 0.2, 0.5)
"""Shares of the minutes in which a sweeper really comes: what a lagging schedule looks like."""


class Routine:
    def __init__(self, world: World) -> None:
        self._world = world
        self._minute = world.time.now()
        self._day = calendar_day(world.kept.settings.jurisdiction, world.time.now())
        self._knocked = world.time.now()
        self.desk = Desk(world)
        self._seldom = world.rng.choice(SELDOM)
        self._hour = self._minute.replace(minute=0)
        self._sweeps: tuple[tuple[str, Callable[[Process], object]], ...] = (
            ("outbox sweep", lambda process: process.outbox.sweep()),
            ("folder", _fold),
            ("hold sweep", lambda process: process.hold_expiry.sweep()),
        )

    def step(self) -> None:
        """Between two requests."""
        world, rng = self._world, self._world.rng
        if rng.random() < OFTEN:
            self.publish()
        if rng.random() < OFTEN:
            self.notify()
        now = world.time.now()
        if now.replace(second=0, microsecond=0) > self._minute:
            self._minute = now
            for name, sweep in self._sweeps:
                if rng.random() < self._seldom:
                    self._run(name, sweep)
        for name, act in self.desk.next():
            self._run(name, act)
        self.hourly()
        self.knock()
        self.daily()

    def deploy(self) -> None:
        """The first run of each sweeper: the books are open, the checkpoints stand."""
        process = self._world.workers[0]
        process.folder.open_books()
        process.outbox.sweep()
        process.hold_expiry.sweep()

    def sweep(self) -> None:
        for name, sweep in self._sweeps:
            self._run(name, sweep)

    def publish(self) -> None:
        """One invocation of the publisher: the batch comes again until it ends well, or the stream forgets it."""
        world = self._world
        batch = world.ledger.stream.batch(BATCH)
        if not batch:
            return
        if world.weather.strikes(Fault.STREAM_LOST, 0.1):
            world.tell(f"the stream loses {len(batch)} records")
            world.ledger.stream.done(batch)
        elif self._run("publisher", lambda process: f"{len(process.outbox.publish(batch))} of {len(batch)} refused"):
            world.ledger.stream.done(batch)

    def notify(self) -> None:
        """One invocation of the notifier; messages that were not told of come back."""
        world = self._world
        batch = world.bus.receive(BATCH)
        for message in batch:
            event = event_in(message)
            if not isinstance(event, JournalPosted) or self._run("notifier", partial(_tell, event)):
                world.consumed[event.journal] += 1
            else:
                world.bus.queue.append(message)

    def knock(self) -> None:
        """The scheduler knocks at the hour of each day, once, twice or not at all."""
        world = self._world
        now, before = world.time.now(), self._knocked
        self._knocked = now
        if (before.date(), before.hour) == (now.date(), now.hour):
            return  # it knocks on the hour
        for order in self.orders():
            if order.next_on is None or not before < self._due_at(order) <= now:
                continue
            if world.weather.strikes(Fault.KNOCK_LOST, 0.5):
                continue
            self.run_order(order.id)
            if world.weather.strikes(Fault.KNOCK_TWICE, 0.9):
                self.run_order(order.id)

    def hourly(self) -> None:
        """The sweep of cases, where there are any; one that was cut off is left to the next hour."""
        hour = self._world.time.now().replace(minute=0, second=0, microsecond=0)
        if hour > self._hour:
            self._hour = hour
            if self.desk.busy:
                self._run("case sweep", self.desk.sweep)

    def desk_at_rest(self) -> None:
        """Once more, until nothing is left to look at."""
        for name, act in (*self.desk.next(), *self.desk.rest()):
            self._run(name, act)
        if self.desk.busy:
            self._run("case sweep", self.desk.sweep)

    def daily(self) -> None:
        world = self._world
        day = calendar_day(world.kept.settings.jurisdiction, world.time.now())
        if day > self._day and self._run("daily sweep", _daily):
            self._day = day

    def run_order(self, order: str) -> None:
        self._run(f"order {order[-6:]}", lambda process: process.transfers.orders.run(order))

    def orders(self) -> list[TransferOrder]:
        store = self._world.kept.orders
        return [
            order
            for party in self._world.scene.parties
            for order in store.orders_of(party.account, before=None, limit=100).orders
        ]

    def _due_at(self, order: TransferOrder) -> datetime:
        if order.next_on is None:
            raise ValueError(f"{order.id} is due no more")
        return run_time(self._world.kept.settings.jurisdiction, order.next_on)

    def _run(self, name: str, act: Callable[[Process], object]) -> bool:
        """Whether it ended by itself. While it runs, another worker may begin the same."""
        world = self._world
        process = world.rng.choice(world.workers)
        other = world.workers[process is world.workers[0]]
        world.beside = partial(self._run_on, other, f"meanwhile, {name}", act)
        try:
            return self._run_on(process, name, act)
        finally:
            world.beside = None

    def _run_on(self, process: Process, name: str, act: Callable[[Process], object]) -> bool:
        world = self._world
        try:
            done = act(process)
        except Death as death:
            process.start()
            world.tell(f"{process.name}: {name} died {death}")
            return False
        except SILENCES as silence:
            world.tell(f"{process.name}: {name} stopped ({silence})")
            return False
        world.tell(f"{process.name}: {name} -> {done}")
        return True


def _tell(event: JournalPosted, process: Process) -> object:
    return f"{event.kind} {event.journal[-6:]} told {process.news.tell(event)} times"


def _fold(process: Process) -> object:
    process.folder.open_books()
    folded = process.folder.fold()
    return folded, process.batched_credits.move()


def _daily(process: Process) -> object:
    ran = [process.transfers.orders.run(due.order) for due in process.transfers.orders.missed()]
    return len(ran), process.accounts.finish_openings()
