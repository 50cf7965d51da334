"""Two workers restored from one snapshot, as far as one machine can show it: two children of one process.

The process is initialised as Lambda does it (the hooks before the snapshot run), then forked twice; each child has the
parent's memory, the state of `random` included, runs the hooks after a restore, and says what it draws.
"""

import json
import os
import random
import socket
import sys
import traceback
import types
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

BEFORE: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
AFTER: list[Callable[..., object]] = []
FROZEN = datetime(2026, 11, 22, tzinfo=UTC)


def hooks() -> types.ModuleType:
    """The module that only the runtime of Lambda has, in the shape of its page (SnapStart runtime hooks for Python)."""
    made = types.ModuleType("snapshot_restore_py")
    made.register_before_snapshot = lambda hook, *given: BEFORE.append((hook, given))  # type: ignore[attr-defined]
    made.register_after_restore = AFTER.append  # type: ignore[attr-defined]
    return made


def refuse(*_: object) -> None:
    raise AssertionError("a connection is opened before the snapshot")


def drawn() -> dict[str, object]:
    from domain.ids import ulid  # noqa: PLC0415 - after the hooks are in place
    from functions.composition import bank  # noqa: PLC0415 - as above

    here = bank()
    return {
        "id": ulid(FROZEN, here._randomness),
        "token of a transaction": here.ledger_store.connection.client._token(),  # type: ignore[attr-defined]
        "nonce": here.sealer._random_bytes(12).hex(),
        "jitter of the ledger": here._randomness.random(),
        "jitter of libraries": random.random(),
    }


def child(state: object) -> dict[str, object]:
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            random.setstate(state)  # type: ignore[arg-type]  # Python seeds it again in a fork; a snapshot does not
            for hook in AFTER:
                hook()
            os.write(writer, json.dumps(drawn()).encode())
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            os._exit(0)  # a child ends here, and is no second parent
    os.close(writer)
    os.wait()
    with os.fdopen(reader, "rb") as said:
        found: dict[str, object] = json.load(said)
    return found


def main() -> None:
    sys.modules["snapshot_restore_py"] = hooks()
    connect, socket.socket.connect = socket.socket.connect, refuse  # type: ignore[method-assign]
    import functions.graphql.handler  # noqa: F401, PLC0415 - its hooks are what is tried

    for hook, given in reversed(BEFORE):
        hook(*given)
    socket.socket.connect = connect  # type: ignore[method-assign]
    state = random.getstate()
    json.dump([len(BEFORE), len(AFTER), child(state), child(state)], sys.stdout)


if __name__ == "__main__":
    main()
