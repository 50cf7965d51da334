"""Histories under faults keep every promise, and the run has met all it should.

`FLORIN_HISTORIES` says how many; `python -m ops.simulation.run --histories 10000` runs more of them by hand.
"""

import os
import subprocess
import sys

from ops.simulation import seeds
from ops.simulation.coverage import CODES
from ops.simulation.history import play
from ops.simulation.run import Run, run, summary, told

HISTORIES = int(os.environ.get("FLORIN_HISTORIES", "300"))
FIRST_SEED = int(os.environ.get("FLORIN_FIRST_SEED", "1"))
PROCESSES = 2


def stories(done: Run) -> str:
    return "\n\n".join(told(history) for history in done.broken[:2]) + "\n" + summary(done)


def test_every_history_keeps_every_promise_and_the_run_has_met_all_it_should() -> None:
    done = run([*seeds.kept(), *range(FIRST_SEED, FIRST_SEED + HISTORIES)], processes=PROCESSES)
    for history in done.broken:
        seeds.keep(history.seed, history.broken[0])
    assert done.ok, stories(done)


def test_a_seed_tells_the_same_story_in_every_process() -> None:
    tell = "from ops.simulation.history import play; print(play(11).digest, play(12).digest)"
    other = subprocess.run(
        [sys.executable, "-c", tell],
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.split() == [play(11).digest, play(12).digest]


def test_a_story_says_what_was_asked_and_what_was_answered() -> None:
    story = told(play(11))
    assert story.startswith("seed 11\n")
    assert "opening USD" in story
    assert "everything heals" in story
    assert story.endswith("every promise held")


def test_every_refusal_that_the_ledger_names_is_looked_for() -> None:
    assert {"INSUFFICIENT_FUNDS", "TOO_MANY_HOLDS", "OUTCOME_UNKNOWN", "LIMIT_EXCEEDED JOINT_PER_DAY"} <= set(CODES)
