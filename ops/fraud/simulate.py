"""Draws a portfolio of card payments whose frauds are known, so that what follows can be tried without real data.

The process follows chapter 3 of "Reproducible Machine Learning for Credit Card Fraud Detection" (Le Borgne, Siblini,
Lebichot, Bontempi, 2022). One generator, drawn from in a fixed order: the same seed gives the same payments.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from ops.fraud.payments import DAY, Flags, Integers, Numbers, ScienceRefused

FIRST_DAY: Final = datetime(2018, 4, 1, tzinfo=UTC)
SIDE: Final = 100.0
"""Customers and terminals live on a square with sides of this length."""
MEAN_AMOUNT: Final = (5.0, 100.0)
RATE_MAX: Final = 4.0
"""Payments a day; a customer's own rate is drawn below it."""
MIDDAY: Final = 43_200.0
SPREAD_OF_DAY: Final = 20_000.0
OBVIOUS_MINOR: Final = 220_00
TERMINALS_A_DAY: Final = 2
TERMINAL_DAYS: Final = 28
CUSTOMERS_A_DAY: Final = 3
CUSTOMER_DAYS: Final = 14
STOLEN_SHARE: Final = 3
"""One payment in so many of the customers whose card data were stolen."""
STOLEN_FACTOR: Final = 5
PAYMENTS_MAX: Final = 20_000_000
"""Expected payments of a draw: more do not fit into the memory that a developer's machine has."""
NEAR_AT_ONCE: Final = 500
"""Customers whose distances to all terminals are computed together: 40 MB with 10,000 terminals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """What is drawn."""

    seed: int
    customers: int = 5_000
    terminals: int = 10_000
    days: int = 183
    radius: float = 5.0
    """A customer pays only at terminals nearer than this."""

    def __post_init__(self) -> None:
        least = {"seed": 0, "customers": CUSTOMERS_A_DAY, "terminals": TERMINALS_A_DAY, "days": 1}
        for name, lowest in least.items():
            if getattr(self, name) < lowest:
                raise ScienceRefused(f"{name} is {getattr(self, name)}, and {lowest} is the least")
        if not 0 < self.radius < np.inf:
            raise ScienceRefused(f"radius is {self.radius}, and has to be above 0")
        if (expected := self.customers * self.days * RATE_MAX / 2) > PAYMENTS_MAX:
            raise ScienceRefused(f"about {expected:,.0f} payments would be drawn, and {PAYMENTS_MAX:,} are the most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """In order of time; the place of a payment is its id."""

    second: Integers
    """Since the beginning of day 0."""
    customer: Integers
    terminal: Integers
    amount_minor: Integers
    scenario: Integers
    """0: no fraud; 1: obvious amount; 2: compromised terminal; 3: stolen credentials."""

    @property
    def fraud(self) -> Flags:
        return self.scenario > 0


def simulated(portfolio: Portfolio) -> Drawn:
    random = np.random.default_rng(portfolio.seed)
    honest = _honest(portfolio, random)
    return _with_frauds(portfolio, honest, random)


def _honest(portfolio: Portfolio, random: np.random.Generator) -> Drawn:
    customers, days = portfolio.customers, portfolio.days
    homes = random.uniform(0, SIDE, (customers, 2))
    mean = random.uniform(*MEAN_AMOUNT, customers)
    rate = random.uniform(0, RATE_MAX, customers)
    places = random.uniform(0, SIDE, (portfolio.terminals, 2))
    near, first, near_count = _near(homes, places, portfolio.radius)

    counts = random.poisson(np.where(near_count > 0, rate, 0.0)[:, None], (customers, days))
    customer = np.repeat(np.repeat(np.arange(customers), days), counts.ravel())
    day = np.repeat(np.tile(np.arange(days), customers), counts.ravel())
    of_day = random.normal(MIDDAY, SPREAD_OF_DAY, len(customer)).astype(np.int64)
    kept = (of_day > 0) & (of_day < DAY)
    customer, day, of_day = customer[kept], day[kept], of_day[kept]

    amount = random.normal(mean[customer], mean[customer] / 2)
    negative = amount < 0
    amount[negative] = random.uniform(0, 2 * mean[customer[negative]])
    chosen = (random.random(len(customer)) * near_count[customer]).astype(np.int64)
    order = np.argsort(day * DAY + of_day, kind="stable")
    return Drawn(
        second=(day * DAY + of_day)[order],
        customer=customer[order],
        terminal=near[first[customer] + chosen][order],
        amount_minor=np.rint(amount * 100).astype(np.int64)[order],
        scenario=np.zeros(len(customer), np.int64),
    )


def _near(homes: Numbers, places: Numbers, radius: float) -> tuple[Integers, Integers, Integers]:
    """The terminals of all customers, one customer's after the other's; where each one's begin; how many they are."""
    found, counts = [], []
    for start in range(0, len(homes), NEAR_AT_ONCE):
        away = homes[start : start + NEAR_AT_ONCE, None, :] - places[None, :, :]
        within = np.square(away).sum(axis=2) < radius * radius
        found.append(np.nonzero(within)[1])
        counts.append(within.sum(axis=1))
    count = np.concatenate(counts)
    return np.concatenate(found), np.cumsum(count) - count, count


def _with_frauds(portfolio: Portfolio, drawn: Drawn, random: np.random.Generator) -> Drawn:
    """A later mark replaces the scenario of an earlier one, and amounts of stolen cards grow again and again."""
    amount, scenario = drawn.amount_minor.copy(), drawn.scenario.copy()
    scenario[amount > OBVIOUS_MINOR] = 1
    day = drawn.second // DAY
    by_terminal, by_customer = _Rows(drawn.terminal, portfolio.terminals), _Rows(drawn.customer, portfolio.customers)
    for first in range(portfolio.days - 1):
        for terminal in random.choice(portfolio.terminals, TERMINALS_A_DAY, replace=False):
            scenario[by_terminal.within(terminal, day, first, first + TERMINAL_DAYS)] = 2
    for first in range(portfolio.days - 1):
        stolen = random.choice(portfolio.customers, CUSTOMERS_A_DAY, replace=False)
        pooled = np.concatenate([by_customer.within(one, day, first, first + CUSTOMER_DAYS) for one in stolen])
        marked = random.choice(pooled, len(pooled) // STOLEN_SHARE, replace=False) if len(pooled) else pooled
        amount[marked] *= STOLEN_FACTOR
        scenario[marked] = 3
    return Drawn(
        second=drawn.second,
        customer=drawn.customer,
        terminal=drawn.terminal,
        amount_minor=amount,
        scenario=scenario,
    )


class _Rows:
    """Which rows are whose, in order of time."""

    def __init__(self, owner: Integers, owners: int) -> None:
        self._rows = np.argsort(owner, kind="stable")
        self._starts = np.searchsorted(owner[self._rows], np.arange(owners + 1))

    def within(self, owner: int, day: Integers, first: int, after: int) -> Integers:
        """The owner's rows from day `first` to the one before `after`."""
        rows = self._rows[self._starts[owner] : self._starts[owner + 1]]
        begins, ends = np.searchsorted(day[rows], (first, after))
        return rows[begins:ends]
