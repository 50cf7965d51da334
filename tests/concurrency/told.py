"""What a writer was told, as it crosses from process to process: one JSON line an operation."""

import json
from dataclasses import asdict, dataclass, field
from typing import Final

from domain.ledger.model import State

POSTED: Final = "posted"
READ: Final = "read"
"""A reading of heads: nothing was asked to change."""
HUNG_UP: Final = "hung up"
"""The caller left before the answer: it may or may not have been done."""
INDEFINITE: Final = frozenset({HUNG_UP, "OUTCOME_UNKNOWN", "TRY_AGAIN"})


@dataclass(frozen=True, slots=True)
class Seen:
    """One account's state as an answer told it."""

    account: str
    seq: int
    posted_minor: int
    held_minor: int
    available_minor: int
    status: str
    hash: str


@dataclass(frozen=True, slots=True)
class Told:
    """One answer. `outcome` is POSTED, READ, HUNG_UP or the code of a refusal; times are the machine's monotonic."""

    key: str
    account: str
    scope: str
    kind: str
    outcome: str
    journal: str | None
    began: float
    ended: float
    seen: tuple[Seen, ...] = field(default=())

    def line(self) -> str:
        return json.dumps(asdict(self))


def seen(state: State) -> Seen:
    return Seen(
        account=state.account,
        seq=state.position.seq,
        posted_minor=state.posted_minor,
        held_minor=state.held_minor,
        available_minor=state.available_minor,
        status=state.status.value,
        hash=state.hash.hex(),
    )


def told_of(line: str) -> Told:
    said = json.loads(line)
    return Told(**{**said, "seen": tuple(Seen(**state) for state in said["seen"])})
