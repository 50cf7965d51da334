"""What arrives by ACH is taken message by message: files that S3 tells of, and entries that other regions hand over."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from domain.rails.ach.incoming_model import Handoff, ReceivedFile, ReceivedFileUnknown
from domain.rails.ach.incoming_ports import handoff_text
from functions.ach_arrivals import handler as arrivals
from tests.unit.functions.events import event_for, left, messages_for

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HANDOFF = Handoff(
    file="rcf_us_uswest2_1",
    name="inbound/ach/in-1.ach",
    region="us-west-2",
    sha256="0" * 64,
    size_bytes=950,
    profile="default",
    received_at=NOON,
    created_on=date(2026, 3, 10),
    lines=(3, 5),
)


@dataclass
class Files:
    there: frozenset[str] = frozenset({"inbound/ach/20260310-1.ach"})
    received: list[str] = field(default_factory=list)
    taken: list[Handoff] = field(default_factory=list)

    def receive(self, name: str) -> ReceivedFile | ReceivedFileUnknown:
        if name not in self.there:
            return ReceivedFileUnknown(name)
        self.received.append(name)
        return ReceivedFile(
            id="rcf_1",
            region="us-east-1",
            name=name,
            sha256="0" * 64,
            size_bytes=950,
            received_at=NOON,
            entered_at=NOON,
            profile="default",
        )

    def take(self, handoff: Handoff) -> None:
        self.taken.append(handoff)


@dataclass
class Incoming:
    files: Files


@dataclass
class Bank:
    incoming: Incoming


@pytest.fixture(name="files")
def _files(monkeypatch: pytest.MonkeyPatch) -> Files:
    files = Files()
    monkeypatch.setattr(arrivals, "bank", lambda: Bank(Incoming(files)))
    return files


def test_a_file_of_the_exchange_is_received_by_its_name(files: Files) -> None:
    assert arrivals.handler(event_for("ach_arrivals"), None) == {"batchItemFailures": []}
    assert files.received == ["inbound/ach/20260310-1.ach"]


def test_entries_of_another_region_are_taken_over(files: Files) -> None:
    assert left(arrivals.handler, messages_for("ach_arrivals", handoff_text(HANDOFF))) == []
    assert files.taken == [HANDOFF]


def test_a_file_that_is_not_there_and_what_is_neither_come_back_and_hold_up_nothing(files: Files) -> None:
    (message,) = event_for("ach_arrivals")["Records"]
    gone = json.loads(message["body"])
    gone["detail"]["object"]["key"] = "inbound/ach/gone.ach"
    bodies = (json.dumps(gone), "{}", "no JSON", message["body"])
    assert left(arrivals.handler, messages_for("ach_arrivals", *bodies)) == ["m0", "m1", "m2"]
    assert files.received == ["inbound/ach/20260310-1.ach"]


def test_what_is_logged_of_a_message_repeats_none_of_it(files: Files, caplog: pytest.LogCaptureFixture) -> None:
    del files
    assert left(arrivals.handler, messages_for("ach_arrivals", "ada@example.com")) == ["m0"]
    assert "ada@example.com" not in str([vars(record) for record in caplog.records])
