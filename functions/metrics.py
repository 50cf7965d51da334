"""What is measured of the bank while it runs, and how it is said: lines of a function's log in the embedded metric
format, which CloudWatch turns into metrics. A line costs no call and no right.

Every metric has one dimension, the bank itself, so that an alarm and a graph name it with what stands here. What it
was measured on (a correlation id, a function) stands beside it in the line and makes no metric of its own.
"""

from dataclasses import dataclass
from typing import Final

from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE: Final = "Florin"
DIMENSION: Final = ("service", "florin")


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    unit: MetricUnit

    def measured(self, value: float, **about: str) -> None:
        """Writes one measurement. `about` is for whoever reads the log."""
        with single_metric(name=self.name, unit=self.unit, value=value, namespace=NAMESPACE) as line:
            line.add_dimension(*DIMENSION)
            for key, text in about.items():
                line.add_metadata(key, text)


FAULTS: Final = Metric("Faults", MetricUnit.Count)
"""What raised and was answered or set aside: Lambda's own count of errors does not see it."""
LEDGER_FAULTS: Final = Metric("LedgerFaults", MetricUnit.Count)
"""Faults of the ledger itself: a record or a sum that must not be."""
OUTBOX_LAG: Final = Metric("OutboxLagSeconds", MetricUnit.Seconds)
"""The age of the checkpoint: what was booked before it has been published."""
FOLDER_LAG: Final = Metric("FolderLagSeconds", MetricUnit.Seconds)
"""The age of the minute up to which every shard is folded."""
EXPIRED_HOLDS_LEFT: Final = Metric("ExpiredHoldsLeft", MetricUnit.Count)
"""Expired holds that a run found and could not release."""
PARTNER_DELIVERIES_QUARANTINED: Final = Metric("PartnerDeliveriesQuarantined", MetricUnit.Count)
"""Messages of partners that wait for a person: of a kind nobody knows, not what their model says, or refused."""

FRAUD_FALLBACKS: Final = Metric("FraudFallbacks", MetricUnit.Count)
"""Payments that were judged by the stricter rules alone: the scorer was silent, or could not read what it needs."""
OVERDUE_CASES: Final = Metric("OverdueCases", MetricUnit.Count)
"""Cases that are due and not resolved."""
RETURN_RATES_RAISED: Final = Metric("AchReturnRatesRaised", MetricUnit.Count)
"""Return rates of originators at 80 % of what the network allows, volumes of micro-entries at our limit, or above."""

FRAUD_DRIFT_RAISED: Final = Metric("FraudDriftRaised", MetricUnit.Count)
"""Scopes of fraud scoring where something has moved: each is a case with a proposal."""
FRAUD_DAYS_DROPPED: Final = Metric("FraudDaysDropped", MetricUnit.Count)
"""Days of a scope that were not counted in time, and will not be."""
FRAUD_FEATURE_SHIFT: Final = Metric("FraudFeatureShift", MetricUnit.NoUnit)
"""Population stability index over a week, over what counts as a shift (1): the feature that is furthest."""
FRAUD_SCORE_SHIFT: Final = Metric("FraudScoreShift", MetricUnit.NoUnit)
"""The same of the score."""
FRAUD_PRECISION: Final = Metric("FraudPrecision", MetricUnit.NoUnit)
"""Of what was not simply approved, how much was fraud; of matured labels alone."""
FRAUD_RECALL: Final = Metric("FraudRecall", MetricUnit.NoUnit)
"""Of known frauds, how many were not simply approved; of matured labels alone."""
FRAUD_SHARE: Final = Metric("FraudShare", MetricUnit.NoUnit)
"""Known frauds among matured payments."""

OPERATIONAL: Final = (
    FAULTS,
    LEDGER_FAULTS,
    OUTBOX_LAG,
    FOLDER_LAG,
    EXPIRED_HOLDS_LEFT,
    PARTNER_DELIVERIES_QUARANTINED,
    FRAUD_FALLBACKS,
    OVERDUE_CASES,
    RETURN_RATES_RAISED,
    FRAUD_DRIFT_RAISED,
    FRAUD_DAYS_DROPPED,
    FRAUD_FEATURE_SHIFT,
    FRAUD_SCORE_SHIFT,
    FRAUD_PRECISION,
    FRAUD_RECALL,
    FRAUD_SHARE,
)
"""Those that tell of the works. What was promised to customers is measured by functions/slos.py."""
