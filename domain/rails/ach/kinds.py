"""What ACH is made of on our side, as tables: the kinds of entries we originate, and how files and entries move.

As with payments, what a table does not list does not happen: a second acknowledgement finds no row.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class EntryKind(StrEnum):
    """What an entry of ours is for."""

    CREDIT = "CREDIT"
    DEBIT = "DEBIT"
    RETURN = "RETURN"
    """Of an entry that we received."""
    DISHONOUR = "DISHONOUR"
    """Of a return that we received."""
    CONTEST = "CONTEST"
    """Of a dishonour that we received."""
    NOC = "NOC"
    """A notification of change about an entry that we received."""
    NOC_REFUSAL = "NOC_REFUSAL"
    """Of a notification of change that we received."""
    PRENOTE = "PRENOTE"
    """It proves a counterparty, and moves nothing."""
    MICRO_CREDIT = "MICRO_CREDIT"
    """Under a dollar, to prove a counterparty; the bank's own money."""
    MICRO_DEBIT = "MICRO_DEBIT"
    """It takes back what the micro-credits gave."""


OF_PAYMENTS: Final = frozenset({EntryKind.CREDIT, EntryKind.DEBIT})
"""Made for a payment of a customer, whose journey waits for its settlement itself."""
ANSWERS: Final = frozenset(
    {EntryKind.RETURN, EntryKind.DISHONOUR, EntryKind.CONTEST, EntryKind.NOC, EntryKind.NOC_REFUSAL}
)
"""Made from an entry that came in."""
VERIFICATIONS: Final = frozenset({EntryKind.PRENOTE, EntryKind.MICRO_CREDIT, EntryKind.MICRO_DEBIT})
"""Made to prove a counterparty."""


class EntryState(StrEnum):
    JOINED = "JOINED"
    """In a file that is not built yet; its money has not been taken."""
    READY = "READY"
    """In a file, and its money is where the file says."""
    EXCLUDED = "EXCLUDED"
    """Left out before the file was built: cancelled, or its money could not be taken."""
    REJECTED = "REJECTED"
    """The bank did not take it; what becomes of it is being decided."""
    WITHDRAWN = "WITHDRAWN"
    """It was rejected and goes into no further file."""


class FileState(StrEnum):
    OPEN = "OPEN"
    """Its window has been cut off; what was scheduled for it is being put in."""
    CLOSING = "CLOSING"
    """Nothing more goes in; the money of each entry is being taken."""
    BUILT = "BUILT"
    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    PARTLY_REJECTED = "PARTLY_REJECTED"
    """The bank took the file but for batches or entries, of which it is being decided."""
    REJECTED = "REJECTED"
    """The bank took nothing of it."""
    REPLACED = "REPLACED"
    """Its entries are in another file."""
    WITHDRAWN = "WITHDRAWN"
    """It was rejected, and its entries go nowhere."""
    EMPTY = "EMPTY"
    """Nothing was left to put into it."""


class FileEvent(StrEnum):
    CLOSED = "closed"
    BUILT = "built"
    FOUND_EMPTY = "found_empty"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    PARTLY_REJECTED = "partly_rejected"
    REJECTED = "rejected"
    REBUILT = "rebuilt"
    WITHDRAWN = "withdrawn"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class FileMove:
    source: FileState
    event: FileEvent
    target: FileState


_S, _E = FileState, FileEvent

FILE_MOVES: Final = (
    FileMove(_S.OPEN, _E.CLOSED, _S.CLOSING),
    FileMove(_S.CLOSING, _E.BUILT, _S.BUILT),
    FileMove(_S.CLOSING, _E.FOUND_EMPTY, _S.EMPTY),
    FileMove(_S.BUILT, _E.SENT, _S.SENT),
    # The bank may answer before we have written down that the file is there.
    FileMove(_S.BUILT, _E.ACKNOWLEDGED, _S.ACKNOWLEDGED),
    FileMove(_S.BUILT, _E.REJECTED, _S.REJECTED),
    FileMove(_S.BUILT, _E.PARTLY_REJECTED, _S.PARTLY_REJECTED),
    FileMove(_S.SENT, _E.ACKNOWLEDGED, _S.ACKNOWLEDGED),
    FileMove(_S.SENT, _E.REJECTED, _S.REJECTED),
    FileMove(_S.SENT, _E.PARTLY_REJECTED, _S.PARTLY_REJECTED),
    FileMove(_S.ACKNOWLEDGED, _E.REJECTED, _S.REJECTED),
    FileMove(_S.ACKNOWLEDGED, _E.PARTLY_REJECTED, _S.PARTLY_REJECTED),
    FileMove(_S.PARTLY_REJECTED, _E.PARTLY_REJECTED, _S.PARTLY_REJECTED),
    FileMove(_S.PARTLY_REJECTED, _E.REJECTED, _S.REJECTED),
    FileMove(_S.PARTLY_REJECTED, _E.RESOLVED, _S.ACKNOWLEDGED),
    FileMove(_S.REJECTED, _E.REBUILT, _S.REPLACED),
    FileMove(_S.REJECTED, _E.WITHDRAWN, _S.WITHDRAWN),
)
FILES_ENDED: Final = frozenset({FileState.REPLACED, FileState.WITHDRAWN, FileState.EMPTY})
_TARGETS: Final = {(move.source, move.event): move.target for move in FILE_MOVES}


def file_target(source: FileState, event: FileEvent) -> FileState | None:
    return _TARGETS.get((source, event))


class RejectionLevel(StrEnum):
    FILE = "FILE"
    BATCH = "BATCH"
    ENTRY = "ENTRY"
