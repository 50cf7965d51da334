import os
from pathlib import Path

from ops.local.watch import changes, read_times


def test_an_edit_an_addition_and_a_removal_are_seen(tmp_path: Path) -> None:
    folder = tmp_path / "domain" / "ledger"
    folder.mkdir(parents=True)
    edited, removed, added, left = (folder / f"{name}.py" for name in ("edited", "removed", "added", "left"))
    for path in (edited, removed, left):
        path.touch()
    before = read_times(tmp_path)
    os.utime(edited, ns=(1, 1))
    removed.unlink()
    added.touch()
    assert changes(before, read_times(tmp_path)) == sorted([edited, removed, added])


def test_what_the_functions_do_not_run_is_not_watched(tmp_path: Path) -> None:
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops" / "cli.py").touch()
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "notes.md").touch()
    assert read_times(tmp_path) == {}
