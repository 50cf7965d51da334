"""Return rates are looked at each day, and measured whether one is raised or none."""

import json
from dataclasses import dataclass

import pytest

from domain.rails.ach.rates import RateKind, RateLevel
from domain.rails.ach.return_rates import RaisedRate, RatesSeen
from functions.ach_return_rates import handler as return_rates
from tests.unit.functions.events import event_for

RAISED = RaisedRate("cus_us_1", RateKind.UNAUTHORISED, RateLevel.ALARM, 4_100, 5_000, "cas_1")


@dataclass
class Rates:
    seen: RatesSeen

    def look(self) -> RatesSeen:
        return self.seen


@dataclass
class Bank:
    return_rates: Rates


@pytest.mark.parametrize(("raised", "values"), [((), [0]), ((RAISED, RAISED), [1, 1])])
def test_what_is_raised_is_measured_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: tuple[RaisedRate, ...],
    values: list[int],
) -> None:
    monkeypatch.setattr(return_rates, "bank", lambda: Bank(Rates(RatesSeen(3, raised))))
    return_rates.handler(event_for("ach_return_rates"), None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    measured = [line["AchReturnRatesRaised"][0] for line in lines if "AchReturnRatesRaised" in line]
    assert measured == values
