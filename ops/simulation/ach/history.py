"""One history of ACH: a seed, some steps under blows, and then a bank that comes to rest and is judged.

The steps are drawn before anything happens, each with the numbers it needs. So a history that breaks a promise can be
told again with steps left out, down to the few that break it.
"""

import random
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from domain.access.model import Verdict
from domain.cases.kinds import KINDS
from domain.payments.kinds import PaymentState
from domain.unsettled import Unsettled
from ops.simulation.ach import deeds
from ops.simulation.ach.fate import Blow, Died
from ops.simulation.ach.promises import Watch, under_way
from ops.simulation.ach.scene import Deed, Draws, Scene
from ops.simulation.ach_world import AchWorld

STEPS: Final = 70
NUMBERS: Final = 24
"""Drawn for each step: as many as the hungriest deed takes."""
BLOWS: Final = ((0.6, Blow.NONE), (0.7, Blow.DEATH_BEFORE), (0.85, Blow.DEATH_AFTER), (1.0, Blow.RIVAL))
WRITES_MAX: Final = 40
"""A blow falls at one of so many writes of a deed, most often at one of the first, or at none if it makes fewer."""
TRIES_MAX: Final = 3
LATE: Final = 0.12
"""Share of the deeds that are done some steps after they were decided on."""
LATE_MAX: Final = 9
TWICE: Final = 0.12
CALM: Final = 0.2
"""Share of the histories without blows."""
SETTLED_FIRST: Final = 0.35
"""Share of the histories that begin with payments which have settled a short while ago ..."""
OPENING: Final = ("has_settled", "takes_back", "takes_back")
"""... and are taken back."""
DAYS_MAX: Final = 24
"""Rounds of a day each within which all that a healed bank has under way has settled."""
WINDOWS_END: Final = (timedelta(days=40), timedelta(days=40), timedelta(days=10))
"""Then the windows of returns come to their end: sixty days and some."""
SHRINKS_MAX: Final = 400
"""Histories that are told again to find the shortest."""
AMONG: Final = ("works_files", "takes_in", "all_go_on", "sweeps", "cuts", "hands_over")
"""What the bank does by itself at any time, also in the middle of something else."""


@dataclass(frozen=True, slots=True)
class Step:
    number: int
    deed: str
    numbers: tuple[int, ...]
    blow: Blow
    at: int
    rival: str | None
    """What is done at a blow of a rival; None: the same deed once more, by another worker."""
    late: int
    twice: bool


@dataclass(frozen=True, slots=True)
class AchHistory:
    """What became of one seed, or of some of its steps."""

    seed: int
    steps: tuple[Step, ...]
    broken: tuple[str, ...]
    story: tuple[str, ...]
    kinds: Counter[str]
    refusals: Counter[str]
    met: Counter[str]


def drawn(seed: int) -> tuple[Step, ...]:
    rng = random.Random(seed)  # noqa: S311  (a seed is the point)
    names, weights = list(deeds.DEEDS), [weight for weight, _ in deeds.DEEDS.values()]
    calm = rng.random() < CALM
    opening = OPENING if rng.random() < SETTLED_FIRST else ()
    return tuple(
        replace(_step(rng, number, opening[number], calm=True), late=0)
        if number < len(opening)
        else _step(rng, number, rng.choices(names, weights)[0], calm=calm)
        for number in range(STEPS)
    )


def _step(rng: random.Random, number: int, deed: str, *, calm: bool) -> Step:
    roll = rng.random()
    blow = next(one for most, one in BLOWS if roll < most)
    return Step(
        number=number,
        deed=deed,
        numbers=tuple(rng.randrange(1 << 16) for _ in range(NUMBERS)),
        blow=Blow.NONE if calm else blow,
        at=1 + int(WRITES_MAX * rng.random() ** 2),
        rival=rng.choice((None, *AMONG)),
        late=rng.randrange(1, LATE_MAX) if rng.random() < LATE else 0,
        twice=rng.random() < TWICE,
    )


def play(seed: int, steps: Sequence[Step] | None = None) -> AchHistory:
    told = Telling(drawn(seed) if steps is None else steps)
    broken: list[str] = []
    try:
        broken += told.tell()
    except Exception as mistake:  # noqa: BLE001  (whatever the bank raised is this history's finding)
        broken.append("".join(traceback.format_exception(mistake)))
    scene = told.scene
    return AchHistory(
        seed=seed,
        steps=tuple(told.steps),
        broken=tuple(broken),
        story=tuple(told.story),
        kinds=Counter(
            journal.kind for world in scene.worlds for journal in world.ledger_store.journals.values() if journal.posted
        ),
        refusals=scene.refusals,
        met=scene.met,
    )


class Telling:
    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps
        self.scene = Scene()
        self.watch = Watch(self.scene)
        self.story: list[str] = []
        self.waiting: list[tuple[int, Deed]] = []
        self.handed = 0
        """How many of the handoffs were taken at rest, whether or not a deed had taken them before."""

    def tell(self) -> list[str]:
        if broken := list(self.watch.after_deed()):
            return broken
        for step in self.steps:
            self._due(step.number)
            self._made(step)
            self.scene.move(timedelta(seconds=step.numbers[-1] % 90))
            if broken := list(self.watch.after_deed()):
                return broken
        return self._rested()

    # Steps.

    def _made(self, step: Step) -> None:
        scene = self.scene
        scene.number = step.number
        scene.drain()
        scene.banks.look()
        deed = deeds.DEEDS[step.deed][1](scene, Draws(step.numbers))
        if deed is None:
            return
        scene.met[step.deed] += 1
        if step.late:
            self._say(f"{step.number}: in {step.late} steps, {deed.text}")
            self.waiting.append((step.number + step.late, deed))
            return
        self._say(f"{step.number}: {deed.text}")
        self._done(deed, step)
        if step.twice:
            self._say("   twice")
            scene.met["twice"] += 1
            self._done(deed, None)

    def _due(self, number: int) -> None:
        due = [deed for at, deed in self.waiting if at <= number]
        self.waiting = [(at, deed) for at, deed in self.waiting if at > number]
        for deed in due:
            self._say(f"   now {deed.text}")
            self.scene.met["late"] += 1
            self._done(deed, None)

    def _done(self, deed: Deed, step: Step | None) -> None:
        """Does it until it comes through; what cannot be settled now is tried again some steps on."""
        fate = self.scene.fate
        if step is not None and step.blow is not Blow.NONE:
            fate.await_blow(step.blow, at=step.at, rival=lambda: self._rival(deed, step))
        for _ in range(TRIES_MAX):
            try:
                deed.do()
            except Died:
                self._say(f"   it dies at write {fate.at}")
                self.scene.met[step.blow if step else Blow.NONE] += 1
                continue
            except Unsettled as unsettled:
                self._say(f"   not now: {unsettled}")
                self.waiting.append((self.scene.number + 3, deed))
            break
        fate.sleep()

    def _rival(self, deed: Deed, step: Step) -> None:
        """Somebody else acts in the middle of a deed."""
        self.scene.met[Blow.RIVAL] += 1
        other: Deed | None = deed
        if step.rival is not None or step.deed in ("goes_on", "all_go_on"):  # an execution runs once
            self.scene.drain()
            other = deeds.DEEDS[step.rival or "works_files"][1](self.scene, Draws(step.numbers))
        if other is None or (step.deed in ("goes_on", "all_go_on") and step.rival == "all_go_on"):
            return
        self._say(f"   and in its middle, {other.text}")
        try:
            other.do()
        except Unsettled as unsettled:
            self._say(f"   not now: {unsettled}")

    def _say(self, what: str) -> None:
        self.story.append(f"{self.scene.now:%m-%d %H:%M:%S} {what}")

    # Rest.

    def _rested(self) -> list[str]:
        """Deeds that wait are done, the bank answers, people decide, and days pass until nothing is left to do."""
        self._say("everything heals")
        days = 0
        while days < DAYS_MAX:
            days += 1
            if broken := self._worked(days):
                return broken
            self.scene.move(timedelta(days=1))
            if self._quiet():
                break
        for number, later in enumerate(WINDOWS_END, start=days + 1):
            self.scene.move(later)
            if broken := self._worked(number, cut=False):  # nothing waits for a window any more
                return broken
        return list(self.watch.at_rest())

    def _worked(self, number: int, *, cut: bool = True) -> list[str]:
        self.scene.number = STEPS * number
        self._due(self.scene.number + STEPS)
        for work in self._work(cut=cut):
            try:
                work()
            except Unsettled as unsettled:
                self._say(f"   not now: {unsettled}")
        return list(self.watch.after_deed())

    def _quiet(self) -> bool:
        """Whether all that goes on by itself has, but for the end of return windows."""
        return not self.waiting and not any(map(under_way, self.scene.worlds))

    def _work(self, *, cut: bool) -> Iterator[Callable[[], object]]:
        scene = self.scene
        for world in scene.worlds:
            yield world.files if cut else world.work_files
            yield from self._journeys(world)
            yield self._answered
            yield world.work_files
            yield from self._journeys(world)
            yield world.take_in
            yield self._handed
            yield world.take_in
            yield lambda world=world: self._decided(world)  # type: ignore[misc]  # bound now
            yield world.work_files
            yield world.take_in
            yield world.payments.sweep
            yield from self._journeys(world)

    def _journeys(self, world: AchWorld) -> Iterator[Callable[[], object]]:
        yield lambda: deeds.settle(world)
        yield self._judged
        yield lambda: deeds.settle(world)

    def _judged(self) -> None:
        self.scene.drain()
        for world, event in self.scene.heard:
            payment = world.payments.existing(event.payment)
            if payment.state is PaymentState.ACCEPTED:
                world.score_one(event)

    def _answered(self) -> None:
        self.scene.banks.look()
        for file in self.scene.banks.taken.values():
            if not file.answered:
                deeds.acknowledgement(self.scene, file).do()

    def _handed(self) -> None:
        self.scene.drain()
        while self.handed < len(self.scene.handed):
            world, handoff = self.scene.handed[self.handed]
            world.incoming.files.take(handoff)
            self.handed += 1

    def _decided(self, world: AchWorld) -> None:
        for at, case in enumerate(world.cases.unresolved()):
            codes = list(KINDS[case.kind].resolutions)
            code = codes[(self.scene.number // STEPS + at) % len(codes)]
            deeds.proposal(self.scene, world, case, code).do()
        for case in world.cases.unresolved():
            if case.resolution and case.resolution.approval:
                deeds.decision(self.scene, world, case, Verdict.APPROVE).do()
                world.cases.settle(case.id)


# The shortest.


def shortest(history: AchHistory) -> AchHistory:
    """The same with every step left out that it breaks without."""
    if not history.broken:
        return history
    steps, found, left = list(history.steps), history, SHRINKS_MAX
    size = len(steps) // 2
    while size and left:
        at = 0
        while at < len(steps) and left:
            fewer, left = steps[:at] + steps[at + size :], left - 1
            again = play(history.seed, fewer)
            if again.broken:
                steps, found = fewer, again
            else:
                at += size
        size //= 2
    plain = []
    for step in steps:
        calmer = replace(step, blow=Blow.NONE, twice=False)
        plain.append(calmer)
        rest = [*plain, *steps[len(plain) :]]
        again = play(history.seed, rest) if left else found
        left -= left > 0
        if again.broken and again is not found:
            found = again
        elif calmer != step:
            plain[-1] = step
    return found


def told(history: AchHistory) -> str:
    """The story of one history, for people."""
    end = [f"  {what}" for what in history.broken] or ["  every promise held"]
    return "\n".join([f"ACH seed {history.seed}", *(f"  {line}" for line in history.story), *end])
