"""A condition is written as a line and read back; what is no condition is refused with its place."""

import pytest

from domain.fraud.documents import DocumentMalformed
from domain.fraud.expression_text import DEPTH_MAX, LENGTH_MAX, read
from domain.fraud.expressions import plain, text_of


def f(name: str) -> dict[str, str]:
    return {"feature": name}


AMOUNT = f("amount_minor")


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ("credit", f("credit")),
        ("true", True),
        ("amount_minor >= 250000 and not sent_before",
         {"and": [{"gte": [AMOUNT, 250_000]}, {"not": f("sent_before")}]}),
        ("credit and night and weekend", {"and": [f("credit"), f("night"), f("weekend")]}),
        ("(credit and night) and weekend", {"and": [{"and": [f("credit"), f("night")]}, f("weekend")]}),
        ("credit and (night and weekend)", {"and": [f("credit"), {"and": [f("night"), f("weekend")]}]}),
        ("credit or night and weekend", {"or": [f("credit"), {"and": [f("night"), f("weekend")]}]}),
        ("credit and night or weekend", {"or": [{"and": [f("credit"), f("night")]}, f("weekend")]}),
        ("not credit and night", {"and": [{"not": f("credit")}, f("night")]}),
        ("not (not credit)", {"not": {"not": f("credit")}}),
        ("not amount_minor > 1", {"not": {"gt": [AMOUNT, 1]}}),
        ("hour + 1 + 2 > 3", {"gt": [{"add": [f("hour"), 1, 2]}, 3]}),
        ("(hour + 1) + 2 > 3", {"gt": [{"add": [{"add": [f("hour"), 1]}, 2]}, 3]}),
        ("hour - 1 - 2 > 3", {"gt": [{"sub": [{"sub": [f("hour"), 1]}, 2]}, 3]}),
        ("hour + 1 - 2 + 3 > 4", {"gt": [{"add": [{"sub": [{"add": [f("hour"), 1]}, 2]}, 3]}, 4]}),
        ("hour + 2 * 3 > 4", {"gt": [{"add": [f("hour"), {"mul": [2, 3]}]}, 4]}),
        ("hour * 2 * 3 / 4 > 4", {"gt": [{"div": [{"mul": [f("hour"), 2, 3]}, 4]}, 4]}),
        ("hour - -5 == -1.5e3", {"eq": [{"sub": [f("hour"), -5]}, -1500.0]}),
        ("hour-5==-1", {"eq": [{"sub": [f("hour"), 5]}, -1]}),
        ('kind in ("B", "A")', {"in": [f("kind"), ["A", "B"]]}),
        ("hour + 1 in (-1, 2) and credit", {"and": [{"in": [{"add": [f("hour"), 1]}, [-1, 2]]}, f("credit")]}),
        ("min(hour, max(1, 2), 3) < 4", {"lt": [{"min": [f("hour"), {"max": [1, 2]}, 3]}, 4]}),
        ("is_missing(hour) or is_missing(credit and night)",
         {"or": [{"is_missing": f("hour")}, {"is_missing": {"and": [f("credit"), f("night")]}}]}),
        ('kind != "a\\"b\\u00e9"', {"ne": [f("kind"), 'a"bé']}),
        (" \t\ncredit\r\n", f("credit")),
        ("((credit))", f("credit")),
    ],
)  # fmt: skip
def test_a_line_is_read(text: str, document: object) -> None:
    found = read(text)
    assert plain(found) == document
    assert plain(read(text_of(found))) == document


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        ("", "character 1", "the end stands where a value is expected"),
        ("credit and", "character 11", "the end stands where a value is expected"),
        ("credit night", "character 8", "'night' stands where an operator or the end is expected"),
        ("(credit", "character 8", "the end stands where ')' is expected"),
        ("credit)", "character 7", "')' stands where an operator or the end"),
        ("hour < 1 < 2", "character 10", "'<' stands where and, or or the end is expected"),
        ("hour == 1 in (1)", "character 11", "'in' stands where and, or or the end"),
        ("credit == not night", "character 11", "'not' stands where a value, or not within brackets,"),
        ("hour > -credit", "character 9", "'credit' stands where a number is expected"),
        ("hour > - -1", "character 10", "'-' stands where a number"),
        ("hour in 1", "character 9", "'1' stands where '(' is expected"),
        ("hour in ()", "character 10", "')' stands where a value is expected"),
        ("hour in (hour)", "character 10", "'hour' stands where a value is expected"),
        ("min hour", "character 5", "'hour' stands where '(' is expected"),
        ("min(hour", "character 9", "the end stands where ')' is expected"),
        ("and credit", "character 1", "'and' stands where a value is expected"),
        ("credit ; night", "character 8", "'; night' means nothing here"),
        ("hour = 1", "character 6", "'= 1' means nothing here"),
        ('kind == "a', "character 9", "means nothing here"),
        ("kind == 'a'", "character 9", "means nothing here"),
        ('kind == "\\x"', "character 9", "stands where a text in quotation marks is expected"),
        ("hour > 1.", "character 8", "'1.' means nothing here"),
        ("hour > 1_000", "character 8", "'1_000' means nothing here"),
        ("hour > 0x10", "character 8", "'0x10' means nothing here"),
        (f"hour > {'9' * 31}", "character 8", "stands where a number of at most 30 digits is expected"),
        ("hour\u00a0> 1", "character 5", "means nothing here"),
        ("__import__", "condition.feature", "is '__import__', which is no feature"),
        ("hour.real > 1", "character 5", "'.real > 1' means nothing here"),
        ("hour", "condition", "is an integer; a condition is a flag"),
        ("hour > 1e400", "condition.gt[1]", "is no number from"),
        ('hour > "1"', "condition.gt[1]", "is a text; needed is integer or number"),
        ("is_missing(hour, hour)", "condition.is_missing", "is neither a constant nor an object"),
        ('kind == "\\ud800"', "condition.eq[1]", "printable"),
        ("(" * (DEPTH_MAX + 1), "character 41", "is deeper than 40 brackets"),
        ("x" * (LENGTH_MAX + 1), "the text", "has more than 20000 characters"),
    ],
)  # fmt: skip
def test_what_is_no_condition_is_refused_with_its_place(text: str, path: str, problem: str) -> None:
    with pytest.raises(DocumentMalformed) as caught:
        read(text)
    assert (caught.value.path, problem in caught.value.problem) == (path, True), caught.value


def test_brackets_may_be_as_deep_as_they_may() -> None:
    brackets = DEPTH_MAX - 1
    assert plain(read("(" * brackets + "credit" + ")" * brackets)) == f("credit")


def test_a_long_text_is_refused_for_its_nodes_and_not_by_a_fault() -> None:
    with pytest.raises(DocumentMalformed, match="has 5000 parts"):
        read("+".join("1" * 5_000) + " > 1")
