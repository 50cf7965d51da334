"""`make bench`, or `python -m tests.bench [name ...]`: measures, prints, keeps what was found in tests/bench/results.

Each benchmark leaves two files of its name: one for people and one for machines. Both say of which commit they are, on
what machine, and by which command; the one for people stands in docs/performance.md too, below its mark. The end is not
well when a ratio is more than a quarter above its goal.
"""

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.bench.report import Report

RESULTS: Final = Path(__file__).parent / "results"
PAGE: Final = Path(__file__).parents[2] / "docs/performance.md"
BENCHMARKS: Final = (
    "operations",
    "wire",
    "documents",
    "handler",
    "imports",
    "bytecode",
    "nacha",
    "fraud",
    "throughput",
)
"""Modules beside this one, each with its `report`."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(BENCHMARKS)}; without one, all")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(BENCHMARKS):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    names = asked.names or BENCHMARKS
    if len(names) == 1:
        return measure(names[0])
    # Each in a process of its own: what one leaves in memory would slow the next down.
    ended = [subprocess.run([sys.executable, "-m", "tests.bench", name], check=False).returncode for name in names]
    return max(ended)


def measure(name: str) -> int:
    about = machine(name)
    found: Report = importlib.import_module(f"tests.bench.{name}").report()
    sys.stdout.write(f"{found}\n")
    keep(name, found, about)
    return 0 if all(ratio.held for ratio in found.ratios) else 1


def machine(name: str) -> dict[str, Any]:
    """Of what, where and when, before anything is measured."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 - the git that made the tree
        cwd=RESULTS.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return {
        "command": f"python -m tests.bench {name}",
        "commit": described.stdout.strip(),
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
    }


def processor() -> str:
    """Its name, where the system tells."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def keep(name: str, found: Report, about: dict[str, Any]) -> None:
    RESULTS.mkdir(exist_ok=True)
    document = json.dumps({"of": about, **found.as_json()}, indent=2, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(f"{document}\n", encoding="utf-8")
    said = "\n".join(f"{key}: {value}" for key, value in about.items())
    text = f"{found}\n{said}\n"
    (RESULTS / f"{name}.txt").write_text(text, encoding="utf-8")
    PAGE.write_text(shown(name, text, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def shown(name: str, text: str, page: str) -> str:
    """The page with this result below its mark, in place of the one before."""
    head, mark, rest = page.partition(f"<!-- results/{name}.txt -->\n```\n")
    if not mark:
        raise ValueError(f"{PAGE.name} has no place for {name}")
    return f"{head}{mark}{text}```{rest.partition('```')[2]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
