"""Many histories of ACH: `python -m ops.simulation.ach.run --histories N --processes 2 --first-seed S`.

As with the histories of the ledger: kept seeds come first, a history that breaks a promise is kept and told by the
fewest steps that break it, and a long run that never met something fails too.
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from domain.fraud.kinds import Decision
from domain.ledger.kinds import KINDS
from domain.refusals import StepUpRequired
from ops.simulation import pool, seeds
from ops.simulation.ach.deeds import DEEDS
from ops.simulation.ach.fate import Blow
from ops.simulation.ach.history import STEPS, AchHistory, play, shortest, told
from ops.simulation.ach.promises import DECIDED, FALLBACK
from ops.simulation.coverage import MET_IN_ACH

SEEDS: Final = seeds.SEEDS.with_name("ach_seeds.txt")
TOLD_MAX: Final = 3
"""Broken histories that are told, each by its fewest steps."""
ENOUGH: Final = 8_000
"""From so many histories on, everything must have happened."""
JOURNALS: Final = tuple(kind for kind in KINDS if kind.startswith("ach_"))
SELDOM: Final = frozenset({"contests"})
"""At the end of a chain longer than most histories: a return that is wrong, dishonoured, sent, and contested. A story
tells it (tests/unit/rails/ach/test_incoming_answers.py)."""
HAPPENINGS: Final = (
    *(deed for deed in DEEDS if deed not in SELDOM),
    *(blow.value for blow in Blow if blow is not Blow.NONE),
    "late",
    "twice",
    "confirmed",
    "step_up_expired",
    *(f"{DECIDED} {decision.value}" for decision in Decision),
    *(f"{FALLBACK} {decision.value}" for decision in (Decision.APPROVE, Decision.REVIEW)),
)


@dataclass(slots=True)
class AchRun:
    """What a run came to."""

    histories: int = 0
    seconds: float = 0.0
    """Processor seconds of all processes together."""
    broken: list[AchHistory] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    def rows(self) -> list[tuple[str, str, int]]:
        """(what, name, how often) of everything that must happen."""
        return [
            *(("happening", what, self.met[what]) for what in HAPPENINGS),
            *(("refusal", code, self.refusals[code]) for code in (*MET_IN_ACH, StepUpRequired.code)),
            *(("journal", kind, self.kinds[kind]) for kind in JOURNALS),
        ]

    @property
    def missing(self) -> list[str]:
        if self.histories < ENOUGH:
            return []
        return [f"{what} {name}" for what, name, times in self.rows() if not times]

    @property
    def ok(self) -> bool:
        return not self.broken and not self.missing


def run(wanted: Sequence[int], *, processes: int) -> AchRun:
    done = AchRun()
    for histories, seconds in pool.played(chunk, wanted, processes=processes):
        done.seconds += seconds
        for history in histories:
            done.histories += 1
            done.met.update(history.met)
            done.refusals.update(history.refusals)
            done.kinds.update(history.kinds)
            if history.broken:
                done.broken.append(history)
    return done


def chunk(wanted: Sequence[int]) -> tuple[list[AchHistory], float]:
    """Some histories and the processor seconds they took; only a broken one brings its story along."""
    start = time.process_time()
    histories = [_brief(play(seed)) for seed in wanted]
    return histories, time.process_time() - start


def _brief(history: AchHistory) -> AchHistory:
    return history if history.broken else replace(history, story=(), steps=())


def keep(done: AchRun) -> None:
    for history in done.broken:
        seeds.keep(history.seed, history.broken[0], SEEDS)


def stories(done: AchRun) -> str:
    """The first broken histories by their fewest steps, and how often everything was met."""
    return "\n\n".join([*(told(shortest(history)) for history in done.broken[:TOLD_MAX]), summary(done)])


def summary(done: AchRun) -> str:
    rate = f"{done.histories / done.seconds if done.seconds else 0:.1f} a second and core"
    lines = [f"{done.histories} histories of ACH, {STEPS} steps each, {len(done.broken)} broken, {rate}"]
    lines += [f"{times:>8}  {what} {name}" for what, name, times in done.rows()]
    lines += [f"never happened: {missing}" for missing in done.missing]
    lines += [f"broken: ACH seed {one.seed}: {one.broken[0].splitlines()[-1]}" for one in done.broken]
    return "\n".join(lines)


def main() -> int:
    wanted, processes = pool.asked("Run simulated histories of ACH.", kept=seeds.kept(SEEDS))
    done = run(wanted, processes=processes)
    keep(done)
    print(stories(done))
    return 0 if done.ok else 1


if __name__ == "__main__":
    sys.exit(main())
