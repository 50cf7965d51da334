"""Scoring day by day, for charts: volumes, decisions, what labels say, and what has moved."""

from datetime import date
from typing import Final

import strawberry

from domain.access.model import Relation
from domain.fraud.monitoring_model import FIRST_DAY, Point
from graph.context import Context, told
from graph.errors import ErrorCode, PublicError
from graph.fields import field
from graph.fraud_enums import Scope
from graph.fraud_versions import VERDICTS_MAX, FraudVerdictCountView, verdict_counts
from graph.money import MoneyView, shown
from graph.scalars import Day

DAYS_MAX: Final = 92
"""A quarter of a year: what a chart shows day by day."""
CURRENCIES_MAX: Final = 180
"""There are no more active ones."""


@strawberry.type(
    name="FraudDay",
    description="One UTC day of a scope. Shares and indices are millionths, and null where there is nothing that they "
    "are of.",
)
class FraudDayView:
    point: strawberry.Private[Point]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("The day.")
    def day(self) -> Day:
        return Day(self.point.day)

    @field("How many payments were judged.")
    def count(self) -> int:
        return self.point.count

    @field(f"What was decided: at most {VERDICTS_MAX}.")
    def decisions(self) -> list[FraudVerdictCountView]:
        return verdict_counts(self.point.decisions)

    @field("How many of them by the fallback.")
    def fallbacks(self) -> int:
        return self.point.fallbacks

    @field(f"The sum of their amounts, by currency: at most {CURRENCIES_MAX}.")
    def volumes(self) -> list[MoneyView]:
        return [shown(minor, currency) for currency, minor in sorted(self.point.volume_minor.items())]

    @field("How many were not simply approved.")
    def flagged(self) -> int:
        return self.point.flagged

    @field("Known frauds among them, by now.")
    def frauds(self) -> int:
        return self.point.frauds

    @field("Of what was flagged, how much was fraud; null too while it is too early to know.")
    def precision_millionths(self) -> int | None:
        return self.point.precision_millionths

    @field("Of known frauds, how many were flagged; null too while it is too early to know.")
    def recall_millionths(self) -> int | None:
        return self.point.recall_millionths

    @field(
        "Of what was flagged, how much was declined, and nobody has said whether it was a fraud: it counts as honest. "
        "Null too while it is too early to know."
    )
    def unknown_millionths(self) -> int | None:
        return self.point.unknown_millionths

    @field("Whether it is too early to know what its payments were.")
    def immature(self) -> bool:
        return self.point.immature

    @field("The feature that moved most since the model was made, over the week that ends with the day.")
    def worst_feature(self) -> str | None:
        return self.point.worst_feature

    @field("Its population stability index.")
    def feature_psi_millionths(self) -> int | None:
        return self.point.feature_psi_millionths

    @field("The population stability index of the score.")
    def score_psi_millionths(self) -> int | None:
        return self.point.score_psi_millionths

    @field("Whether windows of features were still filling, so that indices say nothing.")
    def cold(self) -> bool:
        return self.point.cold


def series_of(context: Context, scope: Scope, first: date, last: date) -> list[FraudDayView]:
    if first < FIRST_DAY:
        raise PublicError(ErrorCode.LIMIT_EXCEEDED, f"A series begins on {FIRST_DAY} or later.")
    if not 0 <= (last - first).days < DAYS_MAX:
        message = f"`to` is on or after `from`, and a series has at most {DAYS_MAX} days."
        raise PublicError(ErrorCode.LIMIT_EXCEEDED, message)
    return [FraudDayView(point=one) for one in told(context.fraud.series(scope, first, last))]
