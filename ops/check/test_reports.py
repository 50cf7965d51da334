"""Adds up what the test suites reported, and fails when one of them ran nothing: a suite that was not collected
would otherwise look like one that passed.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one suite went."""

    passed: int
    failed: int
    skipped: int
    seconds: float

    @property
    def ran(self) -> int:
        return self.passed + self.failed


NOTHING = Outcome(passed=0, failed=0, skipped=0, seconds=0.0)


def main(arguments: list[str]) -> int:
    folder, suites = Path(arguments[0]), arguments[1:]
    outcomes = {suite: read_outcome(folder / f"{suite}.xml") for suite in suites}
    for suite, outcome in outcomes.items():
        print(
            f"{suite:<18} {outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped"
            f" in {outcome.seconds:.1f} s" + ("" if outcome.ran else "  <- ran no test")
        )
    found = outcomes.values()
    print(f"{sum(item.passed for item in found)} passed, {sum(item.failed for item in found)} failed")
    return 0 if all(item.ran and not item.failed for item in found) else 1


def read_outcome(path: Path) -> Outcome:
    """What a JUnit report says; nothing ran when there is none."""
    if not path.exists():
        return NOTHING
    suites = ET.parse(path).getroot().iter("testsuite")  # noqa: S314 - written by our own test run
    total = NOTHING
    for suite in suites:
        count = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
        failed = count["failures"] + count["errors"]
        total = Outcome(
            passed=total.passed + count["tests"] - failed - count["skipped"],
            failed=total.failed + failed,
            skipped=total.skipped + count["skipped"],
            seconds=total.seconds + float(suite.get("time", "0")),
        )
    return total


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
