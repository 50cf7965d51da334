"""An artifact passes when its runtime uses the bytecode of every module, and each way of not using it is named."""

import compileall
import importlib.util
import sys
from pathlib import Path
from py_compile import PycInvalidationMode

import pytest

from ops.check.bytecode import RUNTIMES, main, unusable

THIS = f"python{sys.version_info.major}.{sys.version_info.minor}"
RUNTIME = RUNTIMES[THIS]
OTHER = next(name for name in RUNTIMES if name != THIS)


def compiled(folder: Path, mode: PycInvalidationMode = PycInvalidationMode.UNCHECKED_HASH) -> None:
    assert compileall.compile_dir(folder, quiet=2, force=True, invalidation_mode=mode)


def bytecode(folder: Path, module: str) -> Path:
    return Path(importlib.util.cache_from_source(str(folder / module)))


@pytest.fixture(name="artifact")
def _artifact(tmp_path: Path) -> Path:
    """Two modules as the build leaves them."""
    (tmp_path / "bank").mkdir()
    (tmp_path / "bank/__init__.py").write_text("")
    (tmp_path / "bank/vault.py").write_text("GOLD = 1\n")
    compiled(tmp_path)
    return tmp_path


def test_the_number_of_this_python_is_the_one_that_is_asked_for() -> None:
    assert RUNTIME.start == importlib.util.MAGIC_NUMBER
    assert sys.implementation.cache_tag == RUNTIME.tag
    assert importlib.util.source_hash(b"GOLD = 1\n") == RUNTIME.hash(b"GOLD = 1\n")


def test_the_hash_of_another_python_is_known_too() -> None:
    assert RUNTIMES["python3.13"].hash(b"GOLD = 1\n").hex() == "f3fbd45abc5766a0"


def test_what_the_build_leaves_is_used(artifact: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(unusable(artifact, RUNTIME)) == []
    assert main([str(artifact), "--runtime", THIS]) == 0
    assert capsys.readouterr().out == f"2 modules, 0 without bytecode that {THIS} uses\n"


def test_a_module_without_bytecode_is_named(artifact: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bytecode(artifact, "bank/vault.py").unlink()

    assert list(unusable(artifact, RUNTIME)) == ["bank/vault.py: no bytecode"]
    assert main([str(artifact), "--runtime", THIS]) == 1
    assert capsys.readouterr().out.startswith("bank/vault.py: no bytecode\n")


@pytest.mark.parametrize("mode", [PycInvalidationMode.TIMESTAMP, PycInvalidationMode.CHECKED_HASH])
def test_bytecode_that_python_asks_about_is_refused(artifact: Path, mode: PycInvalidationMode) -> None:
    compiled(artifact, mode)

    assert list(unusable(artifact, RUNTIME)) == [
        "bank/__init__.py: bytecode that is checked, and refused",
        "bank/vault.py: bytecode that is checked, and refused",
    ]


def test_bytecode_of_another_source_would_run_in_its_place(artifact: Path) -> None:
    (artifact / "bank/vault.py").write_text("GOLD = 2\n")

    assert list(unusable(artifact, RUNTIME)) == ["bank/vault.py: bytecode of another source"]


def test_another_runtime_does_not_look_at_it(artifact: Path) -> None:
    assert list(unusable(artifact, RUNTIMES[OTHER])) == ["bank/__init__.py: no bytecode", "bank/vault.py: no bytecode"]


def test_bytecode_of_another_python_under_the_runtimes_name_is_refused(artifact: Path) -> None:
    found = bytecode(artifact, "bank/vault.py")
    found.write_bytes(RUNTIMES[OTHER].start + found.read_bytes()[4:])

    assert list(unusable(artifact, RUNTIME)) == ["bank/vault.py: bytecode of another Python"]


def test_bytecode_that_is_cut_off_is_refused(artifact: Path) -> None:
    bytecode(artifact, "bank/vault.py").write_bytes(b"")

    assert list(unusable(artifact, RUNTIME)) == ["bank/vault.py: bytecode of another Python"]


def test_a_folder_without_modules_is_no_artifact(tmp_path: Path) -> None:
    assert main([str(tmp_path), "--runtime", THIS]) == 1
