"""The time line of a drill, and the report it leaves."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ops.drills.time_line import DrillFailed, TimeLine, clock_text

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


def test_a_line_says_how_long_after_the_beginning_what_was_the_state() -> None:
    said: list[str] = []
    line = TimeLine(drill="a-drill", form="in process", began_at=NOON, say=said.append)
    line.add(NOON + timedelta(hours=2, seconds=5), "a file is sent", "SENT")
    assert said == ["t+  2:00:05  a file is sent                      SENT"]


@pytest.mark.parametrize(
    ("after", "text"),
    [
        (timedelta(), "  0:00:00"),
        (timedelta(seconds=59, milliseconds=999), "  0:00:59"),
        (timedelta(days=5), "120:00:00"),
    ],
)
def test_hours_go_on_past_a_day(after: timedelta, text: str) -> None:
    assert clock_text(after) == text


def test_what_is_not_so_fails_the_drill_and_stands_in_its_report(tmp_path: Path) -> None:
    line = TimeLine(drill="a-drill", form="in process", began_at=NOON, say=lambda _: None)
    line.add(NOON, "a file is sent", "SENT")
    line.must(True, "it is there")
    with pytest.raises(DrillFailed, match="a file is sent: it is acknowledged"):
        line.must(False, "it is acknowledged")
    line.write(tmp_path / "deep" / "drill-report.json")
    assert json.loads((tmp_path / "deep" / "drill-report.json").read_text()) == {
        "drill": "a-drill",
        "form": "in process",
        "ok": False,
        "began_at": "2026-03-09T12:00:00+00:00",
        "failed": {"step": "a file is sent", "assertion": "it is acknowledged"},
        "time_line": [{"t_seconds": 0.0, "step": "a file is sent", "state": "SENT"}],
        "asserted": ["it is there"],
    }
