"""Decisions in memory as their store lists them, and a small portfolio that draws them."""

import random
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Final

from domain.fraud import builtin
from domain.fraud.kinds import Decision, Fallback, Features, Scope
from domain.fraud.model import ShadowScore, StoredDecision, VersionsUsed, VersionUsed
from domain.money import Money

SHARDS: Final = 8
MODEL: Final = VersionUsed("card/model/1", "a" * 64)


@dataclass(frozen=True)
class Page:
    decisions: tuple[StoredDecision, ...]
    position: str | None


@dataclass
class Decided:
    """The decisions of days, in shards."""

    by_subject: dict[str, StoredDecision] = field(default_factory=dict)
    pages: int = 0
    """How many were read."""

    def add(self, *decisions: StoredDecision) -> None:
        self.by_subject |= {one.subject: one for one in decisions}

    def decision(self, subject: str) -> StoredDecision | None:
        return self.by_subject.get(subject)

    def decisions_of_day(self, scope: Scope, day: date, shard: int, *, position: str | None, limit: int) -> Page:
        self.pages += 1
        found = sorted(
            subject
            for subject, one in self.by_subject.items()
            if one.scope is scope
            and one.decided_at.date() == day
            and zlib.crc32(subject.encode()) % SHARDS == shard
            and subject > (position or "")
        )
        page = found[:limit]
        return Page(tuple(self.by_subject[subject] for subject in page), page[-1] if len(found) > limit else None)


def decision(
    subject: str,
    at: datetime,
    *,
    scope: Scope = Scope.CARD,
    features: Features | None = None,
    score: float | None = 0.1,
    decided: Decision = Decision.APPROVE,
    model: VersionUsed | None = MODEL,
    fallback: Fallback | None = None,
    shadows: tuple[ShadowScore, ...] = (),
    amount_minor: int = 1_000,
) -> StoredDecision:
    return StoredDecision(
        id=f"dec_{subject}",
        subject=subject,
        scope=scope,
        customer="cus_us_1",
        account="acc_1",
        payee=None,
        terminal=f"t_{subject}",
        device=None,
        amount=Money(amount_minor, "USD"),
        at=at,
        features={"amount_minor": amount_minor} if features is None else features,
        versions=_versions(scope, model),
        score=score,
        decision=decided,
        customer_reasons=(),
        staff_reasons=(),
        fallback=fallback,
        decided_at=at,
        shadows=shadows,
    )


@cache
def _versions(scope: Scope, model: VersionUsed | None) -> VersionsUsed:
    return replace(builtin.book(scope).versions, model=model)


# A portfolio: cards with habits, terminals of which some are compromised for a while, and a model that sees some of it.


@dataclass(frozen=True, kw_only=True)
class Habits:
    """How payments are drawn from a day on."""

    payments_a_day: int = 500
    amount_times: float = 1.0
    """Of what customers usually spend."""
    fraud_share: float = 0.01
    seen: float = 0.7
    """Of the frauds, how many the model scores high."""
    false_share: float = 0.003
    """Of honest payments, how many it scores high."""


@dataclass(frozen=True)
class Payment:
    decision: StoredDecision
    fraud: bool


def portfolio(
    seed: int, first: date, days: int, habits: Mapping[int, Habits], *, version: VersionUsed = MODEL
) -> Iterator[Payment]:
    """`habits`: from which day on (counted from 0) payments are drawn how."""
    now = habits[0]
    for number in range(days):
        now = habits.get(number, now)
        yield from a_day(seed, first, number, now, version)


@lru_cache(maxsize=256)
def a_day(seed: int, first: date, number: int, habits: Habits, version: VersionUsed) -> tuple[Payment, ...]:
    """A day has draws of its own, so that it is drawn once for all stories that begin alike."""
    people = random.Random(seed)
    means = [people.uniform(5, 100) for _ in range(400)]
    terminals = [people.random() < 0.02 for _ in range(800)]
    draw = random.Random(f"{seed} {number}")
    start = datetime.combine(first + timedelta(days=number), time(), UTC)
    payments = []
    for count in range(habits.payments_a_day):
        mean = draw.choice(means)
        amount = abs(draw.gauss(mean, mean / 2)) * habits.amount_times
        fraud = draw.random() < habits.fraud_share
        terminal = fraud and draw.random() < habits.seen
        known = int(draw.expovariate(0.4)) + 1 if terminal else int(draw.choice(terminals) and draw.random() < 0.2)
        high = (fraud and draw.random() < habits.seen) or (not fraud and draw.random() < habits.false_share)
        # Low scores are of Beta(1, 30), by the inverse of its distribution.
        score = draw.uniform(0.5, 1.0) if high else 1 - draw.random() ** (1 / 30)
        made = decision(
            f"pay_{number:03d}_{count:05d}",
            start + timedelta(seconds=int(draw.random() * 86_400)),
            features={
                "amount_minor": round(amount * 100),
                "amount_to_mean_30d": amount / mean,
                "hour": int(draw.random() * 24),
                "terminal_known_frauds_30d": known,
                "device_count_1d": None if draw.random() < 0.3 else int(draw.random() * 5),
            },
            score=score,
            decided=Decision.REVIEW if score >= 0.5 else Decision.APPROVE,
            model=version,
            amount_minor=round(amount * 100),
        )
        payments.append(Payment(made, fraud))
    return tuple(payments)


def subjects(payments: Iterable[Payment]) -> list[str]:
    return [payment.decision.subject for payment in payments]
