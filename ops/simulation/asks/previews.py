"""What would come of a request is asked first: when nothing came between, it is what comes of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from domain.calendars import calendar_day
from domain.ledger.model import Posted, Refused, State
from domain.refusals import Refusal
from domain.transfers.model import Transfer
from ops.simulation.operations import Answer, Broken, Operation
from ops.simulation.processes import Process
from ops.simulation.scene import Scene

LOOKED: Final = "a look that came true"
AT_ONCE: Final = timedelta(seconds=1)
"""Between the look and the request; longer, and a caller has waited for a store that did not answer."""
NEAR_EXPIRY: Final = timedelta(minutes=1)
"""A hold that expires about now may be open for the look and expired for the request."""


def looked_at_first(operation: Operation, scene: Scene) -> Operation:
    """The same operation, of which the caller first sees what it would come to."""
    look, act = operation.looks, operation.ask
    if look is None:
        return operation

    def ask(process: Process) -> Answer:
        began, others = scene.time.now(), scene.journals_besides(operation.journal)
        stable = not _about_to_change(scene)
        foreseen = look(process)
        answer = act(process)
        stable = stable and scene.is_left_to_accounts(operation.journal)  # a look asks nobody else
        alone = scene.journals_besides(operation.journal) == others
        if stable and alone and scene.time.now() - began < AT_ONCE:
            _compare(operation, foreseen, answer, scene)
        return answer

    operation.ask = ask
    operation.text += ", looked at first"
    return operation


def _compare(operation: Operation, foreseen: Answer, answer: Answer, scene: Scene) -> None:
    refusals = _refusal(foreseen), _refusal(answer)
    if any(refusal is not None and refusal.retryable for refusal in refusals):
        return
    if refusals[0] != refusals[1]:
        raise Broken(f"{operation.text}: foreseen {refusals[0]}, answered {refusals[1]}")
    if _money(foreseen) != _money(answer):
        raise Broken(f"{operation.text}: foreseen {_money(foreseen)}, answered {_money(answer)}")
    scene.met[LOOKED] += 1


def _money(answer: Answer) -> object:
    """What an answer says that somebody has; times, and the hashes over them, may differ."""
    match answer:
        case Posted():
            states: Mapping[str, State] = answer.states
        case Transfer() if answer.state is not None:
            states = {answer.state.account: answer.state}
        case _:
            return None
    return {
        account: (state.position, state.posted_minor, state.held_minor, state.status, state.day_debits_minor)
        for account, state in sorted(states.items())
    }


def _refusal(answer: Answer) -> Refusal | None:
    if isinstance(answer, Refused):
        return answer.refusal
    return answer if isinstance(answer, Refusal) else None


def _about_to_change(scene: Scene) -> bool:
    """Whether something is decided otherwise a moment later although nobody does anything."""
    now, jurisdiction = scene.time.now(), scene.settings.jurisdiction
    if calendar_day(jurisdiction, now - NEAR_EXPIRY) != calendar_day(jurisdiction, now + NEAR_EXPIRY):
        return True
    expiries = [state.earliest_expiry for state in map(scene.state, scene.parties)]
    return any(expiry is not None and expiry < now + NEAR_EXPIRY for expiry in expiries)
