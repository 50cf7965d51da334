"""A learner of a few lines, for drills: boosted trees of one split, grown from decisions that are stored and labelled.

It writes the document that `domain.fraud.trees` reads, as `ops.fraud` does with a library that has to be installed. The
other model, which it is measured against, is a random forest of such trees on the features that everybody has.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_left
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from domain.fraud.registry_model import MILLION
from domain.fraud.trees import FORMAT, Trees, logistic, parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from domain.fraud.kinds import Features

FEATURES: Final = (
    "amount_minor",
    "amount_to_mean_30d",
    "amount_deviations_30d",
    "customer_count_1h",
    "terminal_known_frauds_recent",
    "terminal_known_frauds_7d",
    "terminal_fraud_share_7d",
)
PLAIN: Final = ("amount_minor", "customer_count_1h", "terminal_fraud_share_7d")
"""Of the other model."""
ROUNDS: Final = 40
RATE: Final = 0.3
LEAST_WEIGHT: Final = 2.0
BINS: Final = 24
FOREST_TREES: Final = 30
TENTHS: Final = 10


@dataclass(frozen=True, slots=True)
class Row:
    """A payment that was judged, with what is known of it by now."""

    features: Features
    fraud: bool


@dataclass(frozen=True, slots=True)
class _Split:
    feature: int
    threshold: float
    low: float
    high: float
    gain: float


def grown(rows: Sequence[Row], names: Sequence[str] = FEATURES, *, rounds: int = ROUNDS) -> dict[str, Any]:
    """The document of a model, without where it comes from."""
    table = _Table(rows, names)
    share = min(max(sum(row.fraud for row in rows) / len(rows), 1e-3), 1 - 1e-3)
    base = math.log(share / (1 - share))
    margins = [base] * len(rows)
    trees: list[_Split] = []
    for _ in range(rounds):
        likely = [logistic(one) for one in margins]
        missed = [row.fraud - one for row, one in zip(rows, likely, strict=True)]
        best = table.best(missed, [one * (1 - one) for one in likely])
        if best is None:
            break
        trees.append(best)
        bins, cut = table.bins[best.feature], table.place(best)
        low, high = RATE * best.low, RATE * best.high
        margins = [one + (low if bin_ <= cut else high) for one, bin_ in zip(margins, bins, strict=True)]
    return {
        "format": FORMAT,
        "features": list(names),
        "link": "LOGISTIC",
        "base": base,
        "trees": [_tree(one, RATE) for one in trees] or [_leaf()],
        "lineage": {},
    }


def forest(rows: Sequence[Row], *, seed: int) -> Callable[[Features], float]:
    """Each tree of drawn rows and one drawn feature; they vote with the shares of fraud on their sides."""
    draw = random.Random(seed)  # noqa: S311  (nothing here is secret)
    trees = []
    for _ in range(FOREST_TREES):
        drawn = [draw.choice(rows) for _ in rows]
        trees.append(parsed(grown(drawn, [draw.choice(PLAIN)], rounds=1)))
    return lambda features: sum(one.predicted(features) for one in trees) / len(trees)


class _Table:
    """Values of each feature as places among cuts of about equal share, and one for what is missing, the first."""

    def __init__(self, rows: Sequence[Row], names: Sequence[str]) -> None:
        self.cuts = [_cuts([_number(row.features, name) for row in rows], BINS) for name in names]
        self.bins = [
            [_bin(_number(row.features, name), cuts) for row in rows]
            for name, cuts in zip(names, self.cuts, strict=True)
        ]

    def best(self, missed: Sequence[float], weights: Sequence[float]) -> _Split | None:
        """The split that helps most; None where none does."""
        found = [one for place in range(len(self.cuts)) if (one := self._best_of(place, missed, weights))]
        return max(found, key=lambda one: one.gain, default=None)

    def _best_of(self, place: int, missed: Sequence[float], weights: Sequence[float]) -> _Split | None:
        cuts = self.cuts[place]
        sums = [[0.0, 0.0] for _ in range(len(cuts) + 2)]
        for bin_, miss, weight in zip(self.bins[place], missed, weights, strict=True):
            sums[bin_][0] += miss
            sums[bin_][1] += weight
        all_missed, all_weight = (sum(one[which] for one in sums) for which in (0, 1))
        low_missed, low_weight = sums[0]
        best: _Split | None = None
        for number, cut in enumerate(cuts, start=1):
            low_missed, low_weight = low_missed + sums[number][0], low_weight + sums[number][1]
            high_missed, high_weight = all_missed - low_missed, all_weight - low_weight
            if min(low_weight, high_weight) < LEAST_WEIGHT:
                continue
            gain = low_missed**2 / low_weight + high_missed**2 / high_weight
            if best is None or gain > best.gain:
                best = _Split(place, cut, low_missed / low_weight, high_missed / high_weight, gain)
        return best

    def place(self, split: _Split) -> int:
        """The last place on the low side."""
        return self.cuts[split.feature].index(split.threshold) + 1


def _number(features: Features, name: str) -> float | None:
    value = features.get(name)
    return None if value is None or isinstance(value, str) else float(value)


def _bin(value: float | None, cuts: Sequence[float]) -> int:
    """What is missing stands first, so that it goes with what is low."""
    return 0 if value is None else bisect_left(cuts, value) + 1


def _cuts(values: Sequence[float | None], parts: int) -> tuple[float, ...]:
    known = sorted(one for one in values if one is not None)
    if not known:
        return ()
    cuts = {known[len(known) * part // parts] for part in range(1, parts)}
    # Frauds are few and stand at the upper end.
    cuts |= {known[len(known) * part // (parts * parts)] for part in range(parts * parts - parts, parts * parts)}
    return tuple(sorted(cuts))


def _tree(split: _Split, rate: float) -> dict[str, Any]:
    return {
        "feature": [split.feature],
        "threshold": [split.threshold],
        "left": [-1],
        "right": [-2],
        "missing": [-1],
        "value": [0.0],
        "leaf": [rate * split.low, rate * split.high],
    }


def _leaf() -> dict[str, Any]:
    return {"feature": [], "threshold": [], "left": [], "right": [], "missing": [], "value": [], "leaf": [0.0]}


# --- what it is worth, and what it was made on ------------------------------------------------------------------------


def average_precision(scores: Sequence[float], frauds: Sequence[bool]) -> int:
    """In millionths: precision at each fraud, from the highest score down, on average. Equal scores stand together."""
    ranked = sorted(zip(scores, frauds, strict=True), reverse=True)
    total, found, seen, area = sum(frauds), 0, 0, 0.0
    for _, equal in groupby(ranked, key=itemgetter(0)):
        same = [fraud for _, fraud in equal]
        found, seen = found + sum(same), seen + len(same)
        area += sum(same) * found / seen
    return round(MILLION * area / total) if total else 0


def spread(model: Trees, learnt: Sequence[Row], later: Sequence[Row]) -> dict[str, Any]:
    """The `reference` of a document: features as they were learnt from, scores of rows that were not."""
    by_name: Mapping[str, dict[str, Any]] = {
        name: _counted([_number(row.features, name) for row in learnt]) for name in model.features
    }
    return {"features": dict(by_name), "score": _counted([model.predicted(row.features) for row in later])}


def _counted(values: Sequence[float | None]) -> dict[str, Any]:
    known = sorted(one for one in values if one is not None)
    cuts = sorted({known[len(known) * part // TENTHS] for part in range(1, TENTHS)}) if known else []
    counts = [0] * (len(cuts) + 2)
    for value in values:
        counts[len(cuts) + 1 if value is None else bisect_left(cuts, value)] += 1
    return {"cuts": cuts, "counts": counts}
