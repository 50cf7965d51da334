"""What every operation of the ledger costs in items, units and round trips: `python -m tests.bench operations`.

These are counts: they do not depend on the machine, and tests/contract/test_ledger_counts.py holds each of them.
"""

from dataclasses import asdict

from tests.bench import counts
from tests.bench.report import Report


def report() -> Report:
    with counts.bank_in_this_process() as bank:
        rows, points = counts.rows(bank), counts.curve(bank)
    costs = {
        row.operation: {name: value for name, value in asdict(row.cost).items() if name != "bytes"} for row in rows
    }
    return Report(
        title="What every operation of the ledger asks of DynamoDB",
        figures={"operations": costs, "line_bytes": [asdict(point) for point in points]},
        text=counts.report(rows, points),
    )
