"""Every kind of payment as a table of moves: from which state, by which event, to which state.

The table is the specification. The journeys of Step Functions, the handlers of what partners say and the commands of
people all ask it, and what it does not list does not happen: an event that comes twice, late or out of order finds no
row and changes nothing.

Money moves in claimed states only. A claimed state has one journal, whose key follows from payment and state,
and only what that journal is answered leads out of it: so whoever else comes meanwhile finds no row, and however often
the step runs the money moves once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final


class PaymentKind(StrEnum):
    ACH_CREDIT = "ACH_CREDIT"
    """Money that a customer sends: an ACH credit entry we originate."""
    ACH_DEBIT = "ACH_DEBIT"
    """Money that a customer collects: an ACH debit entry we originate."""
    ACH_CREDIT_RECEIVED = "ACH_CREDIT_RECEIVED"
    """Money that somebody sent to a customer: an ACH credit entry we received."""
    ACH_DEBIT_RECEIVED = "ACH_DEBIT_RECEIVED"
    """Money that somebody collects from a customer: an ACH debit entry we received."""


class Driver(StrEnum):
    """Who takes a payment through its states."""

    STEPS = "STEPS"
    """Executions of a state machine, begun for each payment and looked after by the sweep."""
    RECEIVED_ENTRY = "RECEIVED_ENTRY"
    """The entry that came in: its own table claims the money, and the payment shows what became of it."""


class PaymentState(StrEnum):
    ACCEPTED = "ACCEPTED"
    AWAITING_STEP_UP = "AWAITING_STEP_UP"
    SCREENED = "SCREENED"
    SUSPECTED = "SUSPECTED"
    IN_REVIEW = "IN_REVIEW"
    SCHEDULED = "SCHEDULED"
    TAKEN = "TAKEN"
    IN_FILE = "IN_FILE"
    SENT = "SENT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    SETTLING = "SETTLING"
    SETTLED = "SETTLED"
    FREEING = "FREEING"
    CLEARED = "CLEARED"
    COMPLETED = "COMPLETED"
    REJECTED = "REJECTED"
    GIVING_BACK = "GIVING_BACK"
    FAILED = "FAILED"
    RETURNING = "RETURNING"
    RETURNED = "RETURNED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    DECLINING = "DECLINING"
    DECLINED = "DECLINED"
    DROPPING = "DROPPING"
    REFUSED = "REFUSED"
    UNPOSTED = "UNPOSTED"
    PENDED = "PENDED"
    POSTED = "POSTED"


class Event(StrEnum):
    """What can happen to a payment."""

    SCREENED = "screened"
    STEP_UP_ASKED = "step_up_asked"
    SOFT_DECLINED = "soft_declined"
    SUSPECTED = "suspected"
    BLOCKED = "blocked"
    CONFIRMED = "confirmed"
    """Its customer has proved again who they are."""
    STEP_UP_EXPIRED = "step_up_expired"
    HELD = "held"
    HOLD_REFUSED = "hold_refused"
    CLEARED = "cleared"
    TURNED_DOWN = "turned_down"
    REVIEW_EXPIRED = "review_expired"
    CANCELLED = "cancelled"
    RELEASED = "released"
    RESCHEDULED = "rescheduled"
    TAKEN = "taken"
    CAPTURED = "captured"
    CAPTURE_REFUSED = "capture_refused"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    REBUILT = "rebuilt"
    GIVEN_UP = "given_up"
    SETTLEMENT_DUE = "settlement_due"
    SETTLED = "settled"
    FUNDS_DUE = "funds_due"
    FUNDS_FREED = "funds_freed"
    REVERSED = "reversed"
    """The money it brought has left again with the payment that takes it back, and what held it with it."""
    RETURNED = "returned"
    GIVEN_BACK = "given_back"
    UNPOSTED = "unposted"
    COMPLETED = "completed"
    PENDED = "pended"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Move:
    source: PaymentState
    event: Event
    target: PaymentState


@dataclass(frozen=True, slots=True)
class Effect:
    """The money of a claimed state: its journal's kind, and what its answers are called."""

    journal: str
    posted: Event
    refused: Event | None = None
    """None: the ledger cannot refuse it for the account's state, so a refusal is a fault."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One kind of payment, whole."""

    kind: PaymentKind
    moves: tuple[Move, ...]
    effects: Mapping[PaymentState, Effect]
    final: frozenset[PaymentState]
    """Where it ends. A completed payment can still be returned: the networks' windows are longer than a journey."""
    driver: Driver = Driver.STEPS

    def target(self, source: PaymentState, event: Event) -> PaymentState | None:
        return _targets(self.kind).get((source, event))

    def events_of(self, source: PaymentState) -> frozenset[Event]:
        return frozenset(move.event for move in self.moves if move.source is source)

    def too_early(self, source: PaymentState, event: Event) -> bool:
        """Whether the event has no row only because the money of a claimed state is being moved right now."""
        effect = self.effects.get(source)
        if effect is None or event not in SAID_ONCE or self.target(source, event) is not None:
            return False
        following = (self.target(source, answer) for answer in (effect.posted, effect.refused) if answer)
        return any(state is not None and self.target(state, event) is not None for state in following)

    @property
    def states(self) -> frozenset[PaymentState]:
        return frozenset(state for move in self.moves for state in (move.source, move.target))


_S, _E = PaymentState, Event

_SENT_AND_SETTLED: Final = (
    # The bank may answer before the file's own "sent" is written down, and may reject what it had acknowledged.
    Move(_S.IN_FILE, _E.SENT, _S.SENT),
    Move(_S.IN_FILE, _E.ACKNOWLEDGED, _S.ACKNOWLEDGED),
    Move(_S.IN_FILE, _E.REJECTED, _S.REJECTED),
    Move(_S.SENT, _E.ACKNOWLEDGED, _S.ACKNOWLEDGED),
    Move(_S.SENT, _E.REJECTED, _S.REJECTED),
    Move(_S.ACKNOWLEDGED, _E.REJECTED, _S.REJECTED),
    Move(_S.ACKNOWLEDGED, _E.SETTLEMENT_DUE, _S.SETTLING),
    Move(_S.REJECTED, _E.REBUILT, _S.IN_FILE),
    Move(_S.SETTLING, _E.SETTLED, _S.SETTLED),
)

_STOPPED_OR_CALLED_OFF: Final = (
    # While its customer is to prove who they are nothing of it is held: whoever cannot prove it locks up no money of
    # theirs, and whoever can is where an approved payment is, whose money is taken or found wanting there.
    Move(_S.ACCEPTED, _E.STEP_UP_ASKED, _S.AWAITING_STEP_UP),
    Move(_S.ACCEPTED, _E.SOFT_DECLINED, _S.DECLINED),
    Move(_S.ACCEPTED, _E.BLOCKED, _S.DECLINED),
    Move(_S.ACCEPTED, _E.CANCELLED, _S.CANCELLED),
    Move(_S.AWAITING_STEP_UP, _E.STEP_UP_EXPIRED, _S.DECLINED),
    Move(_S.AWAITING_STEP_UP, _E.CANCELLED, _S.CANCELLED),
)

_ACH_CREDIT: Final = Journey(
    kind=PaymentKind.ACH_CREDIT,
    moves=(
        Move(_S.ACCEPTED, _E.SCREENED, _S.SCREENED),
        Move(_S.ACCEPTED, _E.SUSPECTED, _S.SUSPECTED),
        *_STOPPED_OR_CALLED_OFF,
        Move(_S.AWAITING_STEP_UP, _E.CONFIRMED, _S.SCREENED),
        Move(_S.SCREENED, _E.HELD, _S.SCHEDULED),
        Move(_S.SCREENED, _E.HOLD_REFUSED, _S.REFUSED),
        Move(_S.SUSPECTED, _E.HELD, _S.IN_REVIEW),
        Move(_S.SUSPECTED, _E.HOLD_REFUSED, _S.REFUSED),
        Move(_S.IN_REVIEW, _E.CLEARED, _S.SCHEDULED),
        Move(_S.IN_REVIEW, _E.TURNED_DOWN, _S.DECLINING),
        Move(_S.IN_REVIEW, _E.REVIEW_EXPIRED, _S.DECLINING),
        Move(_S.IN_REVIEW, _E.CANCELLED, _S.CANCELLING),
        Move(_S.DECLINING, _E.RELEASED, _S.DECLINED),
        Move(_S.SCHEDULED, _E.CANCELLED, _S.CANCELLING),
        Move(_S.SCHEDULED, _E.RESCHEDULED, _S.SCHEDULED),
        Move(_S.SCHEDULED, _E.TAKEN, _S.TAKEN),
        Move(_S.CANCELLING, _E.RELEASED, _S.CANCELLED),
        Move(_S.TAKEN, _E.CAPTURED, _S.IN_FILE),
        Move(_S.TAKEN, _E.CAPTURE_REFUSED, _S.DROPPING),
        Move(_S.DROPPING, _E.RELEASED, _S.REFUSED),
        *_SENT_AND_SETTLED,
        Move(_S.REJECTED, _E.GIVEN_UP, _S.GIVING_BACK),
        Move(_S.GIVING_BACK, _E.GIVEN_BACK, _S.FAILED),
        Move(_S.GIVING_BACK, _E.UNPOSTED, _S.UNPOSTED),
        Move(_S.SETTLED, _E.RETURNED, _S.RETURNING),
        Move(_S.SETTLED, _E.COMPLETED, _S.COMPLETED),
        Move(_S.COMPLETED, _E.RETURNED, _S.RETURNING),
        Move(_S.RETURNING, _E.GIVEN_BACK, _S.RETURNED),
        Move(_S.RETURNING, _E.UNPOSTED, _S.UNPOSTED),
    ),
    effects={
        _S.SCREENED: Effect("ach_credit_held", _E.HELD, _E.HOLD_REFUSED),
        _S.SUSPECTED: Effect("ach_credit_held", _E.HELD, _E.HOLD_REFUSED),
        _S.DECLINING: Effect("hold_released", _E.RELEASED),
        _S.CANCELLING: Effect("hold_released", _E.RELEASED),
        _S.DROPPING: Effect("hold_released", _E.RELEASED),
        _S.TAKEN: Effect("ach_credit_captured", _E.CAPTURED, _E.CAPTURE_REFUSED),
        _S.SETTLING: Effect("ach_credit_settled", _E.SETTLED),
        _S.GIVING_BACK: Effect("ach_credit_rejected", _E.GIVEN_BACK, _E.UNPOSTED),
        _S.RETURNING: Effect("ach_credit_returned", _E.GIVEN_BACK, _E.UNPOSTED),
    },
    final=frozenset(
        {_S.DECLINED, _S.CANCELLED, _S.REFUSED, _S.FAILED, _S.COMPLETED, _S.RETURNED, _S.UNPOSTED},
    ),
)

_ACH_DEBIT: Final = Journey(
    kind=PaymentKind.ACH_DEBIT,
    moves=(
        Move(_S.ACCEPTED, _E.SCREENED, _S.SCHEDULED),
        Move(_S.ACCEPTED, _E.SUSPECTED, _S.IN_REVIEW),
        *_STOPPED_OR_CALLED_OFF,
        Move(_S.AWAITING_STEP_UP, _E.CONFIRMED, _S.SCHEDULED),
        Move(_S.IN_REVIEW, _E.CLEARED, _S.SCHEDULED),
        Move(_S.IN_REVIEW, _E.TURNED_DOWN, _S.DECLINED),
        Move(_S.IN_REVIEW, _E.REVIEW_EXPIRED, _S.DECLINED),
        Move(_S.IN_REVIEW, _E.CANCELLED, _S.CANCELLED),
        Move(_S.SCHEDULED, _E.CANCELLED, _S.CANCELLED),
        Move(_S.SCHEDULED, _E.RESCHEDULED, _S.SCHEDULED),
        Move(_S.SCHEDULED, _E.TAKEN, _S.IN_FILE),
        *_SENT_AND_SETTLED,
        Move(_S.REJECTED, _E.GIVEN_UP, _S.FAILED),
        Move(_S.SETTLING, _E.UNPOSTED, _S.UNPOSTED),
        Move(_S.SETTLED, _E.FUNDS_DUE, _S.FREEING),
        Move(_S.SETTLED, _E.REVERSED, _S.CLEARED),
        Move(_S.SETTLED, _E.RETURNED, _S.RETURNING),
        Move(_S.FREEING, _E.FUNDS_FREED, _S.CLEARED),
        Move(_S.CLEARED, _E.RETURNED, _S.RETURNING),
        Move(_S.CLEARED, _E.COMPLETED, _S.COMPLETED),
        Move(_S.COMPLETED, _E.RETURNED, _S.RETURNING),
        Move(_S.RETURNING, _E.GIVEN_BACK, _S.RETURNED),
    ),
    effects={
        _S.SETTLING: Effect("ach_debit_settled", _E.SETTLED, _E.UNPOSTED),
        _S.FREEING: Effect("hold_released", _E.FUNDS_FREED),
        _S.RETURNING: Effect("ach_debit_returned", _E.GIVEN_BACK),
    },
    final=frozenset({_S.DECLINED, _S.CANCELLED, _S.FAILED, _S.COMPLETED, _S.RETURNED, _S.UNPOSTED}),
)

_RECEIVED: Final = (
    Move(_S.ACCEPTED, _E.POSTED, _S.POSTED),
    Move(_S.ACCEPTED, _E.PENDED, _S.PENDED),
    Move(_S.PENDED, _E.POSTED, _S.POSTED),
    Move(_S.PENDED, _E.GIVEN_BACK, _S.RETURNED),
    Move(_S.POSTED, _E.PENDED, _S.PENDED),  # it goes back after all
)
"""Without claimed states: the money is claimed by the entry (domain/rails/ach/incoming_kinds.py), and the payment moves
when the entry's journal is posted."""


def _received(kind: PaymentKind) -> Journey:
    return Journey(
        kind=kind,
        moves=_RECEIVED,
        effects={},
        final=frozenset({_S.POSTED, _S.RETURNED}),
        driver=Driver.RECEIVED_ENTRY,
    )


JOURNEYS: Final[Mapping[PaymentKind, Journey]] = {
    journey.kind: journey
    for journey in (
        _ACH_CREDIT,
        _ACH_DEBIT,
        _received(PaymentKind.ACH_CREDIT_RECEIVED),
        _received(PaymentKind.ACH_DEBIT_RECEIVED),
    )
}
DRIVEN_BY_STEPS: Final = tuple(kind for kind, journey in JOURNEYS.items() if journey.driver is Driver.STEPS)
"""The kinds that have a state machine."""

SAID_ONCE: Final = frozenset({Event.RETURNED})
"""What is true whenever it is said. In a claimed state that leads to one which has a row for it, it comes too early and
is to be said again; anything else without a row comes too late or twice, and is left."""

UNPOSTED_JOURNALS: Final[Mapping[str, str]] = {
    "ach_credit_rejected": "ach_rejection_unposted",
    "ach_credit_returned": "ach_return_unposted",
    "ach_debit_settled": "ach_credit_pended",
}
"""What is posted where the account could not take what is its own: the money lies in a book until a person decides."""


@cache
def _targets(kind: PaymentKind) -> Mapping[tuple[PaymentState, Event], PaymentState]:
    return {(move.source, move.event): move.target for move in JOURNEYS[kind].moves}
