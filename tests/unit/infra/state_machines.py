"""Reads the state machines, and follows every way through them together with every state that a payment can be in.

Findings are sentences, so that a machine with a mistake in it can be laid before the same eyes.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from typing import Any, Final

import yaml

from domain.payments.kinds import DRIVEN_BY_STEPS, JOURNEYS, PaymentKind, PaymentState
from domain.payments.steps import MADE_BY_OTHERS, Step, StepName, Waits, step_for, steps
from tests.unit.infra.templates import ROOT

Machine = dict[str, Any]

FILES: Final = {kind: f"infra/state_machines/{kind.value.lower()}.asl.yaml" for kind in DRIVEN_BY_STEPS}

EVENTS_MAX: Final = 25_000
"""Of one execution (AWS Step Functions, service quotas)."""
DEFINITION_BYTES_MAX: Final = 1024 * 1024
NAME_LENGTH_MAX: Final = 80
EXECUTION_SECONDS_MAX: Final = 365 * 24 * 3600
ATTEMPTS_MAX: Final = 5

FIELDS: Final = {
    "Task": {"Resource", "TimeoutSeconds", "Arguments", "Output", "Assign", "Retry", "Catch", "Next"},
    "Choice": {"Choices", "Default"},
    "Wait": {"Timestamp", "Next"},
    "Pass": {"Assign", "Next", "End"},
    "Fail": {"Error", "Cause"},
}
RETRY_FIELDS: Final = {
    "ErrorEquals",
    "IntervalSeconds",
    "BackoffRate",
    "MaxAttempts",
    "MaxDelaySeconds",
    "JitterStrategy",
}
INVOKE: Final = "arn:aws:states:::lambda:invoke"


def parameter_of(deadline: str) -> str:
    """The parameter of the stack that a deadline of the bank's code is deployed with."""
    return "".join(word.capitalize() for word in deadline.split("_")) + "Seconds"


@dataclass(frozen=True)
class Calls:
    """What the tasks of a machine call, and what it is about."""

    function: str
    subject: str

    @property
    def payload(self) -> dict[str, str]:
        return {
            self.subject: f"{{% $states.context.Execution.Input.{self.subject} %}}",
            "execution": "{% $states.context.Execution.Name %}",
        }


OF_PAYMENTS: Final = Calls("${JourneyFunctionArn}", "payment")
OF_RECEIVED_FILES: Final = Calls("${InboundFunctionArn}", "file")
INBOUND: Final = "infra/state_machines/ach_inbound.asl.yaml"
TOKEN: Final = {"token": "{% $states.context.Task.Token %}"}
EVENTS_OF_ATTEMPT: Final = 4
"""Scheduled, started, submitted to whoever has the token, and how it went."""
ROUNDS: Final = re.compile(r"\{% \$passes > ([0-9]+) %\}")
ONE: Final = re.compile(r"\{% \$states\.input\.state = '([A-Z_]+)' %\}")
SEVERAL: Final = re.compile(r"\{% \$states\.input\.state in \[((?:'[A-Z_]+'(?:, )?)+)\] %\}")


def machine(kind: PaymentKind) -> Machine:
    return machine_in(FILES[kind])


def machine_in(file: str) -> Machine:
    found = yaml.safe_load((ROOT / file).read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


# What every machine must be, whatever it is about.


def lint(asl: Machine, calls: Calls = OF_PAYMENTS) -> list[str]:
    states: dict[str, Any] = asl["States"]
    return [
        *_whole(asl),
        *(finding for name, state in states.items() for finding in _state(name, state, calls)),
        *(
            finding
            for name, state in states.items()
            if state["Type"] == "Task"
            for finding in _task(name, state, calls)
        ),
        *_rounds(asl),
    ]


def transitions(name: str, state: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every way out of a state: where it stands in the state, and where it leads."""
    for field in ("Next", "Default"):
        if field in state:
            yield f"{name}.{field}", state[field]
    for field in ("Choices", "Catch"):
        for number, rule in enumerate(state.get(field, [])):
            yield f"{name}.{field}[{number}]", rule.get("Next", "")


def _whole(asl: Machine) -> Iterator[str]:
    states = asl["States"]
    if asl.get("QueryLanguage") != "JSONata":
        yield "the machine does not speak JSONata"
    if not 0 < asl.get("TimeoutSeconds", 0) < EXECUTION_SECONDS_MAX:
        yield "the machine has no time limit of its own"
    if len(json.dumps(asl)) > DEFINITION_BYTES_MAX:
        yield "the definition is too large"
    ways = {name: dict(transitions(name, state)) for name, state in states.items()}
    for name, leads in ways.items():
        yield from (f"{where} leads to {to}, which is no state" for where, to in leads.items() if to not in states)
        if len(name) > NAME_LENGTH_MAX:
            yield f"the name {name} is too long"
    reached, found = set(), [asl["StartAt"]]
    while found:
        name = found.pop()
        if name not in reached:
            reached.add(name)
            found += [to for to in ways.get(name, {}).values() if to in states]
    yield from (f"nothing leads to {name}" for name in states.keys() - reached)
    yield from (f"StartAt is {name}, which is no state" for name in reached - states.keys())


def _state(name: str, state: dict[str, Any], calls: Calls) -> Iterator[str]:
    kind = state["Type"]
    unknown = state.keys() - FIELDS.get(kind, set()) - {"Type", "Comment"}
    if unknown:
        yield f"{name} has {sorted(unknown)}"
    ways = dict(transitions(name, state))
    if kind == "Fail" and not (
        state.get("Error") == name and f"Execution.Input.{calls.subject}" in state.get("Cause", "")
    ):
        yield f"{name} does not say what is stuck"
    if kind in ("Task", "Wait") and "Next" not in state:
        yield f"{name} leads nowhere"
    if kind == "Pass" and ("Next" in state) == bool(state.get("End")):
        yield f"{name} neither ends nor goes on"
    if kind == "Choice" and not ("Default" in state and len(ways) > 1):
        yield f"{name} chooses between nothing, or has no way for what it does not know"


def _task(name: str, state: dict[str, Any], calls: Calls) -> Iterator[str]:
    resource = state.get("Resource")
    waits = resource == f"{INVOKE}.waitForTaskToken"
    if not waits and resource != INVOKE:
        yield f"{name} calls {resource}"
    arguments = state.get("Arguments", {})
    payload = dict(arguments.get("Payload", {}))
    step = payload.pop("step", None)
    if arguments.get("FunctionName") != calls.function or payload != calls.payload | (TOKEN if waits else {}):
        yield f"{name} does not call the journey's function with what it needs"
    if ("Output" in state) == waits or state.get("Output", "{% $states.result.Payload %}") != (
        "{% $states.result.Payload %}"
    ):
        yield f"{name} does not pass on what it was answered"
    if "TimeoutSeconds" not in state:
        yield f"{name} has no time limit"
    yield from _retries(name, state.get("Retry", []), waits=waits)
    yield from _catches(name, state.get("Catch", []), step=step, waits=waits)


def _retries(name: str, retriers: list[dict[str, Any]], *, waits: bool) -> Iterator[str]:
    # A deadline that were tried again would be several deadlines.
    if [retrier.get("ErrorEquals") for retrier in retriers] != [["States.TaskFailed" if waits else "States.ALL"]]:
        yield f"{name} does not try again what failed"
    for retrier in retriers:
        tries = 1 <= retrier.get("MaxAttempts", 0) <= ATTEMPTS_MAX
        grows = retrier.get("BackoffRate", 0) > 1 and retrier.get("MaxDelaySeconds", 0) > 0
        if retrier.keys() != RETRY_FIELDS or not (tries and grows and retrier["JitterStrategy"] == "FULL"):
            yield f"{name} does not try again a few times, ever later and not all at once"


def _catches(name: str, catchers: list[dict[str, Any]], *, step: str | None, waits: bool) -> Iterator[str]:
    errors = [catcher.get("ErrorEquals") for catcher in catchers]
    if errors != ([["States.Timeout"]] if waits else []) + [["States.ALL"]]:
        yield f"{name} does not catch what can go wrong"
        return
    last = catchers[-1]
    if last.get("Output") != {"step": step, "error": "{% $states.errorOutput.Error %}"}:
        yield f"{name} fails without a name"
    if last["Next"] not in {"StepFailed", catchers[0]["Next"] if waits else "StepFailed"}:
        yield f"{name} fails to somewhere else"


def _rounds(asl: Machine) -> Iterator[str]:
    """The events of one execution are bounded: every round counts, and there are not too many."""
    states = asl["States"]
    counts = [name for name, state in states.items() if state.get("Assign") == {"passes": "{% $passes + 1 %}"}]
    limits = [
        (name, int(found[1]))
        for name, state in states.items()
        for number, rule in enumerate(state.get("Choices", []))
        if (found := ROUNDS.fullmatch(rule["Condition"])) and number == 0
    ]
    if states[asl["StartAt"]].get("Assign") != {"passes": 0} or len(counts) != 1 or len(limits) != 1:
        yield "rounds are not counted"
        return
    (counter,), ((gate, rounds),) = counts, limits
    if states[counter].get("Next") != gate:
        yield "rounds are counted and not looked at"
    longest = _events_of_a_round(states, gate, stop=counter)
    if longest is None:
        yield "there is a way round that is not counted"
    elif rounds * (longest + 2) + longest > EVENTS_MAX:
        yield f"{rounds} rounds of {longest} events are too many"


def _events_of_a_round(states: dict[str, Any], gate: str, *, stop: str) -> int | None:
    """The most events between two counts. None when a way returns to itself uncounted."""
    known: dict[str, int] = {}

    def longest(name: str, path: frozenset[str]) -> int | None:
        if name == stop or name not in states:
            return 0
        if name in path:
            return None
        if name not in known:
            state = states[name]
            after = [longest(to, path | {name}) for _, to in transitions(name, state)]
            if None in after:
                return None
            attempts = 1 + sum(retrier.get("MaxAttempts", 0) for retrier in state.get("Retry", []))
            own = 2 + (attempts * EVENTS_OF_ATTEMPT if state["Type"] == "Task" else 0)
            known[name] = own + max((found for found in after if found is not None), default=0)
        return known[name]

    return longest(gate, frozenset())


# What the machine of a kind must do, by the table of its steps.


class Via(Enum):
    ANSWER = auto()
    DEADLINE = auto()
    MOMENT = auto()


@dataclass(frozen=True)
class Position:
    """Where an execution is, and what it knows of the payment."""

    name: str
    state: PaymentState
    last: StepName | None = None
    via: Via = Via.ANSWER
    routed: bool = False
    """Whether its state was looked at since the last step, and the round counted."""


@dataclass
class Walked:
    findings: list[str]
    calls: set[tuple[StepName, PaymentState]]
    """Each step, with each state that it was called in."""
    legs: set[tuple[PaymentState, PaymentState]]
    """From the state that a step was called in to the state that it answered."""


def walk(kind: PaymentKind, asl: Machine) -> Walked:
    """Follows every way: whatever a step may answer, a deadline that passes, a moment that comes, a step that fails."""
    walker = _Walker(kind, asl["States"])
    start = asl["StartAt"]
    todo = [Position(start, state) for state in JOURNEYS[kind].states]
    seen: set[Position] = set()
    while todo:
        position = todo.pop()
        if position not in seen and position.name in asl["States"]:
            seen.add(position)
            todo += walker.onward(position)
    return Walked(walker.findings, walker.calls, walker.legs)


class _Walker:
    def __init__(self, kind: PaymentKind, states: dict[str, Any]) -> None:
        self.kind = kind
        self.states = states
        self.findings: list[str] = []
        self.calls: set[tuple[StepName, PaymentState]] = set()
        self.legs: set[tuple[PaymentState, PaymentState]] = set()

    def onward(self, at: Position) -> list[Position]:
        state = self.states[at.name]
        match state["Type"]:
            case "Task":
                return self._call(at, state)
            case "Choice":
                return [self._choice(at, state)]
            case "Wait":
                return self._sleep(at, state)
            case "Pass" if state.get("End"):
                if at.last is not StepName.END or at.state not in JOURNEYS[self.kind].final:
                    self._say(at, "ends")
            case "Pass":
                return [replace(at, name=state["Next"])]
            case _:
                self._say(at, "fails")
        return []

    def _call(self, at: Position, state: dict[str, Any]) -> list[Position]:
        name = state["Arguments"]["Payload"]["step"]
        if name not in steps(self.kind):
            self._say(at, f"calls {name}, which is no step")
            return []
        step = steps(self.kind)[StepName(name)]
        if step.name is not self._expected(at):
            self._say(at, f"calls {step.name}, not {self._expected(at)}")
            return []
        self.calls.add((step.name, at.state))
        deadline = f"${{{parameter_of(step.deadline or 'step')}}}"
        waits = state["Resource"].endswith(".waitForTaskToken")
        if state["TimeoutSeconds"] != deadline or waits != (step.waits is Waits.TOKEN):
            self._say(at, f"does not wait as {step.name} does")
        answered = answers(self.kind, step, at.state)
        self.legs |= {(at.state, found) for found in answered if step.name is not StepName.BEGIN}
        ways = [Position(state["Next"], found, step.name) for found in answered]
        for catcher in state["Catch"]:
            if catcher["ErrorEquals"] == ["States.Timeout"] or step.fails_over:
                ways.append(Position(catcher["Next"], at.state, step.name, Via.DEADLINE))
            elif self.states[catcher["Next"]]["Type"] != "Fail":
                self._say(at, "goes on from a step that failed")
        return ways

    def _expected(self, at: Position) -> StepName | None:
        if at.last is None:
            return StepName.BEGIN
        last = steps(self.kind)[at.last]
        if at.via is not Via.ANSWER:
            return None if at.routed else last.then
        unwaited = last.waits is Waits.MOMENT and at.state in last.serves
        over = last.name is StepName.END and at.state in last.serves
        if unwaited or over or not at.routed:
            return None
        return step_for(self.kind, at.state).name

    def _sleep(self, at: Position, state: dict[str, Any]) -> list[Position]:
        last = steps(self.kind)[at.last] if at.last else None
        asked = last is not None and last.waits is Waits.MOMENT and at.state in last.serves
        if not asked or at.via is Via.MOMENT or state.get("Timestamp") != "{% $states.input.wait_until %}":
            self._say(at, "waits for a moment that nothing answered")
        return [replace(at, name=state["Next"], via=Via.MOMENT)]

    def _choice(self, at: Position, state: dict[str, Any]) -> Position:
        routed = at.routed
        for rule in state["Choices"]:
            condition, leads = rule["Condition"], str(rule["Next"])
            if ROUNDS.fullmatch(condition):
                routed = True
                if leads != "RoundTooOften":
                    self._say(at, "goes on after too many rounds")
            elif (names := asked(condition)) is None:
                self._say(at, f"asks {condition}")
            elif at.state in names:
                return replace(at, name=leads, routed=routed)
        if routed != at.routed and state["Default"] != "StateUnknown":
            self._say(at, "goes on in a state that it does not know")
        return replace(at, name=str(state["Default"]), routed=routed)

    def _say(self, at: Position, what: str) -> None:
        after = f" after {at.last}" if at.last else ""
        self.findings.append(f"{self.kind}: {at.name} in {at.state}{after} ({at.via.name}): {what}")


@cache
def asked(condition: str) -> frozenset[str] | None:
    """The states that a rule of a choice is for; None when it asks something else."""
    if one := ONE.fullmatch(condition):
        return frozenset({one[1]})
    if several := SEVERAL.fullmatch(condition):
        return frozenset(re.findall(r"'([A-Z_]+)'", several[1]))
    return None


@cache
def answers(kind: PaymentKind, step: Step, state: PaymentState) -> frozenset[PaymentState]:
    """Whatever a step may answer that was called in a state: others may have moved the payment before its work."""
    if step.name is StepName.BEGIN:
        return frozenset({state})
    if step.waits is Waits.TOKEN:
        return frozenset(_moved_by_others(kind, {state}))
    found = set[PaymentState]()
    for now in {state} | _moved_by_others(kind, {state}):
        targets = {JOURNEYS[kind].target(now, event) for event in step.makes} if now in step.serves else set()
        found |= {target for target in targets if target}
        if step.stays or now not in step.serves:
            found.add(now)
    return frozenset(found)


def _moved_by_others(kind: PaymentKind, found: set[PaymentState]) -> set[PaymentState]:
    """Wherever one or more events of others lead."""
    reached = set[PaymentState]()
    while found:
        found = {
            move.target for move in JOURNEYS[kind].moves if move.source in found and move.event in MADE_BY_OTHERS
        } - reached
        reached |= found
    return reached


def unserved(kind: PaymentKind, walked: Walked) -> list[str]:
    """The moves of the table that no step of the machine makes, and nobody else while it waits or has ended."""
    found = []
    for move in JOURNEYS[kind].moves:
        called = [steps(kind)[name] for name, state in walked.calls if state is move.source]
        by_a_step = any(move.event in step.makes for step in called)
        waited_for = any(step.waits is not Waits.NOTHING or step.name is StepName.END for step in called)
        if not by_a_step and not (move.event in MADE_BY_OTHERS and waited_for):
            found.append(f"{kind}: nobody makes {move.event} happen in {move.source}")
    return found


def findings(kind: PaymentKind, asl: Machine) -> list[str]:
    """All that is wrong with a machine: as one, and as the machine of this kind."""
    found = lint(asl)
    if found:  # Only a machine that is whole can be walked.
        return found
    walked = walk(kind, asl)
    return walked.findings + unserved(kind, walked)
