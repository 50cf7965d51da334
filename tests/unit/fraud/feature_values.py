"""Payments, events and parts of the feature store as the tests of scoring need them."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.accounts.model import AccountRecord
from domain.clock import instant_text
from domain.customers.model import CustomerKind
from domain.fraud.feature_store import FeatureStore
from domain.fraud.feature_store_memory import MemoryFeatureStore
from domain.fraud.feature_updates import FeatureUpdates
from domain.fraud.kinds import Decision, Scope
from domain.fraud.model import ScoringRequest, StoredDecision, VersionsUsed, VersionUsed
from domain.ids import Place, account_id, counterparty_id, customer_id, journal_id, payment_id
from domain.ledger.events import Amount, EventLeg, JournalPosted
from domain.money import Money

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)  # a Wednesday
OPENED = NOON - timedelta(days=100)
PLACE = Place("us", 417)
RULES = VersionUsed("transfer/rules/1", "0" * 64)
VERSIONS = VersionsUsed(rules=RULES, model=None, thresholds=RULES, lists=RULES)


def customer(n: int) -> str:
    return customer_id("us", OPENED, random.Random(f"customer {n}"))


def account(n: int) -> str:
    return account_id(PLACE, OPENED, random.Random(f"account {n}"))


def counterparty(n: int, named: datetime = OPENED) -> str:
    return counterparty_id(PLACE, named, random.Random(f"counterparty {n}"))


def holder_of(name: str) -> str:
    return next(customer(n) for n in range(200) if account(n) == name)


class Register:
    """Accounts 0 to 199, each of the customer of its number."""

    def __init__(self) -> None:
        self._holders = {account(n): customer(n) for n in range(200)}

    def records(self, accounts: Sequence[str]) -> Mapping[str, AccountRecord]:
        return {name: self._record(name) for name in accounts if name in self._holders}

    def _record(self, name: str) -> AccountRecord:
        return AccountRecord(
            id=name,
            number="4170000001",
            product="checking",
            currency="USD",
            holder=self._holders[name],
            holder_kind=CustomerKind.PERSON,
            opened_at=OPENED,
        )


def journal(n: int, payer: int = 1) -> str:
    return journal_id(account(payer), "bank", f"k{n}")


def payment(n: int, payer: int = 1) -> str:
    return payment_id(account(payer), "bank", f"k{n}")


def posted(
    n: int,
    *,
    kind: str = "transfer",
    payer: int = 1,
    payee: int | None = 2,
    minor: int = 25_00,
    currency: str = "USD",
    at: datetime = NOON,
    **changes: Any,
) -> JournalPosted:
    """A transfer from one account to another, or what else is said."""
    amount = Amount(minor_units=str(minor), currency=currency)
    legs = (
        EventLeg(account=account(payer), side="debit", amount=amount),
        EventLeg(account="int_us_usd_settlement" if payee is None else account(payee), side="credit", amount=amount),
    )
    event = JournalPosted(
        journal=journal(n, payer),
        region="us-east-1",
        kind=kind,
        initiator=account(payer),
        accounts=(account(payer),) if payee is None else (account(payer), account(payee)),
        legs=legs,
        amount=amount,
        hold=None,
        reverses=None,
        forced=False,
        shortfall_minor_units="0",
        booked_at=instant_text(at),
        booked_day=at.date().isoformat(),
        effective_on=at.date().isoformat(),
    )
    return event.model_copy(update=changes)


def request(
    n: int = 0, *, payer: int = 1, payee: int | None = 2, at: datetime = NOON, **changes: Any
) -> ScoringRequest:
    facts: dict[str, Any] = {
        "subject": journal(n, payer),
        "scope": Scope.TRANSFER,
        "at": at,
        "kind": "transfer",
        "credit": True,
        "amount": Money(25_00, "USD"),
        "customer": customer(payer),
        "account": account(payer),
        "payee": None if payee is None else account(payee),
    }
    return ScoringRequest(**{**facts, **changes})


def decision(subject: str, *, payer: int = 1, at: datetime = NOON, **changes: Any) -> StoredDecision:
    facts: dict[str, Any] = {
        "id": "dec_1",
        "subject": subject,
        "scope": Scope.TRANSFER,
        "customer": customer(payer),
        "account": account(payer),
        "payee": account(2),
        "terminal": None,
        "device": None,
        "amount": Money(25_00, "USD"),
        "at": at,
        "features": {},
        "versions": VERSIONS,
        "score": None,
        "decision": Decision.APPROVE,
        "customer_reasons": (),
        "staff_reasons": (),
        "decided_at": at,
    }
    return StoredDecision(**{**facts, **changes})


class Decided(dict[str, StoredDecision]):
    """What was decided, by subject."""

    def decision_of(self, subject: str) -> StoredDecision | None:
        return self.get(subject)


@dataclass
class SetClock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at


@dataclass
class Desk:
    """The updates of a store, a clock that is told, and what was decided."""

    store: FeatureStore = field(default_factory=MemoryFeatureStore)
    clock: SetClock = field(default_factory=SetClock)
    decided: Decided = field(default_factory=Decided)
    pauses: list[float] = field(default_factory=list)
    pause: Callable[[float], None] | None = None

    def __post_init__(self) -> None:
        self.updates = FeatureUpdates(
            store=self.store,
            decisions=self.decided,
            accounts=Register(),
            clock=self.clock,
            randomness=random.Random(5),
            pause=self.pause or self.pauses.append,
        )
