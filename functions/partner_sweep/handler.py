"""Lambda entry point of the sweep of partners' deliveries, every minute: what was stored and not processed is put
into the queue again, and what staff replay is put there.
"""

from collections.abc import Mapping
from typing import Any

from functions.composition import bank
from functions.logs import log


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    swept = bank().partners.send_again()
    log("partner_sweep").info("swept", extra={"found": swept.found, "sent": swept.sent})
