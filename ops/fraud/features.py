"""The features of the catalogue for all payments at once: the same values that `domain.fraud.aggregates` serves.

What a payment is served is known before it: payments that stand before it in order, and labels learnt by its second.
A simulated card payment knows a customer and a terminal; what is made of accounts, payees and devices is not there,
nor what counts distinct counterparts (a profile remembers a limited number of them, and the model does not ask).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from domain.fraud.aggregates import MATURITY_DAYS
from domain.fraud.kinds import FRAUD_WINDOWS, Family
from ops.fraud.payments import DAY, Numbers, Payments, ScienceRefused
from ops.fraud.reference import NIGHT_HOURS, weekend
from ops.fraud.windows import Grouped

Column = tuple[str, Numbers]
FIVE_MINUTES: Final = 300
HOUR: Final = 3_600
WINDOWS: Final = (("1h", FIVE_MINUTES, 12), ("1d", HOUR, 24), ("7d", DAY, 7), ("30d", DAY, 30))
"""Name, seconds of a bucket, buckets."""
HABIT_DAYS: Final = 30
EXACT: Final = float(2**62)
"""Whole numbers below it can be added and compared in 64 bits."""


def catalogue_features(payments: Payments, names: Sequence[str] | None = None) -> dict[str, Numbers]:
    """By name, a value for each payment; NaN where it is missing. All that can be made, or those that are named."""
    found = {name: column for name, column in _columns(payments) if names is None or name in names}
    return {name: found[name] for name in names} if names is not None else found


def _columns(payments: Payments) -> Iterator[Column]:
    second, amount = payments.second, payments.amount_minor
    yield "amount_minor", _number(amount)
    yield "hour", _number(second % DAY // HOUR)
    yield "night", _number(second % DAY < NIGHT_HOURS * HOUR)
    yield "weekend", _number(weekend(second))
    customers = Grouped(payments.customer, second)
    yield from _of_family(Family.CUSTOMER, customers, payments)
    yield from _of_habit(customers, payments)
    yield from _of_family(Family.TERMINAL, Grouped(payments.terminal, second), payments)


def _of_family(family: Family, grouped: Grouped, payments: Payments) -> Iterator[Column]:
    second = payments.second
    sums = grouped.running(payments.amount_minor)
    for window, seconds, buckets in WINDOWS:
        begin = grouped.since((second // seconds - buckets + 1) * seconds)
        count, total = grouped.place - begin, sums[grouped.place] - sums[begin]
        yield f"{family}_count_{window}", _number(count)
        yield f"{family}_sum_minor_{window}", _number(total)
        yield f"{family}_mean_minor_{window}", _ratio(total, count, nothing=np.nan)
    frauds = grouped.running(payments.fraud.astype(np.int64))
    mature = second // DAY - MATURITY_DAYS
    known, counted = grouped.since(second - MATURITY_DAYS * DAY + 1), grouped.since((mature + 1) * DAY)
    for days in FRAUD_WINDOWS:
        begin = grouped.since((mature - days + 1) * DAY)
        learnt = frauds[known] - frauds[begin]
        yield f"{family}_known_frauds_{days}d", _number(learnt)
        yield f"{family}_fraud_share_{days}d", _ratio(learnt, counted - begin, nothing=0.0)
    day, oldest = second // DAY, grouped.since((mature - FRAUD_WINDOWS[-1] + 1) * DAY)
    first, last = grouped.first_and_last(payments.fraud, oldest, known)
    some = last >= oldest
    first_day, last_day = (grouped.at(day, np.where(some, place, 0)) for place in (first, last))
    yield f"{family}_first_known_fraud_days", np.where(some, day - first_day, np.nan)
    yield f"{family}_last_known_fraud_days", np.where(some, day - last_day, np.nan)
    since = grouped.since(np.where(some, last_day + 1, day) * DAY)
    yield f"{family}_count_since_known_fraud", np.where(some, counted - since, np.nan)


def _of_habit(customers: Grouped, payments: Payments) -> Iterator[Column]:
    second, amount = payments.second, payments.amount_minor
    sums, squares = customers.running(amount), customers.running(amount * amount)
    begin = customers.since((second // DAY - HABIT_DAYS + 1) * DAY)
    count, total = customers.place - begin, sums[customers.place] - sums[begin]
    squared = squares[customers.place] - squares[begin]
    if (count * squared.astype(np.float64) >= EXACT).any():
        raise ScienceRefused("the amounts of a customer are too large to be squared and added in 64 bits")
    spread = count * squared - total * total
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(total > 0, total / count, np.nan)
        yield "amount_to_mean_30d", amount / mean
        yield "amount_deviations_30d", np.where(spread > 0, (amount - mean) / (np.sqrt(spread) / count), np.nan)


def _number(values: object) -> Numbers:
    return np.asarray(values, np.float64)


def _ratio(above: object, below: object, *, nothing: float) -> Numbers:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(below) > 0, np.true_divide(above, below), nothing)
