"""The machines of Step Functions and the tables of the bank say the same, and a mistake in a machine is noticed."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from domain.payments.kinds import DRIVEN_BY_STEPS, JOURNEYS, PaymentKind, PaymentState
from domain.payments.steps import MADE_BY_OTHERS, Waits, steps
from ops.simulation.machine import TRIES_MAX
from tests.unit.infra.state_machines import (
    FILES,
    INBOUND,
    Machine,
    findings,
    lint,
    machine,
    transitions,
    unserved,
    walk,
)
from tests.unit.infra.templates import ROOT

KINDS = pytest.mark.parametrize("kind", DRIVEN_BY_STEPS)
Mutant = Callable[[Machine], None]


class TestEveryMachine:
    def test_is_the_machine_of_a_kind_or_of_received_files(self) -> None:
        found = {f"infra/state_machines/{path.name}" for path in (ROOT / "infra/state_machines").iterdir()}
        assert found == {*FILES.values(), INBOUND}

    @KINDS
    def test_is_whole_and_every_task_of_it_has_a_limit_tries_again_and_fails_by_name(self, kind: PaymentKind) -> None:
        assert lint(machine(kind)) == []


class TestMachineAndTable:
    @KINDS
    def test_every_way_through_the_machine_calls_the_steps_of_the_table(self, kind: PaymentKind) -> None:
        assert walk(kind, machine(kind)).findings == []

    @KINDS
    def test_a_scorer_that_cannot_be_asked_is_done_without(self, kind: PaymentKind) -> None:
        asl = machine(kind)
        assert [one["Next"] for one in asl["States"]["Screen"]["Catch"]] == ["ScreenWithout", "ScreenWithout"]
        asl["States"]["Screen"]["Catch"][-1]["Next"] = "StepFailed"
        assert any("StepFailed in ACCEPTED after screen" in found for found in walk(kind, asl).findings)
        assert 1 + asl["States"]["Screen"]["Retry"][0]["MaxAttempts"] == TRIES_MAX

    @KINDS
    def test_every_way_through_the_machine_is_a_path_of_the_table_of_moves(self, kind: PaymentKind) -> None:
        legs = walk(kind, machine(kind)).legs
        assert len(legs) > len(JOURNEYS[kind].states)
        for source, target in legs:
            assert target is source or target in reached_from(kind, source), (source, target)

    @KINDS
    def test_every_move_of_the_table_is_made_by_a_step_or_by_somebody_it_waits_for(self, kind: PaymentKind) -> None:
        walked = walk(kind, machine(kind))
        assert unserved(kind, walked) == []
        assert {state for _, state in walked.calls} == JOURNEYS[kind].states

    @KINDS
    def test_every_step_of_the_table_is_called_in_every_state_that_it_serves(self, kind: PaymentKind) -> None:
        calls = walk(kind, machine(kind)).calls
        assert calls == {(step.name, state) for step in steps(kind).values() for state in step.serves}

    @KINDS
    def test_who_waits_for_others_hears_each_of_their_moves(self, kind: PaymentKind) -> None:
        walked = walk(kind, machine(kind))
        for move in JOURNEYS[kind].moves:
            if move.event in MADE_BY_OTHERS:
                assert (move.source, move.target) in walked.legs


class TestTheTableOfSteps:
    @KINDS
    def test_a_step_makes_only_what_the_table_of_moves_has_for_its_states(self, kind: PaymentKind) -> None:
        for step in steps(kind).values():
            known = {event for state in step.serves for event in JOURNEYS[kind].events_of(state)}
            assert step.makes <= known, step.name

    @KINDS
    def test_a_step_that_may_not_stay_moves_the_payment_in_each_of_its_states(self, kind: PaymentKind) -> None:
        for step in steps(kind).values():
            for state in step.serves:
                assert step.stays or step.waits is Waits.TOKEN or step.makes & JOURNEYS[kind].events_of(state)

    @KINDS
    def test_nobody_else_moves_a_payment_out_of_a_claimed_state(self, kind: PaymentKind) -> None:
        for state in JOURNEYS[kind].effects:
            assert not JOURNEYS[kind].events_of(state) & MADE_BY_OTHERS.keys()

    @KINDS
    def test_only_a_wait_is_followed_by_a_step_of_its_own(self, kind: PaymentKind) -> None:
        for step in steps(kind).values():
            assert (step.then is not None) == (step.waits is not Waits.NOTHING)
            assert bool(step.deadline) == (step.waits is Waits.TOKEN)


def reached_from(kind: PaymentKind, state: PaymentState) -> set[PaymentState]:
    reached, found = set[PaymentState](), {state}
    while found:
        found = {move.target for move in JOURNEYS[kind].moves if move.source in found} - reached
        reached |= found
    return reached


# Mistakes, planted in a copy.


def another_way(where: str, to: str) -> Mutant:
    def plant(asl: Machine) -> None:
        name, _, place = where.partition(".")
        field, _, number = place.partition("[")
        holder = asl["States"][name]
        if number:
            holder, field = holder[field][int(number.rstrip("]"))], "Next"
        holder[field] = to

    return plant


def without(*path: str | int) -> Mutant:
    def plant(asl: Machine) -> None:
        holder: Any = asl["States"]
        for part in path[:-1]:
            holder = holder[part]
        del holder[path[-1]]

    return plant


def with_value(value: Any, *path: str | int) -> Mutant:
    def plant(asl: Machine) -> None:
        holder: Any = asl["States"]
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = value

    return plant


def other_ways(asl: Machine) -> Iterator[tuple[str, Mutant]]:
    """Every way in the machine, leading elsewhere."""
    for name, state in asl["States"].items():
        for where, leads in transitions(name, state):
            for to in ("Arrived", "Ended", "Advance", "AwaitSettlement", "StateUnknown", "Nowhere"):
                if to != leads:
                    yield f"{where} leads to {to}", another_way(where, to)


def missing_parts(asl: Machine) -> Iterator[tuple[str, Mutant]]:
    """Every field of every state, left out; every rule, every catch, every state of a list."""
    for name, state in asl["States"].items():
        for field in state.keys() - {"Type", "Comment"}:
            yield f"{name} without {field}", without(name, field)
        for field in ("Choices", "Catch", "Retry"):
            for number in range(len(state.get(field, []))):
                yield f"{name} without {field}[{number}]", without(name, field, number)
        for number, rule in enumerate(state.get("Choices", [])):
            for found in walked_states(rule["Condition"]):
                less = rule["Condition"].replace(f", '{found}'", "").replace(f"'{found}', ", "")
                if less != rule["Condition"]:
                    yield f"{name} forgets {found}", with_value(less, name, "Choices", number, "Condition")


def walked_states(condition: str) -> list[str]:
    return [state for state in PaymentState if f"'{state}'" in condition]


def other_values(asl: Machine) -> Iterator[tuple[str, Mutant]]:
    """Every call with another step, time limit, token or name for its failure."""
    for name, state in asl["States"].items():
        if state["Type"] == "Task":
            called = state["Arguments"]["Payload"]["step"]
            for step in ("advance", "settle", "chase", "end", "nothing"):
                if step != called:
                    yield f"{name} calls {step}", with_value(step, name, "Arguments", "Payload", "step")
            yield f"{name} waits long", with_value("${DecadeSeconds}", name, "TimeoutSeconds")
            yield f"{name} without payment", without(name, "Arguments", "Payload", "payment")
            yield f"{name} tries for ever", with_value(99_999_999, name, "Retry", 0, "MaxAttempts")
            yield f"{name} tries at once", with_value(1, name, "Retry", 0, "BackoffRate")
            yield f"{name} tries with all", with_value("NONE", name, "Retry", 0, "JitterStrategy")
            yield f"{name} catches less", with_value(["States.Timeout"], name, "Catch", -1, "ErrorEquals")
            yield f"{name} lies", with_value("nobody", name, "Catch", -1, "Output", "step")
        if state["Type"] == "Wait":
            yield f"{name} waits for another moment", with_value("2030-01-01T00:00:00Z", name, "Timestamp")
        for number, rule in enumerate(state.get("Choices", [])):
            if "$passes" in rule["Condition"]:
                yield "goes round for ever", with_value("{% $passes > 4000 %}", name, "Choices", number, "Condition")


@KINDS
@pytest.mark.parametrize("mistakes", [other_ways, missing_parts, other_values], ids=lambda mistakes: mistakes.__name__)
def test_a_mistake_in_a_machine_is_noticed(
    kind: PaymentKind, mistakes: Callable[[Machine], Iterator[tuple[str, Mutant]]]
) -> None:
    good = machine(kind)
    text = json.dumps(good)
    mistakes_made = [(what, planted(text, plant)) for what, plant in mistakes(good)]
    assert len(mistakes_made) > 200
    assert [what for what, mutant in mistakes_made if not findings(kind, mutant)] == []


def planted(text: str, plant: Mutant) -> Machine:
    mutant: Machine = json.loads(text)
    plant(mutant)
    return mutant
