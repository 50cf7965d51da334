"""What is watched of scoring: the figures of a day, what their labels say, and what has moved.

Figures are counts, so that days add up to windows; shares and indices are made of sums, in millionths.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from domain.fraud.kinds import DECLINED, Decision, Fallback, Family, Scope

FIRST_DAY: Final = date(2000, 1, 1)
"""Of a series: nothing was judged before, and before the first day of the calendar there is no week to look back on."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Counts of one feature. `cuts` ascend; bin i holds what lies above cut i-1 and up to cut i; the last one holds
    what is missing.
    """

    cuts: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """What a model was made on: the same bins, counted then."""

    version: str
    features: Mapping[str, Bins]
    score: Bins | None


@dataclass(frozen=True, slots=True)
class ShadowFigures:
    """What a shadow would have decided, beside what was decided."""

    decisions: Mapping[Decision, int]
    same: int
    """How often it was what was decided."""

    @property
    def count(self) -> int:
        return sum(self.decisions.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """The decisions of one scope on one UTC day. Counted again, it comes out the same."""

    scope: Scope
    day: date
    reference: str | None
    """The version of the model whose bins are counted; None where there is no champion."""
    decisions: Mapping[Decision, int] = field(default_factory=dict)
    fallbacks: Mapping[Fallback, int] = field(default_factory=dict)
    volume_minor: Mapping[str, int] = field(default_factory=dict)
    """Currency -> sum of the amounts, in minor units."""
    models: Mapping[str, int] = field(default_factory=dict)
    """Version of the model that scored -> how many."""
    scores: tuple[int, ...] = ()
    """In `SCORE_BINS` bins of equal width."""
    score_bins: tuple[int, ...] = ()
    """In the bins of the reference."""
    feature_bins: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    entities: Mapping[Family, int] = field(default_factory=dict)
    """Who paid, or was paid, as a set of bits (`monitoring.ENTITY_BITS`), of families that the reference has features
    of: days add up without counting anybody twice, and nobody's id is kept."""
    shadows: Mapping[str, ShadowFigures] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.decisions.values())

    @property
    def flagged(self) -> int:
        """On how many something was done."""
        return self.count - self.decisions.get(Decision.APPROVE, 0)

    @property
    def declined(self) -> int:
        """Of those, how many were not made: whether they were frauds is learnt only if somebody says so."""
        return sum(self.decisions.get(one, 0) for one in DECLINED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the counting of a day has come, and what was counted by then."""

    figures: DayFigures
    shard: int
    position: str | None
    done: bool
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of the payments of one day when they matured."""

    frauds: int = 0
    flagged: int = 0
    """Of the frauds, how many were flagged."""
    declined: int = 0
    """Of what was declined, of how many somebody had said whether they were frauds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFigures:
    """What is known by now of the payments decided on one day."""

    scope: Scope
    day: date
    frauds: int = 0
    frauds_flagged: int = 0
    unjudged: int = 0
    """Frauds among those that were never judged: a payment that went past scoring."""
    cleared: int = 0
    """Of which somebody said that they were none."""
    declined: int = 0
    """Of what was declined, of how many somebody said whether they were frauds."""
    by_shadow: Mapping[str, int] = field(default_factory=dict)
    """Version -> frauds that it would have flagged."""
    at_maturity: Known = Known()
    """Days are compared by this: of an older day more has become known since, and not because it was otherwise."""


class Measure(StrEnum):
    FEATURE_PSI = "FEATURE_PSI"
    SCORE_PSI = "SCORE_PSI"
    PRECISION = "PRECISION"
    RECALL = "RECALL"
    FRAUD_SHARE = "FRAUD_SHARE"
    """Known frauds among matured payments."""
    UNKNOWN_SHARE = "UNKNOWN_SHARE"
    """Of what was stopped, how much was declined, so that nobody knows whether it was a fraud. Counted as honest."""


class Level(StrEnum):
    FINE = "FINE"
    COLD = "COLD"
    """Windows are still filling: it moves because they do."""
    TOO_FEW = "TOO_FEW"
    """Too little was counted to say anything."""
    NO_BASELINE = "NO_BASELINE"
    """Enough was counted, and not yet enough of what is usual to lay beside it."""
    MOVED = "MOVED"
    """More than chance and quiet weeks explain."""
    SHIFTED = "SHIFTED"
    """So far that what was learnt may not hold: an index of 0.2 and more, or labels that say so."""


@dataclass(frozen=True, slots=True)
class Signal:
    measure: Measure
    subject: str
    """The feature, or the scope."""
    level: Level
    millionths: int
    limit_millionths: int
    """From there on it has moved; a precision or recall has when it is below. 0 of one that cannot be seen to fall."""
    counted: int


@dataclass(frozen=True, slots=True)
class Watched:
    """What a scope looks like on a day."""

    scope: Scope
    day: date
    signals: tuple[Signal, ...]
    immature_millionths: int
    """Of all decisions since the window began whose labels are matured: the share of which it is too early to know."""

    @property
    def moved(self) -> tuple[Signal, ...]:
        """What is unknown is no drift: it says what the others are worth."""
        moved = (signal for signal in self.signals if signal.level in (Level.MOVED, Level.SHIFTED))
        return tuple(signal for signal in moved if signal.measure is not Measure.UNKNOWN_SHARE)

    @property
    def unknown_moved(self) -> Signal | None:
        """Then precision and recall have moved with what is known, and do not tell how well was decided."""
        unknown = (signal for signal in self.signals if signal.measure is Measure.UNKNOWN_SHARE)
        return next((signal for signal in unknown if signal.level is Level.MOVED), None)


class Proposal(StrEnum):
    RETRAIN = "RETRAIN"
    ROLL_BACK = "ROLL_BACK"
    NEW_THRESHOLDS = "NEW_THRESHOLDS"


@dataclass(frozen=True, slots=True)
class CaseRaised:
    """The latest case that was opened of a proposal about a champion."""

    scope: Scope
    about: str
    """The proposal, and the champion."""
    day: date
    """Which the look was at: a part of the case's key."""
    moved: frozenset[str]
    """Measures and what they are of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day of a chart. Shares are None where there is nothing that they are a share of."""

    day: date
    count: int
    decisions: Mapping[Decision, int]
    fallbacks: int
    volume_minor: Mapping[str, int]
    flagged: int
    frauds: int
    precision_millionths: int | None
    """None too while labels are immature."""
    recall_millionths: int | None
    unknown_millionths: int | None
    """Of what was flagged, how much was declined, and nobody said whether it was a fraud."""
    immature: bool
    worst_feature: str | None
    feature_psi_millionths: int | None
    """The largest index of the features over the window that ends with the day."""
    score_psi_millionths: int | None
    cold: bool
