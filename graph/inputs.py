"""Inputs: one for each mutation. The schema checks their types; what they say is checked here and in the bank."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

import strawberry

from domain import keys, money
from domain.cases.rules import REASON_LENGTH_MAX
from domain.counterparties.model import Details
from domain.ledger.model import KEY_LENGTH_MAX
from domain.money import Money
from domain.partners.model import BODY_BYTES_MAX
from domain.rails.ach.sec_codes import DESCRIPTION_LENGTH_MAX
from domain.rails.ach.service import REMITTANCE_LENGTH_MAX
from domain.refusals import FieldFault, InputInvalid, Refusal
from domain.transfers.model import (
    MEMO_LENGTH_MAX,
    AccountTarget,
    NumberTarget,
    Schedule,
    Target,
)
from domain.transfers.rules import HOLD_DAYS_MAX
from domain.transfers.schedule import COUNT_MAX, DAY_MAX, DAYS_AHEAD_MAX
from graph.enums import (
    AccountType,
    HolderKind,
    Product,
    Purpose,
    ResolutionCode,
    ReturnDecision,
    ReversalReason,
    Rhythm,
    SecCode,
    Speed,
    VerificationMethod,
)
from graph.ids import by_id
from graph.money import MoneyInput
from graph.scalars import Currency, Day, IdempotencyKey, Instant

AMOUNTS_READ_MAX: Final = 3
"""Two are right, and a third tells that there are too many."""
_KEY = (
    f"Names this request: 1 to {KEY_LENGTH_MAX} printable ASCII characters without spaces. The same key with the "
    "same input gives the same answer and acts once."
)


_SHOWN = "The `fingerprint` of what you were shown, as it is: 71 characters."


@strawberry.input(name="BankAccountInput", description="An account of this bank by its numbers.")
class BankAccountInput:
    routing_number: str = strawberry.field(description="9 digits.")
    account_number: str = strawberry.field(description="12 digits.")


@strawberry.input(
    name="DestinationInput",
    one_of=True,
    description="The account that receives: exactly one of the two.",
)
class DestinationInput:
    account_id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description=by_id("An account that you may see, such as another one of your own", "acc")
    )
    bank_account: strawberry.Maybe[BankAccountInput] = strawberry.field(
        description="Any account of this bank, by its numbers."
    )


@strawberry.input(name="ScheduleInput", description="On which days a transfer order is due.")
class ScheduleInput:
    rhythm: Rhythm = strawberry.field(description="How often.")
    starts_on: Day = strawberry.field(
        description=f"The first day: tomorrow at the earliest, {DAYS_AHEAD_MAX} days ahead at the latest."
    )
    day_of_month: int | None = strawberry.field(
        default=None,
        description=f"Of a monthly order: 1 to {DAY_MAX}, the last day in months that are shorter. That of `startsOn` "
        "when not given.",
    )
    ends_on: Day | None = strawberry.field(
        default=None, description="The last day it can be due. Not together with `count`."
    )
    count: int | None = strawberry.field(
        default=None, description=f"How many times, 1 to {COUNT_MAX}. Not together with `endsOn`."
    )


@strawberry.input(name="OpenAccountInput", description="An account to be opened.")
class OpenAccountInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    product: Product = strawberry.field(description="What kind of account.")
    currency: Currency = strawberry.field(description="The one currency it is kept in.")
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description=by_id("For whom; yourself when not given, staff must give it", "cus")
    )


@strawberry.input(name="TransferInput", description="Money to be moved from one account to another.")
class TransferInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    source_id: strawberry.ID = strawberry.field(description=by_id("The account that pays: one you own", "acc"))
    destination: DestinationInput = strawberry.field(description="The account that receives.")
    amount: MoneyInput = strawberry.field(description="How much, in the currency of both accounts.")
    memo: str | None = strawberry.field(
        default=None, description=f"A message to the receiver, 1 to {MEMO_LENGTH_MAX} characters, kept as it is."
    )


@strawberry.input(name="PreviewTransferInput", description="A transfer to be looked at, not made.")
class PreviewTransferInput(TransferInput):
    pass


@strawberry.input(name="ScheduleTransferInput", description="A transfer to be made later, once or again and again.")
class ScheduleTransferInput(TransferInput):
    schedule: ScheduleInput = strawberry.field(description="On which days.")


@strawberry.input(name="CancelTransferOrderInput", description="A transfer order to be ended.")
class CancelTransferOrderInput:
    order_id: strawberry.ID = strawberry.field(description=by_id("The order", "ord"))


@strawberry.input(name="PlaceHoldInput", description="Money to be set aside.")
class PlaceHoldInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    account_id: strawberry.ID = strawberry.field(description=by_id("The account whose money it is", "acc"))
    amount: MoneyInput = strawberry.field(description="How much, in the account's currency.")
    expires_at: Instant | None = strawberry.field(
        default=None,
        description=f"When it ends by itself: in the future, at most {HOLD_DAYS_MAX} days ahead. Never when not given.",
    )


@strawberry.input(name="CaptureHoldInput", description="Held money to be taken.")
class CaptureHoldInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    hold_id: strawberry.ID = strawberry.field(description=by_id("The hold", "hld"))
    amount: MoneyInput = strawberry.field(description="How much: at most what remains of the hold.")
    destination: DestinationInput | None = strawberry.field(
        default=None, description="The account that receives; staff may leave it out for the card network."
    )
    final: bool = strawberry.field(default=True, description="Whether what remains of the hold is released with it.")


@strawberry.input(name="ReleaseHoldInput", description="Held money to be given back.")
class ReleaseHoldInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    hold_id: strawberry.ID = strawberry.field(description=by_id("The hold", "hld"))


@strawberry.input(name="ReverseJournalInput", description="A journal to be undone by another one.")
class ReverseJournalInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    journal_id: strawberry.ID = strawberry.field(description=by_id("The journal", "jrn"))
    amount: MoneyInput | None = strawberry.field(
        default=None, description="How much of it; all that is left when not given."
    )


@strawberry.input(name="FreezeAccountInput", description="An account to be stopped.")
class FreezeAccountInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    account_id: strawberry.ID = strawberry.field(description=by_id("The account", "acc"))
    debits_only: bool = strawberry.field(default=True, description="Whether it still takes credits.")


@strawberry.input(name="ThawAccountInput", description="A frozen account to be opened again.")
class ThawAccountInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    account_id: strawberry.ID = strawberry.field(description=by_id("The account", "acc"))


@strawberry.input(name="CloseAccountInput", description="An account to be ended, at a balance of zero.")
class CloseAccountInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    account_id: strawberry.ID = strawberry.field(description=by_id("The account", "acc"))


@strawberry.input(name="AddCounterpartyInput", description="An account at another bank, to pay or to collect from.")
class AddCounterpartyInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    name: str = strawberry.field(description="The name of its holder, 1 to 140 characters.")
    routing_number: str = strawberry.field(description="Of the other bank: 9 digits with their check digit.")
    account_number: str = strawberry.field(
        description="1 to 17 letters, digits and hyphens. It is never shown again but for its last 4."
    )
    account_type: AccountType = strawberry.field(description="What kind of account it is there.")
    holder_kind: HolderKind = strawberry.field(description="Whose account it is there.")
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description=by_id("Whose counterparty it is; yours when not given", "cus")
    )


@strawberry.input(name="CloseCounterpartyInput", description="A counterparty to be ended.")
class CloseCounterpartyInput:
    counterparty_id: strawberry.ID = strawberry.field(description=by_id("The counterparty", "cpy"))


@strawberry.input(name="VerifyCounterpartyInput", description="A counterparty to be proved.")
class VerifyCounterpartyInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    counterparty_id: strawberry.ID = strawberry.field(description=by_id("The counterparty", "cpy"))
    method: VerificationMethod = strawberry.field(description="How.")


@strawberry.input(name="ConfirmMicroEntriesInput", description="What the micro-entries on the account were.")
class ConfirmMicroEntriesInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    counterparty_id: strawberry.ID = strawberry.field(description=by_id("The counterparty", "cpy"))
    amounts: list[MoneyInput] = strawberry.field(
        description="Both credits in dollars, 0.01 to 0.99 each, in any order: both of the two, at most 2."
    )


@strawberry.input(name="OriginateAchCreditInput", description="Money to be sent to an account at another bank.")
class OriginateAchCreditInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    account_id: strawberry.ID = strawberry.field(
        description=by_id("The account that pays, or is paid by a debit: one you own, in USD", "acc")
    )
    counterparty_id: strawberry.ID = strawberry.field(
        description=by_id("The account at the other bank: a verified counterparty of yours", "cpy")
    )
    amount: MoneyInput = strawberry.field(description="How much, in USD.")
    sec_code: SecCode = strawberry.field(description="The class of the entry.")
    speed: Speed = strawberry.field(default=Speed.NEXT_DAY, description="How soon it is to settle.")
    description: str = strawberry.field(
        description=f"What the receiver's statement calls it: 1 to {DESCRIPTION_LENGTH_MAX} printable ASCII characters."
    )
    purpose: Purpose = strawberry.field(default=Purpose.PAYMENT, description="What it is for.")
    remittance: str | None = strawberry.field(
        default=None,
        description="What the receiver is told of it in addenda of 80 characters each: one of them, of a CTX entry "
        f"{REMITTANCE_LENGTH_MAX} characters at most. What is not ASCII counts as it is written in ASCII.",
    )
    recurring: bool = strawberry.field(default=False, description="Whether it is one of a series: WEB and TEL say so.")
    duplicate_intended: bool = strawberry.field(
        default=False, description="Whether it is meant although one just like it was made a short while ago."
    )


@strawberry.input(name="OriginateAchDebitInput", description="Money to be collected from an account at another bank.")
class OriginateAchDebitInput(OriginateAchCreditInput):
    pass


@strawberry.input(name="ReverseAchPaymentInput", description="A payment to be taken back.")
class ReverseAchPaymentInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    payment_id: strawberry.ID = strawberry.field(description=by_id("The payment: one that has settled", "pay"))
    reason: ReversalReason = strawberry.field(description="What was wrong with it.")
    intended_on: Day | None = strawberry.field(
        default=None, description="The day it should have settled on: of a wrong date alone."
    )
    speed: Speed = strawberry.field(default=Speed.NEXT_DAY, description="How soon it is to settle.")


@strawberry.input(name="CancelPaymentInput", description="A payment to be called off.")
class CancelPaymentInput:
    payment_id: strawberry.ID = strawberry.field(description=by_id("The payment", "pay"))


@strawberry.input(name="ConfirmPaymentInput", description="A payment that waits for its customer, to be confirmed.")
class ConfirmPaymentInput:
    payment_id: strawberry.ID = strawberry.field(description=by_id("The payment", "pay"))


@strawberry.input(name="AssignCaseInput", description="A case to be taken into your own hands.")
class AssignCaseInput:
    case_id: strawberry.ID = strawberry.field(description=by_id("The case", "cas"))


@strawberry.input(name="ReleaseCaseInput", description="A case to be taken out of its owner's hands.")
class ReleaseCaseInput:
    case_id: strawberry.ID = strawberry.field(description=by_id("The case", "cas"))


@strawberry.input(name="ResolveCaseInput", description="A case to be decided.")
class ResolveCaseInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    case_id: strawberry.ID = strawberry.field(description=by_id("The case", "cas"))
    resolution: ResolutionCode = strawberry.field(description="One of the case's `choices`.")
    reason: str = strawberry.field(
        description=f"Why: 1 to {REASON_LENGTH_MAX} characters in one line, kept as they are. Nothing personal."
    )


@strawberry.input(name="GiveApprovalInput", description="A request to be approved.")
class GiveApprovalInput:
    approval_id: strawberry.ID = strawberry.field(description=by_id("The approval", "apr"))
    fingerprint: str = strawberry.field(description=_SHOWN)


@strawberry.input(name="RefuseApprovalInput", description="A request to be refused.")
class RefuseApprovalInput:
    approval_id: strawberry.ID = strawberry.field(description=by_id("The approval", "apr"))
    fingerprint: str = strawberry.field(description=_SHOWN)


@strawberry.input(name="ReturnAchEntryInput", description="A posted entry to be sent back.")
class ReturnAchEntryInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    entry_id: strawberry.ID = strawberry.field(description=by_id("The entry", "rce"))
    decision: ReturnDecision = strawberry.field(description="Why it goes back. Which return code says so, follows.")
    statement_received: bool = strawberry.field(
        default=False,
        description="Whether the receiver's written statement of unauthorised debit is with the bank.",
    )
    statement_reviewed_on: Day | None = strawberry.field(default=None, description="When the bank reviewed it.")
    event_on: Day | None = strawberry.field(
        default=None,
        description="When the receiver refused the credit, or the sending bank asked or agreed.",
    )
    died_on: Day | None = strawberry.field(default=None, description="When the payee or the holder died.")


@strawberry.input(name="ReplayPartnerDeliveryInput", description="A delivery to be processed again.")
class ReplayPartnerDeliveryInput:
    idempotency_key: IdempotencyKey = strawberry.field(description=_KEY)
    delivery_id: strawberry.ID = strawberry.field(description=by_id("The delivery", "dlv"))
    body: str | None = strawberry.field(
        default=None,
        description="What it should have said, a JSON object of at most "
        f"{BODY_BYTES_MAX} bytes, as far as a request may be that long. It becomes a delivery of its own, which the "
        "partner has not signed; the one that is mended stays as it is.",
    )


@dataclass(slots=True)
class Reading:
    """Reads the parts of an input that the schema could not judge, and keeps what is wrong with them."""

    faults: list[FieldFault] = field(default_factory=list)

    def money(self, given: MoneyInput, *path: str) -> Money:
        where = path or ("amount",)
        if given.currency not in money.EXPONENTS:
            self.faults.append(_currency_fault(*where, "currency"))
            return _NO_MONEY
        try:
            return money.parse(given.amount, given.currency)
        except money.MoneyMalformed as malformed:
            self.faults.append(FieldFault((*where, "amount"), "AMOUNT_MALFORMED", str(malformed)))
            return _NO_MONEY

    def currency(self, given: Currency, *path: str) -> str:
        if given not in money.EXPONENTS:
            self.faults.append(_currency_fault(*path))
        return given

    def key(self, given: IdempotencyKey) -> str:
        self.faults += keys.key_faults(given)
        return given

    def destination(self, given: DestinationInput) -> Target:
        if given.account_id is not None:
            return AccountTarget(str(given.account_id.value))
        if given.bank_account is None:
            raise ValueError("the schema takes exactly one of the two")
        numbers = given.bank_account.value
        return NumberTarget(numbers.routing_number, numbers.account_number)

    def cents(self, given: list[MoneyInput]) -> tuple[int, ...]:
        """Amounts of micro-entries, which are in dollars."""
        found = [self.money(one, "amounts", str(place)) for place, one in enumerate(given[:AMOUNTS_READ_MAX])]
        if any(one.currency != "USD" for one in found):
            self.faults.append(FieldFault(("amounts",), "CURRENCY_UNFIT", "are in USD"))
        return tuple(one.minor for one in found)

    @property
    def invalid(self) -> InputInvalid | None:
        return InputInvalid(tuple(self.faults)) if self.faults else None


def schedule_of(given: ScheduleInput) -> Schedule:
    return Schedule(
        rhythm=given.rhythm,
        starts_on=given.starts_on,
        day_of_month=given.day_of_month,
        ends_on=given.ends_on,
        count=given.count,
    )


def details_of(given: AddCounterpartyInput) -> Details:
    return Details(
        name=given.name,
        routing_number=given.routing_number,
        account_number=given.account_number,
        account_type=given.account_type,
        holder_kind=given.holder_kind,
    )


def with_schema_paths(refusal: Refusal) -> Refusal:
    """The bank names a destination's numbers as its own; in the schema they stand one level lower."""
    if not isinstance(refusal, InputInvalid):
        return refusal
    return InputInvalid(tuple(replace(fault, path=tuple(_schema_path(fault.path))) for fault in refusal.faults))


def _schema_path(path: tuple[str, ...]) -> Iterator[str]:
    if path[0] == "document":  # what stands within the text of a document is one place
        yield "document"
        if within := ".".join(path[1:]).removeprefix("the document"):
            yield within
        return
    for before, part in zip((None, *path), path, strict=False):
        if before == "destination" and part in ("routingNumber", "accountNumber"):
            yield "bankAccount"
        if part != "lineage":
            yield _SCHEMA_NAMES.get(part, part)


def _currency_fault(*path: str) -> FieldFault:
    return FieldFault(path, "CURRENCY_UNKNOWN", "is not an active ISO 4217 currency")


_NO_MONEY = Money(0, "USD")
_SCHEMA_NAMES: Final = {"sec": "secCode", "direction": "secCode", "addenda": "remittance", "last": "lastDay"}
"""What the rules of ACH speak of, and the field that says it: which way an entry goes, its class decides."""
