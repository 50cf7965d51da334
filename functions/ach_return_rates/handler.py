"""Lambda entry point of the schedule florin-ach-return-rates, every day: the return rates of whoever collects by ACH,
and the volumes of the bank's own micro-entries.

A rate at 80 % of what the network allows, or a volume at the bank's own limit, or above, is a case and a measurement,
which an alarm hears.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.rails.ach.micro_volumes import RaisedVolume
from domain.rails.ach.return_rates import RaisedRate
from functions.composition import bank
from functions.logs import log
from functions.metrics import RETURN_RATES_RAISED


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    """What the network allows comes first, and is told before anything else can go wrong."""
    seen = bank().return_rates.look()
    tell_rates(seen.raised)
    volumes = bank().micro_volumes.look()
    tell_volumes(volumes)
    if not seen.raised and not volumes:
        RETURN_RATES_RAISED.measured(0)  # an alarm that has no data says nothing
    extra = {"originators": seen.originators, "raised": len(seen.raised), "volumes": len(volumes)}
    log("ach_return_rates").info("looked", extra=extra)


def tell_rates(raised: Sequence[RaisedRate]) -> None:
    for rate in raised:
        RETURN_RATES_RAISED.measured(
            1, customer=rate.customer, rate=rate.kind.value, level=rate.level.value, case=rate.case
        )


def tell_volumes(raised: Sequence[RaisedVolume]) -> None:
    for one in raised:
        about = {"volume": one.volume.value, "day": one.day.isoformat(), "case": one.case}
        RETURN_RATES_RAISED.measured(1, count=str(one.count), **about)
