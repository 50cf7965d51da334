"""Histories under faults keep every promise, and the run has met all it should.

`FLORIN_HISTORIES` says how many; `python -m ops.simulation.run --histories 10000` runs more of them by hand.
"""

import importlib
import os
import pkgutil
import time
from collections.abc import Callable

import domain
from ops.simulation import seeds
from ops.simulation.coverage import CODES, ELSEWHERE, every_code
from ops.simulation.history import play
from ops.simulation.run import Run, run, summary, told
from tests.simulation.elsewhere import said_elsewhere

HISTORIES = int(os.environ.get("FLORIN_HISTORIES", "1000"))
FIRST_SEED = int(os.environ.get("FLORIN_FIRST_SEED", "1"))
PROCESSES = 2


def stories(done: Run) -> str:
    return "\n\n".join(told(history) for history in done.broken[:2]) + "\n" + summary(done)


def test_every_history_keeps_every_promise_and_the_run_has_met_all_it_should(
    record_property: Callable[[str, object], None],
) -> None:
    start = time.monotonic()
    done = run([*seeds.kept(), *range(FIRST_SEED, FIRST_SEED + HISTORIES)], processes=PROCESSES)
    speed = f"{time.monotonic() - start:.0f} s on {PROCESSES} processes, {done.per_core:.1f} a second and core"
    record_property("histories", f"{done.histories} histories, {len(done.broken)} broken, in {speed}")
    for history in done.broken:
        seeds.keep(history.seed, history.broken[0])
    assert done.ok, stories(done)


def test_a_seed_tells_the_same_story_in_every_process() -> None:
    tell = "from ops.simulation.history import play; print(play(11).digest, play(12).digest)"
    assert said_elsewhere(tell).split() == [play(11).digest, play(12).digest]


def test_a_story_says_what_was_asked_and_what_was_answered() -> None:
    story = told(play(11))
    assert story.startswith("seed 11\n")
    assert "opening USD" in story
    assert "everything heals" in story
    assert story.endswith("every promise held")


def test_every_refusal_of_the_bank_is_looked_for_or_has_a_reason_not_to_be() -> None:
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    named = {code.partition(" ")[0] for code in CODES}
    assert named | ELSEWHERE.keys() == every_code()
    assert not named & ELSEWHERE.keys()


def test_a_run_that_never_met_something_says_what() -> None:
    blind = Run(histories=500)
    assert not blind.ok
    assert {"fault region cut", "refusal HOLD_EXPIRED", "journal fx_exchange", "also occurrence MISSED"} <= set(
        blind.missing
    )
