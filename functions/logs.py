"""The structured log of a function. Made at its first line, because making it reads the environment."""

import traceback
from functools import cache
from typing import Final

from aws_lambda_powertools import Logger

FRAMES_LOGGED_MAX: Final = 8


@cache
def log(function: str) -> Logger:
    return Logger(service=function)


def log_fault(function: str, message: str, fault: Exception, **about: str) -> None:
    """Logs a fault by its type and place. Its text may hold anything, so it is left out."""
    frames = traceback.extract_tb(fault.__traceback__)[-FRAMES_LOGGED_MAX:]
    log(function).error(
        message,
        extra={
            **about,
            "fault": f"{type(fault).__module__}.{type(fault).__qualname__}",
            "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        },
    )
