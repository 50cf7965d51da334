"""A model is written down with where it comes from, and only if it answers as the library does."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from domain.fraud.documents import canonical
from domain.fraud.kinds import Scope
from domain.fraud.trees import parsed
from ops.fraud import features, learning
from ops.fraud.evaluate import LeakSuspected
from ops.fraud.payments import ScienceRefused
from ops.fraud.train import Asked, Trained, fingerprint, trained, write

if TYPE_CHECKING:
    from ops.fraud.payments import Payments

ASKED = Asked(scope=Scope.CARD, history_days=14, code_version="abc123", threads=1)


@pytest.fixture(scope="module")
def found(payments: Payments) -> Trained:
    return trained(payments, ASKED)


def test_the_document_is_canonical_small_and_read_by_the_bank(found: Trained, tmp_path: Path) -> None:
    path = write(found, tmp_path / "new")
    assert path == tmp_path / "new/card-model.json"
    body = path.read_bytes()
    assert canonical(json.loads(body)) == body
    assert len(body) < 300_000
    assert hashlib.sha256(body).hexdigest() == found.sha256
    trees = parsed(json.loads(body))
    assert trees.features == learning.FEATURES
    assert found.difference <= 1e-9


def test_it_says_what_it_learnt_from_and_what_it_is_worth(found: Trained, payments: Payments) -> None:
    lineage = parsed(json.loads(found.body)).lineage
    # Sixty days from 2018-04-01; the labels of the last seven are not known.
    assert (lineage["data_from"], lineage["data_until"]) == ("2018-05-10", "2018-05-23")
    chosen = (payments.day >= 39) & (payments.day < 53)
    assert lineage["rows"] == chosen.sum()
    assert lineage["frauds"] == payments.fraud[chosen].sum()
    assert lineage["data_sha256"] == fingerprint(payments, chosen.nonzero()[0])
    assert (lineage["scope"], lineage["code_version"]) == ("CARD", "abc123")
    assert lineage["parameters"]["history_days"] == "14"
    assert lineage["parameters"]["learning_rate"] == "0.05"
    assert lineage["metrics"]["average_precision"] == round(found.measured.average_precision * 1e6)
    assert 600_000 < lineage["metrics"]["average_precision"] < 800_000


def test_it_says_how_every_feature_and_the_score_were_spread(found: Trained) -> None:
    trees = parsed(json.loads(found.body))
    assert trees.spread is not None
    rows = trees.lineage["rows"]
    assert set(trees.spread.features) == set(trees.features)
    assert {sum(one.counts) for one in trees.spread.features.values()} == {rows}
    amounts = trees.spread.features["amount_minor"]
    assert [count / rows for count in amounts.counts] == pytest.approx([0.1] * 10 + [0], abs=0.005)
    assert trees.spread.features["amount_to_mean_30d"].counts[-1] > 0
    assert trees.spread.score.counts[-1] == 0
    assert sum(trees.spread.score.counts) < rows


def test_trained_again_it_is_the_same_to_the_byte(found: Trained, payments: Payments) -> None:
    assert trained(payments, ASKED).body == found.body


def test_too_few_days_are_refused(payments: Payments) -> None:
    with pytest.raises(ScienceRefused, match="too few days"):
        trained(payments, Asked(scope=Scope.CARD, history_days=60, code_version="abc123"))


def test_a_leak_is_refused_before_anything_is_written(payments: Payments, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "MATURITY_DAYS", 0)
    with pytest.raises(LeakSuspected):
        trained(payments, ASKED)


def test_a_folder_that_cannot_be_made_is_said(found: Trained, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ScienceRefused, match=r"card-model\.json"):
        write(found, tmp_path / "file")
