"""Mutants of what runs while modules are imported, each in a process of its own.

mutmut imports everything once and forks for each mutant, so a mistake in the making of a table comes too late to be
seen. The few such mutants are run again here: the mutated module is told by its environment which mistake to make.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from ops.mutation.results import Module

MADE_ON_IMPORT: Final = ("domain/ledger/kinds.py", "domain/ledger/roots_memory.py")
"""The table of kinds, and the signer that tests make when they are imported."""
PROCESSOR_SECONDS_MAX: Final = 120
"""Four times what all the tests take. Of the processor, not of the clock: a busy machine makes no mutant noticed."""
HOURS_MAX: Final = 1
_KILLED_CODE: Final = 1
_TIMEOUT_CODE: Final = 36
_TESTS: Final = ("tests/unit/ledger/test_kinds.py", "tests/unit/ledger/tables", "tests/unit/ledger")
"""What is quick to load and about the tables of kinds comes first and alone."""


def run(folder: Path, modules: Sequence[Module]) -> None:
    for module in modules:
        if module.path in MADE_ON_IMPORT:
            again = [mutant.name for mutant in module.missed]
            _keep(folder / "mutants" / f"{module.path}.meta", {name: _code(folder, name) for name in again})


def _code(folder: Path, mutant: str) -> int:
    """As mutmut would write it down."""
    for tests in _TESTS:
        code = _ended(folder, mutant, tests)
        if code:
            return _TIMEOUT_CODE if code == -signal.SIGXCPU else _KILLED_CODE
    return 0


def _ended(folder: Path, mutant: str, tests: str) -> int:
    options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "ops.mutation.profile")
    done = subprocess.run(
        (sys.executable, "-m", "pytest", *options, tests),
        cwd=folder / "mutants",
        env={**os.environ, "MUTANT_UNDER_TEST": mutant},
        check=False,
        capture_output=True,
        timeout=timedelta(hours=HOURS_MAX).total_seconds(),
        preexec_fn=_limit,
    )
    return done.returncode


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS_MAX, PROCESSOR_SECONDS_MAX + 1))


def _keep(meta: Path, codes: dict[str, int]) -> None:
    told = json.loads(meta.read_text(encoding="utf-8"))
    told["exit_code_by_key"] |= codes
    meta.write_text(json.dumps(told, indent=4), encoding="utf-8")
