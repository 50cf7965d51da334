"""A seeded sample of the kill points by default, all of them with FLORIN_KILL_POINTS=all.

Every use case runs clean, and a few of its points are drawn; the seed is printed and can be given again as
FLORIN_KILL_POINTS_SEED. Points that once broke something stay here by name.
"""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

import pytest

from ops.local.engine_process import Engine
from tests.crash.modes import BY_NAME
from tests.crash.place import Place, quiet_moment
from tests.crash.run import own_environment
from tests.crash.runner import Clean, Runner
from tests.crash.use_cases import USE_CASES, UseCase

POINTS_EACH: Final = 2
ALL: Final = os.environ.get("FLORIN_KILL_POINTS") == "all"
SEED: Final = int(os.environ.get("FLORIN_KILL_POINTS_SEED", random.SystemRandom().randrange(1_000_000)))


@pytest.fixture(scope="module")
def runner(engine: Engine) -> Iterator[Runner]:
    with own_environment():
        yield Runner(Place(engine), quiet_moment(datetime.now(UTC)))


@pytest.mark.parametrize("use_case", USE_CASES, ids=lambda use_case: str(use_case.name).replace(" ", "-"))
def test_every_kill_point_is_recovered_from(runner: Runner, use_case: UseCase) -> None:
    clean = runner.clean(use_case)
    points = list(clean.points())
    drawn = points if ALL else random.Random(f"{SEED} {use_case.name}").sample(points, min(POINTS_EACH, len(points)))
    verdicts = [runner.point(clean, call, mode) for call, mode in drawn]
    broke = [verdict for verdict in verdicts if not verdict.held]
    assert not broke, f"seed {SEED}: {broke}"


def test_every_mode_fits_some_call_of_a_transfer(runner: Runner) -> None:
    clean = _clean(runner, "transfer")
    assert {mode.name for _, mode in clean.points()} == BY_NAME.keys()


@pytest.mark.parametrize("mode", ["throttled", "conflict"])
def test_a_book_that_could_not_be_registered_is_not_forgotten(runner: Runner, mode: str) -> None:
    """The folder went on as if it had been, and would have visited the book from a later day only."""
    clean = _clean(runner, "open the books of a currency")
    first = next(call for call in clean.calls if str(call) == "dynamodb PutItem ledger")
    assert runner.point(clean, first, BY_NAME[mode]).held


def test_a_transfer_that_pays_twice_would_be_found(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """The harness itself: were the key of a journal new at each attempt, a retry would pay twice."""
    clean = _clean(runner, "transfer")
    write = next(call for call in clean.calls if str(call) == "dynamodb TransactWriteItems ledger")
    tries = iter(range(100))
    monkeypatch.setattr("domain.ledger.service.journal_id", lambda *_: f"jrn_us0000_{next(tries)}")
    verdict = runner.point(clean, write, BY_NAME["killed after"])
    assert not verdict.held


def _clean(runner: Runner, name: str) -> Clean:
    return runner.clean(next(use_case for use_case in USE_CASES if use_case.name == name))
