"""Portfolios in files, Parquet or CSV by the suffix: written exactly, read with suspicion.

What is wrong is said with row (counted from 1, without a heading) and column. Columns that nobody asks for are
passed over; TX_FRAUD_SCENARIO is one of them, for it says what is to be found out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from ops.fraud.payments import Flags, Integers, Numbers, Payments, ScienceRefused
from ops.fraud.simulate import FIRST_DAY, Drawn

ID, TIME, CUSTOMER, TERMINAL, AMOUNT, FRAUD, SCENARIO = (
    "TRANSACTION_ID",
    "TX_DATETIME",
    "CUSTOMER_ID",
    "TERMINAL_ID",
    "TX_AMOUNT",
    "TX_FRAUD",
    "TX_FRAUD_SCENARIO",
)
READ: Final = (ID, TIME, CUSTOMER, TERMINAL, AMOUNT, FRAUD)
PARQUET, CSV = ".parquet", ".csv"
_FORMATS: Final = (PARQUET, CSV)
_SUFFIX: Final = f"the suffix says the format, and has to be {' or '.join(_FORMATS)}"
NOISE: Final = 1e-6
"""Major units: so far from a whole cent an amount may be, for binary fractions are written and read back inexactly.
12.340000001 is 12.34; 12.345 is refused."""
AMOUNT_MAX_MINOR: Final = 100_000_000
"""A million: card payments are smaller, and the squares that features are made of stay within 64 bits."""
ROWS_MAX: Final = 50_000_000
"""What is read is held in memory."""
_AMOUNT_TEXT: Final = r"^[+-]?[0-9]{1,12}(\.[0-9]{1,30})?$"
_WHOLE_TEXT: Final = r"^[0-9]{1,18}$"
_TIME_TEXT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?)?$"
_ZONE_TEXT: Final = r"[0-9 ](Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$"


class FileRefused(ScienceRefused):
    """A file that is no portfolio."""


# Written.


def check_target(path: Path) -> None:
    """Raises FileRefused for a file that could not be written: said before the minute that drawing takes."""
    if path.suffix.lower() not in _FORMATS:
        raise FileRefused(f"{path}: {_SUFFIX}")
    if not path.parent.is_dir():
        raise FileRefused(f"{path}: there is no folder {path.parent}")


def write_portfolio(drawn: Drawn, path: Path) -> None:
    """All at once or not at all: a file with its name is whole."""
    check_target(path)
    write = {PARQUET: _write_parquet, CSV: _write_csv}[path.suffix.lower()]
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(_table(drawn), unfinished)
        unfinished.replace(path)
    except OSError as fault:
        raise FileRefused(f"{path}: {fault.strerror or fault}") from fault
    finally:
        unfinished.unlink(missing_ok=True)


def _table(drawn: Drawn) -> pa.Table:
    microseconds = (drawn.second + int(FIRST_DAY.timestamp())) * 1_000_000
    return pa.table(
        {
            ID: pa.array(np.arange(len(drawn.second))),
            TIME: pa.array(microseconds, pa.int64()).cast(pa.timestamp("us")),
            CUSTOMER: pa.array(drawn.customer),
            TERMINAL: pa.array(drawn.terminal),
            AMOUNT: _decimals(drawn.amount_minor),
            FRAUD: pa.array(drawn.fraud.astype(np.int64)),
            SCENARIO: pa.array(drawn.scenario),
        }
    )


def _decimals(minor: Integers) -> pa.Array:
    """Major units, exactly: a decimal of 128 bits is its number of cents, here below 64 bits and never negative."""
    words = np.zeros((len(minor), 2), np.int64)
    words[:, 0] = minor
    return pa.Array.from_buffers(pa.decimal128(12, 2), len(minor), [None, pa.py_buffer(words.tobytes())])


def _write_parquet(table: pa.Table, path: Path) -> None:
    parquet.write_table(table, path, compression="zstd")


def _write_csv(table: pa.Table, path: Path) -> None:
    text = table.set_column(1, TIME, pc.strftime(table[TIME].cast(pa.timestamp("s")), format="%Y-%m-%d %H:%M:%S"))
    csv.write_csv(text, path, csv.WriteOptions(quoting_style="none"))


# Read.


def read_portfolio(path: Path) -> Payments:
    """Raises FileRefused for what is no portfolio."""
    table = _read_table(path)
    if table.num_rows == 0:
        raise FileRefused(f"{path}: has no payments")
    if table.num_rows > ROWS_MAX:
        raise FileRefused(f"{path}: has {table.num_rows:,} rows, and {ROWS_MAX:,} are the most")
    columns = {name: _Column(path, name, table[name].combine_chunks()) for name in READ}
    ids, second = _ids(columns[ID]), _seconds(columns[TIME])
    order = np.lexsort((ids, second))
    return Payments(
        second=second[order],
        customer=_codes(columns[CUSTOMER])[order],
        terminal=_codes(columns[TERMINAL])[order],
        amount_minor=_minor(columns[AMOUNT])[order],
        fraud=_flags(columns[FRAUD])[order],
    )


def _read_table(path: Path) -> pa.Table:
    read = {PARQUET: _read_parquet, CSV: _read_csv}.get(path.suffix.lower())
    if read is None:
        raise FileRefused(f"{path}: {_SUFFIX}")
    if not path.is_file():
        raise FileRefused(f"{path}: there is no such file")
    try:
        return read(path)
    except (pa.ArrowException, OSError, ValueError) as fault:
        said = " ".join(str(fault).split())[:300]
        raise FileRefused(f"{path}: cannot be read as {path.suffix.lower()[1:]}: {said}") from fault


def _read_parquet(path: Path) -> pa.Table:
    file = parquet.ParquetFile(path)
    _check_columns(path, file.schema_arrow.names)
    return file.read(columns=list(READ))


def _read_csv(path: Path) -> pa.Table:
    """Every column as text: what the words mean is decided below, where a row can be named."""
    if path.stat().st_size == 0:
        raise FileRefused(f"{path}: is empty")
    with csv.open_csv(path) as head:
        names = head.schema.names
    _check_columns(path, names)
    convert = csv.ConvertOptions(
        column_types=dict.fromkeys(READ, pa.string()),
        include_columns=list(READ),
        strings_can_be_null=True,
        null_values=[""],
    )
    return csv.read_csv(path, convert_options=convert)


def _check_columns(path: Path, names: list[str]) -> None:
    for name in READ:
        if (count := names.count(name)) != 1:
            raise FileRefused(f"{path}: column {name}: {'is missing' if count == 0 else f'is there {count} times'}")


class _Column:
    """A column of a file, and how to say what is wrong with it."""

    def __init__(self, path: Path, name: str, values: Any) -> None:
        self._where, self.values = f"{path}: column {name}", values
        if pa.types.is_dictionary(values.type):
            self.values = values.dictionary_decode()
        self.refuse_where(pc.is_null(self.values, nan_is_null=True), "is missing")

    @property
    def type(self) -> pa.DataType:
        return self.values.type

    @property
    def is_text(self) -> bool:
        return bool(pa.types.is_string(self.type) or pa.types.is_large_string(self.type))

    def refuse_type(self, wanted: str) -> FileRefused:
        return FileRefused(f"{self._where}: is of type {self.type}, and has to be {wanted}")

    def refuse_where(self, bad: Any, why: str) -> None:
        """Says the first row that is bad."""
        found = np.flatnonzero(np.asarray(bad))
        if len(found) == 0:
            return
        row, more = int(found[0]), len(found) - 1
        value = self.values[row].as_py()
        shown = "" if value is None or value != value else f"{str(value)[:60]!r} "  # noqa: PLR0124 - only NaN differs from itself
        others = f" (and {more:,} rows more)" if more else ""
        raise FileRefused(f"{self._where.replace(': column', f': row {row + 1:,}, column')}: {shown}{why}{others}")

    def refuse_unless_like(self, pattern: str, why: str) -> None:
        self.refuse_where(pc.invert(pc.match_substring_regex(self.values, pattern)), why)


def _ids(column: _Column) -> Integers:
    """Numbers by their size, anything else by its letters."""
    values = _in_order(column)
    ids = _codes_of(values) if pa.types.is_string(values.type) else np.asarray(values)
    order = np.argsort(ids, kind="stable")
    again = np.zeros(len(ids), bool)
    again[order[1:]] = ids[order[1:]] == ids[order[:-1]]
    column.refuse_where(again, "is there twice")
    return ids


def _in_order(column: _Column) -> pa.Array:
    """Numbers, also where they are written as text: a file means the same in either format. Other text as it is."""
    if not column.is_text:
        return pa.array(_whole(column))
    if pc.all(pc.match_substring_regex(column.values, _WHOLE_TEXT)).as_py():
        return column.values.cast(pa.int64())
    return column.values.cast(pa.string())


def _codes(column: _Column) -> Integers:
    return _codes_of(_in_order(column))


def _codes_of(values: pa.Array) -> Integers:
    """Numbers from 0, in the order of the ids that they stand for."""
    names = pc.unique(values)
    names = names.take(pc.sort_indices(names))
    return np.asarray(pc.index_in(values, value_set=names)).astype(np.int64)


def _whole(column: _Column) -> Integers:
    if pa.types.is_floating(column.type):
        values = np.asarray(column.values)
        column.refuse_where((values != np.rint(values)) | (np.abs(values) > 2**53), "is no whole number")
    elif not pa.types.is_integer(column.type):
        raise column.refuse_type("a whole number or text")
    return np.asarray(column.values).astype(np.int64)


def _seconds(column: _Column) -> Integers:
    """Since 1970. What is finer than a second is cut off."""
    if pa.types.is_timestamp(column.type):
        if column.type.tz is not None:
            raise column.refuse_type("a time without a time zone, which is UTC")
        values = column.values
    elif column.is_text:
        values = _times(column)
    else:
        raise column.refuse_type("a time without a time zone, which is UTC")
    unit = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}[values.type.unit]
    return np.asarray(values.cast(pa.int64())) // unit


def _times(column: _Column) -> pa.Array:
    column.refuse_where(
        pc.match_substring_regex(column.values, _ZONE_TEXT), "has a time zone, and has to be UTC without one"
    )
    column.refuse_unless_like(_TIME_TEXT, "is no time like 2018-04-01 12:30:00")
    try:
        return column.values.cast(pa.timestamp("ns"))
    except pa.ArrowInvalid:
        column.refuse_where([not _is_time(text) for text in column.values.to_pylist()], "is no time of the calendar")
        raise


def _is_time(text: str) -> bool:
    try:
        pa.scalar(text).cast(pa.timestamp("ns"))
    except pa.ArrowInvalid:
        return False
    return True


def _minor(column: _Column) -> Integers:
    """Whole cents. A double holds every amount up to the limit to far less than a cent, so that rounding is exact."""
    major = _major(column)
    column.refuse_where(~np.isfinite(major), "is no amount")
    column.refuse_where(major < 0, "is negative")
    column.refuse_where(major * 100 > AMOUNT_MAX_MINOR, f"is more than {AMOUNT_MAX_MINOR // 100:,}")
    minor = np.rint(major * 100)
    noise = np.spacing(major.astype(np.float32)) if column.type == pa.float32() else NOISE
    column.refuse_where(np.abs(major - minor / 100) > noise, "has more than two decimals")
    return minor.astype(np.int64)


def _major(column: _Column) -> Numbers:
    kind = column.type
    if column.is_text:
        column.refuse_unless_like(_AMOUNT_TEXT, "is no amount")
    elif not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind)):
        raise column.refuse_type("a decimal number")
    return np.asarray(column.values.cast(pa.float64()))


def _flags(column: _Column) -> Flags:
    kind = column.type
    if pa.types.is_boolean(kind):
        return np.asarray(column.values)
    if column.is_text:
        column.refuse_unless_like(r"^[01](\.0)?$", "has to be 0 or 1")
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise column.refuse_type("0 or 1")
    values = np.asarray(column.values.cast(pa.float64()))
    column.refuse_where((values != 0) & (values != 1), "has to be 0 or 1")
    return values == 1
