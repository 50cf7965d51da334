"""Lambda entry point of the hold sweeper, every minute: open holds that have expired are released."""

from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools import Logger

from functions.composition import bank

logger: Final = Logger(service="hold_expiry")


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    expired = bank().hold_expiry.sweep()
    logger.info("swept", extra={"released": expired.released, "refused": expired.refused})
