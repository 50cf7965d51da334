"""The marks of what was published, in DynamoDB (table florin-published-<region>)."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from pynamodb.connection.base import Connection

from domain.ledger.model import Fault
from domain.tables_aws import Attribute, Table, encoded

WRITES_MAX: Final = 25
"""BatchWriteItem takes 25 items a call."""
BATCH_TRIES_MAX: Final = 5
QUERY_PAGES_MAX: Final = 10_000


class DynamoMarks:
    """pk `P#<hour>`, sk the journal; checkpoints pk `C#<name>`, sk `C`. Plain items: losing one costs a repetition."""

    def __init__(self, *, connection: Connection, table: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._connection = connection
        self._items = Table(connection, table)
        self._table = table
        self._pause = pause

    def mark(self, hour: str, journals: Sequence[str], *, until: datetime) -> None:
        ttl = int(until.timestamp())
        items = [
            encoded({"pk": f"P#{hour}", "sk": journal, "ttl": ttl})
            for journal in dict.fromkeys(journals)  # one batch may not name a key twice
        ]
        for start in range(0, len(items), WRITES_MAX):
            self._write(items[start : start + WRITES_MAX])

    def marked(self, hour: str) -> frozenset[str]:
        found: set[str] = set()
        start: Any = None
        for _ in range(QUERY_PAGES_MAX):
            answer = self._connection.query(self._table, f"P#{hour}", consistent_read=True, exclusive_start_key=start)
            found.update(item["sk"]["S"] for item in answer["Items"])
            start = answer.get("LastEvaluatedKey")
            if not start:
                return frozenset(found)
        raise Fault(f"hour {hour} has more marks than {QUERY_PAGES_MAX} pages hold")

    def checkpoint(self, name: str) -> str | None:
        found = self._items.get(f"C#{name}", "C")
        return str(found["at"]) if found else None

    def move_checkpoint(self, name: str, to: str) -> None:
        """Forward only; where a later sweep has come further, it stays there."""
        self._items.put_further({"pk": f"C#{name}", "sk": "C", "at": to}, attribute="at")

    def _write(self, items: list[dict[str, Attribute]]) -> None:
        for attempt in range(BATCH_TRIES_MAX):
            answer = self._connection.batch_write_item(self._table, put_items=items)
            left = answer.get("UnprocessedItems", {}).get(self._table, ())
            if not left:
                return
            items = [request["PutRequest"]["Item"] for request in left]
            self._pause(0.05 * 2**attempt)
        raise Fault(f"{self._table} left marks unwritten after {BATCH_TRIES_MAX} tries")
