"""Items are sized and requests are priced as DynamoDB's developer guide says."""

from typing import Any

import pytest

from domain.metering import Used
from domain.units_aws import (
    KILOBYTE,
    READ_BYTES,
    IndexKeys,
    Unmeasurable,
    check,
    indexes_in,
    item_size,
    number_size,
    read_halves,
    used,
    value_size,
    write_units,
)

BY_TIME = IndexKeys("tk", "ts", keys_only=True)
BY_PERSON = IndexKeys("gk", "gs", keys_only=False)
NO_ANSWER = None


def sized(size: int, **more: Any) -> dict[str, dict[str, Any]]:
    """An item of exactly so many bytes."""
    item = {"pk": {"S": "p"}, "sk": {"S": "s"}, **more}
    return {**item, "x": {"B": bytes(size - item_size(item) - 1)}}


def cost(operation: str, request: dict[str, Any], answer: dict[str, Any] | None, *indexes: IndexKeys) -> Used:
    return used(operation, request, answer, indexes_of=lambda _: indexes)


def put(item: dict[str, Any], was: dict[str, Any] | None = None, *indexes: IndexKeys) -> Used:
    return cost("PutItem", {"TableName": "t", "Item": item}, {"Attributes": was} if was else {}, *indexes)


class TestSizes:
    @pytest.mark.parametrize(
        ("text", "size"), [("0", 2), ("7", 2), ("-7", 3), ("42", 2), ("123", 3), ("1000", 2), ("9" * 38, 20)]
    )
    def test_of_numbers(self, text: str, size: int) -> None:
        assert number_size(text) == size

    @pytest.mark.parametrize(
        ("value", "size"),
        [
            ({"S": "é"}, 2),
            ({"S": ""}, 0),
            ({"B": b"123"}, 3),
            ({"BOOL": False}, 1),
            ({"NULL": True}, 1),
            ({"L": []}, 3),
            ({"M": {}}, 3),
            ({"L": [{"S": "ab"}, {"M": {"x": {"N": "1"}}}]}, 3 + (1 + 2) + (1 + 3 + 1 + 1 + 2)),
            ({"SS": ["ab", "é"]}, 4),
            ({"NS": ["12", "-3"]}, 5),
            ({"BS": [b"ab", b"c"]}, 3),
        ],
    )
    def test_of_values(self, value: dict[str, Any], size: int) -> None:
        assert value_size(value) == size

    def test_of_items_count_their_names(self) -> None:
        assert item_size({"é": {"S": "abc"}, "b": {"BOOL": True}}) == (2 + 3) + (1 + 1)

    def test_of_no_kind_that_dynamodb_does_not_have(self) -> None:
        with pytest.raises(KeyError):
            value_size({"X": "1"})


class TestUnits:
    @pytest.mark.parametrize(("size", "units"), [(1, 1), (KILOBYTE, 1), (KILOBYTE + 1, 2), (10 * KILOBYTE, 10)])
    def test_a_write_takes_one_a_kilobyte(self, size: int, units: int) -> None:
        assert write_units(size) == units

    @pytest.mark.parametrize(("size", "halves"), [(0, 2), (READ_BYTES, 2), (READ_BYTES + 1, 4)])
    def test_a_consistent_read_takes_one_each_four_kilobytes_and_a_stale_one_half(self, size: int, halves: int) -> None:
        assert read_halves(size, consistent=True) == halves
        assert read_halves(size, consistent=False) == halves // 2


class TestReads:
    def test_one_item(self) -> None:
        answer = {"Item": sized(READ_BYTES + 1)}
        assert cost("GetItem", {"ConsistentRead": True}, answer) == Used(1, read_halves=4)
        assert cost("GetItem", {}, answer) == Used(1, read_halves=2)

    def test_what_is_not_there_costs_as_much_as_something_small(self) -> None:
        assert cost("GetItem", {"ConsistentRead": True}, {}) == Used(1, read_halves=2)

    def test_items_of_a_query_are_rounded_up_together(self) -> None:
        answer = {"Items": [sized(READ_BYTES // 2)] * 5}
        assert cost("Query", {"ConsistentRead": True}, answer) == Used(1, read_halves=6)

    def test_items_of_a_batch_are_rounded_up_each(self) -> None:
        keys = [{"pk": {"S": str(n)}} for n in range(6)]
        request = {"RequestItems": {"t": {"Keys": keys, "ConsistentRead": True}}}
        answer = {
            "Responses": {"t": [sized(100), sized(100), sized(READ_BYTES + 1)]},
            "UnprocessedKeys": {"t": {"Keys": keys[:1]}},
        }
        # two small, one of two units, two that are nowhere; the key left unread is asked for again
        assert cost("BatchGetItem", request, answer) == Used(1, read_halves=2 + 2 + 4 + 2 + 2)

    def test_what_hides_a_part_of_what_it_reads_is_not_sent(self) -> None:
        with pytest.raises(Unmeasurable, match="Query"):
            check("Query", {"FilterExpression": "#a = :b"})
        check("Query", {"KeyConditionExpression": "pk = :pk"})


class TestWrites:
    def test_a_new_item(self) -> None:
        assert put(sized(KILOBYTE + 1)) == Used(1, write_units=2)

    def test_an_item_over_another_is_as_large_as_the_larger(self) -> None:
        assert put(sized(100), sized(3 * KILOBYTE)) == Used(1, write_units=3)

    def test_a_failed_condition_costs_the_write_and_no_index(self) -> None:
        item = sized(KILOBYTE + 1, tk={"S": "a"}, ts={"S": "b"})
        request = {"TableName": "t", "Item": item}
        assert cost("PutItem", request, NO_ANSWER, BY_TIME) == Used(1, write_units=2)

    def test_a_transaction_costs_twice_and_its_checks_two_each(self) -> None:
        parts = [{"Put": {"TableName": "t", "Item": sized(KILOBYTE + 1)}}, {"ConditionCheck": {}}]
        assert cost("TransactWriteItems", {"TransactItems": parts}, {}) == Used(1, write_units=4 + 2)

    def test_a_transaction_writes_its_indexes_once_and_only_when_it_was_done(self) -> None:
        item = sized(KILOBYTE, tk={"S": "a"}, ts={"S": "b"})
        request = {"TransactItems": [{"Put": {"TableName": "t", "Item": item}}]}
        assert cost("TransactWriteItems", request, {}, BY_TIME) == Used(1, write_units=2, index_units=1)
        assert cost("TransactWriteItems", request, NO_ANSWER, BY_TIME) == Used(1, write_units=2)

    def test_a_batch_counts_what_it_wrote(self) -> None:
        requests = [{"PutRequest": {"Item": sized(size)}} for size in (100, KILOBYTE + 1, 200)]
        request = {"RequestItems": {"t": requests}}
        assert cost("BatchWriteItem", request, {"UnprocessedItems": {"t": requests[:1]}}) == Used(1, write_units=3)

    def test_other_requests_have_no_units(self) -> None:
        assert cost("DescribeTable", {"TableName": "t"}, {}) == Used(1)


class TestIndexes:
    def test_an_item_without_their_keys_is_not_in_them(self) -> None:
        assert put(sized(100, gk={"S": "a"}), None, BY_PERSON).index_units == 0

    def test_one_of_all_attributes_is_as_large_as_the_item(self) -> None:
        item = sized(3 * KILOBYTE, gk={"S": "a"}, gs={"S": "b"}, tk={"S": "a"}, ts={"S": "b"})
        assert put(item, None, BY_PERSON).index_units == 3
        assert put(item, None, BY_TIME).index_units == 1

    @pytest.mark.parametrize(
        ("was", "now", "units"),
        [
            ({"gk": "a", "gs": "1"}, {"gk": "a", "gs": "1"}, 0),
            ({"gk": "a", "gs": "1"}, {"gk": "a", "gs": "2"}, 2),
            ({"gk": "a", "gs": "1"}, {"gk": "b", "gs": "1"}, 2),
            ({"gk": "a", "gs": "1"}, {}, 1),
            ({}, {"gk": "a", "gs": "1"}, 1),
            ({}, {}, 0),
        ],
    )
    def test_a_key_that_changes_is_taken_out_and_put_in(
        self, was: dict[str, str], now: dict[str, str], units: int
    ) -> None:
        before, after = ({name: {"S": text} for name, text in keys.items()} for keys in (was, now))
        assert put(sized(100, **after), sized(100, **before), BY_PERSON).index_units == units

    def test_a_change_beside_the_key_is_written_once_where_the_index_has_it(self) -> None:
        keys = {name: {"S": "k"} for name in ("gk", "gs", "tk", "ts")}
        before, after = (sized(100, **keys, n={"N": number}) for number in ("1", "2"))
        assert put(after, before, BY_PERSON, BY_TIME).index_units == 1

    def test_they_are_read_from_the_tables_description(self) -> None:
        described = {
            "GlobalSecondaryIndexes": [
                {
                    "KeySchema": [{"AttributeName": "tk"}, {"AttributeName": "ts"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                },
                {
                    "KeySchema": [{"AttributeName": "gk"}, {"AttributeName": "gs"}],
                    "Projection": {"ProjectionType": "ALL"},
                },
            ]
        }
        assert indexes_in(described) == (BY_TIME, BY_PERSON)
        assert indexes_in({}) == ()
