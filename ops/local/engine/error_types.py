"""Finds the class of an exception in the traceback that a function left in its log."""

from __future__ import annotations

import re

LAST_TRACEBACK = re.compile(r".*Traceback \(most recent call last\):\n(.*)", re.DOTALL)
EXCEPTION_LINE = re.compile(r"^(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)(?::|$)", re.MULTILINE)


def error_type_of(log: str) -> str | None:
    """The class of the exception that ends the last traceback of a log."""
    traceback = LAST_TRACEBACK.search(log)
    if traceback is None:
        return None
    named = EXCEPTION_LINE.search(traceback[1])
    return named[1] if named else None
