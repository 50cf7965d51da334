"""History is bundled each hour, and hours that stay behind wake somebody."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from domain.fraud.history_bundles import Bundled
from functions.fraud_history import handler as history
from tests.unit.functions.events import event_for

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)


@dataclass
class Bundles:
    bundled: Bundled

    def bundle(self) -> Bundled:
        return self.bundled


@dataclass
class Bank:
    history_bundles: Bundles


def run(monkeypatch: pytest.MonkeyPatch, bundled: Bundled) -> None:
    monkeypatch.setattr(history, "bank", lambda: Bank(Bundles(bundled)))
    history.handler(event_for("fraud_history"), None)


def test_what_was_bundled_is_logged(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    run(monkeypatch, Bundled(hours=1, files=2, rows=30, through=NOON, late=False))

    line = json.loads(capsys.readouterr().out)
    assert (line["hours"], line["files"], line["rows"]) == (1, 2, 30)
    assert line["through"] == "2026-05-20T12:00:00+00:00"


def test_hours_that_are_left_raise(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(history.HistoryLate, match="2026-05-20T12"):
        run(monkeypatch, Bundled(hours=48, files=2, rows=30, through=NOON, late=True))
