"""A small bank in memory, for drills and for the stories of tests: the real services over memory stores."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from domain.access.model import Actor, Channel, Group
from domain.accounts.model import Account
from domain.accounts.service import Accounts
from domain.accounts.store import AccountStore
from domain.accounts.store_memory import MemoryAccountStore
from domain.customers.model import Customer, CustomerKind, CustomerStatus
from domain.ids import customer_id, internal_account
from domain.jurisdictions import jurisdiction_of_region, slot_of
from domain.ledger.model import Command, LedgerSettings, Posted, State
from domain.ledger.service import Ledger
from domain.ledger.store_memory import MemoryLedgerStore
from domain.money import Money

T = TypeVar("T")

REGION = "us-east-1"
ADDRESSES = {"us-east-1": "https://east.example/graphql", "us-west-2": "https://west.example/graphql"}
NOON = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)
"""A Tuesday, noon in New York, not near a change of the clocks."""


class SetClock:
    """Stands still until it is told to move."""

    def __init__(self, now: datetime = NOON) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant

    def move(self, by: timedelta) -> None:
        self.instant += by


class HouseFault(Exception):
    """Something that the people of this bank may do was refused: whoever wrote the story meant another one."""


def made(answer: object, kind: type[T]) -> T:
    """The answer, which has to be of this kind."""
    if not isinstance(answer, kind):
        raise HouseFault(f"{type(answer).__name__} instead of {kind.__name__}: {getattr(answer, 'message', answer)}")
    return answer


class House:
    """One region's accounts and ledger, and people to use them."""

    def __init__(
        self,
        *,
        region: str = REGION,
        store: AccountStore | None = None,
        seed: int = 1,
        mortal: Callable[[Any], Any] = lambda part: part,
    ) -> None:
        self.region = region
        self.jurisdiction = jurisdiction_of_region(region)
        self.clock = SetClock()
        self.randomness = random.Random(seed)  # noqa: S311  (a seed is the point; nothing here is secret)
        settings = LedgerSettings(region=region, jurisdiction=self.jurisdiction)
        self.ledger_store = MemoryLedgerStore(clock=self.clock, settings=settings)
        self.ledger = Ledger(
            store=mortal(self.ledger_store),
            settings=settings,
            clock=self.clock,
            randomness=self.randomness,
            pause=lambda _: None,
        )
        self.account_store = store or MemoryAccountStore()
        self.accounts = Accounts(
            store=self.account_store,
            ledger=self.ledger,
            clock=self.clock,
            randomness=self.randomness,
            region=region,
            addresses=ADDRESSES,
        )

    def customer(
        self,
        *,
        kind: CustomerKind = CustomerKind.PERSON,
        region: str | None = None,
        status: CustomerStatus = CustomerStatus.ACTIVE,
    ) -> Customer:
        """Somebody whose accounts live in `region`, which is this house's own unless named."""
        wanted = region or self.region
        jurisdiction = jurisdiction_of_region(wanted)
        while True:
            drawn = customer_id(jurisdiction.code, self.clock.now(), self.randomness)
            if jurisdiction.region_of(slot_of(drawn)) == wanted:
                break
        return Customer(
            id=drawn,
            jurisdiction=jurisdiction.code,
            slot=slot_of(drawn),
            kind=kind,
            status=status,
            created_at=self.clock.now(),
            sealed_profile=b"",
        )

    def open(
        self,
        customer: Customer,
        *,
        product: str = "checking",
        currency: str = "USD",
        key: str = "open-1",
        deposit_minor: int = 0,
    ) -> Account:
        answer = self.accounts.open_account(
            acting(customer), customer=customer, product=product, currency=currency, key=key
        )
        opened = made(answer, Account)
        if deposit_minor:
            self.deposit(opened, deposit_minor)
        return opened

    def deposit(self, account: Account, minor: int) -> None:
        currency = account.record.currency
        answer = self.ledger.post(
            Command(
                kind="cash_deposit",
                initiator=internal_account(self.jurisdiction.code, currency, "vault_cash"),
                scope="bank",
                key=f"deposit-{self.randomness.getrandbits(64)}",
                parties={"destination": account.id},
                amounts={"amount": Money(minor, currency)},
            )
        )
        made(answer, Posted)

    def balance(self, account: Account) -> int:
        return made(self.ledger.head(account.id), State).ledger_minor


def acting(customer: Customer) -> Actor:
    return _actor(customer.id, Group.CUSTOMER)


def staff(*groups: Group, person: str = "stf_01J00000000000000000000001") -> Actor:
    return _actor(person, *(groups or (Group.OPERATIONS,)))


def _actor(person: str, *groups: Group) -> Actor:
    return Actor(
        person=person,
        groups=frozenset(groups),
        source_ip=None,
        correlation_id="house",
        channel=Channel.API,
    )
