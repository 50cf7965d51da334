"""A week and a half of payments of a few customers, as events come in a real one: late, twice, out of their order, with
labels that are learnt days later, some after more than a week, and some taken back. What was served to each is noted
beside it.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from domain.fraud.feature_store import hour_of
from domain.fraud.features import FeatureReader
from domain.fraud.kinds import Features, Scope
from domain.fraud.model import ScoringRequest
from domain.money import Money
from tests.unit.fraud.feature_values import NOON, Desk, account, customer, decision, journal, posted, request

DAYS = 12
SAID_DAYS_MAX = 9
"""After its payment a source may speak: longer than the seven days that a label is waited for."""
BEGIN = NOON - timedelta(days=DAYS)
TERMINAL = "acquirer/shop/{}"


@dataclass
class Week:
    """`served`: when each payment was judged, as it was asked about, and the features that were answered. Inline that
    is at once; of a journey it is seconds later, and of one whose scorer was silent minutes.
    """

    desk: Desk
    reader: FeatureReader
    served: list[tuple[datetime, ScoringRequest, Features]] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    hours: set[datetime] = field(default_factory=set)
    """In which something happened."""
    _todo: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _count: int = 0

    def live(self, *, payments: int, customers: int, seed: int) -> None:
        random = Random(seed)
        for n, asked in enumerate(_payments(random, payments, customers)):
            waits = random.choice((0.0, 0.0, 2.5, 40.0, 900.0)) * random.random()
            self._at(asked.at + timedelta(seconds=waits), self._judged, asked, n, random)
        while self._todo:
            seconds, _, act = heapq.heappop(self._todo)
            self.desk.clock.at = BEGIN + timedelta(seconds=seconds)
            self.hours.add(hour_of(self.desk.clock.at))
            act()

    def _at(self, moment: datetime, act: Callable[..., None], *about: object) -> None:
        self._count += 1
        heapq.heappush(self._todo, ((moment - BEGIN).total_seconds(), self._count, lambda: act(*about)))

    def _judged(self, asked: ScoringRequest, n: int, random: Random) -> None:
        self.served.append((self.desk.clock.at, asked, self.reader.read(asked).features))
        if random.random() < 0.8 or asked.scope is Scope.CARD:  # the others are older than the judge
            self.desk.decided[asked.subject] = decision(
                asked.subject,
                scope=asked.scope,
                customer=asked.customer,
                account=asked.account,
                payee=asked.payee,
                terminal=asked.terminal,
                device=asked.device,
                amount=asked.amount,
                at=asked.at,
            )
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            delay = random.choice((0.05, 0.4, 3.0, 90.0, 7_200.0)) * (1 + random.random())
            self._at(self.desk.clock.at + timedelta(seconds=delay), self._applied, asked, n)
        if random.random() < 0.15:
            self._labelled_later(asked, random)
        if random.random() < 0.02:
            self._at(self.desk.clock.at + timedelta(seconds=1.5), self._credential, asked)

    def _labelled_later(self, asked: ScoringRequest, random: Random) -> None:
        for source in random.sample(("CASE", "ACH_RETURN", "CHARGEBACK"), random.choice((1, 1, 2))):
            said_at = self.desk.clock.at + timedelta(days=random.uniform(0.01, SAID_DAYS_MAX))
            fraud = random.random() < 0.7
            for _ in range(random.choice((1, 2))):
                heard = said_at + timedelta(seconds=random.uniform(0.5, 20_000))
                self._at(heard, self._labelled, asked.subject, fraud, source, said_at)

    def _applied(self, asked: ScoringRequest, n: int) -> None:
        payer = next(k for k in range(200) if account(k) == asked.account)
        card = asked.scope is Scope.CARD
        event = posted(
            n,
            kind="hold_placed" if card else "transfer",
            payer=payer,
            payee=None if card else next(k for k in range(200) if account(k) == asked.payee),
            minor=asked.amount.minor,
            currency=asked.amount.currency,
            at=asked.at,
        )
        if card:
            event = event.model_copy(update={"legs": ()})
        self.outcomes.append(self.desk.updates.apply(event).value)

    def _labelled(self, subject: str, fraud: bool, source: str, said_at: datetime) -> None:
        self.outcomes.append(self.desk.updates.label(subject, fraud=fraud, source=source, learnt_at=said_at).value)

    def _credential(self, asked: ScoringRequest) -> None:
        self.desk.updates.credential_changed(asked.customer, asked.at + timedelta(seconds=1))


def _payments(random: Random, payments: int, customers: int) -> Iterator[ScoringRequest]:
    for n in range(payments):
        payer = random.randrange(customers)
        at = BEGIN + timedelta(days=DAYS) * random.random() * 0.95
        asked = request(n, payer=payer, payee=random.randrange(20, 20 + customers), at=at)
        asked = replace(
            asked,
            amount=Money(random.randrange(1, 90_000), random.choice(("USD", "USD", "USD", "EUR"))),
            customer=customer(payer),
            subject=journal(n, payer),
        )
        if random.random() < 0.3:
            terminal, device = TERMINAL.format(random.randrange(4)), random.choice(("phone", None))
            asked = replace(asked, scope=Scope.CARD, payee=None, terminal=terminal, device=device)
        yield asked
