"""What happens to a piece of work in its middle: its process dies before or after a write, or somebody else acts."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

WRITES: Final = (
    *("add", "append", "claim", "count", "forward", "join", "mark", "mend", "move", "post", "publish", "put"),
    *("replace", "resume", "schedule", "start", "take"),
)
READS: Final = frozenset({"counts", "scheduled"})
"""What reads, though its name begins like a write."""


class Died(BaseException):
    """The process is gone: nothing catches this."""


def writes(name: str) -> bool:
    """Whether a call of this name changes what others see. Dying at a reading is dying after the write before it."""
    return name.startswith(WRITES) and name not in READS


class Blow(StrEnum):
    NONE = "nothing"
    DEATH_BEFORE = "death before a write"
    DEATH_AFTER = "death after a write"
    RIVAL = "somebody else before a write"


@dataclass
class Fate:
    """Counts the writes that leave the process while a blow is awaited, and strikes once at one of them."""

    at: int = 0
    blow: Blow = Blow.NONE
    rival: Callable[[], None] = lambda: None
    calls: int = 0
    struck: bool = False

    def await_blow(self, blow: Blow, *, at: int, rival: Callable[[], None]) -> None:
        self.at, self.blow, self.rival, self.calls, self.struck = at, blow, rival, 0, False

    def sleep(self) -> None:
        self.blow = Blow.NONE

    def mortal(self, part: Any) -> Any:
        return _Mortal(part, self)

    def called(self, call: Callable[[], Any]) -> Any:
        if self.blow is Blow.NONE:
            return call()
        self.calls += 1
        if self.calls != self.at:
            return call()
        blow, self.blow, self.struck = self.blow, Blow.NONE, True
        if blow is Blow.RIVAL:
            self.rival()
            return call()
        if blow is Blow.DEATH_AFTER:
            call()
        raise Died


class _Mortal:
    """A part that is reached by calls, any of which may be the last."""

    def __init__(self, part: Any, fate: Fate) -> None:
        self._part = part
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if not callable(found) or not writes(name):
            return found
        return lambda *given, **named: self._fate.called(lambda: found(*given, **named))
