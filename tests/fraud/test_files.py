"""A file is read exactly, or refused with its row and its column."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from ops.fraud.files import FileRefused, check_target, read_portfolio, write_portfolio
from ops.fraud.simulate import FIRST_DAY, Drawn

if TYPE_CHECKING:
    from ops.fraud.payments import Payments

HEAD = "TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD"
GOOD = "1,2018-04-01 00:00:31,596,3156,57.16,0"


def read_csv(tmp_path: Path, *rows: str, head: str = HEAD) -> Payments:
    path = tmp_path / "payments.csv"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return read_portfolio(path)


def read_parquet(tmp_path: Path, **changed: Any) -> Payments:
    at = [dt.datetime(2018, 4, 1, 1, 1, 1), dt.datetime(2018, 4, 1, 1, 1, 2)]  # noqa: DTZ001 - naive, as in the file
    columns = {
        "TRANSACTION_ID": [0, 1],
        "TX_DATETIME": at,
        "CUSTOMER_ID": ["596", "4961"],
        "TERMINAL_ID": [3156, 3412],
        "TX_AMOUNT": [57.16, 81.51],
        "TX_FRAUD": [0, 1],
    }
    table = pa.table({name: column for name, column in (columns | changed).items() if column is not None})
    path = tmp_path / "payments.parquet"
    parquet.write_table(table, path)
    return read_portfolio(path)


class TestRead:
    @pytest.mark.parametrize("suffix", [".parquet", ".csv"])
    def test_what_was_written_comes_back(self, tmp_path: Path, drawn: Drawn, suffix: str) -> None:
        path = tmp_path / f"drawn{suffix}"
        write_portfolio(drawn, path)
        found = read_portfolio(path)
        assert np.array_equal(found.second, drawn.second + int(FIRST_DAY.timestamp()))
        assert np.array_equal(found.amount_minor, drawn.amount_minor)
        assert np.array_equal(found.fraud, drawn.fraud)
        assert np.array_equal(np.unique(drawn.customer)[found.customer], drawn.customer)
        assert np.array_equal(np.unique(drawn.terminal)[found.terminal], drawn.terminal)

    def test_rows_are_put_in_order_of_second_then_of_id(self, tmp_path: Path) -> None:
        rows = [f"{one},2018-04-01 00:00:{second},5,3,{one}.00,0" for one, second in ((10, 31), (9, 31), (8, 32))]
        random.Random(1).shuffle(rows)
        assert read_csv(tmp_path, *rows).amount_minor.tolist() == [9_00, 10_00, 8_00]

    def test_the_scenario_is_not_needed_and_never_read(self, tmp_path: Path, small_file: Path) -> None:
        table = parquet.read_table(small_file)
        path = tmp_path / "without.parquet"
        parquet.write_table(table.drop(["TX_FRAUD_SCENARIO"]), path)
        with_it, without = read_portfolio(small_file), read_portfolio(path)
        assert with_it.__slots__ == without.__slots__ == ("second", "customer", "terminal", "amount_minor", "fraud")
        assert np.array_equal(with_it.amount_minor, without.amount_minor)

    def test_columns_nobody_asks_for_are_passed_over(self, tmp_path: Path) -> None:
        assert len(read_csv(tmp_path, f"{GOOD},31", head=f"{HEAD},TX_TIME_SECONDS")) == 1

    @pytest.mark.parametrize("amount", ["12.34", "12.340", "12.340000001", "12.339999999", "+12.34", "0012.34"])
    def test_noise_of_binary_fractions_is_rounded_away(self, tmp_path: Path, amount: str) -> None:
        assert read_csv(tmp_path, f"1,2018-04-01 00:00:31,5,3,{amount},0").amount_minor.tolist() == [12_34]

    @pytest.mark.parametrize("kind", [pa.float64(), pa.float32(), pa.decimal128(9, 2), pa.decimal128(20, 6)])
    def test_amounts_are_taken_from_every_kind_of_number(self, tmp_path: Path, kind: pa.DataType) -> None:
        amounts = pa.array(["3123.17", "0.01"]).cast(pa.decimal128(20, 6)).cast(kind)
        assert read_parquet(tmp_path, TX_AMOUNT=amounts).amount_minor.tolist() == [3123_17, 1]

    @pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
    def test_times_are_taken_to_the_second(self, tmp_path: Path, unit: str) -> None:
        times = pa.array([1_522_544_461, 1_522_544_462]).cast(pa.timestamp("s")).cast(pa.timestamp(unit))
        assert read_parquet(tmp_path, TX_DATETIME=times).second.tolist() == [1_522_544_461, 1_522_544_462]

    def test_labels_may_be_flags(self, tmp_path: Path) -> None:
        assert read_parquet(tmp_path, TX_FRAUD=[False, True]).fraud.tolist() == [False, True]


class TestRefused:
    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ("1,2018-04-01 00:00:31,5,3,-1.00,0", "row 2, column TX_AMOUNT: '-1.00' is negative"),
            ("1,2018-04-01 00:00:31,5,3,1.005,0", "row 2, column TX_AMOUNT: '1.005' has more than two decimals"),
            ("1,2018-04-01 00:00:31,5,3,NaN,0", "row 2, column TX_AMOUNT: 'NaN' is no amount"),
            ("1,2018-04-01 00:00:31,5,3,1e3,0", "row 2, column TX_AMOUNT: '1e3' is no amount"),
            ("1,2018-04-01 00:00:31,5,3,,0", "row 2, column TX_AMOUNT: is missing"),
            ("1,2018-04-01 00:00:31,5,3,1000000.01,0", "column TX_AMOUNT: '1000000.01' is more than 1,000,000"),
            ("1,2018-04-01 00:00:31,5,3,1,2", "row 2, column TX_FRAUD: '2' has to be 0 or 1"),
            ("1,2018-04-01 00:00:31,5,3,1,", "row 2, column TX_FRAUD: is missing"),
            ("1,2018-04-01 00:00:31+02:00,5,3,1,0", "row 2, column TX_DATETIME: .* has a time zone"),
            ("1,2018-04-01T00:00:31Z,5,3,1,0", "row 2, column TX_DATETIME: .* has a time zone"),
            ("1,2018-02-30 00:00:31,5,3,1,0", "row 2, column TX_DATETIME: .* is no time of the calendar"),
            ("1,yesterday,5,3,1,0", "row 2, column TX_DATETIME: 'yesterday' is no time like"),
            ("1,2018-04-01 00:00:31,,3,1,0", "row 2, column CUSTOMER_ID: is missing"),
            ("7,2018-04-01 00:00:31,5,3,1,0", "row 2, column TRANSACTION_ID: '7' is there twice"),
            ("1,2018-04-01 00:00:31,5,3,1", "cannot be read as csv"),
        ],
    )
    def test_a_bad_row_is_named(self, tmp_path: Path, row: str, said: str) -> None:
        with pytest.raises(FileRefused, match=said):
            read_csv(tmp_path, "7,2018-04-01 00:00:31,5,3,1.00,0", row)

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"TX_FRAUD": None}, "column TX_FRAUD: is missing"),
            ({"TX_AMOUNT": [float("nan"), 1.0]}, "row 1, column TX_AMOUNT: is missing"),
            ({"TX_AMOUNT": [1.0, float("inf")]}, "row 2, column TX_AMOUNT: 'inf' is no amount"),
            ({"TX_AMOUNT": [True, False]}, "column TX_AMOUNT: is of type bool"),
            ({"TX_AMOUNT": ["1.2", "x"]}, "row 2, column TX_AMOUNT: 'x' is no amount"),
            ({"TERMINAL_ID": [1.5, 2.0]}, "row 1, column TERMINAL_ID: '1.5' is no whole number"),
            ({"CUSTOMER_ID": [[1], [2]]}, "column CUSTOMER_ID: is of type list"),
            ({"TX_DATETIME": [dt.date(2018, 4, 1)] * 2}, "column TX_DATETIME: is of type date32"),
            ({"TX_DATETIME": [dt.datetime(2018, 4, 1, tzinfo=dt.UTC)] * 2}, "column TX_DATETIME: is of type timestamp"),
            ({"TX_FRAUD": ["0", "yes"]}, "row 2, column TX_FRAUD: 'yes' has to be 0 or 1"),
        ],
    )
    def test_a_bad_column_is_named(self, tmp_path: Path, changed: dict[str, Any], said: str) -> None:
        with pytest.raises(FileRefused, match=said):
            read_parquet(tmp_path, **changed)

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("empty.csv", "", "is empty"),
            ("head.csv", f"{HEAD}\n", "has no payments"),
            ("twice.csv", f"{HEAD},TX_FRAUD\n{GOOD},0\n", "column TX_FRAUD: is there 2 times"),
            ("none.parquet", "PAR1", "cannot be read as parquet"),
            ("file.xlsx", "x", "the suffix says the format"),
        ],
    )
    def test_a_file_that_is_no_portfolio(self, tmp_path: Path, name: str, text: str, said: str) -> None:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FileRefused, match=said):
            read_portfolio(path)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(FileRefused, match="there is no such file"):
            read_portfolio(tmp_path / "none.csv")

    def test_a_target_that_cannot_be_written(self, tmp_path: Path) -> None:
        with pytest.raises(FileRefused, match="there is no folder"):
            check_target(tmp_path / "none" / "drawn.csv")
        with pytest.raises(FileRefused, match="the suffix says the format"):
            check_target(tmp_path / "drawn.json")
