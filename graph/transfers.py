"""Transfers, which are views of their journals, and transfer orders with what became of them."""

from datetime import date
from typing import Final

import strawberry

from domain.access.model import Relation
from domain.customers.model import Shredded
from domain.fraud.kinds import CustomerReason
from domain.ledger.model import Journal, Side
from domain.refusals import Refusal
from domain.transfers.kinds import STANDINGS, TRANSFER_KINDS
from domain.transfers.model import (
    Occurrence,
    Schedule,
    Transfer,
    TransferOrder,
    TransferReview,
)
from graph.connections import PAGE_DEFAULT, After, Connection, First, asked
from graph.context import Context, told
from graph.cursors import invalid_cursor
from graph.enums import OccurrenceOutcome, OrderStatus, ReviewStanding, Rhythm
from graph.fields import field
from graph.money import MoneyView, shown
from graph.node import Info, Node
from graph.parties import PartyView, party_of
from graph.scalars import Cursor, Day, Instant
from graph.statuses import OccurrenceStatusInfo, TransferOrderStatusInfo, occurrence_status, order_status

ORDERS: Final = "orders"
REVIEWS: Final = "reviews"
OCCURRENCES: Final = "occurrences"


@strawberry.type(
    name="Transfer",
    description="Money moved from one account to another: a view of its journal, whose id it has.",
)
class TransferView:
    transfer: strawberry.Private[Transfer]
    stands: strawberry.Private[Relation]

    @field("The journal's id.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.transfer.id)

    @field("How much, always more than zero.")
    def amount(self) -> MoneyView:
        return shown(self.transfer.amount.minor, self.transfer.amount.currency)

    @field("The account that paid, if you may see it.")
    def source_id(self, info: Info) -> strawberry.ID | None:
        return _id_if_seen(info.context, self.transfer.source)

    @field("Who paid, as far as you may know.")
    def source(self, info: Info) -> PartyView:
        return party_of(info.context, self.transfer.source)

    @field("The account that was paid, if you may see it.")
    def destination_id(self, info: Info) -> strawberry.ID | None:
        return _id_if_seen(info.context, self.transfer.destination)

    @field("Who was paid, as far as you may know.")
    def destination(self, info: Info) -> PartyView:
        return party_of(info.context, self.transfer.destination)

    @field("What the payer wrote, at most 140 characters; null when nothing, or when it has been erased.")
    def memo(self, info: Info) -> str | None:
        return memo_of(info.context, self.transfer.journal)

    @field("When the bank booked it.")
    def booked_at(self) -> Instant:
        return Instant(self.transfer.journal.booked_at)

    @field("The banking day it was booked on.")
    def booked_day(self) -> Day:
        return Day(self.transfer.journal.booked_day)

    @field("The day it counts from.")
    def effective_on(self) -> Day:
        return Day(self.transfer.journal.effective_on)


@strawberry.type(name="Schedule", description="On which days a transfer order is due, in the bank's time zone.")
class ScheduleView:
    schedule: strawberry.Private[Schedule]

    @field("How often.")
    def rhythm(self) -> Rhythm:
        return self.schedule.rhythm

    @field("The first day it can be due.")
    def starts_on(self) -> Day:
        return Day(self.schedule.starts_on)

    @field("Of a monthly order: the day of the month, the last one in months that are shorter.")
    def day_of_month(self) -> int | None:
        return self.schedule.day_of_month

    @field("The last day it can be due; null for an order that goes on.")
    def ends_on(self) -> Day | None:
        return Day(self.schedule.ends_on) if self.schedule.ends_on else None

    @field("How many times it is due; null for an order that goes on.")
    def count(self) -> int | None:
        return self.schedule.count


@strawberry.type(name="Occurrence", description="What became of a transfer order on one day: written once.")
class OccurrenceView:
    occurrence: strawberry.Private[Occurrence]
    stands: strawberry.Private[Relation]

    @field("The day it was due.")
    def due_on(self) -> Day:
        return Day(self.occurrence.on)

    @field("What became of it.")
    def outcome(self) -> OccurrenceOutcome:
        return self.occurrence.outcome

    @field("What became of it, with what only that outcome has, such as its journal or why there is none.")
    def status_info(self) -> OccurrenceStatusInfo:
        return occurrence_status(self.occurrence, self.stands)

    @field("Whether it was made, or found, on a later day than it was due.")
    def late(self) -> bool:
        return self.occurrence.late

    @field("When it was made, refused or found.")
    def at(self) -> Instant:
        return Instant(self.occurrence.at)

    @field("The journal that made it.")
    def journal_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.occurrence.journal) if self.occurrence.journal else None

    @field("The code of the refusal, if it was refused.")
    def refusal_code(self) -> str | None:
        return self.occurrence.refusal_code


@strawberry.type(name="TransferOrder", description="A standing wish: a transfer once later, or again and again.")
class TransferOrderView(Node):
    order: strawberry.Private[TransferOrder]
    stands: strawberry.Private[Relation]

    @field("The account that pays.")
    def source_id(self) -> strawberry.ID:
        return strawberry.ID(self.order.source)

    @field("Who is paid: the masked account number.")
    def destination(self) -> PartyView:
        return PartyView(name=self.order.destination_masked, masked_number=self.order.destination_masked)

    @field("How much each time.")
    def amount(self) -> MoneyView:
        return shown(self.order.amount.minor, self.order.amount.currency)

    @field("What the payer wrote, at most 140 characters; null when nothing, or when it has been erased.")
    def memo(self, info: Info) -> str | None:
        if self.order.memo is None:
            return None
        holder = info.context.holder_of(self.order.source)
        if holder is None:
            return None
        memo = info.context.bank.transfers.opened_memo(self.order.memo, holder=holder)
        return None if isinstance(memo, Shredded) else memo

    @field("On which days it is due.")
    def schedule(self) -> ScheduleView:
        return ScheduleView(schedule=self.order.schedule)

    @field("Whether it goes on.")
    def status(self) -> OrderStatus:
        return self.order.status

    @field("Whether it goes on, with what is known of that state alone, such as the day of its next transfer.")
    def status_info(self) -> TransferOrderStatusInfo:
        return order_status(self.order, self.stands)

    @field("The day of the next transfer; null when there is none.")
    def next_on(self) -> Day | None:
        return Day(self.order.next_on) if self.order.next_on else None

    @field("When it was ordered.")
    def ordered_at(self) -> Instant:
        return Instant(self.order.ordered_at)

    @field("What became of its days so far, the latest first.")
    def occurrences(self, info: Info, first: First = PAGE_DEFAULT, after: After = None) -> Connection[OccurrenceView]:
        context = info.context
        wanted = asked(context.cursors, OCCURRENCES, self.id, first=first, after=after)
        context.spend(2)
        before = _day(wanted.position) if wanted.position else None
        found = told(context.bank.orders.occurrences(context.actor, self.id, before=before, limit=wanted.limit))
        return wanted.page(
            found.occurrences,
            node=lambda row: OccurrenceView(occurrence=row, stands=self.stands),
            position=lambda row: row.on.isoformat(),
            more=found.before is not None,
        )


@strawberry.type(
    name="TransferReview", description="A transfer that the bank looks at before it is made, its amount held meanwhile."
)
class TransferReviewView:
    review: strawberry.Private[TransferReview]
    stands: strawberry.Private[Relation]
    beside: strawberry.Private[tuple[str, ...]]
    """Those of the same page that were made: their journals are read together."""

    @field("The id that the transfer has, or will have, if it is made.")
    def transfer_id(self) -> strawberry.ID:
        return strawberry.ID(self.review.id)

    @field("The transfer, once it is made.")
    def transfer(self, info: Info) -> TransferView | None:
        if self.status() is not ReviewStanding.MADE:
            return None
        found = info.context.journal(self.review.id, self.beside)
        return None if isinstance(found, Refusal) else transfer_of(found.journal, self.stands)

    @field("How it stands.")
    def status(self) -> ReviewStanding:
        return STANDINGS[self.review.state]

    @field("How much.")
    def amount(self) -> MoneyView:
        return shown(self.review.amount.minor, self.review.amount.currency)

    @field("Who is to be paid: the masked account number.")
    def destination(self) -> PartyView:
        return PartyView(name=self.review.destination_masked, masked_number=self.review.destination_masked)

    @field("When it was asked for.")
    def opened_at(self) -> Instant:
        return Instant(self.review.opened_at)

    @field("When it is declined, if it is not decided by then.")
    def expires_at(self) -> Instant:
        return Instant(self.review.expires_at)

    @field("The hold on its amount, which only the bank's decision ends.")
    def hold_id(self) -> strawberry.ID:
        return strawberry.ID(self.review.hold)

    @field(f"Codes of why, as far as it can be told: at most {len(CustomerReason)}. The set may grow.")
    def reasons(self) -> list[str]:
        return self.review.reasons.split()

    @field("The code of why it was not made, of one that was not.")
    def refusal_code(self) -> str | None:
        return self.review.refusal_code

    @field("Why it was not made, in one sentence.")
    def refusal_message(self) -> str | None:
        return self.review.refusal_message


def transfer_of(journal: Journal, relation: Relation) -> TransferView | None:
    """The journal as a transfer, if it is one that was posted."""
    sides = {leg.side for leg in journal.legs}
    if journal.kind not in TRANSFER_KINDS or not journal.posted or sides != set(Side):
        return None
    return TransferView(transfer=Transfer(journal), stands=relation)


def order_view(order: TransferOrder, relation: Relation) -> TransferOrderView:
    return TransferOrderView(id=strawberry.ID(order.id), order=order, stands=relation)


def orders_of(
    context: Context, account: str, stands: Relation, *, first: int, after: Cursor | None
) -> Connection[TransferOrderView]:
    wanted = asked(context.cursors, ORDERS, account, first=first, after=after)
    context.spend()
    orders_of_account = context.bank.orders.orders_of
    found = told(orders_of_account(context.actor, account, before=wanted.position, limit=wanted.limit))
    return wanted.page(
        found.orders,
        node=lambda row: order_view(row, stands),
        position=lambda row: row.id,
        more=found.before is not None,
    )


def reviews_of(
    context: Context, account: str, stands: Relation, *, first: int, after: Cursor | None
) -> Connection[TransferReviewView]:
    wanted = asked(context.cursors, REVIEWS, account, first=first, after=after)
    context.spend(2)
    reviews = context.bank.transfers.reviews
    found = told(reviews.of_account(context.actor, account, before=wanted.position, limit=wanted.limit))
    made = tuple(row.id for row in found.reviews if STANDINGS[row.state] is ReviewStanding.MADE)
    return wanted.page(
        found.reviews,
        node=lambda row: TransferReviewView(review=row, stands=stands, beside=made),
        position=reviews.position,
        more=found.before is not None,
    )


def memo_of(context: Context, journal: Journal) -> str | None:
    if journal.memo is None:
        return None
    holder = context.holder_of(journal.initiator)
    if holder is None:
        return None
    context.spend()
    memo = context.bank.transfers.opened_memo(journal.memo, holder=holder)
    return None if isinstance(memo, Shredded) else memo


def _id_if_seen(context: Context, account: str) -> strawberry.ID | None:
    return strawberry.ID(account) if context.sees(account) else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise invalid_cursor() from None
