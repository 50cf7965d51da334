"""The journeys of Step Functions as the bank sees them: begun by name, asked about, resumed by token."""

from enum import StrEnum
from typing import Protocol

from domain.payments.kinds import PaymentKind, PaymentState


class Execution(StrEnum):
    """What became of one execution of a journey."""

    RUNNING = "RUNNING"
    ENDED = "ENDED"
    """By itself, by a failure, by its time: whatever it was, it does nothing more."""
    MISSING = "MISSING"


class Journeys(Protocol):
    def start(self, kind: PaymentKind, payment: str, number: int) -> None:
        """Begins execution `number` of the payment's journey; the same again changes nothing."""
        ...

    def state(self, kind: PaymentKind, payment: str, number: int) -> Execution: ...

    def resume(self, token: str, state: PaymentState) -> None:
        """Tells who waits by this token that the payment is in `state` now. A token that nobody waits for any more is
        no error: its journey has timed out, or was told before."""
        ...


def execution_name(payment: str, number: int) -> str:
    return f"{payment}.{number}"


class MemoryJourneys:
    """Nobody waits and nobody runs: the tests move payments themselves, and look here at what would have been told."""

    def __init__(self) -> None:
        self.executions: dict[str, Execution] = {}
        self.resumed: list[tuple[str, PaymentState]] = []

    def start(self, kind: PaymentKind, payment: str, number: int) -> None:
        del kind
        self.executions.setdefault(execution_name(payment, number), Execution.RUNNING)

    def state(self, kind: PaymentKind, payment: str, number: int) -> Execution:
        del kind
        return self.executions.get(execution_name(payment, number), Execution.MISSING)

    def resume(self, token: str, state: PaymentState) -> None:
        self.resumed.append((token, state))
