"""The messages of a queue are taken one by one: whatever is wrong with one holds up no other.

A message that failed comes back; what was tried as often as the queue tries ends in its dead-letter queue.
"""

from collections.abc import Callable, Mapping
from typing import Any

from functions.logs import log_fault


class NoneTaken(Exception):
    """Every message of a batch failed. They all come back, as they would by their names; but of this Lambda counts an
    error, and an alarm hears of it: something is wrong with more than a message.
    """


def one_by_one(
    event: Mapping[str, Any], take: Callable[[str], None], *, function: str, complaint: str
) -> dict[str, Any]:
    """`take` is given the body of each message. Answers which are to come back; `complaint` stands in the log."""
    failed = []
    for record in event["Records"]:
        try:
            take(record["body"])
        except Exception as fault:  # noqa: BLE001  (the edge between messages: logged, kept and tried again)
            log_fault(function, complaint, fault, message_id=record["messageId"])
            failed.append({"itemIdentifier": record["messageId"]})
    if failed and len(failed) == len(event["Records"]):
        raise NoneTaken(f"{len(failed)} messages of {function}")
    return {"batchItemFailures": failed}
