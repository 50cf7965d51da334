"""A model is measured against the champion on the same folds, as the gate of promotions asks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from domain.fraud.documents import canonical, read, sha256_of
from domain.fraud.kinds import Scope
from ops.fraud import backtest as backtests
from ops.fraud import learning
from ops.fraud.backtest import Asked, Recipe, backtest, recipe_of
from ops.fraud.evaluate import LeakSuspected
from ops.fraud.payments import ScienceRefused
from ops.fraud.records import as_json, as_text, better, parsed, written
from ops.fraud.train import Asked as Training
from ops.fraud.train import trained, write
from tests.fraud.test_command import florin_fraud

if TYPE_CHECKING:
    from domain.fraud.registry_model import Backtest
    from ops.fraud.payments import Payments

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
NEWEST = 39
"""Of sixty days: the newest test week is the last one."""
PLAIN = ("amount_minor", "night")
"""Features that know little of fraud."""


@pytest.fixture(scope="module")
def model(payments: Payments, tmp_path_factory: pytest.TempPathFactory) -> Path:
    asked = Training(scope=Scope.CARD, history_days=7, code_version="abc123", threads=1)
    return write(trained(payments, asked), tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def ours(model: Path) -> Recipe:
    """With fewer trees, which are grown in less time."""
    return replace(recipe_of(model), rounds=40)


@pytest.fixture(scope="module")
def theirs(ours: Recipe) -> Recipe:
    return replace(ours, sha256="c" * 64, features=PLAIN, rounds=20)


@pytest.fixture(scope="module")
def found(payments: Payments, ours: Recipe, theirs: Recipe) -> Backtest:
    return backtest(payments, Asked(model=ours, champion=theirs, newest=NEWEST, threads=1), now=NOW)


def test_a_model_says_how_it_was_made(model: Path) -> None:
    ours = recipe_of(model)
    assert ours.sha256 == sha256_of(model.read_bytes())
    assert (ours.features, ours.rounds, ours.history_days) == (learning.FEATURES, learning.ROUNDS, 7)
    assert ours.parameters == dict(learning.PARAMETERS)


def test_both_are_measured_on_the_rows_of_four_weeks(found: Backtest, payments: Payments) -> None:
    assert [fold.start for fold in found.folds] == [
        date(2018, 5, 10),
        date(2018, 5, 3),
        date(2018, 4, 26),
        date(2018, 4, 19),
    ]
    assert found.data_sha256 == found.champion_data_sha256
    assert (found.champion_sha256, found.protocol) == ("c" * 64, "prequential, 7 days")
    assert all(fold.champion is not None and fold.forest > 0 for fold in found.folds)


def test_a_model_that_knows_more_is_better_by_more_than_its_spread(found: Backtest) -> None:
    assert better(found)
    assert as_text(found).endswith("\nbetter by more than its own spread")
    assert json.loads(as_json(found))["better"] is True


def test_one_that_knows_less_is_not(payments: Payments, ours: Recipe, theirs: Recipe, found: Backtest) -> None:
    turned = backtest(payments, Asked(model=theirs, champion=ours, newest=NEWEST, threads=1), now=NOW)
    assert not better(turned)
    assert [(one.challenger, one.champion) for one in turned.folds] == [
        (one.champion, one.challenger) for one in found.folds
    ]
    assert turned.data_sha256 == found.data_sha256


def test_the_record_is_read_as_it_was_written(found: Backtest) -> None:
    assert parsed(read(written(found)), by="stf_farah") == replace(found, by="stf_farah")


def test_a_leak_is_no_backtest(payments: Payments, ours: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaking(of: Payments, names: tuple[str, ...]) -> dict[str, Any]:
        return {name: of.fraud.astype(float) for name in names}

    monkeypatch.setattr(backtests, "catalogue_features", leaking)
    with pytest.raises(LeakSuspected, match="a label has leaked"):
        backtest(payments, Asked(model=ours, champion=None, newest=NEWEST, threads=1), now=NOW)


def test_payments_of_days_that_are_not_there_are_refused(payments: Payments, ours: Recipe) -> None:
    with pytest.raises(ScienceRefused, match="too few days"):
        backtest(payments, Asked(model=ours, champion=None, threads=1), now=NOW)


def test_a_champion_that_learns_from_more_days_than_there_are_is_refused(
    payments: Payments, ours: Recipe, theirs: Recipe
) -> None:
    """And not measured by fewer. The oldest week ends its training with day 24."""
    long = replace(theirs, history_days=26)
    with pytest.raises(ScienceRefused, match="26 days of history before day 25 begin before day 0, as cccccccccccc"):
        backtest(payments, Asked(model=ours, champion=long, newest=NEWEST, threads=1), now=NOW)


def test_the_rows_are_those_that_either_has_learnt_from(
    payments: Payments, ours: Recipe, theirs: Recipe, found: Backtest
) -> None:
    """Whoever learns from other days is measured on other rows."""
    long = replace(theirs, history_days=14)
    other = backtest(payments, Asked(model=ours, champion=long, newest=NEWEST, threads=1), now=NOW)
    assert other.data_sha256 == other.champion_data_sha256
    assert other.data_sha256 != found.data_sha256
    assert [fold.challenger for fold in other.folds] == [fold.challenger for fold in found.folds]


def test_a_document_that_is_not_what_its_recipe_makes_is_refused(
    payments: Payments, model: Path, tmp_path: Path
) -> None:
    """Its trees were altered, and the lineage is that of an honest one."""
    document = json.loads(model.read_bytes())
    for tree in document["trees"]:
        tree["leaf"] = [-leaf for leaf in tree["leaf"]]
    path = tmp_path / "altered.json"
    path.write_bytes(canonical(document))
    altered = replace(recipe_of(path), rounds=40)

    with pytest.raises(ScienceRefused, match="it was not made as its lineage says"):
        backtest(payments, Asked(model=altered, champion=None, newest=NEWEST, threads=1), now=NOW)


def test_features_that_such_payments_do_not_have_are_refused(payments: Payments, ours: Recipe) -> None:
    other = replace(ours, features=("device_count_1d",))
    with pytest.raises(ScienceRefused, match="have no feature 'device_count_1d'"):
        backtest(payments, Asked(model=other, champion=None, newest=NEWEST, threads=1), now=NOW)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lineage": {}}, "does not say how it was made"),
        ({"lineage": {"parameters": {"rounds": "many", "history_days": "7"}}}, "does not say how it was made"),
        ({"format": "x"}, "format: is not 'florin-trees/1'"),
    ],
)
def test_what_does_not_say_how_it_was_made_is_refused(
    model: Path, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(canonical({**json.loads(model.read_bytes()), **change}))
    with pytest.raises(ScienceRefused, match=said):
        recipe_of(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScienceRefused, match="No such file"):
        recipe_of(tmp_path / "none.json")


def test_the_command_writes_the_record_and_ends_by_whether_it_is_better(
    small_file: Path, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "backtest.json"
    document = json.loads(model.read_bytes())
    document["lineage"]["parameters"]["rounds"] = "5"
    document["lineage"]["parameters"]["learning_rate"] = "0.001"
    weak = tmp_path / "card-model.json"
    weak.write_bytes(canonical(document))
    asked = ("--data", str(small_file), "--model", str(weak), "--train-from", str(NEWEST), "--threads", "1")
    ended = florin_fraud("backtest", *asked, "--out", str(out), "--json")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert json.loads(ended.stdout)["better"] is False
    record = parsed(json.loads(out.read_bytes()), by="stf_farah")
    assert (record.model_sha256, record.champion_sha256) == (sha256_of(weak.read_bytes()), None)
    assert all(fold.champion is None for fold in record.folds)
    assert "a random forest" in as_text(record)
