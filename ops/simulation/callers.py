"""Callers: they ask, hear nothing, ask again with the same key, and hold the bank to what it said."""

from typing import Protocol

from domain.ledger.store import StampRefused, Unanswered
from domain.refusals import LimitExceeded, OutcomeUnknown, Refusal, StepUpRequired
from domain.transfers.model import ReviewDelayed, TransferInReview
from ops.simulation.faults import Death, Silent
from ops.simulation.operations import Operation, Told, told_by
from ops.simulation.processes import Process

SILENCES = (Unanswered, Silent, StampRefused)
"""What a caller sees as no answer; anything else that is raised is a mistake in the bank."""

ON_THE_WAY = (StepUpRequired, TransferInReview)
"""What is told of a transfer that is not made yet, and that the same key may still make."""
NOT_KNOWN = (OutcomeUnknown, ReviewDelayed)


class Witness(Protocol):
    def happened(self, what: str) -> None: ...

    def journal_exists(self, journal: str) -> bool: ...

    def tell(self, text: str) -> None: ...

    def broken(self, what: str) -> None:
        """A promise was broken."""
        ...


def ask(operation: Operation, process: Process, world: Witness) -> None:
    """One attempt at one process."""
    known = operation.told
    operation.asked += 1
    operation.running += 1
    operation.overlapped |= operation.running > 1
    try:
        answer = operation.ask(process)
    except Death as death:
        operation.unsure = operation.unsure or operation.writes
        process.start()
        world.tell(f"{process.name}: {operation.text} -> the process died {death}")
    except SILENCES as silence:
        operation.unsure = operation.unsure or operation.writes
        world.tell(f"{process.name}: {operation.text} -> no answer ({silence})")
    else:
        told = told_by(answer)
        world.tell(f"{process.name}: {operation.text} -> {said(told)}")
        hear(operation, told, world, known=known)
    finally:
        operation.running -= 1


def hear(operation: Operation, told: Told, world: Witness, *, known: Told | None) -> None:
    """`known`: what its caller had been told when it asked; meanwhile it may have been told more."""
    if told.refusal is not None:
        world.happened(counted(told.refusal))
        operation.heard.add(told.refusal.code)
    if isinstance(told.refusal, ON_THE_WAY):
        if operation.told is not known and operation.told is not None and operation.told.for_ever:
            return  # it was so when this attempt began, and another has been answered since
    elif told.refusal is not None and told.refusal.retryable:
        _retryable(operation, told, world)
        return
    if operation.only and told.mark != operation.only:
        world.broken(f"{operation.text}: was told {said(told)}")
    before = operation.told
    if before is None or not before.for_ever or not operation.writes:
        operation.told = told
    elif before.mark != told.mark:
        world.broken(f"{operation.text}: was told {said(before)}, and now {said(told)}")


def _retryable(operation: Operation, told: Told, world: Witness) -> None:
    """Try again means that nothing was posted; not knowing means that something may have been."""
    if isinstance(told.refusal, NOT_KNOWN):
        operation.unsure = True
    elif _first_and_alone(operation) and world.journal_exists(operation.journal):
        world.broken(f"{operation.text}: was told {said(told)}, and {operation.journal} exists")


def _first_and_alone(operation: Operation) -> bool:
    """Nobody but this very attempt can have posted it."""
    return operation.keyed and not operation.unsure and not operation.overlapped and operation.told is None


def counted(refusal: Refusal) -> str:
    """The code, and of a limit which one."""
    return f"{refusal.code} {refusal.limit}" if isinstance(refusal, LimitExceeded) else refusal.code


def said(told: Told) -> str:
    return "done" if told.refusal is None else told.refusal.code
