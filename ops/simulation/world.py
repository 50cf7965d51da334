"""One simulated bank: its stores, its processes, its time, and what happens around every call.

Everything that is drawn comes from one `random.Random`, so that a seed is a history.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from domain.access.store_memory import MemoryApprovalStore
from domain.accounts.store_memory import MemoryAccountStore
from domain.audit.store_memory import MemoryAuditStore
from domain.jurisdictions import JURISDICTIONS
from domain.ledger.model import LedgerSettings
from domain.ledger.outbox_memory import MemoryMarks
from domain.ledger.store import StampRefused
from domain.notices.model import Notice
from domain.notices.store_memory import MemoryNoticeStore
from domain.sealing import KeyedSealer, MemoryDataKeys
from domain.transfers.review_store_memory import MemoryReviewStore
from domain.transfers.schedules import MemorySchedules
from domain.transfers.store_memory import MemoryOrderStore
from ops.simulation.asks.choice import Choice
from ops.simulation.callers import ask
from ops.simulation.clocks import A_CALL, RIGHT, TrueTime
from ops.simulation.faults import BEFORE_WRITES, BETWEEN_CALLS, Fault, Weather
from ops.simulation.ledger_store import StreamingLedgerStore
from ops.simulation.messages import Bus, Push
from ops.simulation.moods import Moods, WatchedCases, WatchedDecisions
from ops.simulation.operations import Broken, Operation
from ops.simulation.processes import Kept, Process
from ops.simulation.scene import Scene
from ops.simulation.wire import APPENDS

REGION: Final = "us-east-1"
MORNINGS: Final = (
    datetime(2026, 3, 10, 16, 0, tzinfo=UTC),
    datetime(2026, 3, 7, 23, 50, tzinfo=UTC),  # the night in which New York's clocks go forward
    datetime(2026, 1, 31, 4, 40, tzinfo=UTC),  # a month ends, on a Saturday
    datetime(2026, 7, 2, 23, 30, tzinfo=UTC),  # a holiday and a weekend ahead
)
"""Where histories begin."""
DEADLINE_SECONDS: Final = 2.0
"""The client's timeout."""
LATE_SECONDS_MAX: Final = 290
"""How long after its deadline a request may still land: longer, and its signature is too old."""
LATE_APPEND: Final = "late posting"
LATE_OTHER: Final = "late write beside the journals"
LATE: Final = (*(f"{LATE_APPEND} {outcome}" for outcome in ("appended", "replayed", "conflict")), LATE_OTHER)
"""What a late request can come to; a run must have met all of it."""
SHARDS: Final = (1, 2)
PACES: Final = (0.01, 0.02, 0.08)
"""Shares of the steps after which hours pass: a history is told in minutes, or in days."""
API_PROCESSES: Final = 3
SKEWS_SECONDS: Final = (-1.8, -0.6, 0.4, 1.7, 3.5)
FELL_BACK_SECONDS: Final = (3, 45, 400)


class World:
    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(seed)  # noqa: S311  (a seed is the point; nothing here is secret)
        self.weather = Weather(rng)
        self.time = TrueTime(rng.choice(MORNINGS) + timedelta(seconds=rng.randrange(0, 3_600)))
        self.pace = rng.choice(PACES)
        settings = LedgerSettings(region=REGION, jurisdiction=JURISDICTIONS["us"], shards=rng.choice(SHARDS))
        self.ledger = StreamingLedgerStore(time=self.time, settings=settings)
        self.bus = Bus(rng, self.time, self.weather)
        self.consumed: Counter[str] = Counter()
        """Journal -> how often its event was told of to the end."""
        self.kept = Kept(
            settings=settings,
            ledger=self.ledger,
            accounts=MemoryAccountStore(),
            orders=MemoryOrderStore(),
            notices=MemoryNoticeStore(),
            audit=MemoryAuditStore(),
            approvals=MemoryApprovalStore(),
            cases=WatchedCases(),
            decisions=WatchedDecisions(),
            moods=Moods(rng),
            reviews=MemoryReviewStore(),
            marks=MemoryMarks(),
            schedules=MemorySchedules(),
            bus=self.bus,
            push=Push(),
            sealer=KeyedSealer(MemoryDataKeys(rng.randbytes), rng.randbytes),
        )
        self.scene = Scene(
            rng=rng,
            time=self.time,
            settings=settings,
            ledger=self.ledger,
            accounts=self.kept.accounts,
            orders=self.kept.orders,
            decisions=self.kept.decisions,
        )
        self.choice = Choice(self.scene)
        self.apis = [self._process(f"api {n}") for n in range(1, API_PROCESSES + 1)]
        self.workers = [self._process("worker 1"), self._process("worker 2")]
        self.operations = 0
        """Asked so far, rivals among them; what prepared the scene is not counted."""
        self.story: list[tuple[datetime, str]] = []
        self.seen: Counter[str] = Counter()
        """Codes of refusals that callers were told."""
        self.beside: Callable[[], object] | None = None
        """What a second worker does when it comes while one of the bank's own runs is under way."""
        self._under_way: list[tuple[datetime, str, Callable[[], object]]] = []
        self._lands_at: datetime | None = None
        """When the next of them does."""
        self._current: Operation | None = None
        self._between = False
        """Whether somebody else may act between two calls now."""

    def _process(self, name: str) -> Process:
        return Process(name, kept=self.kept, time=self.time, around=self, randomness=self.rng)

    # What callers say and count.

    def happened(self, what: str) -> None:
        self.seen[what] += 1

    def tell(self, text: str) -> None:
        self.story.append((self.time.instant, text))

    def broken(self, what: str) -> None:
        self.tell(f"BROKEN: {what}")
        raise Broken(what)

    def journal_exists(self, journal: str) -> bool:
        return journal in self.ledger.journals

    def notices_of(self, owner: str) -> Iterator[Notice]:
        """All that somebody was told, the latest first."""
        before: str | None = None
        while True:
            page = self.kept.notices.page(owner, before=before, size=100)
            yield from page.notices
            if page.next_position is None:
                return
            before = page.next_position

    # Asking.

    def ask(self, operation: Operation) -> None:
        """One attempt at one of the API's processes."""
        if not operation.asked:
            self.scene.asked.append(operation)
        outer, self._current = self._current, operation
        try:
            ask(operation, self.rng.choice(self.apis), self)
        finally:
            self._current = outer

    # What surrounds a call.

    def open_to_others(self, *, whether: bool) -> None:
        self._between = whether

    def at_call(self, *, writes: bool) -> None:
        now = self.time.instant = self.time.instant + A_CALL
        if self._lands_at is not None and now >= self._lands_at:
            self._land()
        if self._between and self.rng.random() < (BEFORE_WRITES if writes else BETWEEN_CALLS):
            self._visit()

    def deadline(self) -> None:
        self.time.pass_by(DEADLINE_SECONDS)

    def late(self, name: str, land: Callable[[], object]) -> None:
        # Some land while their caller asks again, the others whenever: in the next minutes as well as in this one.
        seconds = self.rng.uniform(0.05, 5 if self.scene.chance(0.2) else LATE_SECONDS_MAX)
        self._under_way.append((self.time.now() + timedelta(seconds=seconds), name, land))
        self._count_under_way()

    @property
    def requests_under_way(self) -> int:
        return len(self._under_way)

    def _count_under_way(self) -> None:
        self.scene.requests_late = len(self._under_way)
        self._lands_at = min((at for at, _, _ in self._under_way), default=None)

    def _land(self) -> None:
        now = self.time.now()
        landing = [(name, land) for at, name, land in self._under_way if at <= now]
        self._under_way = [request for request in self._under_way if request[0] > now]
        self._count_under_way()
        for name, land in landing:
            try:
                landed = land()
            except StampRefused:
                self.tell(f"a late {name} is refused: its stamp is too old")
            else:
                outcome = type(landed).__name__.lower() if name in APPENDS else "landed"
                self.scene.met[f"{LATE_APPEND} {outcome}" if name == "append" else LATE_OTHER] += 1
                self.tell(f"a late {name} lands: {outcome}")

    def _visit(self) -> None:
        """Somebody else acts between two calls: the same request once more, the same run of the bank on another
        worker, or a rival for the same money.
        """
        self._between = False
        current, beside = self._current, self.beside
        try:
            if beside is not None and self.weather.strikes(Fault.BESIDE, 0.3):
                beside()
            elif current is not None and self.weather.strikes(Fault.DOUBLE_CLICK, 0.5):
                self.tell(f"meanwhile, a double-click of ({current.text})")
                self.ask(current)
            elif self.weather.strikes(Fault.RIVAL, 0.7):
                self.tell("meanwhile, a rival:")
                self.operations += 1
                self.ask(self.choice.next())
        finally:
            self._between = not self.weather.healed

    # Clocks.

    def disturb_clocks(self) -> None:
        for process in (*self.apis, *self.workers):
            if self.weather.strikes(Fault.CLOCK_SKEW, 0.5):
                process.clock.off_by = timedelta(seconds=self.rng.choice(SKEWS_SECONDS))
                self.tell(f"{process.name}'s clock is off by {process.clock.off_by.total_seconds()} s")

    def set_a_clock_back(self) -> None:
        process = self.rng.choice((*self.apis, *self.workers))
        process.clock.off_by -= timedelta(seconds=self.rng.choice(FELL_BACK_SECONDS))
        self.tell(f"{process.name}'s clock falls back to {process.clock.off_by.total_seconds()} s")

    def heal(self) -> None:
        self.weather.heal()
        self._between = False
        self.bus.hurry()
        for process in (*self.apis, *self.workers):
            process.clock.off_by = RIGHT
        self.tell("everything heals")
