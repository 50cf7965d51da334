"""The document answers what the library answers, and what is checked in is what the library answers."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import lightgbm
import numpy as np
import pytest

from domain.fraud.trees import Trees, parsed
from ops.fraud import learning
from ops.fraud.export import CHECKED_ROWS, EQUAL, ExportTorn, as_served, check, counted, document
from ops.fraud.features import catalogue_features
from ops.fraud.protocol import of_days

if TYPE_CHECKING:
    from ops.fraud.payments import Numbers, Payments

FIXTURE: Final = Path(__file__).parents[1] / "fixtures/fraud/small-model.json"
"""Trees of the library with what it answers, for environments that have it not. `write_fixture` makes it anew."""
FIXTURE_ROUNDS: Final = 12
FIXTURE_ROWS: Final = 60
WITH_GAPS: Final = (
    "amount_minor",
    "night",
    "customer_mean_minor_30d",
    "amount_deviations_30d",
    "terminal_fraud_share_7d",
)


@pytest.fixture(scope="module")
def rows(payments: Payments) -> Numbers:
    features = catalogue_features(payments, learning.FEATURES)
    return learning.matrix(features, learning.FEATURES, of_days(payments, range(20, 40)))


@pytest.fixture(scope="module")
def fraud(payments: Payments) -> Any:
    return payments.fraud[of_days(payments, range(20, 40))]


@pytest.fixture(scope="module")
def booster(rows: Numbers, fraud: Any) -> lightgbm.Booster:
    return learning.grown(rows, fraud, threads=1)


def as_document(booster: lightgbm.Booster, names: tuple[str, ...] = learning.FEATURES) -> dict[str, Any]:
    return document(booster, names, lineage={"code_version": "test"}, reference={})


def read(found: dict[str, Any]) -> Trees:
    return parsed({name: value for name, value in found.items() if name != "reference"})


def test_thousands_of_rows_with_and_without_gaps_are_answered_as_the_library_does(
    booster: lightgbm.Booster, rows: Numbers
) -> None:
    assert CHECKED_ROWS >= 1_000
    assert check(read(as_document(booster)), booster, rows) <= EQUAL


def test_values_on_a_threshold_and_beside_it_are_answered_as_the_library_does(
    booster: lightgbm.Booster, rows: Numbers
) -> None:
    trees = read(as_document(booster))
    asked: list[Numbers] = []
    for tree in trees.trees[:60]:
        for feature, threshold, *_ in tree.splits:
            for value in (threshold, math.nextafter(threshold, math.inf), math.nextafter(threshold, -math.inf)):
                row = rows[len(asked) % len(rows)].copy()
                # Whole numbers are whole online, and the one below is the next.
                row[feature] = value if threshold != math.floor(threshold) else math.floor(value)
                asked.append(row)
    expected = booster.predict(np.array(asked))
    found = [trees.predicted(as_served(learning.FEATURES, row.tolist())) for row in asked]
    assert len(asked) > 1_000
    assert np.abs(expected - found).max() <= EQUAL


def test_trees_that_learnt_from_gaps_send_them_where_the_library_does(rows: Numbers, fraud: Any) -> None:
    random = np.random.default_rng(3)
    gaps = np.where(random.random(rows.shape) < 0.3, np.nan, rows)
    booster = learning.grown(gaps, fraud, threads=1)
    trees = read(as_document(booster))
    sides = {(split[4] == split[2]) for tree in trees.trees for split in tree.splits}
    assert sides == {True, False}
    assert check(trees, booster, gaps) <= EQUAL


def test_a_document_that_answers_otherwise_is_not_given_out(booster: lightgbm.Booster, rows: Numbers) -> None:
    torn = as_document(booster)
    torn["trees"][0]["leaf"][0] += 0.001
    torn["trees"][0]["leaf"][1] += 0.001
    with pytest.raises(ExportTorn, match="answers otherwise than the library"):
        check(read(torn), booster, rows)


def test_contributions_add_up_to_the_librarys_margin(booster: lightgbm.Booster, rows: Numbers) -> None:
    trees = read(as_document(booster))
    margins = booster.predict(rows[:200], raw_score=True)
    for row, margin in zip(rows[:200].tolist(), margins, strict=True):
        added = trees.contributions(as_served(learning.FEATURES, row))
        assert trees.average + sum(added.values()) == pytest.approx(margin, abs=1e-9)


class TestCounted:
    def test_ten_bins_of_equal_share_and_one_for_what_is_missing(self) -> None:
        found = counted(np.array([*range(1, 101), math.nan, math.nan], float))
        assert found["cuts"] == [10, 20, 30, 40, 50, 60, 70, 80, 90]
        assert found["counts"] == [10] * 10 + [2]

    def test_equal_values_share_a_bin(self) -> None:
        assert counted(np.array([0.0] * 95 + [1.0] * 5)) == {"cuts": [0.0], "counts": [95, 5, 0]}

    def test_nothing_but_gaps(self) -> None:
        assert counted(np.array([math.nan] * 3)) == {"cuts": [], "counts": [0, 3]}


def test_what_is_checked_in_is_what_the_library_answers() -> None:
    """The fixture was not edited by hand, and its trees are as the library wrote them."""
    kept = json.loads(FIXTURE.read_text("utf-8"))
    trees = parsed(kept["document"])
    booster = lightgbm.Booster(model_str=kept["library_text"])
    asked = [[math.nan if value is None else float(value) for value in row] for row in kept["rows"]]
    expected = booster.predict(np.array(asked))
    assert np.array_equal(expected, kept["scores"])
    found = [trees.predicted(dict(zip(trees.features, row, strict=True))) for row in kept["rows"]]
    assert np.abs(expected - found).max() <= EQUAL


def write_fixture(rows: Numbers, fraud: Any) -> None:
    """Small trees that learnt from gaps in some features, rows with gaps, and the library's answers."""
    random = np.random.default_rng(11)
    places = [learning.FEATURES.index(name) for name in WITH_GAPS]
    few = rows[:, places].copy()
    few[:, 2:4][random.random((len(few), 2)) < 0.1] = np.nan
    data = lightgbm.Dataset(few, fraud.astype(float), params=dict(learning.PARAMETERS))
    booster = lightgbm.train({**learning.PARAMETERS, "num_threads": 1, "verbosity": -1}, data, FIXTURE_ROUNDS)
    chosen = few[random.choice(len(few), FIXTURE_ROWS, replace=False)]
    chosen[random.random(chosen.shape) < 0.15] = np.nan
    made = document(
        booster,
        WITH_GAPS,
        lineage={"code_version": "test", "parameters": {"rounds": str(FIXTURE_ROUNDS)}},
        reference={
            "features": {name: counted(few[:, place]) for place, name in enumerate(WITH_GAPS)},
            "score": counted(booster.predict(few)),
        },
    )
    served = [list(as_served(WITH_GAPS, row).values()) for row in chosen.tolist()]
    kept = {
        "document": made,
        "rows": served,
        "scores": booster.predict(chosen).tolist(),
        "library_text": booster.model_to_string(),
    }
    FIXTURE.write_text(json.dumps(kept, separators=(",", ":")) + "\n", encoding="utf-8")
