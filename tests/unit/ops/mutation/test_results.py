"""What mutmut leaves behind is read as it is: each mutant counted once, each survivor with its difference."""

import json
from pathlib import Path

from ops.mutation.results import Verdict, read, readable

MUTATED = """
def x_add__mutmut_orig(a: int, b: int = 0) -> int:
    return a + b

def x_add__mutmut_1(a: int, b: int = 0) -> int:
    return a - b

def x_add__mutmut_2(a: int, b: int = 1) -> int:
    return a + b

class Purse:
    @_mutmut_mutated(mutants)
    def xǁPurseǁtake__mutmut_orig(self) -> int:
        return 1

    @_mutmut_mutated(mutants)
    def xǁPurseǁtake__mutmut_1(self) -> int:
        return 2
"""


def left_behind(folder: Path, codes: dict[str, int | None]) -> Path:
    source = folder / "mutants/domain/purse.py"
    source.parent.mkdir(parents=True)
    source.write_text(MUTATED)
    names = {f"domain.purse.{name}": code for name, code in codes.items()}
    (source.parent / "purse.py.meta").write_text(json.dumps({"exit_code_by_key": names}))
    return folder


def test_every_mutant_is_counted_by_how_its_tests_ended(tmp_path: Path) -> None:
    (module,) = read(
        left_behind(tmp_path, {"x_add__mutmut_1": 1, "x_add__mutmut_2": -24, "xǁPurseǁtake__mutmut_1": None})
    )

    assert module.path == "domain/purse.py"
    counted = {verdict: count for verdict, count in module.counts.items() if count}
    assert counted == {Verdict.KILLED: 1, Verdict.TIMEOUT: 1, Verdict.UNKNOWN: 1}
    assert (module.noticed, module.total, module.missed) == (2, 3, ())


def test_a_code_that_nobody_knows_is_no_kill(tmp_path: Path) -> None:
    (module,) = read(left_behind(tmp_path, {"x_add__mutmut_1": 99}))
    assert (module.noticed, module.counts[Verdict.UNKNOWN]) == (0, 1)


def test_a_survivor_says_what_is_gone_and_what_was_put(tmp_path: Path) -> None:
    (module,) = read(left_behind(tmp_path, {"x_add__mutmut_1": 0, "xǁPurseǁtake__mutmut_1": 33}))

    first, second = module.missed
    assert (first.function, first.verdict, first.gone, first.put) == (
        "add",
        Verdict.SURVIVED,
        "return a + b",
        "return a - b",
    )
    assert (second.function, second.verdict, second.put) == ("Purse.take", Verdict.UNTESTED, "return 2")


def test_a_changed_default_is_a_difference_too(tmp_path: Path) -> None:
    (module,) = read(left_behind(tmp_path, {"x_add__mutmut_2": 0}))
    assert module.missed[0].put == "def (a: int, b: int=1) -> int:"


def test_names_are_read_as_people_write_them() -> None:
    assert [readable(name) for name in ("x_parse", "x__example", "xǁMoneyǁ__add__")] == [
        "parse",
        "_example",
        "Money.__add__",
    ]
