"""Lambda entry point of the outbox sweep, every minute: publishes what the stream lost."""

from collections.abc import Mapping
from typing import Any

from functions.composition import bank
from functions.logs import log
from functions.metrics import OUTBOX_LAG


class BusRefuses(Exception):
    """The bus refused events of closed minutes; the checkpoint stays before them and the next run tries again."""


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    this = bank()
    swept = this.outbox.sweep()
    extra = {"published": swept.published, "refused": swept.refused, "checkpoint": swept.checkpoint.isoformat()}
    log("outbox").info("swept", extra=extra)
    OUTBOX_LAG.measured((this.clock.now() - swept.checkpoint).total_seconds())
    if swept.refused:
        raise BusRefuses(f"{swept.refused} events")
