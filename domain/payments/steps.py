"""The steps of a journey, as a table: which states each serves, what it does there, and what it waits for.

The state machines (infra/state_machines) hold the order, the waits and the ways; the bank's code holds the work; this
table is what both are held to. A machine calls a step by its name, is answered with the state that the payment is in
then, and goes where that state leads. Whatever moved it there, the step or somebody else, the way is the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Final, Protocol

from domain.payments.kinds import DRIVEN_BY_STEPS, JOURNEYS, Event, Journey, PaymentKind, PaymentState


class StepName(StrEnum):
    BEGIN = "begin"
    SCREEN = "screen"
    SCREEN_WITHOUT = "screen_without"
    AWAIT_STEP_UP = "await_step_up"
    STEP_UP_EXPIRED = "step_up_expired"
    ADVANCE = "advance"
    REVIEW = "review"
    REVIEW_EXPIRED = "review_expired"
    AWAIT_FILE = "await_file"
    RESCHEDULE = "reschedule"
    AWAIT_ACKNOWLEDGEMENT = "await_acknowledgement"
    CHASE = "chase"
    AWAIT_DECISION = "await_decision"
    CHASE_DECISION = "chase_decision"
    AWAIT_SETTLEMENT = "await_settlement"
    SETTLE = "settle"
    AWAIT_FUNDS = "await_funds"
    FREE = "free"
    AWAIT_RETURNS = "await_returns"
    COMPLETE = "complete"
    END = "end"


class Waits(StrEnum):
    """What a step waits for after its work is done."""

    NOTHING = "nothing"
    TOKEN = "token"  # noqa: S105  (a word, no secret)
    """Until somebody moves the payment, or its deadline has passed."""
    MOMENT = "moment"
    """Until the moment that it answered."""


class By(StrEnum):
    """Who moves a payment, beside the steps of its journey."""

    SCORER = "the fraud scorer"
    REVIEWER = "a person who works its review"
    CUSTOMER = "its customer"
    FILE = "the file it goes into"
    BANK = "the sponsor bank"
    OPERATIONS = "a person who decides on what was rejected"
    REVERSAL = "the payment that takes it back"


@dataclass(frozen=True, slots=True)
class Step:
    name: StepName
    serves: frozenset[PaymentState]
    """The states it is called in."""
    makes: frozenset[Event] = frozenset()
    """The events it makes happen itself."""
    stays: bool = False
    """Whether it may leave the payment in the state it found it in."""
    waits: Waits = Waits.NOTHING
    deadline: str = ""
    """Of a wait for a token: which of the `Deadlines` ends it."""
    then: StepName | None = None
    """The step that is called when the wait has ended by its time."""
    fails_over: bool = False
    """Whether that step is called also when this one has failed each time it was tried. Else the execution fails, and
    the sweep begins the next one."""


@dataclass(frozen=True, slots=True)
class StepAnswer:
    """What a step came to."""

    state: PaymentState
    """The payment's as it is stored now, whoever moved it there."""
    wait_until: datetime | None = None
    """Of a step that waits for a moment, while the payment is in a state that it serves."""


class Steps(Protocol):
    def run(self, step: str, *, payment: str, token: str | None) -> StepAnswer:
        """Does the work of one step, which may have been done before: the same again changes nothing.

        `token`: given to a step that waits for one; whoever moves the payment out of its state tells its holder.
        """
        ...


class StepUnknown(Exception):
    """No journey has a step of this name: the machine and the code are of different versions."""


class StepAnswerFaulty(Exception):
    """A step answered what its row in the table does not allow."""


_S, _E = PaymentState, Event
_SCREENINGS: Final = frozenset({_E.SCREENED, _E.STEP_UP_ASKED, _E.SOFT_DECLINED, _E.SUSPECTED, _E.BLOCKED})

_SHARED: Final = (
    Step(
        StepName.SCREEN,
        frozenset({_S.ACCEPTED}),
        waits=Waits.TOKEN,
        deadline="fraud",
        then=StepName.SCREEN_WITHOUT,
        fails_over=True,
    ),
    Step(StepName.SCREEN_WITHOUT, frozenset({_S.ACCEPTED}), makes=_SCREENINGS),
    Step(
        StepName.AWAIT_STEP_UP,
        frozenset({_S.AWAITING_STEP_UP}),
        waits=Waits.TOKEN,
        deadline="step_up",
        then=StepName.STEP_UP_EXPIRED,
    ),
    Step(StepName.STEP_UP_EXPIRED, frozenset({_S.AWAITING_STEP_UP}), makes=frozenset({_E.STEP_UP_EXPIRED})),
    Step(
        StepName.REVIEW,
        frozenset({_S.IN_REVIEW}),
        waits=Waits.TOKEN,
        deadline="review",
        then=StepName.REVIEW_EXPIRED,
    ),
    Step(StepName.REVIEW_EXPIRED, frozenset({_S.IN_REVIEW}), makes=frozenset({_E.REVIEW_EXPIRED})),
    Step(
        StepName.AWAIT_FILE,
        frozenset({_S.SCHEDULED, _S.IN_FILE}),
        waits=Waits.TOKEN,
        deadline="file",
        then=StepName.RESCHEDULE,
    ),
    Step(
        StepName.RESCHEDULE,
        frozenset({_S.SCHEDULED, _S.IN_FILE}),
        makes=frozenset({_E.RESCHEDULED}),
        stays=True,
    ),
    Step(
        StepName.AWAIT_ACKNOWLEDGEMENT,
        frozenset({_S.SENT}),
        waits=Waits.TOKEN,
        deadline="acknowledgement",
        then=StepName.CHASE,
    ),
    Step(StepName.CHASE, frozenset({_S.SENT}), stays=True),
    Step(
        StepName.AWAIT_DECISION,
        frozenset({_S.REJECTED}),
        waits=Waits.TOKEN,
        deadline="review",
        then=StepName.CHASE_DECISION,
    ),
    Step(StepName.CHASE_DECISION, frozenset({_S.REJECTED}), stays=True),
    Step(
        StepName.AWAIT_SETTLEMENT,
        frozenset({_S.ACKNOWLEDGED}),
        stays=True,
        waits=Waits.MOMENT,
        then=StepName.SETTLE,
    ),
    Step(StepName.SETTLE, frozenset({_S.ACKNOWLEDGED}), makes=frozenset({_E.SETTLEMENT_DUE}), stays=True),
)
_OF_CREDITS: Final = (
    *_SHARED,
    Step(StepName.AWAIT_RETURNS, frozenset({_S.SETTLED}), stays=True, waits=Waits.MOMENT, then=StepName.COMPLETE),
    Step(StepName.COMPLETE, frozenset({_S.SETTLED}), makes=frozenset({_E.COMPLETED}), stays=True),
)
_OF_DEBITS: Final = (
    *_SHARED,
    Step(StepName.AWAIT_FUNDS, frozenset({_S.SETTLED}), stays=True, waits=Waits.MOMENT, then=StepName.FREE),
    Step(StepName.FREE, frozenset({_S.SETTLED}), makes=frozenset({_E.FUNDS_DUE}), stays=True),
    Step(StepName.AWAIT_RETURNS, frozenset({_S.CLEARED}), stays=True, waits=Waits.MOMENT, then=StepName.COMPLETE),
    Step(StepName.COMPLETE, frozenset({_S.CLEARED}), makes=frozenset({_E.COMPLETED}), stays=True),
)

MADE_BY_OTHERS: Final[Mapping[Event, By]] = {
    **dict.fromkeys(_SCREENINGS, By.SCORER),
    _E.CONFIRMED: By.CUSTOMER,
    _E.CLEARED: By.REVIEWER,
    _E.TURNED_DOWN: By.REVIEWER,
    _E.CANCELLED: By.CUSTOMER,
    _E.TAKEN: By.FILE,
    _E.SENT: By.FILE,
    _E.ACKNOWLEDGED: By.BANK,
    _E.REJECTED: By.BANK,
    _E.RETURNED: By.BANK,
    _E.REBUILT: By.OPERATIONS,
    _E.GIVEN_UP: By.OPERATIONS,
    _E.REVERSED: By.REVERSAL,
}
"""What happens to a payment from outside, while its journey waits or after it has ended."""


def steps(kind: PaymentKind) -> Mapping[StepName, Step]:
    """Every step of the journey of a kind that is driven by steps."""
    return _steps(kind)


def step_for(kind: PaymentKind, state: PaymentState) -> Step:
    """The step that a journey calls when it finds the payment in this state."""
    follow_ups = {step.then for step in _steps(kind).values()} | {StepName.BEGIN}
    (found,) = (step for step in _steps(kind).values() if state in step.serves and step.name not in follow_ups)
    return found


def check(name: str, answer: StepAnswer) -> None:
    """Raises `StepUnknown` or `StepAnswerFaulty`, so that a wait without an end is noticed where it is asked for."""
    if name not in set(StepName):
        raise StepUnknown(name)
    found = [table[StepName(name)] for table in map(_steps, DRIVEN_BY_STEPS) if name in table]
    waits = any(step.waits is Waits.MOMENT and answer.state in step.serves for step in found)
    if waits != (answer.wait_until is not None):
        missing = "needs" if waits else "has"
        raise StepAnswerFaulty(f"the answer of {name} in {answer.state} {missing} a moment to wait until")


@cache
def _steps(kind: PaymentKind) -> Mapping[StepName, Step]:
    journey = JOURNEYS[kind]
    table = (
        Step(StepName.BEGIN, journey.states, stays=True),
        _advance(journey),
        *(_OF_CREDITS if kind is PaymentKind.ACH_CREDIT else _OF_DEBITS),
        Step(StepName.END, journey.final, stays=True),
    )
    return {step.name: step for step in table}


def _advance(journey: Journey) -> Step:
    """Moves the money of a claimed state; what the ledger answers is the event."""
    events = {event for effect in journey.effects.values() for event in (effect.posted, effect.refused) if event}
    return Step(StepName.ADVANCE, frozenset(journey.effects), makes=frozenset(events))
