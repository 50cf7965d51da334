"""The table of a full run, as a page for people: use case x call x mode."""

from typing import Final

from tests.crash.modes import MODES
from tests.crash.runner import Clean, Verdict

PAGE: Final = "docs/proof/kill-points-table.md"
HELD, BROKE, NOT_ASKED = "held", "**BROKE**", "·"


def page(rows: list[tuple[Clean, list[Verdict]]]) -> str:
    points = [verdict for _, verdicts in rows for verdict in verdicts]
    broke = sum(not verdict.held for verdict in points)
    counts = f"{len(rows)} use cases, {sum(len(clean.calls) for clean, _ in rows)} calls, {len(points)} kill points"
    lines = [
        "# Kill points: the table of the last full run",
        "",
        "Written by `python -m tests.crash.run --write`; [kill-points.md](kill-points.md) says how to read it.",
        "",
        f"{counts}: {len(points) - broke} held, {broke} broke.",
        "",
    ]
    for clean, verdicts in rows:
        lines += _section(clean, verdicts)
    return "\n".join(lines)


def _section(clean: Clean, verdicts: list[Verdict]) -> list[str]:
    told = {(verdict.call.number, verdict.mode): HELD if verdict.held else BROKE for verdict in verdicts}
    names = [mode.name for mode in MODES]
    lines = [
        f"## {clean.prepared.use_case.name[0].upper()}{clean.prepared.use_case.name[1:]}",
        "",
        f"| | call | {' | '.join(names)} |",
        f"|---|---|{'---|' * len(names)}",
    ]
    for call in clean.calls:
        cells = " | ".join(told.get((call.number, name), NOT_ASKED) for name in names)
        lines.append(f"| {call.number} | {call} | {cells} |")
    return [*lines, ""]
