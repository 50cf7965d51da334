"""How many micro-entries a region sends and gets back in a day, watched as the rules ask (Nacha, subsection 2.7.5).

A micro-entry counts on its day of settlement, its return on the day it came, each once. A day on which as many went out
or came back as the bank expects in none is a case, once for each day and limit: somebody may be trying out accounts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.cases.kinds import CaseKind
from domain.cases.model import Subject
from domain.cases.service import Cases
from domain.clock import Clock
from domain.rails.ach.calendar import day_of
from domain.rails.ach.incoming_store import MICRO, IncomingStore
from domain.rails.ach.kinds import EntryKind
from domain.rails.ach.micro_entries import MicroVolume, micro_limit
from domain.rails.ach.model import Entry
from domain.rails.ach.rates import DayCount

DAYS_LOOKED_AT: Final = 3
"""Today and the two days before: a look that failed is made up for by the next."""
SUBJECT: Final = "ach_micro_entries"
FORWARD_KINDS: Final = frozenset({EntryKind.MICRO_CREDIT.value, EntryKind.MICRO_DEBIT.value})
"""What forward micro-entries are counted under; returns are counted under their codes."""


@dataclass(frozen=True, slots=True)
class RaisedVolume:
    """A day's count at its limit or above: what an alarm is raised with."""

    day: date
    volume: MicroVolume
    count: int
    limit: int
    case: str


class MicroVolumes:
    def __init__(self, *, store: IncomingStore, cases: Cases, clock: Clock, region: str) -> None:
        """`store` counts what is of `region` alone."""
        self._store = store
        self._cases = cases
        self._clock = clock
        self._region = region

    def sent(self, entry: Entry) -> None:
        """Counts a micro-entry that has settled. Said again, it is counted once."""
        self._store.count(MICRO, entry.effective_on, entry.kind.value, once=entry.id)

    def returned(self, entry: Entry, *, code: str) -> None:
        """Counts that it came back, on the day on which that was first said."""
        today = day_of(self._clock.now())
        day = date.fromisoformat(self._store.claim(f"micro-return:{entry.id}", today.isoformat()))
        self._store.count(MICRO, day, code, once=entry.id)

    def look(self) -> tuple[RaisedVolume, ...]:
        """Judges the last days."""
        today = day_of(self._clock.now())
        since = today - timedelta(days=DAYS_LOOKED_AT - 1)
        return tuple(found for day in self._store.counts(MICRO, since=since, through=today) for found in self._of(day))

    def _of(self, counted: DayCount) -> Iterator[RaisedVolume]:
        for volume, count in volumes(counted).items():
            limit = micro_limit(volume, counted.day)
            if limit is None or count < limit.a_day:
                continue
            case = self._cases.open(
                CaseKind.ACH_MICRO_ENTRY_VOLUME,
                Subject(SUBJECT, f"{self._region}.{counted.day.isoformat()}"),
                key=volume.value,
                facts={
                    "volume": volume.value,
                    "day": counted.day.isoformat(),
                    "count": str(count),
                    "limit": str(limit.a_day),
                    "region": self._region,
                },
            )
            yield RaisedVolume(counted.day, volume, count, limit.a_day, case.id)


def volumes(counted: DayCount) -> Mapping[MicroVolume, int]:
    """What was counted of micro-entries in a day, by whether it went out or came back."""
    forward = sum(number for what, number in counted.returns.items() if what in FORWARD_KINDS)
    return {
        MicroVolume.FORWARD: forward,
        MicroVolume.RETURNED: sum(counted.returns.values()) - forward,
    }
