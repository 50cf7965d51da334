"""The schemas under infra/events are those of the models that publish, and whoever forgets to write them is told."""

import json
import sys
from pathlib import Path

import pytest

from ops import event_schemas
from tests.unit.infra.templates import ROOT


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "schemas"
    monkeypatch.setattr(event_schemas, "FOLDER", folder)
    return folder


def test_those_that_are_checked_in_are_current() -> None:
    assert event_schemas.stale() == []


def test_every_event_has_one_with_its_source_name_and_version() -> None:
    assert sorted(event_schemas.schemas()) == [
        "florin.access.CredentialChanged.v1.json",
        "florin.fraud.FraudDecided.v1.json",
        "florin.fraud.LabelUnread.v1.json",
        "florin.fraud.PaymentLabelled.v1.json",
        "florin.ledger.JournalPosted.v1.json",
        "florin.ledger.JournalRefused.v1.json",
        "florin.payments.PaymentInitiated.v1.json",
    ]


def test_every_part_that_publishes_is_asked() -> None:
    rooms = {path.relative_to(ROOT).with_suffix("").parts for path in (ROOT / "domain").rglob("events.py")}
    rooms -= {("domain", "partners", "events")}  # what partners say to the bank, which publishes none of it
    assert {tuple(room.__name__.split(".")) for room in event_schemas.ROOMS} == rooms


def test_each_says_what_json_schema_it_is_and_takes_no_unknown_field() -> None:
    for text in event_schemas.schemas().values():
        said = json.loads(text)
        assert said["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert said["additionalProperties"] is False
        assert all(part["additionalProperties"] is False for part in said.get("$defs", {}).values())


def test_what_is_written_is_current(folder: Path) -> None:
    assert event_schemas.stale() == sorted(event_schemas.schemas())

    event_schemas.write()

    assert event_schemas.stale() == []
    assert {path.name for path in folder.iterdir()} == set(event_schemas.schemas())


def test_one_that_was_edited_is_missing_or_belongs_to_no_event_is_named(folder: Path) -> None:
    event_schemas.write()
    edited, missing, *_ = sorted(folder.iterdir())
    edited.write_text(edited.read_text() + " ")
    missing.unlink()
    (folder / "florin.ledger.Gone.v1.json").write_text("{}")

    assert event_schemas.stale() == sorted(["florin.ledger.Gone.v1.json", edited.name, missing.name])


def test_the_check_writes_nothing_and_fails_while_something_is_stale(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["event_schemas", "--check"])

    assert event_schemas.main() == 1
    assert not folder.exists()
    assert "JournalPosted.v1.json is not what" in capsys.readouterr().out

    monkeypatch.setattr(sys, "argv", ["event_schemas"])
    assert event_schemas.main() == 0
    assert event_schemas.stale() == []
