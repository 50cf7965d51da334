"""The model: which features it asks for, how its trees are grown, and the models that it is measured against.

Parameters were chosen on folds that begin on day 101 and earlier, of draws of their own (docs/fraud-model.md has the
table); the folds of the protocol were not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import lightgbm
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from ops.fraud.payments import Flags, Integers, Numbers

FEATURES: Final = (
    "amount_minor",
    "night",
    "weekend",
    "customer_count_1d",
    "customer_count_7d",
    "customer_count_30d",
    "customer_mean_minor_1d",
    "customer_mean_minor_7d",
    "customer_mean_minor_30d",
    "amount_to_mean_30d",
    "amount_deviations_30d",
    "terminal_count_1d",
    "terminal_count_7d",
    "terminal_count_30d",
    "terminal_known_frauds_1d",
    "terminal_known_frauds_7d",
    "terminal_known_frauds_30d",
    "terminal_fraud_share_1d",
    "terminal_fraud_share_7d",
    "terminal_fraud_share_30d",
    "terminal_first_known_fraud_days",
    "terminal_last_known_fraud_days",
    "terminal_count_since_known_fraud",
)
ROUNDS: Final = 300
PARAMETERS: Final[Mapping[str, Any]] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "max_depth": 4,
    # What a leaf rests on is counted in uncertain payments, not in payments: frauds are few.
    "min_data_in_leaf": 1,
    "min_sum_hessian_in_leaf": 2.0,
    "lambda_l2": 3.0,
    # A week has six hundred frauds: with the library's 255 bins their edges are lost.
    "max_bin": 1023,
    "min_data_in_bin": 1,
    "bin_construct_sample_cnt": 2_000_000,
    # The same data give the same trees.
    "seed": 0,
    "deterministic": True,
    "force_row_wise": True,
}
FOREST_TREES: Final = 100

Scorer = Callable[[Numbers], Numbers]
"""Rows of features -> how likely each is a fraud."""


def matrix(features: Mapping[str, Numbers], names: tuple[str, ...], rows: Integers) -> Numbers:
    return np.column_stack([features[name][rows] for name in names])


def library() -> str:
    return f"lightgbm {lightgbm.__version__}"


def grown(
    rows: Numbers,
    fraud: Flags,
    *,
    threads: int,
    parameters: Mapping[str, Any] = PARAMETERS,
    rounds: int = ROUNDS,
) -> lightgbm.Booster:
    data = lightgbm.Dataset(rows, fraud.astype(np.float64), params=dict(parameters), free_raw_data=True)
    return lightgbm.train({**parameters, "num_threads": threads, "verbosity": -1}, data, rounds)


def logistic_regression(rows: Numbers, fraud: Flags, *, scale_of: Numbers) -> Scorer:
    """`scale_of`: the rows whose mean and spread the scales are taken from."""
    scales = StandardScaler().fit(scale_of)
    model = LogisticRegression().fit(scales.transform(rows), fraud)
    return lambda asked: np.asarray(model.predict_proba(scales.transform(asked))[:, 1])


def random_forest(rows: Numbers, fraud: Flags, *, threads: int) -> Scorer:
    """Scales change nothing for trees."""
    model = RandomForestClassifier(FOREST_TREES, random_state=0, n_jobs=threads).fit(rows, fraud)
    return lambda asked: np.asarray(model.predict_proba(asked)[:, 1])
