"""The tables of full runs, as pages for people: use case x call x mode, and the pairs of faults by their modes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.crash.modes import MODES, PAIRED
from tests.crash.network import Call
from tests.crash.runner import Verdict

PAGE: Final = "docs/proof/kill-points-table.md"
PAIRS_PAGE: Final = "docs/proof/kill-points-pairs.md"
HELD, BROKE, NOT_ASKED = "held", "**BROKE**", "·"


@dataclass(frozen=True)
class Row:
    """What became of one use case."""

    name: str
    calls: tuple[Call, ...]
    """Of the clean run."""
    verdicts: tuple[Verdict, ...]
    seconds: float


def page(rows: list[Row]) -> str:
    points = [verdict for row in rows for verdict in row.verdicts]
    broke = sum(not verdict.held for verdict in points)
    counts = f"{len(rows)} use cases, {sum(len(row.calls) for row in rows)} calls, {len(points)} kill points"
    lines = [
        "# Kill points: the table of the last full run",
        "",
        "Written by `python -m tests.crash.run --write`; [kill-points.md](kill-points.md) says how to read it.",
        "",
        f"{counts}: {len(points) - broke} held, {broke} broke.",
        "",
    ]
    for row in rows:
        lines += _section(row)
    return "\n".join(lines)


def _section(row: Row) -> list[str]:
    told = {(verdict.call.number, verdict.mode): HELD if verdict.held else BROKE for verdict in row.verdicts}
    names = [mode.name for mode in MODES]
    lines = [
        f"## {row.name[0].upper()}{row.name[1:]}",
        "",
        f"| | call | {' | '.join(names)} |",
        f"|---|---|{'---|' * len(names)}",
    ]
    for call in row.calls:
        cells = " | ".join(told.get((call.number, name), NOT_ASKED) for name in names)
        lines.append(f"| {call.number} | {call} | {cells} |")
    return [*lines, ""]


def pairs_page(rows: list[Row]) -> str:
    pairs = [verdict for row in rows for verdict in row.verdicts]
    broke, missed = len(_off(pairs)), sum(not pair.reached for pair in pairs)
    lines = [
        "# Kill points: the last run of pairs",
        "",
        "Written by `python -m tests.crash.run --pairs --write`; [kill-points.md](kill-points.md) says how to read it.",
        "",
        f"{len(rows)} use cases, {len(pairs)} pairs: {len(pairs) - broke} held, {broke} broke.",
        f"In {missed} of them the history had no such call any more for the second fault to strike.",
        "",
    ]
    for row in rows:
        lines += _pairs_section(row)
    return "\n".join(lines)


def _pairs_section(row: Row) -> list[str]:
    """The first fault by the second: how many pairs, and in how many of them both struck."""
    all_of = Counter(map(_modes, row.verdicts))
    struck = Counter(_modes(found) for found in row.verdicts if found.reached)
    lines = [f"## {row.name[0].upper()}{row.name[1:]}", "", f"| first \\ then | {' | '.join(PAIRED)} |"]
    lines.append(f"|---|{'---|' * len(PAIRED)}")
    for first in PAIRED:
        cells = (f"{struck[first, then]} of {all_of[first, then]}" for then in PAIRED)
        lines.append(f"| {first} | {' | '.join(cells)} |")
    broke = [
        f"- {found.call.number} {found.call}, {found.mode}: {'; '.join(found.off)}" for found in _off(row.verdicts)
    ]
    return [*lines, "", *broke, *[""] * bool(broke)]


def _off(verdicts: Sequence[Verdict]) -> list[Verdict]:
    return [verdict for verdict in verdicts if not verdict.held]


def _modes(verdict: Verdict) -> tuple[str, str]:
    first, _, rest = verdict.mode.partition(", then ")
    return first, rest.partition(" at ")[0]
