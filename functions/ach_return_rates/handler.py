"""Lambda entry point of the schedule florin-ach-return-rates, every day: the return rates of whoever collects by ACH.

A rate at 80 % of what the network allows, or above, is a case and a measurement, which an alarm hears.
"""

from collections.abc import Mapping
from typing import Any

from domain.rails.ach.return_rates import RatesSeen
from functions.composition import bank
from functions.logs import log
from functions.metrics import RETURN_RATES_RAISED


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    seen = bank().return_rates.look()
    said(seen)
    log("ach_return_rates").info("looked", extra={"originators": seen.originators, "raised": len(seen.raised)})


def said(seen: RatesSeen) -> None:
    """None at all is measured too: an alarm that has no data says nothing."""
    if not seen.raised:
        RETURN_RATES_RAISED.measured(0)
    for rate in seen.raised:
        RETURN_RATES_RAISED.measured(
            1, customer=rate.customer, rate=rate.kind.value, level=rate.level.value, case=rate.case
        )
