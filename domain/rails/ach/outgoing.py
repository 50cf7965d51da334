"""Our files, from the cut-off of a window to what the bank said of them.

Each state of a file is one piece of work that may be begun again anywhere: entries join while it is open, their money
is taken once it is closed to others, its text is composed and kept, it is put where the bank fetches it. A file is
composed from its entries, and so is the one that replaces it: an entry is in one file at a time, under one trace
number.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from domain.cases.kinds import CaseKind
from domain.cases.model import Subject
from domain.cases.service import Cases
from domain.clock import Clock
from domain.counterparties.service import Counterparties
from domain.customers.service import Customers
from domain.payments.kinds import Event
from domain.payments.model import BANK, partner
from domain.payments.service import Payments
from domain.rails.ach import ranges
from domain.rails.ach.calendar import day_of, wall_time_of
from domain.rails.ach.composing import Composed, Part, composed
from domain.rails.ach.exchange import OUTBOUND, Exchange
from domain.rails.ach.kinds import (
    ANSWERS,
    FILES_ENDED,
    OF_PAYMENTS,
    VERIFICATIONS,
    EntryKind,
    EntryState,
    FileEvent,
    FileState,
    RejectionLevel,
    file_target,
)
from domain.rails.ach.model import (
    ANSWERS_KEPT_MAX,
    BATCHES_KEPT_MAX,
    FILES_OF_ENTRY_MAX,
    REASONS_KEPT_MAX,
    AchFile,
    AnswerMismatch,
    Entry,
    Rejection,
    RejectionReason,
    Scheduled,
)
from domain.rails.ach.nacha.building import FileUnwritable
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Reading
from domain.rails.ach.nacha.reading import entries as entries_of
from domain.rails.ach.origin_payments import PaymentOrigin
from domain.rails.ach.origins import Draft, Origin, Unreadable
from domain.rails.ach.records import Contended, changed
from domain.rails.ach.rejections import mendable
from domain.rails.ach.sponsors import sponsor_on
from domain.rails.ach.steps import SPEEDS, Steps
from domain.rails.ach.store import AchStore, EntryPage, FilePage
from domain.rails.ach.timetable import Timetable
from domain.rails.ach.windows import Window
from domain.refusals import NotFound, Refusal
from domain.sealing import Sealer

ENTRIES_MAX: Final = 5_000
"""Of a file."""
LINES_MAX: Final = 10_000
"""Of a file, as banks take them at most: entries, addenda, the headers and controls of the file and of each batch, and
the nines that fill its last block."""
LINES_AROUND: Final = 11
"""The header and the control of the file, and nine lines that fill a block of ten."""
LINES_OF_BATCH: Final = 2
PAGE: Final = 100
WORK_MAX: Final = 12
"""States that one run takes a file through."""
DUE_MAX: Final = 100
BUILT_AFTER: Final = timedelta(seconds=2)
"""After the cut-off: what was accepted just before it has been listed by then."""
SPAN: Final = timedelta(days=1)
"""What one question about windows spans."""
SPANS_MAX: Final = 60
"""Days that one look makes good; a longer silence takes several."""
AGAIN: Final = timedelta(minutes=1)
"""When a piece of work that could not be ended now is taken up again."""
REBUILDS_MAX: Final = 2
"""Files that replace each other without a person: what is rejected a third time is no matter of form."""
WINDOWS: Final = "windows"
FACT_MAX: Final = 120
BUILT: Final = "built/ach/"

Changes = Callable[[AchFile], AchFile]


class FileMissing(Exception):
    """A file that something names does not exist: a fault, because none is ever deleted."""


class NumbersExhausted(Exception):
    """A region has used up its File ID Modifiers of the day. The file waits for the next day."""


class TooManyReasons(Exception):
    """More is said against a file than is kept with it. Nothing was written: the message is given again when what was
    said before has been resolved."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What one look at the windows came to."""

    windows: int
    files: tuple[str, ...]


class Outgoing:
    def __init__(
        self,
        *,
        store: AchStore,
        exchange: Exchange,
        steps: Steps,
        payments: Payments,
        counterparties: Counterparties,
        customers: Customers,
        sealer: Sealer,
        timetable: Timetable,
        cases: Cases,
        clock: Clock,
        region: str,
        jurisdiction: str,
        origins: Callable[[], Mapping[EntryKind, Origin]] = dict,
    ) -> None:
        """`origins`: who stands behind entries that are not of payments; asked for when there are some."""
        self._store = store
        self._exchange = exchange
        self._payments = payments
        self._of_payments = PaymentOrigin(
            steps=steps, payments=payments, counterparties=counterparties, customers=customers, sealer=sealer
        )
        self._origins = origins
        self._timetable = timetable
        self._cases = cases
        self._clock = clock
        self._region = region
        self._jurisdiction = jurisdiction

    # Windows.

    def cut(self) -> Cut:
        """Opens a file for each window that has been cut off since the last look and has something in it."""
        now = self._clock.now() - BUILT_AFTER
        since = self._store.checkpoint(WINDOWS) or now - self._timetable.look_back
        windows, files = 0, []
        for _ in range(SPANS_MAX):
            until = min(now, since + SPAN)
            if until <= since:
                break
            for window in self._timetable.cut_off_between(since, until):
                windows += 1
                if self._store.scheduled(window.id, after=None, limit=1).scheduled:
                    files.append(self._opened(window, number=1).id)
            self._store.move_checkpoint(WINDOWS, until)
            since = until
        return Cut(windows, tuple(files))

    def _opened(self, window: Window, *, number: int) -> AchFile:
        now = self._clock.now()
        file = AchFile(
            id=file_id(self._jurisdiction, self._region, window.id, number),
            region=self._region,
            window=window.id,
            number=number,
            opened_at=now,
            effective_on=window.settles_on,
            entered_at=now,
            due_at=now,
        )
        self._store.add_file(file)
        return self.existing(file.id)

    # Looking.

    def file(self, file: str) -> AchFile | None:
        return self._store.file(file)

    def existing(self, file: str) -> AchFile:
        found = self._store.file(file)
        if found is None:
            raise FileMissing(file)
        return found

    def files(self, *, before: str | None, limit: int) -> FilePage:
        """The latest window first."""
        return self._store.files(before=before, limit=_bounded(limit))

    def entry(self, entry: str) -> Entry | None:
        return self._store.entry(entry)

    def entries(self, file: str, *, after: str | None, limit: int) -> EntryPage:
        """In the order of their trace numbers, those too that have gone into another file since."""
        return self._store.entries(file, after=after, limit=_bounded(limit))

    def due(self) -> tuple[str, ...]:
        """Files that somebody has to work on now; who works on them takes them one by one, so that one bad file stops
        no other."""
        return self._store.due_files(through=self._clock.now(), limit=DUE_MAX)

    # Work.

    def work(self, file: str) -> AchFile:
        """Does what the file's state asks for, until it waits for the bank, for a person, or for nothing more."""
        found = self.existing(file)
        for _ in range(WORK_MAX):
            before = found.state
            match before:
                case FileState.OPEN:
                    found = self._filled(found)
                case FileState.CLOSING:
                    found = self._built(found)
                case FileState.BUILT:
                    found = self._sent(found)
                case FileState.SENT:
                    found = self._waited(self._told(found, Event.SENT))
                case FileState.ACKNOWLEDGED:
                    found = self._settled(self._told(found, Event.ACKNOWLEDGED))
                case FileState.REJECTED | FileState.PARTLY_REJECTED:
                    found = self._answered(found)
                case _:
                    found = self._rested(found)
            if found.state is before:
                return found
        raise Contended(file)

    # Open: entries join.

    def _filled(self, file: AchFile) -> AchFile:
        there = self._entries(file)
        room, known = Room(there), {entry.id for entry in there} | self._in_files_before(file)
        after: str | None = None
        while True:
            page = self._store.scheduled(file.window, after=after, limit=PAGE)
            wanted = [drafts for drafts in (self._drafts(one, file, known) for one in page.scheduled) if drafts]
            fits = list(takewhile(room.takes, wanted))
            if not self._joined(file, [draft for drafts in fits for draft in drafts]):
                return self.existing(file.id)
            if len(fits) < len(wanted):
                self._opened(self._timetable.window(file.window), number=file.number + 1)
                break
            if page.after is None:
                break
            after = page.after
        return self._moved(file, FileEvent.CLOSED)

    def _in_files_before(self, file: AchFile) -> set[str]:
        """What went into the files of the window that were full."""
        numbers = range(1, file.number)
        before = [self.existing(file_id(self._jurisdiction, self._region, file.window, one)) for one in numbers]
        return {entry.id for one in before for entry in self._entries(one)}

    def _drafts(self, scheduled: Scheduled, file: AchFile, known: set[str]) -> tuple[Draft, ...]:
        """What is to go in, of what is in no file of the window yet. What another window's file has does not join."""
        if scheduled.entry in known and scheduled.kind not in VERIFICATIONS:  # a proof may be in it in part
            return ()
        drafts = self._origin(scheduled.kind).drafts(scheduled, file)
        return tuple(draft for draft in drafts if draft.id not in known)

    def _origin(self, kind: EntryKind) -> Origin:
        return self._of_payments if kind in OF_PAYMENTS else self._origins()[kind]

    def _joined(self, file: AchFile, drafts: Sequence[Draft]) -> bool:
        """Puts entries in, each under a trace number of its own. False when the file is not open any more."""
        if not drafts:
            return True
        for draft, trace in zip(drafts, self._traces(file, len(drafts)), strict=True):
            entry = draft.joined(file, trace)
            if not self._store.join(entry) and self.existing(file.id).state is not FileState.OPEN:
                return False
        return True

    def _traces(self, file: AchFile, count: int) -> Iterator[str]:
        day, sponsor = day_of(self._clock.now()), sponsor_on(file.effective_on)
        first = self._store.take(f"trace#{sponsor.odfi}#{self._region}", count)
        for index in range(first, first + count):
            yield ranges.trace_number(sponsor.odfi, ranges.sequence_at(index, region=self._region, on=day))

    # Closed: money is taken, and the text is composed.

    def _built(self, file: AchFile) -> AchFile:
        file = self._replacing(file)
        taken = [self._taken(entry) for entry in self._entries(file) if entry.file == file.id]
        ready = [entry for entry in taken if entry.state is EntryState.READY]
        contents = self._readable(ready, file)
        if contents is None:
            return self._built_anew(file)
        if not contents:
            return self._moved(file, FileEvent.FOUND_EMPTY)
        numbered = self._numbered(file)
        if numbered.version > file.version + 1:
            return numbered  # another run wrote it while this one read its entries, and goes on
        file = numbered
        try:
            text = composed(file, sponsor_on(file.effective_on), contents)
        except FileUnwritable:
            if not self._left_out(file, contents):
                raise
            return self._due_again(file, self._clock.now())
        self._exchange.put(f"{BUILT}{text.sha256}", text.content)
        return self._moved(
            file,
            FileEvent.BUILT,
            changes=lambda found: _with(found, text),
            only_if=lambda found: found.version == file.version,  # else another run took an entry out meanwhile
        )

    def _built_anew(self, file: AchFile) -> AchFile:
        """Of a file that entries were taken out of: without them. One that another run has built meanwhile stays as it
        is."""
        stored = self.existing(file.id)
        return self._built(stored) if stored.state is FileState.CLOSING else stored

    def _taken(self, entry: Entry) -> Entry:
        """The entry with its money where the file says it is; excluded when that cannot be."""
        if entry.state is not EntryState.JOINED:
            return entry
        taken = self._origin(entry.kind).take(entry)
        return self._entry_moved(entry, taken.state, taken.code, taken.reason, journal=taken.journal)

    def _readable(self, entries: Sequence[Entry], file: AchFile) -> list[Part] | None:
        """What each entry says; one whose receiver or originator has been erased since goes back. None when one did, so
        that the file is not what this run has read."""
        window = self._timetable.window(file.window)
        until = f"{wall_time_of(window.settles_at):%H%M}" if window.same_day else ""
        found: list[Part] = []
        withdrawn = False
        for kind in EntryKind:
            some = [entry for entry in entries if entry.kind is kind]
            parts = self._origin(kind).parts(some, until) if some else {}
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
        taken_out = self._noted(file, lambda found: replace(found, version=found.version + 1))
        if taken_out.state is not FileState.CLOSING:
            return
        origin = self._origin(entry.kind)
        origin.rejected(entry, code=code, by=BANK, facts={"file": file.id, "code": code})
        origin.given_up(entry, by=BANK)
        self._entry_moved(entry, EntryState.WITHDRAWN, code)

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
        return self._noted(
            file,
            lambda found: found if found.modifier else replace(found, modifier=modifier, created_at=now),
        )

    # Built: sent, and told.

    def _sent(self, file: AchFile) -> AchFile:
        content = self._exchange.get(f"{BUILT}{file.sha256}")
        if content is None or file.name is None:
            raise FileMissing(f"the text of {file.id}")
        self._exchange.put(f"{OUTBOUND}{file.name}", content)
        return self._moved(file, FileEvent.SENT)

    def _told(self, file: AchFile, event: Event) -> AchFile:
        """Tells whoever stands behind its entries, once for each state of the file."""
        if file.told is file.state:
            return file
        self._tell(file, event)
        return self._noted(file, lambda found: replace(found, told=found.state))

    def _tell(self, file: AchFile, event: Event) -> None:
        by = BANK if event is Event.SENT else partner(sponsor_on(file.effective_on).partner)
        for entry in self._standing(file):
            self._origin(entry.kind).told(entry, event, by=by)

    def _settled(self, file: AchFile) -> AchFile:
        """Tells what has no journey of its own that it has settled, once that has come."""
        if file.settled:
            return self._rested(file)
        others = [entry for entry in self._standing(file) if entry.kind not in OF_PAYMENTS]
        settles_at = self._timetable.window(file.window).settles_at
        if others and self._clock.now() < settles_at:
            return self._due_again(file, settles_at)
        for entry in others:
            self._origin(entry.kind).settled(entry)
        return self._noted(file, lambda found: replace(found, settled=True, due_at=None))

    def _waited(self, file: AchFile) -> AchFile:
        """The bank has some time to answer. After it people ask; nothing is sent again."""
        until = file.entered_at + self._payments.deadlines.acknowledgement
        if self._clock.now() < until:
            return self._due_again(file, until)
        case = self._cases.open(
            CaseKind.PARTNER_SILENT, Subject("ach_file", file.id), key="acknowledgement", facts={"file": file.id}
        )
        noted = self._noted(file, lambda found: replace(found, case=found.case or case.id))
        return self._due_again(noted, self._clock.now() + self._payments.deadlines.acknowledgement)

    def _rested(self, file: AchFile) -> AchFile:
        return self._noted(file, lambda found: replace(found, due_at=None))

    def _due_again(self, file: AchFile, at: datetime) -> AchFile:
        return self._noted(file, lambda found: replace(found, due_at=at))

    # What the bank says.

    def acknowledged(
        self, name: str, *, sha256: str, entries: int, debit_minor: int, credit_minor: int, delivery: str
    ) -> AchFile | Refusal:
        """The bank has the file, and what it counts is what we sent. It is written down here; its entries are told by
        who works on the file next. Said again, it changes nothing.

        `entries` counts entries and addenda, as a file control does. Refusals: NotFound, AnswerMismatch.
        """
        file = self._named(name)
        if isinstance(file, Refusal):
            return file
        told = (sha256, entries, debit_minor, credit_minor)
        if told != (file.sha256, file.entries + file.addenda, file.debit_minor, file.credit_minor):
            return AnswerMismatch(file.id)
        return self._moved(file, FileEvent.ACKNOWLEDGED, changes=lambda found: _answered_by(found, delivery))

    def rejected(
        self, name: str, *, sha256: str, level: RejectionLevel, reasons: Sequence[RejectionReason], delivery: str
    ) -> AchFile | Refusal:
        """The bank does not take the file, or batches or entries of it. As of `acknowledged`, it is written down alone.

        Refusals: NotFound, AnswerMismatch.
        """
        file = self._named(name)
        if isinstance(file, Refusal):
            return file
        rejection = Rejection(level=level, reasons=tuple(reasons), at=self._clock.now(), delivery=delivery)
        if sha256 != file.sha256 or not self._knows(file, rejection):
            return AnswerMismatch(file.id)
        return self._moved(
            file,
            FileEvent.REJECTED if level is RejectionLevel.FILE else FileEvent.PARTLY_REJECTED,
            changes=lambda found: _rejected_by(found, rejection),
            only_if=lambda found: delivery not in found.answers,
        )

    def _named(self, name: str) -> AchFile | NotFound:
        file = self._store.file(name.removesuffix(".ach")) if name.endswith(".ach") else None
        return file if file and file.name == name else NotFound(name[:64])

    def _knows(self, file: AchFile, rejection: Rejection) -> bool:
        """Whether it speaks of anything that is in the file."""
        match rejection.level:
            case RejectionLevel.FILE:
                return True
            case RejectionLevel.BATCH:
                return any(1 <= (reason.batch_number or 0) <= file.batch_count for reason in rejection.reasons)
            case RejectionLevel.ENTRY:
                traces = list(dict.fromkeys(reason.trace for reason in rejection.reasons if reason.trace))
                pages = (traces[at : at + PAGE] for at in range(0, len(traces), PAGE))
                return any(self._store.lists_any(file.id, page) for page in pages)

    def _meant(self, file: AchFile, rejections: Sequence[Rejection]) -> Mapping[str, tuple[RejectionReason, str]]:
        """Trace numbers of the entries that rejections speak of, each with the reason that was said first and the
        delivery that said it."""
        traces = {entry.trace: number for number, entry in self._numbered_entries(file)}
        meant: dict[str, tuple[RejectionReason, str]] = {}
        for rejection in rejections:
            for trace, reason in _said(rejection, traces):
                meant.setdefault(trace, (reason, rejection.delivery))
        return meant

    def _standing(self, file: AchFile) -> list[Entry]:
        """Entries of the file that have not been rejected."""
        return [one for one in self._entries(file) if one.state is EntryState.READY and one.file == file.id]

    def _numbered_entries(self, file: AchFile) -> Iterator[tuple[int, Entry]]:
        """The entries of a built file with the numbers of their batches, which its text alone says."""
        content = self._exchange.get(f"{BUILT}{file.sha256}")
        if content is None:
            raise FileMissing(f"the text of {file.id}")
        batches = {
            record.trace_number: header.batch_number for header, record in entries_of(Reading((content,), STRICT))
        }
        for entry in self._entries(file):
            if entry.trace in batches:
                yield batches[entry.trace], entry

    # Rejected: built again, or given up.

    def _answered(self, file: AchFile) -> AchFile:
        """Its entries and payments are told; then it is built again where form alone was wrong, or people decide.

        What has been decided is ended first: what was said meanwhile is answered after it, as a thing of its own.
        """
        if file.replacing:
            return self._continued(file)
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
            return self._continued(self.rebuild(file.id))
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
        return self._noted(file, lambda found: replace(found, case=case.id, due_at=None) if _as(file, found) else found)

    def _told_rejections(self, file: AchFile) -> AchFile:
        """Tells the entries of everything that has been said against the file by now."""
        self._reject_entries(file)
        if file.state is FileState.PARTLY_REJECTED:
            self._tell(file, Event.ACKNOWLEDGED)

        def told(found: AchFile) -> AchFile:
            return replace(found, told=found.state) if found.rejections == file.rejections else found

        return self._noted(file, told)

    def _reject_entries(self, file: AchFile) -> None:
        meant = self._meant(file, file.rejections)
        for entry in self._entries(file):
            if entry.trace not in meant or entry.file != file.id:
                continue
            reason, delivery = meant[entry.trace]
            stands = self._origin(entry.kind).rejected(
                entry,
                code=reason.code,
                by=partner(sponsor_on(file.effective_on).partner),
                facts={"file": file.id, "code": reason.code, "delivery": delivery},
            )
            if entry.state is EntryState.READY and stands:
                self._entry_moved(entry, EntryState.REJECTED, reason.code, reason.message)

    def _rejected_entries(self, file: AchFile) -> list[Entry]:
        return [one for one in self._entries(file) if one.state is EntryState.REJECTED and one.file == file.id]

    def _too_late(self, file: AchFile) -> bool:
        """Whether the bank speaks of entries that cannot be rejected any more, such as those of a settled payment."""
        meant = self._meant(file, file.rejections)
        return any(entry.trace in meant for entry in self._standing(file))

    def rebuild(self, file: str) -> AchFile:
        """A new file of the rejected entries, in the window that is open when it is worked on next, under a new
        modifier. Old and new know each other. Said again, it is the same new file."""
        found = self.existing(file)
        if found.state not in (FileState.REJECTED, FileState.PARTLY_REJECTED):
            return found

        def named(one: AchFile) -> AchFile:
            if one.replacing or one.given_up_by:
                return one
            return replace(one, replacing=f"{one.id}.{len(one.replaced_by) + 1}", due_at=self._clock.now())

        return self._noted(found, named)

    def _continued(self, file: AchFile) -> AchFile:
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
        self._moved_due(new.id)
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
            return self._led(replace(resolved, rejections=()), event)

        return changed(lambda: self.existing(file.id), resolve, self._store.replace_file)

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
        return self.existing(successor)

    def _carried_over(self, entry: Entry, new: AchFile, window: Window) -> None:
        """Who stands behind it first: an entry that is still listed as rejected is carried over by the next run."""
        if len(entry.files) >= FILES_OF_ENTRY_MAX:
            raise Contended(f"{entry.id} was in {len(entry.files)} files")
        self._origin(entry.kind).rebuilt(entry, new, window)
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

    def _replacing(self, file: AchFile) -> AchFile:
        """A file that replaces another is not built before all that it takes over is in it. As it is then."""
        if file.replaces is None:
            return file
        self._continued(self.existing(file.replaces))
        return self.existing(file.id)

    def _moved_due(self, file: str) -> None:
        """The new file is worked on by the next look at what is due."""
        self._noted(self.existing(file), lambda found: replace(found, due_at=self._clock.now()))

    def give_up(self, file: str, *, by: str) -> AchFile:
        """Its rejected entries go nowhere, and their money goes back, when it is worked on next. Said again, it changes
        nothing."""
        found = self.existing(file)
        if found.state not in (FileState.REJECTED, FileState.PARTLY_REJECTED):
            return found

        def decided(one: AchFile) -> AchFile:
            if one.replacing or one.given_up_by:
                return one
            return replace(one, given_up_by=by, due_at=self._clock.now())

        return self._noted(found, decided)

    def _let_go(self, file: AchFile, by: str) -> AchFile:
        for entry in self._rejected_entries(file):
            self._given_up(entry, by)
        return self._resolved(file, lambda found: replace(found, given_up_by=None))

    def _given_up(self, entry: Entry, by: str) -> None:
        self._origin(entry.kind).given_up(entry, by=by)
        self._entry_moved(entry, EntryState.WITHDRAWN, entry.reason_code, entry.reason)

    # Writing.

    def _moved(
        self,
        file: AchFile,
        event: FileEvent,
        *,
        changes: Changes | None = None,
        only_if: Callable[[AchFile], bool] = lambda _: True,
    ) -> AchFile:
        """By the table; an event that has no row for the file as it is changes nothing."""

        def move(stored: AchFile) -> AchFile:
            if file_target(stored.state, event) is None or not only_if(stored):
                return stored
            return self._led(changes(stored) if changes else stored, event)

        return changed(lambda: self.existing(file.id), move, self._store.replace_file)

    def _led(self, file: AchFile, event: FileEvent) -> AchFile:
        """The file in the state that a row of the table leads to."""
        target = file_target(file.state, event)
        if target is None:
            raise ValueError(f"nothing leads {file.id} from {file.state} by {event}")
        now = self._clock.now()
        return replace(
            file,
            state=target,
            entered_at=now,
            told=None if target is file.state else file.told,
            due_at=None if target in FILES_ENDED else now,
        )

    def _noted(self, file: AchFile, changes: Changes) -> AchFile:
        """Of the file in the state that this was found out about; of no other."""

        def note(stored: AchFile) -> AchFile:
            return changes(stored) if stored.state is file.state else stored

        return changed(lambda: self.existing(file.id), note, self._store.replace_file)

    def _entry_moved(
        self,
        entry: Entry,
        state: EntryState,
        code: str | None = None,
        reason: str | None = None,
        journal: str | None = None,
    ) -> Entry:
        moved = replace(
            entry,
            state=state,
            reason_code=code,
            reason=reason or None,
            journal=journal or entry.journal,
            version=entry.version + 1,
        )
        if self._store.replace_entry(moved, version=entry.version):
            return moved
        stored = self._store.entry(entry.id)
        if stored is None:
            raise FileMissing(entry.id)
        return stored

    def _entries(self, file: AchFile) -> list[Entry]:
        found: list[Entry] = []
        after: str | None = None
        while len(found) <= ENTRIES_MAX:
            page = self._store.entries(file.id, after=after, limit=PAGE)
            found += page.entries
            if page.after is None:
                return found
            after = page.after
        raise Contended(f"{file.id} has more than {ENTRIES_MAX} entries")


def file_id(jurisdiction: str, region: str, window: str, number: int) -> str:
    """A file is made once for its region, its window and its number in it."""
    return f"fil_{jurisdiction}_{region.replace('-', '')}_{window}_{number}"


class Room:
    """How much still fits into a file, by entries and by lines. Batches are counted as if entries shared one only where
    they surely do."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._batches: set[tuple[str, ...]] = set()
        self._entries = 0
        self._lines = LINES_AROUND
        self.takes(entries)

    def takes(self, entries: Sequence[Draft] | Sequence[Entry]) -> bool:
        """Whether they go in, what belongs together together; then they are counted."""
        batches = {_batch_of(one) for one in entries} - self._batches
        lines = sum(1 + one.addenda for one in entries) + LINES_OF_BATCH * len(batches)
        if self._entries + len(entries) > ENTRIES_MAX or self._lines + lines > LINES_MAX:
            return False
        self._batches |= batches
        self._entries += len(entries)
        self._lines += lines
        return True


def _batch_of(entry: Draft | Entry) -> tuple[str, ...]:
    """What entries that surely stand in one batch have in common. An answer repeats the header that it answers."""
    of_its_own = entry.id if entry.kind in ANSWERS else ""
    return (entry.customer, entry.sec, entry.kind.value, entry.description, of_its_own)


def _bounded(limit: int) -> int:
    if not 1 <= limit <= PAGE:
        raise ValueError(f"a page has 1 to {PAGE} rows, not {limit}")
    return limit


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


def _answered_by(file: AchFile, delivery: str) -> AchFile:
    if delivery in file.answers:
        return file
    return replace(file, answers=(*file.answers, delivery)[-ANSWERS_KEPT_MAX:])


def _rejected_by(file: AchFile, rejection: Rejection) -> AchFile:
    reasons = sum(len(one.reasons) for one in (*file.rejections, rejection))
    if reasons > REASONS_KEPT_MAX:
        raise TooManyReasons(f"{file.id}: {reasons} are more than {REASONS_KEPT_MAX}")
    return replace(_answered_by(file, rejection.delivery), rejections=(*file.rejections, rejection))


def _said(rejection: Rejection, traces: Mapping[str, int]) -> Iterator[tuple[str, RejectionReason]]:
    """The entries of a file that a rejection speaks of; `traces` tells the batch of each."""
    match rejection.level:
        case RejectionLevel.FILE:
            yield from ((trace, rejection.reasons[0]) for trace in traces)
        case RejectionLevel.BATCH:
            batches = {reason.batch_number: reason for reason in rejection.reasons}
            yield from ((trace, batches[number]) for trace, number in traces.items() if number in batches)
        case RejectionLevel.ENTRY:
            for reason in rejection.reasons:
                if reason.trace and reason.trace in traces:
                    yield reason.trace, reason


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
