"""NACHA files of 100,000 entries, read, checked and written, as a report: `python -m tests.bench nacha`.

Beside them is a bare loop that only slices the same fields out of the same lines. The most memory that reading takes is
that of a process of its own, which holds nothing but the chunk it reads.
"""

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from domain.rails.ach.nacha.building import BatchDraft, file_header, stream
from domain.rails.ach.nacha.codes import routing_check_digit
from domain.rails.ach.nacha.drafting import batch_header, entry
from domain.rails.ach.nacha.layouts import ADDENDA_05, ENTRY
from domain.rails.ach.nacha.reading import inspect
from domain.rails.ach.nacha.records import Entry
from domain.rails.ach.nacha.writing import normalised
from tests.bench.report import Ratio, Report, Ways, columns, least_cpu
from tests.ledger_values import NOON

ENTRIES: Final = 100_000
ROUNDS: Final = 5
GOAL: Final = 4.0
MEMORY_GOAL_MB: Final = 256.0
CHUNK: Final = 65_536
WATCHED: Final = """
import resource, sys
from pathlib import Path
from tests.bench.nacha import chunks_of
from domain.rails.ach.nacha.reading import inspect
from domain.rails.ach.nacha.writing import normalised
path = Path(sys.argv[1])
assert inspect(chunks_of(path)).totals.entries == int(sys.argv[2])
with open("/dev/null", "wb") as nowhere:
    nowhere.writelines(normalised(chunks_of(path)))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def report() -> Report:
    with tempfile.TemporaryDirectory() as folder:
        found = {
            name: _measured(Path(folder) / "file.ach", remittance=remittance)
            for name, remittance in (("PPD", False), ("CCD with addenda 05", True))
        }
    head = ("CPU, seconds", "slicing alone", "read and checked", "written back", "times slicing", "peak, MB")
    rows = [
        (
            name,
            f"{one['slicing']:.2f}",
            f"{one['read']:.2f}",
            f"{one['written']:.2f}",
            f"{one['read'] / one['slicing']:.2f}",
            f"{one['peak_mb']:.0f}",
        )
        for name, one in found.items()
    ]
    return Report(
        title=f"NACHA files of {ENTRIES:,} entries",
        figures=found,
        text=columns([head, *rows]) + "\n\nWritten back includes reading again.",
        ratios=(
            *(
                Ratio(name=f"{name}, times slicing", value=one["read"] / one["slicing"], goal=GOAL)
                for name, one in found.items()
            ),
            *(
                Ratio(name=f"{name}, peak in units of 256 MB", value=one["peak_mb"] / MEMORY_GOAL_MB, goal=1.0)
                for name, one in found.items()
            ),
        ),
    )


def _measured(path: Path, *, remittance: bool) -> dict[str, float]:
    make(path, ENTRIES, remittance=remittance)
    data = path.read_bytes()
    ways: Ways = {
        "slicing": partial(slicing, data),
        "read": lambda: inspect(_chunks(data)),
        "written": lambda: sum(map(len, normalised(_chunks(data)))),
    }
    seconds = {name: taken / 1e6 for name, taken in least_cpu(ways, rounds=ROUNDS, calls=1).items()}
    return {**seconds, "peak_mb": _peak(path)}


def make(path: Path, count: int, *, remittance: bool) -> None:
    """A file of so many credits to 500 banks."""
    banks = [f"{20_000_000 + 13 * number:08d}" for number in range(500)]
    numbers = [bank + routing_check_digit(bank) for bank in banks]
    sec = "CCD" if remittance else "PPD"
    header = batch_header(
        sec=sec,
        service_class="220",
        company_name="Acme Corporation",
        company_id="1231380104",
        entry_description="PAYROLL",
        effective_date=NOON.date(),
        odfi="23138010",
        batch_number=1,
    )

    def entries() -> Iterator[Entry]:
        for number in range(1, count + 1):
            yield entry(
                sec=sec,
                transaction_code="22",
                routing_number=numbers[number % len(numbers)],
                account_number=f"{number * 7919:012d}",
                amount_minor=1 + number % 500_000,
                receiver=f"Receiver {number}",
                identification=f"E{number}",
                trace_number=f"23138010{number:07d}",
                payment_information=(f"RMR*IV*{number}\\",) if remittance else (),
            )

    top = file_header(destination="121042882", origin="231380104", created_at=NOON, file_id_modifier="A")
    with path.open("w", encoding="ascii", newline="\n") as target:
        target.writelines(stream(top, [BatchDraft(header, entries())]))


def slicing(data: bytes) -> int:
    """The least that anybody does who wants the fields: each line's, by its columns."""
    entry_slices = [slice(field.start - 1, field.end) for field in ENTRY.fields]
    addenda_slices = [slice(field.start - 1, field.end) for field in ADDENDA_05.fields]
    count = 0
    a, b, c, d, e, f, g, h, i, j, k = entry_slices
    p, q, r, s, t = addenda_slices
    for line in io.TextIOWrapper(io.BytesIO(data), encoding="latin-1", newline="\n"):
        if line[0] == "6":
            fields = (
                line[a], line[b], line[c], line[d], line[e], line[f], line[g], line[h], line[i], line[j], line[k],
            )  # fmt: skip
            count += len(fields)
        elif line[0] == "7":
            count += len((line[p], line[q], line[r], line[s], line[t]))
    return count


def _chunks(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), CHUNK):
        yield data[start : start + CHUNK]


def chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk


def _peak(path: Path) -> float:
    """Megabytes resident at most, of a process that reads the file and writes it back."""
    ended = subprocess.run(
        [sys.executable, "-c", WATCHED, str(path), str(ENTRIES)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    return int(ended.stdout) / 1024
