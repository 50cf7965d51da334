"""Return rates and micro-entries are looked at each day, and measured whether something is raised or nothing."""

import json
from dataclasses import dataclass
from datetime import date

import pytest

from domain.rails.ach.micro_entries import MicroVolume
from domain.rails.ach.micro_volumes import RaisedVolume
from domain.rails.ach.rates import RateKind, RateLevel
from domain.rails.ach.return_rates import RaisedRate, RatesSeen
from functions.ach_return_rates import handler as return_rates
from tests.unit.functions.events import event_for

RAISED = RaisedRate("cus_us_1", RateKind.UNAUTHORISED, RateLevel.ALARM, 4_100, 5_000, "cas_1")
VOLUME = RaisedVolume(date(2026, 3, 9), MicroVolume.RETURNED, 160, 150, "cas_2")


@dataclass
class Rates:
    seen: RatesSeen

    def look(self) -> RatesSeen:
        return self.seen


@dataclass
class Volumes:
    raised: tuple[RaisedVolume, ...]

    def look(self) -> tuple[RaisedVolume, ...]:
        return self.raised


@dataclass
class Bank:
    return_rates: Rates
    micro_volumes: Volumes


@pytest.mark.parametrize(
    ("raised", "volumes", "values"),
    [
        ((), (), [0]),
        ((RAISED, RAISED), (), [1, 1]),
        ((), (VOLUME,), [1]),
        ((RAISED,), (VOLUME,), [1, 1]),
    ],
)
def test_what_is_raised_is_measured_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: tuple[RaisedRate, ...],
    volumes: tuple[RaisedVolume, ...],
    values: list[int],
) -> None:
    monkeypatch.setattr(return_rates, "bank", lambda: Bank(Rates(RatesSeen(3, raised)), Volumes(volumes)))
    return_rates.handler(event_for("ach_return_rates"), None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    measured = [line["AchReturnRatesRaised"][0] for line in lines if "AchReturnRatesRaised" in line]
    assert measured == values


def test_a_fault_beside_them_does_not_keep_the_rates_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(Volumes):
        def look(self) -> tuple[RaisedVolume, ...]:
            raise TimeoutError

    monkeypatch.setattr(return_rates, "bank", lambda: Bank(Rates(RatesSeen(3, (RAISED,))), Broken(())))
    with pytest.raises(TimeoutError):
        return_rates.handler(event_for("ach_return_rates"), None)
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["AchReturnRatesRaised"] == [1.0]
