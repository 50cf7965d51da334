"""Files that the sponsor bank puts for us, from their arrival to the last of their entries.

A file is read twice: once to its end, for whether it balances, and then for its entries. One that cannot be read is
quarantined, and people decide what becomes of it.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, Subject
from domain.rails.ach.calendar import day_of
from domain.rails.ach.exchange import Exchange
from domain.rails.ach.incoming_entries import Parts, ReceivedEntries
from domain.rails.ach.incoming_file_records import ReceivedFileRecords
from domain.rails.ach.incoming_keeping import Keeping
from domain.rails.ach.incoming_kinds import ReceivedFileEvent, ReceivedFileState
from domain.rails.ach.incoming_model import FileFinding, Handoff, ReceivedFile, ReceivedFileUnknown
from domain.rails.ach.incoming_ports import FileJourneys, Forwarder
from domain.rails.ach.incoming_posting import Posting
from domain.rails.ach.incoming_reading import Originals, file_id, identity_of, overview
from domain.rails.ach.incoming_store import ReceivedFilePage
from domain.rails.ach.nacha.profiles import PROFILES
from domain.rails.ach.records import Contended
from domain.refusals import NotFound, Refusal
from domain.sealing import Sealer

PROFILE: Final = "default"
"""What the sponsor bank's files may do otherwise than the rules say, until people have one read under another."""
WORK_MAX: Final = 8
"""States that one run takes a file through."""
DUE_MAX: Final = 100
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

_S, _E = ReceivedFileState, ReceivedFileEvent


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
        self._cases = parts.cases
        self._clock = parts.clock
        self._region = parts.region
        self._jurisdiction = parts.jurisdiction
        self._exchanges = exchanges
        self._journeys = journeys
        self.originals = Originals(exchanges)
        self.records = ReceivedFileRecords(store=parts.store, exchanges=exchanges, clock=parts.clock)
        self.keeping = Keeping(parts, records=self.records, sealer=sealer)
        self.posting = Posting(parts, records=self.records, entries=entries, forwarder=forwarder)

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
        self.keeping.keep_lines(file, handoff.lines)
        first = min(handoff.lines, default=0)
        file = self.records.moved(file, _E.MORE_CAME, changes=lambda found: _with_more(found, first, now))
        self._journeys.start(file.id, f"handoff-{first}")
        return file

    # Looking.

    def file(self, file: str) -> ReceivedFile | None:
        return self._store.received_file(file)

    def existing(self, file: str) -> ReceivedFile:
        return self.records.existing(file)

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
                    found = self.keeping.kept(found)
                case _S.POSTING:
                    found = self.posting.worked(found)
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
        seen = overview(self.records.chunks(file), PROFILES[file.profile])
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
        return self.records.moved(
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
        return self.records.moved(file, _E.FOUND_INVALID, changes=lambda found: _with_reading(found, file))

    def _found_again(self, file: ReceivedFile, holder: str) -> ReceivedFile:
        return self.records.moved(file, _E.FOUND_AGAIN, changes=lambda found: replace(found, duplicate_of=holder))

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
        return self.records.noted(file, lambda found: replace(found, case=case.id, due_at=None))

    def replay(self, file: str, *, profile: str = PROFILE, stands_alone: bool = False) -> ReceivedFile:
        """Has a quarantined file read again by a journey of its own, under the profile of this name. Said again, it
        changes nothing.

        `stands_alone`: it is processed though another file came with its identity."""
        if profile not in PROFILES:
            raise ValueError(f"there is no profile {profile[:40]!r}")
        found = self.existing(file)
        self.records.moved(
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
            self.records.moved(file, _E.DISCARDED)
        else:
            profile = PROFILES_OF.get(code, file.profile)
            self.replay(file.id, profile=profile, stands_alone=code is ResolutionCode.REPLAY_AS_NEW)
        return None


def _digest(chunks: Iterable[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


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
