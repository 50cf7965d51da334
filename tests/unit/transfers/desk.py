"""The house with its transfer desk: the real services over memory stores."""

import random
from datetime import date, timedelta

from domain.access.model import Actor
from domain.accounts.model import Account
from domain.audit.model import AuditRecord
from domain.audit.service import Audit
from domain.audit.store_memory import MemoryAuditStore
from domain.customers.model import Customer
from domain.ids import place_of
from domain.jurisdictions import JURISDICTIONS
from domain.money import Money
from domain.notices.model import Notice
from domain.notices.service import Notices
from domain.notices.store_memory import MemoryNoticeStore
from domain.refusals import Refusal
from domain.sealing import KeyedSealer, MemoryDataKeys
from domain.transfers.model import AccountTarget, NumberTarget, Schedule, Transfer, TransferOrder, Wish
from domain.transfers.schedule import run_time
from domain.transfers.schedules import MemorySchedules, Schedules
from domain.transfers.service import Transfers
from domain.transfers.store import OrderStore
from domain.transfers.store_memory import MemoryOrderStore
from tests.unit.accounts.house import REGION, House, acting

TODAY = date(2026, 3, 10)


class Desk(House):
    def __init__(
        self,
        *,
        region: str = REGION,
        orders: OrderStore | None = None,
        schedules: Schedules | None = None,
    ) -> None:
        super().__init__(region=region)
        noise = random.Random(7)
        self.keys = MemoryDataKeys(noise.randbytes)
        self.order_store = orders or MemoryOrderStore()
        self.schedules = MemorySchedules()
        self.notices = Notices(store=MemoryNoticeStore(), clock=self.clock, randomness=noise)
        self.audit = Audit(store=MemoryAuditStore(), clock=self.clock, randomness=noise)
        self.transfers = Transfers(
            ledger=self.ledger,
            accounts=self.accounts,
            sealer=KeyedSealer(self.keys, noise.randbytes),
            clock=self.clock,
            randomness=noise,
            orders=self.order_store,
            schedules=schedules or self.schedules,
            notices=self.notices,
            audit=self.audit,
        )

    def pair(self, *, minor: int = 100_000) -> tuple[Customer, Account, Customer, Account]:
        """Two customers with an account each; the first has money."""
        payer, payee = self.customer(), self.customer()
        return payer, self.open(payer, deposit_minor=minor), payee, self.open(payee)

    def pay(
        self, payer: Customer, source: Account, payee: Account, minor: int, *, key: str, memo: str | None = None
    ) -> Transfer | Refusal:
        return self.transfers.transfer(acting(payer), wish(source, payee, minor, memo), key=key)

    def order(self, actor: Actor, wished: Wish, days: Schedule, *, key: str = "o-1") -> TransferOrder:
        order = self.transfers.orders.schedule(actor, wished, days=days, key=key)
        assert isinstance(order, TransferOrder), order
        return order

    def morning_of(self, day: date) -> None:
        """Moves the clock to when the scheduler knocks on a day."""
        self.clock.instant = run_time(self.jurisdiction, day) + timedelta(seconds=3)

    def told(self, customer: Customer) -> list[Notice]:
        return list(self.notices.page(customer.id).notices)

    def audited(self, customer: Customer) -> list[AuditRecord]:
        return list(self.audit.by_subject(customer.id).records)


def wish(source: Account, payee: Account, minor: int, memo: str | None = None) -> Wish:
    return Wish(source.id, by_number(payee), Money(minor, source.record.currency), memo)


def by_number(account: Account) -> NumberTarget:
    place = place_of(account.id)
    assert place
    return NumberTarget(JURISDICTIONS[place.jurisdiction].routing_number, account.record.number)


def by_id(account: Account) -> AccountTarget:
    return AccountTarget(account.id)
