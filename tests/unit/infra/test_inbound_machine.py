"""The machine of received files and the table of its steps say the same, and a mistake in it is noticed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from domain.payments.steps import Waits
from domain.rails.ach.incoming_kinds import RECEIVED_FILE_MOVES, RECEIVED_FILES_ENDED, ReceivedFileState
from domain.rails.ach.incoming_steps import FILE_STEPS, FileStepName, file_step_for
from tests.unit.infra.state_machines import INBOUND, OF_RECEIVED_FILES, ROUNDS, Machine, asked, lint, machine_in
from tests.unit.infra.test_state_machines import Mutant, planted, with_value, without

_S = ReceivedFileState


@dataclass(frozen=True)
class At:
    name: str
    state: ReceivedFileState
    last: FileStepName | None = None
    routed: bool = False
    slept: bool = False


@dataclass
class Walked:
    calls: set[tuple[FileStepName, ReceivedFileState]]
    findings: list[str]


def walk(asl: Machine) -> Walked:
    """Every way: whatever state a step finds the file in, and whoever moved it there meanwhile."""
    walked = Walked(set(), [])
    todo, seen = [At(asl["StartAt"], state) for state in _S], set[At]()
    while todo:
        at = todo.pop()
        if at not in seen and at.name in asl["States"]:
            seen.add(at)
            todo += onward(at, asl["States"][at.name], walked)
    return walked


def onward(at: At, state: dict[str, Any], walked: Walked) -> list[At]:
    match state["Type"]:
        case "Task":
            return called(at, state, walked)
        case "Choice":
            return [chosen(at, state, walked)]
        case "Wait":
            asleep = at.last is FileStepName.AWAIT_DAY and at.state is _S.POSTING and not at.slept
            if not asleep or state.get("Timestamp") != "{% $states.input.wait_until %}":
                walked.findings.append(f"{at} waits for a moment that nothing answered")
            return [At(state["Next"], at.state, at.last, at.routed, slept=True)]
        case "Pass" if not state.get("End"):
            return [At(state["Next"], at.state, at.last, at.routed, at.slept)]
        case "Pass":
            if at.last is not FileStepName.END or at.state not in RECEIVED_FILES_ENDED:
                walked.findings.append(f"{at} ends")
        case _:
            walked.findings.append(f"{at} fails")
    return []


def called(at: At, state: dict[str, Any], walked: Walked) -> list[At]:
    step = FILE_STEPS.get(state["Arguments"]["Payload"]["step"])
    if step is None or step.name is not expected(at):
        walked.findings.append(f"{at} calls {step.name if step else 'no step'}, not {expected(at)}")
        return []
    if state["TimeoutSeconds"] != "${StepSeconds}":
        walked.findings.append(f"{at} does not wait as a step does")
    walked.calls.add((step.name, at.state))
    return [At(state["Next"], found, step.name) for found in answers(step.name, at.state)]


def expected(at: At) -> FileStepName | None:
    if at.last is None:
        return FileStepName.BEGIN
    if at.slept:
        return FILE_STEPS[at.last].then
    unwaited = FILE_STEPS[at.last].waits is Waits.MOMENT and at.state in FILE_STEPS[at.last].serves
    return None if unwaited or not at.routed else file_step_for(at.state)


def answers(step: FileStepName, state: ReceivedFileState) -> set[ReceivedFileState]:
    """What it may be in then: as it was, or wherever the table leads, also by others."""
    del step
    reached, found = {state}, {state}
    while found:
        found = {move.target for move in RECEIVED_FILE_MOVES if move.source in found} - reached
        reached |= found
    return reached


def chosen(at: At, state: dict[str, Any], walked: Walked) -> At:
    routed = at.routed
    for rule in state["Choices"]:
        if ROUNDS.fullmatch(rule["Condition"]):
            routed = True
            if rule["Next"] != "RoundTooOften":
                walked.findings.append(f"{at} goes on after too many rounds")
        elif (names := asked(rule["Condition"])) is None:
            walked.findings.append(f"{at} asks {rule['Condition']}")
        elif at.state in names:
            return At(rule["Next"], at.state, at.last, routed, at.slept)
    return At(state["Default"], at.state, at.last, routed, at.slept)


def findings(asl: Machine) -> list[str]:
    if linted := lint(asl, OF_RECEIVED_FILES):
        return linted
    walked = walk(asl)
    missing = {(step.name, state) for step in FILE_STEPS.values() for state in step.serves} - walked.calls
    return [*walked.findings, *(f"{one} is never called" for one in sorted(missing))]


class TestTheMachine:
    def test_is_whole_and_every_way_through_it_calls_the_steps_of_the_table(self) -> None:
        assert findings(machine_in(INBOUND)) == []

    def test_no_step_serves_a_state_twice_but_the_one_that_waits(self) -> None:
        for state in _S:
            serving = {step.name for step in FILE_STEPS.values() if state in step.serves} - {FileStepName.BEGIN}
            assert serving - {file_step_for(state)} <= {FILE_STEPS[file_step_for(state)].then}

    def test_a_mistake_in_it_is_noticed(self) -> None:
        good = json.dumps(machine_in(INBOUND))
        made = [(what, planted(good, plant)) for what, plant in mistakes(json.loads(good))]
        assert len(made) > 60
        assert [what for what, mutant in made if not findings(mutant)] == []


def mistakes(asl: Machine) -> Iterator[tuple[str, Mutant]]:
    """Every field of every state left out, every way led elsewhere, every step called by another name."""
    for name, state in asl["States"].items():
        for field in state.keys() - {"Type", "Comment"}:
            yield f"{name} without {field}", without(name, field)
        for to in ("Arrived", "Ended", "Work", "Day", "Nowhere"):
            if "Next" in state and state["Next"] != to:
                yield f"{name} to {to}", with_value(to, name, "Next")
        if state["Type"] == "Task":
            for step in set(FileStepName) - {state["Arguments"]["Payload"]["step"]}:
                yield f"{name} calls {step}", with_value(step.value, name, "Arguments", "Payload", "step")
        for number in range(len(state.get("Choices", []))):
            yield f"{name} without choice {number}", without(name, "Choices", number)


@pytest.mark.parametrize("state", _S)
def test_every_state_has_its_step(state: ReceivedFileState) -> None:
    assert state in FILE_STEPS[file_step_for(state)].serves
