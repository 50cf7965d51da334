"""Lambda entry point of the daily sweep: transfers that were due and missed are made, account openings that were cut
off are ended.
"""

from collections.abc import Mapping
from typing import Any

from domain.transfers.orders import ORDERS_PER_SWEEP_MAX, Ran
from functions.composition import bank
from functions.logs import log, log_fault


class LeftOver(Exception):
    """Not everything that was missed could be settled: the alarm is to ring, and the next sweep goes on."""


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    orders = bank().transfers.orders
    missed = orders.missed()
    left = [due.order for due in missed if not settled(due.order)]
    opened = bank().accounts.finish_openings()
    log("transfer_sweep").info("swept", extra={"missed": len(missed), "left": left, "opened": len(opened)})
    if left or len(missed) == ORDERS_PER_SWEEP_MAX:
        raise LeftOver(f"{len(left)} of {len(missed)} orders")


def settled(order: str) -> bool:
    """Runs one order; whatever is wrong with it must not hold up the others."""
    try:
        ran = bank().transfers.orders.run(order)
    except Exception as fault:  # noqa: BLE001  (the edge between orders: logged, and left for the next sweep)
        log_fault("transfer_sweep", "an order was not run", fault, order=order)
        return False
    return isinstance(ran, Ran) and ran.unsettled is None
