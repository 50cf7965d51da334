"""Lambda entry point of the daily root, every hour: closed days that have no root get one, signed and locked away.

A day that stays without one for hours raises, so that somebody is woken while the ledger still shows what it showed.
"""

from collections.abc import Mapping
from typing import Any

from functions.composition import bank
from functions.logs import log


class RootLate(Exception):
    """A day has been closed for hours and has no root: the folder lags, or the runs do not keep up."""


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    rooted = bank().daily_roots.make()
    last, waiting = (day.isoformat() if day else None for day in (rooted.last, rooted.waiting))
    log("daily_root").info("rooted", extra={"made": rooted.made, "last": last, "waiting": waiting})
    if rooted.late:
        raise RootLate(f"{waiting} has no root")
