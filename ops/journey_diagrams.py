"""Draws the tables of moves of payments into docs/payments.md: `python -m ops.journey_diagrams`.

The page keeps the text around them; what stands between a journey's marks is made anew from `JOURNEYS`.
"""

import re
import sys
from pathlib import Path
from typing import Final

from domain.payments.kinds import JOURNEYS, Journey, PaymentKind, PaymentState

PAGE: Final = Path(__file__).parent.parent / "docs" / "payments.md"
_MARKED: Final = re.compile(r"(<!-- ([A-Z_]+) -->\n).*?(<!-- /\2 -->\n)", re.DOTALL)


def drawn(journey: Journey) -> str:
    """The moves as a diagram, and under it what each claimed state waits for."""
    picture = f"```mermaid\n{diagram(journey)}```\n"
    return f"{picture}\n{claimed_states(journey)}" if journey.effects else picture


def diagram(journey: Journey) -> str:
    claimed = ", ".join(state for state in PaymentState if state in journey.effects)
    lines = [
        "stateDiagram-v2",
        f"    [*] --> {PaymentState.ACCEPTED}",
        *(f"    {move.source} --> {move.target}: {move.event}" for move in journey.moves),
        *(f"    {state} --> [*]" for state in PaymentState if state in journey.final),
    ]
    if claimed:
        lines += ["    classDef claimed stroke-width:3px", f"    class {claimed} claimed"]
    return "\n".join(lines) + "\n"


def claimed_states(journey: Journey) -> str:
    rows = ["| Claimed state | Journal | Posted | Refused |", "|---|---|---|---|"]
    for state in PaymentState:
        effect = journey.effects.get(state)
        if effect:
            refused = f"`{effect.refused}`" if effect.refused else "a fault"
            rows.append(f"| `{state}` | `{effect.journal}` | `{effect.posted}` | {refused} |")
    return "\n".join(rows) + "\n"


def redrawn(page: str) -> str:
    """The page with every journey drawn as its table says now."""
    marked = {name for _, name, _ in _MARKED.findall(page)}
    if marked != set(PaymentKind):
        raise ValueError(f"the page has marks for {sorted(marked)}, and the journeys are {sorted(PaymentKind)}")
    return _MARKED.sub(lambda found: f"{found[1]}{drawn(JOURNEYS[PaymentKind(found[2])])}{found[3]}", page)


def main() -> int:
    said = PAGE.read_text(encoding="utf-8")
    wanted = redrawn(said)
    if "--check" in sys.argv:
        if said != wanted:
            print(f"{PAGE.name} does not draw what domain/payments/kinds.py says; run python -m ops.journey_diagrams")
        return 0 if said == wanted else 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
