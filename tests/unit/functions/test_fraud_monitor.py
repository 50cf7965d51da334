"""Each scope is counted and looked at; what has moved is measured and told, and one that fails keeps no other back."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from domain.fraud.drift import Raised
from domain.fraud.kinds import Scope
from domain.fraud.monitoring_model import Level, Measure, Proposal, Signal, Watched
from domain.fraud.monitoring_service import Counted
from functions.fraud_monitor import handler as monitor
from functions.metrics import FRAUD_FEATURE_SHIFT, FRAUD_SCORE_SHIFT
from tests.unit.functions.events import event_for
from tests.unit.infra.templates import template

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
    begun: frozenset[Scope] = frozenset()
    """Of which no day is counted to its end."""
    broken: frozenset[Scope] = frozenset()
    raised: dict[Scope, Raised] = field(default_factory=dict)
    looked: list[Scope] = field(default_factory=list)
    signals: tuple[Signal, ...] = SIGNALS
    kept: int = 0

    now: datetime = datetime(2026, 12, 1, 1, 10, tzinfo=UTC)
    takes: timedelta = timedelta()
    """Each scope."""
    until: list[datetime] = field(default_factory=list)
    """When the time of each scope ends."""
    dropped: int = 0
    noted: dict[Scope, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = SimpleNamespace(now=lambda: self.now)
        self.ends_at = self.now + timedelta(minutes=15)
        self.books = SimpleNamespace(keep_built_in=self._keep)
        self.monitoring = SimpleNamespace(
            count=self._count,
            look=self._look,
            is_looked_at=lambda scope, day: self.noted.get(scope) == day,
            note_looked_at=self.noted.__setitem__,
        )
        self.registry = SimpleNamespace(settle=self.looked.count)
        self.drift = SimpleNamespace(raise_for=lambda seen: self.raised.get(seen.scope))

    def _keep(self) -> None:
        self.kept += 1

    def get_remaining_time_in_millis(self) -> int:
        return (self.ends_at - self.now) // timedelta(milliseconds=1)

    def _count(self, scope: Scope, *, until: datetime) -> Counted:
        self.until.append(until)
        self.now += self.takes
        if scope in self.broken:
            raise TimeoutError
        last = DAY - timedelta(days=1) if scope in self.incomplete else DAY
        return Counted(scope, DAY, days=1, last=None if scope in self.begun else last, dropped=self.dropped)

    def _look(self, scope: Scope, day: date) -> Watched:
        self.looked.append(scope)
        return Watched(scope, day, self.signals if scope is Scope.CARD else (), 0)


def run(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor, "bank", lambda: bank)
    monitor.handler(event_for("fraud_monitor"), bank)


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
    (shift,) = [line for line in said if "FraudFeatureShift" in line]
    assert (shift["FraudFeatureShift"], shift["subject"], shift["level"]) == ([0.15], "amount_minor", "MOVED")
    assert [line["FraudRecall"] for line in said if "FraudRecall" in line] == [[0.6]]
    assert not [line for line in said if "FraudPrecision" in line or "FraudScoreShift" in line]


def test_a_scope_that_fails_keeps_no_other_back_and_the_run_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bank = Bank(broken=frozenset({Scope.ACH}))
    with pytest.raises(monitor.ScopesNotWatched, match=r"^ACH$"):
        run(bank, monkeypatch)

    assert bank.looked == [Scope.CARD, Scope.TRANSFER]
    assert [line["scope"] for line in lines(capsys) if "Faults" in line] == ["ACH"]


def test_a_day_that_is_not_counted_to_its_end_is_no_failure_and_the_day_before_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    bank = Bank(incomplete=frozenset({Scope.CARD}), begun=frozenset({Scope.TRANSFER}))
    with caplog.at_level("INFO"):
        run(bank, monkeypatch)

    assert bank.noted == {Scope.ACH: DAY, Scope.CARD: DAY - timedelta(days=1)}
    goes_on = [record for record in caplog.records if record.message == "counting goes on"]
    assert [vars(record)["scope"] for record in goes_on] == ["CARD", "TRANSFER"]


def test_a_day_is_looked_at_once_and_nothing_of_it_is_raised_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bank = Bank(raised={Scope.CARD: Raised(Scope.CARD, Proposal.RETRAIN, "cas_1")})
    for _ in range(3):
        run(bank, monkeypatch)

    assert bank.looked == list(Scope)
    assert [line["FraudDriftRaised"][0] for line in lines(capsys) if "FraudDriftRaised" in line] == [0, 1, 0]


def test_a_look_that_is_cut_off_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = Bank()
    bank.drift = SimpleNamespace(raise_for=lambda _: 1 / 0)
    with pytest.raises(monitor.ScopesNotWatched):
        run(bank, monkeypatch)

    assert bank.noted == {}


def test_scopes_share_the_time_and_what_one_leaves_the_next_ones_have(monkeypatch: pytest.MonkeyPatch) -> None:
    begun_at = Bank.now
    bank = Bank(takes=timedelta(minutes=1))
    run(bank, monkeypatch)
    assert [(until - begun_at) / timedelta(minutes=1) for until in bank.until] == [4, 7, 14]  # a minute for the look

    slow = Bank(takes=timedelta(minutes=5))
    run(slow, monkeypatch)
    assert [(until - begun_at) / timedelta(minutes=1) for until in slow.until] == [4, 9, 14]


def test_days_that_were_dropped_are_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(Bank(dropped=2), monkeypatch)

    assert [line["FraudDaysDropped"] for line in lines(capsys) if "FraudDaysDropped" in line] == [[2]] * 3


@pytest.mark.parametrize("level", [Level.FINE, Level.NO_BASELINE, Level.SHIFTED])
def test_a_recall_of_nothing_is_measured_as_such_whatever_was_usual(
    level: Level, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = Signal(Measure.RECALL, "CARD", level, 0, 0, 42)
    run(Bank(signals=(nothing,)), monkeypatch)

    assert [line["FraudRecall"] for line in lines(capsys) if "FraudRecall" in line] == [[0.0]]


class TestShifts:
    def test_their_alarms_ring_from_1_on(self) -> None:
        alarms = template("infra/alarms.yaml")["Resources"]
        for name, metric in (("FraudFeatureShifted", FRAUD_FEATURE_SHIFT), ("FraudScoreShifted", FRAUD_SCORE_SHIFT)):
            about = alarms[name]["Properties"]
            assert (about["MetricName"], about["Threshold"]) == (metric.name, 1)
            assert about["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"

    @staticmethod
    def measured(
        capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *signals: Signal
    ) -> list[tuple[float, str]]:
        run(Bank(signals=signals), monkeypatch)
        return [
            (line["FraudFeatureShift"][0], line["subject"]) for line in lines(capsys) if "FraudFeatureShift" in line
        ]

    def test_an_index_of_windows_that_still_fill_is_not_measured(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cold = Signal(Measure.FEATURE_PSI, "customer_count_30d", Level.COLD, 8_960_000, 20_000, 14_000)

        assert self.measured(capsys, monkeypatch, cold) == []

    def test_what_chance_makes_of_few_customers_rings_for_nobody(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And what is furthest of its own limit is the worst, though another index is larger."""
        few = Signal(Measure.FEATURE_PSI, "customer_mean_minor_30d", Level.FINE, 400_000, 1_000_000, 1_500)
        many = Signal(Measure.FEATURE_PSI, "amount_minor", Level.MOVED, 150_000, 20_000, 1_500)

        assert self.measured(capsys, monkeypatch, few) == [(0.4, "customer_mean_minor_30d")]
        assert self.measured(capsys, monkeypatch, few, many) == [(0.75, "amount_minor")]

    @pytest.mark.parametrize(("found", "limit"), [(200_000, 20_000), (300_000, 300_000)])
    def test_a_shift_does(
        self, found: int, limit: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shifted = Signal(Measure.FEATURE_PSI, "hour", Level.SHIFTED, found, limit, 5_000)
        short = replace(shifted, level=Level.MOVED, millionths=found - 1)

        ((at, _),) = self.measured(capsys, monkeypatch, shifted)
        ((below, _),) = self.measured(capsys, monkeypatch, short)
        assert below < at == 1
