"""States with their facts: one type for each state, and in it what is known of a thing only while it is in that state.

What only one state has is never null in another; it is not there. What the bank does not keep is not said either: of
holds only open ones are shown, and what became of the others are entries; who froze an account or cancelled an order,
and when, is on record in the audit.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

import strawberry

from domain.accounts.model import Account
from domain.ledger.kinds import KINDS, Effect
from domain.ledger.model import Journal, Line
from domain.transfers.model import Occurrence, TransferOrder
from graph.context import Context, told
from graph.enums import JournalStatus, OccurrenceOutcome, OrderStatus, Relation, Status
from graph.fields import field
from graph.node import Info
from graph.refusals import RefusalView, presented
from graph.scalars import Day, Instant

SINCE_ENTRIES_MAX: Final = 100
"""How far back the entry that began a state is looked for: one read. A frozen account has few entries, or none."""
_SINCE: Final = f"null when that is not among its last {SINCE_ENTRIES_MAX} entries"
_STOPS: Final = frozenset({Effect.FREEZE_DEBITS, Effect.FREEZE, Effect.CLOSE})


# Accounts.


@dataclass
class Beginning:
    """The entry that brought an account into the state it is in, looked for when it is first asked about."""

    account: Account
    context: Context

    @cached_property
    def line(self) -> Line | None:
        self.context.spend()
        lines = self.context.bank.ledger.lines(self.account.id, descending=True, limit=SINCE_ENTRIES_MAX)
        return next((line for line in lines.rows if KINDS[line.kind].effect in _STOPS), None)

    @property
    def at(self) -> Instant | None:
        return Instant(self.line.state.booked_at) if self.line else None

    @property
    def journal_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.line.journal) if self.line else None


@strawberry.interface(name="AccountStatusInfo", description="What an account can do now, and since when it cannot.")
class AccountStatusInfo:
    begun: strawberry.Private[Beginning]
    stands: strawberry.Private[Relation]

    @field("The state.")
    def status(self) -> Status:
        return self.begun.account.state.status


@strawberry.type(name="AccountOpenStatusInfo", description="It takes debits and credits.")
class AccountOpenStatusInfo(AccountStatusInfo):
    pass


@strawberry.type(name="AccountDebitsFrozenStatusInfo", description="It takes credits only.")
class AccountDebitsFrozenStatusInfo(AccountStatusInfo):
    @field(f"Since when; {_SINCE}.")
    def since(self) -> Instant | None:
        return self.begun.at

    @field(f"The journal that froze it; {_SINCE}.")
    def journal_id(self) -> strawberry.ID | None:
        return self.begun.journal_id


@strawberry.type(
    name="AccountFrozenStatusInfo", description="It takes neither debits nor credits, but for what may not be refused."
)
class AccountFrozenStatusInfo(AccountStatusInfo):
    @field(f"Since when; {_SINCE}.")
    def since(self) -> Instant | None:
        return self.begun.at

    @field(f"The journal that froze it; {_SINCE}.")
    def journal_id(self) -> strawberry.ID | None:
        return self.begun.journal_id


@strawberry.type(name="AccountClosedStatusInfo", description="It has ended, for ever, at a balance of zero.")
class AccountClosedStatusInfo(AccountStatusInfo):
    @field(f"When it was closed; {_SINCE}.")
    def closed_at(self) -> Instant | None:
        return self.begun.at

    @field(f"The journal that closed it; {_SINCE}.")
    def journal_id(self) -> strawberry.ID | None:
        return self.begun.journal_id


_OF_ACCOUNT: Final[dict[Status, type[AccountStatusInfo]]] = {
    Status.OPEN: AccountOpenStatusInfo,
    Status.DEBITS_FROZEN: AccountDebitsFrozenStatusInfo,
    Status.FROZEN: AccountFrozenStatusInfo,
    Status.CLOSED: AccountClosedStatusInfo,
}


def account_status(context: Context, account: Account, stands: Relation) -> AccountStatusInfo:
    return _OF_ACCOUNT[account.state.status](begun=Beginning(account, context), stands=stands)


# Journals.


@strawberry.interface(name="JournalStatusInfo", description="What became of a journal, for ever.")
class JournalStatusInfo:
    journal: strawberry.Private[Journal]
    stands: strawberry.Private[Relation]

    @field("Posted, or refused for good.")
    def status(self) -> JournalStatus:
        return JournalStatus.POSTED if self.journal.posted else JournalStatus.REFUSED


@strawberry.type(name="JournalPostedStatusInfo", description="It is in the books.")
class JournalPostedStatusInfo(JournalStatusInfo):
    @field("When the bank booked it.")
    def booked_at(self) -> Instant:
        return Instant(self.journal.booked_at)

    @field("The banking day it was booked on.")
    def booked_day(self) -> Day:
        return Day(self.journal.booked_day)

    @field("The day it counts from: at most 90 days before the booked day, never after it.")
    def effective_on(self) -> Day:
        return Day(self.journal.effective_on)


@strawberry.type(
    name="JournalRefusedStatusInfo", description="Nothing was posted, and its key will answer so for ever."
)
class JournalRefusedStatusInfo(JournalStatusInfo):
    @field("When it was refused.")
    def refused_at(self) -> Instant:
        return Instant(self.journal.booked_at)

    @field("Why nothing was posted.")
    def refusal(self) -> RefusalView:
        if self.journal.refusal is None:
            raise RuntimeError(f"{self.journal.id} is shown as refused and was posted")
        return presented(self.journal.refusal)


def journal_status(journal: Journal, stands: Relation) -> JournalStatusInfo:
    kind = JournalPostedStatusInfo if journal.posted else JournalRefusedStatusInfo
    return kind(journal=journal, stands=stands)


# Transfer orders, and what became of their days.


@strawberry.interface(name="TransferOrderStatusInfo", description="Whether a transfer order goes on.")
class TransferOrderStatusInfo:
    order: strawberry.Private[TransferOrder]
    stands: strawberry.Private[Relation]

    @field("The state.")
    def status(self) -> OrderStatus:
        return self.order.status


@strawberry.type(name="TransferOrderActiveStatusInfo", description="Its next transfer is to come.")
class TransferOrderActiveStatusInfo(TransferOrderStatusInfo):
    @field("The day of the next transfer.")
    def next_on(self) -> Day:
        if self.order.next_on is None:
            raise RuntimeError(f"{self.order.id} is active and has no next day")
        return Day(self.order.next_on)


@strawberry.type(name="TransferOrderDoneStatusInfo", description="Its last transfer has been.")
class TransferOrderDoneStatusInfo(TransferOrderStatusInfo):
    @field("The last day on which it was due.")
    def last_on(self, info: Info) -> Day | None:
        last = _last_day(info.context, self.order)
        return Day(last) if last else None


@strawberry.type(name="TransferOrderCancelledStatusInfo", description="It was cancelled.")
class TransferOrderCancelledStatusInfo(TransferOrderStatusInfo):
    @field("The day of a transfer that was begun before and is still being made; null when there is none.")
    def still_due_on(self) -> Day | None:
        return Day(self.order.next_on) if self.order.next_on else None


_OF_ORDER: Final[dict[OrderStatus, type[TransferOrderStatusInfo]]] = {
    OrderStatus.ACTIVE: TransferOrderActiveStatusInfo,
    OrderStatus.DONE: TransferOrderDoneStatusInfo,
    OrderStatus.CANCELLED: TransferOrderCancelledStatusInfo,
}


def order_status(order: TransferOrder, stands: Relation) -> TransferOrderStatusInfo:
    return _OF_ORDER[order.status](order=order, stands=stands)


@strawberry.interface(name="OccurrenceStatusInfo", description="What became of a transfer order on one day.")
class OccurrenceStatusInfo:
    occurrence: strawberry.Private[Occurrence]
    stands: strawberry.Private[Relation]

    @field("What became of it.")
    def outcome(self) -> OccurrenceOutcome:
        return self.occurrence.outcome


@strawberry.type(name="OccurrencePostedStatusInfo", description="The transfer was made.")
class OccurrencePostedStatusInfo(OccurrenceStatusInfo):
    @field("The journal that made it.")
    def journal_id(self) -> strawberry.ID:
        return strawberry.ID(_known(self.occurrence.journal))


@strawberry.type(
    name="OccurrenceInReviewStatusInfo", description="Its amount is held, and the bank looks at the transfer."
)
class OccurrenceInReviewStatusInfo(OccurrenceStatusInfo):
    @field("The id that the transfer will have, if it is made.")
    def transfer_id(self) -> strawberry.ID:
        return strawberry.ID(_known(self.occurrence.journal))


@strawberry.type(name="OccurrenceRefusedStatusInfo", description="The transfer was refused.")
class OccurrenceRefusedStatusInfo(OccurrenceStatusInfo):
    @field("The code of the refusal. The set may grow.")
    def refusal_code(self) -> str:
        return _known(self.occurrence.refusal_code)

    @field("Why, in one sentence.")
    def refusal_message(self) -> str:
        return _known(self.occurrence.refusal_message)


@strawberry.type(
    name="OccurrenceMissedStatusInfo", description="It was found too late to be made without asking again."
)
class OccurrenceMissedStatusInfo(OccurrenceStatusInfo):
    @field("How late, in one sentence.")
    def refusal_message(self) -> str:
        return _known(self.occurrence.refusal_message)


_OF_OCCURRENCE: Final[dict[OccurrenceOutcome, type[OccurrenceStatusInfo]]] = {
    OccurrenceOutcome.POSTED: OccurrencePostedStatusInfo,
    OccurrenceOutcome.IN_REVIEW: OccurrenceInReviewStatusInfo,
    OccurrenceOutcome.REFUSED: OccurrenceRefusedStatusInfo,
    OccurrenceOutcome.MISSED: OccurrenceMissedStatusInfo,
}


def occurrence_status(occurrence: Occurrence, stands: Relation) -> OccurrenceStatusInfo:
    return _OF_OCCURRENCE[occurrence.outcome](occurrence=occurrence, stands=stands)


STATUS_INFOS: Final[tuple[type, ...]] = (
    *_OF_ACCOUNT.values(),
    JournalPostedStatusInfo,
    JournalRefusedStatusInfo,
    *_OF_ORDER.values(),
    *_OF_OCCURRENCE.values(),
)
"""Types that are reached through their interfaces alone, so the schema is told of them."""


def _last_day(context: Context, order: TransferOrder) -> date | None:
    context.spend(2)
    found = told(context.bank.orders.occurrences(context.actor, order.id, limit=1))
    return found.occurrences[0].on if found.occurrences else None


def _known(fact: str | None) -> str:
    """What an occurrence with this outcome always has."""
    if fact is None:
        raise RuntimeError("an occurrence lacks what its outcome says")
    return fact
