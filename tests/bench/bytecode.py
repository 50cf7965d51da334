"""What bytecode in the artifact saves a cold start: CPU of importing the function of the API.

    python -m tests.bench bytecode

The artifact is built as `sam build` builds it and stands as packages leave it: every file dated 1980, nothing written
beside it. Three of it: with the bytecode that the build makes, with bytecode that is checked by date, and with none.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Any, Final

from tests.bench.report import Ratio, Report, columns

ROOT: Final = Path(__file__).parents[2]
PACKAGED_AT: Final = 315_532_800
"""The first of January 1980, which `sam package` dates every file."""
MODULE: Final = "functions.graphql.handler"
ROUNDS: Final = 5
BUILD_SECONDS_MAX: Final = 300
IMPORT_SECONDS_MAX: Final = 60
GOAL: Final = 0.5
BUILT: Final = "as built (unchecked hash)"
DATED: Final = "checked by date"
NONE: Final = "no bytecode, as sam build leaves it"


def build(target: Path) -> None:
    uv = ROOT / ".venv/uv/bin/uv"
    subprocess.run(
        ["make", "--silent", "-f", "infra/package/local/Makefile", "build-GraphqlFunction", f"ARTIFACTS_DIR={target}"],  # noqa: S607 - the make that called us
        cwd=ROOT,
        # Copies, not links to the files of other environments, because they are dated below.
        env={**os.environ, "FLORIN_PYTHON": sys.executable, "UV": str(uv), "UV_LINK_MODE": "copy"},
        stdin=subprocess.DEVNULL,
        timeout=BUILD_SECONDS_MAX,
        check=True,
    )


def variants(folder: Path) -> Mapping[str, Path]:
    found = {BUILT: folder / "built", DATED: folder / "dated", NONE: folder / "none"}
    build(found[BUILT])
    for name in (DATED, NONE):
        shutil.copytree(found[BUILT], found[name], ignore=shutil.ignore_patterns("__pycache__"))
    date(found[DATED], time.time())
    mode = PycInvalidationMode.TIMESTAMP.name.lower()
    compile_all = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", mode, str(found[DATED])]
    subprocess.run(compile_all, timeout=BUILD_SECONDS_MAX, check=True)
    date(folder, PACKAGED_AT)
    return found


def date(folder: Path, moment: float) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (moment, moment))


def import_ms(artifact: Path, module: str = MODULE) -> float:
    """CPU of a new interpreter that imports the module and has nothing but the artifact."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-S", "-B", "-c", f"import sys; sys.path.insert(0, {str(artifact)!r}); import {module}"],
        cwd=artifact.parent,
        env={"PATH": os.environ["PATH"]},
        timeout=IMPORT_SECONDS_MAX,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def report() -> Report:
    with tempfile.TemporaryDirectory(prefix="florin-bench-") as folder:
        artifacts = variants(Path(folder))
        sizes = {name: size_mb(artifact) for name, artifact in artifacts.items()}
        least = dict.fromkeys(artifacts, float("inf"))
        for _ in range(ROUNDS):
            for name, artifact in artifacts.items():
                least[name] = min(least[name], import_ms(artifact))
    rows: list[tuple[str, ...]] = [("bytecode", "CPU, ms", "times none", "artifact, MB")]
    rows += [
        (name, f"{taken:.0f}", f"{taken / least[NONE]:.2f}", f"{sizes[name]:.0f}") for name, taken in least.items()
    ]
    figures: dict[str, Any] = {"import_ms": least, "artifact_mb": sizes, "module": MODULE}
    return Report(
        title=f"Importing {MODULE} in a new worker",
        figures=figures,
        text=columns(rows),
        ratios=(Ratio(name="with bytecode, times without", value=least[BUILT] / least[NONE], goal=GOAL),),
    )


def size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1_000_000
