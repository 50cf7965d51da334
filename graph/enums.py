"""The bank's own enumerations, as the schema shows them, every value in words.

Modules of the schema take them from here, so that they are registered before a type names them.
"""

from enum import Enum
from typing import TYPE_CHECKING, Final

import strawberry

from domain.access.model import ApprovalState, Group, Relation, Verdict
from domain.accounts.products import PRODUCTS
from domain.audit.model import Outcome
from domain.cases.kinds import KINDS, CaseKind, ResolutionCode
from domain.cases.model import CaseState
from domain.cases.model import Happened as CaseHappened
from domain.cases.model import Stage as ResolutionStage
from domain.counterparties.model import (
    AccountType,
    CounterpartyStatus,
    HolderKind,
    Part,
    VerificationMethod,
    VerificationStatus,
)
from domain.customers.model import CustomerKind, CustomerStatus
from domain.ledger.model import Batching, Side, Status
from domain.partners.model import DeliveryState
from domain.payments.kinds import PaymentState
from domain.payments.model import Speed
from domain.rails.ach.incoming_kinds import ReceivedFileState, ReceivedKind, ReceivedState
from domain.rails.ach.kinds import EntryKind as AchEntryKind
from domain.rails.ach.kinds import EntryState as AchEntryState
from domain.rails.ach.kinds import FileState as AchFileState
from domain.rails.ach.kinds import RejectionLevel
from domain.rails.ach.return_codes import Decision as ReturnDecision
from domain.rails.ach.reversals import ReversalReason
from domain.rails.ach.sec_codes import ENTRY_CLASSES, ORIGINATED, Purpose
from domain.transfers.kinds import ReviewStanding
from domain.transfers.model import OccurrenceOutcome, OrderStatus, Rhythm
from graph.described import describe as _describe

if TYPE_CHECKING:
    from collections.abc import Iterable


class JournalStatus(Enum):
    """The bank tells the two apart by whether there is a refusal; in the schema each has a type of its own."""

    POSTED = "POSTED"
    REFUSED = "REFUSED"


_describe(
    Side,
    name="Side",
    description="A side of an account.",
    values={
        "DEBIT": "Takes from what the holder of a customer account has.",
        "CREDIT": "Adds to what the holder of a customer account has.",
    },
)
_describe(
    Status,
    name="AccountStatus",
    description="What an account can do. The set may grow.",
    values={
        "OPEN": "Takes debits and credits.",
        "DEBITS_FROZEN": "Takes credits only.",
        "FROZEN": "Takes neither, but for what the bank may not refuse.",
        "CLOSED": "Ended, for ever, at a balance of zero.",
    },
)
_describe(
    Batching,
    name="Batching",
    description="Whether credits post one by one or once a minute.",
    values={
        "OFF": "One by one.",
        "ON": "Collected and moved once a minute.",
        "ENDING": "One by one again; what was collected before is still being moved.",
    },
)
_describe(
    Relation,
    name="Relation",
    description="How you stand to an account.",
    values={
        "OWNER": "It was opened for you.",
        "JOINT_OWNER": "You own it together with others.",
        "DELEGATE": "You may look at it.",
        "STRANGER": "None of these; staff are strangers to every account.",
    },
)
_describe(
    Group,
    name="Group",
    description="A group of the user pool. The set may grow.",
    values={
        "CUSTOMER": "Customers of the bank.",
        "OPERATIONS": "Runs the daily business.",
        "FRAUD_ANALYST": "Looks into suspected fraud.",
        "FRAUD_LEAD": "Decides about suspected fraud.",
        "COMPLIANCE": "Watches that the law is kept.",
        "FINANCE": "Keeps the books.",
        "AUDITOR": "Reads everything, changes nothing.",
        "ADMIN": "Runs the machines and sees no customer.",
    },
)
_describe(
    CustomerKind,
    name="CustomerKind",
    description="What a customer is.",
    values={"PERSON": "A natural person.", "BUSINESS": "A company or another legal person."},
)
_describe(
    CustomerStatus,
    name="CustomerStatus",
    description="Whether a customer's personal data exists.",
    values={
        "ACTIVE": "A customer of the bank.",
        "ERASED": "The personal data has been erased; only ids are left.",
    },
)
_describe(
    JournalStatus,
    name="JournalStatus",
    description="What became of a journal.",
    values={
        "POSTED": "It is in the books.",
        "REFUSED": "Nothing was posted, and its key will answer so for ever.",
    },
)
_describe(
    Rhythm,
    name="Rhythm",
    description="How often a transfer order is due.",
    values={
        "ONCE": "On one day.",
        "WEEKLY": "Every seven days.",
        "MONTHLY": "Once a month, on the last day of months that are too short.",
    },
)
_describe(
    OrderStatus,
    name="TransferOrderStatus",
    description="Whether a transfer order goes on. The set may grow.",
    values={
        "ACTIVE": "Its next transfer is to come.",
        "DONE": "Its last transfer has been.",
        "CANCELLED": "It was cancelled.",
    },
)
_describe(
    OccurrenceOutcome,
    name="OccurrenceOutcome",
    description="What became of a transfer order on one day. The set may grow.",
    values={
        "POSTED": "The transfer was made.",
        "IN_REVIEW": "Its amount is held, and the bank looks at it; its review says what becomes of it.",
        "REFUSED": "The transfer was refused; the code says why.",
        "MISSED": "It was found too late to be made without asking again.",
    },
)
_describe(
    ReviewStanding,
    name="TransferReviewStatus",
    description="How a transfer stands that the bank looks at before it is made. The set may grow.",
    values={
        "IN_REVIEW": "Its amount is held.",
        "MADE": "It was made, out of what was held.",
        "DECLINED": "It was declined, and nothing is held for it.",
        "REFUSED": "The account, or the one to be paid, could not make it. Nothing is held for it.",
    },
)
_describe(
    Outcome,
    name="AuditOutcome",
    description="How an act ended. The set may grow.",
    values={
        "ALLOWED": "It was done, or shown.",
        "REFUSED": "It was refused; the code says why.",
        "ERROR": "A fault cut it off.",
        "OUTCOME_UNKNOWN": "It was begun, and nothing says how it ended: it was cut off, or is still going on.",
    },
)
_describe(
    AccountType,
    name="CounterpartyAccountType",
    description="What kind of account it is at the other bank. The set may grow.",
    values={
        "CHECKING": "For daily payments; credits and debits.",
        "SAVINGS": "For money that stays; credits and debits.",
        "LOAN": "A loan; it takes credits only.",
        "GL": "An account in the other bank's own books.",
    },
)
_describe(
    HolderKind,
    name="CounterpartyHolderKind",
    description="Whose account it is at the other bank.",
    values={"CONSUMER": "A person's, for their own purposes.", "BUSINESS": "A company's or an organisation's."},
)
_describe(
    CounterpartyStatus,
    name="CounterpartyStatus",
    description="Whether a counterparty can be used. The set may grow.",
    values={
        "UNVERIFIED": "Nothing is proved yet: verify it.",
        "VERIFYING": "A verification is going on.",
        "VERIFIED": "It can be used from the day on that its verification says.",
        "FAILED": "Its verification failed. Another one may be started.",
        "CLOSED": "It has ended, for ever.",
    },
)
_describe(
    VerificationMethod,
    name="VerificationMethod",
    description="How a counterparty is proved. The set may grow.",
    values={
        "PRENOTE": "An entry of no money is sent; if it does not come back, the account exists.",
        "MICRO_ENTRIES": "Two credits under a dollar are sent, and a debit that takes them back; you tell the amounts.",
    },
)
_describe(
    VerificationStatus,
    name="VerificationStatus",
    description="How far a verification is. The set may grow.",
    values={
        "INTENDED": "It is about to be sent.",
        "SENT": "It is on its way.",
        "SETTLED": "The micro-entries are on the account: tell their amounts.",
        "PASSED": "The account is proved.",
        "FAILED": "It came back, or the amounts were told wrong too often.",
        "EXPIRED": "Nothing was heard of it in time.",
    },
)
_describe(
    Part,
    name="CounterpartyPart",
    description="What the other bank corrected. The set may grow.",
    values={
        "NAME": "The holder's name.",
        "ROUTING_NUMBER": "The routing number.",
        "ACCOUNT_NUMBER": "The account number.",
        "ACCOUNT_TYPE": "What kind of account it is.",
    },
)

_describe(
    CaseKind,
    name="CaseKind",
    description="What a case is. The set may grow.",
    values={kind.name: f"{about.title}." for kind, about in KINDS.items()},
)
_describe(
    CaseState,
    name="CaseState",
    description="How a case stands. The set may grow.",
    values={
        "OPEN": "Nobody works it.",
        "ASSIGNED": "Its owner works it.",
        "RESOLVED": "It is decided, and whoever waited has acted on it. For ever.",
    },
)
_describe(
    ResolutionCode,
    name="CaseResolutionCode",
    description="How a case is resolved. The set may grow; which of them a case takes is in its `choices`.",
    values={
        "RELEASE": "The payment goes on.",
        "REJECT": "The payment ends, and its money goes back.",
        "REBUILD": "The rejected file is built again from its entries.",
        "POST_BACK": "The entries go nowhere, and their money goes back to who sent it.",
        "POST": "The entry is posted to the account.",
        "RETURN": "The entry is returned to its sender.",
        "APPLY": "The corrected data replaces what is kept.",
        "REFUSE": "The correction is refused, and its sender is told.",
        "CONTEST": "The dishonour is contested.",
        "ACCEPT": "The dishonour stands.",
        "DISHONOUR": "The return is dishonoured.",
        "SETTLED_BY_HAND": "It was settled outside of the case, as the reason says.",
        "REPLAY": "The delivery is processed again.",
        "REPLAY_PARTIAL": "The file is read again as one that was cut: without header, controls or batches.",
        "REPLAY_LATIN_1": "The file is read again with letters of Latin-1 in its texts.",
        "REPLAY_AS_NEW": "The file is processed beside the one that has the same identity.",
        "DISCARD": "The delivery is never processed.",
        "RETRAIN": "A new model is made of newer payments.",
        "ROLL_BACK": "The version that decided before decides again.",
        "NEW_THRESHOLDS": "The thresholds that were proposed decide.",
        "NOTED": "It was looked at, and nothing follows.",
    },
)
_describe(
    ResolutionStage,
    name="CaseResolutionStage",
    description="How far a resolution has come. The set may grow.",
    values={
        "PROPOSED": "It waits for the second person.",
        "DECIDED": "It is being carried out; no other takes its place unless it cannot be.",
        "CARRIED_OUT": "The case is resolved by it.",
    },
)
_describe(
    CaseHappened,
    name="CaseHappened",
    description="What happened to a case. The set may grow.",
    values={
        "OPENED": "The bank opened it.",
        "ASSIGNED": "Somebody took it.",
        "RELEASED": "It was taken out of its owner's hands.",
        "PROPOSED": "A resolution was proposed to a second person.",
        "NOT_APPROVED": "The second person refused the resolution, or nobody answered in time.",
        "DECIDED": "A resolution was decided.",
        "NOT_CARRIED_OUT": "The resolution could not be carried out; the case is open for another one.",
        "RESOLVED": "The resolution was carried out.",
    },
)
_describe(
    ApprovalState,
    name="ApprovalState",
    description="How a request for approval stands. The set may grow.",
    values={
        "PENDING": "It waits for people to check it.",
        "APPROVED": "Enough people have approved it, and it is not used yet.",
        "REFUSED": "Somebody has refused it.",
        "EXPIRED": "Its time is over.",
        "USED": "What it allows has been begun; it allows nothing else.",
    },
)
_describe(
    Verdict,
    name="ApprovalVerdict",
    description="What somebody says to a request for approval.",
    values={"APPROVE": "It may be done.", "REFUSE": "It may not be done."},
)

_describe(
    DeliveryState,
    name="PartnerDeliveryState",
    description="What has become of a message of a partner. The set may grow.",
    values={
        "RECEIVED": "It is stored, and to be processed.",
        "PROCESSED": "It has been acted on.",
        "QUARANTINED": "It cannot be processed as it is, and waits for a person; the reason says why.",
        "FAILED": "Processing it failed as often as it is tried.",
    },
)

_describe(
    PaymentState,
    name="PaymentStatus",
    description="How a payment stands. The set may grow.",
    values={
        "ACCEPTED": "It is accepted, and to be judged before anything leaves.",
        "AWAITING_STEP_UP": "Its customer is to sign in again and confirm it; nothing is set aside yet.",
        "SCREENED": "It has passed; its money is being set aside.",
        "SUSPECTED": "A person is to look at it; its money is being set aside.",
        "IN_REVIEW": "A person of the bank looks at it.",
        "SCHEDULED": "It waits for its window.",
        "TAKEN": "Its money is being taken for the file.",
        "IN_FILE": "Its entry is in a file.",
        "SENT": "Its file is sent.",
        "ACKNOWLEDGED": "The sponsor bank has its file.",
        "SETTLING": "It is being settled.",
        "SETTLED": "It has settled.",
        "FREEING": "What was collected is being made free to be spent.",
        "CLEARED": "What was collected can be spent.",
        "COMPLETED": "It is done; a late return may still come.",
        "REJECTED": "The sponsor bank did not take its entry; what becomes of it is being decided.",
        "GIVING_BACK": "Its money is on its way back.",
        "FAILED": "It was not made; its money is back.",
        "RETURNING": "The other bank has returned it; its money is on its way back.",
        "RETURNED": "The other bank has returned it.",
        "CANCELLING": "It was called off; its money is being freed.",
        "CANCELLED": "It was called off.",
        "DECLINING": "It was declined; its money is being freed.",
        "DECLINED": "The bank does not make it.",
        "DROPPING": "Its money could not be taken; what was set aside is being freed.",
        "REFUSED": "The account could not pay it.",
        "UNPOSTED": "The account cannot take its money; a person of the bank finds out where it belongs.",
        "PENDED": "It came in and is not posted; it goes back, or a person of the bank decides.",
        "POSTED": "It came in and is posted; it may still go back.",
    },
)
_describe(
    Speed,
    name="AchSpeed",
    description="How soon an ACH entry settles.",
    values={
        "SAME_DAY": "In the next same-day window, as far as its amount and class are taken there.",
        "NEXT_DAY": "On the next banking day.",
    },
)
_describe(
    ReversalReason,
    name="AchReversalReason",
    description="Why an entry is taken back: the rules know no other reasons today. The set may grow.",
    values={
        "DUPLICATE": "It was sent twice.",
        "WRONG_AMOUNT": "Its amount is not the one meant: all of it is taken back.",
        "WRONG_RECEIVER": "It went to somebody else than meant.",
        "WRONG_DATE": "A debit that settled before, or a credit that settled after, the day meant.",
        "SEPARATION_PAY": "A PPD credit to an employee who had been paid by check.",
        "LACK_OF_FUNDING": "It was not funded. Never allowed: it is here so that the answer says so.",
    },
)
_describe(
    Purpose,
    name="AchPurpose",
    description="What an entry is for, where the rules ask that its batch says so. The set may grow.",
    values={
        "PAYMENT": "Any payment that none of the others is.",
        "WAGES": "Wages and salaries: a PPD credit called PAYROLL.",
        "PURCHASE": "Goods bought online: a WEB debit called PURCHASE.",
        "ACCOUNT_VERIFICATION": "Micro-entries: called ACCTVERIFY.",
        "REVERSAL": "An entry that undoes another one: called REVERSAL. Only `reverseAchPayment` makes it.",
        "REINITIATION": "A returned debit, collected again: called RETRY PYMT.",
        "RETURN_FEE": "A fee for a returned debit: called RETURN FEE.",
        "REDEPOSITED_CHECK": "A check presented again: called REDEPCHECK.",
        "ENROLMENT": "An enrolment with an agency: called AUTOENROLL.",
    },
)
_describe(
    AchEntryKind,
    name="AchEntryKind",
    description="What an entry of ours is for. The set may grow.",
    values={
        "CREDIT": "It sends money.",
        "DEBIT": "It collects money.",
        "RETURN": "It returns an entry that came in.",
        "DISHONOUR": "It dishonours a return that came in.",
        "CONTEST": "It contests a dishonour that came in.",
        "NOC": "It notifies of a change to an entry that came in.",
        "NOC_REFUSAL": "It refuses a notification of change that came in.",
        "PRENOTE": "It proves a counterparty, and moves nothing.",
        "MICRO_CREDIT": "It proves a counterparty by less than a dollar of the bank's own.",
        "MICRO_DEBIT": "It takes back what the micro-credits gave.",
    },
)
_describe(
    AchEntryState,
    name="AchEntryStatus",
    description="How an entry of ours stands. The set may grow.",
    values={
        "JOINED": "It is in a file that is not built yet; its money is not taken.",
        "READY": "It is in a file, and its money is where the file says.",
        "EXCLUDED": "It was left out before the file was built.",
        "REJECTED": "The sponsor bank did not take it; what becomes of it is being decided.",
        "WITHDRAWN": "It was rejected, and goes into no other file.",
    },
)
_describe(
    AchFileState,
    name="AchFileStatus",
    description="How a file of ours stands. The set may grow.",
    values={
        "OPEN": "Its window is cut off; what was scheduled for it is being put in.",
        "CLOSING": "Nothing more goes in; the money of its entries is being taken.",
        "BUILT": "Its text is made, and to be sent.",
        "SENT": "It lies where the sponsor bank fetches it.",
        "ACKNOWLEDGED": "The sponsor bank has it, and counts what we sent.",
        "PARTLY_REJECTED": "The sponsor bank took it but for batches or entries, of which it is being decided.",
        "REJECTED": "The sponsor bank took nothing of it.",
        "REPLACED": "Its entries are in another file.",
        "WITHDRAWN": "It was rejected, and its entries go nowhere.",
        "EMPTY": "Nothing was left to put into it.",
    },
)
_describe(
    RejectionLevel,
    name="AchRejectionLevel",
    description="What the sponsor bank rejected.",
    values={"FILE": "The whole file.", "BATCH": "Batches of it.", "ENTRY": "Entries in it."},
)
_describe(
    ReturnDecision,
    name="AchReturnDecision",
    description="Why an entry that came in goes back. The set may grow.",
    values={
        "NO_ACCOUNT": "There is no such account.",
        "INVALID_ACCOUNT_NUMBER": "No account can have this number.",
        "CLOSED": "The account is closed.",
        "INSUFFICIENT": "The account has not got the money.",
        "UNCOLLECTED": "The money of the account is not collected yet.",
        "FROZEN": "The account is frozen.",
        "STOPPED": "The holder stopped the payment.",
        "NON_TRANSACTION": "The account is not for such entries.",
        "REFUSED": "The receiver refuses the credit; `eventOn` says when.",
        "DUPLICATE": "It is another entry over again.",
        "UNAUTHORISED": "The receiver denies it; a consumer by a written statement.",
        "NOT_AS_AUTHORISED": "It is not as the receiver authorised it; a consumer says so by a written statement.",
        "REVOKED": "The receiver revoked the authorisation; a consumer says so by a written statement.",
        "IMPROPER_REVERSAL": "It reverses what may not be reversed.",
        "QUESTIONABLE": "The bank believes it a fraud.",
        "UNPROCESSABLE": "It cannot be processed as it is.",
        "PAYEE_DECEASED": "The payee has died; `diedOn` says when.",
        "HOLDER_DECEASED": "The holder has died; `diedOn` says when.",
        "BRANCH_SOLD": "The branch of the account was sold.",
        "REQUESTED": "The sending bank asked for it; `eventOn` says when.",
        "AGREED": "The sending bank agreed to it; `eventOn` says when.",
        "INVALID_COMPANY_ID": "The company identification is not right.",
        "INVALID_INDIVIDUAL_ID": "The individual identification is not right.",
        "INTERNATIONAL": "It is an international payment under a domestic class.",
    },
)
_describe(
    ReceivedFileState,
    name="AchReceivedFileStatus",
    description="How a file that came in stands. The set may grow.",
    values={
        "RECEIVED": "It lies in the exchange; what is in it is not known yet.",
        "READ": "It is valid and balances; its entries are being kept.",
        "POSTING": "Every entry is kept, and each is worked when its day has come.",
        "DONE": "Every entry is posted, pended, on its way back, answered, or given to the region it belongs to.",
        "QUARANTINED": "It cannot be read under its profile; nothing of it was kept, and people decide.",
        "DUPLICATE": "It is another file over again; nothing of it is posted.",
        "DISCARDED": "It was quarantined and is never processed.",
    },
)
_describe(
    ReceivedKind,
    name="AchReceivedEntryKind",
    description="What an entry that came in is. The set may grow.",
    values={
        "CREDIT": "Money for an account.",
        "DEBIT": "Money that is collected from an account.",
        "ZERO": "A prenote, or a remittance of no money: it says that an account is meant, and moves nothing.",
        "RETURN": "An entry of ours comes back.",
        "DISHONOUR": "A return that we sent is dishonoured.",
        "CONTEST": "A dishonour that we sent is contested.",
        "NOC": "A notification of change about an entry of ours.",
        "NOC_REFUSAL": "A notification of change that we sent is refused.",
        "NOTICE": "What moves no money and asks for nothing, such as an advice or an acknowledgement.",
    },
)
_describe(
    ReceivedState,
    name="AchReceivedEntryStatus",
    description="How an entry that came in stands. The set may grow.",
    values={
        "RECEIVED": "It is kept, and waits for its day of settlement.",
        "FORWARDED": "It belongs to another region, which has it now.",
        "POSTING": "Its money is being posted.",
        "POSTED": "Its money is on the account, or was taken from it.",
        "PENDING": "Its money is being set aside.",
        "PENDED": "Its money lies in a book of the bank, until people decide or the deadline does.",
        "RELEASING": "Its money is being posted after all.",
        "TAKING_BACK": "It was posted and goes back after all: what it moved is being undone.",
        "RETURN_DUE": "It goes back, and is not in a window yet.",
        "RETURN_QUEUED": "What sends it back is scheduled for a window, or in its file.",
        "RETURN_REJECTED": "The sponsor bank did not take what sends it back; what becomes of that is being decided.",
        "SENDING_BACK": "What sends it back has settled; its money is being moved.",
        "RETURNED": "It has gone back.",
        "MATCHED": "It speaks of something that we sent, and that was told.",
        "ANSWERED": "It asked for nothing more: silence is the answer.",
        "CORRECTION_OPEN": "A notification of change that people look at.",
        "APPLIED": "A notification of change that was applied.",
        "REFUSED_NOC": "A notification of change that was refused; its sender is told.",
    },
)

__all__ = [
    "AccountType",
    "AchEntryKind",
    "AchEntryState",
    "AchFileState",
    "ApprovalState",
    "Batching",
    "CaseHappened",
    "CaseKind",
    "CaseState",
    "CounterpartyStatus",
    "CustomerKind",
    "CustomerStatus",
    "DeliveryState",
    "Group",
    "HolderKind",
    "JournalStatus",
    "OccurrenceOutcome",
    "OrderStatus",
    "Outcome",
    "Part",
    "PaymentState",
    "Product",
    "Purpose",
    "ReceivedFileState",
    "ReceivedKind",
    "ReceivedState",
    "RejectionLevel",
    "Relation",
    "ResolutionCode",
    "ResolutionStage",
    "ReturnDecision",
    "ReversalReason",
    "ReviewStanding",
    "Rhythm",
    "SecCode",
    "Side",
    "Speed",
    "StandardEntryClass",
    "Status",
    "Verdict",
    "VerificationMethod",
    "VerificationStatus",
]

_PRODUCT_WORDS: Final = {
    "checking": "For daily payments.",
    "savings": "For money that stays.",
}

if TYPE_CHECKING:

    class Product(Enum):
        CHECKING = "checking"
        SAVINGS = "savings"

    class SecCode(Enum):
        """The classes of entries that our customers send."""

    class StandardEntryClass(Enum):
        """Every class, those too that are only received or answered with."""

else:

    def _classes(codes: "Iterable[str]") -> "dict[str, object]":
        return {
            code: strawberry.enum_value(code, description=f"{ENTRY_CLASSES[code].title}.") for code in sorted(codes)
        }

    SecCode = strawberry.enum(
        Enum("SecCode", _classes(ORIGINATED)),
        description="A class of ACH entries that can be sent (Standard Entry Class). The set may grow.",
    )
    StandardEntryClass = strawberry.enum(
        Enum("StandardEntryClass", _classes(ENTRY_CLASSES)),
        description="A class of ACH entries, whoever sends them. The set may grow.",
    )
    Product = strawberry.enum(
        Enum(
            "Product",
            {name.upper(): strawberry.enum_value(name, description=_PRODUCT_WORDS[name]) for name in PRODUCTS},
        ),
        description="What kind of account it is. The set may grow.",
    )
