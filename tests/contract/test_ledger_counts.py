"""What operations of the ledger cost, as counts that hold the build: more is a regression, less is a new promise."""

from collections.abc import Iterator

import pytest

from domain.units_aws import KILOBYTE
from tests.bench.counts import Point, bank_in_this_process, curve, rows
from tests.bench.meter import Cost

# items, checks, write units, index units, read units, read rounds, write rounds
PROMISED = {
    "transfer": Cost(3, 0, 6, 1, 2, 1, 1),
    "transfer with a memo": Cost(3, 0, 6, 1, 2, 1, 1),
    "transfer to internal": Cost(3, 0, 6, 1, 1, 1, 1),
    "transfer, 1 joint limit": Cost(4, 0, 8, 1, 3, 1, 1),
    "transfer, 1 joint limit, not known": Cost(4, 0, 8, 1, 3, 2, 1),
    "transfer, 2 joint limits": Cost(5, 0, 10, 1, 4, 1, 1),
    "transfer, 2 joint limits, not known": Cost(5, 0, 10, 1, 4, 2, 1),
    "hold": Cost(2, 0, 4, 2, 1, 1, 1),
    "capture": Cost(3, 0, 6, 1, 2, 1, 1),
    "release": Cost(2, 0, 4, 1, 1, 1, 1),
    "reversal": Cost(4, 0, 8, 1, 4, 3, 1),
    "refusal": Cost(1, 2, 6, 1, 2, 1, 1),
    "replay": Cost(3, 0, 6, 0, 4, 3, 1),
}
HOLDS_IN_A_KILOBYTE = 16


@pytest.fixture(scope="module")
def measured() -> Iterator[tuple[dict[str, Cost], list[Point]]]:
    with bank_in_this_process() as bank:
        yield {row.operation: row.cost for row in rows(bank)}, curve(bank)


Measured = tuple[dict[str, Cost], list[Point]]


@pytest.mark.parametrize("operation", PROMISED)
def test_an_operation_costs_what_was_promised(measured: Measured, operation: str) -> None:
    assert measured[0][operation] == PROMISED[operation]


def test_every_operation_that_is_measured_is_promised(measured: Measured) -> None:
    assert set(measured[0]) == set(PROMISED)


def test_a_joint_limit_is_one_item_and_two_units(measured: Measured) -> None:
    plain = measured[0]["transfer"]
    for count, name in ((1, "transfer, 1 joint limit"), (2, "transfer, 2 joint limits")):
        limited = measured[0][name]
        assert (limited.items - plain.items, limited.write_units - plain.write_units) == (count, 2 * count)


def test_lines_stay_under_a_kilobyte_up_to_sixteen_open_holds(measured: Measured) -> None:
    for point in measured[1]:
        assert point.pointing < KILOBYTE
        if point.holds <= HOLDS_IN_A_KILOBYTE:
            assert point.listing < KILOBYTE


def test_a_line_that_lists_no_holds_does_not_grow_with_them(measured: Measured) -> None:
    with_holds = {point.pointing for point in measured[1] if point.holds}
    assert len(with_holds) == 1
