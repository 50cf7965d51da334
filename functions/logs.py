"""The structured log of a function. Made at its first line, because making it reads the environment.

On AWS each line also carries the id of the request's trace, `xray_trace_id`.
"""

import traceback
from functools import cache
from typing import Final

from aws_lambda_powertools import Logger

from domain.ledger.model import Fault
from functions.metrics import FAULTS, LEDGER_FAULTS

FRAMES_LOGGED_MAX: Final = 8


@cache
def log(function: str) -> Logger:
    return Logger(service=function)


def log_fault(function: str, message: str, fault: Exception, **about: str) -> None:
    """Logs a fault by its type and place, and counts it. Its text may hold anything, so it is left out."""
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES_LOGGED_MAX:]
    log(function).error(
        message,
        extra={
            **about,
            "fault": f"{type(fault).__module__}.{type(fault).__qualname__}",
            "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        },
    )
    (LEDGER_FAULTS if isinstance(fault, Fault) else FAULTS).measured(1, function=function, **about)
