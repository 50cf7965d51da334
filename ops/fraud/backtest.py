"""A model against the champion, as the gate of promotions asks: both on the same folds, each as it says it was made.

The document itself has learnt from days that the folds ask about. So its recipe is what is measured: its features, its
parameters and its days of history, as its lineage names them, grown anew for each fold from the days before it. The
champion is treated alike, and with it a random forest.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from domain.fraud.documents import DocumentMalformed, read, sha256_of
from domain.fraud.registry_model import MILLION, Backtest, Fold
from domain.fraud.trees import parsed
from ops.fraud import evaluate, learning, protocol
from ops.fraud.evaluate import Prepared
from ops.fraud.features import catalogue_features
from ops.fraud.payments import DAY, Numbers, Payments, ScienceRefused
from ops.fraud.train import fingerprint

if TYPE_CHECKING:
    from ops.fraud.protocol import Rows

PROTOCOL: Final = "prequential"
CHAMPION: Final = "champion"
FOREST: Final = "random_forest"
_RECIPE: Final = frozenset({"library", "rounds", "history_days"})
"""Parameters of a lineage that are not the library's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a model says that it was made."""

    sha256: str
    """Of its document."""
    features: tuple[str, ...]
    rounds: int
    history_days: int
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    model: Recipe
    champion: Recipe | None
    """None where no model decides."""
    newest: int | None = None
    """Day on which the newest training week begins; None: the protocol's own."""
    threads: int = 2


def recipe_of(path: Path) -> Recipe:
    """Raises ScienceRefused for what is no model, and for one that does not say how it was made."""
    try:
        body = path.read_bytes()
        trees = parsed(read(body))
    except OSError as fault:
        raise ScienceRefused(f"{path}: {fault.strerror or fault}") from fault
    except DocumentMalformed as fault:
        raise ScienceRefused(f"{path}: {fault}") from fault
    said = trees.lineage.get("parameters")
    try:
        found = {name: _value(text) for name, text in dict(said or {}).items() if name != "library"}
        rounds, history_days = int(found["rounds"]), int(found["history_days"])
    except (KeyError, TypeError, ValueError):
        raise ScienceRefused(f"{path}: its lineage does not say how it was made") from None
    return Recipe(
        sha256=sha256_of(body),
        features=trees.features,
        rounds=rounds,
        history_days=history_days,
        parameters={name: value for name, value in found.items() if name not in _RECIPE},
    )


def _value(text: object) -> Any:
    """As it was before it was written down as text."""
    try:
        return ast.literal_eval(str(text))
    except (ValueError, SyntaxError):
        return str(text)


def backtest(payments: Payments, asked: Asked, *, now: datetime | None = None) -> Backtest:
    """Raises ScienceRefused for too few days, and LeakSuspected for what is too good to be true."""
    recipes = {evaluate.MODEL: asked.model, **({CHAMPION: asked.champion} if asked.champion else {})}
    names = {name: None for recipe in recipes.values() for name in recipe.features}
    try:
        features = catalogue_features(payments, tuple(names))
    except KeyError as missing:
        raise ScienceRefused(f"payments of such a file have no feature {missing}") from None
    prepared = Prepared(payments)
    folds = protocol.folds(PROTOCOL, history_days=asked.model.history_days, newest=asked.newest)
    ways = {name: _way(features, payments, recipe, asked.threads) for name, recipe in recipes.items()}
    ways[FOREST] = evaluate.baseline(prepared, FOREST, threads=asked.threads)
    found: list[Fold] = []
    means: dict[str, list[float]] = {name: [] for name in ways}
    everything: list[Any] = []
    for fold in folds:
        rows = protocol.rows(payments, fold)
        everything += [rows.history, rows.test]
        for name, way in ways.items():
            means[name].append(protocol.measured(payments, rows.test, way(rows)).average_precision)
        start = datetime.fromtimestamp((payments.first_day + fold.begins) * DAY, UTC).date()
        worth = {name: round(values[-1] * MILLION) for name, values in means.items()}
        found.append(Fold(start, worth[evaluate.MODEL], worth.get(CHAMPION), worth[FOREST]))
    for name, values in means.items():
        evaluate.refuse_leak(name, float(np.mean(values)))
    rows_sha256 = fingerprint(payments, np.concatenate(everything))
    return Backtest(
        protocol=f"{PROTOCOL}, {asked.model.history_days} days",
        data_sha256=rows_sha256,
        champion_data_sha256=rows_sha256 if asked.champion else None,
        model_sha256=asked.model.sha256,
        champion_sha256=asked.champion.sha256 if asked.champion else None,
        folds=tuple(found),
        measured_at=now or datetime.now(UTC),
        by="",
    )


def _way(
    features: Mapping[str, Numbers], payments: Payments, recipe: Recipe, threads: int
) -> Callable[[Rows], Numbers]:
    def way(rows: Rows) -> Numbers:
        # Each learns from as many days as it says, up to the same end.
        end = int(payments.day[rows.history[-1]]) + 1
        history = protocol.of_days(payments, range(end - recipe.history_days, end))
        booster = learning.grown(
            learning.matrix(features, recipe.features, history),
            payments.fraud[history],
            threads=threads,
            parameters=recipe.parameters,
            rounds=recipe.rounds,
        )
        answers: Numbers = booster.predict(learning.matrix(features, recipe.features, rows.test))
        return answers

    return way
