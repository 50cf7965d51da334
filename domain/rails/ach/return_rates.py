"""Return rates of the customers who collect by ACH: counted as it happens, looked at each day.

A settled debit counts on its day of settlement, a return on the day it came, each once. What nears or exceeds a limit
of the network is a case, once for each originator, rate and level in sixty days, and something to raise an alarm with.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.cases.kinds import CaseKind
from domain.cases.model import Subject
from domain.cases.service import Cases
from domain.clock import Clock
from domain.payments.kinds import PaymentKind
from domain.payments.model import Payment
from domain.rails.ach.calendar import day_of
from domain.rails.ach.incoming_store import DEBITS, MICRO, IncomingStore
from domain.rails.ach.rates import WINDOW_DAYS, Rate, RateKind, RateLevel, rates

PAGE: Final = 100
ORIGINATORS_MAX: Final = 10_000
"""Customers that one look judges; more is an error to be seen, not a rate left out."""
RAISED: Final = frozenset({RateLevel.ALARM, RateLevel.BREACH})


class TooManyOriginators(Exception):
    """More customers collected than one look judges."""


@dataclass(frozen=True, slots=True)
class RaisedRate:
    """A rate at 80 % of its limit or above: what an alarm is raised with."""

    customer: str
    kind: RateKind
    level: RateLevel
    millionths: int
    threshold_millionths: int
    case: str


@dataclass(frozen=True, slots=True)
class RatesSeen:
    originators: int
    raised: tuple[RaisedRate, ...]


class ReturnRates:
    def __init__(self, *, store: IncomingStore, cases: Cases, clock: Clock) -> None:
        self._store = store
        self._cases = cases
        self._clock = clock

    def debit_settled(self, payment: Payment) -> None:
        """Counts a debit that a customer originated. Said again, it is counted once."""
        if payment.kind is PaymentKind.ACH_DEBIT and payment.progress.settles_on is not None:
            self._store.count(payment.customer, payment.progress.settles_on, DEBITS, once=payment.id)

    def of(self, customer: str, on: date) -> tuple[Rate, ...]:
        """The three rates of one customer over the sixty days that end with `on`."""
        return rates(self._store.counts(customer, since=_first(on), through=on), on)

    def look(self) -> RatesSeen:
        """Judges every customer of whom something was counted in the sixty days that end today."""
        today = day_of(self._clock.now())
        customers = sorted({customer for day in _days(today) for customer in self._originators(day)} - {MICRO})
        if len(customers) > ORIGINATORS_MAX:
            raise TooManyOriginators(f"{len(customers)} are more than {ORIGINATORS_MAX}")
        raised = [found for customer in customers for found in self._raised(customer, today)]
        return RatesSeen(len(customers), tuple(raised))

    def _originators(self, day: date) -> Iterator[str]:
        after: str | None = None
        for _ in range(ORIGINATORS_MAX // PAGE + 1):
            page = self._store.originators(day, after=after, limit=PAGE)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1]

    def _raised(self, customer: str, today: date) -> Iterator[RaisedRate]:
        for rate in self.of(customer, today):
            if rate.level in RAISED:
                case = self._cases.open(
                    CaseKind.ACH_RETURN_RATE,
                    Subject("customer", customer),
                    key=f"{rate.kind.value}-{rate.level.value}-{today.toordinal() // WINDOW_DAYS}",
                    facts={
                        "rate": rate.kind.value,
                        "level": rate.level.value,
                        "returns": str(rate.returns),
                        "debits": str(rate.debits),
                        "limit": f"{rate.threshold_millionths} in a million",
                        "until": today.isoformat(),
                    },
                )
                yield RaisedRate(
                    customer, rate.kind, rate.level, rate.millionths or 0, rate.threshold_millionths, case.id
                )


def _first(on: date) -> date:
    return on - timedelta(days=WINDOW_DAYS - 1)


def _days(on: date) -> Iterator[date]:
    for back in range(WINDOW_DAYS):
        yield on - timedelta(days=back)
