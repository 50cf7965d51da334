"""Lambda entry point of the hold sweeper, every minute: open holds that have expired are released."""

from collections.abc import Mapping
from typing import Any

from functions.composition import bank
from functions.logs import log
from functions.metrics import EXPIRED_HOLDS_LEFT


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    expired = bank().hold_expiry.sweep()
    log("hold_expiry").info("swept", extra={"released": expired.released, "refused": expired.refused})
    EXPIRED_HOLDS_LEFT.measured(expired.refused)
