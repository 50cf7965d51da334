"""Lambda entry point of received ACH files: a step of a file's journey, or, each minute, what no journey works.

What is due by itself is taken one by one: what keeps one from going on is logged and stops no other, and the next
minute tries again.
"""

from collections.abc import Mapping
from typing import Any

from functions.composition import bank
from functions.logs import log, log_fault
from functions.stepping import stepped


class EntriesLeft(Exception):
    """Some entries could not be worked; the run fails, so that an alarm sees it."""


def handler(event: Mapping[str, Any], context: object) -> dict[str, str | None] | None:  # noqa: ARG001  (Lambda passes two)
    if "step" in event:
        step, file = event["step"], event["file"]
        about = {"step": step, "file": file, "execution": event["execution"]}
        return stepped("ach_inbound", lambda: bank().incoming.steps.run(step, file=file), **about)
    sweep()
    return None


def sweep() -> None:
    incoming = bank().incoming
    files = incoming.files.swept()
    if files:
        log("ach_inbound").warning("began again", extra={"files": list(files)})
    entries, failed = incoming.due_entries(), []
    for entry in entries:
        try:
            incoming.work_entry(entry)
        except Exception as fault:  # noqa: BLE001  (the edge between entries: logged, left for the next run)
            log_fault("ach_inbound", "an entry was not worked", fault, entry=entry)
            failed.append(entry)
    log("ach_inbound").info("swept", extra={"files": len(files), "entries": len(entries), "failed": len(failed)})
    if failed:
        raise EntriesLeft(f"{len(failed)} entries: {failed[0]}")
