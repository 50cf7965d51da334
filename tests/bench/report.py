"""What a benchmark found: figures for machines, a text for people, and the ratios that are held to a goal.

CPU times are the least of interleaved rounds: what another process takes from a round, it takes from everything in it.
Only ratios within one run are held, with a quarter of slack, because they do not depend on the machine.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

SLACK: Final = 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """One thing in terms of another of the same run."""

    name: str
    value: float
    goal: float

    @property
    def held(self) -> bool:
        return self.value <= self.goal * SLACK

    def __str__(self) -> str:
        said = "within the goal" if self.value <= self.goal else "within the slack" if self.held else "TOO MUCH"
        return f"{self.name}: {self.value:.2f} (goal: less than {self.goal:g}), {said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    title: str
    figures: Mapping[str, Any]
    text: str
    ratios: tuple[Ratio, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        ratios = [asdict(ratio) | {"held": ratio.held} for ratio in self.ratios]
        return {"title": self.title, "figures": self.figures, "ratios": ratios}

    def __str__(self) -> str:
        return "\n".join([self.title, "", self.text.rstrip("\n"), *(f"\n{ratio}" for ratio in self.ratios), ""])


Ways = Mapping[str, Callable[[], object]]


def least_cpu(ways: Ways, *, rounds: int, calls: int) -> dict[str, float]:
    """Microseconds of this process's CPU that one call takes, each way in turn."""
    least = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.process_time_ns()
            for _ in range(calls):
                way()
            least[name] = min(least[name], (time.process_time_ns() - began) / calls / 1000)
    return least


def columns(rows: Sequence[tuple[str, ...]]) -> str:
    """A table for the terminal: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    )
