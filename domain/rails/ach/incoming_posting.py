"""Rounds over the entries of a received file: each is worked on its day, and those of other regions are given to them.

A piece of work ends after so many entries and says that more is due; whoever begins it again goes on from the line it
came to. A round is made again until every entry has come through.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.rails.ach.incoming_entries import Parts, ReceivedEntries
from domain.rails.ach.incoming_file_records import Changes, ReceivedFileRecords
from domain.rails.ach.incoming_kinds import ReceivedFileEvent, ReceivedState
from domain.rails.ach.incoming_model import LINES_MAX, Handoff, ReceivedEntry, ReceivedFile
from domain.rails.ach.incoming_ports import Forwarder
from domain.unsettled import Unsettled

WORKED_AT_ONCE_MAX: Final = 400
"""Entries that one piece of work posts: half a minute of a function, with a dozen calls for each. A file of 100,000
entries is kept and posted in three hundred pieces, fewer than the rounds of its state machine."""
HANDED_OVER_AT_ONCE_MAX: Final = LINES_MAX
"""Entries that one piece of work gives to other regions: a message each, and two calls for each entry."""
PAGE: Final = 100
AGAIN: Final = timedelta(minutes=1)
"""When a file of which an entry could not be ended now is taken up again."""


class Posting:
    def __init__(
        self, parts: Parts, *, records: ReceivedFileRecords, entries: ReceivedEntries, forwarder: Forwarder
    ) -> None:
        self._store = parts.store
        self._clock = parts.clock
        self._region = parts.region
        self._records = records
        self._entries = entries
        self._forwarder = forwarder

    def worked(self, file: ReceivedFile) -> ReceivedFile:
        """One round over the entries, as far as this piece of work goes."""
        worked, after, waits_until = 0, file.worked_through, file.waits_until
        away: list[ReceivedEntry] = []
        while True:
            page = self._store.received_entries(file.id, after=after, limit=PAGE)
            ours = [one for one in page.entries if not self._is_elsewhere(one)]
            away += [one for one in page.entries if self._goes_elsewhere(one)]
            waits_until = _earliest(waits_until, self._page_worked(ours))
            worked += len(ours)
            if page.after is None:
                break
            after = page.after
            if worked >= WORKED_AT_ONCE_MAX or len(away) >= HANDED_OVER_AT_ONCE_MAX:
                return self._stopped(file, after, _earliest(waits_until, self._handed_over(file, away)))
        waits_until = _earliest(waits_until, self._handed_over(file, away))
        if waits_until is None:
            return self._round_ended(file, lambda found: self._records.along(found, ReceivedFileEvent.FINISHED))
        again = waits_until
        return self._round_ended(file, lambda found: replace(_from_the_top(found), due_at=again))

    def _stopped(self, file: ReceivedFile, through: int, waits_until: datetime | None) -> ReceivedFile:
        """The next piece of work goes on from this line."""
        now = self._clock.now()
        return self._round_ended(
            file, lambda found: replace(found, worked_through=through, waits_until=waits_until, due_at=now)
        )

    def _round_ended(self, file: ReceivedFile, change: Changes) -> ReceivedFile:
        """Of the file as this round began with it. Whoever wrote it meanwhile, because more of it came or the same
        round was made by another, has said where the next one begins."""

        def end(stored: ReceivedFile) -> ReceivedFile:
            return change(stored) if stored.version == file.version else stored

        return self._records.written(file, end)

    def _page_worked(self, entries: Sequence[ReceivedEntry]) -> datetime | None:
        """When the earliest of those that wait is due; None when none waits."""
        waits_until: datetime | None = None
        for entry in entries:
            try:
                worked = self._entries.work(entry)
            except Unsettled:
                waits_until = _earliest(waits_until, self._clock.now() + AGAIN)
                continue
            if worked.state is ReceivedState.RECEIVED:
                later = max(worked.posts_at, worked.due_at or worked.posts_at)
                waits_until = _earliest(waits_until, later)
        return waits_until

    def _is_elsewhere(self, entry: ReceivedEntry) -> bool:
        return entry.home is not None and entry.home != self._region

    def _goes_elsewhere(self, entry: ReceivedEntry) -> bool:
        return self._is_elsewhere(entry) and entry.state is ReceivedState.RECEIVED

    def _handed_over(self, file: ReceivedFile, entries: Sequence[ReceivedEntry]) -> datetime | None:
        """To the region each belongs to, which takes it once however often it is told; then it is none of ours. The
        answer is when to do it again, if that is to be."""
        waits_until: datetime | None = None
        for region in sorted({entry.home for entry in entries if entry.home}):
            theirs = [entry for entry in entries if entry.home == region]
            for at in range(0, len(theirs), LINES_MAX):
                some = theirs[at : at + LINES_MAX]
                self._forwarder.forward(region, _handoff(file, [entry.line for entry in some]))
                for entry in some:
                    try:
                        self._entries.forwarded(entry)
                    except Unsettled:
                        waits_until = self._clock.now() + AGAIN
        return waits_until


def _from_the_top(file: ReceivedFile) -> ReceivedFile:
    """The next round over its entries begins with the first."""
    return replace(file, worked_through=0, waits_until=None)


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _handoff(file: ReceivedFile, lines: Sequence[int]) -> Handoff:
    return Handoff(
        file=file.id,
        name=file.name,
        region=file.region,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        profile=file.profile,
        received_at=file.received_at,
        created_on=file.created_on,
        lines=tuple(lines),
    )
