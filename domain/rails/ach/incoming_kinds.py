"""What comes in by ACH, as tables: how a received file and a received entry move, and which journal each claim makes.

As with payments, what a table does not list does not happen, and money moves in claimed states only: a claimed state
has one journal, whose key follows from the entry, the state and the attempt, and only what it is answered leads out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ReceivedFileState(StrEnum):
    RECEIVED = "RECEIVED"
    """It lies in the exchange; what is in it is not known yet."""
    READ = "READ"
    """It is valid and balances; its entries are being kept."""
    POSTING = "POSTING"
    """Every entry is kept, and each is worked when its day has come."""
    DONE = "DONE"
    """Every entry is posted, pended, on its way back, answered, or given to the region it belongs to."""
    QUARANTINED = "QUARANTINED"
    """It cannot be read under the partner's profile; nothing of it was kept, and people decide."""
    DUPLICATE = "DUPLICATE"
    """It is another file over again; nothing of it is posted."""
    DISCARDED = "DISCARDED"
    """It was quarantined and is never processed."""


class ReceivedFileEvent(StrEnum):
    READ = "read"
    KEPT = "kept"
    FINISHED = "finished"
    MORE_CAME = "more_came"
    FOUND_INVALID = "found_invalid"
    FOUND_AGAIN = "found_again"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class ReceivedFileMove:
    source: ReceivedFileState
    event: ReceivedFileEvent
    target: ReceivedFileState


_F, _G = ReceivedFileState, ReceivedFileEvent

RECEIVED_FILE_MOVES: Final = (
    ReceivedFileMove(_F.RECEIVED, _G.READ, _F.READ),
    ReceivedFileMove(_F.RECEIVED, _G.FOUND_INVALID, _F.QUARANTINED),
    ReceivedFileMove(_F.RECEIVED, _G.FOUND_AGAIN, _F.DUPLICATE),
    ReceivedFileMove(_F.READ, _G.KEPT, _F.POSTING),
    ReceivedFileMove(_F.POSTING, _G.FINISHED, _F.DONE),
    ReceivedFileMove(_F.POSTING, _G.MORE_CAME, _F.POSTING),  # of another region's file, entry by entry
    ReceivedFileMove(_F.DONE, _G.MORE_CAME, _F.POSTING),
    ReceivedFileMove(_F.QUARANTINED, _G.REPLAYED, _F.RECEIVED),
    ReceivedFileMove(_F.QUARANTINED, _G.DISCARDED, _F.DISCARDED),
)
RECEIVED_FILES_ENDED: Final = frozenset({_F.DONE, _F.QUARANTINED, _F.DUPLICATE, _F.DISCARDED})
"""Nobody works on it by itself any more."""
_FILE_TARGETS: Final = {(move.source, move.event): move.target for move in RECEIVED_FILE_MOVES}


def received_file_target(source: ReceivedFileState, event: ReceivedFileEvent) -> ReceivedFileState | None:
    return _FILE_TARGETS.get((source, event))


class ReceivedKind(StrEnum):
    """What a received entry is."""

    CREDIT = "CREDIT"
    DEBIT = "DEBIT"
    ZERO = "ZERO"
    """A prenote, or a remittance of no money: it says that an account is meant, and moves nothing."""
    RETURN = "RETURN"
    """Of an entry that we originated."""
    DISHONOUR = "DISHONOUR"
    """Of a return that we sent."""
    CONTEST = "CONTEST"
    """Of a dishonour that we sent."""
    NOC = "NOC"
    """A notification of change about an entry that we originated."""
    NOC_REFUSAL = "NOC_REFUSAL"
    """Of a notification of change that we sent."""
    NOTICE = "NOTICE"
    """Everything that moves no money and asks for nothing: advices, enrolments, acknowledgements, death notices."""


FORWARD: Final = frozenset({ReceivedKind.CREDIT, ReceivedKind.DEBIT, ReceivedKind.ZERO})
"""What others originate to our accounts."""
ANSWERS: Final = frozenset({ReceivedKind.RETURN, ReceivedKind.DISHONOUR, ReceivedKind.CONTEST})
"""What others say with money to what we sent."""


class ReceivedState(StrEnum):
    RECEIVED = "RECEIVED"
    """It is kept, and waits for its day of settlement."""
    FORWARDED = "FORWARDED"
    """Its account, or the entry of ours that it speaks of, is another region's, which has it now."""
    POSTING = "POSTING"
    POSTED = "POSTED"
    """Its money is on the account."""
    PENDING = "PENDING"
    PENDED = "PENDED"
    """Its money lies in a book of the bank, until people decide or the deadline does."""
    RELEASING = "RELEASING"
    TAKING_BACK = "TAKING_BACK"
    """It was posted and goes back after all: the account gives its money up, or gets it again."""
    RETURN_DUE = "RETURN_DUE"
    """It goes back, and is not in a window yet."""
    RETURN_QUEUED = "RETURN_QUEUED"
    """What sends it back is scheduled for a window, or in its file."""
    RETURN_REJECTED = "RETURN_REJECTED"
    """The bank did not take what sends it back; what becomes of that is being decided with its file."""
    SENDING_BACK = "SENDING_BACK"
    RETURNED = "RETURNED"
    """What sent it back has settled."""
    MATCHED = "MATCHED"
    """It speaks of something that we sent, and that was told."""
    ANSWERED = "ANSWERED"
    """It asked for nothing more: silence is the answer."""
    CORRECTION_OPEN = "CORRECTION_OPEN"
    """A notification of change that two people look at."""
    APPLIED = "APPLIED"
    REFUSED_NOC = "REFUSED_NOC"
    """The notification was refused, and its sender is told by the next file."""


class ReceivedEvent(StrEnum):
    FORWARDED = "forwarded"
    ACCEPTED = "accepted"
    POSTED = "posted"
    REFUSED = "refused"
    PENDED = "pended"
    UNDECIDED = "undecided"
    PENDED_DONE = "pended_done"
    RELEASED = "released"
    RETURN_DECIDED = "return_decided"
    DISPUTED = "disputed"
    TAKEN_BACK = "taken_back"
    SCHEDULED = "scheduled"
    REJECTED = "rejected"
    REBUILT = "rebuilt"
    GIVEN_UP = "given_up"
    RETURN_SETTLED = "return_settled"
    NOTHING_SETTLED = "nothing_settled"
    SENT_BACK = "sent_back"
    MATCHED = "matched"
    ANSWERED = "answered"
    CORRECTION_OPENED = "correction_opened"
    APPLIED = "applied"
    REFUSED_NOC = "refused_noc"


@dataclass(frozen=True, slots=True)
class ReceivedMove:
    source: ReceivedState
    event: ReceivedEvent
    target: ReceivedState


@dataclass(frozen=True, slots=True)
class ReceivedEffect:
    """The money of a claimed state: the journal of each direction, and what its answers are called."""

    of_credit: str
    of_debit: str
    posted: ReceivedEvent
    refused: ReceivedEvent | None = None
    """None: the ledger cannot refuse it for an account's state, so a refusal is a fault."""


_S, _E = ReceivedState, ReceivedEvent

RECEIVED_MOVES: Final = (
    ReceivedMove(_S.RECEIVED, _E.FORWARDED, _S.FORWARDED),
    ReceivedMove(_S.RECEIVED, _E.ACCEPTED, _S.POSTING),
    ReceivedMove(_S.RECEIVED, _E.PENDED, _S.PENDING),
    ReceivedMove(_S.RECEIVED, _E.UNDECIDED, _S.PENDED),  # of what carries no money
    ReceivedMove(_S.RECEIVED, _E.RETURN_DECIDED, _S.RETURN_DUE),  # likewise
    ReceivedMove(_S.RECEIVED, _E.MATCHED, _S.MATCHED),
    ReceivedMove(_S.RECEIVED, _E.ANSWERED, _S.ANSWERED),
    ReceivedMove(_S.RECEIVED, _E.CORRECTION_OPENED, _S.CORRECTION_OPEN),
    ReceivedMove(_S.POSTING, _E.POSTED, _S.POSTED),
    ReceivedMove(_S.POSTING, _E.REFUSED, _S.PENDING),
    ReceivedMove(_S.POSTED, _E.DISPUTED, _S.TAKING_BACK),
    ReceivedMove(_S.TAKING_BACK, _E.TAKEN_BACK, _S.RETURN_DUE),
    ReceivedMove(_S.TAKING_BACK, _E.REFUSED, _S.POSTED),
    ReceivedMove(_S.PENDING, _E.PENDED_DONE, _S.PENDED),
    ReceivedMove(_S.PENDED, _E.RELEASED, _S.RELEASING),
    ReceivedMove(_S.PENDED, _E.RETURN_DECIDED, _S.RETURN_DUE),
    ReceivedMove(_S.PENDED, _E.ANSWERED, _S.ANSWERED),  # of what carries no money
    ReceivedMove(_S.RELEASING, _E.POSTED, _S.POSTED),
    ReceivedMove(_S.RELEASING, _E.REFUSED, _S.PENDED),
    ReceivedMove(_S.RETURN_DUE, _E.SCHEDULED, _S.RETURN_QUEUED),
    ReceivedMove(_S.RETURN_QUEUED, _E.REJECTED, _S.RETURN_REJECTED),
    ReceivedMove(_S.RETURN_QUEUED, _E.RETURN_SETTLED, _S.SENDING_BACK),
    ReceivedMove(_S.RETURN_QUEUED, _E.NOTHING_SETTLED, _S.RETURNED),
    ReceivedMove(_S.RETURN_QUEUED, _E.GIVEN_UP, _S.PENDED),  # it could go into no file at all
    ReceivedMove(_S.RETURN_REJECTED, _E.REBUILT, _S.RETURN_QUEUED),
    ReceivedMove(_S.RETURN_REJECTED, _E.GIVEN_UP, _S.PENDED),
    ReceivedMove(_S.SENDING_BACK, _E.SENT_BACK, _S.RETURNED),
    ReceivedMove(_S.CORRECTION_OPEN, _E.APPLIED, _S.APPLIED),
    ReceivedMove(_S.CORRECTION_OPEN, _E.REFUSED_NOC, _S.REFUSED_NOC),
)
RECEIVED_EFFECTS: Final[Mapping[ReceivedState, ReceivedEffect]] = {
    _S.POSTING: ReceivedEffect("ach_credit_received", "ach_debit_received", _E.POSTED, _E.REFUSED),
    _S.PENDING: ReceivedEffect("ach_credit_pended", "ach_debit_pended", _E.PENDED_DONE),
    _S.RELEASING: ReceivedEffect("ach_credit_posted", "ach_debit_posted", _E.POSTED, _E.REFUSED),
    _S.TAKING_BACK: ReceivedEffect("ach_credit_taken_back", "ach_debit_given_back", _E.TAKEN_BACK, _E.REFUSED),
    _S.SENDING_BACK: ReceivedEffect("ach_credit_sent_back", "ach_debit_sent_back", _E.SENT_BACK),
}
RECEIVED_ENDED: Final = frozenset({_S.FORWARDED, _S.RETURNED, _S.MATCHED, _S.ANSWERED, _S.APPLIED, _S.REFUSED_NOC})
"""Nothing leads out. A posted entry may still go back: its receiver denies it, or its sender asks for it."""
_TARGETS: Final = {(move.source, move.event): move.target for move in RECEIVED_MOVES}


def received_target(source: ReceivedState, event: ReceivedEvent) -> ReceivedState | None:
    return _TARGETS.get((source, event))
