"""How a file of ours comes about: entries join it, their money is taken, its text is composed, and it is sent."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from domain.clock import Clock
from domain.payments.model import BANK
from domain.rails.ach import ranges
from domain.rails.ach.calendar import day_of, wall_time_of
from domain.rails.ach.composing import Composed, Part, composed
from domain.rails.ach.exchange import OUTBOUND, Exchange
from domain.rails.ach.kinds import VERIFICATIONS, EntryKind, EntryState, FileEvent, FileState
from domain.rails.ach.model import BATCHES_KEPT_MAX, AchFile, Entry, Scheduled
from domain.rails.ach.nacha.building import FileUnwritable
from domain.rails.ach.origins import Draft, Origins, Unreadable
from domain.rails.ach.outgoing_records import PAGE, FileMissing, OutgoingRecords
from domain.rails.ach.outgoing_rejections import Rejections
from domain.rails.ach.outgoing_room import Room
from domain.rails.ach.sponsors import sponsor_on
from domain.rails.ach.store import AchStore
from domain.rails.ach.timetable import Timetable


class NumbersExhausted(Exception):
    """A region has used up its File ID Modifiers of the day. The file waits for the next day."""


class Building:
    def __init__(
        self,
        records: OutgoingRecords,
        *,
        store: AchStore,
        exchange: Exchange,
        origins: Origins,
        rejections: Rejections,
        timetable: Timetable,
        clock: Clock,
        region: str,
    ) -> None:
        self._records = records
        self._store = store
        self._exchange = exchange
        self._origins = origins
        self._rejections = rejections
        self._timetable = timetable
        self._clock = clock
        self._region = region

    # Open: entries join.

    def filled(self, file: AchFile) -> AchFile:
        there = self._records.entries(file)
        room, known = Room(there), {entry.id for entry in there} | self._in_files_before(file)
        after: str | None = None
        while True:
            page = self._store.scheduled(file.window, after=after, limit=PAGE)
            wanted = [drafts for drafts in (self._drafts(one, file, known) for one in page.scheduled) if drafts]
            fits = list(takewhile(room.takes, wanted))
            if not self._joined(file, [draft for drafts in fits for draft in drafts]):
                return self._records.existing(file.id)
            if len(fits) < len(wanted):
                self._records.opened(self._timetable.window(file.window), number=file.number + 1)
                break
            if page.after is None:
                break
            after = page.after
        return self._records.moved(file, FileEvent.CLOSED)

    def _in_files_before(self, file: AchFile) -> set[str]:
        """What went into the files of the window that were full."""
        before = [self._records.of_window(file.window, one) for one in range(1, file.number)]
        return {entry.id for one in before for entry in self._records.entries(one)}

    def _drafts(self, scheduled: Scheduled, file: AchFile, known: set[str]) -> tuple[Draft, ...]:
        """What is to go in, of what is in no file of the window yet. What another window's file has does not join."""
        if scheduled.entry in known and scheduled.kind not in VERIFICATIONS:  # a proof may be in it in part
            return ()
        drafts = self._origins.of(scheduled.kind).drafts(scheduled, file)
        return tuple(draft for draft in drafts if draft.id not in known)

    def _joined(self, file: AchFile, drafts: Sequence[Draft]) -> bool:
        """Puts entries in, each under a trace number of its own. False when the file is not open any more."""
        if not drafts:
            return True
        for draft, trace in zip(drafts, self._traces(file, len(drafts)), strict=True):
            entry = draft.joined(file, trace)
            if not self._store.join(entry) and self._records.existing(file.id).state is not FileState.OPEN:
                return False
        return True

    def _traces(self, file: AchFile, count: int) -> Iterator[str]:
        day, sponsor = day_of(self._clock.now()), sponsor_on(file.effective_on)
        first = self._store.take(f"trace#{sponsor.odfi}#{self._region}", count)
        for index in range(first, first + count):
            yield ranges.trace_number(sponsor.odfi, ranges.sequence_at(index, region=self._region, on=day))

    # Closed: money is taken, and the text is composed.

    def built(self, file: AchFile) -> AchFile:
        file = self._with_all_it_takes_over(file)
        taken = [self._taken(entry) for entry in self._records.entries(file) if entry.file == file.id]
        ready = [entry for entry in taken if entry.state is EntryState.READY]
        contents = self._readable(ready, file)
        if contents is None:
            return self._built_anew(file)
        if not contents:
            return self._records.moved(file, FileEvent.FOUND_EMPTY)
        numbered = self._numbered(file)
        if numbered.version > file.version + 1:
            return numbered  # another run wrote it while this one read its entries, and goes on
        file = numbered
        try:
            text = composed(file, sponsor_on(file.effective_on), contents)
        except FileUnwritable:
            if not self._left_out(file, contents):
                raise
            return self._records.due(file, self._clock.now())
        self._records.keep_text(text)
        return self._records.moved(
            file,
            FileEvent.BUILT,
            changes=lambda found: _with(found, text),
            only_if=lambda found: found.version == file.version,  # else another run took an entry out meanwhile
        )

    def _with_all_it_takes_over(self, file: AchFile) -> AchFile:
        """A file that replaces another is not built before all that it takes over is in it. As it is then."""
        if file.replaces is None:
            return file
        self._rejections.continued(self._records.existing(file.replaces))
        return self._records.existing(file.id)

    def _built_anew(self, file: AchFile) -> AchFile:
        """Of a file that entries were taken out of: without them. One that another run has built meanwhile stays as it
        is."""
        stored = self._records.existing(file.id)
        return self.built(stored) if stored.state is FileState.CLOSING else stored

    def _taken(self, entry: Entry) -> Entry:
        """The entry with its money where the file says it is; excluded when that cannot be."""
        if entry.state is not EntryState.JOINED:
            return entry
        taken = self._origins.of(entry.kind).take(entry)
        return self._records.entry_moved(entry, taken.state, taken.code, taken.reason, journal=taken.journal)

    def _readable(self, entries: Sequence[Entry], file: AchFile) -> list[Part] | None:
        """What each entry says; one whose receiver or originator has been erased since goes back. None when one did, so
        that the file is not what this run has read."""
        window = self._timetable.window(file.window)
        until = f"{wall_time_of(window.settles_at):%H%M}" if window.same_day else ""
        found: list[Part] = []
        withdrawn = False
        for kind in EntryKind:
            some = [entry for entry in entries if entry.kind is kind]
            parts = self._origins.of(kind).parts(some, until) if some else {}
            for entry in some:
                part = parts[entry.id]
                if isinstance(part, Unreadable):
                    self._withdraw(entry, file, part.code)
                    withdrawn = True
                else:
                    found.append(part)
        return None if withdrawn else found

    def _left_out(self, file: AchFile, contents: Sequence[Part]) -> int:
        """Takes out each entry that no bank would take even alone; how many there were."""
        count = 0
        for content in contents:
            try:
                composed(file, sponsor_on(file.effective_on), (content,))
            except FileUnwritable as unwritable:
                self._withdraw(content.entry, file, unwritable.findings[0].code)
                count += 1
        return count

    def _withdraw(self, entry: Entry, file: AchFile, code: str) -> None:
        """An entry whose money is taken and that can go into no file: as if the bank had rejected it for good. Who
        stands behind it is told first: an entry that is still ready is withdrawn by the next run.

        The file is written before, so that another run, which has read the entry while it could go, does not build the
        file with it any more. From a file that was built meanwhile nothing is taken out."""
        taken_out = self._records.noted(file, lambda found: replace(found, version=found.version + 1))
        if taken_out.state is not FileState.CLOSING:
            return
        origin = self._origins.of(entry.kind)
        origin.rejected(entry, code=code, by=BANK, facts={"file": file.id, "code": code})
        origin.given_up(entry, by=BANK)
        self._records.entry_moved(entry, EntryState.WITHDRAWN, code)

    def _numbered(self, file: AchFile) -> AchFile:
        """Its modifier and its creation time, decided once."""
        if file.modifier:
            return file
        now, sponsor = self._clock.now(), sponsor_on(file.effective_on)
        label = self._timetable.modifiers_of(now)
        index = self._store.take(f"modifier#{sponsor.odfi}#{self._region}#{label}", 1)
        modifier = ranges.modifier_at(index, region=self._region, on=day_of(now))
        if isinstance(modifier, ranges.Exhausted):
            raise NumbersExhausted(f"{modifier.what} of {modifier.region}: {modifier.most}")
        return self._records.noted(
            file,
            lambda found: found if found.modifier else replace(found, modifier=modifier, created_at=now),
        )

    # Built: it is sent.

    def sent(self, file: AchFile) -> AchFile:
        content = self._records.text(file)
        if file.name is None:
            raise FileMissing(f"the text of {file.id}")
        self._exchange.put(f"{OUTBOUND}{file.name}", content)
        return self._records.moved(file, FileEvent.SENT)


def _with(file: AchFile, text: Composed) -> AchFile:
    totals = text.result.totals
    return replace(
        file,
        name=f"{file.id}.ach",
        sha256=text.sha256,
        lines=text.result.records_count,
        entries=totals.entries,
        addenda=totals.addenda,
        debit_minor=totals.debit_minor,
        credit_minor=totals.credit_minor,
        entry_hash=f"{totals.entry_hash:010d}",
        batch_count=len(text.batches),
        batches=text.batches[:BATCHES_KEPT_MAX],
        transliterated=text.transliterated,
    )
