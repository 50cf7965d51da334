"""Runs MiniStack on one loopback port until it is asked to stop, or until its keeper is gone.

Started by `ops.local.engine_process`, with the Python of `.venv/engine`. All that MiniStack reads from the
environment is set there; what is ours comes as arguments.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
from importlib.metadata import version
from pathlib import Path

from ops.local.engine.saves import SaveFailed, Saves

VERSION_EXPECTED = "1.5.33"
KEEPER_CHECK_SECONDS = 1.0


def main() -> None:
    arguments = parse()
    found = version("ministack")
    if found != VERSION_EXPECTED:
        raise SystemExit(f"this launcher mends MiniStack {VERSION_EXPECTED}; {found} is installed")
    # Functions inherit this environment; the path of the launcher is no business of theirs.
    os.environ.pop("PYTHONPATH", None)
    asyncio.run(run(arguments))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="engine")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--keeper", type=int, default=0, help="stop when this process is no longer the parent")
    parser.add_argument("--save-seconds", type=float, default=0, help="0 saves only when asked and at the end")
    parser.add_argument("--plain", action="store_true", help="leave MiniStack as it is")
    return parser.parse_args()


async def run(arguments: argparse.Namespace) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app as ministack_app
    from ministack.core import hypercorn_compat, lambda_runtime, persistence

    from ops.local.engine.control import Door
    from ops.local.engine.patches import apply_patches

    hypercorn_compat.install()
    if not arguments.plain:
        apply_patches()
    save = None
    if persistence.PERSIST_STATE:
        save = Saves(Path(persistence.STATE_DIR) / "saves")
        save.take_over(ministack_app, persistence)

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    chores = [asyncio.create_task(watch_keeper(arguments.keeper, stopping))]
    if save is not None and arguments.save_seconds:
        chores.append(asyncio.create_task(save_every(save, seconds=arguments.save_seconds)))

    config = Config()
    config.bind = [f"127.0.0.1:{arguments.port}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    try:
        await serve(Door(ministack_app.app, saves=save), config, shutdown_trigger=stopping.wait)
    finally:
        for chore in chores:
            chore.cancel()
        lambda_runtime.reset()


async def watch_keeper(keeper: int, stopping: asyncio.Event) -> None:
    """An engine whose keeper died would hold its port for ever; so it stops, and saves, by itself."""
    while keeper and os.getppid() == keeper:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), KEEPER_CHECK_SECONDS)
            return
    if keeper:
        stopping.set()


async def save_every(save: Saves, *, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await save.save()
        except SaveFailed:
            logging.getLogger("florin").exception("the state was not saved; the last save stays")


if __name__ == "__main__":
    main()
