"""The steps of ACH journeys as the state machines call them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone

import pytest

from domain.payments.kinds import PaymentState
from domain.payments.steps import StepAnswer, StepAnswerFaulty, Steps
from functions.ach_journey import handler as journey
from tests.unit.functions.events import event_for

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


@dataclass
class Scripted:
    """Steps that answer what they are told to, and remember how they were called."""

    act: Callable[[], StepAnswer]
    calls: list[tuple[str, str, str | None]] = field(default_factory=list)

    def run(self, step: str, *, payment: str, token: str | None) -> StepAnswer:
        self.calls.append((step, payment, token))
        return self.act()


@dataclass
class Bank:
    ach_steps: Steps


def doing(monkeypatch: pytest.MonkeyPatch, act: Callable[[], StepAnswer]) -> Scripted:
    steps = Scripted(act)
    monkeypatch.setattr(journey, "bank", lambda: Bank(steps))
    return steps


def test_a_step_is_done_for_its_payment_and_answers_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = doing(monkeypatch, lambda: StepAnswer(PaymentState.SCHEDULED))
    event = event_for("ach_journey") | {"step": "advance"}
    del event["token"]

    assert journey.handler(event, None) == {"state": "SCHEDULED", "wait_until": None}
    assert steps.calls == [("advance", event["payment"], None)]


def test_a_step_that_waits_is_given_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = doing(monkeypatch, lambda: StepAnswer(PaymentState.ACCEPTED))
    event = event_for("ach_journey")

    journey.handler(event, None)

    assert steps.calls == [("screen", event["payment"], event["token"])]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOON, "2026-11-27T12:00:00Z"),
        (NOON + timedelta(microseconds=1), "2026-11-27T12:00:01Z"),
        (NOON.astimezone(timezone(timedelta(hours=-5))), "2026-11-27T12:00:00Z"),
    ],
)
def test_a_moment_to_wait_for_is_never_early(monkeypatch: pytest.MonkeyPatch, moment: datetime, said: str) -> None:
    doing(monkeypatch, lambda: StepAnswer(PaymentState.ACKNOWLEDGED, moment))
    event = event_for("ach_journey") | {"step": "await_settlement"}

    assert journey.handler(event, None)["wait_until"] == said


def test_a_wait_without_an_end_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    doing(monkeypatch, lambda: StepAnswer(PaymentState.ACKNOWLEDGED))
    event = event_for("ach_journey") | {"step": "await_settlement"}

    with pytest.raises(StepAnswerFaulty):
        journey.handler(event, None)


def test_a_step_that_fails_raises_and_is_logged_without_its_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> StepAnswer:
        raise RuntimeError("ada@example.com")

    doing(monkeypatch, fail)
    event = event_for("ach_journey")
    with pytest.raises(RuntimeError):
        journey.handler(event, None)

    (record,) = caplog.records
    said = vars(record)
    assert (said["step"], said["payment"], said["fault"]) == ("screen", event["payment"], "builtins.RuntimeError")
    assert "ada@example.com" not in str(said)
    assert event["token"] not in str(said)
