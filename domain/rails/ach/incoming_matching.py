"""Entries that speak of something we sent: returns, dishonours, contests and notifications of change.

What is matched is told: the payment moves, the counterparty learns, the originator's returns are counted. What is not
matched, or may be wrong, keeps its money in a book of the bank and is somebody's case; nothing is dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Final

from domain.cases.kinds import CaseKind
from domain.cases.model import Subject
from domain.counterparties.service import Counterparties
from domain.payments.kinds import Event, PaymentState
from domain.payments.model import Payment, partner
from domain.rails.ach import noc_codes
from domain.rails.ach.calendar import instant_of
from domain.rails.ach.dishonour import (
    ReceivedDishonour,
    ReceivedReturn,
    contest_reason,
    last_contest_day,
    last_dishonour_day,
    right_dishonours,
)
from domain.rails.ach.incoming_entries import Parts, ReceivedEntries, on_its_way
from domain.rails.ach.incoming_kinds import ReceivedEvent, ReceivedKind
from domain.rails.ach.incoming_model import ReceivedEntry
from domain.rails.ach.incoming_ports import FraudLabels, Proofs
from domain.rails.ach.incoming_screening import Way
from domain.rails.ach.kinds import OF_PAYMENTS, VERIFICATIONS, EntryKind, EntryState
from domain.rails.ach.matching import (
    AlreadyReturned,
    Ambiguous,
    Candidate,
    Match,
    Matched,
    ReturnSeen,
    Unmatched,
    match_return,
)
from domain.rails.ach.model import Entry
from domain.rails.ach.records import Contended
from domain.rails.ach.return_codes import RETURN_CODES, Policy, policy_of
from domain.rails.ach.sponsors import sponsor_on
from domain.rails.ach.steps import Steps

CLAIMS_MAX: Final = 5
"""Lost races for one entry of ours: its file and its returns."""
OPENING: Final = time(9)
"""In New York: when the people who work a case are there on the day it is due."""
ORIGINATED: Final = OF_PAYMENTS | VERIFICATIONS
RETURNABLE: Final = frozenset({PaymentState.SETTLED, PaymentState.CLEARED, PaymentState.COMPLETED})
WITH_THE_BANK: Final = frozenset({PaymentState.IN_FILE, PaymentState.SENT})
"""Its acknowledgement has not come, and whoever returns an entry has had it."""
DISTRUSTED: Final = frozenset(
    {Policy.CLOSE_COUNTERPARTY, Policy.NEW_ACCOUNT, Policy.UNAUTHORISED, Policy.STOP, Policy.FRAUD_CASE}
)
"""After such a return nothing more is sent to or collected from the counterparty until it has been proved anew."""
DENIED: Final = frozenset({Policy.UNAUTHORISED, Policy.FRAUD_CASE})
CONTESTS: Final[Mapping[str, str]] = {"R62": "R77", "R67": "R75", "R68": "R73", "R69": "R76"}
"""What contests a dishonour, where the stored return shows that it is wrong; R72 goes before all of them."""
_E = ReceivedEvent


@dataclass(frozen=True, slots=True)
class Wait:
    """What it returns has not settled yet."""

    payment: Payment


class Matching:
    def __init__(
        self,
        parts: Parts,
        *,
        entries: ReceivedEntries,
        steps: Steps,
        counterparties: Counterparties,
        proofs: Proofs,
        labels: FraudLabels,
    ) -> None:
        self._store = parts.store
        self._outgoing = parts.outgoing
        self._payments = parts.payments
        self._cases = parts.cases
        self._clock = parts.clock
        self._entries = entries
        self._steps = steps
        self._counterparties = counterparties
        self._proofs = proofs
        self._labels = labels
        entries.matchers = {
            ReceivedKind.RETURN: self._returned,
            ReceivedKind.DISHONOUR: self._dishonoured,
            ReceivedKind.CONTEST: self._contested,
            ReceivedKind.NOC: self._corrected,
            ReceivedKind.NOC_REFUSAL: self._noted,
            ReceivedKind.NOTICE: self._noted,
        }

    # Returns of what we originated.

    def _returned(self, entry: ReceivedEntry) -> ReceivedEntry:
        match = self._matched(entry)
        match match:
            case Matched(ours):
                return self._brought_back(entry, self._ours(ours))
            case AlreadyReturned(ours):
                return self._pended(entry, "RETURNED_BEFORE", dishonour="R67", original=ours)
            case Ambiguous():
                return self._pended(entry, "AMBIGUOUS")
            case Unmatched(near):
                if not near:
                    return self._pended(entry, "UNMATCHED")
                reason = "DIFFERS_IN_" + "_".join(near[0].differs).upper()
                return self._pended(entry, reason, dishonour="R69", original=near[0].id)

    def _matched(self, entry: ReceivedEntry) -> Match:
        seen = ReturnSeen(
            trace=entry.original_trace or "",
            amount_minor=entry.amount.minor,
            rdfi8=entry.original_rdfi or "",
            original_on=entry.effective_on,
        )
        return match_return(seen, [_candidate(one, entry) for one in self._sent(entry.original_trace)])

    def _sent(self, trace: str | None) -> Sequence[Entry]:
        """Entries that we originated under a trace number and that the bank did not refuse."""
        found = self._outgoing.entry_of_trace(trace) if trace else ()
        return [one for one in found if one.kind in ORIGINATED and one.state is EntryState.READY]

    def _ours(self, entry: str) -> Entry:
        found = self._outgoing.entry(entry)
        if found is None:
            raise RuntimeError(f"{entry} carried a trace number and does not exist")
        return found

    def _brought_back(self, entry: ReceivedEntry, ours: Entry) -> ReceivedEntry:
        judged = ReceivedReturn(
            code=entry.code or "",
            settled_on=entry.settles_on,
            entry_settled_on=ours.effective_on,
            returned_before=ours.returned_by not in (None, entry.id),
        )
        wrong = right_dishonours(judged)
        if wrong and ours.returned_by != entry.id:
            return self._pended(entry, "WRONG_RETURN", dishonour=wrong[0], original=ours.id)
        moment = self._ready(ours) if ours.kind in OF_PAYMENTS else None
        if isinstance(moment, Wait):
            later = moment.payment.progress.settles_at or entry.posts_at
            return self._entries.noted(entry, lambda found: replace(found, posts_at=max(found.posts_at, later)))
        if moment is not None:
            return self._pended(entry, moment, original=ours.id)
        claimed = self._claimed(ours, entry)
        if claimed.returned_by != entry.id:
            return self._pended(entry, "RETURNED_BEFORE", dishonour="R67", original=ours.id)
        self._told(claimed, entry)
        return self._entries.moved(entry, _E.MATCHED, changes=lambda found: replace(found, original=ours.id))

    def _ready(self, ours: Entry) -> Wait | str | None:
        """None when the payment can come back now; else what it waits for, or why it cannot."""
        payment = self._steps.advance(self._payments.existing(ours.subject))
        if payment.state in WITH_THE_BANK:
            payment = self._payments.move(
                payment.id,
                Event.ACKNOWLEDGED,
                by=partner(sponsor_on(ours.effective_on).partner),
                facts={"file": ours.file, "by": "its return"},
                only_if=lambda found: found.progress.file == ours.file,
            ).payment
        if payment.state is PaymentState.ACKNOWLEDGED:
            self._steps.run("settle", payment=payment.id, token=None)
            payment = self._payments.existing(payment.id)
        if payment.state is PaymentState.ACKNOWLEDGED:
            return Wait(payment)
        known = payment.state in RETURNABLE or payment.came_back
        return None if known else f"PAYMENT_{payment.state.value}"

    def _claimed(self, ours: Entry, entry: ReceivedEntry) -> Entry:
        """Our entry as the one that this return brought back, unless another one did."""
        for _ in range(CLAIMS_MAX):
            stored = self._ours(ours.id)
            if stored.returned_by is not None:
                return stored
            claimed = replace(stored, returned_by=entry.id, reason_code=entry.code, version=stored.version + 1)
            if self._outgoing.replace_entry(claimed, version=stored.version):
                return claimed
        raise Contended(f"{ours.id}: {CLAIMS_MAX} others in a row wrote it first")

    def _told(self, ours: Entry, entry: ReceivedEntry) -> None:
        code = entry.code or ""
        if ours.kind in VERIFICATIONS:
            self._proofs.returned(ours, code=code if code in RETURN_CODES else "R17")
            return
        payment = self._payments.move(
            ours.subject,
            Event.RETURNED,
            by=partner(sponsor_on(ours.effective_on).partner),
            facts={"code": code, "entry": entry.id, "file": entry.file},
            changes=lambda found: replace(found, reason_code=code, progress=replace(found.progress, return_code=code)),
        ).payment
        self._steps.advance(payment)
        self._learned(ours, entry, code)
        self._labelled(payment, entry, code)

    def _labelled(self, payment: Payment, entry: ReceivedEntry, code: str) -> None:
        """Last, and again with everything above while it is refused: the entry is not matched before it is kept."""
        refusal = self._labels.returned(
            payment.id,
            code=code,
            questionable=entry.questionable,
            learnt_at=entry.entered_at,
            happened_at=payment.opened_at,
        )
        if refusal is not None:
            raise Contended(f"{entry.id}: {refusal.code}")

    def _learned(self, ours: Entry, entry: ReceivedEntry, code: str) -> None:
        """What follows from the code: for the counterparty, for the people who watch, for the originator's rates."""
        policy = policy_of(code, questionable=entry.questionable) if code in RETURN_CODES else Policy.STOP
        if policy in DISTRUSTED:
            self._distrusted(ours, code)
        if policy in DENIED:
            self._cases.open(
                CaseKind.ACH_RETURN_UNAUTHORISED,
                Subject("payment", ours.subject),
                key=entry.id,
                facts={
                    "payment": ours.subject,
                    "code": code,
                    "amount": str(ours.amount),
                    "counterparty": ours.counterparty_masked,
                    "customer": ours.customer,
                },
            )
        if ours.kind is EntryKind.DEBIT:
            self._store.count(ours.customer, entry.settles_on, code, once=entry.id)

    def _distrusted(self, ours: Entry, code: str) -> None:
        latest = self._counterparties.kept(ours.counterparty).verification
        if latest is not None and code in RETURN_CODES:
            self._counterparties.verification_returned(ours.counterparty, attempt=latest.attempt, return_code=code)

    def _pended(
        self, entry: ReceivedEntry, reason: str, *, dishonour: str | None = None, original: str | None = None
    ) -> ReceivedEntry:
        """Its money lies in a book of the bank, and a person decides. What carries none is told to people alone."""
        last = last_dishonour_day(entry.settles_on) if dishonour else None
        way = Way(reason, dishonour, last, undecided=True)

        def known(found: ReceivedEntry) -> ReceivedEntry:
            return replace(on_its_way(found, way), original=original)

        if entry.amount.minor:
            return self._entries.moved(entry, _E.PENDED, changes=known)
        case = self._entries.case_of(known(entry), None)
        return self._entries.moved(entry, _E.ANSWERED, changes=lambda found: replace(known(found), case=case))

    # Dishonours of returns that we sent, and contests of dishonours that we sent.

    def _dishonoured(self, entry: ReceivedEntry) -> ReceivedEntry:
        sent = self._answer_of(entry, EntryKind.RETURN)
        if sent is None:
            return self._pended_answer(entry, None, Way("UNMATCHED", None, None, undecided=True))
        out, original = sent
        if entry.amount != out.amount:
            return self._pended_answer(entry, original, Way("DIFFERS_IN_AMOUNT", None, None, undecided=True))
        code = self._contest_for(entry, out)
        last = last_contest_day(entry.settles_on)
        return self._pended_answer(entry, original, Way(entry.code or "", code, last if code else None, undecided=True))

    def _contested(self, entry: ReceivedEntry) -> ReceivedEntry:
        sent = self._answer_of(entry, EntryKind.DISHONOUR)
        reason = (entry.code or "CONTESTED") if sent else "UNMATCHED"
        return self._pended_answer(entry, sent[1] if sent else None, Way(reason, None, None, undecided=True))

    def _answer_of(self, entry: ReceivedEntry, kind: EntryKind) -> tuple[Entry, ReceivedEntry] | None:
        """The answer of ours that the entry speaks of, and what that had answered."""
        found = self._outgoing.entry_of_trace(entry.answered_trace) if entry.answered_trace else ()
        sent = [one for one in found if one.kind is kind and one.state is EntryState.READY]
        if len(sent) != 1:
            return None
        return sent[0], self._entries.existing(sent[0].subject)

    def _contest_for(self, entry: ReceivedEntry, out: Entry) -> str | None:
        """The code that contests a dishonour; None when nothing shows that it is wrong."""
        received = ReceivedDishonour(entry.code or "", entry.settles_on, out.effective_on)
        today = self._entries.today()
        for code in ("R72", CONTESTS.get(received.code, "")):
            if code and contest_reason(code, received, today) is None:
                return code
        return None

    def _pended_answer(self, entry: ReceivedEntry, original: ReceivedEntry | None, way: Way) -> ReceivedEntry:
        """With the account that the entry it began with names, so that people may post it there after all."""

        def known(found: ReceivedEntry) -> ReceivedEntry:
            return replace(
                on_its_way(found, way),
                original=original.id if original else None,
                account=original.account if original else None,
                customer=original.customer if original else None,
                sealed_text=original.sealed_text if original else None,
            )

        if not entry.amount.minor:
            return self._entries.moved(entry, _E.ANSWERED, changes=known)
        shown = self._entries.shown(known(entry))
        return self._entries.moved(shown, _E.PENDED, changes=known)

    # Notifications of change.

    def _corrected(self, entry: ReceivedEntry) -> ReceivedEntry:
        """Two people look at it, by the day by which the rules want it made."""
        about = [one for one in self._sent(entry.original_trace) if one.rdfi == entry.original_rdfi]
        ours = about[0] if len(about) == 1 else None
        row = noc_codes.NOC_CODES.get(entry.code or "")
        case = self._cases.open(
            CaseKind.ACH_NOC,
            Subject("ach_received_entry", entry.id),
            key="change",
            due_at=instant_of(noc_codes.apply_by(entry.settles_on), OPENING),
            facts={
                "code": entry.code or "",
                "corrects": row.title if row else "unknown",
                "trace": entry.original_trace or "",
                **({"of": ours.subject, "counterparty": ours.counterparty} if ours else {"of": "nothing that we sent"}),
                "refused by": noc_codes.refuse_by(entry.settles_on).isoformat(),
            },
        )
        return self._entries.moved(
            entry,
            _E.CORRECTION_OPENED,
            changes=lambda found: replace(
                found,
                case=case.id,
                original=ours.id if ours else None,
                reason=None if ours else "UNMATCHED",
                return_by=noc_codes.refuse_by(found.settles_on),
            ),
        )

    # What asks for nothing.

    def _noted(self, entry: ReceivedEntry) -> ReceivedEntry:
        return self._entries.moved(entry, _E.ANSWERED, changes=lambda found: replace(found, reason=found.code))


def _candidate(ours: Entry, entry: ReceivedEntry) -> Candidate:
    return Candidate(
        id=ours.id,
        trace=ours.trace,
        amount_minor=ours.amount.minor,
        settled_on=ours.effective_on,
        effective_on=ours.effective_on,
        rdfi8=ours.rdfi,
        returned=ours.returned_by not in (None, entry.id),
    )
