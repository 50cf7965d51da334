"""What journals do to an account besides their legs, one pure function an effect, in one table.

Each takes the account's step and answers with the step after it, a refusal, or what must be read first. Legs are
applied afterwards by the rules; a capture counts and funds only what it takes above the hold.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from domain.ids import hold_id
from domain.ledger.guards import Moment, Needed, Step, draw, holds_expired, release_expired, with_holds
from domain.ledger.kinds import Effect, Guard, Kind
from domain.ledger.model import HOLDS_MAX, Batching, Command, Hold, State, Status, evolve
from domain.refusals import (
    AccountClosed,
    AlreadySo,
    BalanceNotZero,
    CreditsBatched,
    HoldExpired,
    HoldsOpen,
    HoldTooSmall,
    HoldUnknown,
    Refusal,
    TooManyHolds,
)

Outcome = Step | Refusal | Needed


@dataclass(frozen=True, slots=True)
class Asked:
    """The command with what an effect needs around it."""

    command: Command
    kind: Kind
    journal: str
    moment: Moment

    @property
    def amount_minor(self) -> int:
        return self.command.amounts["amount"].minor


def place_hold(step: Step, asked: Asked) -> Outcome:
    if step.state.holds is None:
        return Needed(hold_lists=(step.state.account,))
    drawn = draw(step, asked.amount_minor, guards=asked.kind.guards, moment=asked.moment)
    if not isinstance(drawn, Step):
        return drawn
    if drawn.state.holds_count >= HOLDS_MAX and holds_expired(drawn.state, asked.moment.now):
        drawn = release_expired(drawn, asked.moment.now)
    if drawn.state.holds_count >= HOLDS_MAX:
        return TooManyHolds(drawn.state.account, HOLDS_MAX)
    hold = Hold(hold_id(asked.journal), asked.amount_minor, asked.command.expires_at)
    return replace(drawn, state=with_holds(drawn.state, (*(drawn.state.holds or ()), hold)), subject=hold.id)


def raise_hold(step: Step, asked: Asked) -> Outcome:
    found = _open_hold(step, asked)
    if not isinstance(found, Hold):
        return found
    drawn = draw(step, asked.amount_minor, guards=asked.kind.guards, moment=asked.moment)
    if not isinstance(drawn, Step):
        return drawn
    raised = replace(
        found,
        remaining_minor=found.remaining_minor + asked.amount_minor,
        expires_at=asked.command.expires_at or found.expires_at,
    )
    return _replaced(drawn, found, raised)


def capture_hold(step: Step, asked: Asked) -> Outcome:
    """Uses up the hold by the captured amount; the debit itself is the journal's leg.

    A forced capture (the network has settled) takes what it must: the hold may be smaller, expired or gone. One that
    has expired is still open, and so still sets aside the very money that is captured.
    """
    command = asked.command
    found = _open_hold(step, asked)
    if asked.kind.forced:
        return found if isinstance(found, Needed) else _force_capture(step, asked)
    if not isinstance(found, Hold):
        return found
    amount_minor = asked.amount_minor
    if amount_minor > found.remaining_minor + command.over_capture_minor:
        return HoldTooSmall(found.id, found.remaining_minor, step.state.currency)
    over_minor = max(0, amount_minor - found.remaining_minor)
    # What was held is the capturer's whatever happened since; only what goes above it is funded and counted.
    guards = asked.kind.guards if over_minor else asked.kind.guards & {Guard.STATUS}
    drawn = draw(step, over_minor, guards=guards, moment=asked.moment)
    if not isinstance(drawn, Step):
        return drawn
    return _used(drawn, found, asked)


def _force_capture(step: Step, asked: Asked) -> Step:
    found = next((hold for hold in step.state.holds or () if hold.id == asked.command.hold), None)
    return _used(step, found, asked) if found else replace(step, subject=asked.command.hold)


def _used(step: Step, hold: Hold, asked: Asked) -> Step:
    """The hold after the capture: gone when nothing is left of it or nothing shall be."""
    left_minor = max(0, hold.remaining_minor - asked.amount_minor)
    done = left_minor == 0 or asked.command.release_rest
    return _replaced(step, hold, None if done else replace(hold, remaining_minor=left_minor))


def release_hold(step: Step, asked: Asked) -> Outcome:
    if step.state.holds is None:
        return Needed(hold_lists=(step.state.account,))
    for hold in step.state.holds:
        if hold.id == asked.command.hold:
            return _replaced(step, hold, None)
    return HoldUnknown(asked.command.hold or "")


def expire_holds(step: Step, asked: Asked) -> Outcome:
    if step.state.holds is None:
        return Needed(hold_lists=(step.state.account,))
    if not holds_expired(step.state, asked.moment.now):
        return HoldUnknown(asked.command.hold or "")
    return replace(release_expired(step, asked.moment.now), subject=asked.command.hold)


def freeze_debits(step: Step, _: Asked) -> Outcome:
    """A frozen account has its debits frozen too; this does not open its credits again."""
    if step.state.status is Status.FROZEN:
        return AlreadySo(step.state.account, Status.FROZEN.value)
    return _status(step, Status.DEBITS_FROZEN)


def freeze(step: Step, _: Asked) -> Outcome:
    return _status(step, Status.FROZEN)


def thaw(step: Step, _: Asked) -> Outcome:
    return _status(step, Status.OPEN)


def close(step: Step, asked: Asked) -> Outcome:
    state = step.state
    if holds_expired(state, asked.moment.now):
        if state.holds is None:
            return Needed(hold_lists=(state.account,))
        step = release_expired(step, asked.moment.now)
    if state.posted_minor != 0:
        return BalanceNotZero(state.account)
    if step.state.holds_count:
        return HoldsOpen(state.account)
    if state.batching is not Batching.OFF:
        return CreditsBatched(state.account)
    return _status(step, Status.CLOSED)


def set_limits(step: Step, asked: Asked) -> Outcome:
    if asked.command.limits is None:
        raise ValueError("limits_set needs limits")
    return _changed(step, evolve(step.state, limits=asked.command.limits))


def set_joint_limits(step: Step, asked: Asked) -> Outcome:
    if asked.command.joint_limits is None:
        raise ValueError("joint_limits_set needs joint limits, which may be none")
    return _changed(step, evolve(step.state, joint_limits=asked.command.joint_limits))


def start_batching(step: Step, _: Asked) -> Outcome:
    return _batching(step, Batching.ON, (Batching.OFF, Batching.ENDING))


def end_batching(step: Step, _: Asked) -> Outcome:
    return _batching(step, Batching.ENDING, (Batching.ON,))


def stop_batching(step: Step, _: Asked) -> Outcome:
    return _batching(step, Batching.OFF, (Batching.ENDING,))


EFFECTS: Final[dict[Effect, Callable[[Step, Asked], Outcome]]] = {
    Effect.PLACE_HOLD: place_hold,
    Effect.RAISE_HOLD: raise_hold,
    Effect.CAPTURE_HOLD: capture_hold,
    Effect.RELEASE_HOLD: release_hold,
    Effect.EXPIRE_HOLDS: expire_holds,
    Effect.FREEZE_DEBITS: freeze_debits,
    Effect.FREEZE: freeze,
    Effect.THAW: thaw,
    Effect.CLOSE: close,
    Effect.SET_LIMITS: set_limits,
    Effect.SET_JOINT_LIMITS: set_joint_limits,
    Effect.START_BATCHING: start_batching,
    Effect.END_BATCHING: end_batching,
    Effect.STOP_BATCHING: stop_batching,
}


def _open_hold(step: Step, asked: Asked) -> Hold | Refusal | Needed:
    if step.state.holds is None:
        return Needed(hold_lists=(step.state.account,))
    for hold in step.state.holds:
        if hold.id == asked.command.hold:
            return HoldExpired(hold.id) if hold.expired(asked.moment.now) else hold
    return HoldUnknown(asked.command.hold or "")


def _replaced(step: Step, old: Hold, new: Hold | None) -> Step:
    holds = tuple(new if hold.id == old.id else hold for hold in step.state.holds or ())
    kept = tuple(hold for hold in holds if hold is not None)
    return replace(step, state=with_holds(step.state, kept), subject=old.id)


def _status(step: Step, wanted: Status) -> Outcome:
    if step.state.status is Status.CLOSED:
        return AccountClosed(step.state.account)
    if step.state.status is wanted:
        return AlreadySo(step.state.account, wanted.value)
    return replace(step, state=evolve(step.state, status=wanted))


def _changed(step: Step, state: State) -> Outcome:
    return AccountClosed(state.account) if state.status is Status.CLOSED else replace(step, state=state)


def _batching(step: Step, wanted: Batching, before: tuple[Batching, ...]) -> Outcome:
    if step.state.status is Status.CLOSED:
        return AccountClosed(step.state.account)
    if step.state.batching not in before:
        return AlreadySo(step.state.account, f"batching {step.state.batching.value}")
    return replace(step, state=evolve(step.state, batching=wanted))
