"""The way of an event: stream, publisher, bus, queue, notifier, push channel; each at least once, in any order."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from domain.ledger.events import EVENTS, LedgerEvent
from domain.ledger.model import Journal
from domain.notices.model import Notice
from ops.simulation.clocks import TrueTime
from ops.simulation.faults import Fault, Weather

TEXTS_KEPT: Final = 256
"""A message comes until it is done, and often twice."""
READERS = {model.__name__: model for model in EVENTS}
Message = tuple[datetime, str, str]
"""When it can be received, the event's type, and its text."""


class Bus:
    """The bus and the queue behind it: what it accepts arrives once or more, sooner or later, in any order."""

    def __init__(self, rng: random.Random, time: TrueTime, weather: Weather) -> None:
        self._rng = rng
        self._time = time
        self._weather = weather
        self.accepted: Counter[str] = Counter()
        """Journal -> how often its event was published."""
        self.queue: list[Message] = []

    def publish(self, events: Sequence[LedgerEvent]) -> tuple[bool, ...]:
        return tuple(self._take(event) for event in events)

    def _take(self, event: LedgerEvent) -> bool:
        if self._weather.strikes(Fault.BUS_REFUSES, 0.1):
            return False
        self.accepted[event.journal] += 1
        late = self._weather.strikes(Fault.LATE_EVENT, 0.1)
        at = self._time.now() + timedelta(seconds=self._rng.randrange(60, 90_000) if late else 0)
        message = (at, type(event).__name__, event.model_dump_json())
        self.queue.append(message)
        if self._weather.strikes(Fault.DUPLICATE_EVENT, 0.15):
            self.queue.append(message)
        return True

    def receive(self, limit: int) -> list[Message]:
        """Messages that are there now; those that are not done are put back."""
        now = self._time.now()
        here = [message for message in self.queue if message[0] <= now]
        if len(here) > 1 and self._weather.strikes(Fault.REORDERED_EVENT, 0.3):
            self._rng.shuffle(here)
        batch = here[:limit]
        for message in batch:
            self.queue.remove(message)
        return batch

    def hurry(self) -> None:
        """What is late arrives now."""
        self.queue = [(min(at, self._time.now()), name, text) for at, name, text in self.queue]


class Stream:
    """New journals in the order of their commits, each delivered until its batch is done."""

    def __init__(self) -> None:
        self._waiting: list[Journal] = []

    def put(self, journal: Journal) -> None:
        self._waiting.append(journal)

    def batch(self, limit: int) -> list[Journal]:
        return self._waiting[:limit]

    def done(self, batch: Sequence[Journal]) -> None:
        """Delivered, or expired undelivered: either way gone."""
        del self._waiting[: len(batch)]

    def __len__(self) -> int:
        return len(self._waiting)


class Push:
    """A channel outside the app."""

    name = "push"

    def __init__(self) -> None:
        self.delivered: Counter[str] = Counter()

    def deliver(self, notice: Notice) -> None:
        self.delivered[notice.id] += 1


def event_in(message: Message) -> LedgerEvent:
    _, name, text = message
    return _read(name, text)


@lru_cache(maxsize=TEXTS_KEPT)
def _read(name: str, text: str) -> LedgerEvent:
    return READERS[name].model_validate_json(text)
