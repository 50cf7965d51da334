"""Who acts and on what terms: actors, groups, relations, actions; and approvals, where one is not enough."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final

from domain.facts import Facts
from domain.refusals import Refusal


class Group(StrEnum):
    """The user pool's groups. A customer is in `customer` alone; staff may be in several of the others."""

    CUSTOMER = "customer"
    OPERATIONS = "operations"
    FRAUD_ANALYST = "fraud_analyst"
    FRAUD_LEAD = "fraud_lead"
    COMPLIANCE = "compliance"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Relation(StrEnum):
    """How a customer stands to an account. Staff are strangers to all of them: their groups speak."""

    OWNER = "owner"
    JOINT_OWNER = "joint_owner"
    DELEGATE = "delegate"
    STRANGER = "stranger"


class Channel(StrEnum):
    """By which door a command came in."""

    API = "api"
    SCHEDULE = "schedule"
    PARTNER = "partner"
    BANK = "bank"
    """The bank's own sweepers, seed and tools."""


class Action(StrEnum):
    """What a person may be allowed to do, on an account unless the name says otherwise."""

    VIEW_ACCOUNT = "view_account"
    VIEW_CUSTOMER = "view_customer"
    VIEW_PROFILE = "view_profile"
    VIEW_NOTICES = "view_notices"
    VIEW_AUDIT = "view_audit"
    VIEW_CASES = "view_cases"
    """Of cases and approvals: those of one's own groups, and all of them for who audits."""
    WORK_CASES = "work_cases"
    """Of one's own groups: to own, release and resolve cases, to give and refuse approvals."""
    CREATE_CUSTOMER = "create_customer"
    ERASE_CUSTOMER = "erase_customer"
    OPEN_ACCOUNT = "open_account"
    MANAGE_RELATIONS = "manage_relations"
    MOVE_MONEY = "move_money"
    MANAGE_SCHEDULE = "manage_schedule"
    PLACE_HOLD = "place_hold"
    CAPTURE_HOLD = "capture_hold"
    RELEASE_HOLD = "release_hold"
    RELEASE_BANK_HOLD = "release_bank_hold"
    """Of a hold that staff placed: it binds the owner, so the owner does not release it."""
    REVERSE = "reverse"
    FREEZE = "freeze"
    THAW = "thaw"
    CLOSE = "close"
    CHANGE_LIMITS = "change_limits"
    SWITCH_BATCHING = "switch_batching"
    MANAGE_COUNTERPARTIES = "manage_counterparties"
    """To add and to verify: what leads to money leaving is the customer's own to say."""
    CLOSE_COUNTERPARTY = "close_counterparty"
    VIEW_DELIVERIES = "view_deliveries"
    """What partners have delivered, of all customers."""
    REPLAY_DELIVERY = "replay_delivery"
    VIEW_ACH_FILES = "view_ach_files"
    """The files that we send, and those that came in, and the entries in them, of all customers."""
    RETURN_ACH_ENTRY = "return_ach_entry"
    """To send an entry back that was posted."""
    VIEW_FRAUD = "view_fraud"
    """Versions of rules and models, what they are measured by, decisions and their reasons."""
    WORK_FRAUD = "work_fraud"
    """To draft versions and run them in shadow, to deny, to snooze, to roll back; to ask for what a lead agrees to."""
    LEAD_FRAUD = "lead_fraud"
    """To keep signed bounds; what is promoted, a lead has agreed to."""


REQUEST: Final = "request:"
"""Stands before a correlation id among the evidence of a journal."""
CORRELATION_LENGTH_MAX: Final = 64
"""A gateway's id has 16 characters, an order and its day 46; a journal is billed by the kilobyte."""
SIGN_IN_AHEAD_MAX: Final = timedelta(seconds=5)
"""A sign-in may lie this far ahead of our clock: the user pool's clock and ours differ. Further is not believed."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a request, and from where. Of the token nothing is kept but what it said."""

    person: str
    """Customer id, staff id, or `bank`."""
    groups: frozenset[Group]
    source_ip: str | None
    correlation_id: str
    channel: Channel
    authenticated_at: datetime | None = None
    """When the person last proved who they are, in whole seconds; a refreshed token keeps it. None: not known, as of
    whoever did not come with a token."""

    def signed_in_after(self, moment: datetime, *, now: datetime) -> bool:
        """Whether the person has proved who they are since. The second in which the moment lies does not count: of
        that sign-in nobody can say which came first."""
        at = self.authenticated_at
        return at is not None and moment < at <= now + SIGN_IN_AHEAD_MAX

    @property
    def evidence(self) -> tuple[str, ...]:
        """What a journal keeps of the request that asked for it: from a line of an account back to the log."""
        return (f"{REQUEST}{self.correlation_id[:CORRELATION_LENGTH_MAX]}",)


class Verdict(StrEnum):
    APPROVE = "APPROVE"
    REFUSE = "REFUSE"


class ApprovalState(StrEnum):
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    USED = "USED"


@dataclass(frozen=True, slots=True)
class Check:
    person: str
    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be approved. `fingerprint` is of what was shown: another amount is another proposal."""

    subject_kind: str
    subject_id: str
    action: str
    fingerprint: str
    shown: Facts = ()
    """What a checker sees of it, and the fingerprint covers. Nothing personal."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A proposal, its maker, and the checkers of the maker's group: never the maker, nobody twice."""

    id: str
    proposal: Proposal
    group: Group
    maker: str
    checkers_needed: int
    requested_at: datetime
    expires_at: datetime
    checks: tuple[Check, ...] = ()
    used_for: str | None = None
    """What it was spent on, such as a journal id. Spent once; the same again is the same spending."""
    used_at: datetime | None = None
    version: int = 1

    def check_of(self, person: str) -> Check | None:
        return next((check for check in self.checks if check.person == person), None)

    def verdicts(self) -> Iterable[Verdict]:
        return (check.verdict for check in self.checks)


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """Approvals in the order of a work list; `position` begins the next page, None at the end."""

    approvals: tuple[Approval, ...]
    position: str | None


@dataclass(frozen=True, slots=True)
class MakerCannotCheck(Refusal):
    code: ClassVar[str] = "MAKER_CANNOT_CHECK"
    approval: str

    @property
    def message(self) -> str:
        return "Who asked for an approval does not give it."


@dataclass(frozen=True, slots=True)
class ApprovalMismatch(Refusal):
    """The subject, the action or its details differ from those the approval is about."""

    code: ClassVar[str] = "APPROVAL_MISMATCH"
    approval: str

    @property
    def message(self) -> str:
        return "The approval is about something else, or its details have changed since."


@dataclass(frozen=True, slots=True)
class ApprovalNotPending(Refusal):
    """It is decided, spent or expired, or this person has said otherwise before."""

    code: ClassVar[str] = "APPROVAL_NOT_PENDING"
    approval: str
    state: str

    @property
    def message(self) -> str:
        return "The approval is not open to this decision any more."


@dataclass(frozen=True, slots=True)
class ApprovalNotGiven(Refusal):
    """It is pending, refused, expired, or spent on something else."""

    code: ClassVar[str] = "APPROVAL_NOT_GIVEN"
    approval: str
    state: str

    @property
    def message(self) -> str:
        return f"The approval is {self.state.lower()}."


@dataclass(frozen=True, slots=True)
class ApprovalKeyReused(Refusal):
    code: ClassVar[str] = "APPROVAL_KEY_REUSED"
    approval: str

    @property
    def message(self) -> str:
        return "This idempotency key asked for another approval; use a new key for a new request."


@dataclass(frozen=True, slots=True)
class ApprovalBusy(Refusal):
    code: ClassVar[str] = "APPROVAL_BUSY"
    retryable: ClassVar[bool] = True
    approval: str

    @property
    def message(self) -> str:
        return "Others are deciding on this approval right now; nothing was changed. Try again."
