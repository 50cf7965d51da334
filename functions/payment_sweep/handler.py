"""Lambda entry point of the schedule florin-payment-sweep, each minute: payments that are overdue in their state are
looked at, and journeys that were lost begin anew.
"""

from collections.abc import Mapping
from typing import Any

from functions.composition import bank
from functions.logs import log


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    swept = bank().payments.sweep()
    log("payment_sweep").info(
        "swept",
        extra={
            "looked_at": swept.looked_at,
            "restarted": swept.restarted,
            "told_again": swept.told_again,
            "more": swept.more,
        },
    )
