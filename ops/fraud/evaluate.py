"""What the model is worth, beside two plain ones that learn from the same payments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

from ops.fraud import learning, protocol
from ops.fraud.features import catalogue_features
from ops.fraud.payments import Numbers, Payments, ScienceRefused
from ops.fraud.protocol import DEFAULT, TRAINING_DAYS, Fold, Measured, Rows
from ops.fraud.reference import reference_features

LEAK: Final = 0.80
"""Average precision that cannot be had honestly: a fifth of the frauds leave no trace that is known by then, and so the
model has seen a label early, or the answer itself."""
MODEL: Final = "model"
BASELINES: Final = ("logistic_regression", "random_forest")
_TITLES: Final = {"auc_roc": "AUC ROC", "average_precision": "average precision", "cp_at_100": "CP@100"}


class LeakSuspected(ScienceRefused):
    """A result that is too good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    protocol: str = DEFAULT
    history_days: int = TRAINING_DAYS
    newest: int | None = None
    """Day on which the newest training week begins; None: the protocol's own."""
    threads: int = 2
    models: Sequence[str] = (MODEL,)
    baselines: Sequence[str] = BASELINES


@dataclass(frozen=True, slots=True)
class OfFold:
    fold: Fold
    rows: Rows
    measured: Measured


@dataclass(frozen=True, slots=True)
class Result:
    folds: tuple[OfFold, ...]

    @property
    def mean(self) -> Measured:
        return protocol.mean([one.measured for one in self.folds])


@dataclass(frozen=True, slots=True)
class Evaluation:
    asked: Asked
    frauds: tuple[int, ...]
    """Among the test rows of each fold."""
    results: Mapping[str, Result]
    """`model` and the baselines."""


class Prepared:
    """Payments with their features, which are made once when they are first asked for."""

    def __init__(self, payments: Payments) -> None:
        self.payments = payments

    @cached_property
    def features(self) -> Mapping[str, Numbers]:
        return catalogue_features(self.payments, learning.FEATURES)

    @cached_property
    def reference(self) -> Numbers:
        return reference_features(self.payments)


def evaluated(prepared: Prepared, asked: Asked) -> Evaluation:
    """Raises ScienceRefused for too few days, and LeakSuspected for what is too good to be true."""
    payments = prepared.payments
    folds = protocol.folds(asked.protocol, history_days=asked.history_days, newest=asked.newest)
    rows = [protocol.rows(payments, fold) for fold in folds]
    ways = {name: _model(prepared, asked.threads) for name in asked.models}
    ways |= {name: baseline(prepared, name, threads=asked.threads) for name in asked.baselines}
    return Evaluation(
        asked,
        tuple(int(payments.fraud[one.test].sum()) for one in rows),
        {name: _result(name, payments, folds, rows, way) for name, way in ways.items()},
    )


Way = Callable[[Rows], Numbers]
"""Learns from the history and answers for the test rows."""


def _result(name: str, payments: Payments, folds: Sequence[Fold], rows: Sequence[Rows], way: Way) -> Result:
    found = []
    for fold, chosen in zip(folds, rows, strict=True):
        found.append(OfFold(fold, chosen, protocol.measured(payments, chosen.test, way(chosen))))
    result = Result(tuple(found))
    refuse_leak(name, result.mean.average_precision)
    return result


def refuse_leak(name: str, average_precision: float) -> None:
    """Of all folds together: a single week may be lucky by three hundredths, and their mean is not."""
    if average_precision > LEAK:
        raise LeakSuspected(
            f"a label has leaked: the average precision of {name} is"
            f" {average_precision:.3f}, and above {LEAK:.2f} nothing honest comes; no figure is given"
        )


def _model(prepared: Prepared, threads: int) -> Way:
    return model_on(prepared.features, prepared.payments, threads=threads)


def model_on(features: Mapping[str, Numbers], payments: Payments, *, threads: int) -> Way:
    """The model on these features, all of them."""
    names = tuple(features)

    def way(rows: Rows) -> Numbers:
        booster = learning.grown(
            learning.matrix(features, names, rows.history), payments.fraud[rows.history], threads=threads
        )
        answers: Numbers = booster.predict(learning.matrix(features, names, rows.test))
        return answers

    return way


def baseline(prepared: Prepared, name: str, *, threads: int) -> Way:
    """One of `BASELINES`, on the features of the book."""
    x, fraud = prepared.reference, prepared.payments.fraud

    def regression(rows: Rows) -> Numbers:
        answer = learning.logistic_regression(x[rows.history], fraud[rows.history], scale_of=x[rows.week])
        return answer(x[rows.test])

    def forest(rows: Rows) -> Numbers:
        return learning.random_forest(x[rows.history], fraud[rows.history], threads=threads)(x[rows.test])

    ways: dict[str, Way] = {"logistic_regression": regression, "random_forest": forest}
    return ways[name]


def as_plain(found: Evaluation) -> dict[str, Any]:
    """What `--json` prints."""
    plain = {name: _plain(result, found.frauds) for name, result in found.results.items()}
    return {
        "protocol": found.asked.protocol,
        "history_days": found.asked.history_days,
        "model": plain.pop(MODEL),
        "baselines": plain,
    }


def _plain(result: Result, frauds: Sequence[int]) -> dict[str, Any]:
    return {
        "mean": asdict(result.mean),
        "folds": [
            {
                **asdict(one.measured),
                "training_week_begins": one.fold.begins,
                "training_rows": len(one.rows.history),
                "test_rows": len(one.rows.test),
                "test_frauds": count,
            }
            for one, count in zip(result.folds, frauds, strict=True)
        ],
    }


def as_text(found: Evaluation) -> str:
    asked = found.asked
    head = f"{asked.protocol}, {asked.history_days} days of history, mean of {len(found.frauds)} fold(s)"
    lines = [head, f"{'':<22}" + "".join(f"{title:>20}" for title in _TITLES.values())]
    for name, result in found.results.items():
        mean = asdict(result.mean)
        lines.append(f"{name:<22}" + "".join(f"{mean[key]:>20.4f}" for key in _TITLES))
    return "\n".join(lines)
