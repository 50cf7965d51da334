"""What a run left of received files and the entries in them: how they stand, what must hold of them whenever nobody is
at work, and what a sweep has yet to do."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.clock import parse_instant
from domain.rails.ach.incoming_entries import UNFINISHED
from domain.rails.ach.incoming_files import LEFT_AFTER
from domain.rails.ach.incoming_kinds import (
    RECEIVED_EFFECTS,
    RECEIVED_FILES_ENDED,
    ReceivedFileState,
    ReceivedState,
)
from ops.verify.world import World
from tests.crash.place import ARRIVALS, NEIGHBOUR, Place
from tests.crash.table_rows import Item, rows

_ENTRY: Final = "entry:rce_"
_WORKED_ON: Final = frozenset(RECEIVED_EFFECTS) | UNFINISHED
_BEGUN_AGAIN: Final = re.compile(r"\.(sweep|replay)-.*")
_NUMBERS: Final = ("entries", "debit_minor", "credit_minor", "entries_bad", "replays", "kept_through", "findings_count")
_SAID: Final = ("state", "profile", "duplicate_of", "same_identity_as")
_OF_ENTRY: Final = (
    "state",
    "found",
    "home",
    "payment",
    "original",
    "return_code",
    "return_by",
    "reason",
    "asked_for",
    "answer",
    "change",
    "given_up",
)


# How it stands.


def summary(place: Place) -> Iterator[tuple[str, ...]]:
    """Every record by what it is and how it stands."""
    yield from map(_file, _files(place))
    yield from map(_entry, _entries(place))
    for item in place.items("ach"):
        kept, _, subject = item["pk"]["S"].partition("#")
        if kept in ("RK", "RN", "RD"):
            numbers = (item[name]["N"] for name in ("count",) if name in item)
            yield kept, subject, item["sk"]["S"], item.get("holder", {}).get("S", ""), *numbers
    for body in sorted(set(place.network.queued.get(f"{ARRIVALS}{NEIGHBOUR}", ()))):
        yield "handed over", body


def journey(name: str) -> str:
    """An execution's name without what it was begun again for: people and the sweep may both have done it."""
    return _BEGUN_AGAIN.sub(".again", name)


def _file(item: Item) -> tuple[str, ...]:
    there = (name for name in ("case", "due_at") if item.get(name))
    said = (str(item.get(name) or "") for name in (*_SAID, *_NUMBERS))
    return "received file", item["id"], *said, *there


def _entry(item: Item) -> tuple[str, ...]:
    there = (name for name in ("case", "due_at") if item.get(name))
    said = (str(item.get(name) or "") for name in _OF_ENTRY)
    journals = (f"{state} {journal}" for state, journal in sorted((item.get("journals") or {}).items()))
    return "received entry", item["id"], *said, *there, *journals


def _files(place: Place) -> list[Item]:
    return rows(place, "ach", "F", of="RF#")


def _entries(place: Place) -> list[Item]:
    return rows(place, "ach", "E", of="RE#")


# What must hold.


def faults(place: Place, world: World) -> Iterator[str]:
    """Money moves once for each entry, and somebody is at work on whatever is not done."""
    posted = _posted(world)
    entries = {item["id"]: item for item in _entries(place)}
    at_work = {item["id"] for item in _files(place) if ReceivedFileState(item["state"]) not in RECEIVED_FILES_ENDED}
    for entry, journals in posted.items():
        kinds = Counter(journals.values())
        yield from (f"{entry} has been moved twice by {kind}" for kind, count in kinds.items() if count > 1)
        if entry not in entries:
            yield f"{entry} has been moved and is not kept"
    for entry, item in entries.items():
        known = set(item.get("journals", {}).values())
        unknown = posted[entry].keys() - known
        if len(unknown) > (item["state"] in RECEIVED_EFFECTS):  # what is claimed is moved before it is said
            yield f"{entry} does not know of {[posted[entry][one] for one in unknown]}"
        if missing := known - posted[entry].keys():
            yield f"{entry} names journals that are not posted: {missing}"
        if item["state"] in _WORKED_ON and not _waits(item) and item["file"] not in at_work:
            yield f"{entry} is {item['state']}, and nobody is at work on it"


def _posted(world: World) -> defaultdict[str, dict[str, str]]:
    """The journals of each entry, with their kinds."""
    posted: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for journal in world.journals.values():
        for said in journal.evidence if journal.posted else ():
            if said.startswith(_ENTRY):
                posted[said.removeprefix("entry:")][journal.id] = journal.kind
    return posted


def _waits(item: Item) -> bool:
    """For a moment, or for the people who have its case."""
    return bool(item.get("due_at")) or (item["state"] == ReceivedState.PENDED and "case" in item)


# What is yet to be done.


def unattended(place: Place) -> list[datetime]:
    """When the sweep looks at each file that is due and of which no journey runs."""
    at_work = {name.partition(".")[0] for (_, name), status in place.executions().items() if status == "RUNNING"}
    return [
        parse_instant(item["due_at"]) + LEFT_AFTER
        for item in _files(place)
        if item.get("due_at") and item["id"] not in at_work
    ]


def due(place: Place) -> list[str]:
    """Entries that the sweep takes on now."""
    return [
        item["id"] for item in _entries(place) if item.get("due_at") and parse_instant(item["due_at"]) <= place.clock.at
    ]
