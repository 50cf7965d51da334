"""A small portfolio of card payments whose frauds are known, drawn day by day.

Customers have habits, terminals are compromised for four weeks, cards are stolen: the ways of the simulated portfolio
of docs/fraud-model.md, in a size that a drill can live through payment by payment. What changes from a day on is named
by `Habits`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

CUSTOMERS: Final = 120
TERMINALS: Final = 120
COMPROMISED_DAYS: Final = 28
COMPROMISED_EVERY_DAYS: Final = 7
"""So four terminals are compromised at any time."""
STOLEN_TIMES: Final = 5.0
"""What who has stolen a card spends, in terms of its holder's habit."""
BURST: Final = 8
"""Payments of a card that was stolen, within minutes of each other."""
BURST_MINUTES: Final = 40
SECONDS_A_DAY: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a day's payments are drawn."""

    payments: int = 145
    """A week of them is just enough for an index of stability."""
    amount_times: float = 1.0
    """Of what customers usually spend."""
    stolen_share: float = 0.035
    """Of the payments: made with a stolen card, of far more than its holder spends."""
    bursts: int = 0
    """Cards that are stolen on the day and used at once, several times, for what their holders would spend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPayment:
    subject: str
    at: datetime
    customer: str
    account: str
    terminal: str
    amount_minor: int
    fraud: bool


class Portfolio:
    """The same seed draws the same days, as long as they are drawn in the same order."""

    def __init__(self, seed: int, first: date) -> None:
        self._draw = random.Random(seed)  # noqa: S311  (a seed is the point; nothing here is secret)
        self._first = first
        self._means = [self._draw.uniform(20.0, 100.0) for _ in range(CUSTOMERS)]
        self._bad = self._draw.sample(range(TERMINALS), TERMINALS)
        """Which terminal is compromised next."""
        self._made = 0

    def day(self, number: int, habits: Habits) -> list[CardPayment]:
        """In the order of their time."""
        draw, found = self._draw, []
        latest = number // COMPROMISED_EVERY_DAYS
        recent = range(latest - COMPROMISED_DAYS // COMPROMISED_EVERY_DAYS + 1, latest + 1)
        bad = {self._bad[one % TERMINALS] for one in recent}
        for _ in range(habits.payments):
            customer, terminal = draw.randrange(CUSTOMERS), draw.randrange(TERMINALS)
            stolen = draw.random() < habits.stolen_share
            times = habits.amount_times * (STOLEN_TIMES if stolen else 1.0)
            fraud = stolen or terminal in bad
            found.append(self._paid(number, draw.randrange(SECONDS_A_DAY), customer, terminal, times, fraud=fraud))
        for _ in range(habits.bursts):
            customer, begins = draw.randrange(CUSTOMERS), draw.randrange(SECONDS_A_DAY - BURST_MINUTES * 60)
            for _ in range(BURST):
                second = begins + draw.randrange(BURST_MINUTES * 60)
                terminal = draw.randrange(TERMINALS)
                found.append(self._paid(number, second, customer, terminal, habits.amount_times, fraud=True))
        return sorted(found, key=lambda one: (one.at, one.subject))

    def _paid(
        self, number: int, second: int, customer: int, terminal: int, times: float, *, fraud: bool
    ) -> CardPayment:
        mean = self._means[customer]
        amount = max(abs(self._draw.gauss(mean, mean / 4)) * times, 1.0)
        self._made += 1
        midnight = datetime.combine(self._first + timedelta(days=number), time(), UTC)
        return CardPayment(
            subject=f"jrn_card_{self._made:06d}",
            at=midnight + timedelta(seconds=second),
            customer=f"cus_card_{customer:03d}",
            account=f"acc_card_{customer:03d}",
            terminal=f"terminal-{terminal:03d}",
            amount_minor=round(amount * 100),
            fraud=fraud,
        )
