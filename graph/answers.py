"""What each mutation answers: its success, or one of the refusals named with it.

The refusals of a mutation are those its service may return, no fewer: a test reads them off the services and compares.
"""

from typing import Final

import strawberry

from domain.access.model import (
    ApprovalBusy,
    ApprovalMismatch,
    ApprovalNotGiven,
    ApprovalNotPending,
    MakerCannotCheck,
)
from domain.accounts.model import AccountKeyReused, CustomerErased, ProductUnavailable
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
from domain.partners.model import DeliveryBusy, DeliveryNotReplayable, ReplayKeyReused
from domain.payments.model import PaymentBusy, PaymentKeyReused, PaymentNotAwaitingStepUp, PaymentNotCancellable
from domain.rails.ach.incoming_model import AnswerNotAllowed, EntryNotPending, ReturnKeyReused
from domain.rails.ach.model import AchNotEligible, DuplicateSuspected
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
    PaymentBlocked,
    PaymentDeclined,
    Refusal,
    SameAccount,
    StepUpRequired,
    TooManyHolds,
    TryAgain,
    WrongRegion,
)
from domain.sealing import Shredded
from domain.transfers.model import OrderEnded, OrderKeyReused, ReviewDelayed, TransferInReview
from graph.accounts import AccountView, HoldView
from graph.ach_received import AchReceivedEntryView
from graph.approvals import ApprovalView
from graph.cases import CaseView
from graph.counterparties import CounterpartyView
from graph.fraud_answers import DECIDED
from graph.fraud_answers import REFUSALS as FRAUD_REFUSALS
from graph.fraud_answers import SUCCESSES as FRAUD_SUCCESSES
from graph.journals import JournalView
from graph.money import MoneyView
from graph.partners import PartnerDeliveryView
from graph.payments import (
    AchCreditView,
    AchDebitView,
    PaymentView,
)
from graph.transfers import TransferOrderView, TransferView

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
JUDGED: Final = (PaymentDeclined, PaymentBlocked, StepUpRequired)
"""What a security check may say of money on its way to another account."""
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
    "transfer": (*TRANSFERRED, *JUDGED, TransferInReview, ReviewDelayed, TooManyHolds),
    "previewTransfer": (*TRANSFERRED, PaymentDeclined, PaymentBlocked, TooManyHolds),
    "scheduleTransfer": (*ASKED, *PAID, IdempotencyKeyReused, Shredded, OrderKeyReused),
    "cancelTransferOrder": (*ASKED, OrderEnded, TryAgain),
    "placeHold": (*ASKED, *POSTED, *DEBITED, CurrencyMismatch, TooManyHolds),
    "captureHold": (
        *ASKED,
        *POSTED,
        *DEBITED,
        *PAID,
        *JUDGED,
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
    "reverseAchPayment": (*ASKED, AchNotEligible, PaymentKeyReused, Shredded),
    "cancelPayment": (*ASKED, PaymentNotCancellable, PaymentBusy),
    "confirmPayment": (*ASKED, StepUpRequired, PaymentNotAwaitingStepUp),
    "returnAchEntry": (*ASKED, EntryNotPending, AnswerNotAllowed, ReturnKeyReused),
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
    "giveApproval": (*ASKED, *CARRIED_OUT, *DECIDED, MakerCannotCheck, ApprovalNotPending),
    "refuseApproval": (*ASKED, *CARRIED_OUT, *DECIDED, MakerCannotCheck, ApprovalNotPending),
    "replayPartnerDelivery": (*ASKED, ReplayKeyReused, DeliveryNotReplayable, DeliveryBusy),
    **FRAUD_REFUSALS,
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


@strawberry.type(
    name="ReverseAchPaymentSuccess",
    description="A payment that takes it back is accepted. Whether it is made, its `timeline` tells.",
)
class ReverseAchPaymentSuccess:
    payment: PaymentView = strawberry.field(
        description="The reversal: an `AchDebit` of what was sent, an `AchCredit` of what was collected. Said again "
        "with the same key, as it is now."
    )


@strawberry.type(name="CancelPaymentSuccess", description="The payment is called off.")
class CancelPaymentSuccess:
    payment: PaymentView = strawberry.field(description="The payment.")


@strawberry.type(name="ConfirmPaymentSuccess", description="The payment goes on, or its account could not pay it.")
class ConfirmPaymentSuccess:
    payment: PaymentView = strawberry.field(description="The payment.")


@strawberry.type(name="ReturnAchEntrySuccess", description="The entry goes back; its `status` says how far that is.")
class ReturnAchEntrySuccess:
    entry: AchReceivedEntryView = strawberry.field(description="The entry; said again with the same key, as it is now.")


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
    "reverseAchPayment": ReverseAchPaymentSuccess,
    "cancelPayment": CancelPaymentSuccess,
    "confirmPayment": ConfirmPaymentSuccess,
    "returnAchEntry": ReturnAchEntrySuccess,
    "assignCase": AssignCaseSuccess,
    "releaseCase": ReleaseCaseSuccess,
    "resolveCase": ResolveCaseSuccess,
    "giveApproval": GiveApprovalSuccess,
    "refuseApproval": RefuseApprovalSuccess,
    "replayPartnerDelivery": ReplayPartnerDeliverySuccess,
    **FRAUD_SUCCESSES,
}
