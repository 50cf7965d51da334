"""From LightGBM's trees to the document that the bank reads, and the proof that both answer the same.

LightGBM compares in double precision, `<=` goes left, and adds up the leaves in the order of the trees, as
`domain.fraud.trees` does. A split that saw nothing missing when it was grown takes a missing value for 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from domain.fraud.kinds import FEATURES, Features, FeatureType
from domain.fraud.trees import FORMAT, THRESHOLD_MAX, Trees
from ops.fraud.payments import Numbers, ScienceRefused

if TYPE_CHECKING:
    import lightgbm

BINS: Final = 10
EQUAL: Final = 1e-9
CHECKED_ROWS: Final = 2_000
_VALUE_DIGITS: Final = 6
"""Of averages below splits, which only explanations use: their rounding cancels out down a tree."""
_WHOLE: Final = (FeatureType.INTEGER, FeatureType.FLAG)
_SIDES: Final = (("left", "left_child"), ("right", "right_child"))


class ExportTorn(ScienceRefused):
    """The document does not answer what the library does."""


def document(
    booster: lightgbm.Booster, features: Sequence[str], *, lineage: Mapping[str, Any], reference: Mapping[str, Any]
) -> dict[str, Any]:
    """What `domain.fraud.trees.parsed` reads. The base is 0: LightGBM keeps it in the leaves of its first tree."""
    dumped = booster.dump_model()
    return {
        "format": FORMAT,
        "features": list(features),
        "link": "LOGISTIC",
        "base": 0.0,
        "trees": [_tree(one["tree_structure"], features) for one in dumped["tree_info"]],
        "lineage": dict(lineage),
        "reference": dict(reference),
    }


def _tree(root: Mapping[str, Any], features: Sequence[str]) -> dict[str, list[Any]]:
    names = ("feature", "threshold", "left", "right", "missing", "value", "leaf")
    tree: dict[str, list[Any]] = {name: [] for name in names}
    _place(root, tree, features)
    return tree


def _place(node: Mapping[str, Any], tree: dict[str, list[Any]], features: Sequence[str]) -> int:
    """Where the node stands in the tree, once it and all below it are laid down: parents before children."""
    if "leaf_value" in node:
        tree["leaf"].append(node["leaf_value"])
        return -len(tree["leaf"])
    place = len(tree["feature"])
    if node["decision_type"] != "<=":
        raise ExportTorn(f"a split compares by {node['decision_type']}, and only <= can be written down")
    feature, threshold = node["split_feature"], node["threshold"]
    tree["feature"].append(feature)
    tree["threshold"].append(_short(threshold, features[feature]))
    tree["value"].append(float(f"{node['internal_value']:.{_VALUE_DIGITS}g}"))
    for name in ("left", "right", "missing"):
        tree[name].append(0)
    for side, child in _SIDES:
        tree[side][place] = _place(node[child], tree, features)
    left = node["default_left"] if node["missing_type"] == "NaN" else threshold >= 0
    tree["missing"][place] = tree["left" if left else "right"][place]
    return place


def _short(threshold: float, feature: str) -> float:
    """Between two whole numbers every threshold divides alike: the lower one is the shortest.

    A split between what is there and what is missing has a threshold above all values.
    """
    threshold = min(threshold, THRESHOLD_MAX)
    return math.floor(threshold) if FEATURES[feature].type in _WHOLE else threshold


def as_served(features: Sequence[str], row: Sequence[float]) -> Features:
    """A row as it is served online: whole numbers as such, None where something is missing."""
    return {
        name: None if math.isnan(value) else int(value) if FEATURES[name].type in _WHOLE else float(value)
        for name, value in zip(features, row, strict=True)
    }


def check(trees: Trees, booster: lightgbm.Booster, rows: Numbers) -> float:
    """The largest difference to the library, also where values are missing that never were in training.

    Raises ExportTorn when it is more than EQUAL.
    """
    random = np.random.default_rng(0)
    chosen = rows[random.choice(len(rows), min(CHECKED_ROWS, len(rows)), replace=False)]
    gaps = np.where(random.random(chosen.shape) < 0.1, np.nan, chosen)  # noqa: PLR2004 - a tenth of the values
    asked = np.concatenate([chosen, gaps, np.full((1, rows.shape[1]), np.nan)])
    expected = booster.predict(asked)
    found = [trees.predicted(as_served(trees.features, row)) for row in asked.tolist()]
    worst = float(np.abs(expected - np.array(found)).max())
    if worst > EQUAL:
        raise ExportTorn(f"the document answers otherwise than the library, by up to {worst:.2g}")
    return worst


def counted(values: Numbers) -> dict[str, list[Any]]:
    """Ten bins of equal share, fewer where values are equal, and one for what is missing."""
    there = values[~np.isnan(values)]
    cuts = np.unique(np.quantile(there, np.arange(1, BINS) / BINS, method="inverted_cdf")) if len(there) else there
    counts = np.bincount(np.searchsorted(cuts, there, side="left"), minlength=len(cuts) + 1)
    return {"cuts": cuts.tolist(), "counts": [*counts.tolist(), int(len(values) - len(there))]}
