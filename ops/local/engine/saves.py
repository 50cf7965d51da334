"""Saves of the engine's whole state, each in a folder of its own, the good one named by a link.

MiniStack writes its state only at a graceful stop, one file per service, and goes on when one of them fails. Here a
save is taken between two requests, is complete or nothing, and becomes the current one by renaming a link: whatever
moment the process dies at, the next start finds one whole save.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TAKES_MAX = 20  # Background threads of the engine may change a table while it is read; then it is read again.
CURRENT = "current"

StateOf = Callable[[], Any]


class SaveFailed(Exception):
    """A service's state could not be copied or written."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The whole state at one moment; a later moment has a greater number."""

    number: int
    texts: dict[str, str]


class Saves:
    """The saves of one engine, under one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.busy = asyncio.Lock()
        self.writing = threading.Lock()  # A stop saves at once, also while a save of before is still being written.
        self.last_saved_at: float | None = None
        self.taken = 0
        self.written = 0

    def take_over(self, app: Any, persistence: Any) -> None:
        """Load from the current save, and save here when MiniStack thinks it writes its own files."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.app = app
        self.persistence = persistence
        persistence.STATE_DIR = str(self.folder / CURRENT)
        app.save_all = self.write_now

    async def save(self) -> dict[str, Any]:
        """Take the state between two requests, write it beside, make it the current save."""
        async with self.busy:
            began = time.monotonic()
            state = self.take()
            taken = time.monotonic()
            await asyncio.to_thread(self.write, state)
            return {
                "bytes": sum(map(len, state.texts.values())),
                "paused_seconds": round(taken - began, 3),
                "seconds": round(time.monotonic() - began, 3),
            }

    def write_now(self, _services: dict[str, StateOf]) -> None:
        """MiniStack's own save at a graceful stop."""
        self.write(self.take())

    def take(self) -> Taken:
        """Requests are handled on this thread, so between two of them the state is whole."""
        self.taken += 1
        getters: dict[str, StateOf] = self.app._build_persistence_save_dict()
        texts = {name: self.text_of(name, getter) for name, getter in getters.items()}
        return Taken(self.taken, {name: text for name, text in texts.items() if text is not None})

    def text_of(self, name: str, getter: StateOf) -> str | None:
        """The file of one service; nothing for a service that failed to load and so has nothing to say."""
        fault: RuntimeError | None = None
        for _ in range(TAKES_MAX):
            try:
                state = getter()
                if state is None:
                    return None
                document = {
                    "__ministack_format__": self.persistence._state_format_version(name),
                    "payload": state,
                }
                return json.dumps(document, default=self.persistence._json_default)
            except RuntimeError as changed:  # "dictionary changed size during iteration"
                fault = changed
                time.sleep(0.001)
            except (TypeError, ValueError) as unwritable:
                raise SaveFailed(f"{name}: {unwritable}") from unwritable
        raise SaveFailed(f"{name} changed {TAKES_MAX} times while it was taken") from fault

    def write(self, state: Taken) -> None:
        """One at a time, and never an older state over a newer one."""
        with self.writing:
            if state.number < self.written:
                return
            generation = self.folder / f"{time.time_ns():020d}"
            generation.mkdir()
            for name, text in state.texts.items():
                (generation / f"{name}.json").write_text(text, encoding="utf-8")
            self.carry_over(generation, state.texts)
            self.make_current(generation)
            self.last_saved_at = time.time()
            self.written = state.number

    def carry_over(self, generation: Path, texts: dict[str, str]) -> None:
        """A service that was not used since the start has nothing to say; what it last said stays true."""
        current = self.folder / CURRENT
        for path in current.glob("*.json"):
            if path.stem not in texts:
                shutil.copy2(path, generation / path.name)

    def make_current(self, generation: Path) -> None:
        link = self.folder / f"{CURRENT}.next"
        link.unlink(missing_ok=True)
        link.symlink_to(generation.name)
        os.replace(link, self.folder / CURRENT)
        for other in self.folder.iterdir():
            if other.is_dir() and not other.is_symlink() and other != generation:
                shutil.rmtree(other)
