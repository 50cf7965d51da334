"""What the sponsor bank remembers: plain data, written as JSON, so that a restart finds it as it was.

Nothing personal is in it but the text of files on their way to us, which is dropped once they are there.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Final

FORMAT: Final = 1
"""Of the file. What another version wrote is not read: the bank begins anew and takes what lies in the bucket."""


@dataclass(slots=True, kw_only=True)
class TakenEntry:
    """An entry of a file of ours."""

    batch: int
    amount_minor: int
    credit: bool
    state: str = "OPEN"
    """OPEN, REJECTED, SETTLED or RETURNED; a prenote is settled with nothing."""
    code: str | None = None
    effective_on: str | None = None
    """ISO date; None where the batch has none that can be read."""


@dataclass(slots=True, kw_only=True)
class TakenFile:
    """A file of ours, as the bank read it."""

    name: str
    region: str
    sha256: str
    taken_at: str
    taken_on: str
    """The day in New York: trace numbers are counted by it."""
    identity: str | None = None
    """Origin, creation date and time and File ID Modifier of the header; None when it could not be read."""
    state: str = "TAKEN"
    """TAKEN (every entry but those rejected goes on) or REJECTED."""
    entries_and_addenda: int = 0
    debit_minor: int = 0
    credit_minor: int = 0
    entries: dict[str, TakenEntry] = field(default_factory=dict)
    """By trace number, those that have one of their own."""
    answers: list[str] = field(default_factory=list)
    """Messages about it, by id."""


@dataclass(slots=True, kw_only=True)
class Message:
    """A webhook that is to be delivered, or was."""

    id: str
    region: str
    kind: str
    """As it stands in the address."""
    body: str
    due_at: str
    file: str
    state: str = "WAITING"
    """WAITING, HELD (until another message has gone), DELIVERED or GIVEN_UP."""
    tries: int = 0
    said: str = ""
    """What the last try came to."""
    forged: bool = False
    """Signed with another secret."""
    repeats: int = 0
    """How often it is delivered again under its id, after it was taken."""


@dataclass(slots=True, kw_only=True)
class InboundFile:
    """A file for us on its way to the bucket."""

    name: str
    region: str
    text: str | None
    """None once it is there."""
    made_at: str
    entries: int
    debit_minor: int
    credit_minor: int


@dataclass(slots=True, kw_only=True)
class Switch:
    """A misbehaviour that is on."""

    name: str
    times: int | None
    """For how many files still; None: for every file."""
    code: str | None = None
    seconds: int | None = None
    batch: int | None = None
    trace: str | None = None


@dataclass(slots=True, kw_only=True)
class Movement:
    """A line of the statement: what one file moved on our account at the sponsor bank, on one day."""

    day: str
    region: str
    file: str
    what: str
    """SETTLEMENT of a file of ours, TAKEN_BACK of what was rejected after that, or RECEIPT of a file for us."""
    debit_minor: int
    """Taken from our account: credits that we originated, debits and returns that came in."""
    credit_minor: int
    entries: int


@dataclass(slots=True, kw_only=True)
class State:
    format: int = FORMAT
    files: dict[str, TakenFile] = field(default_factory=dict)
    """By name."""
    messages: dict[str, Message] = field(default_factory=dict)
    """By id, the latest."""
    inbound: dict[str, InboundFile] = field(default_factory=dict)
    switches: list[Switch] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """Counters: trace numbers, file numbers."""


class StateUnreadable(ValueError):
    """The text is no state of this version."""


def dumped(state: State) -> str:
    return json.dumps(asdict(state), separators=(",", ":")) + "\n"


def loaded(text: str) -> State:
    try:
        found: dict[str, Any] = json.loads(text)
        if found.get("format") != FORMAT:
            raise StateUnreadable(f"the state of the sponsor bank is of format {found.get('format')}, not {FORMAT}")
        for file in found["files"].values():
            file["entries"] = {trace: TakenEntry(**entry) for trace, entry in file["entries"].items()}
        return State(
            files={name: TakenFile(**file) for name, file in found.pop("files").items()},
            messages={name: Message(**message) for name, message in found.pop("messages").items()},
            inbound={name: InboundFile(**file) for name, file in found.pop("inbound").items()},
            switches=[Switch(**switch) for switch in found.pop("switches")],
            movements=[Movement(**movement) for movement in found.pop("movements")],
            **found,
        )
    except (AttributeError, KeyError, TypeError, json.JSONDecodeError) as fault:
        raise StateUnreadable(f"the state of the sponsor bank cannot be read: {type(fault).__name__}") from fault
