"""Lambda entry point of the fraud history, every hour: the rows of closed hours become files.

Hours that stay without files raise, so that somebody is woken weeks before their rows leave the table.
"""

from collections.abc import Mapping
from typing import Any

from functions.composition import bank
from functions.logs import log


class HistoryLate(Exception):
    """Hours have been closed for long and lie in no file: a run that failed, or runs that do not keep up."""


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    bundled = bank().history_bundles.bundle()
    through = bundled.through.isoformat() if bundled.through else None
    extra = {"hours": bundled.hours, "files": bundled.files, "rows": bundled.rows, "through": through}
    log("fraud_history").info("bundled", extra=extra)
    if bundled.late:
        raise HistoryLate(f"nothing is bundled after {through}")
