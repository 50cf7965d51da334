"""What is measured is written as CloudWatch reads it, faults among it."""

import pytest

from domain.ledger.model import TornRecord
from functions.logs import log_fault
from functions.metrics import OPERATIONAL, OUTBOX_LAG
from functions.slos import SLOS
from tests.unit.functions.measured import Measured, measured


def test_a_measurement_has_one_dimension_and_says_beside_it_what_it_was_of(capsys: pytest.CaptureFixture[str]) -> None:
    OUTBOX_LAG.measured(7.5, correlation_id="request-7")

    assert measured(capsys) == [
        Measured(
            namespace="Florin",
            dimensions={"service": "florin"},
            name="OutboxLagSeconds",
            unit="Seconds",
            value=7.5,
            about={"correlation_id": "request-7"},
        )
    ]


def test_no_two_metrics_have_one_name() -> None:
    names = [metric.name for metric in (*OPERATIONAL, *(slo.metric for slo in SLOS))]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("fault", "counted"), [(RuntimeError("a secret"), "Faults"), (TornRecord("a secret"), "LedgerFaults")]
)
def test_a_fault_that_is_answered_counts_and_says_where(
    fault: Exception, counted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log_fault("notifier", "a message was not told", fault, message_id="m")

    (found,) = measured(capsys)
    assert (found.name, found.value) == (counted, 1)
    assert found.about == {"function": "notifier", "message_id": "m"}
