"""A figure that is not reached is named, and one that is reached is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ops.fraud.bench import GOALS, SEEDS, Cost, Of, misses, table
from ops.fraud.evaluate import BASELINES
from ops.fraud.protocol import Measured

COST = Cost(payments=1_750_000, seconds=200.0, cpu_seconds=100.0, peak_mb=2_000.0, bytes_of_document=250_000)


def of(seed: int, days: int) -> Of:
    good = Measured(0.88, GOALS[days].mean + 0.015, 0.31)
    plain = {name: Measured(0.87, GOALS[days].mean, 0.30) for name in BASELINES}
    return Of(
        seed=seed,
        history_days=days,
        single=good,
        prequential=good,
        baselines={"single": plain, "prequential": plain} if days == min(GOALS) else {"single": plain},
    )


REACHED = [of(seed, days) for seed in SEEDS for days in GOALS]


def test_nothing_is_missed_when_every_figure_is_reached() -> None:
    assert misses(REACHED, COST) == []
    text = table(REACHED, COST, [])
    assert "every figure is reached" in text
    assert text.count("random forest") == text.count("logistic regression") + 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"prequential": Measured(0.88, 0.66, 0.31)},
            "7 days, seed 11, prequential: average precision 0.6600, not 0.67",
        ),
        ({"single": Measured(0.88, 0.66, 0.31)}, "7 days, seed 11, single: average precision 0.6600, not 0.67"),
        ({"prequential": Measured(0.88, 0.60, 0.31)}, "7 days, prequential: average precision 0.6840, not 0.69"),
        ({"single": Measured(0.88, 0.60, 0.31)}, "7 days, single: average precision 0.6840, not 0.69"),
        ({"prequential": Measured(0.88, 0.70, 0.2)}, "7 days, prequential: CP@100 0.2880, not 0.3"),
        ({"single": Measured(0.88, 0.70, 0.2)}, "7 days, single: CP@100 0.2880, not 0.3"),
        (
            {"single": Measured(0.88, 0.699, 0.31)},
            "7 days, seed 11, single: average precision only 0.0090 above the forest",
        ),
        (
            {"prequential": Measured(0.88, 0.699, 0.31)},
            "7 days, seed 11, prequential: average precision only 0.0090 above the forest",
        ),
        (
            {"prequential": Measured(0.9, 0.81, 0.4)},
            "7 days, seed 11, prequential: average precision 0.8100: a label has leaked",
        ),
    ],
)
def test_what_one_draw_misses_is_named(changed: dict[str, object], said: str) -> None:
    found = misses([replace(REACHED[0], **changed), *REACHED[1:]], COST)  # type: ignore[arg-type]  # of the table
    assert said in found


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seconds": 601.0}, "training took 601 s by the clock, not 600"),
        ({"cpu_seconds": 601.0}, "training took 601 s of the processor, not 600"),
        ({"peak_mb": 4_097.0}, "training took 4097 MB, not 4096"),
    ],
)
def test_what_training_may_cost_is_held(changed: dict[str, float], said: str) -> None:
    assert misses(REACHED, replace(COST, **changed)) == [said]  # type: ignore[arg-type]  # of the table
