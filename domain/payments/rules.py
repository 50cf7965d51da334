"""How a payment moves, and when somebody has to look at it: pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from domain.payments.kinds import Driver, Event, PaymentState
from domain.payments.model import FACT_LENGTH_MAX, FACTS_MAX, OPENED, Happening, Payment

GRACE: Final = timedelta(minutes=2)
"""How long after its own time a journey is given before the sweeper looks: clocks differ and a call takes a while."""
AGAIN: Final = timedelta(minutes=5)
"""How long after a look the sweeper looks again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """How long a journey waits for others, as it was deployed with."""

    step: timedelta = timedelta(minutes=1)
    """For one step of the bank's own."""
    fraud: timedelta = timedelta(seconds=30)
    step_up: timedelta = timedelta(minutes=15)
    """For the customer to prove again who they are."""
    review: timedelta = timedelta(days=2)
    file: timedelta = timedelta(hours=1)
    """After how long a payment looks whether it has missed the file it waits for."""
    acknowledgement: timedelta = timedelta(hours=2)
    grace: timedelta = GRACE


@dataclass(frozen=True, slots=True)
class Change:
    """A payment after an event, and the line of its timeline."""

    payment: Payment
    happening: Happening


def opened(payment: Payment, *, by: str, facts: Mapping[str, str]) -> Happening:
    return Happening(
        payment=payment.id, n=1, at=payment.opened_at, event=OPENED, state=payment.state, by=by, facts=checked(facts)
    )


def moved(
    payment: Payment, event: Event, *, by: str, facts: Mapping[str, str], now: datetime, deadlines: Deadlines
) -> Change | None:
    """None when the table has no row for the event in this state. `payment` has the event's other changes already."""
    target = payment.journey.target(payment.state, event)
    if target is None:
        return None
    after = replace(
        payment,
        state=target,
        entered_at=now,
        happenings=payment.happenings + 1,
        version=payment.version + 1,
    )
    after = replace(after, due_at=due_at(after, now, deadlines))
    happening = Happening(
        payment=payment.id,
        n=after.happenings,
        at=now,
        event=event.value,
        state=target,
        by=by,
        facts=checked(facts),
    )
    return Change(after, happening)


def due_at(payment: Payment, now: datetime, deadlines: Deadlines) -> datetime | None:
    """When somebody has to look at a payment that is still in this state then; None when nobody has to. One that has
    ended is looked at while somebody waits to be told of it."""
    if payment.journey.driver is not Driver.STEPS:
        return None
    if payment.ended:
        return now + deadlines.step + deadlines.grace if payment.waiting else None
    if payment.state in payment.journey.effects:
        return now + deadlines.step
    until = _waits_until(payment, now, deadlines)
    return max(now, until or now + deadlines.step) + deadlines.grace


def _waits_until(payment: Payment, now: datetime, deadlines: Deadlines) -> datetime | None:
    """When what its state waits for should have come; None when that takes one step."""
    progress = payment.progress
    match payment.state:
        case PaymentState.ACCEPTED:
            return now + deadlines.fraud
        case PaymentState.AWAITING_STEP_UP:
            return now + deadlines.step_up
        case PaymentState.IN_REVIEW | PaymentState.REJECTED:
            return now + deadlines.review
        case PaymentState.SCHEDULED:
            return progress.cut_off_at
        case PaymentState.IN_FILE:
            return now + deadlines.file
        case PaymentState.SENT:
            return now + deadlines.acknowledgement
        case PaymentState.ACKNOWLEDGED:
            return progress.settles_at
        case PaymentState.SETTLED:
            return progress.freed_at or progress.returns_until
        case PaymentState.CLEARED:
            return progress.returns_until
        case _:
            return None


def checked(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts of a happening; too many or too long is a mistake of the code that tells them."""
    if len(facts) > FACTS_MAX or any(len(fact) > FACT_LENGTH_MAX for fact in facts.values()):
        raise ValueError(f"a happening has at most {FACTS_MAX} facts of {FACT_LENGTH_MAX} characters")
    return dict(facts)
