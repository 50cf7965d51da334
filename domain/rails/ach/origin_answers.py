"""Answers behind entries: what we send back of what we received, and what we refuse or contest.

An answer is written from the entry as it came, which is read again where its file lies: one passage through each file
for all the answers to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from domain.payments.kinds import Event
from domain.rails.ach.composing import Part, Written
from domain.rails.ach.incoming_entries import Changes, ReceivedEntries
from domain.rails.ach.incoming_kinds import ReceivedEvent, ReceivedState
from domain.rails.ach.incoming_model import ReceivedEntry
from domain.rails.ach.incoming_reading import Originals
from domain.rails.ach.incoming_store import IncomingStore
from domain.rails.ach.kinds import EntryKind, EntryState
from domain.rails.ach.model import AchFile, Entry, Scheduled
from domain.rails.ach.nacha.answering import (
    Answered,
    AnswerInvalid,
    answer_header,
    change_header,
    contested_return,
    dishonored_return,
    notification_of_change,
    refused_change,
    return_of,
)
from domain.rails.ach.nacha.corrections import corrected_data
from domain.rails.ach.nacha.drafting import service_class_of
from domain.rails.ach.nacha.records import AdvEntry, AnyBatchHeader, AnyEntry
from domain.rails.ach.origins import READY, Draft, Taken, Unreadable
from domain.rails.ach.return_codes import QUESTIONABLE, RETURN_CODES
from domain.rails.ach.sponsors import Sponsor
from domain.rails.ach.windows import Window

BACK: Final = frozenset({EntryKind.RETURN, EntryKind.DISHONOUR, EntryKind.CONTEST})
"""Answers that carry the entry's money back, so that its state follows them."""
OF_CHANGE: Final = frozenset({EntryKind.NOC, EntryKind.NOC_REFUSAL})
ADDENDA_MAX: Final = 8
"""Of an answer: the one that says why, and the seven mandatory ones that an IAT entry keeps."""
ORIGINAL_MISSING: Final = "ORIGINAL_MISSING"
_S, _E = ReceivedState, ReceivedEvent


@dataclass(frozen=True, slots=True, repr=False)
class AnswerPart:
    """An answer with the header of the batch that it answers: never kept, never printed."""

    entry: Entry
    original: AnyBatchHeader
    answer: AnyEntry

    @property
    def shared(self) -> tuple[str, ...]:
        """One company, class and kind of answer: the header as it came, but for what is the answering bank's."""
        header = answer_header(self.original, odfi="", batch_number=0, service_class="")
        return ("~answers", self.entry.kind.value, self.entry.sec, repr(header))  # after what customers originate

    def header(self, sponsor: Sponsor, codes: Sequence[str], number: int, written: Written) -> AnyBatchHeader:
        del written  # an answer repeats what came, which was ASCII
        made = change_header if self.entry.kind in OF_CHANGE else answer_header
        return made(self.original, odfi=sponsor.odfi, batch_number=number, service_class=service_class_of(codes))

    def record(self, written: Written) -> AnyEntry:
        del written
        return self.answer


class AnswerOrigin:
    def __init__(self, *, store: IncomingStore, entries: ReceivedEntries, originals: Originals) -> None:
        self._store = store
        self._entries = entries
        self._originals = originals

    def drafts(self, scheduled: Scheduled, file: AchFile) -> tuple[Draft, ...]:
        del file  # whichever window comes first: it is told once
        received = self._entries.existing(scheduled.subject)
        if not _wants(received, scheduled):
            return ()
        draft = Draft(
            id=scheduled.entry,
            kind=scheduled.kind,
            subject=received.id,
            counterparty_masked=received.company_masked,
            account=received.account or "",
            customer=received.customer or "",
            amount=replace(received.amount, minor=0) if scheduled.kind in OF_CHANGE else received.amount,
            sec="COR" if scheduled.kind in OF_CHANGE else received.sec,
            description=received.description,
            rdfi=received.odfi,
            addenda=ADDENDA_MAX,
        )
        return (draft,)

    def take(self, entry: Entry) -> Taken:
        """Its money lies in the bank's book since it was pended."""
        received = self._entries.existing(entry.subject)
        if received.state is _S.RETURN_DUE and received.answer is None:
            received = self._entries.queued(received, entry.id, None)  # whoever listed it died before saying so
        scheduled = Scheduled(window=entry.window, entry=entry.id, kind=entry.kind, subject=entry.subject)
        return READY if _wants(received, scheduled) else Taken(EntryState.EXCLUDED, "NOT_WAITING")

    # What it says.

    def parts(self, entries: Sequence[Entry], same_day_until: str) -> Mapping[str, Part | Unreadable]:
        del same_day_until  # an answer asks for no day of its own
        received = {entry.id: self._entries.existing(entry.subject) for entry in entries}
        found: dict[str, Part | Unreadable] = {}
        ordered = sorted(entries, key=lambda one: received[one.id].file)
        for file, group in groupby(ordered, key=lambda one: received[one.id].file):
            some = list(group)
            came = self._came(file, [received[one.id] for one in some])
            for one in some:
                original = came.get(received[one.id].line)
                found[one.id] = self._part(one, received[one.id], *original) if original else MISSING
        return found

    def _came(self, file: str, received: Sequence[ReceivedEntry]) -> Mapping[int, tuple[AnyBatchHeader, AnyEntry]]:
        kept = self._store.received_file(file)
        return self._originals.read(kept, {one.line for one in received}) if kept else {}

    def _part(
        self, entry: Entry, received: ReceivedEntry, header: AnyBatchHeader, record: AnyEntry
    ) -> Part | Unreadable:
        if isinstance(record, AdvEntry):
            return Unreadable(ORIGINAL_MISSING)  # an advice is not answered
        settled = replace(header, settlement_date=header.settlement_date or f"{received.settles_on:%j}")
        original = self._store.received(received.original) if received.original else None
        answer = WRITTEN[entry.kind](_Asked(entry, received, original, settled, record))
        return (
            Unreadable(answer.field.upper()) if isinstance(answer, AnswerInvalid) else AnswerPart(entry, header, answer)
        )

    # What the bank says of it.

    def told(self, entry: Entry, event: Event, *, by: str) -> None:
        """Nothing follows: it is back when it has settled."""

    def rejected(self, entry: Entry, *, code: str, by: str, facts: Mapping[str, str]) -> bool:
        del by, facts  # the file tells both
        if entry.kind not in BACK:
            return True
        received = self._entries.existing(entry.subject)
        if received.answer != entry.id:
            return False
        moved = self._entries.moved(received, _E.REJECTED, changes=lambda found: replace(found, reason=code))
        return moved.state is _S.RETURN_REJECTED

    def rebuilt(self, entry: Entry, new: AchFile, window: Window) -> None:
        del new, window  # it goes where its entry goes
        self._moved_back(entry, _E.REBUILT)

    def given_up(self, entry: Entry, *, by: str) -> None:
        """It goes into no further file: people decide anew what becomes of what it would have sent back."""
        del by
        received = self._moved_back(entry, _E.GIVEN_UP, changes=_anew)
        if received is not None:
            self._entries.work(received)

    def settled(self, entry: Entry) -> None:
        if entry.kind not in BACK:
            return
        received = self._entries.existing(entry.subject)
        event = _E.RETURN_SETTLED if received.amount.minor else _E.NOTHING_SETTLED
        moved = self._moved_back(entry, event)
        if moved is not None:
            self._entries.work(moved)

    def _moved_back(
        self, entry: Entry, event: ReceivedEvent, *, changes: Changes = lambda found: found
    ) -> ReceivedEntry | None:
        """None when the entry has another answer by now, or its state does not follow this one's."""
        if entry.kind not in BACK:
            return None
        received = self._entries.existing(entry.subject)
        if received.answer != entry.id:
            return None
        return self._entries.moved(received, event, changes=changes)


MISSING: Final = Unreadable(ORIGINAL_MISSING)


def _anew(received: ReceivedEntry) -> ReceivedEntry:
    """With the next attempt's keys: its money may pass through the same states once more."""
    return replace(received, answer=None, given_up=received.given_up + 1, undecided=True, attempt=received.attempt + 1)


def _wants(received: ReceivedEntry, scheduled: Scheduled) -> bool:
    """Whether this very answer is still to go."""
    if scheduled.kind is EntryKind.NOC:
        return received.change == scheduled.entry
    if scheduled.kind is EntryKind.NOC_REFUSAL:
        return received.state is _S.REFUSED_NOC and received.answer == scheduled.entry
    return received.state in (_S.RETURN_DUE, _S.RETURN_QUEUED) and received.answer in (None, scheduled.entry)


@dataclass(frozen=True, slots=True, repr=False)
class _Asked:
    entry: Entry
    received: ReceivedEntry
    original: ReceivedEntry | None
    """Of a contest: the entry that we had returned."""
    header: AnyBatchHeader
    record: Answered

    @property
    def code(self) -> str:
        return self.received.return_code or ""


def _return(asked: _Asked) -> Answered | AnswerInvalid:
    died_on = asked.received.grounds.died_on if RETURN_CODES[asked.code].date_of_death else None
    return return_of(
        asked.header,
        asked.record,
        return_code=asked.code,
        trace_number=asked.entry.trace,
        addenda_information=QUESTIONABLE if asked.received.questionable else "",
        date_of_death=f"{died_on:%y%m%d}" if died_on else "",
    )


def _dishonour(asked: _Asked) -> Answered | AnswerInvalid:
    return dishonored_return(asked.header, asked.record, return_code=asked.code, trace_number=asked.entry.trace)


def _contest(asked: _Asked) -> Answered | AnswerInvalid:
    if asked.original is None:
        return AnswerInvalid("original", "The entry that was returned is not known.")
    return contested_return(
        asked.header,
        asked.record,
        return_code=asked.code,
        trace_number=asked.entry.trace,
        date_returned=f"{asked.original.entered_at:%y%m%d}",
        original_settlement_date=f"{asked.original.settles_on:%j}",
    )


def _change(asked: _Asked) -> Answered | AnswerInvalid:
    code = asked.received.change_code or ""
    known = asked.received.change_data or {}
    return notification_of_change(
        asked.header,
        asked.record,
        change_code=code,
        corrected_data=corrected_data(code, **known),
        trace_number=asked.entry.trace,
    )


def _refused_change(asked: _Asked) -> Answered | AnswerInvalid:
    return refused_change(asked.header, asked.record, refusal_code=asked.code, trace_number=asked.entry.trace)


WRITTEN: Final[Mapping[EntryKind, Callable[[_Asked], Answered | AnswerInvalid]]] = {
    EntryKind.RETURN: _return,
    EntryKind.DISHONOUR: _dishonour,
    EntryKind.CONTEST: _contest,
    EntryKind.NOC: _change,
    EntryKind.NOC_REFUSAL: _refused_change,
}
