"""The page of the journeys is drawn from the state machines, and shows all of them."""

import pytest

from domain.payments.kinds import DRIVEN_BY_STEPS, JOURNEYS, PaymentKind
from domain.payments.steps import steps
from ops.journeys_page import PAGE, drawn, machine, page, section


def test_the_page_is_what_the_machines_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("kind", DRIVEN_BY_STEPS)
class TestOneJourney:
    def test_names_every_step_and_every_state(self, kind: PaymentKind) -> None:
        text = section(kind)
        assert [step for step in steps(kind) if f"| `{step}` |" not in text] == []
        assert [state for state in JOURNEYS[kind].states if state not in text] == []

    def test_draws_every_task_wait_and_end(self, kind: PaymentKind) -> None:
        states = machine(kind)["States"]
        shown = {name for name, state in states.items() if state["Type"] in ("Task", "Wait") or state.get("End")}
        boxes = {
            line.split("[")[0].split("(")[0] for line in drawn(kind, states) if "--" not in line and "-.-" not in line
        }
        assert shown <= boxes

    def test_another_way_is_another_drawing(self, kind: PaymentKind) -> None:
        states = machine(kind)["States"]
        before = list(drawn(kind, states))
        states["Route"]["Choices"][1]["Next"] = "Advance"
        assert list(drawn(kind, states)) != before
