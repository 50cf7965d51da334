"""One use case that writes: how the world is prepared, what is done, and who mends it.

`act` is what dies, and by default what comes again: the client with the same key, the stream or queue with the same
records. Where something else ends the work, `mend` says what.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from tests.crash.stage import Answer, Stage

DAY: Final = timedelta(days=1)
Row = tuple[str, ...]
Prepare = Callable[[Stage], dict[str, Any]]
"""Does what must be there first; the facts it found out go on."""


def nothing(_: Stage) -> dict[str, Any]:
    return {}


def as_it_is(row: Row) -> Row:
    return row


@dataclass(frozen=True)
class UseCase:
    name: str
    act: Callable[[Stage], Answer]
    prepare: Prepare = nothing
    after: tuple[Prepare, ...] = ()
    """What comes before that, done once for all use cases that begin alike."""
    mend: Callable[[Stage], Answer] | None = None
    mended_after: timedelta = timedelta(0)
    days_ago: int = 0
    """When it happens: today, or so long ago that its later days have come."""
    sweeps: bool = False
    """It runs every minute or day anyway: what it left for its next run is done by then."""
    comes_twice: bool = False
    """Who brings it may bring it again though it is done: then it changes nothing."""
    caller_leaves: bool = False
    """Whoever asked never comes back: then what was begun ends, and what was not begun is not."""
    alike: Callable[[Row], Row] = as_it_is
    """A row of what is left of payments, without what may be so or otherwise."""
    alike_forsaken: Callable[[Row], Row] = as_it_is
    """The same, where whoever asked never comes back. Of an empty row nothing is asked."""
    now: bool = False
    """It happens at the engine's own moment: what the folder books must lie in a minute that is open."""

    def recover(self, stage: Stage) -> Answer:
        if self.mend is None:
            return self.act(stage)
        stage.later(self.mended_after)
        return self.mend(stage)
