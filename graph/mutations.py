"""Everything the API can change. One input each; the answer is a success or one of the refusals named with it.

The refusals of a mutation are those its service may return, no fewer: a test reads them off the services and compares.
"""

from collections.abc import Callable
from typing import Annotated, Final, TypeVar

import strawberry

from domain.access.model import (
    Approval,
    ApprovalBusy,
    ApprovalMismatch,
    ApprovalNotGiven,
    ApprovalNotPending,
    MakerCannotCheck,
)
from domain.accounts.model import Account, AccountKeyReused, CustomerErased, ProductUnavailable
from domain.cases.model import (
    CaseBusy,
    CaseResolved,
    CaseTaken,
    ResolutionDelayed,
    ResolutionKeyReused,
    ResolutionNotCarriedOut,
    ResolutionPending,
    ResolutionUnavailable,
)
from domain.counterparties.model import (
    AmountsWrong,
    Counterparty,
    CounterpartyClosed,
    CounterpartyCreditOnly,
    CounterpartyExists,
    CounterpartyKeyReused,
    CounterpartyNotVerified,
    CounterpartyVerified,
    NothingToConfirm,
    VerificationsExhausted,
    VerificationUnderway,
)
from domain.ledger.model import State
from domain.partners.model import DeliveryBusy, DeliveryNotReplayable, ReplayKeyReused
from domain.payments.model import Payment, PaymentBusy, PaymentKeyReused, PaymentNotCancellable
from domain.rails.ach.model import AchNotEligible, DuplicateSuspected
from domain.rails.ach.service import Wish as AchWish
from domain.refusals import (
    AccountClosed,
    AccountFrozen,
    AlreadySo,
    BalanceNotZero,
    ClockUncertain,
    CreditsBatched,
    CrossRegionNotSupported,
    CurrencyMismatch,
    DestinationUnavailable,
    HoldExpired,
    HoldsOpen,
    HoldTooSmall,
    HoldUnknown,
    IdempotencyKeyReused,
    InputInvalid,
    InsufficientFunds,
    JurisdictionMismatch,
    LimitExceeded,
    NotAllowed,
    NotFound,
    NothingToReverse,
    NotReversible,
    OutcomeUnknown,
    Refusal,
    SameAccount,
    TooManyHolds,
    TryAgain,
    WrongRegion,
)
from domain.sealing import Shredded
from domain.transfers.model import HoldChange, OrderEnded, OrderKeyReused, TransferOrder, Wish
from graph.accounts import AccountView, HoldView, account_view
from graph.approvals import ApprovalView, approval_view
from graph.cases import CaseView, case_view
from graph.context import Context, SeenAccount
from graph.counterparties import CounterpartyView, counterparty_view
from graph.enums import Verdict
from graph.inputs import (
    AddCounterpartyInput,
    AssignCaseInput,
    CancelPaymentInput,
    CancelTransferOrderInput,
    CaptureHoldInput,
    CloseAccountInput,
    CloseCounterpartyInput,
    ConfirmMicroEntriesInput,
    FreezeAccountInput,
    GiveApprovalInput,
    OpenAccountInput,
    OriginateAchCreditInput,
    OriginateAchDebitInput,
    PlaceHoldInput,
    PreviewTransferInput,
    Reading,
    RefuseApprovalInput,
    ReleaseCaseInput,
    ReleaseHoldInput,
    ReplayPartnerDeliveryInput,
    ResolveCaseInput,
    ReverseJournalInput,
    ScheduleTransferInput,
    ThawAccountInput,
    TransferInput,
    VerifyCounterpartyInput,
    details_of,
    schedule_of,
)
from graph.journals import JournalView, journal_view
from graph.money import MoneyView, shown
from graph.node import Info
from graph.partners import PartnerDeliveryView, delivery_view
from graph.payments import (
    AchCreditView,
    AchDebitView,
    PaymentView,
    credit_view,
    debit_view,
    payment_view,
)
from graph.refusals import result
from graph.transfers import TransferOrderView, TransferView, order_view

_REPLAYED: Final = "Whether this is the answer the key got before: nothing was done again."
_AFTER: Final = "The account right after it."

ASKED: Final = (InputInvalid, NotFound, NotAllowed, WrongRegion)
"""What can be wrong with any request."""
POSTED: Final = (IdempotencyKeyReused, TryAgain, OutcomeUnknown, ClockUncertain)
"""What can keep any journal from being posted."""
DEBITED: Final = (InsufficientFunds, AccountFrozen, AccountClosed, LimitExceeded)
PAID: Final = (CrossRegionNotSupported, SameAccount, CurrencyMismatch)
CARRIED_OUT: Final = (
    ApprovalMismatch,
    ApprovalNotGiven,
    ApprovalBusy,
    CaseBusy,
    ResolutionNotCarriedOut,
    ResolutionDelayed,
)
"""What can keep a resolution that is approved from being carried out."""
ORIGINATED: Final = (
    *ASKED,
    CurrencyMismatch,
    CounterpartyNotVerified,
    CounterpartyClosed,
    CounterpartyCreditOnly,
    AchNotEligible,
    DuplicateSuspected,
    PaymentKeyReused,
    Shredded,
)
TRANSFERRED: Final = (*ASKED, *POSTED, *DEBITED, *PAID, DestinationUnavailable, Shredded)

REFUSALS: Final[dict[str, tuple[type[Refusal], ...]]] = {
    "openAccount": (
        *ASKED,
        AccountKeyReused,
        ProductUnavailable,
        CustomerErased,
        TryAgain,
        OutcomeUnknown,
        ClockUncertain,
    ),
    "transfer": TRANSFERRED,
    "previewTransfer": TRANSFERRED,
    "scheduleTransfer": (*ASKED, *PAID, IdempotencyKeyReused, Shredded, OrderKeyReused),
    "cancelTransferOrder": (*ASKED, OrderEnded, TryAgain),
    "placeHold": (*ASKED, *POSTED, *DEBITED, CurrencyMismatch, TooManyHolds),
    "captureHold": (
        *ASKED,
        *POSTED,
        *DEBITED,
        *PAID,
        DestinationUnavailable,
        HoldUnknown,
        HoldExpired,
        HoldTooSmall,
    ),
    "releaseHold": (*ASKED, *POSTED, HoldUnknown),
    "reverseJournal": (
        *ASKED,
        *POSTED,
        InsufficientFunds,
        AccountFrozen,
        AccountClosed,
        DestinationUnavailable,
        CurrencyMismatch,
        NothingToReverse,
        NotReversible,
    ),
    "freezeAccount": (*ASKED, *POSTED, AccountClosed, AlreadySo),
    "thawAccount": (*ASKED, *POSTED, AccountClosed, AlreadySo),
    "closeAccount": (*ASKED, *POSTED, AccountClosed, BalanceNotZero, HoldsOpen, CreditsBatched),
    "addCounterparty": (*ASKED, JurisdictionMismatch, Shredded, CounterpartyKeyReused, CounterpartyExists, TryAgain),
    "closeCounterparty": (*ASKED, TryAgain),
    "verifyCounterparty": (
        *ASKED,
        Shredded,
        CounterpartyKeyReused,
        CounterpartyClosed,
        CounterpartyVerified,
        VerificationUnderway,
        VerificationsExhausted,
        TryAgain,
    ),
    "confirmMicroEntries": (
        *ASKED,
        Shredded,
        CounterpartyKeyReused,
        CounterpartyClosed,
        NothingToConfirm,
        AmountsWrong,
        TryAgain,
    ),
    "originateAchCredit": ORIGINATED,
    "originateAchDebit": ORIGINATED,
    "cancelPayment": (*ASKED, PaymentNotCancellable, PaymentBusy),
    "assignCase": (*ASKED, CaseTaken, CaseResolved, CaseBusy),
    "releaseCase": (*ASKED, CaseResolved, CaseBusy),
    "resolveCase": (
        *ASKED,
        *CARRIED_OUT,
        CaseTaken,
        CaseResolved,
        ResolutionPending,
        ResolutionUnavailable,
        ResolutionKeyReused,
    ),
    "giveApproval": (*ASKED, *CARRIED_OUT, MakerCannotCheck, ApprovalNotPending),
    "refuseApproval": (*ASKED, *CARRIED_OUT, MakerCannotCheck, ApprovalNotPending),
    "replayPartnerDelivery": (*ASKED, ReplayKeyReused, DeliveryNotReplayable, DeliveryBusy),
}


@strawberry.type(name="OpenAccountSuccess", description="The account is open.")
class OpenAccountSuccess:
    account: AccountView = strawberry.field(description="The account.")


@strawberry.type(name="TransferSuccess", description="The transfer is posted.")
class TransferSuccess:
    transfer: TransferView = strawberry.field(description="The transfer.")
    source: AccountView = strawberry.field(description="The account that paid, right after it.")
    replayed: bool = strawberry.field(description=_REPLAYED)


@strawberry.type(name="PreviewTransferSuccess", description="The transfer could be made now. Nothing was written.")
class PreviewTransferSuccess:
    transfer: TransferView = strawberry.field(description="The transfer as it would be.")
    source: AccountView = strawberry.field(description="The account that pays, as it would be right after it.")


@strawberry.type(name="ScheduleTransferSuccess", description="The transfer is ordered.")
class ScheduleTransferSuccess:
    order: TransferOrderView = strawberry.field(description="The order.")


@strawberry.type(name="CancelTransferOrderSuccess", description="The order is ended.")
class CancelTransferOrderSuccess:
    order: TransferOrderView = strawberry.field(description="The order.")


@strawberry.type(name="PlaceHoldSuccess", description="The money is set aside.")
class PlaceHoldSuccess:
    hold: HoldView | None = strawberry.field(description="The hold; null in a replay when nothing of it is left.")
    hold_id: strawberry.ID = strawberry.field(description="The id of the hold.")
    account: AccountView = strawberry.field(description=_AFTER)
    replayed: bool = strawberry.field(description=_REPLAYED)


@strawberry.type(name="CaptureHoldSuccess", description="The held money is taken.")
class CaptureHoldSuccess:
    amount: MoneyView = strawberry.field(description="How much was taken.")
    hold: HoldView | None = strawberry.field(description="What is left of the hold; null when it has ended.")
    journal_id: strawberry.ID = strawberry.field(description="The journal that took it.")
    account: AccountView = strawberry.field(description=_AFTER)
    replayed: bool = strawberry.field(description=_REPLAYED)


@strawberry.type(name="ReleaseHoldSuccess", description="The held money is given back.")
class ReleaseHoldSuccess:
    journal_id: strawberry.ID = strawberry.field(description="The journal that gave it back.")
    account: AccountView = strawberry.field(description=_AFTER)
    replayed: bool = strawberry.field(description=_REPLAYED)


@strawberry.type(name="ReverseJournalSuccess", description="The journal is undone, in whole or in part.")
class ReverseJournalSuccess:
    journal: JournalView = strawberry.field(description="The journal that undoes.")
    original: JournalView = strawberry.field(description="The journal that is undone.")
    replayed: bool = strawberry.field(description=_REPLAYED)


@strawberry.type(name="FreezeAccountSuccess", description="The account is frozen.")
class FreezeAccountSuccess:
    account: AccountView = strawberry.field(description="The account.")


@strawberry.type(name="ThawAccountSuccess", description="The account is open again.")
class ThawAccountSuccess:
    account: AccountView = strawberry.field(description="The account.")


@strawberry.type(name="CloseAccountSuccess", description="The account is closed.")
class CloseAccountSuccess:
    account: AccountView = strawberry.field(description="The account.")


@strawberry.type(name="AddCounterpartySuccess", description="The counterparty is there; nothing is proved yet.")
class AddCounterpartySuccess:
    counterparty: CounterpartyView = strawberry.field(description="The counterparty.")


@strawberry.type(name="CloseCounterpartySuccess", description="The counterparty is closed.")
class CloseCounterpartySuccess:
    counterparty: CounterpartyView = strawberry.field(description="The counterparty.")


@strawberry.type(name="VerifyCounterpartySuccess", description="The counterparty is being verified.")
class VerifyCounterpartySuccess:
    counterparty: CounterpartyView = strawberry.field(description="The counterparty.")


@strawberry.type(name="ConfirmMicroEntriesSuccess", description="The amounts are right: the counterparty is verified.")
class ConfirmMicroEntriesSuccess:
    counterparty: CounterpartyView = strawberry.field(description="The counterparty.")


@strawberry.type(
    name="OriginateAchCreditSuccess", description="The payment is accepted. Whether it is made, its `timeline` tells."
)
class OriginateAchCreditSuccess:
    payment: AchCreditView = strawberry.field(description="The payment; said again with the same key, as it is now.")


@strawberry.type(
    name="OriginateAchDebitSuccess", description="The payment is accepted. Whether it is made, its `timeline` tells."
)
class OriginateAchDebitSuccess:
    payment: AchDebitView = strawberry.field(description="The payment; said again with the same key, as it is now.")


@strawberry.type(name="CancelPaymentSuccess", description="The payment is called off.")
class CancelPaymentSuccess:
    payment: PaymentView = strawberry.field(description="The payment.")


@strawberry.type(name="AssignCaseSuccess", description="The case is yours.")
class AssignCaseSuccess:
    case: CaseView = strawberry.field(description="The case.")


@strawberry.type(name="ReleaseCaseSuccess", description="The case is nobody's.")
class ReleaseCaseSuccess:
    case: CaseView = strawberry.field(description="The case.")


@strawberry.type(
    name="ResolveCaseSuccess", description="The case is resolved, or its resolution waits for a second person."
)
class ResolveCaseSuccess:
    case: CaseView = strawberry.field(description="The case; its `resolution` says how far that has come.")


@strawberry.type(name="GiveApprovalSuccess", description="The request is approved by you.")
class GiveApprovalSuccess:
    approval: ApprovalView = strawberry.field(description="The approval.")


@strawberry.type(name="RefuseApprovalSuccess", description="The request is refused.")
class RefuseApprovalSuccess:
    approval: ApprovalView = strawberry.field(description="The approval.")


@strawberry.type(name="ReplayPartnerDeliverySuccess", description="The delivery is to be processed again, in a minute.")
class ReplayPartnerDeliverySuccess:
    delivery: PartnerDeliveryView = strawberry.field(
        description="What is processed: the delivery, or the new one with the mended body."
    )
    replayed: bool = strawberry.field(description=_REPLAYED)


SUCCESSES: Final[dict[str, type]] = {
    "openAccount": OpenAccountSuccess,
    "transfer": TransferSuccess,
    "previewTransfer": PreviewTransferSuccess,
    "scheduleTransfer": ScheduleTransferSuccess,
    "cancelTransferOrder": CancelTransferOrderSuccess,
    "placeHold": PlaceHoldSuccess,
    "captureHold": CaptureHoldSuccess,
    "releaseHold": ReleaseHoldSuccess,
    "reverseJournal": ReverseJournalSuccess,
    "freezeAccount": FreezeAccountSuccess,
    "thawAccount": ThawAccountSuccess,
    "closeAccount": CloseAccountSuccess,
    "addCounterparty": AddCounterpartySuccess,
    "closeCounterparty": CloseCounterpartySuccess,
    "verifyCounterparty": VerifyCounterpartySuccess,
    "confirmMicroEntries": ConfirmMicroEntriesSuccess,
    "originateAchCredit": OriginateAchCreditSuccess,
    "originateAchDebit": OriginateAchDebitSuccess,
    "cancelPayment": CancelPaymentSuccess,
    "assignCase": AssignCaseSuccess,
    "releaseCase": ReleaseCaseSuccess,
    "resolveCase": ResolveCaseSuccess,
    "giveApproval": GiveApprovalSuccess,
    "refuseApproval": RefuseApprovalSuccess,
    "replayPartnerDelivery": ReplayPartnerDeliverySuccess,
}

Given = TypeVar("Given")
Asked = Annotated[Given, strawberry.argument(description="What is asked for.")]
Resolver = TypeVar("Resolver", bound=Callable[..., object])


def _mutation(name: str, description: str) -> Callable[[Resolver], Resolver]:
    """A field of `Mutation` whose type is the union of its success and its refusals."""
    union = result(
        f"{name[0].upper()}{name[1:]}Result",
        f"What `{name}` answers: that it was done, or why not.",
        SUCCESSES[name],
        refusals=REFUSALS[name],
    )
    decorate: Callable[[Resolver], Resolver] = strawberry.mutation(description=description, graphql_type=union)
    return decorate


@strawberry.type(name="Mutation", description="What can be changed. One change a request.")
class Mutation:
    @_mutation("openAccount", "Opens an account for yourself; staff open it for a customer.")
    def open_account(self, info: Info, input: Asked[OpenAccountInput]) -> OpenAccountSuccess | Refusal:
        reading, context = Reading(), info.context
        key = reading.key(input.idempotency_key)
        currency = reading.currency(input.currency, "currency")
        if reading.invalid:
            return reading.invalid
        seen = context.customer(str(input.customer_id or context.actor.person))
        if isinstance(seen, Refusal):
            return seen
        answer = context.bank.accounts.open_account(
            context.actor, customer=seen.customer, product=input.product.value, currency=currency, key=key
        )
        if isinstance(answer, Refusal):
            return answer
        return OpenAccountSuccess(account=_changed(context, answer))

    @_mutation("transfer", "Moves money from an account you own to another account of this region.")
    def transfer(self, info: Info, input: Asked[TransferInput]) -> TransferSuccess | Refusal:
        reading, context = Reading(), info.context
        key, wish = reading.key(input.idempotency_key), _wish(reading, input)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.transfer(context.actor, wish, key=key)
        if isinstance(answer, Refusal):
            return answer
        source = _after(context, answer.source, answer.state)
        transfer = TransferView(transfer=answer, stands=context.relation(answer.source))
        return TransferSuccess(transfer=transfer, source=source, replayed=answer.replayed)

    @_mutation("previewTransfer", "Answers what `transfer` with the same input would, and writes nothing.")
    def preview_transfer(self, info: Info, input: Asked[PreviewTransferInput]) -> PreviewTransferSuccess | Refusal:
        reading, context = Reading(), info.context
        key, wish = reading.key(input.idempotency_key), _wish(reading, input)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.preview(context.actor, wish, key=key)
        if isinstance(answer, Refusal):
            return answer
        source = _after(context, answer.source, answer.state)
        transfer = TransferView(transfer=answer, stands=context.relation(answer.source))
        return PreviewTransferSuccess(transfer=transfer, source=source)

    @_mutation("scheduleTransfer", "Orders a transfer for a later day, or for many.")
    def schedule_transfer(self, info: Info, input: Asked[ScheduleTransferInput]) -> ScheduleTransferSuccess | Refusal:
        reading, context = Reading(), info.context
        key, wish = reading.key(input.idempotency_key), _wish(reading, input)
        if reading.invalid:
            return reading.invalid
        days = schedule_of(input.schedule)
        answer = context.bank.orders.schedule(context.actor, wish, days=days, key=key)
        return answer if isinstance(answer, Refusal) else ScheduleTransferSuccess(order=_order(context, answer))

    @_mutation(
        "cancelTransferOrder",
        "Ends a transfer order. Said again, it changes nothing. A transfer that was begun is still made.",
    )
    def cancel_transfer_order(
        self, info: Info, input: Asked[CancelTransferOrderInput]
    ) -> CancelTransferOrderSuccess | Refusal:
        context = info.context
        answer = context.bank.orders.cancel(context.actor, str(input.order_id))
        if isinstance(answer, Refusal):
            return answer
        return CancelTransferOrderSuccess(order=_order(context, answer))

    @_mutation("placeHold", "Sets money of an account aside.")
    def place_hold(self, info: Info, input: Asked[PlaceHoldInput]) -> PlaceHoldSuccess | Refusal:
        reading, context = Reading(), info.context
        key, amount = reading.key(input.idempotency_key), reading.money(input.amount)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.place_hold(
            context.actor,
            account=str(input.account_id),
            amount=amount,
            expires_at=input.expires_at,
            key=key,
        )
        if isinstance(answer, Refusal):
            return answer
        return PlaceHoldSuccess(
            hold=_hold(context, answer),
            hold_id=strawberry.ID(answer.hold_id),
            account=_after(context, answer.account, answer.state),
            replayed=answer.replayed,
        )

    @_mutation("captureHold", "Takes held money, in whole or in part.")
    def capture_hold(self, info: Info, input: Asked[CaptureHoldInput]) -> CaptureHoldSuccess | Refusal:
        reading, context = Reading(), info.context
        key, amount = reading.key(input.idempotency_key), reading.money(input.amount)
        destination = reading.destination(input.destination) if input.destination else None
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.capture_hold(
            context.actor,
            hold=str(input.hold_id),
            amount=amount,
            destination=destination,
            final=input.final,
            key=key,
        )
        if isinstance(answer, Refusal):
            return answer
        return CaptureHoldSuccess(
            amount=shown(amount.minor, amount.currency),
            hold=_hold(context, answer),
            journal_id=strawberry.ID(answer.journal.id),
            account=_after(context, answer.account, answer.state),
            replayed=answer.replayed,
        )

    @_mutation("releaseHold", "Gives held money back to its account.")
    def release_hold(self, info: Info, input: Asked[ReleaseHoldInput]) -> ReleaseHoldSuccess | Refusal:
        reading, context = Reading(), info.context
        key = reading.key(input.idempotency_key)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.release_hold(context.actor, hold=str(input.hold_id), key=key)
        if isinstance(answer, Refusal):
            return answer
        return ReleaseHoldSuccess(
            journal_id=strawberry.ID(answer.journal.id),
            account=_after(context, answer.account, answer.state),
            replayed=answer.replayed,
        )

    @_mutation("reverseJournal", "Undoes a journal by another one, in whole or in part. Staff only.")
    def reverse_journal(self, info: Info, input: Asked[ReverseJournalInput]) -> ReverseJournalSuccess | Refusal:
        reading, context = Reading(), info.context
        key = reading.key(input.idempotency_key)
        amount = reading.money(input.amount) if input.amount else None
        if reading.invalid:
            return reading.invalid
        answer = context.bank.transfers.reverse(context.actor, journal=str(input.journal_id), amount=amount, key=key)
        if isinstance(answer, Refusal):
            return answer
        context.concerns(answer.original.initiator)
        return ReverseJournalSuccess(
            journal=journal_view(context.journal_at_hand(answer.journal)),
            original=journal_view(context.journal_at_hand(answer.original)),
            replayed=answer.replayed,
        )

    @_mutation("freezeAccount", "Stops debits of an account, or everything. Staff only.")
    def freeze_account(self, info: Info, input: Asked[FreezeAccountInput]) -> FreezeAccountSuccess | Refusal:
        context = info.context
        answer = context.bank.accounts.freeze(
            context.actor,
            account=str(input.account_id),
            key=input.idempotency_key,
            debits_only=input.debits_only,
        )
        if isinstance(answer, Refusal):
            return answer
        return FreezeAccountSuccess(account=_changed(context, answer))

    @_mutation("thawAccount", "Opens a frozen account again. Staff only.")
    def thaw_account(self, info: Info, input: Asked[ThawAccountInput]) -> ThawAccountSuccess | Refusal:
        context = info.context
        answer = context.bank.accounts.thaw(context.actor, account=str(input.account_id), key=input.idempotency_key)
        return answer if isinstance(answer, Refusal) else ThawAccountSuccess(account=_changed(context, answer))

    @_mutation("closeAccount", "Ends an account for ever: at a balance of zero, with no open holds.")
    def close_account(self, info: Info, input: Asked[CloseAccountInput]) -> CloseAccountSuccess | Refusal:
        context = info.context
        answer = context.bank.accounts.close(context.actor, account=str(input.account_id), key=input.idempotency_key)
        if isinstance(answer, Refusal):
            return answer
        return CloseAccountSuccess(account=_changed(context, answer))

    @_mutation(
        "addCounterparty",
        "Adds an account of yours, or of somebody you pay, at another bank. Nothing goes there before it is verified.",
    )
    def add_counterparty(self, info: Info, input: Asked[AddCounterpartyInput]) -> AddCounterpartySuccess | Refusal:
        context = info.context
        seen = context.customer(str(input.customer_id or context.actor.person))
        if isinstance(seen, Refusal):
            return seen
        answer = context.bank.counterparties.add(
            context.actor, customer=seen.customer, details=details_of(input), key=input.idempotency_key
        )
        if isinstance(answer, Refusal):
            return answer
        return AddCounterpartySuccess(counterparty=_counterparty(context, answer))

    @_mutation("closeCounterparty", "Ends a counterparty for ever. Said again, it changes nothing.")
    def close_counterparty(
        self, info: Info, input: Asked[CloseCounterpartyInput]
    ) -> CloseCounterpartySuccess | Refusal:
        context = info.context
        answer = context.bank.counterparties.close(context.actor, str(input.counterparty_id))
        if isinstance(answer, Refusal):
            return answer
        return CloseCounterpartySuccess(counterparty=_counterparty(context, answer))

    @_mutation(
        "verifyCounterparty",
        "Begins to prove a counterparty, by a prenote or by micro-entries whose amounts you then confirm.",
    )
    def verify_counterparty(
        self, info: Info, input: Asked[VerifyCounterpartyInput]
    ) -> VerifyCounterpartySuccess | Refusal:
        context = info.context
        answer = context.bank.counterparties.start_verification(
            context.actor, str(input.counterparty_id), method=input.method, key=input.idempotency_key
        )
        if isinstance(answer, Refusal):
            return answer
        return VerifyCounterpartySuccess(counterparty=_counterparty(context, answer))

    @_mutation(
        "confirmMicroEntries",
        "Tells the amounts of the micro-entries. Each answer with a new key counts, and there are few.",
    )
    def confirm_micro_entries(
        self, info: Info, input: Asked[ConfirmMicroEntriesInput]
    ) -> ConfirmMicroEntriesSuccess | Refusal:
        reading, context = Reading(), info.context
        key, amounts = reading.key(input.idempotency_key), reading.cents(input.amounts)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.counterparties.confirm(
            context.actor, str(input.counterparty_id), amounts=amounts, key=key
        )
        if isinstance(answer, Refusal):
            return answer
        return ConfirmMicroEntriesSuccess(counterparty=_counterparty(context, answer))

    @_mutation(
        "originateAchCredit",
        "Sends money to an account at another bank by ACH. It is accepted at once, judged, and goes with the next "
        "window; until that is cut off it can be called off.",
    )
    def originate_ach_credit(
        self, info: Info, input: Asked[OriginateAchCreditInput]
    ) -> OriginateAchCreditSuccess | Refusal:
        reading, context = Reading(), info.context
        key, wish = reading.key(input.idempotency_key), _ach_wish(reading, input)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.ach.originate_credit(context.actor, wish, key=key)
        if isinstance(answer, Refusal):
            return answer
        return OriginateAchCreditSuccess(payment=credit_view(answer, context.relation(answer.account)))

    @_mutation(
        "originateAchDebit",
        "Collects money from an account at another bank by ACH, whose holder has authorised it. It is accepted at "
        "once, judged, and goes with the next window; what comes in is held for some banking days.",
    )
    def originate_ach_debit(
        self, info: Info, input: Asked[OriginateAchDebitInput]
    ) -> OriginateAchDebitSuccess | Refusal:
        reading, context = Reading(), info.context
        key, wish = reading.key(input.idempotency_key), _ach_wish(reading, input)
        if reading.invalid:
            return reading.invalid
        answer = context.bank.ach.originate_debit(context.actor, wish, key=key)
        if isinstance(answer, Refusal):
            return answer
        return OriginateAchDebitSuccess(payment=debit_view(answer, context.relation(answer.account)))

    @_mutation("cancelPayment", "Calls a payment off, until its window is cut off. Said again, it changes nothing.")
    def cancel_payment(self, info: Info, input: Asked[CancelPaymentInput]) -> CancelPaymentSuccess | Refusal:
        answer = info.context.bank.ach.cancel(info.context.actor, str(input.payment_id))
        return answer if isinstance(answer, Refusal) else CancelPaymentSuccess(payment=_payment(info.context, answer))

    @_mutation("assignCase", "Takes a case into your own hands. Said again, it changes nothing. Staff only.")
    def assign_case(self, info: Info, input: Asked[AssignCaseInput]) -> AssignCaseSuccess | Refusal:
        answer = info.context.bank.cases.assign(info.context.actor, str(input.case_id))
        return answer if isinstance(answer, Refusal) else AssignCaseSuccess(case=case_view(answer))

    @_mutation("releaseCase", "Takes a case out of its owner's hands. Said again, it changes nothing. Staff only.")
    def release_case(self, info: Info, input: Asked[ReleaseCaseInput]) -> ReleaseCaseSuccess | Refusal:
        answer = info.context.bank.cases.release(info.context.actor, str(input.case_id))
        return answer if isinstance(answer, Refusal) else ReleaseCaseSuccess(case=case_view(answer))

    @_mutation(
        "resolveCase",
        "Decides a case. Where it wants a second person, this asks for their approval, and their approving resolves "
        "it. Staff only.",
    )
    def resolve_case(self, info: Info, input: Asked[ResolveCaseInput]) -> ResolveCaseSuccess | Refusal:
        answer = info.context.bank.cases.resolve(
            info.context.actor,
            str(input.case_id),
            code=input.resolution,
            reason=input.reason,
            key=input.idempotency_key,
        )
        return answer if isinstance(answer, Refusal) else ResolveCaseSuccess(case=case_view(answer))

    @_mutation(
        "giveApproval",
        "Approves what another person of your group has asked for, and begins it when nobody else must approve it. "
        "Said again, it does nothing twice. Staff only.",
    )
    def give_approval(self, info: Info, input: Asked[GiveApprovalInput]) -> GiveApprovalSuccess | Refusal:
        answer = _decided(info.context, input, Verdict.APPROVE)
        return answer if isinstance(answer, Refusal) else GiveApprovalSuccess(approval=approval_view(answer))

    @_mutation(
        "refuseApproval",
        "Refuses what another person of your group has asked for. Said again, it changes nothing. Staff only.",
    )
    def refuse_approval(self, info: Info, input: Asked[RefuseApprovalInput]) -> RefuseApprovalSuccess | Refusal:
        answer = _decided(info.context, input, Verdict.REFUSE)
        return answer if isinstance(answer, Refusal) else RefuseApprovalSuccess(approval=approval_view(answer))

    @_mutation(
        "replayPartnerDelivery",
        "Has a delivery that is quarantined or failed processed again, as it is or mended. Operations only.",
    )
    def replay_partner_delivery(
        self, info: Info, input: Asked[ReplayPartnerDeliveryInput]
    ) -> ReplayPartnerDeliverySuccess | Refusal:
        reading, context = Reading(), info.context
        key = reading.key(input.idempotency_key)
        if reading.invalid:
            return reading.invalid
        body = None if input.body is None else input.body.encode(errors="surrogatepass")
        answer = context.bank.partners.replay(context.actor, delivery=str(input.delivery_id), key=key, body=body)
        if isinstance(answer, Refusal):
            return answer
        return ReplayPartnerDeliverySuccess(delivery=delivery_view(answer.delivery), replayed=answer.again)


def _counterparty(context: Context, counterparty: Counterparty) -> CounterpartyView:
    return counterparty_view(context.seen_counterparty(counterparty))


def _decided(context: Context, given: GiveApprovalInput | RefuseApprovalInput, verdict: Verdict) -> Approval | Refusal:
    return context.bank.approvals.decide(
        context.actor, str(given.approval_id), verdict=verdict, fingerprint=given.fingerprint
    )


def _wish(reading: Reading, given: TransferInput) -> Wish:
    return Wish(
        source=str(given.source_id),
        destination=reading.destination(given.destination),
        amount=reading.money(given.amount),
        memo=given.memo,
    )


def _ach_wish(reading: Reading, given: OriginateAchCreditInput) -> AchWish:
    return AchWish(
        account=str(given.account_id),
        counterparty=str(given.counterparty_id),
        amount=reading.money(given.amount),
        sec=given.sec_code.value,
        speed=given.speed,
        description=given.description,
        remittance=given.remittance,
        recurring=given.recurring,
        purpose=given.purpose,
        duplicate_intended=given.duplicate_intended,
    )


def _payment(context: Context, payment: Payment) -> PaymentView:
    context.concerns(payment.account)
    return payment_view(payment, context.relation(payment.account))


def _changed(context: Context, account: Account) -> AccountView:
    context.concerns(account.id)
    return account_view(SeenAccount(account, context.relation(account.id)))


def _after(context: Context, account_id: str, state: State | None) -> AccountView:
    """The account as this very request left it."""
    record = context.records([account_id])[account_id]
    if record is None or state is None:
        raise RuntimeError(f"{account_id} was posted to and has no record or no state")
    return _changed(context, Account(record, state))


def _hold(context: Context, change: HoldChange) -> HoldView | None:
    if change.hold is None:
        return None
    return HoldView(
        hold=change.hold,
        account=change.account,
        currency=change.state.currency,
        stands=context.relation(change.account),
    )


def _order(context: Context, order: TransferOrder) -> TransferOrderView:
    context.concerns(order.source)
    return order_view(order, context.relation(order.source))
