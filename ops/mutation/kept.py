"""What may be kept of an earlier run, so that a change is tried in minutes and the whole on a quiet evening.

A verdict is kept when the function is the same, something noticed the mutant, and every test that reaches the function
is the same, with all that it uses of the tests' own modules. What stands elsewhere in the domain may have changed: that
is what a whole run is for, and the page says which commit saw the last one.
"""

import ast
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ops.mutation.results import NOTICED, verdict_of

WHOLE: Final = ".whole"
"""The commit of the run that tried everything."""
_KEPT: Final = ".kept"
_STATS: Final = Path("mutants/mutmut-stats.json")
"""Which tests reach which function, as mutmut learnt by running them."""
_CODE: Final = ("domain", "tests")
_TESTS: Final = "tests"
_ASIDE: Final = Path("tests/conftest.py")
"""It says how properties draw, which `profile.py` says anew, and has fixtures of the engine, which no mutant meets."""


@dataclass(frozen=True, slots=True)
class Kept:
    whole: str
    """The commit of the last run that tried everything."""
    verdicts: int


def renew(folder: Path, files: Sequence[Path]) -> None:
    """Brings the copy in `folder` to the tree's `files`, and forgets the verdicts that no longer stand."""
    code = [path for path in files if path.parts[0] in _CODE]
    before = [path.relative_to(folder) for part in _CODE for path in (folder / part).rglob("*") if path.is_file()]
    same = set(code) == set(before) and all(_same(path, folder / path) for path in code)
    if not same:
        _forget(folder, _reached(folder, _changed(folder, code)))
    for gone in {*before} - {*code}:
        (folder / gone).unlink()
        (folder / "mutants" / gone).unlink(missing_ok=True)
    for path in files:
        if not (folder / path).is_file() or not _same(path, folder / path):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / path)  # as of now: mutmut plants anew in what is younger than its mutants


def count(folder: Path) -> Kept | None:
    """How many verdicts stand since the last run of everything; None when that was this one."""
    before = _kept(folder)
    if before is None:
        return None
    return Kept((folder / WHOLE).read_text(encoding="utf-8").strip(), len(before & set(_verdicts(folder))))


def _kept(folder: Path) -> set[tuple[str, str]] | None:
    if not (folder / _KEPT).exists():
        return None
    return {(mutant, digest) for mutant, digest in json.loads((folder / _KEPT).read_text(encoding="utf-8"))}


def _same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def _forget(folder: Path, reached: set[str]) -> None:
    """Of the functions in `reached` everything, and of all others what nothing noticed."""
    for meta, told in _metas(folder):
        codes = told["exit_code_by_key"]
        for mutant, code in codes.items():
            if mutant.rpartition("__mutmut_")[0] in reached or verdict_of(code) not in NOTICED:
                codes[mutant] = None
        meta.write_text(json.dumps(told, indent=4), encoding="utf-8")
    stand, before = set(_verdicts(folder)), _kept(folder)
    stand = stand if before is None else stand & before
    (folder / _KEPT).write_text(json.dumps(sorted(stand)), encoding="utf-8")
    (folder / _STATS).unlink(missing_ok=True)


def _verdicts(folder: Path) -> Iterator[tuple[str, str]]:
    """Each mutant that has a verdict, with the digest of its function."""
    for _, told in _metas(folder):
        digests = told["hash_by_function_name"]
        for mutant, code in told["exit_code_by_key"].items():
            if code is not None:
                yield mutant, digests[mutant.rpartition("__mutmut_")[0].rpartition(".")[2]]


def _metas(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for meta in sorted((folder / "mutants").glob("domain/**/*.py.meta")):
        yield meta, json.loads(meta.read_text(encoding="utf-8"))


def _reached(folder: Path, changed: set[tuple[str, str]]) -> set[str]:
    """The functions, as mutmut names them, that a test in `changed` reached; all, after a run that never learnt it."""
    if not (folder / _STATS).exists():
        return {mutant.rpartition("__mutmut_")[0] for mutant, _ in _verdicts(folder)}
    told: Mapping[str, Sequence[str]] = json.loads((folder / _STATS).read_text(encoding="utf-8"))[
        "tests_by_mangled_function_name"
    ]
    return {function for function, tests in told.items() if any(_plain(test) in changed for test in tests)}


def _plain(test: str) -> tuple[str, str]:
    """`tests/a.py::TestB::test_c[d]` without its parameters."""
    path, _, rest = test.partition("::")
    return path, rest.partition("[")[0].replace("::", ".")


def _changed(folder: Path, code: Sequence[Path]) -> set[tuple[str, str]]:
    """The tests of the copy that are gone from the tree or not the same there."""
    modules = _Modules(folder)
    olds = (path.relative_to(folder) for path in sorted((folder / _TESTS).rglob("test_*.py")))
    return {(path.as_posix(), name) for path in olds for name in modules.changed(path, gone=path not in code)}


class _Modules:
    """The modules of the tests, then and now."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._helpers: dict[Path, bool] = {}

    def changed(self, path: Path, *, gone: bool) -> set[str]:
        """Names of tests. What was only added to a module changes no test that was there."""
        old = _Parts.of(self._folder / path)
        if gone:
            return set(old.tests)
        new = _Parts.of(path)
        if not old.rest <= new.rest or not all(self._unchanged(helper) for helper in _used(path)):
            return set(old.tests)
        return {name for name, text in old.tests.items() if new.tests.get(name) != text}

    def _unchanged(self, helper: Path) -> bool:
        """A module that tests use, with all that it uses itself."""
        if helper not in self._helpers:
            self._helpers[helper] = True  # while it is looked at: modules may use each other
            then = self._folder / helper
            here = then.is_file() and _Parts.of(then).all <= _Parts.of(helper).all
            self._helpers[helper] = here and all(self._unchanged(used) for used in _used(helper))
        return self._helpers[helper]


def _used(path: Path) -> Iterator[Path]:
    """The tests' own modules that one of them imports, and the `conftest.py` of every folder it lies in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == _TESTS:
            stem = Path(*(node.module or "").split("."))
            named = (stem.with_suffix(".py"), *((stem / alias.name).with_suffix(".py") for alias in node.names))
            yield from (found for found in named if found.is_file() and found != path)
    found = (parent / "conftest.py" for parent in path.parents)
    yield from (conftest for conftest in found if conftest.is_file() and conftest not in (path, _ASIDE))


@dataclass(frozen=True, slots=True)
class _Parts:
    """A module as its syntax says it, imports and layout aside."""

    tests: Mapping[str, str]
    rest: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.rest | frozenset(f"{name} {text}" for name, text in self.tests.items())

    @classmethod
    def of(cls, path: Path) -> "_Parts":
        tests: dict[str, str] = {}
        rest: set[str] = set()
        _sort(ast.parse(path.read_text(encoding="utf-8")).body, "", tests, rest)
        return cls(tests, frozenset(rest))


def _sort(body: Sequence[ast.stmt], prefix: str, tests: dict[str, str], rest: set[str]) -> None:
    for node in body:
        if isinstance(node, ast.ClassDef):
            rest.update(f"{prefix}{node.name} {ast.dump(part)}" for part in (*node.bases, *node.decorator_list))
            _sort(node.body, f"{prefix}{node.name}.", tests, rest)
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            tests[prefix + node.name] = ast.dump(node)
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            rest.add(prefix + ast.dump(node))
