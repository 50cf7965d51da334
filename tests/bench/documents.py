"""Documents answered by hand, by graphql-core and compiled, as a report: `python -m tests.bench documents`."""

from dataclasses import asdict
from typing import Final

from tests.bench.execution import LIST, MUTATION, Bench, compiling, measured
from tests.bench.report import Ratio, Report, columns

LIST_GOAL: Final = 3.0
HEADS: Final = ("CPU, us", "by hand", "graphql-core", "compiled", "times by hand", "core / compiled", "to compile, ms")


def report() -> Report:
    bench = Bench()
    found = {
        "list of 50 accounts": (measured(bench.listed()), compiling(LIST, bench.schema)),
        "mutation": (measured(bench.transferred(), calls=50), compiling(MUTATION, bench.schema)),
    }
    rows: list[tuple[str, ...]] = [HEADS]
    rows += [
        (
            name,
            f"{least.by_hand:.0f}",
            f"{least.library:.0f}",
            f"{least.compiled:.0f}",
            f"{least.times_floor:.2f}",
            f"{least.times_library:.1f}",
            f"{milliseconds:.1f}",
        )
        for name, (least, milliseconds) in found.items()
    ]
    floor = found["list of 50 accounts"][0].times_floor
    return Report(
        title="Answering a document whose objects are ready",
        figures={name: asdict(least) | {"compiling_ms": taken} for name, (least, taken) in found.items()},
        text=columns(rows),
        ratios=(Ratio(name="list of 50 accounts, times by hand", value=floor, goal=LIST_GOAL),),
    )
