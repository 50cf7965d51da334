"""Everything the API can look up. What is not there and what you may not see are both null."""

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar

import strawberry

from domain import keys
from domain.access.model import (
    Relation,
)
from domain.access.service import relation_to_customer
from domain.ids import ID_LENGTH_MAX, prefix_of
from domain.ledger.model import KEY_LENGTH_MAX, Journal
from domain.refusals import NotFound, Refusal, WrongRegion
from graph.accounts import AccountView, account_view
from graph.ach_files import AchBatchView, AchEntryView, AchFileView, batch_view, entry_view, file_view, files_of
from graph.ach_received import (
    AchReceivedEntryView,
    AchReceivedFileView,
    received_entry_view,
    received_file_view,
    received_files_of,
)
from graph.approvals import ApprovalView, approval_view, approvals_of
from graph.audit import AuditRecordView, audit_records
from graph.cases import CaseView, case_view, cases_of
from graph.connections import PAGE_DEFAULT, After, Connection, First, page_size
from graph.context import Context, Seen, found
from graph.counterparties import CounterpartyView, counterparties_of, counterparty_view
from graph.customers import CustomerView, accounts_of, customer_view
from graph.entries import CHANGES, EntryView, entry_views, line_cursor, position_in
from graph.enums import ApprovalState, CaseKind, CaseState, DeliveryState, Group
from graph.errors import ErrorCode, PublicError
from graph.fields import field
from graph.ids import by_id
from graph.journals import JournalView, journal_view
from graph.node import Info, Node
from graph.notices import NoticeView, notices_of
from graph.partners import PARTNER_LENGTH_MAX, PartnerDeliveryView, deliveries_of, delivery_view
from graph.payments import PaymentView, payment_view
from graph.refusals import result
from graph.scalars import Cursor, IdempotencyKey, Instant
from graph.transfers import TransferOrderView, TransferReviewView, order_view

View = TypeVar("View")

AccountResult: Any = result(
    "AccountResult",
    "An account, or why there is none: it lives in another region, or there is no such account that you may see.",
    AccountView,
    refusals=(WrongRegion, NotFound),
)

NODES: Final = ("cus", "acc", "jrn", "ord", "cpy", "cas", "apr", "dlv", "pay", "fil", "bat", "ent", "rcf", "rce")
"""The prefixes of what `node` finds."""
AccountId = Annotated[strawberry.ID, strawberry.argument(description=by_id("The account", "acc"))]


@strawberry.type(name="Viewer", description="You: the person whose token came with the request.")
class ViewerView:
    @field("Your customer or staff id.")
    def person(self, info: Info) -> strawberry.ID:
        return strawberry.ID(info.context.actor.person)

    @field(f"The groups of the user pool that you are in: at most {len(Group)}.")
    def groups(self, info: Info) -> list[Group]:
        return [group for group in Group if group in info.context.actor.groups]

    @field("The region that answers.")
    def region(self, info: Info) -> str:
        return info.context.bank.region

    @field("Yourself as a customer; null for staff, and in a region that is not your home.")
    def customer(self, info: Info) -> CustomerView | None:
        context = info.context
        if context.is_staff:
            return None
        seen = context.customer(context.actor.person)
        return None if isinstance(seen, Refusal) else customer_view(seen, context)

    @field("Your accounts in this region, by id: own, joint, and those you may look at.")
    def accounts(self, info: Info, first: First = PAGE_DEFAULT, after: After = None) -> Connection[AccountView]:
        return accounts_of(info.context, info.context.actor.person, first=first, after=after)

    @field("Your accounts at other banks, the newest first, closed ones too; none for staff.")
    def counterparties(
        self, info: Info, first: First = PAGE_DEFAULT, after: After = None
    ) -> Connection[CounterpartyView]:
        return counterparties_of(info.context, info.context.actor.person, first=first, after=after)

    @field("What the bank has told you, the newest first.")
    def notices(self, info: Info, first: First = PAGE_DEFAULT, after: After = None) -> Connection[NoticeView]:
        return notices_of(info.context, info.context.actor.person, first=first, after=after)


@strawberry.type(name="KeyOutcome", description="What an idempotency key of yours has led to.")
class KeyOutcomeView:
    key: IdempotencyKey = strawberry.field(description="The key.")
    used: bool = strawberry.field(
        description="Whether it has led to anything. If not, nothing was done and nothing is held: send it again, "
        "under this key."
    )
    journal: JournalView | None = strawberry.field(
        description="The journal that it led to, posted or refused for good; null while the transfer is in review."
    )
    review: TransferReviewView | None = strawberry.field(
        description="The review that it led to, while no journal says yet what became of it: the amount is held and "
        "the bank looks at the transfer."
    )


@strawberry.type(
    name="Changes",
    description="Entries of one account in the order they were written, none missing and none twice.",
)
class ChangesView:
    entries: list[EntryView] = strawberry.field(description="The entries after the cursor, at most 100.")
    cursor: Cursor | None = strawberry.field(
        description="To be passed as `after` next time; what was passed when nothing has changed."
    )
    more: bool = strawberry.field(description="Whether there are more already.")


@strawberry.type(name="Query", description="What can be looked up.")
class Query:
    @field("You.")
    def viewer(self) -> ViewerView:
        return ViewerView()

    @field(
        "Anything with an id: a customer, an account, a journal, a transfer order, a counterparty, a payment, a case, "
        "an approval, an ACH file, a batch of one, an ACH entry, a file or an entry that came in, or a delivery of a "
        "partner."
    )
    def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description=by_id("What it is", *NODES))],
    ) -> Node | None:
        find = _FINDERS.get(prefix_of(id))
        return find(info.context, str(id)) if find and len(id) <= ID_LENGTH_MAX else None

    @field("A customer.")
    def customer(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description=by_id("The customer", "cus"))],
    ) -> CustomerView | None:
        return _customer(info.context, str(id))

    @field("An account, or the region that can answer for it.", answers=AccountResult)
    def account(self, info: Info, id: AccountId) -> AccountView | Refusal:
        seen = info.context.account(str(id))
        return seen if isinstance(seen, Refusal) else account_view(seen)

    @field("The accounts of one customer in this region, by id; null for a customer whom you may not see.")
    def accounts(
        self,
        info: Info,
        customer_id: Annotated[
            strawberry.ID | None, strawberry.argument(description=by_id("The customer; yourself when not given", "cus"))
        ] = None,
        first: First = PAGE_DEFAULT,
        after: After = None,
    ) -> Connection[AccountView] | None:
        context = info.context
        person = context.actor.person if customer_id is None else str(customer_id)
        if relation_to_customer(context.actor, person) is not Relation.OWNER:
            if found(context.customer(person)) is None:
                return None
            context.looked_at_accounts_of(person)
        return accounts_of(context, person, first=first, after=after)

    @field("A journal of an account that you may see.")
    def journal(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description=by_id("The journal", "jrn"))],
    ) -> JournalView | None:
        return _journal(info.context, str(id))

    @field(
        "What a key of yours has led to on an account: the way to find out after a lost answer. Null for an "
        "account that you may not see."
    )
    def idempotency(
        self,
        info: Info,
        account_id: AccountId,
        key: Annotated[
            IdempotencyKey, strawberry.argument(description=f"The key you sent: 1 to {KEY_LENGTH_MAX} characters.")
        ],
    ) -> KeyOutcomeView | None:
        context = info.context
        seen = found(context.account(str(account_id)))
        if seen is None:
            return None
        if keys.key_faults(key):
            return KeyOutcomeView(key=key, used=False, journal=None, review=None)
        context.spend(2)
        account, person = seen.account.id, context.actor.person
        outcome = context.bank.ledger.outcome(initiator=account, scope=person, key=key)
        if outcome is not None:
            return KeyOutcomeView(key=key, used=True, journal=_own_journal(context, outcome.journal), review=None)
        review = context.bank.transfers.reviews.of_key(account=account, person=person, key=key)
        shown = TransferReviewView(review=review, stands=seen.relation, beside=()) if review else None
        return KeyOutcomeView(key=key, used=review is not None, journal=None, review=shown)

    @field(
        "What has changed on an account since a cursor, in strict order: for programs that follow it. Null for "
        "an account that you may not see."
    )
    def changes(
        self, info: Info, account_id: AccountId, first: First = PAGE_DEFAULT, after: After = None
    ) -> ChangesView | None:
        context = info.context
        seen = found(context.account(str(account_id)))
        if seen is None:
            return None
        account = seen.account.id
        position = position_in(context.cursors, CHANGES, account, after)
        limit = page_size(first)
        context.spend()
        lines = context.bank.ledger.lines(account, after=position, limit=limit)
        return ChangesView(
            entries=entry_views(context, lines.rows, seen.relation),
            cursor=line_cursor(context.cursors, CHANGES, lines.rows[-1]) if lines.rows else after,
            more=lines.more,
        )

    @field(
        "Audit records, the newest first: those that concern a customer, or those of what one person did. "
        "Exactly one of the two is given. For auditors and compliance; null for everybody else."
    )
    def audit_records(
        self,
        info: Info,
        *,
        customer_id: Annotated[
            strawberry.ID | None, strawberry.argument(description=by_id("The customer whom they concern", "cus"))
        ] = None,
        person_id: Annotated[
            strawberry.ID | None, strawberry.argument(description=by_id("Who acted", "cus", "stf"))
        ] = None,
        since: Annotated[Instant | None, strawberry.argument(description="Records from this instant on.")] = None,
        until: Annotated[Instant | None, strawberry.argument(description="Records before this instant.")] = None,
        first: First = PAGE_DEFAULT,
        after: After = None,
    ) -> Connection[AuditRecordView] | None:
        if (customer_id is None) == (person_id is None) or not (customer_id or person_id):
            raise PublicError(ErrorCode.INPUT_TYPE_WRONG, "Exactly one of `customerId` and `personId` is given.")
        return audit_records(
            info.context,
            customer=None if customer_id is None else str(customer_id)[:ID_LENGTH_MAX],
            person=None if person_id is None else str(person_id)[:ID_LENGTH_MAX],
            since=since,
            until=until,
            first=first,
            after=after,
        )

    @field(
        "Cases of your groups, what is due first first; of those that are resolved the latest first. For auditors "
        "those of every group; null for customers."
    )
    def cases(
        self,
        info: Info,
        *,
        kind: Annotated[CaseKind | None, strawberry.argument(description="Those of one kind alone.")] = None,
        state: Annotated[
            CaseState | None,
            strawberry.argument(description="Those in one state alone; when not given, those that are not resolved."),
        ] = None,
        mine: Annotated[bool, strawberry.argument(description="Whether to show those alone that you own.")] = False,
        first: First = PAGE_DEFAULT,
        after: After = None,
    ) -> Connection[CaseView] | None:
        return cases_of(info, kind=kind, state=state, mine=mine, first=first, after=after)

    @field(
        "Requests for approval to your groups, and those that you made to others. Those to be decided or used in the "
        "order in which they expire, all others the latest first. For auditors those of every group; null for "
        "customers."
    )
    def approvals(
        self,
        info: Info,
        *,
        state: Annotated[
            ApprovalState, strawberry.argument(description="Those in this state: to be decided when not given.")
        ] = ApprovalState.PENDING,
        first: First = PAGE_DEFAULT,
        after: After = None,
    ) -> Connection[ApprovalView] | None:
        return approvals_of(info.context, state, first=first, after=after)

    @field(
        "What a partner delivered, the newest first; nothing for a partner that there is not. For operations, "
        "compliance, finance and auditors; null for everybody else."
    )
    def partner_deliveries(
        self,
        info: Info,
        partner: Annotated[
            str,
            strawberry.argument(
                description=f"The partner's name, such as `sponsor`: at most {PARTNER_LENGTH_MAX} characters."
            ),
        ],
        state: Annotated[
            DeliveryState | None, strawberry.argument(description="Only those in this state; all when not given.")
        ] = None,
        first: First = PAGE_DEFAULT,
        after: After = None,
    ) -> Connection[PartnerDeliveryView] | None:
        return deliveries_of(info.context, partner=partner, state=state, first=first, after=after)

    @field(
        "The files that this region sends to the sponsor bank, the latest window first. For operations, compliance, "
        "finance and auditors; null for everybody else."
    )
    def ach_files(self, info: Info, first: First = PAGE_DEFAULT, after: After = None) -> Connection[AchFileView] | None:
        return files_of(info.context, first=first, after=after)

    @field(
        "The files that came in to this region by ACH, those too of which another region handed entries over; the "
        "latest received first. For operations, compliance, finance and auditors; null for everybody else."
    )
    def ach_received_files(
        self, info: Info, first: First = PAGE_DEFAULT, after: After = None
    ) -> Connection[AchReceivedFileView] | None:
        return received_files_of(info.context, first=first, after=after)


def _customer(context: Context, customer_id: str) -> CustomerView | None:
    seen = found(context.customer(customer_id))
    return customer_view(seen, context) if seen else None


def _account(context: Context, account_id: str) -> AccountView | None:
    return _shown(context.account(account_id), account_view)


def _journal(context: Context, journal_id: str) -> JournalView | None:
    return _shown(context.journal(journal_id), journal_view)


def _order(context: Context, order_id: str) -> TransferOrderView | None:
    context.spend()
    order = found(context.bank.orders.order(context.actor, order_id))
    seen = found(context.account(order.source)) if order else None
    return order_view(order, seen.relation) if order and seen else None


def _counterparty(context: Context, counterparty_id: str) -> CounterpartyView | None:
    return _shown(context.counterparty(counterparty_id), counterparty_view)


def _case(context: Context, case_id: str) -> CaseView | None:
    return _shown(context.case(case_id), case_view)


def _approval(context: Context, approval_id: str) -> ApprovalView | None:
    return _shown(context.approval(approval_id), approval_view)


def _delivery(context: Context, delivery_id: str) -> PartnerDeliveryView | None:
    return _shown(context.delivery(delivery_id), delivery_view)


def _payment(context: Context, payment_id: str) -> PaymentView | None:
    payment = found(context.payment(payment_id))
    return payment_view(payment, context.relation(payment.account)) if payment else None


def _file(context: Context, file_id: str) -> AchFileView | None:
    return _shown(context.ach_file(file_id), file_view)


def _batch(context: Context, batch_id: str) -> AchBatchView | None:
    return _shown(context.ach_batch(batch_id), lambda seen: batch_view(*seen))


def _entry(context: Context, entry_id: str) -> AchEntryView | None:
    return _shown(context.ach_entry(entry_id), entry_view)


def _received_file(context: Context, file_id: str) -> AchReceivedFileView | None:
    return _shown(context.received_file(file_id), received_file_view)


def _received_entry(context: Context, entry_id: str) -> AchReceivedEntryView | None:
    return _shown(context.received_entry(entry_id), received_entry_view)


def _shown(answer: Seen | Refusal, view: Callable[[Seen], View]) -> View | None:
    seen = found(answer)
    return None if seen is None else view(seen)


_FINDERS = {
    "cus": _customer,
    "acc": _account,
    "jrn": _journal,
    "ord": _order,
    "cpy": _counterparty,
    "cas": _case,
    "apr": _approval,
    "dlv": _delivery,
    "pay": _payment,
    "fil": _file,
    "bat": _batch,
    "ent": _entry,
    "rcf": _received_file,
    "rce": _received_entry,
}
if set(_FINDERS) != set(NODES):
    raise ValueError("`node` says that it finds something else than it finds")


def _own_journal(context: Context, journal: Journal | None) -> JournalView | None:
    return journal_view(context.journal_at_hand(journal)) if journal else None
