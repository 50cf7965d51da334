"""The bus as Amazon EventBridge, and the marks in DynamoDB (table florin-published-<region>)."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from domain.ledger.events import SOURCE, LedgerEvent
from domain.ledger.model import Fault

ENTRIES_MAX: Final = 10
"""PutEvents takes ten entries a call."""
ENTRY_BYTES_MAX: Final = 256 * 1024
WRITES_MAX: Final = 25
"""BatchWriteItem takes 25 items a call."""
BATCH_TRIES_MAX: Final = 5
QUERY_PAGES_MAX: Final = 10_000


class EventsClient(Protocol):
    """The part of boto3's `events` client that is used."""

    def put_events(self, *, Entries: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]: ...  # noqa: N803  (AWS's name)


class EventBridgeBus:
    def __init__(self, *, client: Callable[[], EventsClient], bus: str) -> None:
        self._client = client
        self._bus = bus

    def publish(self, events: Sequence[LedgerEvent]) -> tuple[bool, ...]:
        accepted: list[bool] = []
        for start in range(0, len(events), ENTRIES_MAX):
            entries = [self._entry(event) for event in events[start : start + ENTRIES_MAX]]
            answer = self._client().put_events(Entries=entries)
            accepted += ["ErrorCode" not in entry for entry in answer["Entries"]]
        return tuple(accepted)

    def _entry(self, event: LedgerEvent) -> dict[str, str]:
        detail = event.model_dump_json()
        if len(detail.encode()) > ENTRY_BYTES_MAX:
            raise Fault(f"the event of {event.journal} is longer than {ENTRY_BYTES_MAX} bytes")
        return {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": type(event).__name__,
            "Detail": detail,
        }


class DynamoMarks:
    """pk `P#<hour>`, sk the journal; checkpoints pk `C#<name>`, sk `C`. Plain items: losing one costs a repetition."""

    def __init__(self, *, client: Callable[[], Any], table: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._table = table
        self._pause = pause

    def mark(self, hour: str, journals: Sequence[str], *, until: datetime) -> None:
        ttl = {"N": str(int(until.timestamp()))}
        puts = [
            {"PutRequest": {"Item": {"pk": {"S": f"P#{hour}"}, "sk": {"S": journal}, "ttl": ttl}}}
            for journal in dict.fromkeys(journals)  # one batch may not name a key twice
        ]
        for start in range(0, len(puts), WRITES_MAX):
            self._write({self._table: puts[start : start + WRITES_MAX]})

    def marked(self, hour: str) -> frozenset[str]:
        found: set[str] = set()
        start: dict[str, Any] = {}
        for _ in range(QUERY_PAGES_MAX):
            answer = self._client().query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"P#{hour}"}},
                ProjectionExpression="sk",
                ConsistentRead=True,
                **start,
            )
            found.update(item["sk"]["S"] for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return frozenset(found)
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
        raise Fault(f"hour {hour} has more marks than {QUERY_PAGES_MAX} pages hold")

    def checkpoint(self, name: str) -> str | None:
        answer = self._client().get_item(TableName=self._table, Key=_checkpoint_key(name), ConsistentRead=True)
        return answer["Item"]["at"]["S"] if "Item" in answer else None

    def move_checkpoint(self, name: str, to: str) -> None:
        client = self._client()
        try:
            client.put_item(
                TableName=self._table,
                Item={**_checkpoint_key(name), "at": {"S": to}},
                ConditionExpression="attribute_not_exists(pk) OR #at < :to",
                ExpressionAttributeNames={"#at": "at"},
                ExpressionAttributeValues={":to": {"S": to}},
            )
        except client.exceptions.ConditionalCheckFailedException:
            return  # a later sweep has come further

    def _write(self, requests: dict[str, Any]) -> None:
        for attempt in range(BATCH_TRIES_MAX):
            requests = self._client().batch_write_item(RequestItems=requests).get("UnprocessedItems") or {}
            if not requests:
                return
            self._pause(0.05 * 2**attempt)
        raise Fault(f"{self._table} left marks unwritten after {BATCH_TRIES_MAX} tries")


def _checkpoint_key(name: str) -> dict[str, Any]:
    return {"pk": {"S": f"C#{name}"}, "sk": {"S": "C"}}
