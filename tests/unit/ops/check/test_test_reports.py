from pathlib import Path

import pytest

from ops.check.test_reports import NOTHING, Outcome, main, read_outcome

REPORT = '<testsuites><testsuite tests="{tests}" failures="{failures}" errors="0" skipped="1" time="2.5"/></testsuites>'


def write(folder: Path, suite: str, *, tests: int, failures: int = 0) -> None:
    (folder / f"{suite}.xml").write_text(REPORT.format(tests=tests, failures=failures))


def test_a_report_is_counted(tmp_path: Path) -> None:
    write(tmp_path, "unit", tests=10, failures=2)
    assert read_outcome(tmp_path / "unit.xml") == Outcome(passed=7, failed=2, skipped=1, seconds=2.5)


def test_a_missing_report_counts_nothing(tmp_path: Path) -> None:
    assert read_outcome(tmp_path / "unit.xml") == NOTHING


def test_all_suites_passing_is_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "unit", tests=3)
    write(tmp_path, "stack", tests=4)
    assert main([str(tmp_path), "unit", "stack"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "5 passed, 0 failed"


def test_a_suite_that_ran_nothing_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "unit", tests=3)
    assert main([str(tmp_path), "unit", "stack"]) == 1
    assert "stack" in next(line for line in capsys.readouterr().out.splitlines() if "ran no test" in line)
