"""The steps of received files as their state machine calls them, and what is due by itself each minute."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.payments.steps import StepUnknown
from domain.rails.ach.incoming_kinds import ReceivedFileState
from domain.rails.ach.incoming_steps import FileStepAnswer
from functions.ach_inbound import handler as inbound
from tests.unit.functions.events import event_for

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
MINUTE = event_for("ach_files")


@dataclass
class Steps:
    act: Callable[[], FileStepAnswer]
    calls: list[tuple[str, str]] = field(default_factory=list)

    def run(self, step: str, *, file: str) -> FileStepAnswer:
        self.calls.append((step, file))
        return self.act()


@dataclass
class Files:
    left: tuple[str, ...] = ()

    def swept(self) -> tuple[str, ...]:
        return self.left


@dataclass
class Incoming:
    steps: Steps
    files: Files = field(default_factory=Files)
    due: tuple[str, ...] = ()
    broken: frozenset[str] = frozenset()
    worked: list[str] = field(default_factory=list)

    def due_entries(self) -> tuple[str, ...]:
        return self.due

    def work_entry(self, entry: str) -> None:
        if entry in self.broken:
            raise RuntimeError("ada@example.com")
        self.worked.append(entry)


@dataclass
class Bank:
    incoming: Incoming


def doing(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[], FileStepAnswer] = lambda: pytest.fail("no step"), **about: Any
) -> Incoming:
    incoming = Incoming(Steps(act), **about)
    monkeypatch.setattr(inbound, "bank", lambda: Bank(incoming))
    return incoming


def test_a_step_is_made_for_its_file_and_answers_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = doing(monkeypatch, lambda: FileStepAnswer(ReceivedFileState.DONE))
    event = event_for("ach_inbound")
    assert inbound.handler(event, None) == {"state": "DONE", "wait_until": None}
    assert incoming.steps.calls == [("work", event["file"])]


def test_a_day_to_wait_for_is_said_as_a_state_machine_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    doing(monkeypatch, lambda: FileStepAnswer(ReceivedFileState.POSTING, NOON))
    answer = inbound.handler(event_for("ach_inbound") | {"step": "await_day"}, None)
    assert answer == {"state": "POSTING", "wait_until": "2026-11-27T12:00:00Z"}


def test_a_step_that_fails_raises_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> FileStepAnswer:
        raise StepUnknown("work")

    doing(monkeypatch, fail)
    event = event_for("ach_inbound")
    with pytest.raises(StepUnknown):
        inbound.handler(event, None)
    (record,) = caplog.records
    said = vars(record)
    assert (said["step"], said["file"], said["execution"]) == ("work", event["file"], event["execution"])


def test_each_minute_what_is_due_is_worked(monkeypatch: pytest.MonkeyPatch) -> None:
    incoming = doing(monkeypatch, due=("rce_1", "rce_2"))
    assert inbound.handler(MINUTE, None) is None
    assert incoming.worked == ["rce_1", "rce_2"]


def test_an_entry_that_cannot_be_worked_stops_no_other_and_fails_the_run(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    incoming = doing(monkeypatch, due=("rce_1", "rce_2", "rce_3"), broken=frozenset({"rce_2"}))
    with pytest.raises(inbound.EntriesLeft, match="1 entries: rce_2"):
        inbound.handler(MINUTE, None)
    assert incoming.worked == ["rce_1", "rce_3"]
    assert "ada@example.com" not in str([vars(record) for record in caplog.records])


def test_a_file_that_was_left_is_told_to_whoever_reads_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    doing(monkeypatch, files=Files(("rcf_1",)))
    inbound.handler(MINUTE, None)
    assert [vars(record)["files"] for record in caplog.records if record.levelname == "WARNING"] == [["rcf_1"]]
