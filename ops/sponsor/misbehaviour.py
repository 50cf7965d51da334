"""What the sponsor bank can do wrong, as a table: each is switched on for so many files, or until it is to behave."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """What a misbehaviour is counted by."""

    TAKEN = "taken"
    """Files of ours that it takes: what it answers is changed."""
    DELIVERED = "delivered"
    """Files that it delivers to us."""


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    name: str
    stage: Stage
    does: str
    takes: frozenset[str] = frozenset()
    """What may be said with it: code, seconds, batch, trace."""


_CODE, _BATCH, _TRACE, _SECONDS = "code", "batch", "trace", "seconds"

MISBEHAVIOURS: Final = {
    one.name: one
    for one in (
        Misbehaviour("reject-file", Stage.TAKEN, "Rejects the whole file.", frozenset({_CODE})),
        Misbehaviour(
            "reject-batch", Stage.TAKEN, "Rejects a batch, the first unless named.", frozenset({_CODE, _BATCH})
        ),
        Misbehaviour(
            "reject-entry", Stage.TAKEN, "Rejects an entry, the first unless named.", frozenset({_CODE, _TRACE})
        ),
        Misbehaviour("answer-twice", Stage.TAKEN, "Says its answer again in a second message."),
        Misbehaviour("repeat-message", Stage.TAKEN, "Delivers its message a second time under the same id."),
        Misbehaviour("answer-late", Stage.TAKEN, "Answers late.", frozenset({_SECONDS})),
        Misbehaviour("say-nothing", Stage.TAKEN, "Takes the file and never answers."),
        Misbehaviour("reorder", Stage.TAKEN, "Keeps its answer back until the answer to another file has gone."),
        Misbehaviour("bad-json", Stage.TAKEN, "Sends the beginning of its answer and no more."),
        Misbehaviour("unknown-kind", Stage.TAKEN, "Answers by a kind that nobody agreed on."),
        Misbehaviour("unknown-version", Stage.TAKEN, "Answers by a version that nobody agreed on."),
        Misbehaviour("wrong-signature", Stage.TAKEN, "Signs its answer with another secret."),
        Misbehaviour("wrong-sha", Stage.TAKEN, "Speaks of other bytes than it was sent."),
        Misbehaviour("deliver-twice", Stage.DELIVERED, "Delivers a file a second time under another name."),
        Misbehaviour("bad-entry", Stage.DELIVERED, "Delivers a file in which one entry has a wrong check digit."),
        Misbehaviour("truncated", Stage.DELIVERED, "Delivers a file that ends in the middle of a line."),
    )
}


class MisbehaviourUnknown(ValueError):
    """No misbehaviour of this name, or it takes no such detail."""


def known(name: str, details: frozenset[str] = frozenset()) -> Misbehaviour:
    if name not in MISBEHAVIOURS:
        raise MisbehaviourUnknown(
            f"the sponsor bank knows no misbehaviour {name!r}; it knows {', '.join(MISBEHAVIOURS)}"
        )
    found = MISBEHAVIOURS[name]
    if more := details - found.takes:
        raise MisbehaviourUnknown(f"{name} takes no {', '.join(sorted(more))}")
    return found
