"""Customers: a record without personal data, and the profile behind its seal."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import strawberry

from domain.access.model import Relation
from domain.customers.model import (
    Address,
    Customer,
    Profile,
    Shredded,
)
from graph.accounts import AccountView, account_view
from graph.connections import PAGE_DEFAULT, After, Connection, First, asked
from graph.context import Context, SeenAccount, SeenCustomer
from graph.counterparties import CounterpartyView, counterparties_of
from graph.enums import CustomerKind, CustomerStatus
from graph.fields import field
from graph.node import Info, Node
from graph.scalars import Instant

ACCOUNTS: Final = "accounts"


@strawberry.type(name="Address", description="A postal address.")
class AddressView:
    line1: str = strawberry.field(description="First line, at most 70 characters.")
    line2: str | None = strawberry.field(description="Second line, at most 70 characters.")
    city: str = strawberry.field(description="Town or city, at most 70 characters.")
    subdivision: str | None = strawberry.field(
        description="State, province or Land, at most 70 characters; null where there is none."
    )
    postal_code: str = strawberry.field(description="Postal code, at most 16 characters.")
    country: str = strawberry.field(description="ISO 3166-1 alpha-2 code.")


@dataclass
class OpenedProfile:
    """The customer's profile, opened when the first of its fields is asked for."""

    customer: Customer
    context: Context

    @cached_property
    def profile(self) -> Profile | None:
        self.context.spend()
        opened = self.context.bank.customers.profile(self.customer)
        return None if isinstance(opened, Shredded) else opened


@strawberry.type(
    name="Customer",
    description="A person or a business with accounts. Personal data is null once it has been erased, and for "
    "those who may not see it.",
)
class CustomerView(Node):
    customer: strawberry.Private[Customer]
    stands: strawberry.Private[Relation]
    opened: strawberry.Private[OpenedProfile]

    @field("Person or business.")
    def kind(self) -> CustomerKind:
        return self.customer.kind

    @field("Whether the personal data exists.")
    def status(self) -> CustomerStatus:
        return self.customer.status

    @field("Since when the bank knows the customer.")
    def since(self) -> Instant:
        return Instant(self.customer.created_at)

    @field("The full name, at most 140 characters; for some only as others may see it.")
    def name(self) -> str | None:
        return self.opened.profile.name if self.opened.profile else None

    @field("The e-mail address, at most 254 characters; for some only in part.")
    def email(self) -> str | None:
        return self.opened.profile.email if self.opened.profile else None

    @field("The telephone number in E.164; for some only its last two digits.")
    def phone(self) -> str | None:
        return self.opened.profile.phone if self.opened.profile else None

    @field("The day of birth, of a business that of its incorporation (ISO 8601).")
    def born_on(self) -> str | None:
        return self.opened.profile.born_on if self.opened.profile else None

    @field("The postal address.")
    def address(self) -> AddressView | None:
        return _address(self.opened.profile.address) if self.opened.profile else None

    @field("The last 4 digits of the tax id.")
    def tax_id_last4(self) -> str | None:
        return self.opened.profile.tax_id_last4 if self.opened.profile else None

    @field("The customer's accounts in this region, by id: own, joint, and those they may look at.")
    def accounts(self, info: Info, first: First = PAGE_DEFAULT, after: After = None) -> Connection[AccountView]:
        info.context.looked_at_accounts_of(self.id)
        return accounts_of(info.context, self.id, first=first, after=after)

    @field("The customer's accounts at other banks, the newest first, closed ones too.")
    def counterparties(
        self, info: Info, first: First = PAGE_DEFAULT, after: After = None
    ) -> Connection[CounterpartyView]:
        info.context.looked_at_counterparties_of(self.id)
        return counterparties_of(info.context, self.id, first=first, after=after)


def customer_view(seen: SeenCustomer, context: Context) -> CustomerView:
    return CustomerView(
        id=strawberry.ID(seen.customer.id),
        customer=seen.customer,
        stands=seen.relation,
        opened=OpenedProfile(seen.customer, context),
    )


def accounts_of(context: Context, person: str, *, first: int, after: After) -> Connection[AccountView]:
    """One person's accounts. The relation shown is that of who asks, not that of the person."""
    wanted = asked(context.cursors, ACCOUNTS, person, first=first, after=after)
    context.spend(2)
    held = context.bank.accounts.accounts_of(person, after=wanted.position, limit=wanted.limit)
    own = person == context.actor.person
    seen = [SeenAccount(row.account, row.relation if own else Relation.STRANGER) for row in held.rows]
    for one in seen:
        context.remember(one)
    more = held.after is not None
    return wanted.page(seen, node=account_view, position=lambda row: row.account.id, more=more)


def _address(address: Address) -> AddressView:
    return AddressView(
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        subdivision=address.subdivision,
        postal_code=address.postal_code,
        country=address.country,
    )
