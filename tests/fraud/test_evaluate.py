"""The model is measured beside plain ones on the same rows, and what is too good is not believed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ops.fraud import evaluate, features, learning, protocol
from ops.fraud.evaluate import Asked, Evaluation, LeakSuspected, Prepared, as_plain, as_text, evaluated
from ops.fraud.features import catalogue_features
from ops.fraud.protocol import Fold

if TYPE_CHECKING:
    from ops.fraud.payments import Numbers, Payments
    from ops.fraud.simulate import Drawn

SMALL_FOLD = 32
METRICS = {"auc_roc", "average_precision", "cp_at_100"}


@pytest.fixture(scope="module")
def found(payments: Payments) -> Evaluation:
    return evaluated(Prepared(payments), Asked(protocol="single", newest=SMALL_FOLD, threads=1))


def test_it_is_said_in_the_form_that_is_asked_for(found: Evaluation) -> None:
    plain = json.loads(json.dumps(as_plain(found)))
    assert list(plain) == ["protocol", "history_days", "model", "baselines"]
    assert (plain["protocol"], plain["history_days"]) == ("single", 7)
    assert list(plain["baselines"]) == ["logistic_regression", "random_forest"]
    for result in (plain["model"], *plain["baselines"].values()):
        assert set(result) == {"mean", "folds"}
        assert set(result["mean"]) == METRICS
        assert len(result["folds"]) == 1
        assert set(result["folds"][0]) > METRICS


def test_all_are_asked_about_the_same_rows(found: Evaluation) -> None:
    folds = [
        {name: value for name, value in fold.items() if name not in METRICS}
        for result in (as_plain(found)["model"], *as_plain(found)["baselines"].values())
        for fold in result["folds"]
    ]
    assert all(fold == folds[0] for fold in folds)


def test_it_finds_more_than_the_plain_ones(found: Evaluation) -> None:
    model = found.results["model"].mean
    assert model.average_precision > found.results["random_forest"].mean.average_precision
    assert 0.60 < model.average_precision <= evaluate.LEAK
    assert 0.80 < model.auc_roc < 0.97


def test_for_people_it_is_a_table(found: Evaluation) -> None:
    lines = as_text(found).splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["model", "logistic_regression", "random_forest"]


def test_four_folds_are_averaged(payments: Payments) -> None:
    asked = Asked(protocol="prequential", newest=39 - 7, baselines=(), threads=1)
    result = evaluated(Prepared(payments), asked).results["model"]
    assert [one.fold.begins for one in result.folds] == [32, 25, 18, 11]
    assert result.mean.average_precision == pytest.approx(
        np.mean([one.measured.average_precision for one in result.folds])
    )


class TestLeaks:
    def test_labels_without_their_delay_are_caught(self, payments: Payments, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(features, "MATURITY_DAYS", 0)
        with pytest.raises(LeakSuspected, match="a label has leaked: the average precision of model"):
            evaluated(Prepared(payments), Asked(protocol="single", newest=SMALL_FOLD, baselines=(), threads=1))

    def test_the_scenario_as_a_feature_is_caught(self, payments: Payments, drawn: Drawn) -> None:
        planted = {**catalogue_features(payments, learning.FEATURES), "scenario": drawn.scenario.astype(np.float64)}
        score = average_precision(payments, planted)
        with pytest.raises(LeakSuspected, match=r"above 0\.80 nothing honest comes"):
            evaluate.refuse_leak("model", score)

    def test_what_is_honest_is_not(self) -> None:
        evaluate.refuse_leak("model", 0.80)


def average_precision(payments: Payments, planted: Mapping[str, Numbers]) -> float:
    rows = protocol.rows(payments, Fold(SMALL_FOLD, 7))
    answers = evaluate.model_on(planted, payments, threads=1)(rows)
    return protocol.measured(payments, rows.test, answers).average_precision
