"""Readiness before Lambda takes its snapshot of an initialised function (SnapStart), and newness after each restore.

What is made before the snapshot is made once for all workers that are restored from it: classes, the schema, clients
without connections. What must differ between two workers may not be among it. Ids, nonces and tokens are drawn from
the operating system when they are needed; the generator of the module `random`, from which libraries draw the jitter
of their retries, is seeded again here. The runtime of Lambda brings the hooks; elsewhere there are none, and nothing
is warmed.
"""

import gc
import random
from collections.abc import Callable


def warmed_before_snapshots(warm: Callable[[], object]) -> None:
    """Has `warm` run before a snapshot is taken. It must open no connection: none outlives the snapshot."""
    try:
        import snapshot_restore_py as hooks  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
    except ImportError:  # only the runtime of Lambda has it
        return
    hooks.register_before_snapshot(_settled, warm)
    hooks.register_after_restore(random.seed)


def _settled(warm: Callable[[], object]) -> None:
    """What is here after warming stays: a collection that looked at it again would copy its pages into each worker."""
    warm()
    gc.collect()
    gc.freeze()
