"""Where the sponsor bank of a local bank keeps its state: one file in the bank's folder, and a lock around it.

The process that runs it and the commands that order something take turns; each reads what the other left.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from ops.sponsor.bank import SponsorBank
from ops.sponsor.state import State, dumped, loaded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER: Final = "sponsor"
STATE_FILE: Final = "state.json"
LOCK_FILE: Final = "state.lock"
LIFE_FILE: Final = "life.json"
NOT_RUNNING: Final = "not running"
SILENCE_MAX: Final = timedelta(seconds=30)
"""A process that has not made a turn for so long is not running: a turn takes a second, one of many messages some."""


@contextmanager
def opened(folder: Path) -> Iterator[SponsorBank]:
    """The sponsor bank of this folder, for as long as nobody else has it. What is done to it is kept when all went
    well, and not at all otherwise."""
    home = folder / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK_FILE).open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = _read(home / STATE_FILE)
        bank = SponsorBank(loaded(before) if before else State(), randomness=random.SystemRandom())
        yield bank
        after = dumped(bank.state)
        if after != before:
            _write(home / STATE_FILE, after)


def seen(folder: Path) -> State:
    """Its state as it was last kept. No lock: the file is always whole."""
    text = _read(folder / FOLDER / STATE_FILE)
    return loaded(text) if text else State()


@dataclass(frozen=True, slots=True)
class Life:
    """The last sign of the process that runs it."""

    at: str
    fault: str = ""


def sign(folder: Path, life: Life) -> None:
    home = folder / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    _write(home / LIFE_FILE, json.dumps(asdict(life)) + "\n")


def gone(folder: Path) -> None:
    """No process runs it any more, or yet."""
    (folder / FOLDER / LIFE_FILE).unlink(missing_ok=True)


def condition(folder: Path, now: datetime) -> str:
    """`running`, `NOT_RUNNING`, or what is wrong."""
    text = _read(folder / FOLDER / LIFE_FILE)
    if not text:
        return NOT_RUNNING
    life = Life(**json.loads(text))
    if now - datetime.fromisoformat(life.at) > SILENCE_MAX:
        return NOT_RUNNING
    return life.fault or "running"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str) -> None:
    """Beside itself and renamed, so that a reader never sees half of it. Names and account numbers of files on their
    way may be in it, so it is readable by this account alone."""
    aside = path.with_suffix(".tmp")
    aside.touch(mode=0o600)
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, path)
