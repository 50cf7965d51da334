"""Trees answer what the library answered that grew them; a document that is none is refused, with where and why."""

import copy
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.fraud.documents import DocumentMalformed, canonical, read
from domain.fraud.expressions import FeatureMistyped
from domain.fraud.trees import FORMAT, TREES_MAX, logistic, parsed

KEPT: Final = json.loads((Path(__file__).parents[2] / "fixtures/fraud/small-model.json").read_text("utf-8"))
"""Grown by LightGBM, with its answers (tests/fraud/test_export.py)."""
TREES: Final = parsed(KEPT["document"])
ROWS: Final = [dict(zip(TREES.features, row, strict=True)) for row in KEPT["rows"]]


def small(**changed: Any) -> dict[str, Any]:
    """One tree: amounts up to 100 left; else whether at night; what is missing goes right, then left."""
    tree = {
        "feature": [0, 1],
        "threshold": [100, 0.5],
        "left": [-1, -2],
        "right": [1, -3],
        "missing": [1, -2],
        "value": [0.5, 1.5],
        "leaf": [-1.0, 1.0, 2.0],
    }
    return {
        "format": FORMAT,
        "features": ["amount_minor", "night"],
        "link": "LOGISTIC",
        "base": 0.25,
        "trees": [tree],
        "lineage": {"code_version": "abc"},
        **changed,
    }


class TestPredicted:
    @pytest.mark.parametrize(("row", "score"), list(zip(ROWS, KEPT["scores"], strict=True)))
    def test_answers_are_the_librarys(self, row: dict[str, Any], score: float) -> None:
        assert TREES.predicted(row) == pytest.approx(score, abs=1e-9)

    def test_the_rows_have_gaps(self) -> None:
        assert sum(value is None for row in ROWS for value in row.values()) > 20

    @pytest.mark.parametrize(
        ("amount", "night", "margin"),
        [
            (100, True, -0.75),
            (101, False, 1.25),
            (101, True, 2.25),
            (None, True, 2.25),
            (None, None, 1.25),
            (100.0000001, None, 1.25),
        ],
    )
    def test_a_value_up_to_the_threshold_goes_left(
        self, amount: float | None, night: bool | None, margin: float
    ) -> None:
        assert parsed(small()).margin({"amount_minor": amount, "night": night}) == margin

    def test_a_feature_that_is_not_there_is_missing(self) -> None:
        assert parsed(small()).margin({}) == 1.25

    def test_a_tree_may_be_one_leaf(self) -> None:
        leaf: dict[str, Any] = {name: [] for name in ("feature", "threshold", "left", "right", "missing", "value")} | {
            "leaf": [-2.0]
        }
        trees = parsed(small(trees=[leaf]))
        assert trees.margin({}) == -1.75
        assert trees.average == -1.75
        assert trees.contributions({}) == {"amount_minor": 0, "night": 0}

    def test_a_text_is_no_number(self) -> None:
        with pytest.raises(FeatureMistyped, match="amount_minor is a text"):
            parsed(small()).predicted({"amount_minor": "12"})

    @pytest.mark.parametrize("huge", [10**309, -(10**999)])
    def test_what_is_larger_than_any_number_is_none(self, huge: int) -> None:
        for asked in (parsed(small()).predicted, parsed(small()).contributions):
            with pytest.raises(FeatureMistyped, match="amount_minor is larger than any number"):
                asked({"amount_minor": huge})

    @given(st.floats(-1e6, 1e6))
    def test_it_is_a_likelihood(self, base: float) -> None:
        assert 0.0 <= parsed(small(base=base)).predicted({}) <= 1.0

    @given(st.floats(-700, 700))
    def test_the_link_is_symmetric(self, margin: float) -> None:
        assert logistic(margin) + logistic(-margin) == pytest.approx(1.0, abs=1e-15)

    def test_written_and_read_again_it_answers_the_same_to_the_bit(self) -> None:
        again = parsed(read(canonical(KEPT["document"])))
        assert [again.predicted(row) for row in ROWS] == [TREES.predicted(row) for row in ROWS]


class TestContributions:
    def test_they_are_what_each_step_changes(self) -> None:
        trees = parsed(small())
        # From 0.5 to 1.5 by the amount, from 1.5 to 2.0 by the night.
        assert trees.contributions({"amount_minor": 101, "night": True}) == {"amount_minor": 1.0, "night": 0.5}
        assert trees.average == 0.75

    @pytest.mark.parametrize("row", ROWS)
    def test_with_the_average_they_add_up_to_the_margin(self, row: dict[str, Any]) -> None:
        added = TREES.contributions(row)
        assert set(added) == set(TREES.features)
        assert TREES.average + sum(added.values()) == pytest.approx(TREES.margin(row), abs=1e-9)


def changed(at: list[str | int], value: Any) -> Callable[[], dict[str, Any]]:
    def document() -> dict[str, Any]:
        found: Any = copy.deepcopy(small())
        inner = found
        for key in at[:-1]:
            inner = inner[key]
        inner[at[-1]] = value
        return found  # type: ignore[no-any-return]

    return document


SPREAD: Final = {
    "features": {"amount_minor": {"cuts": [1, 2], "counts": [1, 2, 3, 0]}, "night": {"cuts": [], "counts": [6, 0]}},
    "score": {"cuts": [0.5], "counts": [5, 1, 0]},
}


class TestParsed:
    def test_what_it_was_made_on_comes_with_it(self) -> None:
        spread = parsed(small(reference=SPREAD)).spread
        assert spread is not None
        assert spread.features["amount_minor"].cuts == (1.0, 2.0)
        assert spread.features["amount_minor"].counts == (1, 2, 3, 0)
        assert spread.score.counts == (5, 1, 0)
        assert parsed(small()).spread is None

    def test_where_it_comes_from_stays_readable(self) -> None:
        lineage = {"code_version": "abc", "rows": 7, "metrics": {"average_precision": 700_000}, "note": None}
        assert parsed(small(lineage=lineage)).lineage == lineage

    @pytest.mark.parametrize(
        ("document", "path", "problem"),
        [
            (list, "", "is a list, not an object"),
            (changed(["format"], "florin-trees/2"), "format", "is not 'florin-trees/1'"),
            (changed(["link"], "IDENTITY"), "link", "is not 'LOGISTIC'"),
            (changed(["more"], 1), "", "has 'more', which is not known here"),
            (changed(["base"], "0"), "base", "is no number"),
            (changed(["base"], math.nan), "base", "is no number"),
            (changed(["features"], []), "features", "has 0 parts"),
            (changed(["features", 1], "shoe_size"), "features[1]", "no feature of the catalogue"),
            (changed(["features", 1], "currency"), "features[1]", "a text, and trees compare numbers"),
            (changed(["features", 1], "amount_minor"), "features[1]", "once more"),
            (changed(["trees"], []), "trees", "has 0 parts"),
            (changed(["trees"], [1] * (TREES_MAX + 1)), "trees", "there are 1 to 1000"),
            (changed(["trees", 0, "leaf"], []), "trees[0].leaf", "has 0 parts"),
            (changed(["trees", 0, "leaf", 1], None), "trees[0].leaf[1]", "is no number"),
            (changed(["trees", 0, "leaf", 1], True), "trees[0].leaf[1]", "is no number"),
            (changed(["trees", 0, "leaf", 1], math.inf), "trees[0].leaf[1]", "is no number"),
            (changed(["trees", 0, "leaf", 1], 10**400), "trees[0].leaf[1]", "is no number"),
            (changed(["trees", 0, "threshold"], [1.0]), "trees[0].threshold", "has 1 parts; there are 2 to 2"),
            (changed(["trees", 0, "threshold"], "12"), "trees[0].threshold", "not a list"),
            (changed(["trees", 0, "threshold", 1], "7"), "trees[0].threshold[1]", "is no number"),
            (changed(["trees", 0, "feature", 1], 2), "trees[0].feature[1]", "is no integer from 0 to 1"),
            (changed(["trees", 0, "feature", 0], -1), "trees[0].feature[0]", "is no integer from 0 to 1"),
            (changed(["trees", 0, "feature", 0], 0.0), "trees[0].feature[0]", "is no integer"),
            (changed(["trees", 0, "left", 1], 2), "trees[0].left[1]", "is no integer from -3 to 1"),
            (changed(["trees", 0, "right", 1], -4), "trees[0].right[1]", "is no integer from -3 to 1"),
            (changed(["trees", 0, "right", 1], 0), "trees[0].right[1]", "goes back to split 0"),
            (changed(["trees", 0, "right", 1], 1), "trees[0].right[1]", "goes back to split 1"),
            (changed(["trees", 0, "right", 1], -2), "trees[0].right[1]", "another split goes already"),
            (changed(["trees", 0, "missing", 1], -1), "trees[0].missing[1]", "is neither left nor right"),
            (changed(["trees", 0, "value"], [0.5]), "trees[0].value", "has 1 parts"),
            (changed(["lineage"], "me"), "lineage", "is not an object"),
            (changed(["lineage", "who"], [1]), "lineage.who", "is neither a text nor a number"),
            (changed(["lineage", "metrics"], {"a": {"b": 1}}), "lineage.metrics.a", "is neither a text nor a number"),
            (changed(["lineage", "note"], "x" * 1_001), "lineage.note", "is no text"),
            (changed(["lineage", "x" * 5_000], [1]), "lineage", f"has '{'x' * 40}...', which is no name"),
            (changed(["lineage", "metrics"], {"x" * 65: 1}), "lineage.metrics", "which is no name of 1 to 64"),
            (changed(["lineage", "a\nb"], 1), "lineage", "which is no name"),
            (changed(["features", 1], "x" * 900), "features[1]", f"is '{'x' * 40}...', no feature of the catalogue"),
            (lambda: small(reference={}), "reference", "has no 'features'"),
            (
                lambda: small(reference=SPREAD | {"score": {"cuts": [1, 1], "counts": [0, 0, 0, 0]}}),
                "reference.score.cuts[1]",
                "is not above the one before it",
            ),
            (
                lambda: small(reference=SPREAD | {"score": {"cuts": [1], "counts": [0, 0]}}),
                "reference.score.counts",
                "has 2 parts",
            ),
            (
                lambda: small(reference=SPREAD | {"features": {"night": SPREAD["score"]}}),
                "reference.features",
                "has no 'amount_minor'",
            ),
        ],
    )
    def test_what_is_wrong_is_said_with_its_place(
        self, document: Callable[[], object], path: str, problem: str
    ) -> None:
        with pytest.raises(DocumentMalformed) as refused:
            parsed(document())
        assert refused.value.path == path
        assert problem in refused.value.problem

    @given(st.data())
    def test_any_part_of_it_replaced_by_anything_is_read_or_refused(self, data: st.DataObject) -> None:
        document: Any = copy.deepcopy(small(reference=SPREAD))
        inner = document
        while True:
            key = data.draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
            if not isinstance(inner[key], dict | list) or not inner[key] or data.draw(st.booleans()):
                break
            inner = inner[key]
        inner[key] = data.draw(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.lists(st.integers(-4, 4))
        )
        try:
            trees = parsed(document)
        except DocumentMalformed:
            return
        assert 0.0 <= trees.predicted({"amount_minor": 7, "night": None}) <= 1.0
