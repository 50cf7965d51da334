"""What rule tables share: the row in force, and that every row of every table says where it is from."""

import importlib
import pkgutil
from dataclasses import dataclass, is_dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import domain.rails.ach
from domain.rails.ach.tables import Reason, Source, in_force


@dataclass(frozen=True)
class Row:
    since: date


OURS_ALONE = {
    "kinds",
    "effects",
    "model",
    "steps",
    "incoming_entries",
    "incoming_files",
    "incoming_keeping",
    "incoming_kinds",
    "incoming_reading",
    "incoming_steps",
}
"""Tables of how we do things. No rule of the network is in them, so there is no page to name."""
MODULES = [
    importlib.import_module(f"domain.rails.ach.{found.name}")
    for found in pkgutil.iter_modules(domain.rails.ach.__path__)
    if not found.ispkg and found.name not in OURS_ALONE
]
ROWS = [
    (f"{module.__name__}.{name}", row)
    for module in MODULES
    for name, table in vars(module).items()
    if name.isupper() and isinstance(table, (tuple, list, dict)) and name != "JURISDICTIONS"
    for row in (table.values() if isinstance(table, dict) else table)
    if is_dataclass(row) and not isinstance(row, (Source, Reason))
]
REASONS = [
    (f"{module.__name__}.{name}", reason)
    for module in MODULES
    for name, reason in vars(module).items()
    if isinstance(reason, Reason)
]


class TestTheRowInForce:
    def test_it_begins_on_its_day_and_not_before(self) -> None:
        rows = [Row(date(2022, 3, 18)), Row(date(2020, 3, 20))]

        assert in_force(rows, date(2020, 3, 19)) is None
        assert in_force(rows, date(2020, 3, 20)) == rows[1]
        assert in_force(rows, date(2022, 3, 17)) == rows[1]
        assert in_force(rows, date(2022, 3, 18)) == rows[0]

    @given(
        since=st.lists(st.dates(), unique=True, max_size=8),
        on=st.dates(min_value=date(1, 1, 2)),
    )
    def test_it_is_the_latest_that_has_begun(self, since: list[date], on: date) -> None:
        found = in_force([Row(day) for day in since], on)

        assert found == max((Row(day) for day in since if day <= on), key=lambda row: row.since, default=None)
        before = in_force([Row(day) for day in since], on - timedelta(days=1))
        assert before is None or (found is not None and before.since <= found.since)


class TestEveryRow:
    @pytest.mark.parametrize(("where", "row"), ROWS, ids=[f"{where}-{n}" for n, (where, _) in enumerate(ROWS)])
    def test_says_where_it_is_from(self, where: str, row: object) -> None:
        source = getattr(row, "source", None)

        assert isinstance(source, Source), where
        assert source.text.strip() == source.text != ""

    def test_there_are_rows(self) -> None:
        assert len(ROWS) > 12


class TestEveryReason:
    @pytest.mark.parametrize(("where", "reason"), REASONS)
    def test_is_one_sentence_and_a_code_named_like_its_constant(self, where: str, reason: Reason) -> None:
        assert where.endswith(f".{reason.code}")
        assert reason.message[0].isupper()
        assert reason.message.endswith(".")
