"""docs/journeys.md: the journeys of payments, drawn from the definitions of their state machines and the tables.

What is drawn are the ways from wait to wait. That a step which fails for good ends its execution holds for every step,
and is said once.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from domain.payments.kinds import DRIVEN_BY_STEPS, JOURNEYS, PaymentKind
from domain.payments.steps import MADE_BY_OTHERS, Step, Waits, steps

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "journeys.md"
TITLES: Final = {
    PaymentKind.ACH_CREDIT: "ACH credit: money that a customer sends",
    PaymentKind.ACH_DEBIT: "ACH debit: money that a customer collects",
}
HEAD: Final = """# Journeys

Each payment goes the way of its kind, a state machine of Step Functions. This page is made by
`python -m ops.journeys_page` from the definitions of the machines (`infra/state_machines`) and from the tables they are
held to (`domain/payments/kinds.py`, `domain/payments/steps.py`); a test fails when it is not what they say.

**One rule**: every step answers the state that the payment is in, whoever moved it there, and the way on follows from
that state. So a step may run twice, and an execution that ended is followed by one that goes on where the payment
stands. A payment waits for others by a token with a deadline, or for a moment.

A step that fails is tried again five times, ever later. Then the execution ends as `StepFailed`, with an alarm and a
cause that names step and payment; so it does in a state that it does not know (`StateUnknown`) and after 400 rounds
(`RoundTooOften`). The money is where the payment's state says, and the sweeper begins the next execution. Only the
screening goes on instead: what cannot be asked of the scorer is judged without it, and does not miss its window.

In the drawings a box with straight sides is a step, a rounded one a wait for somebody with its deadline, a slanted one
a wait for a moment. A dotted way is taken when the deadline has passed. The ways from *Route* bear the states that lead
there; a box without a way on, and one that finds the payment elsewhere, leads back to *Route*.
"""


def page() -> str:
    return "\n".join([HEAD, *(section(kind) for kind in DRIVEN_BY_STEPS)])


def section(kind: PaymentKind) -> str:
    asl = machine(kind)
    drawing = "\n".join(f"    {line}" for line in drawn(kind, asl["States"]))
    return "\n".join(
        [
            f"## {TITLES[kind]}\n",
            f"```mermaid\nflowchart LR\n{drawing}\n```\n",
            "| Step | In | Does |",
            "|---|---|---|",
            *(row(kind, step, asl["States"]) for step in steps(kind).values()),
            "",
            "| Moved by | From | To |",
            "|---|---|---|",
            *sorted(moved_by_others(kind)),
            "",
        ]
    )


def machine(kind: PaymentKind) -> dict[str, Any]:
    path = ROOT / "infra" / "state_machines" / f"{kind.value.lower()}.asl.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def drawn(kind: PaymentKind, states: dict[str, Any]) -> list[str]:
    """The lines of a flow chart. What only counts, or looks at an answer, is left out: its ways are drawn through."""
    hub = max(states, key=lambda name: len(states[name].get("Choices", [])))
    boxes = [line for name, state in states.items() for line in box(kind, name, state, hub)]
    return boxes + [line for name, state in states.items() for line in ways(name, state, states, hub)]


def ways(name: str, state: dict[str, Any], states: dict[str, Any], hub: str) -> Iterator[str]:
    leads = dict.fromkeys(catcher["Next"] for catcher in state.get("Catch", []))
    yield from (f"{name} -.-> {to}" for to in leads if states[to]["Type"] != "Fail")
    if state["Type"] in ("Task", "Wait"):
        yield from onward(name, state["Next"], states, hub)
    if name == hub:
        for rule in state["Choices"]:
            if states[rule["Next"]]["Type"] != "Fail":
                yield f'{name} -- "{"<br/>".join(named_in(rule["Condition"]))}" --> {rule["Next"]}'


def onward(name: str, to: str, states: dict[str, Any], hub: str) -> Iterator[str]:
    state = states[to]
    if state["Type"] == "Choice" and to != hub:
        yield from (f"{name} --> {rule['Next']}" for rule in state["Choices"])
    elif state["Type"] != "Pass" or name == next(iter(states)):
        yield f"{name} --> {hub if state['Type'] == 'Pass' else to}"


def box(kind: PaymentKind, name: str, state: dict[str, Any], hub: str) -> Iterator[str]:
    waits = [step.name for step in steps(kind).values() if step.waits is Waits.TOKEN]
    if state["Type"] == "Task" and called(state) in waits:
        yield f"{name}([{words(name)}<br/>{deadline(state)}])"
    elif state["Type"] == "Task":
        yield f"{name}[{words(name)}]"
    elif state["Type"] == "Wait":
        yield f"{name}[/{words(name)}/]"
    elif name == hub:
        yield f"{name}{{Route}}"
    elif state.get("End"):
        yield f"{name}(({words(name)}))"


def words(name: str) -> str:
    """`AwaitFile` -> Await file"""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return spaced.strip().capitalize()


def deadline(state: dict[str, Any]) -> str:
    return str(state["TimeoutSeconds"]).strip("${}")


def named_in(condition: str) -> list[str]:
    """The states between quotes."""
    return condition.split("'")[1::2]


def row(kind: PaymentKind, step: Step, states: dict[str, Any]) -> str:
    """What the table has for a step."""
    state = next(found for found in states.values() if called(found) == step.name)
    where = "any" if step.serves == JOURNEYS[kind].states else ", ".join(f"`{found}`" for found in sorted(step.serves))
    makes = ", ".join(sorted(step.makes))
    does = [state["Comment"], f"makes it {makes}" if makes else ""]
    if step.waits is Waits.TOKEN:
        also = ", and also when it has failed each time it was tried" if step.fails_over else ""
        does.append(f"waits to be told, for `{deadline(state)}` at most, then `{step.then}`{also}")
    elif step.waits is Waits.MOMENT:
        does.append(f"says until when to wait, then `{step.then}`")
    return f"| `{step.name}` | {where} | {'; '.join(part for part in does if part)} |"


def called(state: dict[str, Any]) -> str | None:
    return state["Arguments"]["Payload"]["step"] if state["Type"] == "Task" else None


def moved_by_others(kind: PaymentKind) -> Iterator[str]:
    for move in JOURNEYS[kind].moves:
        if move.event in MADE_BY_OTHERS:
            yield f"| {MADE_BY_OTHERS[move.event]} | `{move.source}` | `{move.target}` ({move.event}) |"


def main() -> int:
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        print("docs/journeys.md is not what the state machines say; run python -m ops.journeys_page")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
