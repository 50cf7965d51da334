"""What features cost, as counts that hold the build: more is a regression, less is a new promise."""

from collections.abc import Iterator

import pytest

from domain.metering import Used
from tests.bench.feature_counts import rows, stand_in_this_process


def used(calls: int, read_units: float, write_units: int) -> Used:
    return Used(calls=calls, read_halves=round(2 * read_units), write_units=write_units)


PROMISED = {
    "features of a transfer, nobody known": used(1, 4, 0),
    "features of a transfer, busy": used(1, 4, 0),
    "features of a transfer, as full as can be": used(1, 4, 0),
    "features of a card payment, busy": used(1, 4.5, 0),
    "payment, nobody known": used(2, 5, 10),
    "payment, busy": used(2, 5, 16),
    "payment, as full as can be": used(2, 5, 16),
    "card payment, busy": used(2, 6, 20),
    "payment that was applied before": used(1, 5, 0),
    "label, busy": used(3, 7, 16),
    "credential that was changed": used(2, 1, 4),
}


@pytest.fixture(scope="module", name="measured")
def _measured() -> Iterator[dict[str, Used]]:
    with stand_in_this_process() as stand:
        yield {row.operation: row.used for row in rows(stand)}


@pytest.mark.parametrize("operation", PROMISED)
def test_an_operation_costs_what_was_promised(measured: dict[str, Used], operation: str) -> None:
    assert measured[operation] == PROMISED[operation]


def test_every_operation_that_is_measured_is_promised(measured: dict[str, Used]) -> None:
    assert set(measured) == set(PROMISED)


def test_every_feature_is_read_in_one_request(measured: dict[str, Used]) -> None:
    assert {used.calls for name, used in measured.items() if name.startswith("features")} == {1}
