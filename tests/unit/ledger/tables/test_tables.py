"""The tables of ledger stories, each as a test; that they cover what the ledger can say; and that a table can fail."""

import re
from pathlib import Path
from typing import Final

import pytest

from domain.ledger.kinds import KINDS
from domain.refusals import stored_refusals
from tests.unit.ledger.tables.table import Table, TableMalformed, Teller, tables_in, tables_of

FOLDER: Final = Path(__file__).parent
TABLES: Final = [
    pytest.param(table, id=f"{path.stem}: {table.title}")
    for path in sorted(FOLDER.glob("*.txt"))
    for table in tables_of(path)
]
UNSTORED: Final = frozenset(
    {
        "INPUT_INVALID",
        "NOT_FOUND",
        "SAME_ACCOUNT",
        "CURRENCY_MISMATCH",
        "EFFECTIVE_DATE_OUT_OF_RANGE",
        "IDEMPOTENCY_KEY_REUSED",
        "CLOCK_UNCERTAIN",
    }
)
"""What the ledger answers and does not keep, but for what only a failing store brings about."""
PAGE: Final = Path(__file__).parents[4] / "docs/proof/tables.md"
TESTS_OF_TIGERBEETLE: Final = 42
PREFUNDING: Final = "prefund_added"
"""Posted by the step that fills the shards, past the row's own asking."""


@pytest.mark.parametrize("table", TABLES)
def test_the_ledger_answers_as_the_table_says(table: Table) -> None:
    Teller().play(table)


def test_together_the_tables_hear_every_refusal_and_post_every_kind() -> None:
    answers: set[str] = set()
    kinds = {PREFUNDING}
    for parameters in TABLES:
        (table,) = parameters.values
        assert isinstance(table, Table)
        teller = Teller()
        teller.play(table)
        answers |= teller.answers
        kinds |= teller.bank.kinds
    assert answers == {"POSTED", *UNSTORED, *stored_refusals()}
    assert kinds == set(KINDS)


def test_the_page_names_tables_that_exist_and_every_one_of_the_others_tests() -> None:
    page = PAGE.read_text("utf-8")
    prose = re.sub(r"`[^`]*`", "", page)
    titles = {str(parameters.id).partition(": ")[2] for parameters in TABLES}
    named = re.findall(r"\*([^*\n]+)\*", prose)
    assert len(named) > TESTS_OF_TIGERBEETLE
    assert set(named) <= titles, set(named) - titles
    assert set(re.findall(r"`(\w+\.txt)`", page)) == {path.name for path in FOLDER.glob("*.txt")}
    theirs = re.search(r"\| their test \| ours \|\n.*?\n\n", page, re.DOTALL)
    assert theirs is not None
    rows = re.findall(r"^\| `([^`]+)` \|", theirs[0], re.MULTILINE)
    assert len(rows) == len(set(rows)) == TESTS_OF_TIGERBEETLE


def play_all(text: str) -> None:
    for table in tables_in(text, "made up"):
        Teller().play(table)


OPENED: Final = "== a\nopen alice | POSTED | alice 0/0/0\n"


@pytest.mark.parametrize(
    "row",
    [
        "deposit alice 5 | INSUFFICIENT_FUNDS | alice 5/0/5",
        "deposit alice 5 | POSTED again | alice 5/0/5",
        "deposit alice 5 | POSTED | alice 6/0/6",
        "deposit alice 5 | POSTED | alice 5/1/4",
        "deposit alice 5 | POSTED | alice 5/0/6",
        "deposit alice 5 | POSTED | alice 5/0/5 FROZEN",
        "deposit alice 5 | POSTED | alice 5/0/5 day_debits_minor=5",
        "deposit alice 5 | POSTED |",
        "deposit alice 5 | POSTED | alice 5/0/5, @vault_cash 5",
        "deposit alice 5 | POSTED forced=True | alice 5/0/5",
        "withdraw alice 5 | POSTED |",
        "withdraw alice 5 | INSUFFICIENT_FUNDS account=bob |",
        "wait 1h | POSTED |",
        "lines alice | account_opened+1=1 |",
        "ask alice k | POSTED |",
        "lines alice after=1 | account_opened+0=0 |",
        "history alice | account_opened=0/0/1 |",
        "was alice 1h | 0/0/0 |",
        "events | account_opened |",
    ],
)
def test_a_row_that_is_not_so_fails(row: str) -> None:
    with pytest.raises(AssertionError):
        play_all(OPENED + row)


@pytest.mark.parametrize(
    "text",
    [
        "open alice | POSTED |",
        OPENED + OPENED,
        OPENED + "deposit alice 5 | POSTED",
        OPENED + "deposit alice 5 | | alice 5/0/5",
        OPENED + "deposit alice 5 | POSTED | alice 5/0/5 | bob 0/0/0",
        OPENED + "rob alice 5 | POSTED | alice 0/0/0",
    ],
)
def test_what_is_no_table_is_told(text: str) -> None:
    with pytest.raises(TableMalformed):
        play_all(text)
