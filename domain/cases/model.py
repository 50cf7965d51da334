"""What a case is, how it moves, and what its refusals say."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from domain.access.model import Group
from domain.cases.kinds import KINDS, CaseKind, KindOfCase, ResolutionCode
from domain.facts import Facts
from domain.refusals import Refusal


class CaseState(StrEnum):
    OPEN = "OPEN"
    """Nobody has it."""
    ASSIGNED = "ASSIGNED"
    """Its owner works it."""
    RESOLVED = "RESOLVED"
    """Decided, and whoever waited has acted on it. For ever."""


class Stage(StrEnum):
    """How far a resolution has come."""

    PROPOSED = "PROPOSED"
    """It waits for the second person."""
    DECIDED = "DECIDED"
    """It will be carried out: no other resolution takes its place unless whoever waits refuses it."""
    CARRIED_OUT = "CARRIED_OUT"
    """The case is resolved by it."""


class Happened(StrEnum):
    """What an entry of a case's history says."""

    OPENED = "OPENED"
    ASSIGNED = "ASSIGNED"
    RELEASED = "RELEASED"
    PROPOSED = "PROPOSED"
    NOT_APPROVED = "NOT_APPROVED"
    """The second person refused it, or nobody answered in time."""
    DECIDED = "DECIDED"
    NOT_CARRIED_OUT = "NOT_CARRIED_OUT"
    """Whoever waited for the resolution refused it."""
    RESOLVED = "RESOLVED"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a case is about, such as ("ach_payment", "pay_…")."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's history."""

    at: datetime
    person: str
    """Staff id, or `bank`."""
    happened: Happened
    detail: str | None = None
    """A code: of the resolution, or of why it came to nothing."""


@dataclass(frozen=True, slots=True)
class Resolution:
    code: ResolutionCode
    reason: str
    """In the words of who resolved it. Nothing personal is asked for, and no event or log repeats it."""
    person: str
    key: str
    at: datetime
    stage: Stage
    of_version: int = 0
    """The version of the case that it was asked for on: a second person is asked anew each time, whatever the key. 0
    where nobody asked."""
    approval: str | None = None
    """The approval by the second person, where one is needed."""
    checker: str | None = None
    """The second person, once approved."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A resolution that came to nothing: one that was proposed was not approved, one that was decided could not be
    carried out.
    """

    resolution: Resolution
    why: str
    """A code: of what became of the approval, or of the refusal of whoever waited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One for each kind, subject and key: opening it again finds it."""

    id: str
    kind: CaseKind
    subject: Subject
    key: str
    region: str
    opened_at: datetime
    due_at: datetime
    facts: Facts = ()
    """What its workers see of it. Nothing personal."""
    owner: str | None = None
    resolution: Resolution | None = None
    undone: tuple[Undone, ...] = ()
    """What their keys led to: the latest of each key, `rules.UNDONE_MAX` at most, the oldest first."""
    history: tuple[Entry, ...] = ()
    """What happened to it, the oldest first: its opening and the latest of the rest, `rules.HISTORY_MAX` at most."""
    version: int = 1

    @property
    def about(self) -> KindOfCase:
        return KINDS[self.kind]

    @property
    def group(self) -> Group:
        return self.about.group

    @property
    def state(self) -> CaseState:
        if self.resolution and self.resolution.stage is Stage.CARRIED_OUT:
            return CaseState.RESOLVED
        return CaseState.ASSIGNED if self.owner else CaseState.OPEN


@dataclass(frozen=True, slots=True)
class CasePage:
    """Cases in the order in which they are due; `position` begins the next page, None at the end."""

    cases: tuple[Case, ...]
    position: str | None


@dataclass(frozen=True, slots=True)
class CaseTaken(Refusal):
    """Somebody else owns it; it is released first."""

    code: ClassVar[str] = "CASE_TAKEN"
    case: str

    @property
    def message(self) -> str:
        return "Somebody else owns the case; it is released before another takes it."


@dataclass(frozen=True, slots=True)
class CaseResolved(Refusal):
    """It is resolved, or is being resolved."""

    code: ClassVar[str] = "CASE_RESOLVED"
    case: str
    resolution: str

    @property
    def message(self) -> str:
        return "The case has been resolved already."


@dataclass(frozen=True, slots=True)
class ResolutionPending(Refusal):
    """Another resolution waits for its second person."""

    code: ClassVar[str] = "RESOLUTION_PENDING"
    case: str
    approval: str

    @property
    def message(self) -> str:
        return "A resolution of the case waits for approval; it is approved or refused first."


@dataclass(frozen=True, slots=True)
class ResolutionUnavailable(Refusal):
    """Cases of this kind are resolved in other ways."""

    code: ClassVar[str] = "RESOLUTION_UNAVAILABLE"
    case: str
    resolution: str

    @property
    def message(self) -> str:
        return "A case of this kind is not resolved in this way."


@dataclass(frozen=True, slots=True)
class ResolutionKeyReused(Refusal):
    code: ClassVar[str] = "RESOLUTION_KEY_REUSED"
    case: str

    @property
    def message(self) -> str:
        return "This idempotency key resolved the case in another way; use a new key for a new resolution."


@dataclass(frozen=True, slots=True)
class ResolutionNotCarriedOut(Refusal):
    """Whoever waits for the resolution cannot act on it, for a reason that will not pass by itself."""

    code: ClassVar[str] = "RESOLUTION_NOT_CARRIED_OUT"
    case: str
    reason_code: str
    reason: str

    @property
    def message(self) -> str:
        return f"The resolution cannot be carried out, the case stays open: {self.reason}"


@dataclass(frozen=True, slots=True)
class ResolutionDelayed(Refusal):
    """It is decided and stands; whoever waits for it cannot act on it right now."""

    code: ClassVar[str] = "RESOLUTION_DELAYED"
    retryable: ClassVar[bool] = True
    case: str
    reason_code: str

    @property
    def message(self) -> str:
        return "The resolution stands and is not carried out yet; it is tried again by itself, and by asking again."


@dataclass(frozen=True, slots=True)
class ReviewOver(Refusal):
    """What the case asks for was decided otherwise before: by another person, by its customer, or by the bank because
    nobody had decided in time. The case ends as it was decided then.
    """

    code: ClassVar[str] = "REVIEW_OVER"
    subject: str
    state: str
    decided: ResolutionCode

    @property
    def message(self) -> str:
        return f"{self.subject} is {self.state.lower().replace('_', ' ')} already."


@dataclass(frozen=True, slots=True)
class CaseBusy(Refusal):
    code: ClassVar[str] = "CASE_BUSY"
    retryable: ClassVar[bool] = True
    case: str

    @property
    def message(self) -> str:
        return "Others are working on this case right now; nothing was changed. Try again."
