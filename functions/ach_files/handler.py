"""Lambda entry point of the schedule florin-ach-files, each minute: windows that have been cut off become files, files
that somebody has to work on are worked on, and verifications that were begun and cut off are scheduled.

Files and verifications are taken one by one, files first: what keeps one from going on is logged and stops no other,
and the next minute tries again.
"""

from collections.abc import Mapping
from typing import Any

from functions.composition import bank
from functions.logs import log, log_fault


class WorkLeft(Exception):
    """Some files or verifications could not be worked on; the run fails, so that an alarm sees it."""


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    files = files_left()
    verifications = verifications_left()
    if files or verifications:
        left = [*files, *verifications]
        raise WorkLeft(f"{len(files)} files, {len(verifications)} verifications: {left[0]}")


def files_left() -> list[str]:
    """Cuts and works on files; those that raised."""
    outgoing = bank().ach.outgoing
    cut = outgoing.cut()
    if cut.files:
        log("ach_files").info("cut off", extra={"windows": cut.windows, "files": list(cut.files)})
    left = []
    for file in outgoing.due():
        try:
            worked = outgoing.work(file)
        except Exception as fault:  # noqa: BLE001  (the edge between files: logged, left for the next run)
            log_fault("ach_files", "a file was not worked on", fault, file=file)
            left.append(file)
        else:
            log("ach_files").info("worked on", extra={"file": file, "state": worked.state.value})
    return left


def verifications_left() -> list[str]:
    """Schedules verifications that were cut off before they were; the counterparties whose raised."""
    counterparties = bank().counterparties
    left = []
    for counterparty in counterparties.unsent():
        try:
            finished = counterparties.finish_verification(counterparty)
        except Exception as fault:  # noqa: BLE001  (the edge between verifications: as above)
            log_fault("ach_files", "a verification was not worked on", fault, counterparty=counterparty)
            left.append(counterparty)
        else:
            log("ach_files").info("worked on", extra={"counterparty": counterparty, "finished": finished})
    return left
