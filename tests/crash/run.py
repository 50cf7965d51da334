"""Runs every kill point, tells what held and what broke, and writes the table when asked.

python -m tests.crash.run [--only TEXT | --pairs] [--write] [--processes N]
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Final
from unittest import mock

from ops.local.engine_process import engine_running
from tests.crash.place import Place, quiet_moment
from tests.crash.runner import Runner
from tests.crash.table import PAGE, PAIRS_PAGE, Row, page, pairs_page
from tests.crash.use_cases import USE_CASES, named

ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}
"""The functions' own logs of what is done to them would be longer than the table."""
PAIRED: Final = ("transfer", "capture part of a hold")
OUTSIDE: Final = ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_SESSION_TOKEN")
PROCESSES: Final = 2


@contextmanager
def own_environment() -> Iterator[None]:
    """The developer's own AWS settings stay outside."""
    with mock.patch.dict(os.environ, ENVIRONMENT):
        for name in OUTSIDE:
            os.environ.pop(name, None)
        yield


class Worker:
    """One process of a run, with an engine of its own."""

    runner: Runner

    @classmethod
    def begin(cls, endpoints: "Queue[str]") -> None:
        cls.runner = Runner(Place(endpoints.get()), quiet_moment(datetime.now(UTC)))

    @classmethod
    def points(cls, name: str) -> Row:
        began = time.monotonic()
        clean = cls.runner.clean(named(name))
        verdicts = tuple(cls.runner.point(clean, call, mode) for call, mode in clean.points())
        return Row(name, clean.calls, verdicts, time.monotonic() - began)

    @classmethod
    def pairs(cls, name: str) -> Row:
        began = time.monotonic()
        clean = cls.runner.clean(named(name))
        verdicts = tuple(cls.runner.pair(clean, first, second) for first, second in clean.pairs())
        return Row(name, clean.calls, verdicts, time.monotonic() - began)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="use cases whose name has this text")
    parser.add_argument("--pairs", action="store_true", help=f"two faults in one history, for {' and '.join(PAIRED)}")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}, or {PAIRS_PAGE}")
    parser.add_argument("--processes", type=int, default=PROCESSES, help="each with an engine of its own")
    wanted = parser.parse_args(arguments)
    began = time.monotonic()
    names = PAIRED if wanted.pairs else tuple(use_case.name for use_case in USE_CASES if wanted.only in use_case.name)
    rows = run(names, pairs=wanted.pairs, processes=wanted.processes)
    points = [verdict for row in rows for verdict in row.verdicts]
    broke = sum(not verdict.held for verdict in points)
    what = "pairs" if wanted.pairs else "kill points"
    say(f"{len(rows)} use cases, {len(points)} {what}, {broke} broke, {time.monotonic() - began:.0f} s")
    if wanted.write:
        Path(PAIRS_PAGE if wanted.pairs else PAGE).write_text((pairs_page if wanted.pairs else page)(rows))
    return 1 if broke or not points else 0


def run(names: tuple[str, ...], *, pairs: bool, processes: int) -> list[Row]:
    """In the order of the list, told as they come."""
    spawned = get_context("spawn")
    endpoints: Queue[str] = spawned.Queue()
    with own_environment(), ExitStack() as stack:
        for _ in range(processes):
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            endpoints.put(stack.enter_context(engine_running(Path(folder))).endpoint)
        pool = stack.enter_context(
            ProcessPoolExecutor(processes, mp_context=spawned, initializer=Worker.begin, initargs=(endpoints,))
        )
        return [tell(row) for row in pool.map(Worker.pairs if pairs else Worker.points, names)]


def tell(row: Row) -> Row:
    points, broke = len(row.verdicts), [verdict for verdict in row.verdicts if not verdict.held]
    say(f"{row.name:<48} {len(row.calls):>3} calls {points:>4} points {len(broke):>3} broke {row.seconds:>6.1f} s")
    for verdict in broke:
        say(f"    {verdict.call.number} {verdict.call}, {verdict.mode}: {'; '.join(verdict.off)}")
    return row


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
