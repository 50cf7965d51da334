"""What mutmut left in its folder, read into counts and survivors.

Beside every mutated file lies a `.meta` file with the exit code of each mutant's tests; the mutated file itself holds
every mutant as a function of its own, next to the original.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import ndiff
from enum import StrEnum
from pathlib import Path
from typing import Final


class Verdict(StrEnum):
    KILLED = "killed"
    TIMEOUT = "timeout"
    """Its tests went round in circles until they were stopped: noticed, like a kill."""
    SURVIVED = "survived"
    UNTESTED = "no test reaches it"
    UNKNOWN = "not run"


_VERDICTS: Final[Mapping[int | None, Verdict]] = {
    0: Verdict.SURVIVED,
    1: Verdict.KILLED,
    3: Verdict.KILLED,  # pytest itself broke
    5: Verdict.UNTESTED,
    33: Verdict.UNTESTED,
    24: Verdict.TIMEOUT,
    -24: Verdict.TIMEOUT,
    152: Verdict.TIMEOUT,
    36: Verdict.TIMEOUT,
    -9: Verdict.TIMEOUT,
}
NOTICED: Final = (Verdict.KILLED, Verdict.TIMEOUT)
MISSED: Final = (Verdict.SURVIVED, Verdict.UNTESTED)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted mistake that no test noticed: the lines it takes away and the lines it puts in their place."""

    name: str
    """As mutmut names it: the module, the function and the number of the mutant."""
    module: str
    function: str
    verdict: Verdict
    gone: str
    put: str


@dataclass(frozen=True, slots=True)
class Module:
    path: str
    counts: Mapping[Verdict, int]
    missed: tuple[Mutant, ...]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def noticed(self) -> int:
        return sum(self.counts[verdict] for verdict in NOTICED)


def read(folder: Path) -> tuple[Module, ...]:
    """Every mutated module under `folder` that has a mutant."""
    mutated = folder / "mutants"
    found = (_module(path, mutated) for path in sorted(mutated.glob("domain/**/*.py.meta")))
    return tuple(module for module in found if module.total)


def verdict_of(code: int | None) -> Verdict:
    return _VERDICTS.get(code, Verdict.UNKNOWN)


def _module(meta: Path, mutated: Path) -> Module:
    source = meta.with_suffix("")
    path = source.relative_to(mutated).as_posix()
    codes: dict[str, int | None] = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    verdicts = {name: verdict_of(code) for name, code in codes.items()}
    counts = {verdict: list(verdicts.values()).count(verdict) for verdict in Verdict}
    missed = {name: verdict for name, verdict in verdicts.items() if verdict in MISSED}
    return Module(path, counts, tuple(_mutants(path, source, missed)) if missed else ())


def _mutants(path: str, source: Path, missed: Mapping[str, Verdict]) -> Iterator[Mutant]:
    functions = {
        node.name: node
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    for name, verdict in missed.items():
        own = name.rpartition(".")[2]
        stem = own.rpartition("__mutmut_")[0]
        gone, put = _difference(functions[f"{stem}__mutmut_orig"], functions[own])
        yield Mutant(name, path, readable(stem), verdict, gone, put)


def readable(stem: str) -> str:
    """mutmut writes `x_parse` for a function and `xǁMoneyǁ__add__` for a method."""
    return stem.removeprefix("xǁ").replace("ǁ", ".") if stem.startswith("xǁ") else stem.removeprefix("x_")


def _difference(original: ast.FunctionDef, mutant: ast.FunctionDef) -> tuple[str, str]:
    told = list(ndiff(_lines(original), _lines(mutant)))
    gone = " ⏎ ".join(line[2:].strip() for line in told if line.startswith("- "))
    put = " ⏎ ".join(line[2:].strip() for line in told if line.startswith("+ "))
    return gone, put


def _lines(function: ast.FunctionDef) -> list[str]:
    function.name = ""
    function.decorator_list = []
    return ast.unparse(function).splitlines()
