"""How a transfer in review moves, as a table: from which state, by which event, to which state.

As of payments: what the table does not list does not happen, money moves in claimed states only, and only what the
journal of such a state is answered leads out of it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

TRANSFER_KINDS: Final = frozenset({"transfer", "transfer_released"})
"""Kinds of journal that are transfers: made at once, or out of what was held for a review."""


class ReviewState(StrEnum):
    HOLDING = "HOLDING"
    """Claimed: its money is being held, and its case is being opened."""
    IN_REVIEW = "IN_REVIEW"
    """A person decides."""
    RELEASING = "RELEASING"
    """Claimed: the held money is being captured, under the key of the request."""
    DECLINING = "DECLINING"
    """Claimed: the decline is being kept under the key of the request, and the hold is being released."""
    GIVING_BACK = "GIVING_BACK"
    """Claimed: it was released and could not be made; the hold is being released."""
    MADE = "MADE"
    DECLINED = "DECLINED"
    REFUSED = "REFUSED"
    """The account's state refused it: when its money was to be held, or when it was to be made."""


class ReviewStanding(StrEnum):
    """What a customer sees of it."""

    IN_REVIEW = "IN_REVIEW"
    MADE = "MADE"
    DECLINED = "DECLINED"
    REFUSED = "REFUSED"


class ReviewEvent(StrEnum):
    HELD = "held"
    HOLD_REFUSED = "hold_refused"
    RELEASED = "released"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CAPTURED = "captured"
    CAPTURE_REFUSED = "capture_refused"
    KEPT = "kept"
    GIVEN_BACK = "given_back"


_S = ReviewState
_E = ReviewEvent

MOVES: Final[Mapping[tuple[ReviewState, ReviewEvent], ReviewState]] = {
    (_S.HOLDING, _E.HELD): _S.IN_REVIEW,
    (_S.HOLDING, _E.HOLD_REFUSED): _S.REFUSED,
    (_S.IN_REVIEW, _E.RELEASED): _S.RELEASING,
    (_S.IN_REVIEW, _E.REJECTED): _S.DECLINING,
    (_S.IN_REVIEW, _E.EXPIRED): _S.DECLINING,
    (_S.RELEASING, _E.CAPTURED): _S.MADE,
    (_S.RELEASING, _E.CAPTURE_REFUSED): _S.GIVING_BACK,
    (_S.DECLINING, _E.KEPT): _S.DECLINED,
    (_S.GIVING_BACK, _E.GIVEN_BACK): _S.REFUSED,
}
STANDINGS: Final[Mapping[ReviewState, ReviewStanding]] = {
    **dict.fromkeys(_S, ReviewStanding.IN_REVIEW),
    _S.MADE: ReviewStanding.MADE,
    _S.DECLINED: ReviewStanding.DECLINED,
    _S.REFUSED: ReviewStanding.REFUSED,
}
"""Until its money has moved, nothing is said of what is on its way."""
CLAIMED: Final = frozenset({_S.HOLDING, _S.RELEASING, _S.DECLINING, _S.GIVING_BACK})
ENDED: Final = frozenset({_S.MADE, _S.DECLINED, _S.REFUSED})
RELEASED: Final = frozenset({_S.RELEASING, _S.MADE, _S.GIVING_BACK, _S.REFUSED})
"""Where a person's release leads to. One that was refused before its money was held was shown to nobody."""
REJECTED: Final = frozenset({_S.DECLINING, _S.DECLINED})
