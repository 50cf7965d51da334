"""Payments: money that comes from, or goes to, other banks, with all that has happened to it."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import strawberry

from domain.access.model import Action, Relation
from domain.access.service import refusal_of
from domain.fraud.kinds import CustomerReason
from domain.ids import prefix_of
from domain.payments.kinds import PaymentKind
from domain.payments.model import BANK, FACTS_MAX, Happening, Payment
from domain.rails.ach.model import TEXT_LENGTH_MAX, ReceivedText
from domain.rails.ach.reversing import REVERSALS_MAX
from domain.rails.ach.service import REMITTANCE_LENGTH_MAX
from domain.sealing import Shredded
from graph.connections import PAGE_DEFAULT, After, Connection, First, asked
from graph.context import Context
from graph.counterparties import CounterpartyView, counterparty_view
from graph.cursors import number_in
from graph.enums import PaymentState, ReversalReason, Speed, StandardEntryClass
from graph.facts import FactView
from graph.fields import field
from graph.money import MoneyView, shown
from graph.node import Info, Node
from graph.scalars import Cursor, Day, Instant

PAYMENTS: Final = "payments"
TIMELINE: Final = "timeline"
TOLD_TO_CUSTOMERS: Final = frozenset({"journal", "window", "missed", "trace", "customer_reasons"})
"""Of a happening: where the money moved, when it goes, and what they may know of a decision. The rest of a decision,
cases, files and messages are the bank's own."""
OF_FRAUD: Final = frozenset({"reasons", "score", "rules", "model", "thresholds", "lists", "fallback"})
"""How a decision was made: for those who may look at fraud decisions."""


@strawberry.type(name="PaymentEvent", description="One thing that happened to a payment. Written once, never changed.")
class PaymentEventView:
    happening: strawberry.Private[Happening]

    @field("When.")
    def at(self) -> Instant:
        return Instant(self.happening.at)

    @field("What happened, for programs, such as `opened`, `sent` or `returned`. The set may grow.")
    def event(self) -> str:
        return self.happening.event

    @field("The state it led to.")
    def status(self) -> PaymentState:
        return self.happening.state

    @field(
        "Who did it. To customers: `you`, `another owner`, `bank` or `partner`. To staff: the id of a person, `bank`, "
        "or `partner:` and its name."
    )
    def by(self, info: Info) -> str:
        return _by(info.context, self.happening.by)

    @field(
        f"What belongs to it, such as a journal or a window: at most {FACTS_MAX}. Staff see it, and how a "
        "fraud decision was made if they may look at those; customers see what is about their money."
    )
    def facts(self, info: Info) -> list[FactView]:
        tells = _telling(info.context)
        return [FactView(label=label, value=value) for label, value in self.happening.facts.items() if tells(label)]


@strawberry.interface(name="Payment", description="Money on its way to another bank, or from one. Kept for ever.")
class PaymentView(Node):
    payment: strawberry.Private[Payment]
    stands: strawberry.Private[Relation]

    @field("The account that pays or is paid.")
    def account_id(self) -> strawberry.ID:
        return strawberry.ID(self.payment.account)

    @field(
        "The account at the other bank; null for who may not see it, such as another person of the account, and where "
        "money came from somebody who is no counterparty."
    )
    def counterparty(self, info: Info) -> CounterpartyView | None:
        if not self.payment.counterparty:
            return None
        seen = info.context.counterparty_of_payment(self.payment.counterparty)
        return counterparty_view(seen) if seen else None

    @field(
        "What is shown of the account number at the other bank, or of the company identification of who sent what came "
        "in: its last 4, less of a short one."
    )
    def counterparty_number(self) -> str:
        return self.payment.counterparty_masked

    @field("How much, always more than zero.")
    def amount(self) -> MoneyView:
        return shown(self.payment.amount.minor, self.payment.amount.currency)

    @field("How it stands.")
    def status(self) -> PaymentState:
        return self.payment.state

    @field(
        "Why it ended otherwise than was wished, or is about to: a return code such as R01, or a code of the bank. "
        "Null otherwise. The set may grow."
    )
    def reason_code(self) -> str | None:
        return self.payment.reason_code

    @field("When it was accepted.")
    def opened_at(self) -> Instant:
        return Instant(self.payment.opened_at)

    @field("When it came into its state.")
    def entered_at(self) -> Instant:
        return Instant(self.payment.entered_at)

    @field("Whether `cancelPayment` would call it off now.")
    def cancellable(self, info: Info) -> bool:
        return info.context.bank.ach.cancellable(self.payment)

    @field("What happened to it, the oldest first.")
    def timeline(self, info: Info, first: First = PAGE_DEFAULT, after: After = None) -> Connection[PaymentEventView]:
        return _timeline(info.context, self.payment, first=first, after=after)

    @field("The class of its entry (Standard Entry Class).")
    def sec_code(self) -> StandardEntryClass:
        return StandardEntryClass(self.payment.ach.sec)

    @field("What the receiver's statement calls it (Company Entry Description): at most 10 characters.")
    def description(self) -> str:
        return self.payment.ach.description

    @field(
        f"What was written for the receiver, at most {REMITTANCE_LENGTH_MAX} characters of what is sent; null when "
        "nothing, or when it has been erased."
    )
    def remittance(self, info: Info) -> str | None:
        if self.payment.ach.remittance is None:
            return None
        info.context.spend()
        opened = info.context.bank.ach.opened_remittance(self.payment)
        return None if isinstance(opened, Shredded) else opened

    @field("The banking day on which it settles; null before it has a window.")
    def settles_on(self) -> Day | None:
        return Day(self.payment.progress.settles_on) if self.payment.progress.settles_on else None

    @field("The trace number of its entry, 15 digits; null before it is in a file.")
    def trace_number(self) -> str | None:
        return self.payment.progress.trace

    @field("The file that its entry is in, or came in; null before there is one. For staff who may see files.")
    def file_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.payment.progress.file) if self.payment.progress.file else None

    @field("Its entry; null before it has a window. For staff who may see files.")
    def entry_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.payment.progress.entry) if self.payment.progress.entry else None


@strawberry.type(name="StepUp", description="The customer was asked to prove again who they are.")
class StepUpView:
    asked_at: Instant = strawberry.field(description="When: a sign-in after this moment proves it.")
    until: Instant = strawberry.field(description="Until when `confirmPayment` is waited for.")
    confirmed_at: Instant | None = strawberry.field(description="When it was confirmed; null when it was not.")


@strawberry.type
class _Originated(PaymentView):
    """What credits and debits have that we originate; the schema names only the two."""

    @field("How soon it was asked to settle.")
    def speed(self) -> Speed:
        return self.payment.ach.speed

    @field("When its window is cut off; until then it can be called off. Null before it has a window.")
    def cut_off_at(self) -> Instant | None:
        return _instant(self.payment.progress.cut_off_at)

    @field("Why it was not made, in a sentence; null when it was, or when no more than `reasonCode` can be said.")
    def reason(self) -> str | None:
        return self.payment.reason

    @field(
        f"Codes of why it was not simply approved, such as `NEW_PAYEE`: at most {len(CustomerReason)}, none when it "
        "was. The set may grow."
    )
    def decision_reasons(self) -> list[str]:
        return list(self.payment.decision_reasons)

    @field("Set when its customer was asked to prove again who they are.")
    def step_up(self) -> StepUpView | None:
        asked = self.payment.step_up
        if asked is None:
            return None
        return StepUpView(
            asked_at=Instant(asked.asked_at), until=Instant(asked.until), confirmed_at=_instant(asked.confirmed_at)
        )

    @field("The payment that it takes back; null when it takes back none.")
    def reverses_id(self) -> strawberry.ID | None:
        return strawberry.ID(self.payment.ach.reverses) if self.payment.ach.reverses else None

    @field("Why it takes that back; null when it takes back none.")
    def reversal_reason(self) -> ReversalReason | None:
        return ReversalReason(self.payment.ach.reversal_reason) if self.payment.ach.reversal_reason else None

    @field(
        "The last day on which a reversal of it may settle. Null when it cannot be reversed now: it has not settled, "
        "has come back, is a reversal itself or has one, or its five banking days are over."
    )
    def reversible_until(self, info: Info) -> Day | None:
        if self.payment.progress.reversals:
            info.context.spend()
        last = info.context.bank.ach.reversals.last_day(self.payment)
        return Day(last) if last else None

    @field(
        f"Payments that were made to take it back, the oldest first: at most {REVERSALS_MAX}, of which all but the "
        "last came to nothing."
    )
    def reversal_ids(self) -> list[strawberry.ID]:
        return [strawberry.ID(one) for one in self.payment.progress.reversals]


@strawberry.type
class _Received(PaymentView):
    """What credits and debits have that came in; the schema names only the two."""

    @field(
        "Who sent its entry, as the entry says (Company Name): at most 16 characters; null where "
        "it does not say, or when it has been erased."
    )
    def originator_name(self, info: Info) -> str | None:
        return _received_text(info.context, self.payment).originator

    @field(
        f"What the entry says it is for, at most {TEXT_LENGTH_MAX} characters, an addenda a line; null when it says "
        "nothing, or when it has been erased."
    )
    def remittance(self, info: Info) -> str | None:
        return _received_text(info.context, self.payment).information


@strawberry.type(name="AchCredit", description="Money that is sent by ACH.")
class AchCreditView(_Originated):
    pass


@strawberry.type(name="AchDebit", description="Money that is collected by ACH.")
class AchDebitView(_Originated):
    @field(
        "When what was collected can be spent, which a reversal may put off; null before it has settled, and once a "
        "reversal has taken it: that reversal then tells what became of it."
    )
    def funds_available_at(self) -> Instant | None:
        progress = self.payment.progress
        kept = self.payment.state in {PaymentState.SETTLED, PaymentState.FREEING}
        freed = PaymentState.FREEING.value in self.payment.journals  # by itself: the reversal waited too long for it
        gone = progress.lent_to is not None and not (kept or freed)
        return None if gone else _instant(progress.freed_at)


@strawberry.type(name="AchCreditReceived", description="Money that came in by ACH: somebody else sent it.")
class AchCreditReceivedView(_Received):
    pass


@strawberry.type(name="AchDebitReceived", description="Money that somebody else collected by ACH.")
class AchDebitReceivedView(_Received):
    pass


_OF_KIND: Final[dict[PaymentKind, type[PaymentView]]] = {
    PaymentKind.ACH_CREDIT: AchCreditView,
    PaymentKind.ACH_DEBIT: AchDebitView,
    PaymentKind.ACH_CREDIT_RECEIVED: AchCreditReceivedView,
    PaymentKind.ACH_DEBIT_RECEIVED: AchDebitReceivedView,
}
PAYMENT_KINDS: Final[tuple[type, ...]] = tuple(_OF_KIND.values())
"""Types that are reached through their interface alone, so the schema is told of them."""


def payment_view(payment: Payment, relation: Relation) -> PaymentView:
    return _OF_KIND[payment.kind](id=strawberry.ID(payment.id), payment=payment, stands=relation)


def credit_view(payment: Payment, relation: Relation) -> AchCreditView:
    return AchCreditView(id=strawberry.ID(payment.id), payment=payment, stands=relation)


def debit_view(payment: Payment, relation: Relation) -> AchDebitView:
    return AchDebitView(id=strawberry.ID(payment.id), payment=payment, stands=relation)


def payments_of(
    context: Context, account: str, stands: Relation, *, first: int, after: Cursor | None
) -> Connection[PaymentView]:
    """The newest first. Who holds the account's object may see its payments."""
    wanted = asked(context.cursors, PAYMENTS, account, first=first, after=after)
    context.spend(2)
    found = context.bank.payments.of_account(account, before=wanted.position, limit=wanted.limit)
    context.expect_counterparties(row.counterparty for row in found.payments if row.counterparty)
    return wanted.page(
        found.payments,
        node=lambda row: payment_view(row, stands),
        position=lambda row: row.position,
        more=found.before is not None,
    )


def _received_text(context: Context, payment: Payment) -> ReceivedText:
    context.spend()
    found = context.bank.ach.received_text(payment)
    return found if isinstance(found, ReceivedText) else ReceivedText(None, None)


def _timeline(context: Context, payment: Payment, *, first: int, after: Cursor | None) -> Connection[PaymentEventView]:
    wanted = asked(context.cursors, TIMELINE, payment.id, first=first, after=after)
    context.spend()
    found = context.bank.payments.timeline(payment.id, after=number_in(wanted.position), limit=wanted.limit)
    return wanted.page(
        found.happenings,
        node=lambda row: PaymentEventView(happening=row),
        position=lambda row: str(row.n),
        more=found.after is not None,
    )


def _telling(context: Context) -> Callable[[str], bool]:
    """Which facts of a happening the person is told, by their labels."""
    if not context.is_staff:
        return lambda label: label in TOLD_TO_CUSTOMERS
    if refusal_of(context.actor, Action.VIEW_FRAUD, relation=Relation.STRANGER) is None:
        return lambda _: True
    return lambda label: label not in OF_FRAUD


def _by(context: Context, by: str) -> str:
    """Customers are told of no person of the bank, and of each other by no id."""
    if context.is_staff:
        return by
    if by == context.actor.person:
        return "you"
    if by.startswith("partner:"):
        return "partner"
    return "another owner" if prefix_of(by) == "cus" else BANK


def _instant(at: datetime | None) -> Instant | None:
    return Instant(at) if at else None
