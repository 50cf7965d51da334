"""The state machines of the journeys on the engine: every branch, deadline, failure and wait, with a scripted function.

A small stack of its own holds the two machines of template.yaml and a function that answers, sleeps or raises as each
test has written down. Deadlines are a second or two; what a machine went through is read from its history.

A function that raises costs the engine a new process, so the machines try again once here, not five times, and go round
20 times, not 400. What they have in truth, tests/unit/infra/test_state_machines.py holds.
"""

import json
import time
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from domain.payments.journeys import Execution, execution_name
from domain.payments.journeys_aws import StepFunctionsJourneys
from domain.payments.kinds import DRIVEN_BY_STEPS, JOURNEYS, PaymentKind, PaymentState
from domain.payments.steps import Step, StepName, Waits, step_for, steps
from ops.local.aws import Clients, session
from ops.local.deploy import TEMPLATE, make_code_bucket, upload_definition, upload_template
from ops.local.engine_process import Engine, engine_running
from ops.local.stack import put_stack
from ops.local.template import mount, read_template
from tests.unit.infra.state_machines import machine, transitions

REGION: Final = "us-east-1"
MACHINES: Final = {PaymentKind.ACH_CREDIT: "AchCreditMachine", PaymentKind.ACH_DEBIT: "AchDebitMachine"}
DEADLINES: Final = ("FraudSeconds", "StepUpSeconds", "ReviewSeconds", "FileSeconds", "AcknowledgementSeconds")
PATIENT: Final = dict.fromkeys((*DEADLINES, "StepSeconds"), "30")
"""Seconds that a busy machine keeps."""
PACES: Final[Mapping[str, Mapping[str, str]]] = {
    "patient": {},
    "hurried": dict.fromkeys(DEADLINES, "1"),
    "impatient": {"StepSeconds": "4"},
}
"""Each machine stands three times: as the template has it, with short deadlines, with little time for a step."""
SHORTER: Final = {"MaxAttempts: 5\n": "MaxAttempts: 1\n", "400": "20"}
AT_ONCE: Final = 4
ENDS_WITHIN_SECONDS: Final = 60
POLL_SECONDS: Final = 0.1
OVER: Final = PaymentState.COMPLETED
"""A final state of every kind."""

STUB: Final = """
import json, os, time


def handler(event, context):
    place = os.path.join(os.environ["SCRIPTS"], event["payment"])
    with open(place + ".json") as file:
        script = json.load(file).get(event["step"], [])
    with open(place + ".calls", "a+") as file:
        file.seek(0)
        before = sum(json.loads(line)["step"] == event["step"] for line in file)
        file.write(json.dumps(event) + "\\n")
    act = script[min(before, len(script) - 1)] if script else {"raise": "Unscripted"}
    time.sleep(act.get("sleep", 0))
    if "raise" in act:
        raise type(act["raise"], (Exception,), {})("as it was scripted")
    return {"state": act.get("state"), "wait_until": act.get("wait_until")}
"""

Acts = list[dict[str, Any]]
Script = Mapping[str, Acts]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    name: str
    kind: PaymentKind
    script: Script
    """What each step answers, call by call; the last goes on for ever."""
    told: Mapping[str, str] = field(default_factory=dict)
    """Which state who waits by the token of a step is told."""
    calls: list[str]
    error: str | None = None
    cause: str = ""
    pace: str = "patient"

    @property
    def payment(self) -> str:
        return f"{self.kind.value}-{self.name}".replace("_", "-").lower()


@dataclass(frozen=True, kw_only=True)
class Ran:
    status: str
    error: str
    cause: str
    calls: list[dict[str, Any]]
    entered: list[str]
    seconds: float


class House:
    """The engine with the two machines on it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.scripts = folder
        self.clients = Clients(endpoint=engine.endpoint, region=REGION)
        self.states = session().client("stepfunctions", region_name=REGION, endpoint_url=engine.endpoint)
        bucket = make_code_bucket(self.clients)
        template = small(read_template(TEMPLATE), scripts=self.scripts)
        shorten(template, folder)
        mounted = mount(
            template,
            folder=folder,
            code_bucket=bucket,
            code_key="unused.zip",
            python_path="",
            nested_url=str,
            definition_key=partial(upload_definition, self.clients, bucket),
        )
        url = upload_template(self.clients, bucket, mounted, key="journeys.yaml")
        put_stack(self.clients, template_url=url, parameters=PATIENT)
        found = self.states.list_state_machines()["stateMachines"]
        arns = {one["name"]: one["stateMachineArn"] for one in found}
        self.journeys = {
            pace: StepFunctionsJourneys(
                client=lambda: self.states, machines={kind: arns[f"{pace}-{name}"] for kind, name in MACHINES.items()}
            )
            for pace in PACES
        }

    def skip_waits(self, skipped: bool) -> None:
        """Waits and pauses before another try; deadlines stay as they are."""
        body = json.dumps({"stepfunctions._SFN_WAIT_SCALE": 0 if skipped else 1}).encode()
        address = f"{self.engine.endpoint}/_ministack/config"
        request = urllib.request.Request(address, body, method="POST")  # noqa: S310  (the engine's own address)
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  (as above)
            assert answer.status == 200

    def run(self, scenario: Scenario) -> Ran:
        (self.scripts / f"{scenario.payment}.json").write_text(json.dumps(scenario.script))
        began = time.monotonic()
        journeys = self.journeys[scenario.pace]
        journeys.start(scenario.kind, scenario.payment, 1)
        told = 0
        while time.monotonic() < began + ENDS_WITHIN_SECONDS:
            calls = self.calls(scenario.payment)
            for call in calls[told:]:
                if "token" in call and call["step"] in scenario.told:
                    journeys.resume(call["token"], PaymentState(scenario.told[call["step"]]))
            told = len(calls)
            if journeys.state(scenario.kind, scenario.payment, 1) is Execution.ENDED:
                return self._ended(scenario, time.monotonic() - began)
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"{scenario.name} does not end: {self.calls(scenario.payment)}")

    def calls(self, payment: str) -> list[dict[str, Any]]:
        place = self.scripts / f"{payment}.calls"
        lines = place.read_text().splitlines(keepends=True) if place.exists() else []
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def _ended(self, scenario: Scenario, seconds: float) -> Ran:
        name = f"{scenario.pace}-{MACHINES[scenario.kind]}:{execution_name(scenario.payment, 1)}"
        arn = f"arn:aws:states:{REGION}:000000000000:execution:{name}"
        found = self.states.describe_execution(executionArn=arn)
        pages = self.states.get_paginator("get_execution_history").paginate(executionArn=arn)
        return Ran(
            status=found["status"],
            error=found.get("error", ""),
            cause=found.get("cause", ""),
            calls=self.calls(scenario.payment),
            entered=[
                event["stateEnteredEventDetails"]["name"]
                for page in pages
                for event in page["events"]
                if "stateEnteredEventDetails" in event
            ],
            seconds=seconds,
        )


def shorten(template: dict[str, Any], folder: Path) -> None:
    """Definitions of fewer tries and rounds, in the folder, under the names that the template has for them."""
    found = (one["Properties"].get("DefinitionUri") for one in template["Resources"].values())
    for path in {one for one in found if one}:
        text = (TEMPLATE.parent / path).read_text(encoding="utf-8")
        for long, short in SHORTER.items():
            assert long in text
            text = text.replace(long, short)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def small(template: dict[str, Any], *, scripts: Path) -> dict[str, Any]:
    """The machines as the template has them, over a function that does as it is told."""
    machines = {}
    for pace, seconds in PACES.items():
        for name in MACHINES.values():
            properties = dict(template["Resources"][name]["Properties"])
            del properties["Logging"]
            properties |= {"Name": f"{pace}-{name}", "Role": "arn:aws:iam::000000000000:role/any"}
            properties["DefinitionSubstitutions"] = properties["DefinitionSubstitutions"] | seconds
            machines[f"{pace}{name}"] = {"Type": template["Resources"][name]["Type"], "Properties": properties}
    stub = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "journey-as-scripted",
            "Handler": "index.handler",
            "Runtime": "python3.13",
            "Role": "arn:aws:iam::000000000000:role/any",
            "Timeout": 30,
            "Code": {"ZipFile": STUB},
            "Environment": {"Variables": {"SCRIPTS": str(scripts)}},
        },
    }
    return {
        "AWSTemplateFormatVersion": template["AWSTemplateFormatVersion"],
        "Transform": template["Transform"],
        "Parameters": {name: template["Parameters"][name] for name in PATIENT},
        "Resources": machines | {"AchJourneyFunction": stub},
    }


@pytest.fixture(scope="module", name="house")
def _house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with engine_running(tmp_path_factory.mktemp("engine")) as engine:
        yield House(engine, tmp_path_factory.mktemp("scripts"))


# What is tried: for each state the step that the table has for it, told, too late, failing once and failing for good.

GOES: Final[dict[str, Any]] = {"state": OVER}
FAILS: Final[dict[str, Any]] = {"raise": "Broken"}
LONG_AGO: Final = "2026-01-01T00:00:00Z"


def scenarios(kind: PaymentKind) -> Iterator[Scenario]:
    for state in sorted(JOURNEYS[kind].states):
        yield from of_state(kind, state)
    for step in steps(kind).values():
        yield from of_failure(kind, step)
    for name in (StepName.ADVANCE, StepName.REVIEW):
        yield of_one_failure(kind, steps(kind)[name])
    yield Scenario(
        name="unknown",
        kind=kind,
        script={"begin": [{"state": "MISLAID"}]},
        calls=["begin"],
        error="StateUnknown",
        cause="without a step: MISLAID",
    )
    yield Scenario(
        name="returned-after-its-end",
        kind=kind,
        script={
            "begin": [GOES],
            "end": [{"state": PaymentState.RETURNING}, {"state": PaymentState.RETURNED}],
            "advance": [{"state": PaymentState.RETURNED}],
        },
        calls=["begin", "end", "advance", "end"],
    )


def of_state(kind: PaymentKind, state: PaymentState) -> Iterator[Scenario]:
    """Begins in the state, and ends after the step that serves it, and the one that follows its wait."""
    step = step_for(kind, state)
    way: list[str] = [StepName.BEGIN, step.name]
    begin: dict[str, Acts] = {"begin": [{"state": state}], "end": [GOES]}
    over = [] if step.name is StepName.END else [StepName.END]
    if step.then is None:
        yield Scenario(name=state, kind=kind, script={step.name: [GOES]} | begin, calls=[*way, *over])
        return
    moment = {"wait_until": LONG_AGO} if step.waits is Waits.MOMENT else {}
    script: dict[str, Acts] = {step.name: [{"state": state, **moment}], step.then: [GOES]} | begin
    in_time = [*way, step.then, *over]
    yield Scenario(name=f"{state}-in-time", kind=kind, script=script, calls=in_time, pace="hurried")
    if step.waits is Waits.TOKEN:
        yield Scenario(name=f"{state}-told", kind=kind, script=script, told={step.name: OVER}, calls=[*way, *over])
    else:
        moved = script | {step.name: [GOES]}
        yield Scenario(name=f"{state}-moved-meanwhile", kind=kind, script=moved, calls=[*way, *over])


def of_failure(kind: PaymentKind, step: Step) -> Iterator[Scenario]:
    """Is tried again, fails again, and ends by name; or the step is taken that stands in for it."""
    state = min(step.serves)
    way, script = way_to(kind, step, state)
    stands_in = step.then if step.fails_over else None
    yield Scenario(
        name=f"{step.name}-fails-for-good",
        kind=kind,
        script=script | {step.name: [FAILS]} | ({stands_in: [GOES], "end": [GOES]} if stands_in else {}),
        calls=[*way, step.name, step.name, *([stands_in, StepName.END] if stands_in else [])],
        error=None if stands_in else "StepFailed",
        cause="" if stands_in else f"the step {step.name} of payment",
        pace="hurried" if len(way) > 1 else "patient",
    )


def of_one_failure(kind: PaymentKind, step: Step) -> Scenario:
    """Fails, is tried again and goes on."""
    way, script = way_to(kind, step, min(step.serves))
    return Scenario(
        name=f"{step.name}-fails-once",
        kind=kind,
        script=script | {step.name: [FAILS, GOES], "end": [GOES]},
        told={step.name: OVER} if step.waits is Waits.TOKEN else {},
        calls=[*way, step.name, step.name, StepName.END],
    )


def way_to(kind: PaymentKind, step: Step, state: PaymentState) -> tuple[list[str], dict[str, Acts]]:
    """The steps before a step, and what they answer so that it is reached."""
    if step.name is StepName.BEGIN:
        return [], {}
    way: list[str] = ["begin"]
    script: dict[str, Acts] = {"begin": [{"state": state}]}
    first = step_for(kind, state)
    if first.name is not step.name:
        way.append(first.name)
        script[first.name] = [{"state": state, "wait_until": LONG_AGO}]
    return way, script


EVERY: Final = [scenario for kind in DRIVEN_BY_STEPS for scenario in scenarios(kind)]


@pytest.fixture(scope="module", name="ran")
def _ran(house: House) -> dict[str, Ran]:
    house.skip_waits(True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = dict(zip([one.payment for one in EVERY], pool.map(house.run, EVERY), strict=True))
    house.skip_waits(False)
    return ended


@pytest.mark.parametrize("scenario", EVERY, ids=lambda scenario: scenario.payment)
def test_a_journey_goes_by_the_table_of_steps(ran: dict[str, Ran], scenario: Scenario) -> None:
    went = ran[scenario.payment]
    assert [call["step"] for call in went.calls] == scenario.calls
    assert (went.status, went.error) == ("FAILED" if scenario.error else "SUCCEEDED", scenario.error or "")
    assert scenario.cause in went.cause
    assert scenario.error is None or scenario.payment in went.cause


@pytest.mark.parametrize("kind", DRIVEN_BY_STEPS)
def test_every_way_out_of_every_state_was_taken(ran: dict[str, Ran], kind: PaymentKind) -> None:
    taken = {
        pair
        for scenario in EVERY
        if scenario.kind is kind
        for pair in zip(ran[scenario.payment].entered, ran[scenario.payment].entered[1:], strict=False)
    }
    there = {(name, to) for name, state in machine(kind)["States"].items() for _, to in transitions(name, state)}
    assert there - taken == {("Route", "RoundTooOften")}  # below
    assert taken <= there


def test_every_call_names_the_payment_and_its_execution_and_only_a_wait_has_a_token(ran: dict[str, Ran]) -> None:
    for scenario in EVERY:
        for call in ran[scenario.payment].calls:
            assert (call["payment"], call["execution"]) == (scenario.payment, f"{scenario.payment}.1")
            waits = steps(scenario.kind)[StepName(call["step"])].waits is Waits.TOKEN
            assert ("token" in call) == waits


class TestTime:
    KIND = PaymentKind.ACH_CREDIT

    def test_a_moment_is_waited_for(self, house: House) -> None:
        moment = datetime.now(UTC) + timedelta(seconds=3)
        went = house.run(self.settling("a-moment", f"{moment:%Y-%m-%dT%H:%M:%SZ}"))
        assert went.status == "SUCCEEDED"
        assert datetime.now(UTC) >= moment.replace(microsecond=0)
        assert went.seconds > 1

    def test_a_moment_that_has_passed_is_not_waited_for(self, house: House) -> None:
        went = house.run(self.settling("a-past-moment", LONG_AGO))
        assert [call["step"] for call in went.calls] == ["begin", "await_settlement", "settle", "end"]
        assert went.seconds < 5

    def settling(self, name: str, moment: str) -> Scenario:
        script: Script = {
            "begin": [{"state": "ACKNOWLEDGED"}],
            "await_settlement": [{"state": "ACKNOWLEDGED", "wait_until": moment}],
            "settle": [GOES],
            "end": [GOES],
        }
        return Scenario(name=name, kind=self.KIND, script=script, calls=[])

    def test_a_step_that_takes_too_long_is_tried_again_after_a_pause(self, house: House) -> None:
        script: Script = {"begin": [{"state": "SETTLING"}], "advance": [{"sleep": 6, **GOES}, GOES], "end": [GOES]}
        went = house.run(Scenario(name="slow", kind=self.KIND, script=script, calls=[], pace="impatient"))
        assert [call["step"] for call in went.calls] == ["begin", "advance", "advance", "end"]
        assert went.seconds > 4 + 2  # its deadline, and the pause

    def test_a_token_is_good_for_one_wait(self, house: House) -> None:
        script: Script = {
            "begin": [{"state": "SENT"}],
            "await_acknowledgement": [{}],
            "chase": [GOES],
            "end": [GOES],
        }
        went = house.run(Scenario(name="late", kind=self.KIND, script=script, calls=[], pace="hurried"))
        token = went.calls[1]["token"]
        assert [call["step"] for call in went.calls] == ["begin", "await_acknowledgement", "chase", "end"]
        with pytest.raises(ClientError, match="TaskDoesNotExist"):
            house.states.send_task_success(taskToken=token, output="{}")
        house.journeys["hurried"].resume(token, PaymentState.ACKNOWLEDGED)

    def test_a_name_is_good_for_one_execution(self, house: House) -> None:
        script: Script = {"begin": [GOES], "end": [GOES]}
        scenario = Scenario(name="twice", kind=self.KIND, script=script, calls=[])
        went = house.run(scenario)
        house.journeys["patient"].start(self.KIND, scenario.payment, 1)
        assert house.journeys["patient"].state(self.KIND, scenario.payment, 2) is Execution.MISSING
        assert house.calls(scenario.payment) == went.calls

    def test_a_payment_that_goes_round_and_round_ends_its_execution(self, house: House) -> None:
        script: Script = {"begin": [{"state": "TAKEN"}], "advance": [{"state": "TAKEN"}]}
        went = house.run(Scenario(name="round", kind=self.KIND, script=script, calls=[]))
        assert (went.status, went.error) == ("FAILED", "RoundTooOften")
        assert went.cause.endswith("is still in TAKEN after 20 rounds")
        assert [call["step"] for call in went.calls] == ["begin", *["advance"] * 20]
