"""The artifact that goes to AWS is for the processor and the Python that template.yaml names, whatever builds it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from ops.check.bytecode import RUNTIMES, unusable
from tests.unit.infra.templates import ROOT, template

STAGE: Final = template("template.yaml")["Mappings"]["Stages"]["prod"]
BUILD_SECONDS_MAX: Final = 300
ELF: Final = b"\x7fELF"
MACHINES: Final = {"arm64": 183, "x86_64": 62}
"""`e_machine` of an ELF header."""

pytestmark = pytest.mark.slow


def build(target: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    uv = ROOT / ".venv/uv/bin/uv"
    return subprocess.run(
        ["make", "-f", f"{STAGE['Package']}/Makefile", "build-GraphqlFunction", f"ARTIFACTS_DIR={target}"],  # noqa: S607 - the make that builds everything
        cwd=ROOT,
        env=dict(os.environ) | ({"UV": str(uv)} if uv.exists() else {}) | environment,
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS_MAX,
        check=False,
    )


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not has_python(STAGE["Runtime"]):
        pytest.skip(f"{STAGE['Runtime']} is not here, and nothing else makes its bytecode")
    target = tmp_path_factory.mktemp("artifact")
    built = build(target)
    assert built.returncode == 0, built.stderr[-2000:]
    return target


def has_python(name: str) -> bool:
    found = shutil.which(name)
    environment = dict(os.environ) | {"PYENV_VERSION": name.removeprefix("python")}
    return found is not None and not subprocess.run([found, "-c", ""], env=environment, check=False).returncode


def test_its_bytecode_is_of_the_runtime(artifact: Path) -> None:
    assert (artifact / "functions/graphql/handler.py").is_file()
    assert list(unusable(artifact, RUNTIMES[STAGE["Runtime"]])) == []


def test_what_is_compiled_in_it_is_for_the_processor(artifact: Path) -> None:
    headers = {path.name: path.read_bytes()[:20] for path in artifact.rglob("*.so*")}
    assert headers
    for name, header in headers.items():
        assert header.startswith(ELF), name
        assert int.from_bytes(header[18:20], "little") == MACHINES[STAGE["Architecture"]], name


def test_another_python_builds_nothing(tmp_path: Path) -> None:
    """It would leave bytecode that Lambda does not look at, and nobody would know but by slow starts."""
    other = tmp_path / "python"
    other.write_text("#!/bin/sh\necho 3 12\n")
    other.chmod(0o755)
    built = build(tmp_path / "artifact", FLORIN_PYTHON=str(other))
    assert built.returncode != 0
    assert "is no Python 3.13" in built.stderr
    assert not (tmp_path / "artifact").exists()
