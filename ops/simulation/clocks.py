"""What time it is: the world's own time, which the stores see, and what each process believes."""

from datetime import datetime, timedelta
from typing import Final

RIGHT: Final = timedelta(0)
A_CALL: Final = timedelta(milliseconds=8)
"""A round trip to a store in the same region."""


class TrueTime:
    """Moves only when it is told to."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def pass_by(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


class ProcessClock:
    """A process's own clock: off by a little, or, after it fell back, by a lot."""

    def __init__(self, time: TrueTime) -> None:
        self._time = time
        self.off_by = RIGHT

    def now(self) -> datetime:
        return self._time.instant + self.off_by
