"""Before a snapshot everything is ready and nothing is connected; after a restore nothing is drawn twice."""

import json
import os
import subprocess
import sys

import pytest

from functions.snapshots import warmed_before_snapshots
from tests.unit.functions.region import REGION, SETTINGS
from tests.unit.infra.templates import ROOT

SECONDS_MAX = 60


@pytest.fixture(name="said", scope="module")
def _said() -> list[object]:
    """What the two workers say, and how many hooks there are."""
    here = {"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    run = subprocess.run(
        [sys.executable, "-m", "tests.unit.functions.restored"],
        cwd=ROOT,
        env={**here, **SETTINGS, "AWS_REGION": REGION},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: list[object] = json.loads(run.stdout)
    return found


def test_the_function_is_warmed_before_and_made_new_after(said: list[object]) -> None:
    assert said[:2] == [1, 1]


def test_two_workers_of_one_snapshot_draw_nothing_alike(said: list[object]) -> None:
    one, other = said[2:]
    assert isinstance(one, dict)
    assert isinstance(other, dict)
    assert set(one) == {
        "id",
        "token of a transaction",
        "nonce",
        "jitter of the ledger",
        "jitter of libraries",
    }
    assert [name for name in one if one[name] == other[name]] == []


def test_where_no_snapshots_are_taken_nothing_is_warmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
    warmed: list[str] = []
    warmed_before_snapshots(lambda: warmed.append("now"))
    assert warmed == []
