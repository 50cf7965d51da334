"""A share is the same in each run, and the shares of all turns are the whole."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests import shares
from tests.shares import FULL, TURN, examples, share, told

CASES: Final = "abcdefg"
ROOT: Final = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_word_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FULL, raising=False)
    monkeypatch.delenv(TURN, raising=False)
    monkeypatch.setattr(shares, "drawn", {})


def test_a_share_is_one_in_so_many_in_their_order() -> None:
    assert share(CASES, one_in=3, of="letters") == ["a", "d", "g"]


def test_all_turns_together_are_the_whole_and_have_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for turn in range(3):
        monkeypatch.setenv(TURN, str(turn))
        found += share(CASES, one_in=3, of="letters")
    assert sorted(found) == list(CASES)


def test_those_who_share_are_given_all_of_it_between_them() -> None:
    assert sorted(case for place in range(4) for case in share(CASES, one_in=4, of="letters", place=place)) == list(
        CASES
    )


def test_in_full_there_is_no_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FULL, "1")
    assert share(CASES, one_in=3, of="letters") == list(CASES)
    assert examples(60) == 60
    assert told(shares.drawn) == "shares: none, everything is tried"


def test_what_was_shared_is_told() -> None:
    share(CASES, one_in=3, of="letters")
    assert examples(60) == 30
    assert told(shares.drawn).startswith("shares of turn 0: examples of a property 1 in 2, letters 1 in 3;")


def test_what_a_share_leaves_out_a_long_target_tries() -> None:
    """Every module that draws a share is below what `make unit-full` runs."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipe = re.search(rf"^unit-full:.*\n\t.*{FULL}=1 \$\(PYTEST\) (.*) -n 2$", makefile, re.MULTILINE)
    assert recipe
    run = tuple(recipe[1].split())
    drawing = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("*.py")
        if re.search(r"^from tests\.shares import", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert len(drawing) > 3
    assert [path for path in drawing if not path.startswith(run)] == []
