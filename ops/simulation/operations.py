"""One thing somebody asks of the bank, under one key, and what came of it so far."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.accounts.model import Account, AccountRecord, Related
from domain.ids import journal_id
from domain.ledger.model import Journal, Posted, Refused, State
from domain.refusals import Refusal, StepUpRequired
from domain.transfers.model import HoldChange, Reversal, Transfer, TransferInReview, TransferOrder
from ops.simulation.processes import Process

Answer = (
    Posted
    | Refused
    | Transfer
    | HoldChange
    | Reversal
    | Account
    | AccountRecord
    | Related
    | State
    | TransferOrder
    | Refusal
)


class Broken(Exception):
    """A promise of the bank does not hold in this history."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a caller was told: done, with a mark of what, or refused, and whether that is the answer for ever."""

    mark: str
    refusal: Refusal | None = None
    journal: Journal | None = None

    @property
    def done(self) -> bool:
        return self.refusal is None

    @property
    def for_ever(self) -> bool:
        return self.refusal is None or self.refusal.stored


@dataclass(slots=True, kw_only=True, eq=False)
class Operation:
    text: str
    kind: str
    ask: Callable[[Process], Answer]
    initiator: str = ""
    scope: str = ""
    key: str = ""
    effects: Mapping[str, int] = field(default_factory=dict)
    """What it does to balances if it posts, credit-positive, in the words of the model."""
    reverses: "Operation | None" = None
    writes: bool = True
    """A preview writes nothing."""
    keyed: bool = True
    """Its key names a journal."""
    besides: frozenset[tuple[str, str, str]] = frozenset()
    """Initiator, scope and key of what is posted on the way to it."""
    looks: Callable[[Process], Answer] | None = None
    """Asks what it would come to, and changes nothing."""
    ends_hold: bool = False
    """What a capture leaves of its hold is released."""
    only: str = ""
    """The one refusal it can end in."""
    hurried: bool = False
    """Its caller does not wait about: it asks again much later, if at all."""
    told: Told | None = None
    heard: set[str] = field(default_factory=set)
    """Codes of all it was refused with, whether or not that was the end of it."""
    signed_in: datetime | None = None
    """When its caller proved anew who they are, because they were asked to."""
    unsure: bool = False
    """An attempt went unanswered: it may have been done, or may still be."""
    asked: int = 0
    running: int = 0
    overlapped: bool = False
    """Somebody asked the same at the same time."""

    @property
    def settled(self) -> bool:
        if self.told is not None and self.signed_in is not None and isinstance(self.told.refusal, StepUpRequired):
            return False  # whoever proves who they are goes on
        return self.told is not None and (self.told.for_ever or not self.unsure)

    @property
    def waits(self) -> bool:
        """Somebody of the bank looks at it; what becomes of it, its caller hears later."""
        return self.told is not None and isinstance(self.told.refusal, TransferInReview)

    @property
    def journal(self) -> str:
        """The journal its key leads to."""
        return journal_id(self.initiator, self.scope, self.key)


def told_by(answer: Answer) -> Told:
    match answer:
        case Refused():
            return _refused(answer.refusal)
        case Refusal():
            return _refused(answer)
        case Account():
            return Told(answer.state.hash.hex())
        case State():
            return Told(answer.hash.hex())
        case AccountRecord() | TransferOrder():
            return Told(answer.id)
        case Related():
            return Told(f"{answer.person} {answer.relation}")
        case _:
            return Told(answer.journal.digest.hex(), journal=answer.journal)


def _refused(refusal: Refusal) -> Told:
    return Told(repr(refusal) if refusal.stored else refusal.code, refusal)
