"""Brings up the bank of a folder: the background process, the stack, and, once, the people and money of the seed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ops.local.bank import LocalBank
from ops.local.deploy import TEMPLATE, Place, deploy
from ops.local.engine_process import ROOT, ask_engine
from ops.local.parameters import ACH_WINDOW_SECONDS
from ops.local.running import FAILED, LOG_FILE, READY, read_phase, running_pid
from ops.sponsor.keeping import NOT_RUNNING, condition

SEEDED_FILE = "seeded.json"
START_MAX_SECONDS = 170.0  # The promise for a first start is three minutes.
POLL_SECONDS = 0.05
LOG_LINES_SHOWN = 20

Say = Callable[[str], None]


class StartFault(Exception):
    """The bank did not come up."""


def start_bank(
    folder: Path,
    *,
    regions: list[str],
    say: Say,
    template: Path = TEMPLATE,
    code: Path = ROOT,
    sponsor: bool = True,
    ach_window_seconds: int = ACH_WINDOW_SECONDS,
) -> LocalBank:
    """Start the background process and wait until it is ready. One that runs is brought up to date instead."""
    if running_pid(folder) is not None:
        if not sponsor and condition(folder, datetime.now(UTC)) != NOT_RUNNING:
            raise StartFault("the bank runs with its sponsor bank: stop it with `make down` first")
        return bring_up_to_date(
            folder, regions=regions, say=say, template=template, code=code, ach_window_seconds=ach_window_seconds
        )
    if not is_settled(folder):
        forget(folder)
    process = spawn(
        folder,
        regions=regions,
        template=template,
        code=code,
        sponsor=sponsor,
        ach_window_seconds=ach_window_seconds,
    )
    wait_until_ready(folder, say=say, ended=lambda: process.poll() is not None)
    return LocalBank.load(folder)


def bring_up_to_date(
    folder: Path, *, regions: list[str], say: Say, template: Path, code: Path, ach_window_seconds: int
) -> LocalBank:
    """Deploy what changed in the template onto the running bank."""
    wait_until_ready(folder, say=say, ended=lambda: running_pid(folder) is None)
    bank = LocalBank.load(folder)
    if list(bank.regions) != regions:
        raise StartFault(f"the bank runs with {', '.join(bank.regions)}: stop it with `make down` first")
    place = Place(
        folder=folder,
        engine_port=bank.engine_port,
        template=template,
        code=code,
        ach_window_seconds=ach_window_seconds,
    )
    bank = replace(bank, regions=deploy(place, regions=regions, say=say))
    bank.save()
    return bank


def is_settled(folder: Path) -> bool:
    """Whether what this bank holds is meant to stay: its seed finished, or was left out on purpose."""
    return (folder / SEEDED_FILE).exists()


def seeded_regions(folder: Path) -> list[str]:
    if not is_settled(folder):
        return []
    found: list[str] = json.loads((folder / SEEDED_FILE).read_text(encoding="utf-8"))
    return found


def mark_seeded(bank: LocalBank) -> None:
    settle(bank, regions=list(bank.regions))


def settle(bank: LocalBank, *, regions: list[str]) -> None:
    """The mark comes after the save: it must never speak of data that a kill could lose."""
    ask_engine(bank.engine_port, "save")
    (bank.folder / SEEDED_FILE).write_text(json.dumps(regions) + "\n", encoding="utf-8")


def forget(folder: Path) -> None:
    """Begin again with nothing. A bank whose seed did not finish does: half a history is worse than none."""
    for name in ("engine", "sponsor"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for name in ("deployed.json", "users.json", "phase.json", SEEDED_FILE):
        (folder / name).unlink(missing_ok=True)


def spawn(
    folder: Path, *, regions: list[str], template: Path, code: Path, sponsor: bool, ach_window_seconds: int
) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "phase.json").unlink(missing_ok=True)
    command = [sys.executable, "-P", "-m", "ops.local.keeper", "--folder", str(folder)]
    command += ["--regions", ",".join(regions), "--template", str(template), "--code", str(code)]
    command += ["--ach-window-seconds", str(ach_window_seconds)]
    command += [] if sponsor else ["--no-sponsor"]
    with (folder / LOG_FILE).open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # It outlives the terminal that started it.
        )


def wait_until_ready(folder: Path, *, say: Say, ended: Callable[[], bool]) -> None:
    """Pass on what the process says until it is ready, has failed or has ended."""
    deadline = time.monotonic() + START_MAX_SECONDS
    with (folder / LOG_FILE).open(encoding="utf-8", errors="replace") as log:
        while time.monotonic() < deadline:
            gone = ended()  # Asked first: what it wrote before its end is then all read below.
            phase = read_phase(folder)
            for line in log.readlines():
                say(line.rstrip())
            if phase is not None and phase.name == READY:
                return
            if phase is not None and phase.name == FAILED:
                raise StartFault(f"{phase.fault}\nThe whole story is in {folder / LOG_FILE}.")
            if gone:
                raise StartFault(f"the background process ended; see {folder / LOG_FILE}")
            time.sleep(POLL_SECONDS)
    raise StartFault(f"not ready after {START_MAX_SECONDS:.0f} s; see {folder / LOG_FILE}")
