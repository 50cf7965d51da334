"""`python -m ops.mutation.run`: every mutant of the ledger and of money; `--module` for the mutants of one module.

Works in a copy below `.local/mutation`, so that the tree may change meanwhile. A run that was stopped goes on where it
ended as long as the tree is the same; a change of any file starts afresh, or with `--keep` tries what it may concern.
"""

import argparse
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from ops.mutation import afresh, kept, reasons, report, results, tree

FOLDER: Final = Path(".local/mutation")
PAGE: Final = Path("docs/proof/mutation.md")
NICENESS: Final = 15
"""It takes an hour of processor time; whatever else the machine does goes first."""
HOURS_MAX: Final = 6
_SURVIVORS_TOLD_MAX: Final = 40
"""In the terminal; the page lists all."""


def main() -> int:
    asked = _asked()
    only = [asked.module] if asked.module else []
    folder = FOLDER / (asked.module.replace("/", ".") if asked.module else "all")
    commit = tree.commit()
    tree.prepare(folder, only, keep=asked.keep)
    start = time.monotonic()
    _mutate(folder, processes=asked.processes)
    afresh.run(folder, results.read(folder))
    took = timedelta(seconds=time.monotonic() - start)
    run = report.Run(commit, _command(asked), took, results.read(folder), kept.count(folder))
    known = reasons.load()
    found, rest = reasons.explained(run.missed, known)
    print(report.table(run.modules))
    _tell(rest)
    if asked.write:
        for line in reasons.idle(run.missed, known):
            print(f"a reason that explains no survivor: {line}")
        report.write(PAGE, report.page(run, found, rest))
    print(report.summary(run, len(rest)))
    return 0 if run.ok else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.mutation.run", description=__doc__)
    parser.add_argument("--module", default="", help="one file, such as domain/ledger/rules.py")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f"write the result to {PAGE}")
    parser.add_argument("--keep", action="store_true", help="keep the verdicts of an earlier run that still stand")
    asked = parser.parse_args()
    if asked.write and asked.module:
        parser.error("the page holds the result of all modules")
    if asked.module and not Path(asked.module).is_file():
        parser.error(f"there is no {asked.module}")
    return asked


def _command(asked: argparse.Namespace) -> str:
    return "make mutate" + (f" MODULE={asked.module}" if asked.module else "") + (" KEEP=1" if asked.keep else "")


def _mutate(folder: Path, *, processes: int) -> None:
    """Runs mutmut, beside this very interpreter, in the copy. What it prints is progress, for whoever watches."""
    mutmut = Path(sys.executable).with_name("mutmut").absolute()
    subprocess.run(
        [str(mutmut), "run", "--max-children", str(processes)],
        cwd=folder,
        check=True,
        timeout=timedelta(hours=HOURS_MAX).total_seconds(),
        preexec_fn=lambda: os.nice(NICENESS),  # this process has one thread
    )


def _tell(rest: list[results.Mutant]) -> None:
    for mutant in rest[:_SURVIVORS_TOLD_MAX]:
        print(f"{mutant.name}: {mutant.verdict}")
        print(f"  - {mutant.gone}\n  + {mutant.put}")
    if len(rest) > _SURVIVORS_TOLD_MAX:
        print(f"and {len(rest) - _SURVIVORS_TOLD_MAX} more that nothing explains")


if __name__ == "__main__":
    sys.exit(main())
