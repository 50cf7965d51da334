"""How a model is measured: which payments it learns from, which it is asked about, and what its answers are worth.

A model learns from seven days (or more, up to the same end), waits seven for their labels, and is asked about seven.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from ops.fraud.payments import LABEL_DELAY_DAYS, Flags, Integers, Numbers, Payments, ScienceRefused

TRAINING_DAYS: Final = 7
TEST_DAYS: Final = 7
CARDS_A_DAY: Final = 100
"""So many alerts a day can be looked into."""
WEEK: Final = 7
FOLDS: Final = {"single": 1, "prequential": 4}
NEWEST: Final = {"single": 115, "prequential": 136}
"""Day on which the newest training week begins; further folds begin a week earlier each."""
DEFAULT: Final = "prequential"
"""One week's figure wanders by two hundredths from week to week; the mean of four is worth comparing."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Days are counted from the first one of the data."""

    begins: int
    """First day of the training week."""
    history_days: int
    """Days that are learnt from, the training week among them and at their end."""

    @property
    def training(self) -> range:
        end = self.begins + TRAINING_DAYS
        return range(end - self.history_days, end)

    @property
    def test(self) -> range:
        begin = self.begins + TRAINING_DAYS + LABEL_DELAY_DAYS
        return range(begin, begin + TEST_DAYS)


@dataclass(frozen=True, slots=True)
class Measured:
    """A day's payments are ranked by score; all are shares between 0 and 1."""

    auc_roc: float
    average_precision: float
    cp_at_100: float
    """Card precision: of the hundred cards of a day with the highest scores, the share that was defrauded."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Places of payments."""

    history: Integers
    week: Integers
    """The training week alone, which is what scales are taken from."""
    test: Integers


def folds(protocol: str, *, history_days: int, newest: int | None = None) -> tuple[Fold, ...]:
    """The newest first."""
    if protocol not in FOLDS:
        raise ScienceRefused(f"there is no protocol {protocol!r}; there are {', '.join(FOLDS)}")
    if history_days < TRAINING_DAYS:
        raise ScienceRefused(f"history of {history_days} days is shorter than the training week of {TRAINING_DAYS}")
    begins = NEWEST[protocol] if newest is None else newest
    return tuple(Fold(begins - WEEK * back, history_days) for back in range(FOLDS[protocol]))


def rows(payments: Payments, fold: Fold) -> Rows:
    """Raises ScienceRefused when the data do not reach over the days of the fold, or hold no fraud there."""
    if fold.training.start < 0:
        raise ScienceRefused(
            f"too few days: {fold.history_days} days of history before day {fold.training.stop} begin before day 0"
        )
    if payments.days < fold.test.stop:
        raise ScienceRefused(f"too few days: there are {payments.days}, and the test ends with day {fold.test[-1]}")
    found = Rows(
        history=of_days(payments, fold.training),
        week=of_days(payments, range(fold.begins, fold.training.stop)),
        test=_unknown(payments, fold),
    )
    for name, chosen in (("training", found.history), ("test", found.test)):
        if len(np.unique(payments.fraud[chosen])) < 2:  # noqa: PLR2004 - frauds and others
            raise ScienceRefused(f"the {name} days of the fold of day {fold.begins} need frauds and other payments")
    return found


def of_days(payments: Payments, days: range) -> Integers:
    """Places of the payments of these days."""
    begin, end = np.searchsorted(payments.day, (days.start, days.stop))
    return np.arange(begin, end)


def _unknown(payments: Payments, fold: Fold) -> Integers:
    """Of the test days, without the cards that are known by then to be defrauded: those are blocked already."""
    kept = []
    for day in fold.test:
        known = of_days(payments, range(fold.begins, day - LABEL_DELAY_DAYS))
        blocked = np.unique(payments.customer[known[payments.fraud[known]]])
        asked = of_days(payments, range(day, day + 1))
        kept.append(asked[~np.isin(payments.customer[asked], blocked)])
    return np.concatenate(kept)


def measured(payments: Payments, test: Integers, scores: Numbers) -> Measured:
    fraud = payments.fraud[test]
    return Measured(
        auc_roc=float(roc_auc_score(fraud, scores)),
        average_precision=float(average_precision_score(fraud, scores)),
        cp_at_100=card_precision(day=payments.day[test], customer=payments.customer[test], fraud=fraud, scores=scores),
    )


def card_precision(*, day: Integers, customer: Integers, fraud: Flags, scores: Numbers) -> float:
    """A card that was found leaves the days that follow. Of equal scores the lower customer number goes first."""
    found = np.zeros(0, np.int64)
    shares = []
    for one in np.unique(day):
        chosen = (day == one) & ~np.isin(customer, found)
        cards, card = np.unique(customer[chosen], return_inverse=True)
        highest, defrauded = np.full(len(cards), -np.inf), np.zeros(len(cards), bool)
        np.maximum.at(highest, card, scores[chosen])
        np.logical_or.at(defrauded, card, fraud[chosen])
        alerted = np.argsort(-highest, kind="stable")[:CARDS_A_DAY]
        hits = alerted[defrauded[alerted]]
        shares.append(len(hits) / CARDS_A_DAY)
        found = np.concatenate([found, cards[hits]])
    return float(np.mean(shares))


def mean(parts: Sequence[Measured]) -> Measured:
    return Measured(
        auc_roc=float(np.mean([part.auc_roc for part in parts])),
        average_precision=float(np.mean([part.average_precision for part in parts])),
        cp_at_100=float(np.mean([part.cp_at_100 for part in parts])),
    )
