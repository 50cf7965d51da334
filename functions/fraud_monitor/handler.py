"""Lambda entry point of the schedule florin-fraud-monitor, every day: counts the decisions of the days that have ended,
and looks at whether payments, scores and labels are as they were.

What has moved is a case with a proposal, and a measurement, which an alarm hears. A scope that fails does not keep the
others back; the run then fails as a whole, and comes again.
"""

from collections.abc import Mapping
from typing import Any, Final

from domain.fraud.kinds import Scope
from domain.fraud.monitoring import INDICES, of_a_shift_millionths
from domain.fraud.monitoring_model import Level, Measure, Signal, Watched
from domain.fraud.registry_model import MILLION
from functions.composition import bank
from functions.logs import log, log_fault
from functions.metrics import (
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


class ScopesNotWatched(Exception):
    """Of some scopes it is not known whether they are as they were."""


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    """Built-in documents are kept first: what they judge today is judged again after the next release."""
    bank().books.keep_built_in()
    failed = [scope.value for scope in Scope if not watched(scope)]
    if failed:
        raise ScopesNotWatched(", ".join(failed))


def watched(scope: Scope) -> bool:
    try:
        counted = bank().monitoring.count(scope)
        bank().registry.settle(scope)
        if not counted.complete:
            log("fraud_monitor").warning("counting goes on", extra={"scope": scope.value, "days": counted.days})
            return False
        seen = bank().monitoring.look(scope)
        tell(seen)
        raised = bank().drift.raise_for(seen)
    except Exception as fault:  # noqa: BLE001  (the other scopes are watched; this one is told of below)
        log_fault("fraud_monitor", "not watched", fault, scope=scope.value)
        return False
    about = {"scope": scope.value, "proposal": raised.proposal.value, "case": raised.case} if raised else {}
    FRAUD_DRIFT_RAISED.measured(1 if raised else 0, **about)
    extra = {"scope": scope.value, "days": counted.days, "moved": len(seen.moved), "signals": len(seen.signals)}
    log("fraud_monitor").info("watched", extra=extra)
    return True


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
