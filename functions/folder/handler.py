"""Lambda entry point of the folder, every minute: closed minutes become totals, batched credits reach their accounts.

A leg in a folded minute is a fault: it raises, alarms, and nothing is folded past it.
"""

from collections.abc import Mapping
from typing import Any

from functions.composition import bank
from functions.logs import log
from functions.metrics import FOLDER_LAG


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    this = bank()
    folder = this.folder
    folder.open_books()
    folded = folder.fold()
    FOLDER_LAG.measured((this.clock.now() - folded.up_to).total_seconds())
    moved = this.batched_credits.move()
    log("folder").info(
        "folded",
        extra={
            "shards": folded.shards,
            "totals": folded.totals,
            "minutes_moved": moved.minutes,
            "credits_returned": moved.returned,
            "credits_stuck": list(moved.stuck),
        },
    )
