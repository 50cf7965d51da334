"""A model against the champion, as the gate of promotions asks: both on the same folds, each as it says it was made.

The document itself has learnt from days that the folds ask about. So its recipe is what is measured: its features, its
parameters and its days of history, as its lineage names them, grown anew for each fold from the days before it. The
champion is treated alike, and with it a random forest.

That the document is what its recipe makes nobody can say to the bit. So the document is asked as well, about the newest
test week: it may have learnt from that, and so may only be better. One that is far below its recipe is something else
under a lineage that is not its own.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from domain.fraud.documents import DocumentMalformed, read, sha256_of
from domain.fraud.registry_model import MILLION, Backtest, Fold
from domain.fraud.trees import Trees, parsed
from ops.fraud import evaluate, export, learning, protocol
from ops.fraud.evaluate import Prepared
from ops.fraud.features import catalogue_features
from ops.fraud.payments import DAY, Integers, Numbers, Payments, ScienceRefused
from ops.fraud.train import fingerprint

PROTOCOL: Final = "prequential"
CHAMPION: Final = "champion"
FOREST: Final = "random_forest"
FAR_BELOW: Final = 0.1
"""Average precision: a few hundredths are the week, or the days that the document and its recipe have learnt from."""
_RECIPE: Final = frozenset({"library", "rounds", "history_days"})
"""Parameters of a lineage that are not the library's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a model says that it was made."""

    sha256: str
    """Of its document."""
    trees: Trees
    """The document itself."""
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
        trees=trees,
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
    """Raises ScienceRefused for too few days, of any recipe, and for a document that is not what its recipe makes;
    LeakSuspected for what is too good to be true.
    """
    recipes = {evaluate.MODEL: asked.model, **({CHAMPION: asked.champion} if asked.champion else {})}
    names = {name: None for recipe in recipes.values() for name in recipe.features}
    try:
        features = catalogue_features(payments, tuple(names))
    except KeyError as missing:
        raise ScienceRefused(f"payments of such a file have no feature {missing}") from None
    prepared = Prepared(payments)
    folds = protocol.folds(PROTOCOL, history_days=asked.model.history_days, newest=asked.newest)
    forest = evaluate.baseline(prepared, FOREST, threads=asked.threads)
    found: list[Fold] = []
    means: dict[str, list[float]] = {name: [] for name in (*recipes, FOREST)}
    everything: list[Any] = []
    for fold in folds:
        rows = protocol.rows(payments, fold)
        histories = {name: _history(payments, fold, recipe) for name, recipe in recipes.items()}
        everything += [np.unique(np.concatenate([*histories.values()])), rows.test]
        answers = {
            name: _answers(features, payments, recipe, history=histories[name], test=rows.test, threads=asked.threads)
            for name, recipe in recipes.items()
        }
        answers[FOREST] = forest(rows)
        for name, one in answers.items():
            means[name].append(protocol.measured(payments, rows.test, one).average_precision)
        if not found:
            _refuse_other_document(payments, features, asked.model, rows.test, means[evaluate.MODEL][-1])
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


def _history(payments: Payments, fold: protocol.Fold, recipe: Recipe) -> Integers:
    """Each learns from as many days as it says, up to the same end. Raises ScienceRefused where there are not as many:
    from fewer it would be another model that is measured.
    """
    end = fold.training.stop
    if end < recipe.history_days:
        raise ScienceRefused(
            f"too few days: {recipe.history_days} days of history before day {end} begin before day 0,"
            f" as {recipe.sha256[:12]} learns from"
        )
    return protocol.of_days(payments, range(end - recipe.history_days, end))


def _answers(
    features: Mapping[str, Numbers],
    payments: Payments,
    recipe: Recipe,
    *,
    history: Integers,
    test: Integers,
    threads: int,
) -> Numbers:
    booster = learning.grown(
        learning.matrix(features, recipe.features, history),
        payments.fraud[history],
        threads=threads,
        parameters=recipe.parameters,
        rounds=recipe.rounds,
    )
    answers: Numbers = booster.predict(learning.matrix(features, recipe.features, test))
    return answers


def _refuse_other_document(
    payments: Payments, features: Mapping[str, Numbers], model: Recipe, test: Integers, recipe_worth: float
) -> None:
    """The newest test week: of all folds the nearest to what the document has learnt from."""
    asked = learning.matrix(features, model.trees.features, test).tolist()
    answers = np.array([model.trees.predicted(export.as_served(model.trees.features, row)) for row in asked])
    worth = protocol.measured(payments, test, answers).average_precision
    if worth < recipe_worth - FAR_BELOW:
        raise ScienceRefused(
            f"the document reaches {worth:.3f} where its recipe reaches {recipe_worth:.3f}: it was not made as its"
            " lineage says"
        )
