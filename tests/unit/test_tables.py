"""The table's verbs when DynamoDB does not simply do as it is told. The rest is proved by the stores' contracts."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from pynamodb.connection.base import Connection
from pynamodb.exceptions import CancellationReason, PutError, TransactWriteError, VerboseClientError

from domain.tables_aws import (
    CONFLICTS_MAX,
    PAGE_MAX,
    TRANSACTION_ITEMS_MAX,
    Contended,
    Index,
    Item,
    Table,
    Value,
    connect,
    decoded,
    description,
    encoded,
    write_together,
)

ITEM: Item = {"pk": "P", "sk": "S", "n": 1}
values: st.SearchStrategy[Value] = st.recursive(
    st.text() | st.integers(min_value=-(10**37), max_value=10**37) | st.booleans() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
def connection() -> Iterator[Connection]:
    with mock_aws():
        yield connect(region="us-east-1", access_key_id="test", secret_access_key="test")


@pytest.fixture
def table(connection: Connection) -> Table:
    return created(connection, "florin-test")


def created(connection: Connection, name: str, *indexes: Index) -> Table:
    keys = description(name, *indexes)
    connection.create_table(
        name,
        attribute_definitions=keys["AttributeDefinitions"],
        key_schema=keys["KeySchema"],
        billing_mode="PAY_PER_REQUEST",
        global_secondary_indexes=[
            {"index_name": index["IndexName"], "key_schema": index["KeySchema"], "projection": index["Projection"]}
            for index in keys["GlobalSecondaryIndexes"]
        ],
    )
    return Table(connection, name, *indexes)


def cancelled(*codes: str | None) -> TransactWriteError:
    reasons = [CancellationReason(code) if code else None for code in codes]
    error: dict[str, Any] = {"Error": {"Code": "TransactionCanceledException", "Message": "cancelled"}}
    cause = VerboseClientError(error, "TransactWriteItems", cancellation_reasons=reasons)
    return TransactWriteError("Failed to write transaction items", cause)


def failing(
    connection: Connection, error: TransactWriteError, *, times: int, monkeypatch: pytest.MonkeyPatch
) -> list[int]:
    """The next `times` transactions raise; returns a list that grows by one with every transaction sent."""
    sent: list[int] = []
    really: Callable[..., Any] = connection.transact_write_items

    def transact(*args: object) -> object:
        sent.append(1)
        if len(sent) <= times:
            raise error
        return really(*args)

    monkeypatch.setattr(connection, "transact_write_items", transact)
    return sent


class TestPutsThatMeetATransaction:
    @staticmethod
    def failing(connection: Connection, code: str, *, times: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """The next `times` puts raise; returns a list that grows by one with every put sent."""
        sent: list[int] = []
        really: Callable[..., Any] = connection.put_item

        def put(*args: object, **named: object) -> object:
            sent.append(1)
            if len(sent) <= times:
                raise PutError("Failed to put item", ClientError({"Error": {"Code": code}}, "PutItem"))
            return really(*args, **named)

        monkeypatch.setattr(connection, "put_item", put)
        return sent

    def test_are_tried_again(self, connection: Connection, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
        sent = self.failing(
            connection, "TransactionConflictException", times=CONFLICTS_MAX - 1, monkeypatch=monkeypatch
        )

        assert table.put_new(ITEM)
        assert len(sent) == CONFLICTS_MAX
        assert table.get("P", "S") == ITEM

    def test_too_often_say_so_and_write_nothing(
        self, connection: Connection, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = self.failing(connection, "TransactionConflictException", times=99, monkeypatch=monkeypatch)

        with pytest.raises(Contended):
            table.put_new(ITEM)
        assert len(sent) == CONFLICTS_MAX
        assert table.get("P", "S") is None

    def test_are_told_from_any_other_failure(
        self, connection: Connection, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = self.failing(connection, "ValidationException", times=1, monkeypatch=monkeypatch)

        with pytest.raises(PutError):
            table.put_new(ITEM)
        assert len(sent) == 1


class TestTransactions:
    def test_meeting_another_transaction_is_tried_again(
        self, connection: Connection, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = failing(
            connection, cancelled("TransactionConflict", None), times=CONFLICTS_MAX - 1, monkeypatch=monkeypatch
        )

        assert table.put_all_new(ITEM, {**ITEM, "sk": "T"})
        assert len(sent) == CONFLICTS_MAX
        assert table.get("P", "T") == {**ITEM, "sk": "T"}

    def test_meeting_too_many_others_is_said_and_nothing_is_written(
        self, connection: Connection, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = failing(connection, cancelled("TransactionConflict"), times=99, monkeypatch=monkeypatch)

        with pytest.raises(Contended):
            table.put_all_new(ITEM)
        assert len(sent) == CONFLICTS_MAX
        assert table.get("P", "S") is None

    def test_a_taken_key_is_an_answer_even_beside_a_conflict(
        self, connection: Connection, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        error = cancelled("TransactionConflict", "ConditionalCheckFailed")
        sent = failing(connection, error, times=1, monkeypatch=monkeypatch)

        assert not table.put_all_new(ITEM, {**ITEM, "sk": "T"})
        assert len(sent) == 1

    @pytest.mark.parametrize("codes", [("ValidationError",), ("TransactionConflict", "ThrottlingError"), ()])
    def test_any_other_failure_is_a_fault(
        self, connection: Connection, table: Table, monkeypatch: pytest.MonkeyPatch, codes: tuple[str, ...]
    ) -> None:
        sent = failing(connection, cancelled(*codes), times=1, monkeypatch=monkeypatch)

        with pytest.raises(TransactWriteError):
            table.put_all_new(ITEM)
        assert len(sent) == 1

    def test_a_transaction_has_a_bound(self, table: Table) -> None:
        items = [{"pk": "P", "sk": str(n)} for n in range(TRANSACTION_ITEMS_MAX + 1)]

        with pytest.raises(ValueError, match=f"1 to {TRANSACTION_ITEMS_MAX} parts, not {len(items)}"):
            table.put_all_new(*items)


class TestTogether:
    """All or nothing over several tables: what is new, what goes over its last version, what must not change."""

    @pytest.fixture
    def others(self, connection: Connection, table: Table) -> Table:
        other = created(connection, "florin-others")
        assert table.put_new({"pk": "P", "sk": "S", "version": 1})
        assert other.put_new({"pk": "F", "sk": "F", "state": "OPEN"})
        return other

    def test_new_items_changed_items_and_what_must_stand_are_one(self, table: Table, others: Table) -> None:
        assert write_together(
            table.over({"pk": "P", "sk": "S", "version": 2}, attribute="version", expected=1),
            others.new({"pk": "E", "sk": "1"}),
            others.unchanged("F", "F", attribute="state", expected="OPEN"),
        )
        assert table.get("P", "S") == {"pk": "P", "sk": "S", "version": 2}
        assert others.get("E", "1") is not None
        assert others.get("F", "F") == {"pk": "F", "sk": "F", "state": "OPEN"}

    @pytest.mark.parametrize("wrong", ["moved on", "taken", "changed", "missing"])
    def test_one_that_does_not_hold_leaves_all_as_they_were(self, table: Table, others: Table, wrong: str) -> None:
        assert others.put_new({"pk": "E", "sk": "0"})
        done = write_together(
            table.over(
                {"pk": "P", "sk": "S", "version": 2}, attribute="version", expected=7 if wrong == "moved on" else 1
            ),
            others.new({"pk": "E", "sk": "0" if wrong == "taken" else "1"}),
            others.unchanged(
                "F",
                "G" if wrong == "missing" else "F",
                attribute="state",
                expected="SENT" if wrong == "changed" else "OPEN",
            ),
        )
        assert not done
        assert table.get("P", "S") == {"pk": "P", "sk": "S", "version": 1}
        assert others.get("E", "1") is None

    def test_nothing_at_all_is_a_mistake(self) -> None:
        with pytest.raises(ValueError, match="1 to 100 parts, not 0"):
            write_together()


class TestPuts:
    def test_a_failure_that_is_no_condition_is_a_fault(self, connection: Connection) -> None:
        nowhere = Table(connection, "florin-nowhere")

        for put in (nowhere.put_new, nowhere.put):
            with pytest.raises(PutError, match="ResourceNotFound"):
                put(ITEM)

    def test_the_fault_keeps_its_cause(self, connection: Connection) -> None:
        with pytest.raises(PutError) as fault:
            Table(connection, "florin-nowhere").put_new(ITEM)
        assert isinstance(fault.value.cause, ClientError)


class TestPages:
    @pytest.mark.parametrize("size", [0, -1, PAGE_MAX + 1])
    def test_a_page_has_bounds(self, table: Table, size: int) -> None:
        with pytest.raises(ValueError, match="a page has"):
            table.newest("P", size=size, from_key="", to_key="~", before=None)
        with pytest.raises(ValueError, match="a page has"):
            table.oldest("P", size=size, from_key="", to_key="~", after=None)

    def test_a_page_that_dynamodb_cut_short_goes_on(
        self, connection: Connection, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A query reads one megabyte at most, whatever its limit."""
        for n in range(5):
            table.put_new({"pk": "P", "sk": str(n)})
        really: Callable[..., Any] = connection.query

        def cut(*args: object, **options: object) -> object:
            return really(*args, **{**options, "limit": 2})

        monkeypatch.setattr(connection, "query", cut)
        seen: list[object] = []
        before: str | None = None
        for _ in range(9):
            items, before = table.newest("P", size=4, from_key="0", to_key="9", before=before)
            seen += [item["sk"] for item in items]
            if before is None:
                break

        assert seen == ["4", "3", "2", "1", "0"]

    def test_a_page_at_the_very_end_is_not_followed_by_an_empty_one(
        self, connection: Connection, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """DynamoDB names a last key whenever it stopped at the limit, even if nothing lies behind."""
        for n in range(3):
            table.put_new({"pk": "P", "sk": str(n)})
        really: Callable[..., Any] = connection.query

        def stopped(*args: object, **options: object) -> object:
            answer = really(*args, **options)
            at_limit = len(answer["Items"]) == options["limit"]
            return {**answer, "LastEvaluatedKey": {}} if at_limit else answer

        monkeypatch.setattr(connection, "query", stopped)
        pages: list[list[object]] = []
        before: str | None = None
        for _ in range(5):
            items, before = table.newest("P", size=1, from_key="0", to_key="9", before=before)
            pages.append([item["sk"] for item in items])
            if before is None:
                break

        assert pages == [["2"], ["1"], ["0"]]

    def test_the_oldest_come_first_and_pages_meet(self, table: Table) -> None:
        for n in (3, 0, 2, 1):
            table.put_new({"pk": "P", "sk": str(n)})

        first, after = table.oldest("P", size=2, from_key="0", to_key="9", after=None)
        rest, end = table.oldest("P", size=2, from_key="0", to_key="9", after=after)

        assert [item["sk"] for item in [*first, *rest]] == ["0", "1", "2", "3"]
        assert end is None


class TestPagesOfSeveralPartitions:
    LISTS: Final = {"A": "0134", "B": "2678", "C": "59"}

    @staticmethod
    def table(connection: Connection, lists: Mapping[str, str]) -> Table:
        table = created(connection, "florin-lists", Index("by_list", "gk", "gs"))
        for hash_key, range_keys in lists.items():
            for range_key in range_keys:
                table.put_new({"pk": f"{hash_key}{range_key}", "sk": "S", "gk": hash_key, "gs": range_key})
        return table

    @staticmethod
    def pages(table: Table, *, size: int, forward: bool, most: int = 12) -> list[str]:
        pages: list[str] = []
        beyond: str | None = None
        for _ in range(most):
            items, beyond = table.merged(
                "ABC", size=size, from_key="0", to_key="9", beyond=beyond, index="by_list", forward=forward
            )
            pages.append("".join(str(item["gs"]) for item in items))
            if beyond is None:
                return pages
        raise AssertionError(f"no end after {pages}")

    @pytest.mark.parametrize(
        ("size", "expected"),
        [(1, [*"0123456789"]), (4, ["0123", "4567", "89"]), (5, ["01234", "56789"]), (99, ["0123456789"])],
    )
    def test_come_in_one_order_either_way(self, connection: Connection, size: int, expected: list[str]) -> None:
        table = self.table(connection, self.LISTS)

        assert self.pages(table, size=size, forward=True) == expected
        backward = "".join(self.pages(table, size=size, forward=False))
        assert backward == "9876543210"

    @pytest.mark.parametrize("size", [1, 2, 3, 99])
    @pytest.mark.parametrize("forward", [True, False])
    def test_show_what_stands_in_two_of_them_once(self, connection: Connection, size: int, forward: bool) -> None:
        table = self.table(connection, {"A": "0123", "B": "123", "C": "034"})

        assert "".join(self.pages(table, size=size, forward=forward)) == ("01234" if forward else "43210")

    @pytest.mark.parametrize("forward", [True, False])
    def test_end_where_dynamodb_cut_one_of_them_short(
        self, connection: Connection, forward: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What it did not answer stands before what the others have."""
        table = self.table(connection, self.LISTS)
        really: Callable[..., Any] = connection.query

        def cut(name: str, hash_key: str, **options: Any) -> object:
            return really(name, hash_key, **{**options, "limit": 2 if hash_key == "A" else options["limit"]})

        monkeypatch.setattr(connection, "query", cut)

        assert "".join(self.pages(table, size=9, forward=forward)) == ("0123456789" if forward else "9876543210")


class TestValues:
    @given(item=st.dictionaries(st.text(min_size=1, max_size=5), values, max_size=5))
    def test_what_is_encoded_is_decoded(self, item: dict[str, Value]) -> None:
        assert decoded(encoded(item)) == item

    def test_nothing_is_kept_of_none(self) -> None:
        assert encoded({"a": None, "b": 0}) == {"b": {"N": "0"}}

    @pytest.mark.parametrize("value", [1.5, object()])
    def test_what_a_table_does_not_keep_is_a_fault(self, value: object) -> None:
        with pytest.raises(TypeError, match="is not kept in a table"):
            encoded({"a": value})  # type: ignore[dict-item]  # the wrong type is what is tested

    def test_a_kind_we_do_not_write_is_a_fault(self) -> None:
        with pytest.raises(TypeError, match="SS is not written here"):
            decoded({"a": {"SS": ["x"]}})


def test_an_index_is_described_with_its_keys() -> None:
    described = description("florin-test", Index("by_actor", "gk", "gs"))

    assert [part["AttributeName"] for part in described["AttributeDefinitions"]] == ["pk", "sk", "gk", "gs"]
    assert described["GlobalSecondaryIndexes"][0]["IndexName"] == "by_actor"


def test_two_parts_may_keep_their_items_in_one_table(connection: Connection) -> None:
    first, second = Table(connection, "florin-shared"), Table(connection, "florin-shared")

    assert first.name == second.name


def test_a_table_is_not_described_in_two_ways(connection: Connection) -> None:
    Table(connection, "florin-shared")

    with pytest.raises(ValueError, match="described in two ways"):
        Table(connection, "florin-shared", Index("by_actor", "gk", "gs"))
