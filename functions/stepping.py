"""One step of a journey, as a state machine has it made: logged, and answered in the form that the machine reads.

The machine tries a step again that raised, so it is raised; what went wrong is logged here with what the step is about.
"""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Protocol

from domain.clock import whole_second
from functions.logs import log, log_fault


class Answer(Protocol):
    """Where the journey is after a step, and until when the machine is to wait."""

    @property
    def state(self) -> Enum: ...
    @property
    def wait_until(self) -> datetime | None: ...


def stepped(function: str, make: Callable[[], Answer], **about: str) -> dict[str, str | None]:
    try:
        answer = make()
    except Exception as fault:
        log_fault(function, "a step failed", fault, **about)
        raise
    log(function).info("stepped", extra={**about, "state": answer.state.value})
    return {"state": answer.state.value, "wait_until": whole_second(answer.wait_until) if answer.wait_until else None}
