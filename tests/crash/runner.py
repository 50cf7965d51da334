"""Runs a use case clean, counts its calls, and runs it again with each of them going wrong.

What must hold at the end, whatever went wrong: all the ledger's invariants, the clean run's answer, the same books,
records and notices as after it, every journal published, nothing half done.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from ops.verify.world import World
from tests.crash import books
from tests.crash.modes import MODES, Mode
from tests.crash.network import Call, Plan, untouched
from tests.crash.place import Place, Snapshot
from tests.crash.stage import Answer, Household, Stage, household
from tests.crash.use_cases import UseCase
from tests.faults import Killed, LostAnswer

RECOVERIES_MAX: Final = 4
"""One kill, one more in the recovery, and then it must end."""


@dataclass(frozen=True)
class Prepared:
    """A use case with the world it starts from."""

    use_case: UseCase
    world: Snapshot
    house: Household
    facts: dict[str, object]
    heard: frozenset[str]
    before: books.Left


@dataclass(frozen=True)
class Clean:
    """The run in which nothing goes wrong."""

    prepared: Prepared
    calls: tuple[Call, ...]
    answer: Answer
    left: books.Left

    def points(self) -> Iterator[tuple[Call, Mode]]:
        """Every call with every mode that fits it."""
        for call in self.calls:
            for mode in MODES:
                if mode.fits(call):
                    yield call, mode


@dataclass(frozen=True)
class Verdict:
    """One kill point: what is off, or nothing."""

    use_case: str
    call: Call
    mode: str
    off: tuple[str, ...]
    recovery_calls: int = 0

    @property
    def held(self) -> bool:
        return not self.off


@dataclass
class Runner:
    place: Place
    at: datetime
    """When things happen, but for those that are to happen days before."""
    _homes: dict[int, tuple[Snapshot, Household]] = field(default_factory=dict)
    _recoveries: dict[tuple[str, int], int] = field(default_factory=dict)
    _fault: str = ""
    """What ended the last attempt without an answer."""

    def _home(self, days_ago: int) -> tuple[Snapshot, Household]:
        """One household for all use cases of a day; each adds what it needs."""
        if days_ago not in self._homes:
            self.place.clear()
            self.place.clock.at = self.at - timedelta(days=days_ago)
            with self.place.process() as bank:
                house = household(self.place, bank)
                stage = Stage(self.place, bank, house)
                stage.published(frozenset())
                stage.notified()
            self._homes[days_ago] = self.place.snapshot(), house
        return self._homes[days_ago]

    def _put_back(self, prepared: Prepared, *, seed: int) -> None:
        self.place.put_back(prepared.world, seed=seed)
        if prepared.use_case.now:
            self.place.clock.at = datetime.now(UTC)

    def clean(self, use_case: UseCase) -> Clean:
        prepared = self._prepared(use_case)
        self._put_back(prepared, seed=0)
        answer, calls = self._attempt(prepared, use_case.act, untouched)
        assert answer is not None, f"{use_case.name}: the clean run gave no answer: {self._fault}"
        self._quiet(prepared)
        world = books.read_back(self.place)
        found = self._left(prepared, world)
        off = [*books.violations(world), *books.pending(found)]
        assert not off, f"{use_case.name}: the clean run is off: {off}"
        return Clean(prepared, calls, answer, found)

    def point(self, clean: Clean, call: Call, mode: Mode) -> Verdict:
        """One kill point."""
        if not mode.dies_again:
            return self._run(clean, call, mode, untouched)
        calls = self._recovery_calls(clean, call)
        second = self._seed(clean, call, mode).randint(1, calls) if calls else 1
        return self._run(clean, call, mode, _dies_at(second))

    def _recovery_calls(self, clean: Clean, call: Call) -> int:
        """How many calls the recovery makes when the process died after this one."""
        key = clean.prepared.use_case.name, call.number
        if key not in self._recoveries:
            dies = Mode("killed after", "", _killed)
            self._recoveries[key] = self._run(clean, call, dies, untouched).recovery_calls
        return self._recoveries[key]

    def _run(self, clean: Clean, call: Call, mode: Mode, second: Plan) -> Verdict:
        prepared = clean.prepared
        use_case = prepared.use_case
        self._put_back(prepared, seed=self._seed(clean, call, mode).getrandbits(32))
        facts = dict(prepared.facts)
        answer, _ = self._attempt(prepared, use_case.act, mode.plan(call.number), facts)
        reached = self.place.network.spoiled > 0
        recovery_calls, plan = 0, second
        for _ in range(RECOVERIES_MAX):
            if answer is not None:
                break
            answer, calls = self._attempt(prepared, use_case.recover, plan, facts)
            recovery_calls = recovery_calls or len(calls)
            plan = untouched
        off = [] if reached else [f"the call was not reached: {call.number} {call}"]
        if answer is None:
            off.append(f"no answer after {RECOVERIES_MAX} recoveries: {self._fault}")
            off += books.violations(books.read_back(self.place))
        else:
            self._quiet(prepared)
            world = books.read_back(self.place)
            off += [f"answered {answer}, clean {clean.answer}"] if answer != clean.answer else []
            off += self._differences(clean, world)
            off += books.violations(world)
        return Verdict(use_case.name, call, mode.name, tuple(off), recovery_calls)

    def _differences(self, clean: Clean, world: World) -> list[str]:
        """Where a caller may leave for good, what never began is as good as what ended; the audit knows what ended."""
        found = self._left(clean.prepared, world)
        if not clean.prepared.use_case.caller_leaves:
            return books.differences(clean.left, found)
        off = books.differences(replace(clean.left, audited=frozenset()), found)
        return off and books.differences(clean.prepared.before, found) and off

    def _prepared(self, use_case: UseCase) -> Prepared:
        empty, house = self._home(use_case.days_ago)
        self.place.put_back(empty, seed=1)
        self.place.clock.at += timedelta(minutes=1)
        with self.place.process() as bank:
            stage = Stage(self.place, bank, house)
            facts = use_case.prepare(stage)
        heard: object = facts.get("already", self.place.journals())
        assert isinstance(heard, frozenset)
        self.place.clock.at += timedelta(seconds=5)
        world = self.place.snapshot()
        before = books.left(self.place, books.read_back(self.place), world, heard=heard, late_told=True)
        return Prepared(use_case, world, house, facts, heard, before)

    def _attempt(
        self,
        prepared: Prepared,
        act: Callable[[Stage], Answer],
        plan: Plan,
        facts: dict[str, object] | None = None,
    ) -> tuple[Answer | None, tuple[Call, ...]]:
        """One process and what it answers; None when it died, failed, or has no answer yet."""
        with self.place.process(plan) as bank:
            stage = Stage(self.place, bank, prepared.house, dict(prepared.facts) if facts is None else facts)
            try:
                answer = act(stage)
            except Killed:
                answer, self._fault = None, "killed"
            except Exception as fault:  # noqa: BLE001 - a function that raises is called again, whatever it raised
                answer, self._fault = None, f"{type(fault).__name__}: {fault}"
            return answer, tuple(self.place.network.calls)

    def _quiet(self, prepared: Prepared) -> None:
        """The stream and the queue deliver what is left and sweepers run, in a process that nothing happens to."""
        with self.place.process() as bank:
            stage = Stage(self.place, bank, prepared.house, dict(prepared.facts))
            if prepared.use_case.sweeps:
                prepared.use_case.act(stage)
            if stage.records(prepared.heard) and "already" not in prepared.facts:
                stage.published(prepared.heard)
            stage.notified()

    def _left(self, prepared: Prepared, world: World) -> books.Left:
        late = prepared.use_case.mended_after == timedelta(0)
        return books.left(self.place, world, prepared.world, heard=prepared.heard, late_told=late)

    def _seed(self, clean: Clean, call: Call, mode: Mode) -> Random:
        return Random(zlib.crc32(f"{clean.prepared.use_case.name} {call.number} {mode.name}".encode()))


def _killed(_: object, __: object) -> LostAnswer:
    return LostAnswer(Killed())


def _dies_at(number: int) -> Plan:
    return lambda call, _: LostAnswer(Killed()) if call.number == number else None
