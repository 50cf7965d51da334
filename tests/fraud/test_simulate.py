"""The draw follows the process, and a seed says all of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from ops.fraud.files import write_portfolio
from ops.fraud.payments import DAY, ScienceRefused
from ops.fraud.simulate import OBVIOUS_MINOR, Drawn, Portfolio, simulated
from tests.fraud.conftest import SMALL

TINY = {"customers": 30, "terminals": 40, "days": 20, "radius": 30}


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path, suffix: str) -> None:
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_portfolio(simulated(Portfolio(seed=seed, **TINY)), tmp_path / f"{name}{suffix}")
    one, again, other = (fingerprint(tmp_path / f"{name}{suffix}") for name in ("one", "again", "other"))
    assert one == again != other


def test_payments_are_in_order_of_time_within_the_days(drawn: Drawn) -> None:
    assert (np.diff(drawn.second) >= 0).all()
    assert drawn.second.min() > 0
    assert drawn.second.max() < SMALL.days * DAY
    assert (drawn.second % DAY > 0).all()


def test_as_many_payments_are_drawn_as_the_rates_say(drawn: Drawn) -> None:
    # Two a day and customer on average, of which 3 % would fall on another day.
    assert len(drawn.second) == pytest.approx(500 * 60 * 2 * 0.97, rel=0.08)


def test_amounts_are_those_of_customers_with_means_of_5_to_100(drawn: Drawn) -> None:
    honest = drawn.amount_minor[drawn.scenario == 0]
    assert honest.min() >= 0
    assert honest.max() <= OBVIOUS_MINOR
    assert honest.mean() == pytest.approx(53_00, rel=0.1)


def test_every_payment_over_220_is_a_fraud(drawn: Drawn) -> None:
    assert (drawn.scenario[drawn.amount_minor > OBVIOUS_MINOR] > 0).all()


def test_a_compromised_terminal_defrauds_every_payment_of_its_days(drawn: Drawn) -> None:
    checked = 0
    for terminal in np.unique(drawn.terminal[drawn.scenario == 2]):
        theirs = drawn.terminal == terminal
        day, scenario = drawn.second[theirs] // DAY, drawn.scenario[theirs]
        first = day[scenario == 2][0]
        honest_before = day[(day < first) & (scenario == 0)]
        if len(honest_before):
            # It began after the last honest payment, and so lasts at least until 28 days after that.
            window = (day >= first) & (day <= honest_before[-1] + 28)
            assert (scenario[window] > 0).all()
            checked += 1
    assert checked > 20


def test_a_third_of_the_payments_of_stolen_cards_are_five_times_as_much() -> None:
    portfolio = Portfolio(seed=3, customers=3, terminals=50, days=2, radius=150)
    drawn = simulated(portfolio)
    stolen = drawn.scenario == 3
    # All three are drawn on day 0, and their fourteen days are these two.
    assert stolen.sum() == len(drawn.second) // 3
    assert (drawn.amount_minor[stolen] % 5 == 0).all()


def test_customers_without_a_terminal_nearby_pay_nothing() -> None:
    drawn = simulated(Portfolio(seed=5, customers=200, terminals=2, days=5, radius=1))
    assert len(np.unique(drawn.customer)) < 5


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"customers": 2}, "customers is 2, and 3 is the least"),
        ({"terminals": 1}, "terminals is 1, and 2 is the least"),
        ({"days": 0}, "days is 0, and 1 is the least"),
        ({"seed": -1}, "seed is -1"),
        ({"radius": 0.0}, "radius is 0.0"),
        ({"radius": float("nan")}, "radius is nan"),
        ({"customers": 10_000_000}, "are the most"),
    ],
)
def test_what_cannot_be_drawn_is_said(changed: dict[str, float], said: str) -> None:
    with pytest.raises(ScienceRefused, match=said):
        Portfolio(**({"seed": 1} | changed))  # type: ignore[arg-type]  # the numbers of the table are of both kinds
