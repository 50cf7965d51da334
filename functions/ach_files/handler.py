"""Lambda entry point of the schedule florin-ach-files, each minute: windows that have been cut off become files, and
files that somebody has to work on are worked on.

Files are taken one by one: what keeps one from going on is logged and stops no other, and the next minute tries again.
"""

from collections.abc import Mapping
from typing import Any

from functions.composition import bank
from functions.logs import log, log_fault


class FilesLeft(Exception):
    """Some files could not be worked on; the run fails, so that an alarm sees it."""


def handler(event: Mapping[str, Any], context: object) -> None:  # noqa: ARG001  (Lambda passes two arguments)
    outgoing = bank().ach.outgoing
    cut = outgoing.cut()
    if cut.files:
        log("ach_files").info("cut off", extra={"windows": cut.windows, "files": list(cut.files)})
    failed = []
    for file in outgoing.due():
        try:
            worked = outgoing.work(file)
        except Exception as fault:  # noqa: BLE001  (the edge between files: logged, left for the next run)
            log_fault("ach_files", "a file was not worked on", fault, file=file)
            failed.append(file)
        else:
            log("ach_files").info("worked on", extra={"file": file, "state": worked.state.value})
    if failed:
        raise FilesLeft(f"{len(failed)} files: {failed[0]}")
