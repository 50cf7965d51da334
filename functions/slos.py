"""The service levels that the bank promises, as data: each is a metric, an alarm in infra/alarms.yaml (`Slo<name>`) and
a row of infra/dashboard.yaml, and a test holds the three lists equal.
"""

from dataclasses import dataclass
from typing import Final, Literal

from aws_lambda_powertools.metrics import MetricUnit

from functions.metrics import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Slo:
    name: str
    promise: str
    metric: Metric
    statistic: Literal["p95", "Average", "Maximum"]
    good: Literal["<", ">"]
    """On which side of the bound the promise is kept. The bound itself is not good enough."""
    bound: int


CARD_AUTHORISATION_LATENCY: Final = Slo(
    name="CardAuthorisationLatency",
    promise="95 of 100 card authorisations are answered in less than 300 ms",
    metric=Metric("CardAuthorisationMilliseconds", MetricUnit.Milliseconds),
    statistic="p95",
    good="<",
    bound=300,
)
CARD_APPROVAL: Final = Slo(
    name="CardApproval",
    promise="More than 98 % of good card traffic is approved",
    metric=Metric("CardAuthorisationApprovedPercent", MetricUnit.Percent),
    statistic="Average",
    good=">",
    bound=98,
)
"""Measured as 100 or 0 on each authorisation of good traffic: fraud, and cards without money, are not good traffic."""
INTERNAL_TRANSFER_LATENCY: Final = Slo(
    name="InternalTransferLatency",
    promise="95 of 100 internal transfers are answered in less than 800 ms",
    metric=Metric("InternalTransferMilliseconds", MetricUnit.Milliseconds),
    statistic="p95",
    good="<",
    bound=800,
)
"""From the event of the request to its answer, whatever the answer."""
RECONCILIATION_DIFFERENCES: Final = Slo(
    name="ReconciliationDifferences",
    promise="Less than one in a million reconciled lines differs",
    metric=Metric("ReconciliationDifferencesPerMillion", MetricUnit.Count),
    statistic="Maximum",
    good="<",
    bound=1,
)
GENERAL_LEDGER_POSTING: Final = Slo(
    name="GeneralLedgerPosting",
    promise="The general ledger is posted less than two hours after the close of its day",
    metric=Metric("GeneralLedgerOpenSeconds", MetricUnit.Seconds),
    statistic="Maximum",
    good="<",
    bound=2 * 60 * 60,
)
"""The time since the close of the oldest day that is not posted: it grows while nothing is, and so cannot be silent."""
FRAUD_REVIEW_BACKLOG: Final = Slo(
    name="FraudReviewBacklog",
    promise="No fraud review waits for 24 hours",
    metric=Metric("FraudReviewOldestSeconds", MetricUnit.Seconds),
    statistic="Maximum",
    good="<",
    bound=24 * 60 * 60,
)

SLOS: Final = (
    CARD_AUTHORISATION_LATENCY,
    CARD_APPROVAL,
    INTERNAL_TRANSFER_LATENCY,
    RECONCILIATION_DIFFERENCES,
    GENERAL_LEDGER_POSTING,
    FRAUD_REVIEW_BACKLOG,
)

EMITTED_BY_A_LATER_PART: Final = frozenset(
    {
        CARD_AUTHORISATION_LATENCY,
        CARD_APPROVAL,
        RECONCILIATION_DIFFERENCES,
        GENERAL_LEDGER_POSTING,
        FRAUD_REVIEW_BACKLOG,
    }
)
"""Promises whose part of the bank does not exist yet: their alarms and rows stand ready and are quiet."""
