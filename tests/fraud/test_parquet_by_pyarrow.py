"""What domain/fraud/parquet.py writes by hand is read by the library that whoever trains reads it with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet

from domain.fraud.parquet import file_of
from tests.unit.fraud.parquet_rows import COLUMNS, GOLDEN, ROWS, whole

if TYPE_CHECKING:
    from pathlib import Path


def test_pyarrow_reads_what_is_written_now(tmp_path: Path) -> None:
    written = tmp_path / "new.parquet"
    written.write_bytes(file_of(COLUMNS, [ROWS]))

    assert pyarrow.parquet.read_table(written).to_pylist() == whole(ROWS)


def test_pyarrow_reads_what_was_written_once() -> None:
    assert pyarrow.parquet.read_table(GOLDEN).to_pylist() == whole(ROWS)
