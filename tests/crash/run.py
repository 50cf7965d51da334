"""Runs every kill point, tells what held and what broke, and writes the table when asked.

python -m tests.crash.run [--only TEXT] [--write]
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from unittest import mock

from ops.local.engine_process import engine_running
from tests.crash.place import Place, quiet_moment
from tests.crash.runner import Clean, Runner, Verdict
from tests.crash.table import PAGE, page
from tests.crash.use_cases import USE_CASES

ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}
"""The functions' own logs of what is done to them would be longer than the table."""
OUTSIDE: Final = ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_SESSION_TOKEN")


@contextmanager
def own_environment() -> Iterator[None]:
    """The developer's own AWS settings stay outside."""
    with mock.patch.dict(os.environ, ENVIRONMENT):
        for name in OUTSIDE:
            os.environ.pop(name, None)
        yield


def every_point(runner: Runner, only: str) -> Iterator[tuple[Clean, list[Verdict], float]]:
    for use_case in USE_CASES:
        if only in use_case.name:
            began = time.monotonic()
            clean = runner.clean(use_case)
            verdicts = [runner.point(clean, call, mode) for call, mode in clean.points()]
            yield clean, verdicts, time.monotonic() - began


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="use cases whose name has this text")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    wanted = parser.parse_args(arguments)
    began = time.monotonic()
    rows: list[tuple[Clean, list[Verdict]]] = []
    with own_environment(), tempfile.TemporaryDirectory() as folder, engine_running(Path(folder)) as engine:
        runner = Runner(Place(engine), quiet_moment(datetime.now(UTC)))
        for clean, verdicts, seconds in every_point(runner, wanted.only):
            rows.append((clean, verdicts))
            tell(clean, verdicts, seconds)
    points = [verdict for _, verdicts in rows for verdict in verdicts]
    broke = sum(not verdict.held for verdict in points)
    say(f"{len(rows)} use cases, {len(points)} kill points, {broke} broke, {time.monotonic() - began:.0f} s")
    if wanted.write:
        Path(PAGE).write_text(page(rows), encoding="utf-8")
    return 1 if broke or not points else 0


def tell(clean: Clean, verdicts: list[Verdict], seconds: float) -> None:
    name, calls = clean.prepared.use_case.name, len(clean.calls)
    broke = [verdict for verdict in verdicts if not verdict.held]
    say(f"{name:<45} {calls:>3} calls {len(verdicts):>4} points {len(broke):>3} broke {seconds:>6.1f} s")
    for verdict in broke:
        say(f"    {verdict.call.number} {verdict.call}, {verdict.mode}: {'; '.join(verdict.off)}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
