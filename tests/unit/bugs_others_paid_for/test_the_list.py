"""The list of bugs and their tests belong together: each number has a test or a reason, and every test is listed."""

import re
from pathlib import Path
from typing import Final

import pytest

FOLDER: Final = Path(__file__).parent
LIST: Final = Path(__file__).parents[3] / "docs/proof/bugs.md"
NUMBERS: Final = range(1, 21)
ROWS: Final = {
    int(row[1]): [cell.strip() for cell in row[2].split("|")]
    for row in re.finditer(r"^\| (\d+) \|(.*)\|$", LIST.read_text("utf-8"), re.MULTILINE)
}
TESTS: Final = re.findall(
    r"def (test_(\d+)_\w+)", "".join(path.read_text("utf-8") for path in sorted(FOLDER.glob("test_*.py")))
)


def test_all_twenty_are_listed() -> None:
    assert list(ROWS) == list(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_each_has_a_test_or_waits_for_a_part(number: int) -> None:
    _, proved, waits = ROWS[number]
    tests = [name for name, of in TESTS if int(of) == number]
    named = re.findall(r"`(test_\d+_\w*)", proved)
    assert all(any(test.startswith(name) for test in tests) for name in named), named
    if proved.startswith("nothing"):
        assert waits
        assert not tests
    else:
        assert tests
        assert named
