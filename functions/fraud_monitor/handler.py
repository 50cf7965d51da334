"""Lambda entry point of the schedule florin-fraud-monitor, several times each night: counts the decisions of the days
that have ended, and looks at whether payments, scores and labels are as they were.

A run goes as far as its time, and the next one goes on; the last day that is counted is looked at once. What has moved
is a case with a proposal, and a measurement, which an alarm hears. A scope that fails does not keep the others back;
the run then fails as a whole, and comes again.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from domain.fraud.kinds import Scope
from domain.fraud.monitoring import INDICES, of_a_shift_millionths
from domain.fraud.monitoring_model import Level, Measure, Signal, Watched
from domain.fraud.registry_model import MILLION
from domain.refusals import Refusal
from functions.composition import bank
from functions.logs import log, log_fault
from functions.metrics import (
    FRAUD_DAYS_DROPPED,
    FRAUD_DRIFT_RAISED,
    FRAUD_FEATURE_SHIFT,
    FRAUD_PRECISION,
    FRAUD_RECALL,
    FRAUD_SCORE_SHIFT,
    FRAUD_SHARE,
    Metric,
)

METRICS: Final[Mapping[Measure, Metric]] = {
    Measure.FEATURE_PSI: FRAUD_FEATURE_SHIFT,
    Measure.SCORE_PSI: FRAUD_SCORE_SHIFT,
    Measure.PRECISION: FRAUD_PRECISION,
    Measure.RECALL: FRAUD_RECALL,
    Measure.FRAUD_SHARE: FRAUD_SHARE,
}


OF_A_LOOK: Final = timedelta(seconds=60)
"""Of a scope's part of a run: for its labels, for the look, and for a case with what it proposes."""


class ScopesNotWatched(Exception):
    """Of some scopes it is not known whether they are as they were."""


class Run(Protocol):
    """What Lambda says of the run."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: Mapping[str, Any], context: Run) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    """Built-in documents are kept first: what they judge today is judged again after the next release. Each scope has
    its part of the time that is left, and what one leaves the next ones have.
    """
    bank().books.keep_built_in()
    failed = []
    for scopes_left, scope in zip(range(len(Scope), 0, -1), Scope, strict=True):
        part = timedelta(milliseconds=context.get_remaining_time_in_millis()) / scopes_left
        if not watched(scope, until=bank().clock.now() + part - OF_A_LOOK):
            failed.append(scope.value)
    if failed:
        raise ScopesNotWatched(", ".join(failed))


def watched(scope: Scope, *, until: datetime) -> bool:
    try:
        counted = bank().monitoring.count(scope, until=until)
        FRAUD_DAYS_DROPPED.measured(counted.dropped, scope=scope.value)
        if isinstance(bank().registry.settle(scope), Refusal):
            log("fraud_monitor").warning("noting goes on", extra={"scope": scope.value})
        if counted.last and not bank().monitoring.is_looked_at(scope, counted.last):
            look(scope, counted.last)
    except Exception as fault:  # noqa: BLE001  (the other scopes are watched; this one is told of below)
        log_fault("fraud_monitor", "not watched", fault, scope=scope.value)
        return False
    if not counted.complete:
        log("fraud_monitor").info("counting goes on", extra={"scope": scope.value, "days": counted.days})
    return True


def look(scope: Scope, day: date) -> None:
    """It is noted last: of a run that is cut off, the next one says all of it again, and opens no other case."""
    seen = bank().monitoring.look(scope, day)
    tell(seen)
    raised = bank().drift.raise_for(seen)
    about = {"scope": scope.value, "proposal": raised.proposal.value, "case": raised.case} if raised else {}
    FRAUD_DRIFT_RAISED.measured(1 if raised else 0, **about)
    bank().monitoring.note_looked_at(scope, day)
    extra = {"scope": scope.value, "day": day.isoformat(), "moved": len(seen.moved), "signals": len(seen.signals)}
    log("fraud_monitor").info("watched", extra=extra)


def tell(seen: Watched) -> None:
    """The worst of each measure: a share as it is, an index by how far it has come of a shift."""
    for measure, metric in METRICS.items():
        found = [signal for signal in seen.signals if signal.measure is measure and _says_something(signal)]
        if not found:
            continue
        fallen = measure in (Measure.PRECISION, Measure.RECALL)
        worst = (min if fallen else max)(found, key=_measured)
        metric.measured(
            _measured(worst) / MILLION, scope=seen.scope.value, subject=worst.subject, level=worst.level.value
        )


def _measured(signal: Signal) -> int:
    return of_a_shift_millionths(signal) if signal.measure in INDICES else signal.millionths


def _says_something(signal: Signal) -> bool:
    """An index of windows that still fill is of their filling; a share is what it is."""
    return signal.level is not Level.TOO_FEW and not (signal.measure in INDICES and signal.level is Level.COLD)
