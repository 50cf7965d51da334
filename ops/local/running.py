"""Who runs the bank of a folder. The running process holds a lock, so a stale file or a reused pid deceives nobody."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

LOCK_FILE = "florin.lock"
PHASE_FILE = "phase.json"
LOG_FILE = "florin.log"
STOP_MAX_SECONDS = 40.0
POLL_SECONDS = 0.05

STARTING, READY, FAILED = "starting", "ready", "failed"


class AlreadyRunning(Exception):
    """Another process looks after the bank of this folder."""


@dataclass(frozen=True, slots=True)
class Phase:
    """How far the running process has come."""

    pid: int
    name: str
    fault: str = ""


def take_lock(folder: Path) -> IO[str]:
    """The lock of the folder, held for as long as the answer is open."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / LOCK_FILE).open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        file.close()
        raise AlreadyRunning(f"the bank in {folder} runs already") from held
    file.seek(0)
    file.truncate()
    file.write(str(os.getpid()))
    file.flush()
    return file


def running_pid(folder: Path) -> int | None:
    """The process that looks after this folder, if one does."""
    path = folder / LOCK_FILE
    if not path.exists():
        return None
    with path.open("r+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read().strip()
            return int(text) if text else None
        return None


def write_phase(folder: Path, phase: Phase) -> None:
    aside = folder / f"{PHASE_FILE}.tmp"
    aside.write_text(json.dumps(asdict(phase)) + "\n", encoding="utf-8")
    os.replace(aside, folder / PHASE_FILE)


def read_phase(folder: Path) -> Phase | None:
    path = folder / PHASE_FILE
    return Phase(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def stop_running(folder: Path) -> bool:
    """Ask the running process to stop, and wait until it has. False when none ran."""
    pid = running_pid(folder)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_MAX_SECONDS
    while running_pid(folder) == pid:
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} did not stop in {STOP_MAX_SECONDS:.0f} s; see {folder / LOG_FILE}")
        time.sleep(POLL_SECONDS)
    return True
