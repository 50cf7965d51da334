"""A draw as the bank would watch it: what a model says of each payment, counted by day, looked at night after night.

Days are counted here for all payments at once; what is made of the counts is `domain.fraud.monitoring`, as in the bank.
A test counts one day payment by payment, as the bank does, and finds the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from domain.fraud.builtin import SCORES
from domain.fraud.kinds import DECLINED, Decision, Family, Scope
from domain.fraud.monitoring import SCORE_BINS, entity_bit, watched
from domain.fraud.monitoring_model import Bins, DayFigures, Known, LabelFigures, Reference, Watched
from ops.fraud import export, learning, protocol
from ops.fraud.features import catalogue_features
from ops.fraud.payments import DAY, LABEL_DELAY_DAYS, Integers, Numbers, Payments

if TYPE_CHECKING:
    import lightgbm

VERSION: Final = "card/model/1"
SCOPE: Final = Scope.CARD
CURRENCY: Final = "USD"
LEVELS: Final = tuple(SCORES[SCOPE].items())
"""From which score on what is decided, the least severe first."""
DECLINED_LEVELS: Final = [place for place, (decision, _) in enumerate(LEVELS, 1) if decision in DECLINED]


@dataclass(frozen=True, slots=True)
class Deployed:
    """A model, and what it was made on."""

    booster: lightgbm.Booster
    reference: Reference
    since: int
    """The day from which on it decides: its labels were known by then."""


def deployed(payments: Payments, features: Mapping[str, Numbers], days: range, *, threads: int) -> Deployed:
    """Learnt from these days, as `ops.fraud.train` does, and laid beside the week after them."""
    learnt = protocol.of_days(payments, days)
    rows = learning.matrix(features, learning.FEATURES, learnt)
    booster = learning.grown(rows, payments.fraud[learnt], threads=threads)
    later = protocol.of_days(payments, range(days.stop, days.stop + LABEL_DELAY_DAYS))
    scores = np.asarray(booster.predict(learning.matrix(features, learning.FEATURES, later)))
    spread = {name: _bins(rows[:, place]) for place, name in enumerate(learning.FEATURES)}
    return Deployed(booster, Reference(VERSION, spread, _bins(scores)), days.stop + LABEL_DELAY_DAYS)


def _bins(values: Numbers) -> Bins:
    counted = export.counted(values)
    return Bins(tuple(counted["cuts"]), tuple(counted["counts"]))


class Watch:
    """All nights of a draw from the day on which the model begins to decide."""

    def __init__(self, payments: Payments, model: Deployed) -> None:
        self.payments = payments
        self.model = model
        self.features = catalogue_features(payments, learning.FEATURES)
        every = np.arange(len(payments))
        self.scores: Numbers = np.asarray(model.booster.predict(self.matrix(every)))
        self.level: Integers = np.searchsorted([score for _, score in LEVELS], self.scores, side="right")
        """0: approved; else the place in `LEVELS`, and one more."""
        self.days: dict[date, DayFigures] = {}
        for number in range(payments.days):
            # Before the model decides nobody scores, and everything is approved.
            self.days[self.date(number)] = self._figures(number, scored=number >= model.since)

    def matrix(self, rows: Integers) -> Numbers:
        return learning.matrix(self.features, learning.FEATURES, rows)

    def date(self, number: int) -> date:
        return datetime.fromtimestamp((self.payments.first_day + number) * DAY, UTC).date()

    def nights(self, first: int | None = None, last: int | None = None) -> Iterator[tuple[int, Watched]]:
        """Number of the day that has ended, and what is seen: of labels only what is known by then."""
        end = self.payments.days if last is None else last + 1
        for number in range(self.model.since if first is None else first, end):
            known = {self.date(day): self._labels(day) for day in range(number - LABEL_DELAY_DAYS + 1)}
            upto = {self.date(day): self.days[self.date(day)] for day in range(number + 1)}
            yield number, watched(SCOPE, self.date(number), upto, known, self.model.reference, first=self.date(0))

    def _figures(self, number: int, *, scored: bool) -> DayFigures:
        rows = protocol.of_days(self.payments, range(number, number + 1))
        volume = int(self.payments.amount_minor[rows].sum())
        if not scored:
            return DayFigures(
                scope=SCOPE,
                day=self.date(number),
                reference=None,
                decisions={Decision.APPROVE: len(rows)},
                volume_minor={CURRENCY: volume},
            )
        reference, scores = self.model.reference, self.scores[rows]
        counts = np.bincount(self.level[rows], minlength=len(LEVELS) + 1).tolist()
        decisions = dict(zip((Decision.APPROVE, *(decision for decision, _ in LEVELS)), counts, strict=True))
        in_hundredths = np.minimum((scores * SCORE_BINS).astype(np.int64), SCORE_BINS - 1)
        assert reference.score is not None  # noqa: S101 - `deployed` makes it
        return DayFigures(
            scope=SCOPE,
            day=self.date(number),
            reference=reference.version,
            decisions={decision: count for decision, count in decisions.items() if count},
            volume_minor={CURRENCY: volume},
            models={reference.version: len(rows)},
            scores=tuple(np.bincount(in_hundredths, minlength=SCORE_BINS).tolist()),
            score_bins=_counts(scores, reference.score),
            feature_bins={name: _counts(self.features[name][rows], bins) for name, bins in reference.features.items()},
            entities={
                Family.CUSTOMER: _bits(customer_name, self.payments.customer[rows]),
                Family.TERMINAL: _bits(terminal_name, self.payments.terminal[rows]),
            },
        )

    def _labels(self, number: int) -> LabelFigures:
        rows = protocol.of_days(self.payments, range(number, number + 1))
        frauds = rows[self.payments.fraud[rows]]
        flagged = self.level[frauds] > 0 if number >= self.model.since else np.zeros(len(frauds), bool)
        declined = flagged & np.isin(self.level[frauds], DECLINED_LEVELS)
        known = Known(
            len(frauds), int(flagged.sum()), int(declined.sum())
        )  # frauds are learnt after so long, and neither later nor earlier
        return LabelFigures(
            scope=SCOPE,
            day=self.date(number),
            frauds=known.frauds,
            frauds_flagged=known.flagged,
            declined=known.declined,
            at_maturity=known,
        )


def customer_name(number: int) -> str:
    return f"customer-{number}"


def terminal_name(number: int) -> str:
    return f"terminal-{number}"


def _bits(name: Callable[[int], str], numbers: Integers) -> int:
    bits = 0
    for number in np.unique(numbers).tolist():
        bits |= entity_bit(name(number))
    return bits


def _counts(values: Numbers, bins: Bins) -> tuple[int, ...]:
    there = values[~np.isnan(values)]
    found = np.bincount(np.searchsorted(bins.cuts, there, side="left"), minlength=len(bins.cuts) + 1).tolist()
    return (*found, len(values) - len(there))


def said(number: int, seen: Watched) -> str:
    """One night in a line: what has moved, the furthest first, and the share that it is too early to know of."""
    moved = sorted(seen.moved, key=lambda one: one.millionths / max(one.limit_millionths, 1), reverse=True)
    names = ", ".join(
        f"{one.measure.value} {one.subject} {one.millionths / 1e6:.4f} (limit {one.limit_millionths / 1e6:.4f})"
        for one in moved
    )
    return f"day {number}: {names or 'nothing'}; {seen.immature_millionths / 1e6:.2f} immature"
