"""Files that the sponsor bank puts for us, from their arrival to the last of their entries.

A file is read twice: once to its end, for whether it balances, and then for its entries, a page at a time, so that
memory does not grow with it. A piece of work ends after so many entries and says that more is due; whoever begins it
again goes on from the line it came to.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from domain.accounts.model import Elsewhere
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, Subject
from domain.rails.ach import ranges
from domain.rails.ach.calendar import day_of
from domain.rails.ach.exchange import Exchange
from domain.rails.ach.incoming_entries import Parts, ReceivedEntries
from domain.rails.ach.incoming_kinds import (
    FORWARD,
    RECEIVED_FILES_ENDED,
    ReceivedFileEvent,
    ReceivedFileState,
    ReceivedKind,
    ReceivedState,
    received_file_target,
)
from domain.rails.ach.incoming_model import (
    LINES_MAX,
    FileFinding,
    Found,
    Handoff,
    ReceivedEntry,
    ReceivedFile,
    ReceivedFileUnknown,
)
from domain.rails.ach.incoming_ports import FileJourneys, Forwarder
from domain.rails.ach.incoming_reading import (
    Originals,
    file_id,
    identity_of,
    kept_entries,
    masked,
    overview,
    routing_number,
    sent_on,
    shown_text,
)
from domain.rails.ach.incoming_store import ADDED_AT_ONCE_MAX, ReceivedFilePage
from domain.rails.ach.model import REMITTANCE
from domain.rails.ach.nacha.profiles import PROFILES
from domain.rails.ach.nacha.records import AnyBatchHeader, AnyEntry
from domain.rails.ach.records import Contended, changed
from domain.rails.ach.sponsors import odfi_on
from domain.refusals import NotFound, Refusal
from domain.sealing import Sealer, Shredded
from domain.unsettled import Unsettled

PROFILE: Final = "default"
"""What the sponsor bank's files may do otherwise than the rules say, until people have one read under another."""
KEPT_AT_ONCE_MAX: Final = 2_000
"""Entries that one piece of work keeps: half a minute of a function, with four calls for each."""
WORKED_AT_ONCE_MAX: Final = 400
"""Entries that one piece of work posts: as long again, with a dozen calls for each. A file of 100,000 entries is kept
and posted in three hundred pieces, fewer than the rounds of its state machine."""
HANDED_OVER_AT_ONCE_MAX: Final = LINES_MAX
"""Entries that one piece of work gives to other regions: a message each, and two calls for each entry."""
PAGE: Final = 100
WORK_MAX: Final = 8
"""States that one run takes a file through."""
TRIES_MAX: Final = 8
"""Lost races on one file: two workers, a person, a handoff."""
DUE_MAX: Final = 100
AGAIN: Final = timedelta(minutes=1)
"""When a file of which an entry could not be ended now is taken up again."""
LEFT_AFTER: Final = timedelta(minutes=5)
"""A journey that runs has worked what is due by then, or is at it."""
ARRIVAL: Final = "arrival"
SUBJECT: Final = "ach_received_file"
PROFILES_OF: Final[Mapping[ResolutionCode, str]] = {
    ResolutionCode.REPLAY: PROFILE,
    ResolutionCode.REPLAY_PARTIAL: "partial",
    ResolutionCode.REPLAY_LATIN_1: "latin-1",
}
"""What people have a quarantined file read under; under what it was read before, where it is about something else."""
IDENTITY_USED: Final = FileFinding(
    1, 14, "FILE_IDENTITY_USED", "Another file came with this origin, creation date, time and file ID modifier."
)

Changes = Callable[[ReceivedFile], ReceivedFile]
_S, _E = ReceivedFileState, ReceivedFileEvent
TRACE_DIGITS: Final = 15
BANK_DIGITS: Final = 8


class ReceivedFileMissing(Exception):
    """A file that something names does not exist: a fault, because none is ever deleted."""


class ReceivedFiles:
    def __init__(
        self,
        parts: Parts,
        *,
        entries: ReceivedEntries,
        exchanges: Callable[[str], Exchange],
        forwarder: Forwarder,
        journeys: FileJourneys,
        sealer: Sealer,
    ) -> None:
        """`exchanges`: the exchange of a region, for files that lie there."""
        self._store = parts.store
        self._accounts = parts.accounts
        self._cases = parts.cases
        self._timetable = parts.timetable
        self._clock = parts.clock
        self._region = parts.region
        self._jurisdiction = parts.jurisdiction
        self._entries = entries
        self._exchanges = exchanges
        self._forwarder = forwarder
        self._journeys = journeys
        self._sealer = sealer
        self.originals = Originals(exchanges)

    # Arriving.

    def receive(self, name: str) -> ReceivedFile | ReceivedFileUnknown:
        """Takes note of what lies under a name in this region's exchange, once for each name and content, and begins
        its journey."""
        chunks = self._exchanges(self._region).chunks(name)
        if chunks is None:
            return ReceivedFileUnknown(name[:200])
        digest, size = _digest(chunks)
        now = self._clock.now()
        file = ReceivedFile(
            id=file_id(self._jurisdiction, self._region, name, digest),
            region=self._region,
            name=name,
            sha256=digest,
            size_bytes=size,
            received_at=now,
            entered_at=now,
            due_at=now,
            profile=PROFILE,
        )
        self._store.add_received_file(file)
        self._journeys.start(file.id, ARRIVAL)
        return self.existing(file.id)

    def take(self, handoff: Handoff) -> ReceivedFile:
        """Takes over entries of a file that another region received. Said again, they are looked at once more."""
        now = self._clock.now()
        shadow = ReceivedFile(
            id=handoff.file,
            region=handoff.region,
            name=handoff.name,
            sha256=handoff.sha256,
            size_bytes=handoff.size_bytes,
            received_at=handoff.received_at,
            entered_at=now,
            state=_S.POSTING,
            due_at=now,
            profile=handoff.profile,
            created_on=handoff.created_on,
        )
        self._store.add_received_file(shadow)
        file = self.existing(handoff.file)
        for page in _pages(self._read(file, only=frozenset(handoff.lines))):
            self._store.add_received([self._placed(*one) for one in page])
        first = min(handoff.lines, default=0)
        file = self._moved(file, _E.MORE_CAME, changes=lambda found: _with_more(found, first, now))
        self._journeys.start(file.id, f"handoff-{first}")
        return file

    # Looking.

    def file(self, file: str) -> ReceivedFile | None:
        return self._store.received_file(file)

    def existing(self, file: str) -> ReceivedFile:
        found = self._store.received_file(file)
        if found is None:
            raise ReceivedFileMissing(file)
        return found

    def listed(self, *, before: str | None = None, limit: int = 25) -> ReceivedFilePage:
        return self._store.received_files(before=before, limit=limit)

    def due(self) -> tuple[str, ...]:
        """Files that somebody has to work on now; taken one by one, so that one bad file stops no other."""
        return self._store.due_received_files(through=self._clock.now(), limit=DUE_MAX)

    def swept(self) -> tuple[str, ...]:
        """Files that nobody has worked on although they were due a while ago: each begins another journey, once an
        hour while nothing of it changes."""
        now = self._clock.now()
        left = self._store.due_received_files(through=now - LEFT_AFTER, limit=DUE_MAX)
        for file in left:
            self._journeys.start(file, f"sweep-{self.existing(file).version}-{now:%Y%m%d%H}")
        return left

    # Work.

    def work(self, file: str) -> ReceivedFile:
        """Does what the file's state asks for, until it waits for a day, for people, or for nothing more. Its
        `due_at` says when it is to be worked again; now, when it was too long for one piece of work."""
        found = self.existing(file)
        for _ in range(WORK_MAX):
            before = found.state
            match before:
                case _S.RECEIVED:
                    found = self._looked_into(found)
                case _S.READ:
                    found = self._kept(found)
                case _S.POSTING:
                    found = self._worked(found)
                case _S.QUARANTINED:
                    found = self._asked_about(found)
                case _:
                    return found
            if found.state is before:
                return found
        raise Contended(file)

    # Received: what is it?

    def _looked_into(self, file: ReceivedFile) -> ReceivedFile:
        holder = self._store.claim(f"content#{file.sha256}", file.id)
        if holder != file.id:
            return self._found_again(file, holder)
        seen = overview(self._chunks(file), PROFILES[file.profile])
        result = seen.result
        file = replace(
            file,
            profile_version=result.profile_version,
            forgiven=dict(result.forgiven),
            findings=seen.file_findings,
            findings_count=seen.file_findings_count,
            entries_bad=seen.entries_bad,
        )
        if not seen.readable:
            return self._invalid(file)
        if result.header is not None:  # its profile may forgive that it has none; then its content alone tells it
            file = replace(file, identity=identity_of(result.header))
        holder = self._store.claim(f"identity#{file.identity}", file.id) if file.identity else file.id
        if holder != file.id and not file.stands_alone:
            return self._invalid(replace(file, same_identity_as=holder, findings=(IDENTITY_USED,), findings_count=1))
        totals = result.totals
        return self._moved(
            file,
            _E.READ,
            changes=lambda found: replace(
                _with_reading(found, file),
                created_on=seen.created_on or day_of(found.received_at),
                batches=totals.batches,
                entries=totals.entries,
                addenda=totals.addenda,
                debit_minor=totals.debit_minor,
                credit_minor=totals.credit_minor,
            ),
        )

    def _invalid(self, file: ReceivedFile) -> ReceivedFile:
        return self._moved(file, _E.FOUND_INVALID, changes=lambda found: _with_reading(found, file))

    def _found_again(self, file: ReceivedFile, holder: str) -> ReceivedFile:
        return self._moved(file, _E.FOUND_AGAIN, changes=lambda found: replace(found, duplicate_of=holder))

    def _asked_about(self, file: ReceivedFile) -> ReceivedFile:
        """Nothing of it was kept: people have it read again, under another profile if need be, or put it away."""
        first = file.findings[0] if file.findings else None
        case = self._cases.open(
            CaseKind.ACH_FILE_QUARANTINED,
            Subject(SUBJECT, file.id),
            key=f"quarantined-{file.replays}",
            facts={
                "file": file.id,
                "read under": file.profile,
                "findings": str(file.findings_count),
                **({"first": f"line {first.line} column {first.column}: {first.code}"} if first else {}),
                **({"has the identity of": file.same_identity_as} if file.same_identity_as else {}),
            },
        )
        return self._noted(file, lambda found: replace(found, case=case.id, due_at=None))

    def replay(self, file: str, *, profile: str = PROFILE, stands_alone: bool = False) -> ReceivedFile:
        """Has a quarantined file read again by a journey of its own, under the profile of this name. Said again, it
        changes nothing.

        `stands_alone`: it is processed though another file came with its identity."""
        if profile not in PROFILES:
            raise ValueError(f"there is no profile {profile[:40]!r}")
        found = self.existing(file)
        self._moved(
            found,
            _E.REPLAYED,
            changes=lambda one: replace(
                one,
                profile=profile,
                stands_alone=stands_alone or one.stands_alone,
                replays=one.replays + 1,
                case=None,
            ),
        )
        found = self.existing(file)
        self._journeys.start(file, f"replay-{found.replays}")
        return found

    def decided(self, case: Case) -> Refusal | None:
        """Acts on the resolution of a quarantined file's case."""
        if case.resolution is None:
            raise ValueError(f"{case.id} has no resolution")
        file = self._store.received_file(case.subject.id)
        if file is None:
            return NotFound(case.subject.id)
        if file.case != case.id:
            return None  # it was carried out before
        code = case.resolution.code
        if code is ResolutionCode.DISCARD:
            self._moved(file, _E.DISCARDED)
        else:
            profile = PROFILES_OF.get(code, file.profile)
            self.replay(file.id, profile=profile, stands_alone=code is ResolutionCode.REPLAY_AS_NEW)
        return None

    # Read: every entry is kept, once.

    def _kept(self, file: ReceivedFile) -> ReceivedFile:
        kept = 0
        for page in _pages(islice(self._read(file, after=file.kept_through), KEPT_AT_ONCE_MAX)):
            self._store.add_received([self._placed(*one) for one in page])
            kept += len(page)
            through = page[-1][0].line
            file = self._noted(file, lambda found, through=through: _kept_to(found, through))  # type: ignore[misc]  # bound now
        if kept == KEPT_AT_ONCE_MAX:
            return self._noted(file, lambda found: replace(found, due_at=self._clock.now()))
        return self._moved(file, _E.KEPT)

    def _read(
        self, file: ReceivedFile, *, after: int = 0, only: frozenset[int] | None = None
    ) -> Iterator[tuple[ReceivedEntry, AnyBatchHeader, AnyEntry]]:
        return kept_entries(
            self._chunks(file),
            PROFILES[file.profile],
            file,
            jurisdiction=self._jurisdiction,
            timetable=self._timetable,
            after=after,
            only=only,
        )

    def _placed(self, entry: ReceivedEntry, header: AnyBatchHeader, record: AnyEntry) -> ReceivedEntry:
        """The entry with what it is about: an account, here or elsewhere, or something that we sent."""
        if entry.kind not in FORWARD:
            return replace(entry, home=self._home_of_answer(entry, sent_on(entry, record)))
        number = record.account_number.strip()
        routing = routing_number(record)
        faults = {fault.code for fault in self._accounts.number_faults(routing, number)}
        if "ROUTING_NUMBER_UNKNOWN" in faults:
            return replace(entry, found=Found.MISROUTED, number_masked=masked(number))
        if faults:
            return replace(entry, found=Found.MALFORMED, number_masked=masked(number))
        account = self._accounts.find_by_number(routing, number)
        if isinstance(account, Elsewhere):
            return replace(entry, found=Found.ELSEWHERE, home=account.region)
        if isinstance(account, NotFound):
            return replace(entry, found=Found.UNKNOWN, number_masked=masked(number))
        holder = self._accounts.records([account])[account].holder
        sealed = self._sealer.seal(holder, shown_text(header, record).encode(), REMITTANCE)
        return replace(
            entry,
            found=Found.HERE,
            account=account,
            customer=holder,
            sealed_text=None if isinstance(sealed, Shredded) else sealed,
        )

    def _home_of_answer(self, entry: ReceivedEntry, day: date) -> str | None:
        """The region that sent what the entry answers, by the range that held its trace number on that day."""
        about = entry.original_trace
        if entry.kind in (ReceivedKind.DISHONOUR, ReceivedKind.CONTEST):
            about = entry.answered_trace
        if about is None or len(about) != TRACE_DIGITS or not (about.isascii() and about.isdigit()):
            return None
        if about[:BANK_DIGITS] != odfi_on(day):
            return None
        return ranges.region_of_trace(about, day)

    # Posting: each entry on its day.

    def _worked(self, file: ReceivedFile) -> ReceivedFile:
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
            return self._round_ended(file, lambda found: self._along(found, _E.FINISHED))
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

        return changed(lambda: self.existing(file.id), end, self._store.replace_received_file)

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

    # Writing.

    def _chunks(self, file: ReceivedFile) -> Iterable[bytes]:
        chunks = self._exchanges(file.region).chunks(file.name)
        if chunks is None:
            raise ReceivedFileMissing(f"the content of {file.id}")
        return chunks

    def _moved(
        self, file: ReceivedFile, event: ReceivedFileEvent, *, changes: Changes = lambda found: found
    ) -> ReceivedFile:
        def move(stored: ReceivedFile) -> ReceivedFile:
            return self._along(stored, event, changes)

        return changed(lambda: self.existing(file.id), move, self._store.replace_received_file)

    def _along(
        self, stored: ReceivedFile, event: ReceivedFileEvent, changes: Changes = lambda found: found
    ) -> ReceivedFile:
        """By the table; an event that has no row for the file as it is changes nothing."""
        target = received_file_target(stored.state, event)
        if target is None:
            return stored
        now = self._clock.now()
        rests = target in RECEIVED_FILES_ENDED and target is not _S.QUARANTINED
        return replace(changes(stored), state=target, entered_at=now, due_at=None if rests else now)

    def _noted(self, file: ReceivedFile, changes: Changes) -> ReceivedFile:
        """Of the file in the state that this was found out about; of no other."""

        def note(stored: ReceivedFile) -> ReceivedFile:
            return changes(stored) if stored.state is file.state else stored

        return changed(lambda: self.existing(file.id), note, self._store.replace_received_file)


def _digest(chunks: Iterable[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _pages(
    ahead: Iterable[tuple[ReceivedEntry, AnyBatchHeader, AnyEntry]],
) -> Iterator[list[tuple[ReceivedEntry, AnyBatchHeader, AnyEntry]]]:
    page: list[tuple[ReceivedEntry, AnyBatchHeader, AnyEntry]] = []
    for one in ahead:
        page.append(one)
        if len(page) == ADDED_AT_ONCE_MAX:
            yield page
            page = []
    if page:
        yield page


def _with_reading(file: ReceivedFile, read: ReceivedFile) -> ReceivedFile:
    """With what a reading to its end found out."""
    return replace(
        file,
        profile_version=read.profile_version,
        identity=read.identity,
        same_identity_as=read.same_identity_as,
        forgiven=read.forgiven,
        findings=read.findings,
        findings_count=read.findings_count,
        entries_bad=read.entries_bad,
    )


def _kept_to(file: ReceivedFile, line: int) -> ReceivedFile:
    return replace(file, kept_through=max(file.kept_through, line))


def _from_the_top(file: ReceivedFile) -> ReceivedFile:
    """The next round over its entries begins with the first."""
    return replace(file, worked_through=0, waits_until=None)


def _with_more(file: ReceivedFile, first: int, now: datetime) -> ReceivedFile:
    """From the first of the lines that came, unless the round has not come as far: what stands before it was worked
    before. The version is the next even where nothing else changes, so that a round that is under way, and has passed
    the lines that came, does not end."""
    through, waits_until = file.worked_through, file.waits_until
    if file.state is _S.DONE:
        through, waits_until = first, None
    elif file.due_at is not None and file.due_at > now:  # a round has ended, and the next waits for a day
        through, waits_until = first, file.due_at
    return replace(
        file, worked_through=max(0, min(through, first - 1)), waits_until=waits_until, version=file.version + 1
    )


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
