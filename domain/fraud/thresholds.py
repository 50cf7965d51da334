"""Thresholds as a document: from which score on what is decided, and from which amount on when there is no score.

Bounds are a document of their own: between them thresholds may be moved without asking for more.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from domain.fraud.documents import Part
from domain.fraud.kinds import Decision
from domain.money import AMOUNT_MINOR_MAX

FORMAT: Final = "florin.thresholds/1"
BOUNDS_FORMAT: Final = "florin.threshold-bounds/1"
DECISIONS: Final = tuple(decision for decision in Decision if decision is not Decision.APPROVE)
"""What may have a threshold, in order of severity."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    scores: Mapping[Decision, float]
    """From this score on, above 0 and at most 1; the higher, the more severe. What has none, no score decides."""
    unscored_amounts_minor: Mapping[Decision, int]
    """From this amount on, in minor units, where the fallback judges; the higher, the more severe."""


def of_score(thresholds: Thresholds, score: float) -> Decision:
    return _highest(thresholds.scores, score)


def of_unscored_amount(thresholds: Thresholds, amount_minor: int | None) -> Decision:
    """An amount that is not known is as much as any."""
    return _highest(thresholds.unscored_amounts_minor, AMOUNT_MINOR_MAX if amount_minor is None else amount_minor)


def _highest(limits: Mapping[Decision, float] | Mapping[Decision, int], value: float) -> Decision:
    found = Decision.APPROVE
    for decision, limit in limits.items():
        if value >= limit:
            found = decision
    return found


# --- the document -----------------------------------------------------------------------------------------------------

SCORE_LEAST: Final = 1e-6
"""A threshold of 0 would decide the same of every payment."""


def parsed(document: object) -> Thresholds:
    """Raises DocumentMalformed, with the path of what is wrong."""
    fields = Part(document, "").fields({"format", "scores", "unscored_amounts_minor"})
    fields["format"].said(FORMAT)
    return Thresholds(
        scores=_ascending(fields["scores"], _score),
        unscored_amounts_minor=_ascending(fields["unscored_amounts_minor"], _amount),
    )


def _score(part: Part) -> float:
    return part.number(SCORE_LEAST, 1.0)


def _amount(part: Part) -> int:
    return part.integer(1, AMOUNT_MINOR_MAX)


_Limit = TypeVar("_Limit", int, float)


def _ascending(part: Part, limit: Callable[[Part], _Limit]) -> dict[Decision, _Limit]:
    parts = part.fields(frozenset(), _NAMES)
    found: dict[Decision, _Limit] = {}
    for decision in DECISIONS:
        if decision.value not in parts:
            continue
        each = parts[decision.value]
        value = limit(each)
        if found and value <= max(found.values()):
            raise each.malformed("is not above the threshold of what is less severe")
        found[decision] = value
    return found


def as_plain(thresholds: Thresholds) -> Mapping[str, object]:
    """The document, as `parsed` reads it."""
    return {
        "format": FORMAT,
        "scores": {decision.value: limit for decision, limit in thresholds.scores.items()},
        "unscored_amounts_minor": {
            decision.value: limit for decision, limit in thresholds.unscored_amounts_minor.items()
        },
    }


# --- bounds -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bound:
    least: float
    """Or minor units, an integer, where it bounds an amount."""
    most: float
    optional: bool
    """The threshold may be left out."""


@dataclass(frozen=True, slots=True)
class Bounds:
    scores: Mapping[Decision, Bound]
    unscored_amounts_minor: Mapping[Decision, Bound]


@dataclass(frozen=True, slots=True)
class Violation:
    path: str
    """Of the threshold, as in scores.REVIEW."""
    problem: str


def parsed_bounds(document: object) -> Bounds:
    """Raises DocumentMalformed, with the path of what is wrong."""
    fields = Part(document, "").fields({"format", "scores", "unscored_amounts_minor"})
    fields["format"].said(BOUNDS_FORMAT)
    return Bounds(
        scores=_bounds(fields["scores"], _score),
        unscored_amounts_minor=_bounds(fields["unscored_amounts_minor"], _amount),
    )


def _bounds(part: Part, limit: Callable[[Part], _Limit]) -> dict[Decision, Bound]:
    parts = part.fields(frozenset(), _NAMES)
    found: dict[Decision, Bound] = {}
    for decision in DECISIONS:
        if decision.value in parts:
            fields = parts[decision.value].fields({"least", "most", "optional"})
            least, most = limit(fields["least"]), limit(fields["most"])
            if least > most:
                raise fields["least"].malformed("is above the most")
            found[decision] = Bound(least, most, fields["optional"].flag())
    return found


def bounds_as_plain(bounds: Bounds) -> Mapping[str, object]:
    return {
        "format": BOUNDS_FORMAT,
        "scores": _plain(bounds.scores),
        "unscored_amounts_minor": _plain(bounds.unscored_amounts_minor),
    }


def _plain(bounds: Mapping[Decision, Bound]) -> Mapping[str, object]:
    return {
        decision.value: {"least": bound.least, "most": bound.most, "optional": bound.optional}
        for decision, bound in bounds.items()
    }


def within(bounds: Bounds, thresholds: Thresholds) -> tuple[Violation, ...]:
    """What of the thresholds is not within the bounds. A threshold without a bound may not be there at all."""
    return (
        *_violations("scores", bounds.scores, thresholds.scores),
        *_violations("unscored_amounts_minor", bounds.unscored_amounts_minor, thresholds.unscored_amounts_minor),
    )


def _violations(
    path: str, bounds: Mapping[Decision, Bound], limits: Mapping[Decision, float] | Mapping[Decision, int]
) -> Iterator[Violation]:
    for decision in DECISIONS:
        bound, limit = bounds.get(decision), limits.get(decision)
        where = f"{path}.{decision.value}"
        if bound is None:
            if limit is not None:
                yield Violation(where, "has no bound")
        elif limit is None:
            if not bound.optional:
                yield Violation(where, "may not be left out")
        elif not bound.least <= limit <= bound.most:
            yield Violation(where, f"is {limit!r}, not from {bound.least!r} to {bound.most!r}")


_NAMES: Final = frozenset(decision.value for decision in DECISIONS)
