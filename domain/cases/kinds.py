"""Every kind of case: who works it, by when, and how it may be resolved. This table is the specification."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from domain.access.model import Group


class CaseKind(StrEnum):
    TRANSFER_REVIEW = "TRANSFER_REVIEW"
    ACH_PAYMENT_REVIEW = "ACH_PAYMENT_REVIEW"
    ACH_PAYMENT_UNPOSTED = "ACH_PAYMENT_UNPOSTED"
    ACH_FILE_REJECTED = "ACH_FILE_REJECTED"
    ACH_FILE_QUARANTINED = "ACH_FILE_QUARANTINED"
    ACH_ENTRY_PENDED = "ACH_ENTRY_PENDED"
    ACH_NOC = "ACH_NOC"
    ACH_RETURN_UNMATCHED = "ACH_RETURN_UNMATCHED"
    ACH_RETURN_UNAUTHORISED = "ACH_RETURN_UNAUTHORISED"
    ACH_DISHONOUR = "ACH_DISHONOUR"
    ACH_RETURN_RATE = "ACH_RETURN_RATE"
    ACH_MICRO_ENTRY_VOLUME = "ACH_MICRO_ENTRY_VOLUME"
    ACH_RETURNED_AND_REVERSED = "ACH_RETURNED_AND_REVERSED"
    PARTNER_DELIVERY_QUARANTINED = "PARTNER_DELIVERY_QUARANTINED"
    PARTNER_SILENT = "PARTNER_SILENT"
    FRAUD_DRIFT = "FRAUD_DRIFT"


class ResolutionCode(StrEnum):
    RELEASE = "RELEASE"
    """The payment goes on."""
    REJECT = "REJECT"
    """The payment ends, and its money goes back."""
    REBUILD = "REBUILD"
    """The rejected file is built again from its entries."""
    POST_BACK = "POST_BACK"
    """The entries go nowhere, and their money goes back to who sent it."""
    POST = "POST"
    """The entry is posted to the account."""
    RETURN = "RETURN"
    """The entry is returned to its sender."""
    APPLY = "APPLY"
    """The corrected data replaces what is kept."""
    REFUSE = "REFUSE"
    """The correction is refused, and its sender is told."""
    CONTEST = "CONTEST"
    """The dishonour is contested."""
    ACCEPT = "ACCEPT"
    """The dishonour stands."""
    DISHONOUR = "DISHONOUR"
    """The return is dishonoured."""
    SETTLED_BY_HAND = "SETTLED_BY_HAND"
    """It was settled outside of this case, as the reason says."""
    REPLAY = "REPLAY"
    """The delivery is processed again."""
    REPLAY_PARTIAL = "REPLAY_PARTIAL"
    """The file is read again as one that was cut: without header, controls or batches."""
    REPLAY_LATIN_1 = "REPLAY_LATIN_1"
    """The file is read again with letters of Latin-1 in its texts."""
    REPLAY_AS_NEW = "REPLAY_AS_NEW"
    """The file is processed beside the one that has the same identity."""
    DISCARD = "DISCARD"
    """The delivery is never processed."""
    RETRAIN = "RETRAIN"
    """A new model is made of newer payments."""
    ROLL_BACK = "ROLL_BACK"
    """The version that decided before decides again."""
    NEW_THRESHOLDS = "NEW_THRESHOLDS"
    """The thresholds that were proposed decide."""
    NOTED = "NOTED"
    """It was looked at, and nothing follows."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to resolve a case."""

    title: str
    second_person: bool = False
    """Whether it takes effect only when another person of the group has approved it."""


@dataclass(frozen=True, slots=True)
class KindOfCase:
    group: Group
    """Who works it: its people own, release and resolve it, and give the approvals it needs."""
    title: str
    due_after: timedelta
    """When it is due, unless who opens it knows a deadline."""
    resolutions: Mapping[ResolutionCode, Choice]


KINDS: Final[dict[CaseKind, KindOfCase]] = {
    CaseKind.TRANSFER_REVIEW: KindOfCase(
        Group.FRAUD_ANALYST,
        "A transfer waits for a decision",
        timedelta(hours=24),
        {
            ResolutionCode.RELEASE: Choice("Let the transfer go", second_person=True),
            ResolutionCode.REJECT: Choice("Decline the transfer"),
        },
    ),
    CaseKind.ACH_PAYMENT_REVIEW: KindOfCase(
        Group.FRAUD_ANALYST,
        "An ACH payment waits for a decision",
        timedelta(hours=24),
        {
            ResolutionCode.RELEASE: Choice("Let the payment go", second_person=True),
            ResolutionCode.REJECT: Choice("End the payment"),
        },
    ),
    CaseKind.ACH_PAYMENT_UNPOSTED: KindOfCase(
        Group.OPERATIONS,
        "Money of an ACH payment could not go to its account",
        timedelta(hours=24),
        {ResolutionCode.SETTLED_BY_HAND: Choice("It was settled by hand", second_person=True)},
    ),
    CaseKind.ACH_FILE_REJECTED: KindOfCase(
        Group.OPERATIONS,
        "The partner bank rejected an ACH file, a batch or an entry",
        timedelta(hours=2),
        {
            ResolutionCode.REBUILD: Choice("Build it again from its entries", second_person=True),
            ResolutionCode.POST_BACK: Choice("Post its entries back", second_person=True),
        },
    ),
    CaseKind.ACH_FILE_QUARANTINED: KindOfCase(
        Group.OPERATIONS,
        "A received ACH file cannot be read under the partner's profile",
        timedelta(hours=1),
        {
            ResolutionCode.REPLAY: Choice("Read it again"),
            ResolutionCode.REPLAY_PARTIAL: Choice("Read it again as a file that was cut", second_person=True),
            ResolutionCode.REPLAY_LATIN_1: Choice("Read it again with letters of Latin-1"),
            ResolutionCode.REPLAY_AS_NEW: Choice("It is not the file that has its identity", second_person=True),
            ResolutionCode.DISCARD: Choice("Never process it", second_person=True),
        },
    ),
    CaseKind.ACH_ENTRY_PENDED: KindOfCase(
        Group.OPERATIONS,
        "A received ACH entry could not be posted or returned by rule",
        timedelta(hours=24),
        {
            ResolutionCode.POST: Choice("Post it", second_person=True),
            ResolutionCode.RETURN: Choice("Return it"),
            ResolutionCode.SETTLED_BY_HAND: Choice("It was settled by hand", second_person=True),
        },
    ),
    # Nacha Operating Rules, article three: changes are made within six banking days of the NOC or before the next
    # entry, whichever is later. Three calendar days leave room for the second person and for a refusal.
    CaseKind.ACH_NOC: KindOfCase(
        Group.OPERATIONS,
        "A notification of change corrects what we keep of a counterparty",
        timedelta(days=3),
        {
            ResolutionCode.APPLY: Choice("Apply the corrected data", second_person=True),
            ResolutionCode.REFUSE: Choice("Refuse the correction"),
        },
    ),
    CaseKind.ACH_RETURN_UNMATCHED: KindOfCase(
        Group.OPERATIONS,
        "An ACH return matches no entry of ours",
        timedelta(hours=24),
        {
            ResolutionCode.DISHONOUR: Choice("Dishonour the return", second_person=True),
            ResolutionCode.SETTLED_BY_HAND: Choice("It was settled by hand", second_person=True),
        },
    ),
    CaseKind.ACH_RETURN_UNAUTHORISED: KindOfCase(
        Group.FRAUD_ANALYST,
        "The receiver of an ACH debit denies it, or suspects a fraud",
        timedelta(hours=24),
        {ResolutionCode.NOTED: Choice("It was looked into")},
    ),
    CaseKind.ACH_DISHONOUR: KindOfCase(
        Group.OPERATIONS,
        "A return of ours was dishonoured",
        timedelta(hours=24),
        {
            ResolutionCode.CONTEST: Choice("Contest it"),
            ResolutionCode.ACCEPT: Choice("Let it stand", second_person=True),
        },
    ),
    CaseKind.ACH_RETURN_RATE: KindOfCase(
        Group.COMPLIANCE,
        "The return rate of an originator nears or exceeds a limit of Nacha",
        timedelta(days=5),
        {ResolutionCode.NOTED: Choice("It was looked into")},
    ),
    CaseKind.ACH_MICRO_ENTRY_VOLUME: KindOfCase(
        Group.FRAUD_ANALYST,
        "More micro-entries went out or came back in a day than are expected",
        timedelta(hours=24),
        {ResolutionCode.NOTED: Choice("It was looked into")},
    ),
    CaseKind.ACH_RETURNED_AND_REVERSED: KindOfCase(
        Group.OPERATIONS,
        "An ACH payment came back after it was reversed: one side has the money twice",
        timedelta(hours=24),
        {ResolutionCode.NOTED: Choice("It was looked into")},
    ),
    CaseKind.PARTNER_DELIVERY_QUARANTINED: KindOfCase(
        Group.OPERATIONS,
        "A partner's delivery could not be processed",
        timedelta(hours=4),
        {
            ResolutionCode.REPLAY: Choice("Process it again"),
            ResolutionCode.DISCARD: Choice("Never process it", second_person=True),
        },
    ),
    CaseKind.PARTNER_SILENT: KindOfCase(
        Group.OPERATIONS,
        "A partner has not answered in time",
        timedelta(hours=1),
        {
            ResolutionCode.SETTLED_BY_HAND: Choice("The partner was reached another way"),
            ResolutionCode.NOTED: Choice("The partner has answered meanwhile"),
        },
    ),
    CaseKind.FRAUD_DRIFT: KindOfCase(
        Group.FRAUD_LEAD,
        "What is paid, scored or reported is not as it was: a proposal",
        timedelta(days=2),
        {
            ResolutionCode.ROLL_BACK: Choice("Go back to the version before"),
            ResolutionCode.NEW_THRESHOLDS: Choice("Let the proposed thresholds decide"),
            ResolutionCode.RETRAIN: Choice("Have a new model made"),
            ResolutionCode.NOTED: Choice("It was looked into"),
        },
    ),
}
