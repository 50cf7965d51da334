"""The time line of a drill: what happened when, what was asserted, and the report that is left of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT: Final = "drill-report.json"
STEP_WIDTH: Final = 34


class DrillFailed(Exception):
    """Something that must happen did not. The message names the step and the assertion."""

    def __init__(self, step: str, assertion: str) -> None:
        super().__init__(f"{step}: {assertion}")
        self.step = step
        self.assertion = assertion


@dataclass(frozen=True, slots=True)
class Line:
    after: timedelta
    step: str
    state: str


@dataclass(slots=True)
class TimeLine:
    """Lines as they come. `say` prints; what time it is, is the world's business."""

    drill: str
    form: str
    began_at: datetime
    say: Callable[[str], None]
    lines: list[Line] = field(default_factory=list)
    asserted: list[str] = field(default_factory=list)
    failed: DrillFailed | None = None

    def add(self, now: datetime, step: str, state: str) -> None:
        line = Line(now - self.began_at, step, state)
        self.lines.append(line)
        self.say(f"t+{clock_text(line.after)}  {step:<{STEP_WIDTH}}  {state}")

    def must(self, condition: bool, assertion: str) -> None:
        """Raises `DrillFailed` unless it is so."""
        if not condition:
            self.failed = DrillFailed(self.lines[-1].step if self.lines else "the beginning", assertion)
            raise self.failed
        self.asserted.append(assertion)

    def document(self) -> dict[str, Any]:
        return {
            "drill": self.drill,
            "form": self.form,
            "ok": self.failed is None,
            "began_at": self.began_at.isoformat(),
            "failed": {"step": self.failed.step, "assertion": self.failed.assertion} if self.failed else None,
            "time_line": [
                {"t_seconds": one.after.total_seconds(), "step": one.step, "state": one.state} for one in self.lines
            ],
            "asserted": self.asserted,
        }

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.document(), indent=2) + "\n", encoding="utf-8")


def clock_text(after: timedelta) -> str:
    """Hours, minutes and seconds, as many hours as there were."""
    seconds = int(after.total_seconds())
    return f"{seconds // 3600:>3}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"
