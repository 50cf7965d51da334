"""Runs a use case clean, counts its calls, and runs it again with each of them going wrong.

What must hold at the end, whatever went wrong: all the ledger's invariants, the clean run's answer, the same books,
records and notices as after it, every journal published, nothing half done. And at any moment, of what somebody asked
of the API: no effect of which the audit has no record.
"""

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile
from typing import Final

from ops.verify.world import World
from tests.crash import books, payment_books, received_books
from tests.crash.ach_cases import advance, begin, cut_off, end, sweep_cases, sweep_payments
from tests.crash.incoming_cases import sweep_received
from tests.crash.modes import MODES, PAIRED, Mode, Scene
from tests.crash.network import Call, Plan, Trouble, nobody, untouched
from tests.crash.place import Place, Snapshot
from tests.crash.stage import Answer, Household, NotYet, Stage, household
from tests.crash.use_case import Prepare, UseCase
from tests.crash.use_cases import end_openings, sweep_deliveries, sweep_outbox
from tests.faults import Killed, LostAnswer, Sent

RECOVERIES_MAX: Final = 4
"""One kill, one more in the recovery, and then it must end."""
LATER: Final = timedelta(minutes=10)
"""After this long nobody works on what was begun, and sweepers take it on."""
COMMAND: Final = "graph.mutations:Mutation."


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
    witnessed: frozenset[str]
    """The bank's functions that something was written from, as `module:function`."""

    @property
    def commands(self) -> frozenset[str]:
        """What was asked of the API, in the audit's words."""
        return frozenset(name.removeprefix(COMMAND) for name in self.witnessed if name.startswith(COMMAND))

    @property
    def trace(self) -> "Trace":
        return Trace(self.witnessed, frozenset(call.operation for call in self.calls if not call.reads))

    @property
    def scene(self) -> Scene:
        use_case = self.prepared.use_case
        return Scene(asked=bool(self.commands), mended_at_once=use_case.mended_after == timedelta(0))

    def points(self) -> Iterator[tuple[Call, Mode]]:
        """Every call with every mode that fits it."""
        modes = [mode for mode in MODES if mode.suits(self.scene)]
        return ((call, mode) for call in self.calls for mode in modes if mode.fits(call))

    def pairs(self) -> Iterator[tuple["Point", "Point"]]:
        """Two faults in one history: the second in the same process, or, where the first was its death, in the next."""
        points = [(call, mode) for call, mode in self.points() if mode.name in PAIRED]
        for call, mode in points:
            for later, again in points:
                if mode.kills or later.number > call.number:
                    yield (call, mode), (later, again)


Point = tuple[Call, Mode]


@dataclass(frozen=True)
class Trace:
    """What a clean run has shown of the code."""

    witnessed: frozenset[str]
    """The bank's functions that something was written from, as `module:function`."""
    writes: frozenset[str]
    """Operations that change something."""


@dataclass(frozen=True)
class Verdict:
    """One kill point: what is off, or nothing."""

    use_case: str
    call: Call
    mode: str
    off: tuple[str, ...]
    recovery_calls: int = 0
    reached: bool = True

    @property
    def held(self) -> bool:
        return not self.off


@dataclass
class Runner:
    place: Place
    at: datetime
    """When things happen, but for those that are to happen days before."""
    traces: Path | None = None
    """Where what clean runs have shown is kept for other processes, which then need not make them."""
    _homes: dict[tuple[int, tuple[Prepare, ...]], "_Home"] = field(default_factory=dict)
    _recoveries: dict[tuple[str, int], int] = field(default_factory=dict)
    _cleans: dict[str, Clean] = field(default_factory=dict)
    _fault: str = ""
    """What ended the last attempt without an answer."""
    _waits: bool = False
    """It was an answer that says to ask again."""

    def _home(self, days_ago: int, after: tuple[Prepare, ...]) -> "_Home":
        """One household for all use cases of a day, and one world for all that begin alike."""
        if (days_ago, after) not in self._homes:
            self._homes[days_ago, after] = self._grown(days_ago, after) if after else self._founded(days_ago)
        return self._homes[days_ago, after]

    def _founded(self, days_ago: int) -> "_Home":
        self.place.clear()
        self.place.clock.at = self.at - timedelta(days=days_ago)
        with self.place.process() as bank:
            house = household(self.place, bank)
            stage = Stage(self.place, bank, house)
            stage.published(frozenset())
            stage.notified()
        self.place.clock.at += timedelta(minutes=1)
        return _Home(self.place.snapshot(), house, {})

    def _grown(self, days_ago: int, after: tuple[Prepare, ...]) -> "_Home":
        home = self._home(days_ago, after[:-1])
        self.place.put_back(home.world, seed=len(after))
        with self.place.process() as bank:
            stage = Stage(self.place, bank, home.house, dict(home.facts))
            facts = {**home.facts, **after[-1](stage)}
        return _Home(self.place.snapshot(), home.house, facts)

    def _put_back(self, prepared: Prepared, *, seed: int) -> None:
        self.place.put_back(prepared.world, seed=seed)
        if prepared.use_case.now:
            self.place.clock.at = datetime.now(UTC)

    def clean(self, use_case: UseCase) -> Clean:
        if use_case.name not in self._cleans:
            self._cleans[use_case.name] = self._clean(use_case)
            self._keep(self._cleans[use_case.name])
        return self._cleans[use_case.name]

    def trace(self, use_case: UseCase) -> Trace:
        """Of its clean run, whoever has made it."""
        kept = self.traces and self.traces / use_case.name
        if use_case.name not in self._cleans and kept and kept.exists():
            said = json.loads(kept.read_text())
            return Trace(frozenset(said["witnessed"]), frozenset(said["writes"]))
        return self.clean(use_case).trace

    def _keep(self, clean: Clean) -> None:
        if self.traces is None:
            return
        said = {"witnessed": sorted(clean.trace.witnessed), "writes": sorted(clean.trace.writes)}
        with NamedTemporaryFile("w", dir=self.traces, delete=False) as unfinished:
            json.dump(said, unfinished)
        Path(unfinished.name).rename(self.traces / clean.prepared.use_case.name)

    def _clean(self, use_case: UseCase) -> Clean:
        prepared = self._prepared(use_case)
        self._put_back(prepared, seed=0)
        self.place.network.witnessed = set()
        answer, calls = self._attempt(prepared, use_case.act, untouched)
        witnessed, self.place.network.witnessed = frozenset(self.place.network.witnessed), None
        assert answer is not None, f"{use_case.name}: the clean run gave no answer: {self._fault}"
        self._quiet(prepared, swept=False)
        world = books.read_back(self.place)
        found = self._left(prepared, world)
        off = [*books.violations(self.place, world), *books.pending(found)]
        clean = Clean(prepared, calls, answer, found, witnessed)
        if not clean.trace.writes:
            off.append("nothing was written")
        if clean.commands and len(books.acts(self.place, prepared.world)) != 1:
            off.append("one command has not left one record")
        assert not off, f"{use_case.name}: the clean run is off: {off}"
        return clean

    def point(self, clean: Clean, call: Call, mode: Mode) -> Verdict:
        """One kill point."""
        if mode.forsaken:
            return self._forsaken(clean, call, mode)
        if not mode.dies_again:
            return self._run(clean, call, mode, untouched)
        calls = self._recovery_calls(clean, call)
        second = self._seed(clean, call, mode).randint(1, calls) if calls else 1
        return self._run(clean, call, mode, _dies_at(second))

    def pair(self, clean: Clean, first: Point, second: Point) -> Verdict:
        """Two kill points in one history. `reached` says whether there still was such a call for the second."""
        (call, mode), (later, again) = first, second
        strike = _Second(clean, later, again, at_once=not mode.kills)
        verdict = self._run(clean, call, mode, strike.plan, strike.after)
        return replace(verdict, mode=f"{mode.name}, then {again.name} at {later.number}", reached=strike.struck)

    def _recovery_calls(self, clean: Clean, call: Call) -> int:
        """How many calls the recovery makes when the process died after this one."""
        key = clean.prepared.use_case.name, call.number
        if key not in self._recoveries:
            dies = Mode("killed after", "", _killed)
            self._recoveries[key] = self._run(clean, call, dies, untouched).recovery_calls
        return self._recoveries[key]

    def _run(
        self, clean: Clean, call: Call, mode: Mode, second: Plan, after: Callable[[Plan], Plan] = lambda first: first
    ) -> Verdict:
        """`second`: what goes wrong in the recovery. `after`: what else goes wrong in the first attempt."""
        prepared = clean.prepared
        use_case, network = prepared.use_case, self.place.network
        self._put_back(prepared, seed=self._seed(clean, call, mode).getrandbits(32))
        facts = dict(prepared.facts)
        served: list[_Recovery] = []
        network.meanwhile = lambda: served.append(self._recovered(clean, facts, untouched))
        answer, _ = self._attempt(prepared, use_case.act, after(mode.plan(call.number)), facts)
        network.meanwhile = nobody
        off = [] if network.spoiled else [f"the call was not reached: {call.number} {call}"]
        off += self._unrecorded(clean)
        if served and answer is None and not self._waits:
            off.append(f"whoever was overtaken ended with {self._fault}")
        elif served and answer not in (None, clean.answer):
            off.append(f"whoever was overtaken was answered {answer}, clean {clean.answer}")
        recovery = served[0] if served else _Recovery(answer, 0, ())
        if recovery.answer is None:
            recovery = self._recovered(clean, facts, second)
        network.land()
        off += recovery.off
        if recovery.answer is None:
            off.append(f"no answer after {RECOVERIES_MAX} recoveries: {self._fault}")
            off += books.violations(self.place, books.read_back(self.place))
        else:
            self._quiet(prepared)
            world = books.read_back(self.place)
            off += [f"answered {recovery.answer}, clean {clean.answer}"] if recovery.answer != clean.answer else []
            off += self._differences(clean, world)
            off += books.violations(self.place, world)
        return Verdict(use_case.name, call, mode.name, tuple(off), recovery.calls)

    def _recovered(self, clean: Clean, facts: dict[str, object], plan: Plan) -> "_Recovery":
        """Who comes next in real life, as often as it takes."""
        answer, first, off = None, 0, []
        for _ in range(RECOVERIES_MAX):
            answer, calls = self._attempt(clean.prepared, clean.prepared.use_case.recover, plan, facts)
            first, plan = first or len(calls), untouched
            off += self._unrecorded(clean)
            if answer is not None:
                break
        return _Recovery(answer, first, tuple(off))

    def _forsaken(self, clean: Clean, call: Call, mode: Mode) -> Verdict:
        """Nobody asks again: the bank ends what was begun by itself, or it was not begun, and the audit is right."""
        prepared = clean.prepared
        self._put_back(prepared, seed=self._seed(clean, call, mode).getrandbits(32))
        answer, _ = self._attempt(prepared, prepared.use_case.act, mode.plan(call.number))
        off = [f"it was not the client's end: {answer}"] if answer is not None else []
        off += self._unrecorded(clean)
        with self.place.process() as bank:
            stage = Stage(self.place, bank, prepared.house, dict(prepared.facts))
            stage.later(LATER)
            end_openings(stage)
            sweep_cases(stage)
        self._quiet(prepared, forsaken=True)
        world = books.read_back(self.place)
        found = self._left(prepared, world)
        told = {act["outcome"]["S"] for act in books.acts(self.place, prepared.world)}
        # An order needs no knocks: the daily sweep runs it without them. And one that is ended is not run by a knock.
        clean_end = replace(clean.left, audited=frozenset(), schedules=found.schedules)
        ended = _differences(prepared.use_case, clean_end, found)
        if ended:
            # A judgement does nothing by itself: of what never came to be, one may be kept all the same.
            judged = found.judged & (prepared.before.judged | clean.left.judged)
            before = replace(prepared.before, audited=frozenset(), judged=judged)
            off += _differences(prepared.use_case, before, found, forsaken=True) and ended
            off += [f"on record as {told}, and not done"] if told - {"OUTCOME_UNKNOWN"} else []
        off += [*books.violations(self.place, world), *books.pending(found)]
        return Verdict(prepared.use_case.name, call, mode.name, tuple(off))

    def _unrecorded(self, clean: Clean) -> list[str]:
        if not clean.commands:
            return []
        prepared = clean.prepared
        return books.unrecorded(self.place, prepared.world, commands=clean.commands, customer=prepared.house.ada.id)

    def _differences(self, clean: Clean, world: World) -> list[str]:
        """Where a caller may leave for good, what never began is as good as what ended; the audit knows what ended."""
        found = self._left(clean.prepared, world)
        use_case = clean.prepared.use_case
        if not use_case.caller_leaves:
            return _differences(use_case, clean.left, found)
        off = _differences(use_case, replace(clean.left, audited=frozenset()), found)
        return off and _differences(use_case, clean.prepared.before, found) and off

    def _prepared(self, use_case: UseCase) -> Prepared:
        home = self._home(use_case.days_ago, use_case.after)
        self.place.put_back(home.world, seed=1 + len(use_case.after))
        with self.place.process() as bank:
            stage = Stage(self.place, bank, home.house, dict(home.facts))
            facts = {**home.facts, **use_case.prepare(stage)}
        heard: object = facts.get("already", self.place.journals())
        assert isinstance(heard, frozenset)
        self.place.clock.at += timedelta(seconds=5)
        world = self.place.snapshot()
        before = books.left(self.place, books.read_back(self.place), world, heard=heard, late_told=True)
        return Prepared(use_case, world, home.house, facts, heard, before)

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
                answer, self._fault, self._waits = None, "killed", False
            except Exception as fault:  # noqa: BLE001 - a function that raises is called again, whatever it raised
                answer, self._fault = None, f"{type(fault).__name__}: {fault}"
                self._waits = isinstance(fault, NotYet)
            return answer, tuple(self.place.network.calls)

    def _quiet(self, prepared: Prepared, *, swept: bool = True, forsaken: bool = False) -> None:
        """The stream and the queues deliver what is left and sweepers run, in a process that nothing happens to.

        `swept`: something has gone wrong. What the stream has not published, the outbox publishes; what comes twice
        comes once more, unless whoever brought it has `forsaken` it.
        """
        with self.place.process() as bank:
            stage = Stage(self.place, bank, prepared.house, dict(prepared.facts))
            if prepared.use_case.sweeps or (swept and prepared.use_case.comes_twice and not forsaken):
                prepared.use_case.act(stage)
            if due := books.reviews_claimed(self.place):
                self.place.clock.at = max(self.place.clock.at, *due)
                sweep_cases(stage)
            stage.notified()
            self._paid(stage)
            if stage.records(prepared.heard) and "already" not in prepared.facts:
                stage.published(prepared.heard)
            if swept and books.unpublished(self.place, prepared.heard):
                sweep_outbox(stage)
            stage.notified()
            if due := books.unqueued(self.place):
                self.place.clock.at = max(self.place.clock.at, *due)
                sweep_deliveries(stage)

    def _paid(self, stage: Stage) -> None:
        """What happens to payments by itself: files that are due are worked on, who is at work on none is found by the
        sweep, and journeys that were told make the money effects of what they were told, and end. Of what came in the
        sweep finds files that no journey works, and entries that are due.
        """
        if payment_books.due_files(self.place) or payment_books.unsent(self.place):
            cut_off(stage)
        if due := payment_books.unattended(self.place):
            self.place.clock.at = max(self.place.clock.at, *due)
            sweep_payments(stage)
        if due := received_books.unattended(self.place):
            self.place.clock.at = max(self.place.clock.at, *due)
            sweep_received(stage)
        elif received_books.due(self.place):
            sweep_received(stage)
        for reversal in payment_books.reversals_begun(self.place):
            begin(reversal)
        for payment in payment_books.claimed(self.place):
            advance(payment)
        for payment in payment_books.called_off_in_review(self.place):
            end(payment)

    def _left(self, prepared: Prepared, world: World) -> books.Left:
        late = prepared.use_case.mended_after == timedelta(0)
        return books.left(self.place, world, prepared.world, heard=prepared.heard, late_told=late)

    def _seed(self, clean: Clean, call: Call, mode: Mode) -> Random:
        return Random(zlib.crc32(f"{clean.prepared.use_case.name} {call.number} {mode.name}".encode()))


def _differences(use_case: UseCase, wanted: books.Left, found: books.Left, *, forsaken: bool = False) -> list[str]:
    def alike(left: books.Left) -> books.Left:
        rows = map(use_case.alike, left.payments.elements())
        seen = map(use_case.alike_forsaken, rows) if forsaken else rows
        return replace(left, payments=Counter(row for row in seen if row))

    return books.differences(alike(wanted), alike(found))


@dataclass(frozen=True)
class _Home:
    """Where use cases begin, and what is known there."""

    world: Snapshot
    house: Household
    facts: dict[str, object]


@dataclass(frozen=True)
class _Recovery:
    answer: Answer | None
    calls: int
    """Of its first process."""
    off: tuple[str, ...]


class _Second:
    """The second of two faults: at the same call as in the clean run, whatever number it has by then.

    `at_once`: in the first process already. What is sent again because its answer was spoiled is the same call.
    """

    def __init__(self, clean: Clean, call: Call, mode: Mode, *, at_once: bool) -> None:
        self._wanted, self._mode, self._at_once = str(call), mode, at_once
        self._nth = sum(str(other) == self._wanted for other in clean.calls[: call.number])
        self._met = 0
        self._spoiled: Call | None = None
        self._plan: Plan = untouched
        self.struck = False

    def after(self, first: Plan) -> Plan:
        """The first attempt: the first fault, and this one if it may come so early."""

        def decide(call: Call, sent: Sent) -> Trouble | None:
            trouble = first(call, sent)
            if trouble is None:
                return self.plan(call, sent) if self._at_once else None
            self._meet(call)
            self._spoiled = call
            return trouble

        return decide

    def plan(self, call: Call, sent: Sent) -> Trouble | None:
        if self._meet(call) and not self.struck:
            self.struck, self._plan = self._mode.fits(call), self._mode.plan(call.number)
        return self._plan(call, sent)

    def _meet(self, call: Call) -> bool:
        """Counts the calls that are like the wanted one; whether this is it."""
        if call.number == 1:  # a new process
            self._met, self._spoiled, self._plan = 0, None, untouched
        spoiled, self._spoiled = self._spoiled, None
        again = spoiled is not None and call.number == spoiled.number + 1 and str(call) == str(spoiled)
        if again or str(call) != self._wanted:
            return False
        self._met += 1
        return self._met == self._nth


def _killed(_: object, __: object) -> LostAnswer:
    return LostAnswer(Killed())


def _dies_at(number: int) -> Plan:
    return lambda call, _: LostAnswer(Killed()) if call.number == number else None
