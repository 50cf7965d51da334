"""Trains the model that is to judge, and writes it down with where it comes from.

The model learns from the last days whose labels are known. What it is worth is measured first: the same recipe, two
weeks earlier, asked about the last week whose labels are known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from domain.fraud.documents import canonical, sha256_of
from domain.fraud.trees import parsed
from ops.fraud import evaluate, export, learning, protocol
from ops.fraud.features import catalogue_features
from ops.fraud.payments import DAY, LABEL_DELAY_DAYS, Integers, Numbers, Payments, ScienceRefused
from ops.fraud.protocol import TEST_DAYS, TRAINING_DAYS, Fold, Measured

if TYPE_CHECKING:
    from domain.fraud.kinds import Scope

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    scope: Scope
    history_days: int
    code_version: str
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Trained:
    scope: Scope
    body: bytes
    measured: Measured
    difference: float
    """To the library, over the rows that were compared."""

    @property
    def sha256(self) -> str:
        return sha256_of(self.body)


def trained(payments: Payments, asked: Asked) -> Trained:
    """Raises ScienceRefused for too few days, and for a model that is too good to be true."""
    known_until = payments.days - LABEL_DELAY_DAYS
    features = catalogue_features(payments, learning.FEATURES)
    measured = _measured(payments, features, known_until, asked)
    history = protocol.of_days(payments, range(known_until - asked.history_days, known_until))
    rows = learning.matrix(features, learning.FEATURES, history)
    booster = learning.grown(rows, payments.fraud[history], threads=asked.threads)
    later = learning.matrix(features, learning.FEATURES, protocol.of_days(payments, range(known_until, payments.days)))
    document = export.document(
        booster,
        learning.FEATURES,
        lineage=_lineage(payments, history, measured, asked),
        # Of the days after: a model knows the rows that it learnt from better than any that will come.
        reference=_reference(rows, np.asarray(booster.predict(later))),
    )
    body = canonical(document)
    difference = export.check(parsed(document), booster, np.concatenate([rows, later]))
    return Trained(asked.scope, body, measured, difference)


def _measured(payments: Payments, features: Mapping[str, Numbers], known_until: int, asked: Asked) -> Measured:
    if asked.history_days < TRAINING_DAYS:
        raise ScienceRefused(f"history of {asked.history_days} days is shorter than {TRAINING_DAYS}")
    fold = Fold(known_until - TEST_DAYS - LABEL_DELAY_DAYS - TRAINING_DAYS, asked.history_days)
    rows = protocol.rows(payments, fold)
    answers = evaluate.model_on(features, payments, threads=asked.threads)(rows)
    measured = protocol.measured(payments, rows.test, answers)
    evaluate.refuse_leak("model", measured.average_precision)
    return measured


def _lineage(payments: Payments, history: Integers, measured: Measured, asked: Asked) -> dict[str, Any]:
    return {
        "scope": asked.scope.value,
        "code_version": asked.code_version,
        "data_from": _date(payments, history[0]),
        "data_until": _date(payments, history[-1]),
        "data_sha256": fingerprint(payments, history),
        "rows": len(history),
        "frauds": int(payments.fraud[history].sum()),
        "parameters": {
            "library": learning.library(),
            "rounds": str(learning.ROUNDS),
            "history_days": str(asked.history_days),
            **{name: str(value) for name, value in learning.PARAMETERS.items()},
        },
        # In millionths, of the same recipe on the last week whose labels are known.
        "metrics": {
            "auc_roc": round(measured.auc_roc * MILLION),
            "average_precision": round(measured.average_precision * MILLION),
            "cp_at_100": round(measured.cp_at_100 * MILLION),
        },
    }


def fingerprint(payments: Payments, rows: Integers) -> str:
    """SHA-256 of the rows, whatever file they came from."""
    found = hashlib.sha256()
    for column in (payments.second, payments.customer, payments.terminal, payments.amount_minor, payments.fraud):
        found.update(np.ascontiguousarray(column[rows].astype("<i8")).data)
    return found.hexdigest()


def _date(payments: Payments, row: int) -> str:
    return datetime.fromtimestamp(int(payments.second[row]) // DAY * DAY, UTC).date().isoformat()


def _reference(rows: Numbers, scores: Numbers) -> dict[str, Any]:
    return {
        "features": {name: export.counted(rows[:, place]) for place, name in enumerate(learning.FEATURES)},
        "score": export.counted(scores),
    }


def write(found: Trained, folder: Path) -> Path:
    path = folder / f"{found.scope.value.lower()}-model.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found.body)
    except OSError as fault:
        raise ScienceRefused(f"{path}: {fault.strerror or fault}") from fault
    return path
