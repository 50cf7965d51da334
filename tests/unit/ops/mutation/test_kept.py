"""A verdict is kept only while its function, and every test that reaches it, is the same; a survivor never is."""

import json
from pathlib import Path

import pytest

from ops.mutation import kept

PURSE = "domain/purse.py"
TESTS = {
    "tests/conftest.py": "",
    "tests/coins.py": "COIN = 5\n",
    "tests/test_purse.py": (
        "import os\nfrom tests.coins import COIN\n\n"
        "def test_add(): assert COIN\n\n"
        "class TestTake:\n    ALL = 1\n\n    def test_take(self): assert self.ALL\n"
    ),
    "tests/test_other.py": "def test_other(): assert True\n",
}
ADD, TAKE = "domain.purse.x_add__mutmut_1", "domain.purse.x_take__mutmut_1"
SURVIVOR, OTHER = "domain.purse.x_other__mutmut_1", "domain.purse.x_other__mutmut_2"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree, in which the test stands, and the copy of it with what a run left there."""
    tree, folder = tmp_path / "tree", tmp_path / "copy"
    for root in (tree, folder):
        for name, text in {PURSE: "", **TESTS}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
    mutants = folder / "mutants"
    (mutants / "domain").mkdir(parents=True)
    meta = {
        "exit_code_by_key": {ADD: 1, TAKE: 36, SURVIVOR: 0, OTHER: 1},
        "hash_by_function_name": {"x_add": "a", "x_take": "t", "x_other": "o"},
    }
    reach = {
        "domain.purse.x_add": ["tests/test_purse.py::test_add[1]"],
        "domain.purse.x_take": ["tests/test_purse.py::TestTake::test_take"],
        "domain.purse.x_other": ["tests/test_other.py::test_other"],
    }
    (mutants / "domain/purse.py.meta").write_text(json.dumps(meta))
    (mutants / "mutmut-stats.json").write_text(json.dumps({"tests_by_mangled_function_name": reach}))
    (folder / kept.WHOLE).write_text("abc1234")
    monkeypatch.chdir(tree)
    return folder


def renewed(copy: Path) -> set[str]:
    """The mutants that still have a verdict."""
    kept.renew(copy, sorted(path for path in Path().rglob("*") if path.is_file()))
    codes = json.loads((copy / "mutants/domain/purse.py.meta").read_text())["exit_code_by_key"]
    return {mutant for mutant, code in codes.items() if code is not None}


def change(name: str, old: str, new: str) -> None:
    before = Path(name).read_text()
    assert old in before
    Path(name).write_text(before.replace(old, new))


@pytest.mark.parametrize(
    ("name", "old", "new", "stands"),
    [
        ("tests/test_purse.py", "assert COIN", "assert not COIN", {TAKE, OTHER}),
        ("tests/test_purse.py", "assert self.ALL", "assert 1", {ADD, OTHER}),
        ("tests/test_purse.py", "def test_add", "def test_sum", {TAKE, OTHER}),
        ("tests/test_purse.py", "ALL = 1", "ALL = 2", {OTHER}),
        ("tests/coins.py", "5", "6", {OTHER}),
        ("tests/test_purse.py", "import os\n", "import re\n", {ADD, TAKE, OTHER}),
        ("tests/test_purse.py", "class", "def test_more(): assert COIN\n\nclass", {ADD, TAKE, OTHER}),
        ("tests/conftest.py", "", "x = 1\n", {ADD, TAKE, OTHER}),
        (PURSE, "", "x = 1\n", {ADD, TAKE, OTHER}),
    ],
    ids=["a test", "a method", "its name", "beside it", "a module it uses", "an import", "one more", "aside", "domain"],
)
def test_what_nothing_noticed_is_run_again_and_what_a_changed_test_reached(
    copy: Path, name: str, old: str, new: str, stands: set[str]
) -> None:
    change(name, old, new) if old else Path(name).write_text(new)

    assert renewed(copy) == stands
    assert (copy / name).read_text() == Path(name).read_text()
    assert not (copy / "mutants/mutmut-stats.json").exists()


def test_a_module_that_is_gone_takes_the_verdicts_of_its_tests_along(copy: Path) -> None:
    Path("tests/test_other.py").unlink()

    assert renewed(copy) == {ADD, TAKE}
    assert not (copy / "tests/test_other.py").exists()


def test_where_no_code_has_changed_every_verdict_stands(copy: Path) -> None:
    Path("README.md").write_text("More words.")

    assert renewed(copy) == {ADD, TAKE, SURVIVOR, OTHER}
    assert (copy / "README.md").read_text() == "More words."


def test_a_verdict_counts_as_kept_when_neither_it_nor_its_function_is_new(copy: Path) -> None:
    assert kept.count(copy) is None
    change("tests/test_purse.py", "assert COIN", "assert not COIN")
    renewed(copy)
    meta = copy / "mutants/domain/purse.py.meta"
    told = json.loads(meta.read_text())
    told["exit_code_by_key"] |= {ADD: 1, SURVIVOR: 1}
    told["hash_by_function_name"]["x_take"] = "other"
    meta.write_text(json.dumps(told))

    assert kept.count(copy) == kept.Kept("abc1234", 1)
    change("tests/test_other.py", "True", "1")
    renewed(copy)
    assert kept.count(copy) == kept.Kept("abc1234", 0)
