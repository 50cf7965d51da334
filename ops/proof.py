"""`make proof`: every suite and every long target, one after the other, and one table of how they went.

What stands in the Makefile under the heading of long targets is run, so that a new one is run from the day it is
written. Each one's whole output is kept in `.local/proof/`; its last line is what the table says of it.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HEADING: Final = "## --- the same at length"
NEXT_HEADING: Final = "## ---"
FIRST: Final = ("ci",)
KEPT: Final = Path(".local/proof")
RESULT: Final = Path("docs/proof/last-run.md")
SAID_MAX: Final = 160
_TARGET: Final = re.compile(r"^([a-z-]+):.*?## (.*)$", re.MULTILINE)
_FRAME: Final = re.compile(r"^=+ | =+$|\x1b\[[0-9;]*m")
"""The rules and colours around the last line of pytest."""


@dataclass(frozen=True, slots=True)
class Step:
    """One target and how it went."""

    target: str
    about: str
    ended: int
    seconds: float
    said: str

    @property
    def row(self) -> str:
        outcome = "passed" if self.ended == 0 else "FAILED"
        return f"| `make {self.target}` | {outcome} | {self.seconds:,.0f} s | {self.said} |"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make proof", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write the table to {RESULT}")
    parser.add_argument("--only", nargs="*", metavar="TARGET", help="these targets alone")
    asked = parser.parse_args(arguments)
    makefile = Path("Makefile").read_text("utf-8")
    wanted = [(target, about) for target, about in targets(makefile) if not asked.only or target in asked.only]
    steps = list(taken(wanted))
    text = table(steps, commit=commit())
    print(f"\n{text}")
    if asked.write:
        RESULT.write_text(text, encoding="utf-8")
    return 0 if steps and all(step.ended == 0 for step in steps) else 1


def targets(makefile: str) -> list[tuple[str, str]]:
    """What is run, in order: target and what the Makefile says of it."""
    rules = dict(_TARGET.findall(makefile))
    at_length = makefile.split(HEADING, 1)[1].split(NEXT_HEADING, 1)[0]
    return [(name, rules[name]) for name in (*FIRST, *(name for name, _ in _TARGET.findall(at_length)))]


def taken(wanted: Sequence[tuple[str, str]]) -> Iterator[Step]:
    KEPT.mkdir(parents=True, exist_ok=True)
    for target, about in wanted:
        print(f"make {target}: {about}", flush=True)
        began = time.monotonic()
        kept = KEPT / f"{target}.log"
        with kept.open("w", encoding="utf-8") as log:
            ended = subprocess.run(["make", target], stdout=log, stderr=subprocess.STDOUT, check=False).returncode  # noqa: S607 - the make that called us
        step = Step(target, about, ended, time.monotonic() - began, last_line(kept.read_text("utf-8")))
        print(f"  {'passed' if ended == 0 else 'FAILED'} in {step.seconds:,.0f} s: {step.said}  ({kept})", flush=True)
        yield step


def last_line(output: str) -> str:
    lines = [_FRAME.sub("", line).strip() for line in output.splitlines()]
    # A line of make tells only that the one before it was bad.
    said = [line for line in lines if line and not line.startswith("make")]
    return said[-1][:SAID_MAX].replace("|", "/") if said else ""


def commit() -> str:
    run = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=True)  # noqa: S607 - the git that made the tree
    return run.stdout.strip()


def table(steps: Sequence[Step], *, commit: str) -> str:
    head = [f"# The last full run\n\nOf commit {commit}, by `make proof`.\n", "| target | outcome | time | it said |"]
    return "\n".join([*head, "| --- | --- | ---: | --- |", *(step.row for step in steps), ""])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
