"""Files of which the bank did not take everything: their rejected entries are told, and are built again or given up.

A file is composed from its entries, and so is the one that replaces it: an entry is in one file at a time, under one
trace number.
"""

from dataclasses import replace
from typing import Final

from domain.cases.kinds import CaseKind
from domain.cases.model import Subject
from domain.cases.service import Cases
from domain.clock import Clock
from domain.payments.kinds import Event
from domain.payments.model import partner
from domain.rails.ach.kinds import EntryState, FileEvent, FileState
from domain.rails.ach.model import FILES_OF_ENTRY_MAX, AchFile, Entry
from domain.rails.ach.origins import Origins
from domain.rails.ach.outgoing_records import Changes, OutgoingRecords
from domain.rails.ach.outgoing_responses import BankResponses
from domain.rails.ach.outgoing_sent import SentFiles
from domain.rails.ach.records import Contended
from domain.rails.ach.rejections import mendable
from domain.rails.ach.sponsors import sponsor_on
from domain.rails.ach.steps import SPEEDS
from domain.rails.ach.store import AchStore
from domain.rails.ach.timetable import Timetable
from domain.rails.ach.windows import Window

REBUILDS_MAX: Final = 2
"""Files that replace each other without a person: what is rejected a third time is no matter of form."""
FACT_MAX: Final = 120


class Rejections:
    def __init__(
        self,
        records: OutgoingRecords,
        *,
        store: AchStore,
        origins: Origins,
        responses: BankResponses,
        sent: SentFiles,
        timetable: Timetable,
        cases: Cases,
        clock: Clock,
        region: str,
    ) -> None:
        self._records = records
        self._store = store
        self._origins = origins
        self._responses = responses
        self._sent = sent
        self._timetable = timetable
        self._cases = cases
        self._clock = clock
        self._region = region

    def answered(self, file: AchFile) -> AchFile:
        """Its entries and payments are told; then it is built again where form alone was wrong, or people decide.

        What has been decided is ended first: what was said meanwhile is answered after it, as a thing of its own.
        """
        if file.replacing:
            return self.continued(file)
        if file.given_up_by:
            return self._let_go(file, file.given_up_by)
        if file.told is not file.state:
            file = self._told_rejections(file)
            if file.told is not file.state or file.replacing or file.given_up_by:
                return file
        rejected = self._rejected_entries(file)
        if not rejected and not self._too_late(file):
            return self._resolved(file, _nothing_rejected)
        if rejected and all(map(mendable, file.rejections)) and _rebuilds(file) < REBUILDS_MAX:
            return self.continued(self.rebuild(file.id))
        case = self._cases.open(
            CaseKind.ACH_FILE_REJECTED,
            Subject("ach_file", file.id),
            key=f"rejected-{file.rejections[-1].delivery}",
            facts={
                "file": file.id,
                "level": " ".join(dict.fromkeys(one.level.value for one in file.rejections)),
                "codes": " ".join(sorted(_codes(file)))[:FACT_MAX],
                "entries rejected": str(len(rejected)),
            },
        )
        return self._records.noted(
            file, lambda found: replace(found, case=case.id, due_at=None) if _as(file, found) else found
        )

    # Told.

    def _told_rejections(self, file: AchFile) -> AchFile:
        """Tells the entries of everything that has been said against the file by now."""
        self._reject_entries(file)
        if file.state is FileState.PARTLY_REJECTED:
            self._sent.tell(file, Event.ACKNOWLEDGED)

        def told(found: AchFile) -> AchFile:
            return replace(found, told=found.state) if found.rejections == file.rejections else found

        return self._records.noted(file, told)

    def _reject_entries(self, file: AchFile) -> None:
        meant = self._responses.meant(file, file.rejections)
        for entry in self._records.entries(file):
            if entry.trace not in meant or entry.file != file.id:
                continue
            reason, delivery = meant[entry.trace]
            stands = self._origins.of(entry.kind).rejected(
                entry,
                code=reason.code,
                by=partner(sponsor_on(file.effective_on).partner),
                facts={"file": file.id, "code": reason.code, "delivery": delivery},
            )
            if entry.state is EntryState.READY and stands:
                self._records.entry_moved(entry, EntryState.REJECTED, reason.code, reason.message)

    def _rejected_entries(self, file: AchFile) -> list[Entry]:
        return [one for one in self._records.entries(file) if one.state is EntryState.REJECTED and one.file == file.id]

    def _too_late(self, file: AchFile) -> bool:
        """Whether the bank speaks of entries that cannot be rejected any more, such as those of a settled payment."""
        meant = self._responses.meant(file, file.rejections)
        return any(entry.trace in meant for entry in self._records.standing(file))

    # Built again.

    def rebuild(self, file: str) -> AchFile:
        """A new file of the rejected entries, in the window that is open when it is worked on next, under a new
        modifier. Old and new know each other. Said again, it is the same new file."""
        found = self._records.existing(file)
        if found.state not in (FileState.REJECTED, FileState.PARTLY_REJECTED):
            return found

        def named(one: AchFile) -> AchFile:
            if one.replacing or one.given_up_by:
                return one
            return replace(one, replacing=f"{one.id}.{len(one.replaced_by) + 1}", due_at=self._clock.now())

        return self._records.noted(found, named)

    def continued(self, file: AchFile) -> AchFile:
        """Whatever of the replacing is not done yet. Where nothing was rejected after all, there is nothing to build
        again. A successor that is built already takes nothing more."""
        if file.replacing is None:
            return file
        rejected = self._rejected_entries(file)
        if not rejected and self._store.file(file.replacing) is None:
            return self._resolved(file, _nothing_rejected)
        new = self._successor(file, file.replacing)
        if new.state is not FileState.CLOSING:
            return self._resolved(file, _replaced, left=bool(rejected))
        window = self._timetable.window(new.window)
        for entry in rejected:
            self._carried_over(entry, new, window)
        resolved = self._resolved(file, _replaced)
        self._records.due(self._records.existing(new.id), self._clock.now())
        return resolved

    def _resolved(self, file: AchFile, changes: Changes, *, left: bool = False) -> AchFile:
        """The file after its rejected entries went where they go. Where some are `left`, something was said against it
        meanwhile, or what was said has not been answered yet, it stays as it is and is answered next."""

        def resolve(stored: AchFile) -> AchFile:
            decided = (stored.state, stored.replacing, stored.given_up_by)
            if decided != (file.state, file.replacing, file.given_up_by):
                return stored
            resolved = changes(stored)
            if left or file.told is not file.state or not _as(file, stored):
                return replace(resolved, due_at=self._clock.now())
            whole = FileEvent.REBUILT if resolved.replaced_by != stored.replaced_by else FileEvent.WITHDRAWN
            event = whole if stored.state is FileState.REJECTED else FileEvent.RESOLVED
            return self._records.led(replace(resolved, rejections=()), event)

        return self._records.written(file, resolve)

    def _successor(self, file: AchFile, successor: str) -> AchFile:
        now = self._clock.now()
        speed = SPEEDS["SAME_DAY" if self._timetable.window(file.window).same_day else "NEXT_DAY"]
        window = self._timetable.assign(now, speed).window
        self._store.add_file(
            AchFile(
                id=successor,
                region=self._region,
                window=window.id,
                number=file.number,
                opened_at=now,
                effective_on=window.settles_on,
                entered_at=now,
                due_at=now,
                state=FileState.CLOSING,
                replaces=file.id,
            )
        )
        return self._records.existing(successor)

    def _carried_over(self, entry: Entry, new: AchFile, window: Window) -> None:
        """Who stands behind it first: an entry that is still listed as rejected is carried over by the next run."""
        if len(entry.files) >= FILES_OF_ENTRY_MAX:
            raise Contended(f"{entry.id} was in {len(entry.files)} files")
        self._origins.of(entry.kind).rebuilt(entry, new, window)
        moved = replace(
            entry,
            state=EntryState.READY,
            file=new.id,
            files=(*entry.files, new.id),
            window=new.window,
            effective_on=new.effective_on,
            reason_code=None,
            reason=None,
            version=entry.version + 1,
        )
        self._store.move_entry(moved, version=entry.version)

    # Given up.

    def give_up(self, file: str, *, by: str) -> AchFile:
        """Its rejected entries go nowhere, and their money goes back, when it is worked on next. Said again, it changes
        nothing."""
        found = self._records.existing(file)
        if found.state not in (FileState.REJECTED, FileState.PARTLY_REJECTED):
            return found

        def decided(one: AchFile) -> AchFile:
            if one.replacing or one.given_up_by:
                return one
            return replace(one, given_up_by=by, due_at=self._clock.now())

        return self._records.noted(found, decided)

    def _let_go(self, file: AchFile, by: str) -> AchFile:
        for entry in self._rejected_entries(file):
            self._given_up(entry, by)
        return self._resolved(file, lambda found: replace(found, given_up_by=None))

    def _given_up(self, entry: Entry, by: str) -> None:
        self._origins.of(entry.kind).given_up(entry, by=by)
        self._records.entry_moved(entry, EntryState.WITHDRAWN, entry.reason_code, entry.reason)


def _as(seen: AchFile, stored: AchFile) -> bool:
    """Whether nothing more has been said against a file since it was looked at."""
    return (stored.state, stored.rejections) == (seen.state, seen.rejections)


def _nothing_rejected(file: AchFile) -> AchFile:
    return replace(file, replacing=None)


def _replaced(file: AchFile) -> AchFile:
    done = (*file.replaced_by, file.replacing) if file.replacing else file.replaced_by
    return replace(file, replacing=None, replaced_by=done)


def _codes(file: AchFile) -> set[str]:
    return {reason.code for rejection in file.rejections for reason in rejection.reasons}


def _rebuilds(file: AchFile) -> int:
    """How many files were rejected before this one that it stands for: each adds a point and a number to its id."""
    return file.id.count(".")
