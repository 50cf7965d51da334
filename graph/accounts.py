"""Accounts: their three balances, their entries, their holds and their people."""

from typing import Annotated

import strawberry

from domain.accounts.model import Account, AccountRecord, Related
from domain.customers.model import Shredded
from domain.ledger.model import (
    Balance,
    Hold,
    Limits,
    State,
)
from graph.connections import PAGE_DEFAULT, After, Connection, First, page, page_size
from graph.context import Context, SeenAccount
from graph.entries import ENTRIES, EntryView, entry_views, line_cursor, position_in
from graph.enums import Batching, Product, Relation, Status
from graph.fields import field
from graph.money import MoneyView, shown
from graph.node import Info, Node
from graph.payments import PaymentView, payments_of
from graph.scalars import Currency, Day, Instant
from graph.statuses import AccountStatusInfo, account_status
from graph.transfers import TransferOrderView, TransferReviewView, orders_of, reviews_of


@strawberry.type(name="AccountBalance", description="An account's balances at one moment, never blended.")
class AccountBalanceView:
    balance: strawberry.Private[Balance]

    @field("What is posted.")
    def ledger_balance(self) -> MoneyView:
        return shown(self.balance.ledger_minor, self.balance.currency)

    @field("Posted less held, plus the overdraft limit.")
    def available_balance(self) -> MoneyView:
        return shown(self.balance.available_minor, self.balance.currency)

    @field("What is set aside by open holds.")
    def held_balance(self) -> MoneyView:
        return shown(self.balance.held_minor, self.balance.currency)

    @field("The sequence of the last entry that counts by booked time; 0 before the first.")
    def sequence(self) -> int:
        return self.balance.position.seq


@strawberry.type(name="Hold", description="Money of an account set aside until it is captured, released or expires.")
class HoldView:
    hold: strawberry.Private[Hold]
    account: strawberry.Private[str]
    currency: strawberry.Private[str]
    stands: strawberry.Private[Relation]

    @field("Stable; the placing journal has the same text after its own prefix.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.hold.id)

    @field("The account whose money is set aside.")
    def account_id(self) -> strawberry.ID:
        return strawberry.ID(self.account)

    @field("What is still set aside.")
    def remaining(self) -> MoneyView:
        return shown(self.hold.remaining_minor, self.currency)

    @field(
        "When it ends by itself; null for a hold that only its own journey ends. It binds until an "
        "entry says otherwise, a few seconds after this."
    )
    def expires_at(self) -> Instant | None:
        return Instant(self.hold.expires_at) if self.hold.expires_at else None


@strawberry.type(name="AccountLimits", description="What debits of an account may reach; null is no limit.")
class AccountLimitsView:
    limits: strawberry.Private[Limits]
    currency: strawberry.Private[str]

    @field("How far below zero the ledger balance may go.")
    def overdraft(self) -> MoneyView:
        return shown(self.limits.overdraft_minor, self.currency)

    @field("The most one debit may take.")
    def per_transfer(self) -> MoneyView | None:
        return _limit(self.limits.per_transfer_minor, self.currency)

    @field("The most all debits of one calendar day in the bank's time zone may take.")
    def per_day(self) -> MoneyView | None:
        return _limit(self.limits.per_day_minor, self.currency)


@strawberry.type(name="AccountPerson", description="A person with a relation to an account.")
class AccountPersonView:
    related: strawberry.Private[Related]
    stands: strawberry.Private[Relation]

    @field("Owner, joint owner or delegate.")
    def relation(self) -> Relation:
        return self.related.relation

    @field("Since when.")
    def since(self) -> Instant:
        return Instant(self.related.since)

    @field("The customer; shown to staff, and to each person for themself.")
    def customer_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.related.person)

    @field(
        'The name as others may see it, such as "A. Lovelace"; null where it is not kept in this '
        "region or has been erased."
    )
    def display_name(self, info: Info) -> str | None:
        customer = info.context.person(self.related.person)
        if customer is None:
            return None
        info.context.spend()
        name = info.context.bank.customers.display_name(customer)
        return None if isinstance(name, Shredded) else name


@strawberry.type(
    name="Account",
    description="A customer account: a log of entries without gaps whose last entry is its state.",
)
class AccountView(Node):
    account: strawberry.Private[Account]
    stands: strawberry.Private[Relation]

    @property
    def record(self) -> AccountRecord:
        return self.account.record

    @field("How you stand to it.")
    def relation(self) -> Relation:
        return self.stands

    @field(
        "12 digits: 4 of the slot, 7 of its own, 1 check digit. Masked but for the last "
        "four where it is not yours to use."
    )
    def number(self) -> str:
        return self.record.number

    @field("9 digits with the ABA check digit; one for each jurisdiction of the bank.")
    def routing_number(self) -> str:
        return self.record.routing_number

    @field("What kind of account it is.")
    def product(self) -> Product:
        return Product(self.record.product)

    @field("The one currency it is kept in.")
    def currency(self) -> Currency:
        return Currency(self.record.currency)

    @field("What it can do now.")
    def status(self) -> Status:
        return self.account.state.status

    @field("What it can do now, with what is known of that state alone, such as since when it is frozen.")
    def status_info(self, info: Info) -> AccountStatusInfo:
        return account_status(info.context, self.account, self.stands)

    @field("Whether its credits post one by one or once a minute.")
    def batching(self) -> Batching:
        return self.account.state.batching

    @field("When it was opened.")
    def opened_at(self) -> Instant:
        return Instant(self.record.opened_at)

    @field("What is posted, now.")
    def ledger_balance(self) -> MoneyView:
        return shown(self.account.state.ledger_minor, self.record.currency)

    @field("Posted less held, plus the overdraft limit: what may be spent now.")
    def available_balance(self) -> MoneyView:
        return shown(self.account.state.available_minor, self.record.currency)

    @field("What is set aside by open holds, now.")
    def held_balance(self) -> MoneyView:
        return shown(self.account.state.held_minor, self.record.currency)

    @field("What its debits may reach.")
    def limits(self) -> AccountLimitsView:
        return AccountLimitsView(limits=self.account.state.limits, currency=self.record.currency)

    @field(
        "Its balances at another moment: as booked by an instant, as counted on a day, or both. "
        "Without arguments, now. Null before the first entry."
    )
    def balance(
        self,
        info: Info,
        booked_at: Annotated[
            Instant | None, strawberry.argument(description="Entries booked at this instant or before it.")
        ] = None,
        effective_on: Annotated[
            Day | None, strawberry.argument(description="Entries that count on this day or before it.")
        ] = None,
    ) -> AccountBalanceView | None:
        if booked_at is None and effective_on is None:
            return AccountBalanceView(balance=_now(self.account.state))
        info.context.spend(2)
        found = info.context.bank.ledger.balance(self.id, booked_at=booked_at, effective_on=effective_on)
        return AccountBalanceView(balance=found) if found else None

    @field("Its entries, the newest first, each with the balances after it.")
    def entries(self, info: Info, first: First = PAGE_DEFAULT, after: After = None) -> Connection[EntryView]:
        context = info.context
        before = position_in(context.cursors, ENTRIES, self.id, after)
        limit = page_size(first)
        context.spend()
        found = context.bank.ledger.lines(self.id, before=before, descending=True, limit=limit)
        rows = list(zip(found.rows, entry_views(context, found.rows, self.stands), strict=True))
        return page(
            rows,
            node=lambda row: row[1],
            cursor=lambda row: line_cursor(context.cursors, ENTRIES, row[0]),
            more=found.more,
            after=after,
        )

    @field("Its open holds, at most 64.")
    def holds(self, info: Info) -> list[HoldView]:
        return [
            HoldView(hold=hold, account=self.id, currency=self.record.currency, stands=self.stands)
            for hold in info.context.holds(self.account.state)
        ]

    @field("Transfer orders from this account, the newest first.")
    def transfer_orders(
        self, info: Info, first: First = PAGE_DEFAULT, after: After = None
    ) -> Connection[TransferOrderView]:
        return orders_of(info.context, self.id, self.stands, first=first, after=after)

    @field("Transfers from this account that the bank looks at, or has looked at, before they are made; newest first.")
    def transfer_reviews(
        self, info: Info, first: First = PAGE_DEFAULT, after: After = None
    ) -> Connection[TransferReviewView]:
        return reviews_of(info.context, self.id, self.stands, first=first, after=after)

    @field("Its payments to and from other banks, the newest first.")
    def payments(self, info: Info, first: First = PAGE_DEFAULT, after: After = None) -> Connection[PaymentView]:
        return payments_of(info.context, self.id, self.stands, first=first, after=after)

    @field("The people of the account, at most 20.")
    def people(self, info: Info) -> list[AccountPersonView]:
        info.context.spend()
        people = info.context.bank.accounts.people_of(self.id)
        info.context.expect_people(related.person for related in people)
        return [AccountPersonView(related=related, stands=_to_person(info.context, related)) for related in people]


def account_view(seen: SeenAccount) -> AccountView:
    return AccountView(id=strawberry.ID(seen.account.id), account=seen.account, stands=seen.relation)


def _to_person(context: Context, related: Related) -> Relation:
    """Everybody is the owner of what the bank says about themself."""
    return Relation.OWNER if related.person == context.actor.person else Relation.STRANGER


def _now(state: State) -> Balance:
    return Balance(
        currency=state.currency,
        ledger_minor=state.ledger_minor,
        held_minor=state.held_minor,
        available_minor=state.available_minor,
        position=state.position,
    )


def _limit(minor: int | None, currency: str) -> MoneyView | None:
    return None if minor is None else shown(minor, currency)
