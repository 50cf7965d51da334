"""What every place for the sweepers' marks promises, and how the table florin-published keeps them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pynamodb.connection.base import Connection
from pynamodb.exceptions import PutError

from domain.clock import instant_text
from domain.ledger.model import Fault
from domain.ledger.outbox import Marks
from domain.ledger.outbox_aws import BATCH_TRIES_MAX, WRITES_MAX, DynamoMarks
from domain.ledger.outbox_memory import MemoryMarks
from tests.contract.backends import AT_ONCE, BACKENDS, CALLERS, REGION, at_once, aws

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
UNTIL = NOON + timedelta(days=14)
HOUR, NEXT = "2026031012", "2026031013"


@dataclass
class Kept:
    """The DynamoDB marks with a look at what they keep."""

    client: Any
    connection: Connection
    table: str
    marks: DynamoMarks

    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.scan(TableName=self.table, ConsistentRead=True)["Items"]
        return found


@pytest.fixture(params=BACKENDS)
def marks(request: pytest.FixtureRequest) -> Iterator[Marks]:
    with aws(request) as place:
        if place is None:
            yield MemoryMarks()
        else:
            table = place.table("florin-published").name
            yield DynamoMarks(connection=place.connection, table=table)


@pytest.fixture(params=BACKENDS[1:])
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    with aws(request) as place:
        assert place
        client: Any = place.dynamodb
        table = place.table("florin-published").name
        yield Kept(client, place.connection, table, DynamoMarks(connection=place.connection, table=table))


def names(count: int) -> list[str]:
    return [f"jrn_us0417_{number:032d}" for number in range(count)]


def test_what_is_marked_is_found_under_its_hour_alone(marks: Marks) -> None:
    marks.mark(HOUR, names(3), until=UNTIL)

    assert marks.marked(HOUR) == set(names(3))
    assert marks.marked(NEXT) == frozenset()


def test_marking_again_changes_nothing(marks: Marks) -> None:
    marks.mark(HOUR, names(2), until=UNTIL)
    marks.mark(HOUR, names(3), until=UNTIL + timedelta(hours=1))

    assert marks.marked(HOUR) == set(names(3))


def test_a_journal_named_twice_in_one_call_is_marked(marks: Marks) -> None:
    marks.mark(HOUR, [*names(2), *names(2)], until=UNTIL)

    assert marks.marked(HOUR) == set(names(2))


def test_nothing_to_mark_is_no_mark(marks: Marks) -> None:
    marks.mark(HOUR, [], until=UNTIL)

    assert marks.marked(HOUR) == frozenset()


@pytest.mark.parametrize("count", [WRITES_MAX, WRITES_MAX + 1, 3 * WRITES_MAX + 7])
def test_more_than_one_batch_is_marked_whole(marks: Marks, count: int) -> None:
    marks.mark(HOUR, names(count), until=UNTIL)

    assert marks.marked(HOUR) == set(names(count))


def test_a_checkpoint_that_was_never_set_is_none(marks: Marks) -> None:
    assert marks.checkpoint("outbox") is None


def test_a_checkpoint_moves_forward_only(marks: Marks) -> None:
    for moment in (NOON, NOON + timedelta(minutes=1), NOON, NOON - timedelta(days=1), NOON + timedelta(seconds=59)):
        marks.move_checkpoint("outbox", instant_text(moment))

    assert marks.checkpoint("outbox") == instant_text(NOON + timedelta(minutes=1))


def test_a_checkpoint_may_be_moved_to_where_it_stands(marks: Marks) -> None:
    marks.move_checkpoint("outbox", instant_text(NOON))
    marks.move_checkpoint("outbox", instant_text(NOON))

    assert marks.checkpoint("outbox") == instant_text(NOON)


def test_checkpoints_of_different_names_do_not_meet(marks: Marks) -> None:
    marks.move_checkpoint("batch#inc_us0417_A#0", "000000000012")
    marks.move_checkpoint("batch#inc_us0417_A#1", "000000000003")

    assert marks.checkpoint("batch#inc_us0417_A#0") == "000000000012"
    assert marks.checkpoint("batch#inc_us0417_A#1") == "000000000003"
    assert marks.checkpoint("batch#inc_us0417_A") is None


def test_a_mark_and_a_checkpoint_of_one_name_do_not_meet(marks: Marks) -> None:
    marks.mark(HOUR, names(1), until=UNTIL)
    marks.move_checkpoint(HOUR, "1")

    assert marks.marked(HOUR) == set(names(1))
    assert marks.checkpoint(HOUR) == "1"


@pytest.mark.parametrize("marks", AT_ONCE, indirect=True)
def test_of_many_who_move_it_at_once_the_furthest_stays(marks: Marks) -> None:
    at_once(lambda number: marks.move_checkpoint("outbox", instant_text(NOON + timedelta(minutes=number))))

    assert marks.checkpoint("outbox") == instant_text(NOON + timedelta(minutes=CALLERS - 1))


@pytest.mark.parametrize("marks", AT_ONCE, indirect=True)
def test_many_who_mark_at_once_lose_nothing(marks: Marks) -> None:
    at_once(lambda number: marks.mark(HOUR, names(10 * number + 10), until=UNTIL))

    assert marks.marked(HOUR) == set(names(10 * CALLERS))


class TestInDynamoDB:
    def test_marks_expire_in_the_tables_ttl_attribute_and_checkpoints_never(self, kept: Kept) -> None:
        kept.marks.mark(HOUR, names(1), until=UNTIL)
        kept.marks.move_checkpoint("outbox", instant_text(NOON))

        assert sorted(kept.items(), key=lambda item: item["pk"]["S"]) == [
            {"pk": {"S": "C#outbox"}, "sk": {"S": "C"}, "at": {"S": instant_text(NOON)}},
            {"pk": {"S": f"P#{HOUR}"}, "sk": {"S": names(1)[0]}, "ttl": {"N": str(int(UNTIL.timestamp()))}},
        ]

    def test_an_hour_of_several_pages_is_read_whole(self, kept: Kept) -> None:
        kept.marks.mark(HOUR, names(60), until=UNTIL)
        pages: list[Any] = []
        paged = DynamoMarks(connection=_Paged(kept.connection, pages), table=kept.table)

        assert paged.marked(HOUR) == set(names(60))
        assert len(pages) > 3

    def test_no_batch_is_larger_than_dynamodb_takes(self, kept: Kept) -> None:
        sizes: list[int] = []
        counted = DynamoMarks(connection=_Counting(kept.connection, sizes), table=kept.table)

        counted.mark(HOUR, names(60), until=UNTIL)

        assert sizes == [25, 25, 10]

    def test_what_a_batch_leaves_unwritten_is_written_after_a_pause(self, kept: Kept) -> None:
        pauses: list[float] = []
        halving = DynamoMarks(connection=_Halving(kept.connection), table=kept.table, pause=pauses.append)

        halving.mark(HOUR, names(WRITES_MAX), until=UNTIL)

        assert halving.marked(HOUR) == set(names(WRITES_MAX))
        assert pauses == [0.05, 0.1, 0.2, 0.4]

    def test_a_table_that_takes_nothing_is_given_up_after_some_tries(self, kept: Kept) -> None:
        pauses: list[float] = []
        deaf = DynamoMarks(connection=_Deaf(kept.connection), table=kept.table, pause=pauses.append)

        with pytest.raises(Fault, match=kept.table):
            deaf.mark(HOUR, names(1), until=UNTIL)
        assert len(pauses) == BATCH_TRIES_MAX

    def test_a_fault_of_the_table_is_not_taken_for_a_later_checkpoint(self, kept: Kept) -> None:
        nowhere = DynamoMarks(connection=kept.connection, table="no-such-table")

        with pytest.raises(PutError, match="ResourceNotFoundException"):
            nowhere.move_checkpoint("outbox", instant_text(NOON))


class _Through(Connection):
    """The connection, but for the call that a subclass answers in its own way."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(region=REGION)
        self._tables = connection._tables
        self._through = connection.client

    @property
    def client(self) -> Any:
        return self._through


class _Paged(_Through):
    """Answers a query seventeen items at a time, as DynamoDB does after a megabyte."""

    def __init__(self, connection: Connection, pages: list[Any]) -> None:
        super().__init__(connection)
        self._pages = pages

    def query(self, table_name: str, hash_key: str, *_: Any, **asked: Any) -> Any:
        answer = super().query(table_name, hash_key, **{**asked, "limit": 17})
        self._pages.append(answer)
        return answer


class _Halving(_Through):
    """Writes the first half of every batch of more than one."""

    def batch_write_item(self, table_name: str, put_items: Any = None, *_: Any, **__: Any) -> Any:
        half = (len(put_items) + 1) // 2
        super().batch_write_item(table_name, put_items=put_items[:half])
        left = [{"PutRequest": {"Item": item}} for item in put_items[half:]]
        return {"UnprocessedItems": {table_name: left} if left else {}}


class _Counting(_Through):
    def __init__(self, connection: Connection, sizes: list[int]) -> None:
        super().__init__(connection)
        self._sizes = sizes

    def batch_write_item(self, table_name: str, put_items: Any = None, *_: Any, **__: Any) -> Any:
        self._sizes.append(len(put_items))
        return super().batch_write_item(table_name, put_items=put_items)


class _Deaf(_Through):
    def batch_write_item(self, table_name: str, put_items: Any = None, *_: Any, **__: Any) -> Any:
        return {"UnprocessedItems": {table_name: [{"PutRequest": {"Item": item}} for item in put_items]}}
