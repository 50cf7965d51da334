"""`florin fraud` as it is called: what it prints, and how it ends when it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def florin_fraud(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As `./florin fraud` calls it, once it has found this environment."""
    return subprocess.run(
        [sys.executable, "-m", "ops.fraud", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_small_draw_goes_from_a_seed_to_figures(tmp_path: Path) -> None:
    file = tmp_path / "drawn.csv"
    sizes = ("--customers", "200", "--terminals", "400", "--days", "45", "--radius", "20")
    drawn = florin_fraud("simulate", "--seed", "1", "--out", str(file), *sizes)
    assert (drawn.returncode, drawn.stderr) == (0, "")
    assert "payments of 45 days" in drawn.stdout
    asked = ("--protocol", "single", "--train-from", "20", "--history-days", "14", "--threads", "1", "--json")
    found = florin_fraud("evaluate", "--data", str(file), *asked)
    assert (found.returncode, found.stderr) == (0, "")
    plain = json.loads(found.stdout)
    assert (plain["protocol"], plain["history_days"]) == ("single", 14)
    assert 0.5 < plain["model"]["mean"]["average_precision"] < 0.8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("evaluate", "--data", "none.csv"), "florin: none.csv: there is no such file\n"),
        (("train", "--data", "none.csv", "--out", "x", "--scope", "CHEQUE"), "florin: there is no scope 'CHEQUE'"),
        (("simulate", "--seed", "1", "--out", "none/x.csv"), "florin: none/x.csv: there is no folder none\n"),
        (("simulate", "--seed", "1", "--out", "x.csv", "--customers", "2"), "florin: customers is 2, and 3 is the"),
        (("evaluate", "--data", "x.csv", "--history-days", "6"), "Invalid value for '--history-days'"),
        (("evaluate", "--data", "x.csv", "--protocol", "double"), "Invalid value for '--protocol'"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_status_2(arguments: tuple[str, ...], said: str) -> None:
    ended = florin_fraud(*arguments)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""
