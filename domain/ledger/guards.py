"""Guards before a debit, as pure functions over one account's state.

A step is an account on its way from one line to the next. A guard answers with the step after it, a refusal, or with
what it needs to read before it can answer.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from domain.ledger.kinds import Guard
from domain.ledger.model import Hold, State, Status, evolve
from domain.refusals import (
    AccountClosed,
    AccountFrozen,
    DestinationUnavailable,
    InsufficientFunds,
    LimitExceeded,
    Refusal,
)


@dataclass(frozen=True, slots=True)
class Step:
    """`state` is as after the line, but for position, time and hash, which the line gets when it is made."""

    state: State
    released: tuple[str, ...] = ()
    counted_minor: int = 0
    """What of this line counts towards the limits per day, the account's own and joint ones."""
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Needed:
    """Read these first: heads of more accounts, and the lists of open holds of some."""

    accounts: tuple[str, ...] = ()
    hold_lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """When a decision is taken: the booked instant and its calendar day in the jurisdiction's time zone."""

    booked_at: datetime
    day: date
    now: datetime


def debit(step: Step, amount_minor: int, *, guards: frozenset[Guard], moment: Moment) -> Step | Refusal | Needed:
    """Takes `amount_minor` from what the holder has, if the guards allow it."""
    allowed = draw(step, amount_minor, guards=guards, moment=moment)
    return allowed if not isinstance(allowed, Step) else _post(allowed, -amount_minor)


def credit(step: Step, amount_minor: int, *, guarded: bool) -> Step | Refusal:
    if guarded and step.state.status in (Status.CLOSED, Status.FROZEN):
        return DestinationUnavailable()
    return _post(step, amount_minor)


def force(step: Step, amount_minor: int, *, moment: Moment) -> Step | Needed:
    """A debit that may not be refused. Expired holds make room first; what is still short is the shortfall."""
    funded = fund(step, amount_minor, moment)
    if isinstance(funded, Needed):
        return funded
    if isinstance(funded, Refusal):
        funded = release_expired(step, moment.now) if holds_expired(step.state, moment.now) else step
    return _post(funded, -amount_minor)


def draw(step: Step, amount_minor: int, *, guards: frozenset[Guard], moment: Moment) -> Step | Refusal | Needed:
    """May `amount_minor` be taken or set aside? The step that comes back has counted it and released what it had to."""
    if Guard.STATUS in guards and (refusal := status_refuses_debit(step.state)):
        return refusal
    if Guard.LIMITS in guards:
        counted = count(step, amount_minor, moment.day)
        if isinstance(counted, Refusal):
            return counted
        step = counted
    return fund(step, amount_minor, moment) if Guard.FUNDS in guards else step


def status_refuses_debit(state: State) -> Refusal | None:
    if state.status is Status.CLOSED:
        return AccountClosed(state.account)
    if state.status in (Status.DEBITS_FROZEN, Status.FROZEN):
        return AccountFrozen(state.account)
    return None


def count(step: Step, amount_minor: int, day: date) -> Step | Refusal:
    """Tests the account's own limits and adds the amount to its day counter."""
    state, limits = step.state, step.state.limits
    if limits.per_transfer_minor is not None and amount_minor > limits.per_transfer_minor:
        return LimitExceeded("PER_TRANSFER", limits.per_transfer_minor, state.currency)
    spent = spent_on(state, day) + amount_minor
    if limits.per_day_minor is not None and spent > limits.per_day_minor:
        return LimitExceeded("PER_DAY", limits.per_day_minor, state.currency)
    counted = evolve(state, day=day, day_debits_minor=spent)
    return replace(step, state=counted, counted_minor=step.counted_minor + amount_minor)


def count_jointly(state: State, amount_minor: int, day: date) -> Step | Refusal:
    """The joint limit's own log: its limit per day over all the accounts that name it."""
    limit_minor = state.limits.per_day_minor
    spent = spent_on(state, day) + amount_minor
    if limit_minor is not None and spent > limit_minor:
        return LimitExceeded("JOINT_PER_DAY", limit_minor, state.currency)
    return Step(evolve(state, day=day, day_debits_minor=spent))


def spent_on(state: State, day: date) -> int:
    """What counts on `day`. A day before the counter's own (a clock that fell back) keeps the later counter."""
    return state.day_debits_minor if state.day is not None and state.day >= day else 0


def fund(step: Step, amount_minor: int, moment: Moment) -> Step | Refusal | Needed:
    """Is there enough available? Expired holds are released in this very line when their money is needed."""
    if step.state.available_minor >= amount_minor:
        return step
    if holds_expired(step.state, moment.now):
        if step.state.holds is None:
            return Needed(hold_lists=(step.state.account,))
        step = release_expired(step, moment.now)
        if step.state.available_minor >= amount_minor:
            return step
    return InsufficientFunds(step.state.account)


def holds_expired(state: State, now: datetime) -> bool:
    earliest = state.earliest_expiry
    return earliest is not None and Hold("", 0, earliest).expired(now)


def release_expired(step: Step, now: datetime) -> Step:
    open_holds = step.state.holds or ()
    expired = tuple(hold.id for hold in open_holds if hold.expired(now))
    kept = tuple(hold for hold in open_holds if not hold.expired(now))
    return replace(step, state=with_holds(step.state, kept), released=step.released + expired)


def with_holds(state: State, holds: tuple[Hold, ...]) -> State:
    return evolve(
        state,
        holds=holds,
        holds_count=len(holds),
        held_minor=sum(hold.remaining_minor for hold in holds),
        earliest_expiry=min((hold.expires_at for hold in holds if hold.expires_at), default=None),
    )


def _post(step: Step, change_minor: int) -> Step:
    """`change_minor` is what the holder sees: positive is more."""
    state = step.state
    posted = state.posted_minor + change_minor * state.normal.sign
    return replace(step, state=evolve(state, posted_minor=posted))
