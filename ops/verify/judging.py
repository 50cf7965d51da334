"""Judging a world by the list of invariants, and the report that comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ops.verify.invariants import INVARIANTS, Invariant
from ops.verify.world import Found, World

SHOWN_MAX: Final = 20
"""Violations of one check that a person is shown; the JSON report has them all."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check over one world."""

    name: str
    says: str
    examined: int
    violations: tuple[Found, ...]

    @property
    def ok(self) -> bool:
        return not self.violations


def judge(world: World, invariants: Sequence[Invariant] = INVARIANTS) -> list[Verdict]:
    return [
        Verdict(
            invariant.name,
            invariant.says,
            invariant.examines(world),
            tuple(invariant.find(world)),
        )
        for invariant in invariants
    ]


def together(by_region: dict[str, list[Verdict]]) -> list[Verdict]:
    """One verdict a check over all regions; a violation says where."""
    checks: dict[str, Verdict] = {}
    for region, verdicts in by_region.items():
        for verdict in verdicts:
            before = checks.get(verdict.name, Verdict(verdict.name, verdict.says, 0, ()))
            placed = tuple(Found(f"{region} {found.subject}", found.what) for found in verdict.violations)
            checks[verdict.name] = Verdict(
                verdict.name, verdict.says, before.examined + verdict.examined, before.violations + placed
            )
    return list(checks.values())


def document(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """The machine-readable report."""
    return {
        "ok": all(verdict.ok for verdict in verdicts),
        "checks": [
            {
                "name": verdict.name,
                "ok": verdict.ok,
                "examined": verdict.examined,
                "violations": [str(found) for found in verdict.violations],
            }
            for verdict in verdicts
        ],
    }


def lines(verdicts: Sequence[Verdict]) -> list[str]:
    """The report for people."""
    report = []
    for verdict in verdicts:
        mark = "ok " if verdict.ok else "OFF"
        report.append(f"{mark}  {verdict.name:<18} {verdict.examined:>7}  {verdict.says}")
        report += [f"       {found}" for found in verdict.violations[:SHOWN_MAX]]
        if len(verdict.violations) > SHOWN_MAX:
            report.append(f"       and {len(verdict.violations) - SHOWN_MAX} more")
    return report
