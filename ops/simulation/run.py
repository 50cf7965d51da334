"""Many histories: `python -m ops.simulation.run --histories N --processes 2 --first-seed S`.

The seeds kept from earlier finds come first. A history that breaks a promise is kept and told; a long run that never
met some fault, refusal or kind of journal fails too.
"""

import gc
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ops.simulation import pool, seeds
from ops.simulation.coverage import ENOUGH, Coverage
from ops.simulation.history import OPERATIONS, History, play

TOLD_MAX: Final = 3
"""Broken histories whose stories are printed in full."""


@dataclass(slots=True)
class Run:
    """What a run came to."""

    histories: int = 0
    seconds: float = 0.0
    """Processor seconds of all processes together."""
    broken: list[History] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)

    @property
    def per_core(self) -> float:
        return self.histories / self.seconds if self.seconds else 0.0

    @property
    def missing(self) -> list[str]:
        return self.coverage.missing() if self.histories >= ENOUGH else []

    @property
    def ok(self) -> bool:
        return not self.broken and not self.missing


def run(wanted: Sequence[int], *, processes: int) -> Run:
    done = Run()
    for histories, seconds in pool.played(chunk, wanted, processes=processes):
        done.histories += len(histories)
        done.seconds += seconds
        done.coverage.add(histories)
        done.broken += [history for history in histories if history.broken]
    return done


def chunk(wanted: Sequence[int]) -> tuple[list[History], float]:
    """Some histories and the processor seconds they took; only a broken one brings its story along."""
    start = time.process_time()
    # Left alone the collector would walk through the bank's code and the history again and again. So it is asked once
    # a history, when the world is garbage, and to look at nothing that was there before.
    gc.disable()
    gc.freeze()
    histories = []
    for seed in wanted:
        histories.append(_brief(play(seed)))
        gc.collect()
    gc.unfreeze()
    gc.enable()
    return histories, time.process_time() - start


def _brief(history: History) -> History:
    return history if history.broken else replace(history, told=())


def told(history: History) -> str:
    """The story of one history, for people."""
    end = [f"  {what}" for what in history.broken] or ["  every promise held"]
    return "\n".join([f"seed {history.seed}", *(f"  {line}" for line in history.story), *end])


def summary(done: Run) -> str:
    rate = f"{done.per_core:.1f} a second and core"
    lines = [f"{done.histories} histories of {OPERATIONS} operations, {len(done.broken)} broken, {rate}"]
    lines += [f"{times:>8}  {what} {name}" for what, name, times in done.coverage.rows()]
    lines += [f"never happened: {missing}" for missing in done.missing]
    lines += [f"broken: seed {history.seed}: {history.broken[0].splitlines()[-1]}" for history in done.broken]
    return "\n".join(lines)


def main() -> int:
    wanted, processes = pool.asked("Run simulated histories.", kept=seeds.kept())
    done = run(wanted, processes=processes)
    for history in done.broken:
        seeds.keep(history.seed, history.broken[0])
    for history in done.broken[:TOLD_MAX]:
        print(told(history))
    print(summary(done))
    return 0 if done.ok else 1


if __name__ == "__main__":
    sys.exit(main())
