"""Rows with everything that a column can hold, for whoever reads what the writer of Parquet made of them."""

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.fraud.parquet import Column, Type

COLUMNS = (
    Column("text", Type.TEXT),
    Column("word", Type.TEXT, optional=True),
    Column("whole", Type.INTEGER),
    Column("count", Type.INTEGER, optional=True),
    Column("number", Type.NUMBER, optional=True),
    Column("flag", Type.BOOLEAN),
    Column("perhaps", Type.BOOLEAN, optional=True),
    Column("at", Type.INSTANT),
    Column("since", Type.INSTANT, optional=True),
)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {"text": "", "whole": 0, "flag": True, "at": NOON},
    {
        "text": "ä 10 €",
        "word": "x",
        "whole": -(2**63),
        "count": 2**63 - 1,
        "number": 0.1,
        "flag": False,
        "perhaps": True,
        "at": NOON + timedelta(microseconds=1),
        "since": datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    },
    {"text": "z", "whole": 7, "number": -math.inf, "flag": True, "perhaps": False, "at": NOON},
]
GOLDEN = Path(__file__).parent / "history.parquet"


def whole(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{column.name: row.get(column.name) for column in COLUMNS} for row in rows]
