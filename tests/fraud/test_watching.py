"""Weeks of the simulator as the bank watches them: quiet ones raise nothing, and a shift is seen in its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from domain.fraud import builtin, thresholds
from domain.fraud.kinds import Scope
from domain.fraud.model import StoredDecision, VersionsUsed, VersionUsed
from domain.fraud.monitoring import COLD_DAYS, counted
from domain.fraud.monitoring_model import DayFigures, Level, Measure
from domain.money import Money
from ops.fraud import export, learning, protocol
from ops.fraud.features import catalogue_features
from ops.fraud.payments import DAY, LABEL_DELAY_DAYS, Payments
from ops.fraud.simulate import FIRST_DAY, Drawn, Portfolio, simulated
from ops.fraud.watching import VERSION, Deployed, Watch, customer_name, deployed, said, terminal_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.fraud.monitoring_model import Watched

SEEDS = (21, 22, 23)
TRAINED = range(46, 74)
DAYS = 160
SHIFT = 135
"""Day: the model has decided for more than four weeks of which everything is known."""
DEARER = 1.2
LEAST_QUIET_WEEKS = 4


def portfolio(seed: int) -> Portfolio:
    return Portfolio(seed=seed, customers=500, terminals=1_000, days=DAYS, radius=15)


def payments_of(drawn: Drawn) -> Payments:
    second = drawn.second + int(FIRST_DAY.timestamp())
    return Payments(
        second=second,
        customer=drawn.customer,
        terminal=drawn.terminal,
        amount_minor=drawn.amount_minor,
        fraud=drawn.fraud,
    )


class Watching:
    """A draw, the model that learnt from it, and its nights."""

    def __init__(self, seed: int) -> None:
        self.drawn = simulated(portfolio(seed))
        payments = payments_of(self.drawn)
        features = catalogue_features(payments, learning.FEATURES)
        self.model: Deployed = deployed(payments, features, TRAINED, threads=1)
        self.watch = Watch(payments, self.model)
        self.nights = list(self.watch.nights())

    def shifted(self, **changes: object) -> Iterator[tuple[int, Watched]]:
        """The nights after the shift, with these columns in place of those that were drawn."""
        drawn = replace(self.drawn, **changes)
        return Watch(payments_of(drawn), self.model).nights(SHIFT, SHIFT + 2 * LABEL_DELAY_DAYS)

    @property
    def after(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return self.drawn.second // DAY >= SHIFT


@pytest.fixture(scope="module", params=SEEDS)
def watching(request: pytest.FixtureRequest) -> Watching:
    return Watching(request.param)


def first_seen(nights: Iterator[tuple[int, Watched]], *measures: Measure) -> int | None:
    """How many days after the shift one of them had moved."""
    return next(
        (number - SHIFT + 1 for number, seen in nights if {one.measure for one in seen.moved} & set(measures)), None
    )


def test_quiet_weeks_raise_nothing(watching: Watching) -> None:
    raised = [said(number, seen) for number, seen in watching.nights if seen.moved]
    assert raised == []
    warm = [number for number, seen in watching.nights if all(one.level is Level.FINE for one in seen.signals)]
    assert len(warm) >= LEAST_QUIET_WEEKS * 7


def test_amounts_that_grow_by_a_fifth_are_seen_within_seven_days(watching: Watching) -> None:
    amounts = watching.drawn.amount_minor
    dearer = np.where(watching.after, np.rint(amounts * DEARER).astype(np.int64), amounts)
    found = first_seen(watching.shifted(amount_minor=dearer), Measure.FEATURE_PSI)
    assert found is not None
    assert found <= 7


def test_terminals_that_are_compromised_all_at_once_are_seen_within_seven_days_of_their_labels(
    watching: Watching,
) -> None:
    random = np.random.default_rng(1)
    bad = random.choice(portfolio(0).terminals, portfolio(0).terminals // 20, replace=False)
    scenario = np.where(watching.after & np.isin(watching.drawn.terminal, bad), 2, watching.drawn.scenario)
    found = first_seen(watching.shifted(scenario=scenario), Measure.FRAUD_SHARE, Measure.RECALL)
    assert found is not None
    assert LABEL_DELAY_DAYS < found <= LABEL_DELAY_DAYS + 7


def test_thieves_who_spend_as_their_victims_do_are_seen_within_seven_days_of_their_labels(watching: Watching) -> None:
    amounts = watching.drawn.amount_minor
    hidden = np.where(watching.after & (watching.drawn.scenario == 3), np.maximum(amounts // 5, 1), amounts)
    found = first_seen(watching.shifted(amount_minor=hidden), Measure.RECALL, Measure.SCORE_PSI, Measure.FEATURE_PSI)
    assert found is not None
    assert found <= LABEL_DELAY_DAYS + 7


def test_days_are_counted_as_the_bank_counts_them_payment_by_payment() -> None:
    watch = Watching(SEEDS[0]).watch
    number = watch.model.since + 3
    rows = protocol.of_days(watch.payments, range(number, number + 1))
    limits = builtin.book(Scope.CARD).thresholds
    versions = builtin.book(Scope.CARD).versions
    matrix = watch.matrix(rows).tolist()

    def decision(place: int, row: int) -> StoredDecision:
        at = datetime.fromtimestamp(int(watch.payments.second[row]), UTC)
        score = float(watch.scores[row])
        return StoredDecision(
            id=f"dec_{row}",
            subject=f"jrn_{row}",
            scope=Scope.CARD,
            customer=customer_name(int(watch.payments.customer[row])),
            account="acc_1",
            payee=None,
            terminal=terminal_name(int(watch.payments.terminal[row])),
            device=None,
            amount=Money(int(watch.payments.amount_minor[row]), "USD"),
            at=at,
            features=export.as_served(learning.FEATURES, matrix[place]),
            versions=VersionsUsed(
                rules=versions.rules,
                model=VersionUsed(VERSION, "a" * 64),
                thresholds=versions.thresholds,
                lists=versions.lists,
            ),
            score=score,
            decision=thresholds.of_score(limits, score),
            customer_reasons=(),
            staff_reasons=(),
            decided_at=at,
        )

    begun = DayFigures(scope=Scope.CARD, day=watch.date(number), reference=VERSION)
    made = [decision(place, row) for place, row in enumerate(rows.tolist())]
    assert counted(begun, made, watch.model.reference) == watch.days[watch.date(number)]
    assert watch.date(number) - watch.date(0) > timedelta(days=COLD_DAYS)
