"""The one place where a refusal of the bank becomes a member of a result's union.

Every class of refusal has one row here: what it means to a caller and which of its facts a caller may see. A fact
without a line in its row stays inside; ids of other people's accounts are such facts. A test holds that no class is
without a row and that every result names what its service may answer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import strawberry

from domain import refusals as bank
from domain.access import model as access
from domain.accounts import model as accounts
from domain.cases import model as cases
from domain.counterparties import model as counterparties
from domain.customers import model as customers
from domain.fraud import refusals as fraud
from domain.fraud.kinds import CustomerReason
from domain.partners import model as partners
from domain.payments import model as payments
from domain.rails.ach import incoming_model as incoming
from domain.rails.ach import model as ach
from domain.transfers import model as transfers
from graph.money import MoneyView, shown
from graph.scalars import Currency


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of a member: its type in the schema and how it is read off the refusal."""

    name: str
    kind: Any
    description: str
    read: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Row:
    refusal: type[bank.Refusal]
    description: str
    facts: tuple[Fact, ...] = ()


@strawberry.type(name="FieldFault", description="One thing wrong with the input.")
class FieldFaultView:
    path: list[str] = strawberry.field(
        description='Where, from the input down, such as ["amount", "currency"]: at most 3 names.'
    )
    code: str = strawberry.field(description="What is wrong, for programs. The set of codes may grow.")
    message: str = strawberry.field(description="What is wrong, in words.")


def _fact(name: str, description: str) -> Fact:
    return Fact(name, str, description, lambda refusal: getattr(refusal, name))


def _id(of: str, description: str) -> Fact:
    """An id has another name than the object itself has in the successes beside it, where it has another type."""
    return Fact(f"{of}_id", strawberry.ID, description, lambda refusal: getattr(refusal, of))


def _count(name: str, description: str) -> Fact:
    return Fact(name, int, description, lambda refusal: getattr(refusal, name))


def _currency(name: str, description: str) -> Fact:
    return Fact(name, Currency, description, lambda refusal: getattr(refusal, name))


def _money(name: str, description: str, *, minor: str) -> Fact:
    return Fact(name, MoneyView, description, lambda refusal: shown(getattr(refusal, minor), refusal.currency))


def _live_from(refusal: Any) -> str | None:
    found: str | None = refusal.live_from
    return found


def _reasons(refusal: Any) -> list[str]:
    found: str = refusal.reasons
    return found.split()


_REASONS: Final = Fact(
    "reasons",
    list[str],
    f"Codes of why, as far as it can be told, such as `NEW_PAYEE`: at most {len(CustomerReason)}. The set may grow.",
    _reasons,
)


def _champion(refusal: Any) -> str | None:
    found: str | None = refusal.champion
    return found


def _named_version(description: str) -> Fact:
    """The name of a version, beside the version itself in successes."""
    return Fact("version_name", str, description, lambda refusal: refusal.version)


def _faults(refusal: Any) -> list[FieldFaultView]:
    return [FieldFaultView(path=list(f.path), code=f.code, message=f.message) for f in refusal.faults]


ROWS: Final = (
    # Decided from account state: the key keeps this answer for ever.
    Row(
        bank.InsufficientFunds,
        "The account's available balance does not cover the amount. Kept as the answer of the key.",
    ),
    Row(
        bank.AccountFrozen,
        "The account is frozen for this kind of posting. Kept as the answer of the key.",
        (_id("account", "The frozen account."),),
    ),
    Row(
        bank.AccountClosed,
        "The account is closed. Kept as the answer of the key.",
        (_id("account", "The closed account."),),
    ),
    Row(
        bank.DestinationUnavailable,
        "The receiving account cannot take the payment; why is not the payer's business. "
        "Kept as the answer of the key.",
    ),
    Row(
        bank.LimitExceeded,
        "The amount is over one of the account's limits. Kept as the answer of the key.",
        (
            _fact("limit", "Which limit: PER_TRANSFER, PER_DAY or JOINT_PER_DAY. The set may grow."),
            _money("most", "What the limit allows.", minor="limit_minor"),
        ),
    ),
    Row(
        bank.HoldUnknown,
        "The account has no open hold of this id. Kept as the answer of the key.",
        (_id("hold", "The id that was asked for."),),
    ),
    Row(
        bank.HoldExpired,
        "The hold has expired. Kept as the answer of the key.",
        (_id("hold", "The expired hold."),),
    ),
    Row(
        bank.HoldTooSmall,
        "The amount is more than what remains of the hold. Kept as the answer of the key.",
        (
            _id("hold", "The hold."),
            _money("remaining", "What remains of it.", minor="remaining_minor"),
        ),
    ),
    Row(
        bank.TooManyHolds,
        "The account has as many open holds as it may have. Kept as the answer of the key.",
        (_count("holds_max", "How many open holds an account may have."),),
    ),
    Row(
        bank.NothingToReverse,
        "The journal has less left to reverse than the amount. Kept as the answer of the key.",
        (_id("journal", "The journal to be reversed."),),
    ),
    Row(
        bank.NotReversible,
        "A journal of this kind is not reversed, or not in part. Kept as the answer of the key.",
        (_id("journal", "The journal to be reversed."),),
    ),
    Row(
        bank.BalanceNotZero,
        "An account is closed only at a ledger balance of zero. Kept as the answer of the key.",
    ),
    Row(
        bank.HoldsOpen,
        "An account with open holds is not closed. Kept as the answer of the key.",
    ),
    Row(
        bank.CreditsBatched,
        "The account's credits are batched; it is switched back before it is closed. Kept as the answer of the key.",
    ),
    Row(
        bank.AlreadySo,
        "The account is in the wanted state already. Kept as the answer of the key.",
        (_fact("status", "The state it is in."),),
    ),
    # Decided by the judgement of the payment, which is kept: the key keeps this answer for ever.
    Row(
        bank.PaymentDeclined,
        "A security check declined the payment as it was asked for. It may be made otherwise, with a new key. Kept as "
        "the answer of the key.",
        (_REASONS,),
    ),
    Row(
        bank.PaymentBlocked,
        "A security check blocked the payment. Kept as the answer of the key.",
        (_REASONS,),
    ),
    # Not decided from account state: nothing is kept, the key stays usable.
    Row(
        bank.StepUpRequired,
        "The customer must prove again who they are: sign in anew (a refreshed token proves nothing), then send the "
        "same request with the same key. Nothing was done.",
        (
            _fact("since", "A sign-in after this moment counts: RFC 3339, UTC."),
            _fact("until", "What has not gone on by this moment is declined: RFC 3339, UTC."),
        ),
    ),
    Row(
        transfers.TransferInReview,
        "The amount is held and the bank looks at the transfer. The same request with the same key later answers what "
        "became of it; a notice tells too.",
        (
            _id("transfer", "The id that the transfer will have, if it is made."),
            _id("hold", "The hold on its amount, which only the bank's decision ends."),
            _REASONS,
        ),
    ),
    Row(
        transfers.ReviewDelayed,
        "The transfer is being held for a look by the bank, and that is not done yet. Ask again with the same key.",
        (_id("transfer", "The id that the transfer will have, if it is made."),),
    ),
    Row(
        bank.InputInvalid,
        "The input says something the bank cannot take. Nothing was done; the key stays usable.",
        (Fact("fields", list[FieldFaultView], "What is wrong, field by field: at most 20.", _faults),),
    ),
    Row(
        bank.NotFound,
        "There is no such object, or you may not know of it: both look the same.",
    ),
    Row(bank.NotAllowed, "You may not do this."),
    Row(
        bank.IdempotencyKeyReused,
        "The idempotency key was used for another request. Nothing was done; use a new key.",
        (_id("journal", "What the key led to the first time."),),
    ),
    Row(bank.SameAccount, "The accounts of a posting must differ."),
    Row(
        bank.CurrencyMismatch,
        "The amount is not in the account's currency.",
        (
            _currency("account_currency", "The currency of the account that does not match."),
            _currency("amount_currency", "The currency of the amount."),
        ),
    ),
    Row(
        bank.WrongRegion,
        "The account lives in another region; ask there. Nothing was done; the key stays usable.",
        (
            _fact("region", "The region where the account lives."),
            _fact("address", "The address of that region's GraphQL endpoint."),
        ),
    ),
    Row(
        bank.CrossRegionNotSupported,
        "Transfers between accounts of two regions are not supported yet. Nothing was done.",
        (_fact("region", "The region where the other account lives."),),
    ),
    Row(
        bank.TryAgain,
        "Others post to the account faster than this request could. Nothing was done; try again with the same key.",
    ),
    Row(
        bank.OutcomeUnknown,
        "It may or may not have been done. Ask again with the same key: it is not done twice.",
    ),
    Row(
        bank.ClockUncertain,
        "The bank's clock is uncertain. Nothing was done; try again with the same key.",
    ),
    # Around customers and accounts.
    Row(
        accounts.AccountKeyReused,
        "The idempotency key opened another account for this customer; use a new key for a new account.",
    ),
    Row(
        accounts.ProductUnavailable,
        "The product is not offered in this currency to this kind of customer.",
        (
            _fact("product", "The product asked for."),
            _currency("currency", "The currency asked for."),
        ),
    ),
    Row(
        bank.JurisdictionMismatch,
        "What is asked for belongs to another jurisdiction than the person: an account with a routing number is at a "
        "bank in the United States, and so are its owners here.",
    ),
    Row(accounts.CustomerErased, "The customer's personal data was erased: nothing more is opened for them."),
    Row(
        customers.Shredded,
        "The personal data of the customer who holds the account was erased: nothing new is sealed, such as a memo.",
    ),
    # Around counterparties.
    Row(
        counterparties.CounterpartyKeyReused,
        "The idempotency key was used for another request about a counterparty; use a new key for a new request.",
        (_id("counterparty", "The counterparty that the key led to the first time."),),
    ),
    Row(
        counterparties.CounterpartyExists,
        "You have added this account already, and not closed it.",
        (_id("counterparty", "The counterparty that has this account."),),
    ),
    Row(
        counterparties.CounterpartyClosed,
        "The counterparty is closed.",
        (_id("counterparty", "The closed counterparty."),),
    ),
    Row(
        counterparties.CounterpartyVerified,
        "The counterparty is verified already.",
        (_id("counterparty", "The verified counterparty."),),
    ),
    Row(
        counterparties.VerificationUnderway,
        "A verification of the counterparty is going on: it ends, or expires, before another one begins.",
        (_id("counterparty", "The counterparty."),),
    ),
    Row(
        counterparties.VerificationsExhausted,
        "This account was tried as often as it may be, also under counterparties that you have closed.",
        (_count("verifications_max", "How often an account may be tried."),),
    ),
    Row(
        counterparties.NothingToConfirm,
        "No micro-entries of the counterparty wait for their amounts: none were sent, or it is decided.",
        (_id("counterparty", "The counterparty."),),
    ),
    Row(
        counterparties.AmountsWrong,
        "These are not the amounts of the micro-entries. The answer was counted.",
        (_count("answers_left", "How many more answers there are."),),
    ),
    Row(
        counterparties.CounterpartyNotVerified,
        "Nothing of the counterparty is proved yet, or its first day is still to come.",
        (
            _id("counterparty", "The counterparty."),
            _fact("status", "Whether it is verified: a `CounterpartyStatus`."),
            Fact(
                "live_from", str | None, "The first day on which it can be used, of one that is verified.", _live_from
            ),
        ),
    ),
    Row(
        counterparties.CounterpartyCreditOnly,
        "The counterparty is a loan account: it is paid, not collected from.",
        (_id("counterparty", "The counterparty."),),
    ),
    # Around payments.
    Row(
        payments.PaymentKeyReused,
        "The idempotency key was used for another payment; use a new key for a new payment.",
        (_id("payment", "The payment that the key led to the first time."),),
    ),
    Row(
        payments.PaymentNotCancellable,
        "The payment has gone too far to be called off, or has ended.",
        (_id("payment", "The payment."), _fact("state", "How it stands: a `PaymentStatus`.")),
    ),
    Row(
        payments.PaymentNotAwaitingStepUp,
        "The payment does not wait to be confirmed, or the time for that is over.",
        (_id("payment", "The payment."), _fact("state", "How it stands: a `PaymentStatus`.")),
    ),
    Row(
        payments.PaymentBusy,
        "A step of the payment is being made right now. Nothing was done; try again.",
        (_id("payment", "The payment."),),
    ),
    Row(
        ach.DuplicateSuspected,
        "The same amount went to the same counterparty a short while ago. Nothing was done; say that it is intended "
        "with the same key.",
        (_id("payment", "The payment that it is just like."),),
    ),
    Row(
        ach.AchNotEligible,
        "The entry may not be made like this: its amount, its class or its speed is over a limit or does not fit.",
        (_fact("reason_code", "Why, for programs. The set may grow."),),
    ),
    Row(
        incoming.EntryNotPending,
        "The entry that came in is not posted, or goes back because somebody else had it sent back.",
        (_id("entry", "The entry."), _fact("state", "How it stands: an `AchReceivedEntryStatus`.")),
    ),
    Row(
        incoming.AnswerNotAllowed,
        "The rules do not let the entry go back like this, or its account does not give the money up.",
        (_id("entry", "The entry."), _fact("reason_code", "Why, for programs. The set may grow.")),
    ),
    Row(
        incoming.ReturnKeyReused,
        "The idempotency key had the entry sent back for another reason; use a new key for a new request.",
        (_id("entry", "The entry."),),
    ),
    # Around transfer orders.
    Row(
        transfers.OrderKeyReused,
        "The idempotency key was used for another transfer order; use a new key for a new order.",
        (_id("order", "The order that the key led to the first time."),),
    ),
    Row(
        transfers.OrderEnded,
        "The transfer order has ended already.",
        (_fact("status", "How it ended."),),
    ),
    # Around what waits for a person of the bank.
    Row(
        access.MakerCannotCheck,
        "Who asked for an approval does not give it, nor refuse it.",
        (_id("approval", "The approval."),),
    ),
    Row(
        access.ApprovalMismatch,
        "The approval is about something else than what was shown, or what it is about has moved on.",
        (_id("approval", "The approval."),),
    ),
    Row(
        access.ApprovalNotPending,
        "The approval is decided, used or expired, or you have said otherwise before.",
        (_id("approval", "The approval."), _fact("state", "How it stands.")),
    ),
    Row(
        access.ApprovalNotGiven,
        "The approval that this key has asked for was refused or has expired; use a new key.",
        (_id("approval", "The approval."), _fact("state", "How it stands.")),
    ),
    Row(
        access.ApprovalBusy,
        "Others are deciding on the approval right now. Nothing was done; try again.",
        (_id("approval", "The approval."),),
    ),
    Row(
        access.ApprovalKeyReused,
        "The idempotency key asked for another approval; use a new key for a new request.",
        (_id("approval", "The approval that the key led to the first time."),),
    ),
    Row(
        cases.CaseTaken,
        "Somebody else owns the case; it is released first.",
        (_id("case", "The case."),),
    ),
    Row(
        cases.CaseResolved,
        "The case is resolved, or is being resolved.",
        (_id("case", "The case."), _fact("resolution", "How it was resolved: a `CaseResolutionCode`.")),
    ),
    Row(
        cases.ResolutionPending,
        "Another resolution of the case waits for a second person, who approves or refuses it first.",
        (_id("case", "The case."), _id("approval", "The approval that it waits for.")),
    ),
    Row(
        cases.ResolutionUnavailable,
        "A case of this kind is not resolved in this way; its `choices` are.",
        (_id("case", "The case."), _fact("resolution", "The way that was asked for.")),
    ),
    Row(
        cases.ResolutionKeyReused,
        "The idempotency key resolved the case in another way; use a new key for another resolution.",
        (_id("case", "The case."),),
    ),
    Row(
        cases.ResolutionNotCarriedOut,
        "Whoever waits for the resolution cannot act on it. The case stays open; use a new key for another resolution.",
        (_id("case", "The case."), _fact("reason_code", "Why, for programs. The set may grow.")),
    ),
    Row(
        cases.ResolutionDelayed,
        "The resolution stands, and is carried out later: by asking again, and by itself.",
        (_id("case", "The case."), _fact("reason_code", "Why, for programs. The set may grow.")),
    ),
    Row(
        cases.CaseBusy,
        "Others are working on the case right now. Nothing was done; try again.",
        (_id("case", "The case."),),
    ),
    # Around what partners delivered.
    Row(
        partners.DeliveryNotReplayable,
        "Only a delivery that is quarantined or failed is replayed. Nothing was done.",
        (_fact("state", "The state it is in."),),
    ),
    Row(
        partners.ReplayKeyReused,
        "The idempotency key was used for another replay; use a new key for a new one.",
        (_id("delivery", "The delivery that this request names."),),
    ),
    Row(
        partners.DeliveryBusy,
        "The delivery is changing right now. Nothing was replayed; try again with the same key.",
    ),
    # Around the documents that judge payments.
    Row(
        fraud.FraudVersionState,
        "This is not done with a version that is what this one is.",
        (_named_version("The version."), _fact("state", "What it is: a `FraudVersionStatus`, or whether committed.")),
    ),
    Row(
        fraud.FraudGateClosed,
        "The version lacks what a promotion needs; its `gate` says what. Nothing was promoted.",
        (
            _named_version("The version."),
            _fact("missing", "What it lacks: each a `FraudGateCondition`, with commas between."),
        ),
    ),
    Row(
        fraud.NoFraudVersionBefore,
        "There is no version to go back to.",
        (_fact("scope", "The family of payments."), _fact("kind", "The kind of document.")),
    ),
    Row(
        fraud.FraudVersionNotChampion,
        "The version that was to be ended does not decide any more. Nothing was rolled back.",
        (
            _named_version("The version that was named."),
            Fact("champion", str | None, "The version that decides; null when it is built in.", _champion),
        ),
    ),
    Row(
        fraud.FraudRuleNotOverridable,
        "The rule is silenced for nobody. Nothing was snoozed.",
        (_fact("scope", "The family of payments whose rules say so."), _fact("rule", "The id of the rule.")),
    ),
    Row(
        fraud.FraudLimitReached,
        "There are as many as there may be.",
        (
            _fact("limit", "Of what: SHADOWS, SNOOZES, ENTRIES, BYTES or VERSIONS. The set may grow."),
            _count("most", "How many there may be."),
        ),
    ),
    Row(
        fraud.FraudKeyReused,
        "The idempotency key made another version; use a new key for a new one.",
        (_named_version("The version that the key led to the first time."),),
    ),
    Row(
        fraud.FraudDocumentUnread,
        "A document that this needs cannot be read right now. Nothing was changed; try again.",
        (_named_version("The version whose document it is."),),
    ),
    Row(
        fraud.FraudRegistryBusy,
        "Others are changing the same right now. Nothing was changed; try again.",
    ),
)

_TOLD_TO_PARTNERS: Final = "answered to partners as problem details, by functions/webhooks"
UNREACHED: Final[dict[type[bank.Refusal], str]] = {
    cases.ReviewOver: "told as `CaseResolved`, by how it was decided before",
    bank.EffectiveDateOutOfRange: "no operation takes an effective date",
    customers.CustomerKeyReused: "customers are created by staff tools, not by the API",
    transfers.OccurrenceRefused: "told by a notice when an order is run, to nobody who asked",
    transfers.OccurrenceMissed: "told by a notice when an order is run, to nobody who asked",
    accounts.LimitAboveProduct: "limits are changed by staff tools, not by the API",
    accounts.TooManyRelations: "relations are changed by staff tools, not by the API",
    counterparties.TooManyChanges: "corrections are applied by the rails, not by the API",
    ach.WindowClosed: "told to who builds a file, to nobody who asked",
    ach.AchLimitExceeded: "limits are told as `AchNotEligible`, with the limit's own code",
    ach.AnswerContradicts: "told to a partner's delivery, which is quarantined",
    ach.AnswerMismatch: "told to a partner's delivery, which is quarantined",
    incoming.ReceivedFileUnknown: "told to who hears of a file, to nobody who asked",
    partners.PartnerUnknown: _TOLD_TO_PARTNERS,
    partners.KindMalformed: _TOLD_TO_PARTNERS,
    partners.HeaderMissing: _TOLD_TO_PARTNERS,
    partners.HeaderDoubled: _TOLD_TO_PARTNERS,
    partners.HeaderMalformed: _TOLD_TO_PARTNERS,
    partners.TimestampOutsideTolerance: _TOLD_TO_PARTNERS,
    partners.SignatureWrong: _TOLD_TO_PARTNERS,
    partners.BodyMalformed: _TOLD_TO_PARTNERS,
    partners.KindMismatch: _TOLD_TO_PARTNERS,
    partners.MessageIdReused: _TOLD_TO_PARTNERS,
    fraud.BoundsNotTrusted: "signed bounds are kept by staff tools, not by the API",
}
"""Refusals that no operation of the schema can answer, and why."""


if TYPE_CHECKING:

    class RefusalCode(Enum):
        """Made of the rows above."""

else:
    RefusalCode = strawberry.enum(
        Enum(
            "RefusalCode",
            {row.refusal.code: strawberry.enum_value(row.refusal.code, description=row.description) for row in ROWS},
        ),
        description="What a refusal is, for programs. The set may grow: treat an unknown code by `retryable`.",
    )


@strawberry.interface(
    name="Refusal",
    description="The bank expectedly does not do what was asked. Nothing of it was done.",
)
class RefusalView:
    code: RefusalCode = strawberry.field(description="What it is, for programs.")
    message: str = strawberry.field(description="One sentence for the person who asked.")
    retryable: bool = strawberry.field(
        description="Whether the same request, unchanged and with the same key, may succeed later."
    )


def _member(row: Row) -> type[RefusalView]:
    name = row.refusal.__name__
    body: dict[str, Any] = {
        "__annotations__": {fact.name: fact.kind for fact in row.facts},
        "__module__": __name__,
        **{fact.name: strawberry.field(description=fact.description) for fact in row.facts},
    }
    plain = type(name, (RefusalView,), body)
    return cast("type[RefusalView]", strawberry.type(plain, name=name, description=row.description))


_ROW_OF: Final = {row.refusal: row for row in ROWS}
MEMBERS: Final[dict[type[bank.Refusal], type[RefusalView]]] = {row.refusal: _member(row) for row in ROWS}


def presented(refusal: bank.Refusal) -> RefusalView:
    """The refusal as its member of the schema. One without a row is a fault: nobody decided what it may show."""
    row = _ROW_OF[type(refusal)]
    facts = {fact.name: fact.read(refusal) for fact in row.facts}
    return MEMBERS[type(refusal)](
        code=RefusalCode(refusal.code), message=refusal.message, retryable=refusal.retryable, **facts
    )


def answered(answer: object) -> object:
    """What a resolver answers, with a refusal as its member."""
    return presented(answer) if isinstance(answer, bank.Refusal) else answer


def result(name: str, description: str, *success: type, refusals: Iterable[type[bank.Refusal]]) -> Any:
    """The union of what an operation may answer: its success types and the members of its refusals."""
    members = (*success, *(MEMBERS[refusal] for refusal in dict.fromkeys(refusals)))
    return Annotated[reduce(or_, members), strawberry.union(name, description=description)]
