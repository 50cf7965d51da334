"""Journeys without Step Functions: executions that call the steps the table names and wait as it says.

A machine is what the state machines in infra/state_machines are on AWS. It knows no more of a payment than they do:
the state that a step answered, the token that somebody gave back, and the time. Whoever runs it says when an execution
may go on, so that steps run late, twice, out of order, or not at all.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from domain.clock import Clock
from domain.payments.journeys import Execution, execution_name
from domain.payments.kinds import JOURNEYS, PaymentKind, PaymentState
from domain.payments.steps import StepName, Steps, Waits, step_for, steps

TRIES_MAX: Final = 6
"""Of a task: the first, and as many again as its `MaxAttempts` in infra/state_machines."""


@dataclass(slots=True)
class Run:
    """One execution."""

    kind: PaymentKind
    payment: str
    state: PaymentState | None = None
    """What the last step answered, or the token's holder was told; None before the first step."""
    step: StepName = StepName.BEGIN
    token: str | None = None
    until: datetime | None = None
    ended: bool = False
    failures: int = 0
    """How often its step has failed in a row."""
    under_way: bool = False
    """A step of it is being made: the machine waits for its answer and makes no other."""
    trail: list[tuple[StepName, PaymentState]] = field(default_factory=list)
    """Every step and what it answered."""


class Machine:
    """Journeys for `Payments`; `steps` is asked for when a step is made, because steps and payments know each other."""

    def __init__(self, *, steps: Callable[[], Steps], clock: Clock, wait: Callable[[str], timedelta]) -> None:
        """`wait`: the length of a deadline by its name in the table of steps."""
        self._steps = steps
        self._clock = clock
        self._wait = wait
        self.runs: dict[str, Run] = {}
        self._tokens: dict[str, Run] = {}

    # What payments ask of journeys.

    def start(self, kind: PaymentKind, payment: str, number: int) -> None:
        self.runs.setdefault(execution_name(payment, number), Run(kind, payment))

    def state(self, kind: PaymentKind, payment: str, number: int) -> Execution:
        del kind
        run = self.runs.get(execution_name(payment, number))
        if run is None:
            return Execution.MISSING
        return Execution.ENDED if run.ended else Execution.RUNNING

    def resume(self, token: str, state: PaymentState) -> None:
        run = self._tokens.pop(token, None)
        if run is not None and run.token == token:
            run.token, run.until, run.state = None, None, state
            run.step = self._next(run)

    # Going on.

    def ready(self) -> list[str]:
        """Executions that have something to do now, by name."""
        return [name for name, run in self.runs.items() if self._ready(run)]

    def go_on(self, name: str) -> None:
        """Makes the next step of an execution, or lets its deadline pass when that has come."""
        run = self.runs[name]
        if not self._ready(run):
            return
        if run.token is not None or run.until is not None:
            waiting = steps(run.kind)[run.step]
            self._tokens.pop(run.token or "", None)
            run.token = run.until = None
            if waiting.then is None:
                raise ValueError(f"{run.step} waits and nothing follows")
            run.step = waiting.then
        self._make(run)

    def fail(self, name: str) -> None:
        """The execution is gone: failed, timed out or lost."""
        self.runs[name].ended = True

    def _ready(self, run: Run) -> bool:
        if run.ended or run.under_way:
            return False
        return run.until is None or run.until <= self._clock.now()

    def _make(self, run: Run) -> None:
        row = steps(run.kind)[run.step]
        token = None
        if row.waits is Waits.TOKEN:
            token = f"token-{len(self._tokens)}-{run.payment}-{len(run.trail)}"
            run.token, run.until = token, self._clock.now() + self._wait(row.deadline)
            self._tokens[token] = run
        made = run.step
        run.under_way = True
        try:
            answer = self._steps().run(made, payment=run.payment, token=token)
        except BaseException:  # the function raised, or died: the task has failed, and is tried again
            self._tokens.pop(token or "", None)
            run.token = run.until = None
            self._failed(run)
            raise
        finally:
            run.under_way = False
        run.failures = 0
        run.trail.append((made, answer.state))
        if token is not None:
            return  # whoever moves the payment tells, perhaps already
        run.state = answer.state
        if row.waits is Waits.MOMENT and answer.wait_until is not None and answer.state in row.serves:
            run.until = answer.wait_until
            return
        if made is StepName.END:
            run.ended = True
            return
        run.step = self._next(run)

    def _failed(self, run: Run) -> None:
        """A step that has failed as often as it is tried is left for what follows its deadline, where its row says so.
        Any other is tried for ever here: on AWS the execution fails, and the next one comes to the same step."""
        row = steps(run.kind)[run.step]
        run.failures += 1
        if row.fails_over and row.then and run.failures >= TRIES_MAX:
            run.step, run.failures = row.then, 0

    def _next(self, run: Run) -> StepName:
        if run.state is None:
            return StepName.BEGIN
        if run.state in JOURNEYS[run.kind].final:
            return StepName.END
        return step_for(run.kind, run.state).name

    def settle(self, rounds: int) -> Iterator[str]:
        """Lets every execution go on until all of them wait; at most so many rounds."""
        for _ in range(rounds):
            ready = self.ready()
            if not ready:
                return
            for name in ready:
                yield name
                self.go_on(name)
        raise RuntimeError(f"executions still go on after {rounds} rounds")
