"""What operations of the ledger cost, as counts that hold the build: more is a regression, less is a new promise."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.bench.counts import Point, bank_in_this_process, curve, rows
from tests.bench.item_size import KILOBYTE, item_size, number_size
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
    "replay": Cost(3, 0, 6, 1, 4, 3, 1),
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


@pytest.mark.parametrize(
    ("text", "size"), [("0", 2), ("7", 2), ("-7", 3), ("42", 2), ("123", 3), ("1000", 2), ("9" * 38, 20)]
)
def test_numbers_are_sized_as_the_developer_guide_says(text: str, size: int) -> None:
    assert number_size(text) == size


def test_items_are_sized_by_names_and_values() -> None:
    item: dict[str, dict[str, Any]] = {
        "pk": {"S": "é"},
        "b": {"B": b"123"},
        "f": {"BOOL": True},
        "l": {"L": [{"S": "ab"}, {"M": {"x": {"N": "1"}}}]},
    }
    assert item_size(item) == (2 + 2) + (1 + 3) + (1 + 1) + (1 + 3 + (1 + 2) + (1 + 3 + 1 + 1 + 2))
