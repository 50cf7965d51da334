"""What people decided of received entries: posted, sent back, dishonoured, contested, accepted, corrected or refused.

Whatever was decided once is accepted again when it is said again, and is refused when the entry has gone another way
meanwhile.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from domain.cases.kinds import ResolutionCode
from domain.cases.model import Case
from domain.counterparties.model import AccountType
from domain.counterparties.model import Correction as CounterpartyCorrection
from domain.counterparties.service import Counterparties
from domain.ids import work_id
from domain.rails.ach.dishonour import (
    ReceivedDishonour,
    contest_reason,
    last_dishonour_day,
)
from domain.rails.ach.incoming_entries import MISSED_AFTER, Parts, ReceivedEntries
from domain.rails.ach.incoming_kinds import FORWARD, ReceivedEvent, ReceivedKind, ReceivedState
from domain.rails.ach.incoming_model import (
    NO_GROUNDS,
    AnswerNotAllowed,
    EntryNotPending,
    Grounds,
    ReceivedEntry,
    ReturnKeyReused,
)
from domain.rails.ach.incoming_reading import Originals
from domain.rails.ach.incoming_screening import facts_of, way_back
from domain.rails.ach.kinds import EntryKind
from domain.rails.ach.model import Entry
from domain.rails.ach.nacha import corrections
from domain.rails.ach.nacha.answering import last_answer
from domain.rails.ach.nacha.records import Addenda98, Addenda98Iat
from domain.rails.ach.noc_codes import refuse_by
from domain.rails.ach.return_codes import TOO_LATE, Decision, code_for, last_legal_day, return_allowed
from domain.rails.ach.tables import Reason
from domain.refusals import NotFound, Refusal

GONE_BACK: Final = frozenset(
    {
        ReceivedState.TAKING_BACK,
        ReceivedState.RETURN_DUE,
        ReceivedState.RETURN_QUEUED,
        ReceivedState.SENDING_BACK,
        ReceivedState.RETURNED,
    }
)
GONE_ON: Final = frozenset({ReceivedState.RELEASING, ReceivedState.POSTED, ReceivedState.ANSWERED})
ACCOUNT_TYPES: Final[Mapping[str, AccountType]] = {
    "2": AccountType.CHECKING,
    "3": AccountType.SAVINGS,
    "4": AccountType.GL,
    "5": AccountType.LOAN,
}
"""The first digit of a transaction code (Nacha Operating Rules, appendix three)."""
REFUSAL_UNMATCHED: Final = "C62"
"""The notification names a trace number that we did not send."""
REFUSAL_UNREADABLE: Final = "C65"
NO_CODE: Final = Reason("NO_CODE", "No code of the rules says this of the entry.")
NO_ACCOUNT: Final = Reason("NO_ACCOUNT", "No account of the bank is known for this entry.")
NOTHING_TO_CORRECT: Final = Reason("NOTHING_TO_CORRECT", "The notification corrects nothing that is kept here.")


_S, _E, _R = ReceivedState, ReceivedEvent, ResolutionCode


class Decisions:
    def __init__(
        self, parts: Parts, *, entries: ReceivedEntries, originals: Originals, counterparties: Counterparties
    ) -> None:
        self._store = parts.store
        self._outgoing = parts.outgoing
        self._entries = entries
        self._originals = originals
        self._counterparties = counterparties
        self._acts: Mapping[ResolutionCode, Callable[[ReceivedEntry, Case], Refusal | None]] = {
            _R.POST: self._post,
            _R.ACCEPT: self._post,
            _R.RETURN: self._send_back,
            _R.DISHONOUR: self._send_back,
            _R.CONTEST: self._send_back,
            _R.APPLY: self._apply,
            _R.REFUSE: self._refuse,
            _R.SETTLED_BY_HAND: self._settled_by_hand,
        }

    def decided(self, case: Case) -> Refusal | None:
        """Acts on the resolution of a received entry's case: of every kind but that of a return rate.

        Refusals: NotFound, EntryNotPending, AnswerNotAllowed, and those of a counterparty that cannot be corrected.
        """
        if case.resolution is None:
            raise ValueError(f"{case.id} has no resolution")
        entry = self._store.received(case.subject.id)
        if entry is None:
            return NotFound(case.subject.id)
        if entry.case != case.id:
            return None  # what it decided was carried out, and has since come to another case
        return self._acts[case.resolution.code](entry, case)

    # Pended entries.

    def _post(self, entry: ReceivedEntry, case: Case) -> Refusal | None:
        del case
        if entry.state not in GONE_ON:
            if entry.state is not _S.PENDED:
                return EntryNotPending(entry.id, entry.state.value)
            if entry.account is None:
                return _not_allowed(entry, NO_ACCOUNT)
            entry = self._entries.moved(entry, _E.RELEASED if entry.amount.minor else _E.ANSWERED)
        done = self._entries.work(entry)  # begun by whoever died in it, or now: the account may refuse either
        if done.state is _S.PENDED:
            return AnswerNotAllowed(entry.id, done.reason or "", "The account does not take it.")
        return None

    def _send_back(self, entry: ReceivedEntry, case: Case) -> Refusal | None:
        del case
        if entry.state in GONE_BACK:
            self._entries.work(entry)
            return None
        if entry.state is not _S.PENDED:
            return EntryNotPending(entry.id, entry.state.value)
        entry = self._with_code(entry)
        reason = self._against(entry)
        if reason is not None:
            return _not_allowed(entry, reason)
        code, last = entry.return_code, entry.return_by
        moved = self._entries.moved(
            entry,
            _E.RETURN_DECIDED,
            changes=lambda found: replace(found, undecided=False, return_code=code, return_by=last),
        )
        self._entries.work(moved)
        return None

    # Posted entries that go back after all.

    def send_back(
        self, entry: str, decision: Decision, *, by: str, key: str, facts: Grounds = NO_GROUNDS
    ) -> ReceivedEntry | Refusal:
        """Takes a posted entry back from its account and returns it: its receiver denies or refuses it, or its sender
        asked for it or agreed. Said again with the same key, it answers the entry as it is by then.

        Refusals: NotFound, EntryNotPending (it is not posted, or goes back because of somebody else), AnswerNotAllowed
        (no code, a statement or a date is missing, too late, or the account has not got the money any more; the same
        key tries again), ReturnKeyReused.
        """
        found = self._store.received(entry)
        if found is None:
            return NotFound(entry)
        request = work_id("ask", by, key)
        if found.asked_as == request:
            if (found.asked_for, found.grounds) != (decision.value, facts):
                return ReturnKeyReused(found.id)
            if found.state is not _S.POSTED:
                return self._taken_back(self._entries.work(found), request)
        if found.state is not _S.POSTED or found.kind not in FORWARD:
            return EntryNotPending(found.id, found.state.value)
        leans_on = facts_of(self._entries.seen(replace(found, grounds=facts)))
        code = code_for(decision, leans_on)
        reason = return_allowed(code, leans_on, self._entries.today()) if code else NO_CODE
        if code is None or reason is not None:
            return _not_allowed(found, reason or NO_CODE)
        last = last_legal_day(
            code,
            found.settles_on,
            statement_reviewed_on=facts.statement_reviewed_on,
            event_on=facts.event_on,
        )
        done = self._entries.work(
            self._entries.moved(
                found,
                _E.DISPUTED,
                changes=lambda one: replace(
                    one,
                    return_code=code,
                    return_by=last,
                    reason=decision.value.upper(),
                    asked_by=by,
                    asked_as=request,
                    asked_for=decision.value,
                    undecided=False,
                    grounds=facts,
                    questionable=decision is Decision.QUESTIONABLE,
                ),
            )
        )
        return self._taken_back(done, request)

    def _taken_back(self, done: ReceivedEntry, request: str) -> ReceivedEntry | Refusal:
        if done.state is _S.POSTED:
            return AnswerNotAllowed(done.id, done.reason or "", "The account does not give it back.")
        return done if done.asked_as == request else EntryNotPending(done.id, done.state.value)

    def _with_code(self, entry: ReceivedEntry) -> ReceivedEntry:
        """People may send back what no rule found a code for, as long as the rules allow any."""
        if entry.return_code or entry.kind not in FORWARD:
            return entry
        way = way_back(
            Decision.UNPROCESSABLE, self._entries.seen(entry), self._entries.today(), reason="", by_rule=False
        )
        return replace(entry, return_code=way.code, return_by=way.return_by)

    def _against(self, entry: ReceivedEntry) -> Reason | None:
        """What stands against sending it back today."""
        code, today = entry.return_code, self._entries.today()
        if code is None:
            return NO_CODE
        if entry.kind in FORWARD:
            return return_allowed(code, facts_of(self._entries.seen(entry)), today)
        if entry.kind is ReceivedKind.RETURN:
            return TOO_LATE if today > last_dishonour_day(entry.settles_on) else None
        returned_on = self._returned_on(entry)
        if returned_on is None:
            return NO_CODE
        return contest_reason(
            code, ReceivedDishonour(entry.code or "", entry.settles_on, returned_on.effective_on), today
        )

    def _returned_on(self, entry: ReceivedEntry) -> Entry | None:
        original = self._store.received(entry.original) if entry.original else None
        return self._outgoing.entry(original.answer) if original and original.answer else None

    def _settled_by_hand(self, entry: ReceivedEntry, case: Case) -> Refusal | None:
        """Its money stays where it is until people have moved it; nothing follows by itself any more."""
        del case
        if entry.state is _S.ANSWERED:
            return None
        if entry.state is not _S.PENDED:
            return EntryNotPending(entry.id, entry.state.value)
        if not entry.amount.minor:
            self._entries.moved(entry, _E.ANSWERED)
            return None
        noted = self._entries.noted(
            entry,
            lambda found: replace(
                found, due_at=None, reason=found.reason or "BY_HAND", return_code=None, return_by=None, undecided=True
            ),
        )
        return None if noted.state is _S.PENDED else EntryNotPending(entry.id, noted.state.value)

    # Notifications of change.

    def _apply(self, entry: ReceivedEntry, case: Case) -> Refusal | None:
        if entry.state is _S.APPLIED:
            return None
        if entry.state is not _S.CORRECTION_OPEN:
            return EntryNotPending(entry.id, entry.state.value)
        ours = self._outgoing.entry(entry.original) if entry.original else None
        correction = self.correction(entry)
        if ours is None or not ours.counterparty or correction is None:
            return _not_allowed(entry, NOTHING_TO_CORRECT)
        resolution = case.resolution
        approval = resolution.approval if resolution and resolution.approval else case.id
        applied = self._counterparties.apply_correction(ours.counterparty, correction, approval=approval)
        if isinstance(applied, Refusal):
            return applied
        self._entries.moved(entry, _E.APPLIED)
        return None

    def correction(self, entry: ReceivedEntry) -> CounterpartyCorrection | None:
        """What a notification says a counterparty should be, read where its file lies; None when it says nothing that
        is kept with one. It is personal: for whoever decides and whoever applies, never kept, never logged."""
        read = self._read(entry)
        if read is None or not read.complete:
            return None
        family = read.transaction_code[:1] if read.transaction_code else ""
        made = CounterpartyCorrection(
            noc=entry.id,
            code=read.change_code,
            name=read.receiver,
            routing_number=read.routing_number,
            account_number=read.account_number,
            account_type=ACCOUNT_TYPES.get(family),
        )
        return made if made.parts else None

    def _read(self, entry: ReceivedEntry) -> corrections.Correction | None:
        file = self._store.received_file(entry.file)
        came = self._originals.read(file, {entry.line}) if file else {}
        if entry.line not in came:
            return None
        said = last_answer(came[entry.line][1])
        if not isinstance(said, Addenda98 | Addenda98Iat):
            return None
        return corrections.parse(said.change_code, said.corrected_data)

    def _refuse(self, entry: ReceivedEntry, case: Case) -> Refusal | None:
        """Its sender is told by the next file, within fifteen days."""
        del case
        if entry.state is _S.REFUSED_NOC:
            self._entries.listed(entry, EntryKind.NOC_REFUSAL)
            return None
        if entry.state is not _S.CORRECTION_OPEN:
            return EntryNotPending(entry.id, entry.state.value)
        if self._entries.today() > refuse_by(entry.settles_on):
            return _not_allowed(entry, TOO_LATE)
        code = self.refusal_code(entry)
        answer, window = self._entries.listed(entry, EntryKind.NOC_REFUSAL)
        due_at = window.cut_off_at + MISSED_AFTER
        self._entries.moved(
            entry,
            _E.REFUSED_NOC,
            changes=lambda found: replace(found, answer=answer, return_code=code, due_at=due_at),
        )
        return None

    def refusal_code(self, entry: ReceivedEntry) -> str:
        """Why a notification is refused, as far as it shows: what it speaks of is not ours, or it cannot be read."""
        return REFUSAL_UNMATCHED if entry.original is None else REFUSAL_UNREADABLE


def _not_allowed(entry: ReceivedEntry, reason: Reason) -> AnswerNotAllowed:
    return AnswerNotAllowed(entry.id, reason.code, reason.message)
