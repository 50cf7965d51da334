"""Ends the warm processes of all functions, so that the next call starts on the code as it is now.

An idle process ends at once. A busy one first leaves the pool, so that no new call reaches it, and ends when its call
has been answered: nobody meets a dying process.
"""

from __future__ import annotations

import time
from typing import Any

from ministack.core import lambda_runtime

BUSY_MAX_SECONDS = 60.0  # No function of ours may run longer.
POLL_SECONDS = 0.02


def retire_workers() -> int:
    """How many processes ended; returns when none of the old ones is left."""
    with lambda_runtime._lock:
        leaving = [worker for pool in lambda_runtime._workers.values() for worker in pool]
        lambda_runtime._workers.clear()
    deadline = time.monotonic() + BUSY_MAX_SECONDS
    waiting = leaving
    while waiting and time.monotonic() < deadline:
        still_busy = [worker for worker in waiting if busy(worker)]
        lambda_runtime.kill_workers([worker for worker in waiting if worker not in still_busy])
        waiting = still_busy
        if waiting:
            time.sleep(POLL_SECONDS)
    lambda_runtime.kill_workers(waiting)
    return len(leaving)


def busy(worker: Any) -> bool:
    with lambda_runtime._lock:
        return bool(worker.in_use)
