import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "ops/choose-python"
SHELL = "/bin/sh"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def put(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!{SHELL}\n{script}\n")
    path.chmod(0o755)


def choose(folder: Path, **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [SHELL, str(SCRIPT)],
        env={"PATH": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip()


def test_a_name_that_does_not_run_is_passed_over(folder: Path) -> None:
    put(folder, "python3", "echo 'not installed' >&2; exit 127")
    put(folder, "python3.12", f'exec {sys.executable} "$@"')
    assert choose(folder) == (0, sys.executable)


def test_an_older_python_is_passed_over(folder: Path) -> None:
    put(folder, "python3", "exit 0")  # It ran, and printed nothing: its version was too old.
    put(folder, "python3.11", f'exec {sys.executable} "$@"')
    assert choose(folder) == (0, sys.executable)


def test_the_one_that_is_named_comes_first(folder: Path) -> None:
    put(folder, "python3", "echo /wrong")
    assert choose(folder, PYTHON=sys.executable) == (0, sys.executable)


def test_without_any_it_says_what_to_do(folder: Path) -> None:
    assert choose(folder) == (1, "")


def test_the_real_machine_has_one() -> None:
    status, found = choose(Path(os.defpath.split(":")[0]), PATH=os.environ["PATH"])
    assert status == 0
    assert Path(found).is_absolute()
