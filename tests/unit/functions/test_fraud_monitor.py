"""Each scope is counted and looked at; what has moved is measured and told, and one that fails keeps no other back."""

import json
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from domain.fraud.drift import Raised
from domain.fraud.kinds import Scope
from domain.fraud.monitoring_model import Level, Measure, Proposal, Signal, Watched
from domain.fraud.monitoring_service import Counted
from functions.fraud_monitor import handler as monitor
from tests.unit.functions.events import event_for

DAY = date(2026, 11, 30)
SIGNALS = (
    Signal(Measure.FEATURE_PSI, "amount_minor", Level.MOVED, 30_000, 20_000, 5_000),
    Signal(Measure.FEATURE_PSI, "hour", Level.FINE, 1_000, 20_000, 5_000),
    Signal(Measure.RECALL, "CARD", Level.FINE, 600_000, 500_000, 100),
    Signal(Measure.PRECISION, "CARD", Level.TOO_FEW, 0, 0, 3),
)


@dataclass
class Bank:
    incomplete: frozenset[Scope] = frozenset()
    broken: frozenset[Scope] = frozenset()
    raised: dict[Scope, Raised] = field(default_factory=dict)
    looked: list[Scope] = field(default_factory=list)
    signals: tuple[Signal, ...] = SIGNALS
    kept: int = 0

    def __post_init__(self) -> None:
        self.books = SimpleNamespace(keep_built_in=self._keep)
        self.monitoring = SimpleNamespace(count=self._count, look=self._look)
        self.registry = SimpleNamespace(settle=self.looked.count)
        self.drift = SimpleNamespace(raise_for=lambda seen: self.raised.get(seen.scope))

    def _keep(self) -> None:
        self.kept += 1

    def _count(self, scope: Scope) -> Counted:
        if scope in self.broken:
            raise TimeoutError
        return Counted(scope, DAY, 1, complete=scope not in self.incomplete)

    def _look(self, scope: Scope) -> Watched:
        self.looked.append(scope)
        return Watched(scope, DAY, self.signals if scope is Scope.CARD else (), 0)


def run(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "bank", lambda: bank)
    monitor.handler(event_for("fraud_monitor"), None)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_scope_is_looked_at_and_the_worst_of_each_measure_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bank = Bank(raised={Scope.CARD: Raised(Scope.CARD, Proposal.RETRAIN, "cas_1")})
    run(bank, monkeypatch)

    said = lines(capsys)
    assert (bank.looked, bank.kept) == (list(Scope), 1)
    assert [line["FraudDriftRaised"][0] for line in said if "FraudDriftRaised" in line] == [0, 1, 0]
    (psi,) = [line for line in said if "FraudFeaturePsi" in line]
    assert (psi["FraudFeaturePsi"], psi["subject"], psi["level"]) == ([0.03], "amount_minor", "MOVED")
    assert [line["FraudRecall"] for line in said if "FraudRecall" in line] == [[0.6]]
    assert not [line for line in said if "FraudPrecision" in line or "FraudScorePsi" in line]


def test_a_scope_that_fails_keeps_no_other_back_and_the_run_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bank = Bank(broken=frozenset({Scope.ACH}))
    with pytest.raises(monitor.ScopesNotWatched, match=r"^ACH$"):
        run(bank, monkeypatch)

    assert bank.looked == [Scope.CARD, Scope.TRANSFER]
    assert [line["scope"] for line in lines(capsys) if "Faults" in line] == ["ACH"]


def test_a_day_that_is_not_counted_to_its_end_is_gone_on_with(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(monitor.ScopesNotWatched, match=r"^CARD$"):
        run(Bank(incomplete=frozenset({Scope.CARD})), monkeypatch)

    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == ["counting goes on"]


@pytest.mark.parametrize("level", [Level.FINE, Level.NO_BASELINE, Level.SHIFTED])
def test_a_recall_of_nothing_is_measured_as_such_whatever_was_usual(
    level: Level, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = Signal(Measure.RECALL, "CARD", level, 0, 0, 42)
    run(Bank(signals=(nothing,)), monkeypatch)

    assert [line["FraudRecall"] for line in lines(capsys) if "FraudRecall" in line] == [[0.0]]
