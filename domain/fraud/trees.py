"""A model as data: boosted trees of numeric splits, laid out flat, and what they answer.

The trees are grown elsewhere, with libraries that take seconds to load and more room than a function has. Here nothing
but the standard library walks them, in the library's order of addition and in its arithmetic, so that the answers are
the library's own (`ops.fraud.export` writes the document and holds the two to 1e-9).

    {"format": "florin-trees/1", "features": ["amount_minor", ...], "link": "LOGISTIC", "base": 0.0,
     "trees": [{"feature": [0, ...], "threshold": [1250.5, ...], "left": [1, ...], "right": [-3, ...],
                "missing": [1, ...], "value": [-4.1, ...], "leaf": [-5.2, ...]}, ...],
     "lineage": {...}, "reference": {...}}

Each tree has a list for each fact of its splits and one of its leaves. `feature` is a place in `features`; a value up
to and including `threshold` goes left, a larger one right, a missing one to `missing`, which is one of the two. A
place below 0 is a leaf: -1 the first, -2 the second. `value` is what the tree answers on average below the split; only
explanations use it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from domain.fraud.documents import Part, repeated
from domain.fraud.expressions import FeatureMistyped
from domain.fraud.kinds import FEATURES, Features, FeatureType

FORMAT: Final = "florin-trees/1"
TREES_MAX: Final = 1_000
"""Three times what a model of ours has: more would take longer than a payment may wait."""
SPLITS_MAX: Final = 255
"""Of one tree: as many as eight levels have."""
FEATURES_MAX: Final = 100
CUTS_MAX: Final = 63
MARGIN_MAX: Final = 1e6
"""Of any value of a tree: the likelihood is 0 or 1 long before."""
THRESHOLD_MAX: Final = 1e18
"""Amounts have 18 digits."""
LINEAGE_MAX: Final = 50
NAME_MAX: Final = 64
"""Characters of the name of a fact: it stands in the path of what is wrong."""
TEXT_MAX: Final = 1_000

Split = tuple[int, float, int, int, int, float]
"""Place of the feature, threshold, left, right, missing, value."""


@dataclass(frozen=True, slots=True)
class Tree:
    splits: tuple[Split, ...]
    leaves: tuple[float, ...]

    @property
    def root(self) -> int:
        return 0 if self.splits else -1


@dataclass(frozen=True, slots=True)
class Counted:
    """How a feature, or the score, was spread over the payments that were learnt from.

    `cuts` ascend; place i counts what lies above cut i-1 and up to cut i, the last place what is missing.
    """

    cuts: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """What later payments are compared with, to see whether they are still of the kind that was learnt from."""

    features: Mapping[str, Counted]
    score: Counted


@dataclass(frozen=True, slots=True)
class Trees:
    """A model as it was read from its document. Threads may share it."""

    features: tuple[str, ...]
    base: float
    trees: tuple[Tree, ...]
    lineage: Mapping[str, Any]
    """Data window, version of the code, parameters, metrics: what the document says of where it comes from."""
    spread: Spread | None

    def predicted(self, features: Features) -> float:
        """How likely the payment is a fraud, 0 to 1. Raises FeatureMistyped for a text where a number is expected."""
        return logistic(self.margin(features))

    def margin(self, features: Features) -> float:
        """Log-odds: what the trees add up to."""
        row = self._row(features)
        total = self.base
        for tree in self.trees:
            splits = tree.splits
            place = tree.root
            while place >= 0:
                feature, threshold, left, right, missing, _ = splits[place]
                value = row[feature]
                if value <= threshold:
                    place = left
                elif value > threshold:
                    place = right
                else:
                    place = missing
            total += tree.leaves[~place]
        return total

    def contributions(self, features: Features) -> dict[str, float]:
        """What each feature adds to the log-odds of the average payment (`average`), for staff.

        Each step down a tree changes what the tree answers on average; the change is the feature's that was asked for
        (the method of Saabas, 2014). Together with the average they are the margin, up to rounding.
        """
        row = self._row(features)
        added = [0.0] * len(self.features)
        for tree in self.trees:
            place = tree.root
            while place >= 0:
                feature, threshold, left, right, missing, here = tree.splits[place]
                value = row[feature]
                place = left if value <= threshold else right if value > threshold else missing
                below = tree.splits[place][-1] if place >= 0 else tree.leaves[~place]
                added[feature] += below - here
        return dict(zip(self.features, added, strict=True))

    @property
    def average(self) -> float:
        """Log-odds that the trees answer on average."""
        return self.base + sum(tree.splits[0][-1] if tree.splits else tree.leaves[0] for tree in self.trees)

    def _row(self, features: Features) -> list[float]:
        """NaN where something is missing: no comparison with it is true."""
        row = []
        for name in self.features:
            value = features.get(name)
            if isinstance(value, str):
                raise FeatureMistyped(f"the feature {name} is a text, and the model compares numbers")
            try:
                row.append(math.nan if value is None else float(value))
            except OverflowError:
                raise FeatureMistyped(f"the feature {name} is larger than any number of the model") from None
        return row


def logistic(margin: float) -> float:
    if margin >= 0:
        return 1.0 / (1.0 + math.exp(-margin))
    grown = math.exp(margin)
    return grown / (1.0 + grown)


# --- the document -----------------------------------------------------------------------------------------------------


def parsed(document: object) -> Trees:
    """Reads what JSON holds. Raises DocumentMalformed, which says where and what."""
    found = Part(document, "").fields({"format", "features", "link", "base", "trees", "lineage"}, {"reference"})
    found["format"].said(FORMAT)
    found["link"].said("LOGISTIC")
    features = _features(found["features"])
    return Trees(
        features=features,
        base=found["base"].number(-MARGIN_MAX, MARGIN_MAX),
        trees=tuple(_tree(part, len(features)) for part in found["trees"].items(1, TREES_MAX)),
        lineage=_lineage(found["lineage"]),
        spread=_spread(found["reference"], features) if "reference" in found else None,
    )


def _features(part: Part) -> tuple[str, ...]:
    names: list[str] = []
    for one in part.items(1, FEATURES_MAX):
        name = one.text(TEXT_MAX)
        if name not in FEATURES:
            raise one.malformed(f"is {repeated(name)}, no feature of the catalogue")
        if FEATURES[name].type is FeatureType.TEXT:
            raise one.malformed(f"is {name!r}, a text, and trees compare numbers")
        if name in names:
            raise one.malformed(f"is {name!r} once more")
        names.append(name)
    return tuple(names)


def _tree(part: Part, features: int) -> Tree:
    found = part.fields({"feature", "threshold", "left", "right", "missing", "value", "leaf"})
    leaves = _numbers(found["leaf"], 1, SPLITS_MAX + 1, MARGIN_MAX)
    count = len(leaves) - 1
    feature = _places(found["feature"], count, 0, features - 1)
    threshold = _numbers(found["threshold"], count, count, THRESHOLD_MAX)
    left, right, missing = (_places(found[name], count, -count - 1, count - 1) for name in ("left", "right", "missing"))
    value = _numbers(found["value"], count, count, MARGIN_MAX)
    _check_tree(found, left, right, missing)
    return Tree(tuple(zip(feature, threshold, left, right, missing, value, strict=True)), leaves)


def _check_tree(
    found: Mapping[str, Part], left: tuple[int, ...], right: tuple[int, ...], missing: tuple[int, ...]
) -> None:
    """Each split and each leaf hangs below one split, which stands before it: whoever walks down arrives."""
    reached = {0} if left else {-1}
    for place, children in enumerate(zip(left, right, strict=True)):
        for side, child in zip(("left", "right"), children, strict=True):
            if 0 <= child <= place:
                raise found[side].below(place, child).malformed(f"goes back to split {child}")
            if child in reached:
                raise found[side].below(place, child).malformed(f"goes to {child}, where another split goes already")
            reached.add(child)
        if missing[place] not in children:
            raise found["missing"].below(place, missing[place]).malformed("is neither left nor right")


def _numbers(part: Part, least: int, most: int, bound: float) -> tuple[float, ...]:
    """All at once, for there are thousands; item by item only to say which one is wrong."""
    found = _listed(part, least, most)
    if all(type(one) in _NUMBERS and -bound <= one <= bound for one in found):
        return tuple(map(float, found))
    return tuple(part.below(place, one).number(-bound, bound) for place, one in enumerate(found))


def _places(part: Part, count: int, least: int, most: int) -> tuple[int, ...]:
    found = _listed(part, count, count)
    if all(type(one) is int and least <= one <= most for one in found):
        return tuple(found)
    return tuple(part.below(place, one).integer(least, most) for place, one in enumerate(found))


_NUMBERS: Final = (int, float)


def _listed(part: Part, least: int, most: int) -> list[Any]:
    found = part.value
    if not isinstance(found, list) or not least <= len(found) <= most:
        part.items(least, most)
        raise part.malformed("is no list")
    return found


def _lineage(part: Part) -> Mapping[str, Any]:
    """Facts by name, or groups of such facts."""
    if not isinstance(part.value, dict):
        raise part.malformed("is not an object")
    for fact in _facts(part, part.value):
        if isinstance(fact.value, dict):
            for one in _facts(fact, fact.value):
                _check_fact(one)
        else:
            _check_fact(fact)
    return part.value


def _facts(part: Part, found: Mapping[str, Any]) -> list[Part]:
    if len(found) > LINEAGE_MAX:
        raise part.malformed(f"has more than {LINEAGE_MAX} facts")
    for name in found:
        if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
            raise part.malformed(f"has {repeated(name)}, which is no name of 1 to {NAME_MAX} printable characters")
    return [part.below(name, value) for name, value in found.items()]


def _check_fact(part: Part) -> None:
    if isinstance(part.value, str):
        part.text(TEXT_MAX)
    elif isinstance(part.value, int | float) and not isinstance(part.value, bool):
        part.number(-THRESHOLD_MAX, THRESHOLD_MAX)
    elif not isinstance(part.value, bool) and part.value is not None:
        raise part.malformed("is neither a text nor a number")


def _spread(part: Part, features: tuple[str, ...]) -> Spread:
    found = part.fields({"features", "score"})
    by_name = found["features"].fields(set(features))
    return Spread({name: _counted(by_name[name]) for name in features}, _counted(found["score"]))


def _counted(part: Part) -> Counted:
    found = part.fields({"cuts", "counts"})
    cuts = _numbers(found["cuts"], 0, CUTS_MAX, THRESHOLD_MAX)
    for place, (lower, upper) in enumerate(pairwise(cuts)):
        if lower >= upper:
            raise found["cuts"].below(place + 1, upper).malformed("is not above the one before it")
    counts = _places(found["counts"], len(cuts) + 2, 0, 10**12)
    return Counted(cuts, counts)
