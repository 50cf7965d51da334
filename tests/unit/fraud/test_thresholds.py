"""Thresholds ascend with severity, and bounds say how far they may be moved."""

from typing import Any

import pytest

from domain.fraud import thresholds
from domain.fraud.documents import DocumentMalformed
from domain.fraud.kinds import Decision
from domain.fraud.thresholds import Violation, of_score, of_unscored_amount, within
from tests.unit.fraud.values import limits

ALL = {"STEP_UP": 0.2, "SOFT_DECLINE": 0.4, "REVIEW": 0.6, "BLOCK": 0.8}


class TestOfScore:
    @pytest.mark.parametrize(
        ("score", "decision"),
        [
            (0.0, "APPROVE"),
            (0.19999, "APPROVE"),
            (0.2, "STEP_UP"),
            (0.4, "SOFT_DECLINE"),
            (0.6, "REVIEW"),
            (0.79999, "REVIEW"),
            (0.8, "BLOCK"),
            (1.0, "BLOCK"),
        ],
    )
    def test_a_score_at_a_threshold_has_reached_it(self, score: float, decision: str) -> None:
        assert of_score(limits(ALL), score) is Decision(decision)

    def test_what_has_no_threshold_is_not_decided(self) -> None:
        assert of_score(limits({"STEP_UP": 0.2, "BLOCK": 0.8}), 0.7) is Decision.STEP_UP
        assert of_score(limits(), 1.0) is Decision.APPROVE


class TestOfUnscoredAmount:
    @pytest.mark.parametrize(
        ("amount", "decision"), [(99, "APPROVE"), (100, "STEP_UP"), (199, "STEP_UP"), (200, "REVIEW"), (None, "REVIEW")]
    )
    def test_an_amount_that_is_not_known_is_as_much_as_any(self, amount: int | None, decision: str) -> None:
        assert of_unscored_amount(limits(amounts={"STEP_UP": 100, "REVIEW": 200}), amount) is Decision(decision)


class TestDocument:
    @pytest.mark.parametrize("scores", [{}, ALL, {"REVIEW": 1.0}])
    def test_is_written_as_it_was_read(self, scores: dict[str, float]) -> None:
        document = {"format": thresholds.FORMAT, "scores": scores, "unscored_amounts_minor": {"BLOCK": 1}}
        assert thresholds.as_plain(thresholds.parsed(document)) == document

    @pytest.mark.parametrize(
        ("scores", "amounts", "path", "problem"),
        [
            ({"APPROVE": 0.1}, {}, "scores", "has 'APPROVE', which is not known here"),
            ({"DECLINE": 0.1}, {}, "scores", "has 'DECLINE'"),
            ({"REVIEW": 0}, {}, "scores.REVIEW", "is no number from 1e-06 to 1"),
            ({"REVIEW": 1.01}, {}, "scores.REVIEW", "is no number"),
            ({"REVIEW": "0.5"}, {}, "scores.REVIEW", "is no number"),
            ({"REVIEW": None}, {}, "scores.REVIEW", "is no number"),
            ({"REVIEW": True}, {}, "scores.REVIEW", "is no number"),
            ({"STEP_UP": 0.5, "BLOCK": 0.5}, {}, "scores.BLOCK", "is not above"),
            ({"BLOCK": 0.5, "STEP_UP": 0.6}, {}, "scores.BLOCK", "is not above"),
            ({}, {"REVIEW": 0}, "unscored_amounts_minor.REVIEW", "is no integer from 1"),
            ({}, {"REVIEW": 1.5}, "unscored_amounts_minor.REVIEW", "is no integer"),
            ({}, {"REVIEW": 10**18}, "unscored_amounts_minor.REVIEW", "is no integer"),
            ({}, {"REVIEW": 5, "BLOCK": 5}, "unscored_amounts_minor.BLOCK", "is not above"),
        ],
    )
    def test_says_where_it_is_wrong(self, scores: Any, amounts: Any, path: str, problem: str) -> None:
        with pytest.raises(DocumentMalformed) as caught:
            limits(scores, amounts)
        assert caught.value.path == path
        assert problem in caught.value.problem


def bounds(**scores: tuple[float, float, bool]) -> thresholds.Bounds:
    return thresholds.parsed_bounds(
        {
            "format": thresholds.BOUNDS_FORMAT,
            "scores": {
                name: {"least": least, "most": most, "optional": optional}
                for name, (least, most, optional) in scores.items()
            },
            "unscored_amounts_minor": {"REVIEW": {"least": 100, "most": 200, "optional": True}},
        }
    )


class TestWithin:
    BOUNDS = bounds(REVIEW=(0.5, 0.7, False), BLOCK=(0.8, 1.0, True))

    @pytest.mark.parametrize("scores", [{"REVIEW": 0.5}, {"REVIEW": 0.7, "BLOCK": 0.8}, {"REVIEW": 0.6, "BLOCK": 1}])
    def test_the_ends_of_a_bound_belong_to_it(self, scores: dict[str, float]) -> None:
        assert within(self.BOUNDS, limits(scores, {"REVIEW": 100})) == ()
        assert within(self.BOUNDS, limits(scores, {"REVIEW": 200})) == ()

    @pytest.mark.parametrize(
        ("scores", "amounts", "violations"),
        [
            ({}, {}, [("scores.REVIEW", "may not be left out")]),
            ({"REVIEW": 0.49}, {}, [("scores.REVIEW", "is 0.49, not from 0.5 to 0.7")]),
            ({"REVIEW": 0.71}, {}, [("scores.REVIEW", "is 0.71, not from 0.5 to 0.7")]),
            ({"REVIEW": 0.6, "STEP_UP": 0.1}, {}, [("scores.STEP_UP", "has no bound")]),
            ({"REVIEW": 0.6}, {"REVIEW": 99}, [("unscored_amounts_minor.REVIEW", "is 99, not from 100 to 200")]),
            ({"REVIEW": 0.6}, {"BLOCK": 500}, [("unscored_amounts_minor.BLOCK", "has no bound")]),
            (
                {"STEP_UP": 0.1, "BLOCK": 0.2},
                {},
                [
                    ("scores.STEP_UP", "has no bound"),
                    ("scores.REVIEW", "may not be left out"),
                    ("scores.BLOCK", "is 0.2, not from 0.8 to 1.0"),
                ],
            ),
        ],
    )
    def test_what_is_not_within_is_named(self, scores: Any, amounts: Any, violations: Any) -> None:
        assert within(self.BOUNDS, limits(scores, amounts)) == tuple(Violation(*one) for one in violations)

    def test_bounds_are_written_as_they_were_read(self) -> None:
        assert thresholds.parsed_bounds(thresholds.bounds_as_plain(self.BOUNDS)) == self.BOUNDS

    @pytest.mark.parametrize(
        ("bound", "path"),
        [
            ({"least": 0.7, "most": 0.5, "optional": False}, "scores.REVIEW.least"),
            ({"least": 0, "most": 0.5, "optional": False}, "scores.REVIEW.least"),
            ({"least": 0.5, "most": 2, "optional": False}, "scores.REVIEW.most"),
            ({"least": 0.5, "most": 1, "optional": 0}, "scores.REVIEW.optional"),
            ({"least": 0.5, "most": 1}, "scores.REVIEW"),
            (0.5, "scores.REVIEW"),
        ],
    )
    def test_bounds_say_where_they_are_wrong(self, bound: object, path: str) -> None:
        document = {"format": thresholds.BOUNDS_FORMAT, "scores": {"REVIEW": bound}, "unscored_amounts_minor": {}}
        with pytest.raises(DocumentMalformed) as caught:
            thresholds.parsed_bounds(document)
        assert caught.value.path == path

    def test_a_bound_may_leave_no_choice(self) -> None:
        assert within(bounds(REVIEW=(0.5, 0.5, False)), limits({"REVIEW": 0.5})) == ()

    def test_thresholds_are_no_bounds(self) -> None:
        document = {"format": thresholds.FORMAT, "scores": {}, "unscored_amounts_minor": {}}
        with pytest.raises(DocumentMalformed, match="format: is not"):
            thresholds.parsed_bounds(document)
