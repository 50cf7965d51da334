"""Counterparties: customers' accounts at other banks. Full numbers are never shown, to nobody."""

from typing import Final

import strawberry

from domain.access.model import Relation
from domain.counterparties.model import CHANGES_MAX, VERIFICATIONS_MAX, Change, Counterparty, Verification
from domain.refusals import Refusal
from domain.sealing import Shredded
from graph.connections import After, Connection, asked
from graph.context import Context, SeenCounterparty
from graph.enums import AccountType, CounterpartyStatus, HolderKind, Part, VerificationMethod, VerificationStatus
from graph.fields import field
from graph.node import Info, Node
from graph.scalars import Day, Instant

COUNTERPARTIES: Final = "counterparties"


@strawberry.type(name="Verification", description="One try to prove a counterparty.")
class VerificationView:
    verification: strawberry.Private[Verification]
    shown_as: strawberry.Private[VerificationStatus]
    stands: strawberry.Private[Relation]

    @field("How it is proved.")
    def method(self) -> VerificationMethod:
        return self.verification.method

    @field("How far it is.")
    def status(self) -> VerificationStatus:
        return self.shown_as

    @field(f"Which try of this counterparty it is, from 1 on; an account is tried {VERIFICATIONS_MAX} times at most.")
    def attempt(self) -> int:
        return self.verification.attempt

    @field("When it was begun.")
    def started_at(self) -> Instant:
        return Instant(self.verification.started_at)

    @field("When it has come to nothing if nothing was heard by then.")
    def expires_at(self) -> Instant:
        return Instant(self.verification.expires_at)

    @field("The banking day on which its entries settled; null while that is not known.")
    def settled_on(self) -> Day | None:
        return Day(self.verification.settled_on) if self.verification.settled_on else None

    @field("The first day on which the counterparty can be used; null while nothing is proved.")
    def live_from(self) -> Day | None:
        return Day(self.verification.live_from) if self.verification.live_from else None

    @field("Why it failed, for programs: a return code such as R03, or AMOUNTS_WRONG. The set may grow.")
    def failure(self) -> str | None:
        return self.verification.failure

    @field("How many answers were counted, right or wrong.")
    def answers_used(self) -> int:
        return self.verification.answers_used

    @field("How many answers there may be; none to a prenote.")
    def answers_allowed(self) -> int:
        return self.verification.answers_allowed


@strawberry.type(
    name="CounterpartyChange",
    description="What the other bank corrected by a notification of change, and two people here approved.",
)
class CounterpartyChangeView:
    change: strawberry.Private[Change]
    stands: strawberry.Private[Relation]

    @field("When it was applied.")
    def at(self) -> Instant:
        return Instant(self.change.at)

    @field("The change code of the notification, such as C01.")
    def code(self) -> str:
        return self.change.code

    @field("What was corrected: at most 4.")
    def parts(self) -> list[Part]:
        return list(self.change.parts)


@strawberry.type(
    name="Counterparty",
    description="An account at another bank that its owner pays or collects from. Its full number is never shown.",
)
class CounterpartyView(Node):
    counterparty: strawberry.Private[Counterparty]
    stands: strawberry.Private[Relation]

    @field("The customer whose counterparty it is.")
    def customer_id(self) -> strawberry.ID:
        return strawberry.ID(self.counterparty.customer)

    @field("The holder's name, at most 140 characters; for some only in part. Null once personal data is erased.")
    def name(self, info: Info) -> str | None:
        info.context.spend()
        name = info.context.bank.counterparties.name(self.counterparty)
        return None if isinstance(name, Shredded) else name

    @field("The routing number of the other bank.")
    def routing_number(self) -> str:
        return self.counterparty.routing_number

    @field("What is shown of the account number: its last 4, less of a short one.")
    def masked_number(self) -> str:
        return self.counterparty.masked_number

    @field("What kind of account it is.")
    def account_type(self) -> AccountType:
        return self.counterparty.account_type

    @field("Whose account it is.")
    def holder_kind(self) -> HolderKind:
        return self.counterparty.holder_kind

    @field("Whether it can be used.")
    def status(self, info: Info) -> CounterpartyStatus:
        return info.context.bank.counterparties.status(self.counterparty)

    @field("When it was added.")
    def added_at(self) -> Instant:
        return Instant(self.counterparty.added_at)

    @field("When it was closed; null while it is not.")
    def closed_at(self) -> Instant | None:
        return Instant(self.counterparty.closed_at) if self.counterparty.closed_at else None

    @field("The latest try to prove it; null before the first.")
    def verification(self, info: Info) -> VerificationView | None:
        latest = self.counterparty.verification
        if latest is None:
            return None
        shown_as = info.context.bank.counterparties.verification_status(latest)
        return VerificationView(verification=latest, shown_as=shown_as, stands=self.stands)

    @field(f"What the other bank corrected, the oldest first: at most {CHANGES_MAX}.")
    def changes(self) -> list[CounterpartyChangeView]:
        return [CounterpartyChangeView(change=change, stands=self.stands) for change in self.counterparty.changes]


def counterparty_view(seen: SeenCounterparty) -> CounterpartyView:
    return CounterpartyView(
        id=strawberry.ID(seen.counterparty.id), counterparty=seen.counterparty, stands=seen.relation
    )


def counterparties_of(context: Context, customer: str, *, first: int, after: After) -> Connection[CounterpartyView]:
    """The newest first. A position is the counterparty's own id: the page begins below it."""
    wanted = asked(context.cursors, COUNTERPARTIES, customer, first=first, after=after)
    context.spend(2)
    read = context.bank.counterparties.counterparties_of
    found = read(context.actor, customer, before=wanted.position, limit=wanted.limit)
    rows = () if isinstance(found, Refusal) else found.counterparties
    return wanted.page(
        [context.seen_counterparty(row) for row in rows],
        node=counterparty_view,
        position=lambda row: row.counterparty.id,
        more=not isinstance(found, Refusal) and found.before is not None,
    )
