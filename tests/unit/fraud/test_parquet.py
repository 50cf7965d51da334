"""domain/fraud/parquet.py: what is written is Parquet, and comes back as it was.

The reader of these tests is written from the format's text. `history.parquet` is what the writer made of ROWS once;
pyarrow reads the same rows from it in tests/fraud/test_parquet_by_pyarrow.py, where it is installed.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fraud.parquet import GROUPS_MAX, ROWS_OF_GROUP_MAX, Column, NotWritable, Type, file_of
from tests.unit.fraud.parquet_reader import read_parquet
from tests.unit.fraud.parquet_rows import COLUMNS, GOLDEN, NOON, ROWS, whole

instants = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)).map(  # noqa: DTZ001 - made aware
    lambda moment: moment.replace(tzinfo=UTC)
)
integers = st.integers(-(2**63), 2**63 - 1)
rows_of_any_kind = st.lists(
    st.fixed_dictionaries(
        {"text": st.text(), "whole": integers, "flag": st.booleans(), "at": instants},
        optional={
            "word": st.text(max_size=5),
            "count": integers,
            "number": st.floats(allow_nan=False),
            "perhaps": st.booleans(),
            "since": instants,
        },
    ),
    max_size=40,
)


@given(rows=rows_of_any_kind)
def test_what_is_written_comes_back(rows: list[dict[str, Any]]) -> None:
    assert read_parquet(file_of(COLUMNS, [rows])).rows == whole(rows)


@given(groups=st.lists(rows_of_any_kind, max_size=4))
def test_groups_follow_one_another_and_empty_ones_are_left_out(groups: list[list[dict[str, Any]]]) -> None:
    read = read_parquet(file_of(COLUMNS, groups))

    assert read.rows == whole([row for group in groups for row in group])
    assert read.groups == [len(group) for group in groups if group]


def test_columns_say_what_they_hold() -> None:
    schema = read_parquet(file_of(COLUMNS, [])).schema

    assert list(schema) == [column.name for column in COLUMNS]
    assert {name: optional for name, (_, optional, _) in schema.items()} == {
        column.name: column.optional for column in COLUMNS
    }
    assert [schema[name][0] for name in ("flag", "whole", "at", "number", "text")] == [0, 2, 2, 5, 6]
    assert [schema[name][2] for name in ("flag", "whole", "at", "number", "text")] == [None, None, 10, None, 0]


def test_an_instant_may_be_given_as_text() -> None:
    rows = [{"at": "2026-03-10T12:00:00.000001Z"}]
    read = read_parquet(file_of([Column("at", Type.INSTANT)], [rows]))
    assert read.rows == [{"at": NOON + timedelta(microseconds=1)}]


@pytest.mark.parametrize("count", [1, 7, 8, 9, 15, 16, 17, 1000])
@pytest.mark.parametrize("missing", [1, 2, 3, 8])
def test_missing_values_are_missing_wherever_they_are(count: int, missing: int) -> None:
    rows = [{"count": None if n % missing == 0 else n} for n in range(count)]
    assert read_parquet(file_of([Column("count", Type.INTEGER, optional=True)], [rows])).rows == rows


def test_the_same_rows_give_the_same_bytes() -> None:
    assert file_of(COLUMNS, [ROWS]) == file_of(COLUMNS, [list(map(dict, ROWS))])


def test_what_was_written_once_is_read_for_ever() -> None:
    assert read_parquet(GOLDEN.read_bytes()).rows == whole(ROWS)


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("text", None, "row 1 has no text"),
        ("text", 5, "row 1 has a text that is no TEXT"),
        ("text", "x" * 1_000_001, "row 1 has a text that is no TEXT"),
        ("text", "\ud800", "row 1 has a text that is no TEXT"),
        ("whole", 2**63, "row 1 has a whole that is no INTEGER"),
        ("whole", True, "row 1 has a whole that is no INTEGER"),
        ("whole", 1.0, "row 1 has a whole that is no INTEGER"),
        ("number", "1", "row 1 has a number that is no NUMBER"),
        ("flag", 1, "row 1 has a flag that is no BOOLEAN"),
        ("at", "yesterday", "row 1 has a at that is no INSTANT"),
        ("at", 5, "row 1 has a at that is no INSTANT"),
        ("at", datetime(2026, 3, 10), "row 1 has a at that is no INSTANT"),  # noqa: DTZ001 - that is the fault
    ],
)
def test_what_does_not_fit_is_refused_and_the_place_named(column: str, value: object, what: str) -> None:
    faulty = [ROWS[1], ROWS[1] | {column: value}]
    with pytest.raises(NotWritable) as refused:
        file_of(COLUMNS, [faulty])
    assert str(refused.value) == what


def test_a_row_of_a_later_group_is_counted_from_the_first() -> None:
    with pytest.raises(NotWritable, match="row 4 has no text"):
        file_of(COLUMNS, [ROWS, [ROWS[0], ROWS[0] | {"text": None}]])


def test_groups_are_bounded() -> None:
    row = {"count": 1}
    columns = [Column("count", Type.INTEGER)]
    with pytest.raises(ValueError, match="rows"):
        file_of(columns, [[row] * (ROWS_OF_GROUP_MAX + 1)])
    with pytest.raises(ValueError, match="groups"):
        file_of(columns, ([row] for _ in range(GROUPS_MAX + 1)))
