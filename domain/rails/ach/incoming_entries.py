"""One received entry, from its day of settlement to where it ends.

Each state is one piece of work that may be begun again anywhere. The order within a piece is always: the journal, then
what the customer sees, then the entry itself; so whoever dies in between is followed by somebody who finds the entry
as it was, and whose journal, payment and case are the ones that are there already.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from domain.accounts.model import AccountRecord
from domain.accounts.service import Accounts
from domain.cases.kinds import CaseKind
from domain.cases.model import Subject
from domain.cases.service import Cases
from domain.clock import Clock, instant_text
from domain.ids import entry_id, internal_account, payment_id
from domain.keys import derived_key
from domain.ledger.model import PAYMENT_EVIDENCE, Command, Posted
from domain.ledger.service import Ledger
from domain.payments.kinds import Event, PaymentKind
from domain.payments.model import BANK, AchProgress, AchTerms, Payment, Speed
from domain.payments.service import Payments
from domain.rails.ach import windows
from domain.rails.ach.calendar import previous_banking_day
from domain.rails.ach.effects import SETTLEMENT, UNPOSTED
from domain.rails.ach.incoming_kinds import (
    FORWARD,
    RECEIVED_EFFECTS,
    ReceivedEffect,
    ReceivedEvent,
    ReceivedKind,
    ReceivedState,
    received_target,
)
from domain.rails.ach.incoming_model import ReceivedEntry
from domain.rails.ach.incoming_screening import (
    NEVER_BY_ITSELF,
    Seen,
    Way,
    facts_of,
    refused,
    right_code,
    said,
    screened,
)
from domain.rails.ach.incoming_store import IncomingStore
from domain.rails.ach.kinds import EntryKind
from domain.rails.ach.model import Scheduled
from domain.rails.ach.records import Contended, changed
from domain.rails.ach.return_codes import return_allowed
from domain.rails.ach.store import AchStore
from domain.rails.ach.timetable import Timetable
from domain.refusals import NotFound
from domain.unsettled import Unsettled

STATES_IN_A_ROW_MAX: Final = 8
"""No entry goes through more states than that without somebody else saying something in between."""
MISSED_AFTER: Final = timedelta(minutes=30)
"""After the cut-off of the window that a return was scheduled for: when it is in no file by then, it takes the next."""
SUBJECT: Final = "ach_received_entry"
"""Of the cases about entries that came in."""
_S, _E = ReceivedState, ReceivedEvent

ANSWERED_BY: Final[Mapping[ReceivedKind, EntryKind]] = {
    ReceivedKind.CREDIT: EntryKind.RETURN,
    ReceivedKind.DEBIT: EntryKind.RETURN,
    ReceivedKind.ZERO: EntryKind.RETURN,
    ReceivedKind.RETURN: EntryKind.DISHONOUR,
    ReceivedKind.DISHONOUR: EntryKind.CONTEST,
    ReceivedKind.NOC: EntryKind.NOC_REFUSAL,
}
"""What goes out to send an entry back, or to refuse it. Nothing answers a contest."""
CASE_OF: Final[Mapping[ReceivedKind, CaseKind]] = {
    ReceivedKind.RETURN: CaseKind.ACH_RETURN_UNMATCHED,
    ReceivedKind.CONTEST: CaseKind.ACH_RETURN_UNMATCHED,
    ReceivedKind.DISHONOUR: CaseKind.ACH_DISHONOUR,
}
"""The case of an entry that waits for people; ACH_ENTRY_PENDED of what others originate."""

UNFINISHED: Final = frozenset({_S.PENDED, _S.RETURN_DUE, _S.RELEASING, _S.TAKING_BACK, _S.SENDING_BACK})
"""States that somebody brings an entry into when its file is done, and that ask for work at once: the sweep finds them.
The others are of the file's round, which is made again until every entry has come through."""

OWED_A_CHANGE: Final = frozenset({_S.POSTED, _S.ANSWERED})
"""States in which what is to go out is a notification of change."""
ASKED_BY_PEOPLE: Final = frozenset({_S.RELEASING, _S.TAKING_BACK})

Changes = Callable[[ReceivedEntry], ReceivedEntry]
Matcher = Callable[[ReceivedEntry], ReceivedEntry]
"""Begins an entry that speaks of something we sent: it comes back in another state, or as it was."""


class EntryMissing(Exception):
    """A received entry that something names does not exist: a fault, because none is ever deleted."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the work on received entries leans on."""

    store: IncomingStore
    outgoing: AchStore
    ledger: Ledger
    payments: Payments
    accounts: Accounts
    cases: Cases
    timetable: Timetable
    clock: Clock
    region: str
    jurisdiction: str


class ReceivedEntries:
    def __init__(self, parts: Parts) -> None:
        self._store = parts.store
        self._outgoing = parts.outgoing
        self._ledger = parts.ledger
        self._payments = parts.payments
        self._accounts = parts.accounts
        self._cases = parts.cases
        self._timetable = parts.timetable
        self._clock = parts.clock
        self._jurisdiction = parts.jurisdiction
        self.matchers: Mapping[ReceivedKind, Matcher] = {}
        """For each kind that speaks of what we sent, who finds out of what."""

    def existing(self, entry: str) -> ReceivedEntry:
        found = self._store.received(entry)
        if found is None:
            raise EntryMissing(entry)
        return found

    # Work.

    def work(self, entry: ReceivedEntry) -> ReceivedEntry:
        """Does what the entry's state asks for, until it waits for its day, for people, for a file, or for nothing."""
        for _ in range(STATES_IN_A_ROW_MAX):
            before = entry
            effect = RECEIVED_EFFECTS.get(entry.state)
            if effect is not None:
                entry = self._made(entry, effect)
            elif entry.state is _S.RECEIVED:
                entry = self._begun(entry)
            elif entry.state is _S.PENDED:
                entry = self._pended(entry)
            elif entry.state is _S.RETURN_DUE:
                entry = self._scheduled(entry)
            else:
                entry = self._in_time(entry)
            if entry.state is before.state:
                return entry
        raise Contended(entry.id)

    # Begun.

    def _begun(self, entry: ReceivedEntry) -> ReceivedEntry:
        if self._clock.now() < entry.posts_at:
            return entry
        if entry.kind not in FORWARD:
            return self.matchers[entry.kind](entry)
        if entry.amount.minor == 0:
            return self._answered(entry, screened(self.seen(entry), self.today()))
        repeats = self._repeated(entry)
        way = screened(replace(self.seen(entry), repeats=repeats), self.today())
        entry = self.shown(entry)
        if way is None:
            return self.moved(entry, _E.ACCEPTED)
        return self.moved(entry, _E.PENDED, changes=lambda found: replace(on_its_way(found, way), repeats=repeats))

    def _repeated(self, entry: ReceivedEntry) -> str | None:
        """The first that said the same; None when this is it."""
        holder = self._store.claim(f"entry#{said(entry)}", entry.id)
        return holder if holder != entry.id else None

    def _answered(self, entry: ReceivedEntry, way: Way | None) -> ReceivedEntry:
        """What moves no money is answered by silence, or goes back with a code, unless people are to decide that."""
        if way is None:
            told = self._told_of_change(entry)
            return self.moved(entry, _E.ANSWERED, changes=lambda found: _with_change(found, told))
        event = _E.UNDECIDED if way.undecided else _E.RETURN_DECIDED
        return self.moved(entry, event, changes=lambda found: on_its_way(found, way))

    def _told_of_change(self, entry: ReceivedEntry) -> ReceivedEntry:
        """With the notification of change that its sender is owed, listed for the next window; most are owed none."""
        code = right_code(self.seen(entry))
        if code is None:
            return entry
        change, window = self.listed(entry, EntryKind.NOC)
        due_at = window.cut_off_at + MISSED_AFTER
        return replace(entry, change=change, change_code="C05", change_data={"transaction_code": code}, due_at=due_at)

    def seen(self, entry: ReceivedEntry) -> Seen:
        return Seen(entry, self._record(entry))

    def _record(self, entry: ReceivedEntry) -> AccountRecord | None:
        return self._accounts.records([entry.account]).get(entry.account) if entry.account else None

    def today(self) -> date:
        """The processing day that a return decided now leaves on: it ends with the last cut-off of the night."""
        window = self._timetable.assign(self._clock.now(), windows.Speed.NEXT_DAY).window
        return window.settles_on if window.same_day else previous_banking_day(window.settles_on)

    def forwarded(self, entry: ReceivedEntry) -> ReceivedEntry:
        """Another region has it."""
        return self.moved(entry, _E.FORWARDED)

    # Money.

    def _made(self, entry: ReceivedEntry, effect: ReceivedEffect) -> ReceivedEntry:
        journal = effect.of_credit if entry.credit else effect.of_debit
        answer = self._ledger.post(self._command(entry, journal))
        if isinstance(answer, Posted):
            self._show(entry, SHOWN.get(effect.posted), answer.journal.id)
            told = self._told_of_change(entry) if entry.state is _S.POSTING else entry
            state, posted = entry.state, answer.journal.id
            return self.moved(
                entry,
                effect.posted,
                changes=lambda found: replace(
                    _with_change(found, told), journals={**found.journals, state.value: posted}
                ),
            )
        if effect.refused is None or not (answer.refusal.stored or isinstance(answer.refusal, NotFound)):
            raise Unsettled(f"{entry.id} {entry.state.value}: {answer.refusal.code}")
        head = self._ledger.head(entry.account) if entry.account else None
        way = refused(answer.refusal.code, head.status if head else None, self.seen(entry), self.today())
        if entry.state in ASKED_BY_PEOPLE:  # they hear that it cannot be, and decide again
            way = replace(way, code=entry.return_code, return_by=entry.return_by, undecided=True)
        return self.moved(
            entry,
            effect.refused,
            changes=lambda found: replace(on_its_way(found, way), attempt=found.attempt + 1),
        )

    def _command(self, entry: ReceivedEntry, journal: str) -> Command:
        role, book = _LEGS[journal]
        account = entry.account
        if role and account is None:
            raise ValueError(f"{entry.id} has no account for {journal}")
        return Command(
            kind=journal,
            initiator=internal_account(self._jurisdiction, entry.amount.currency, book) if book else account or "",
            scope=BANK,
            key=derived_key(entry.id, entry.state.value, journal, str(entry.attempt)),
            parties={role: account} if role and account else {},
            amounts={"amount": entry.amount},
            evidence=(
                *((f"{PAYMENT_EVIDENCE}{entry.payment}",) if entry.payment else ()),
                f"entry:{entry.id}",
                f"file:{entry.file}",
                f"trace:{entry.trace}",
            ),
        )

    # What its customer sees.

    def shown(self, entry: ReceivedEntry) -> ReceivedEntry:
        """Opens the payment that its customer sees of it, once."""
        if entry.account is None or entry.customer is None:
            return entry
        now = self._clock.now()
        payment = payment_id(entry.account, BANK, derived_key(entry.id))
        self._payments.open(
            Payment(
                id=payment,
                kind=PaymentKind.ACH_CREDIT_RECEIVED if entry.credit else PaymentKind.ACH_DEBIT_RECEIVED,
                account=entry.account,
                customer=entry.customer,
                counterparty="",
                counterparty_masked=entry.company_masked,
                amount=entry.amount,
                ach=AchTerms(
                    sec=entry.sec,
                    speed=Speed.NEXT_DAY,
                    description=entry.description,
                    remittance=entry.sealed_text,
                ),
                progress=AchProgress(
                    settles_on=entry.settles_on,
                    settles_at=entry.posts_at,
                    entry=entry.id,
                    file=entry.file,
                    trace=entry.trace,
                ),
                opened_by=BANK,
                opened_at=now,
                entered_at=now,
                fingerprint=entry.id,
            ),
            facts={"entry": entry.id, "file": entry.file, "sec": entry.sec},
        )
        return replace(entry, payment=payment)

    def _show(self, entry: ReceivedEntry, event: Event | None, journal: str | None = None) -> None:
        if entry.payment is None or event is None:
            return
        facts = {"entry": entry.id, **({"journal": journal} if journal else {})}
        if entry.return_code and event is not Event.POSTED:
            facts["code"] = entry.return_code
        state, code = entry.state.value, entry.return_code if event is not Event.POSTED else None

        def changes(found: Payment) -> Payment:
            journals = {**found.journals, state: journal} if journal else found.journals
            return replace(
                found,
                journals=journals,
                reason_code=entry.reason if event is not Event.POSTED else None,
                progress=replace(found.progress, return_code=code),
            )

        self._payments.move(entry.payment, event, by=BANK, facts=facts, changes=changes)

    # Pended.

    def _pended(self, entry: ReceivedEntry) -> ReceivedEntry:
        """By rule it goes back; else people decide, and at the deadline its fallback does."""
        if not entry.undecided and entry.return_code:
            return self.moved(entry, _E.RETURN_DECIDED)
        until = self.decided_by(entry)
        falls_back = entry.kind in FORWARD and entry.return_code is not None and entry.reason not in NEVER_BY_ITSELF
        if until is not None and falls_back and until <= self._clock.now():
            return self._fallen_back(entry, entry.return_code or "")
        case = self.case_of(entry, until)
        return self.noted(entry, lambda found: replace(found, case=case, due_at=until if falls_back else None))

    def _fallen_back(self, entry: ReceivedEntry, code: str) -> ReceivedEntry:
        """Nobody decided in time. Where even that comes too late, because nobody looked, it stays with people."""
        if return_allowed(code, facts_of(self.seen(entry)), self.today()) is None:
            return self.moved(entry, _E.RETURN_DECIDED, changes=lambda found: replace(found, undecided=False))
        return self.noted(entry, lambda found: replace(found, return_code=None, due_at=None))

    def decided_by(self, entry: ReceivedEntry) -> datetime | None:
        """Until when people decide; None where the rules set no day."""
        return self._timetable.decided_by(entry.return_by, entry.posts_at) if entry.return_by else None

    def case_of(self, entry: ReceivedEntry, due_at: datetime | None) -> str:
        facts = {
            "kind": entry.kind.value,
            "class": entry.sec,
            "amount": str(entry.amount),
            "reason": entry.reason or "",
            "trace": entry.trace,
            "file": entry.file,
            **({"account": entry.account} if entry.account else {}),
            **({"code": entry.code} if entry.code else {}),
            **({"of": entry.original} if entry.original else {}),
            **({"repeats": entry.repeats} if entry.repeats else {}),
            **({"goes back with": entry.return_code} if entry.return_code else {}),
            **({"last legal day": entry.return_by.isoformat()} if entry.return_by else {}),
            **({"decided by": instant_text(due_at)} if due_at else {}),
        }
        kind = CASE_OF.get(entry.kind, CaseKind.ACH_ENTRY_PENDED)
        key = f"pended-{entry.given_up}"
        return self._cases.open(kind, Subject(SUBJECT, entry.id), key=key, due_at=due_at, facts=facts).id

    # Going back.

    def _scheduled(self, entry: ReceivedEntry) -> ReceivedEntry:
        """Into the next window. Listed there before the entry says so: listed twice, it goes once."""
        answer, window = self.listed(entry, ANSWERED_BY[entry.kind])
        return self.queued(entry, answer, window.cut_off_at + MISSED_AFTER)

    def queued(self, entry: ReceivedEntry, answer: str, due_at: datetime | None) -> ReceivedEntry:
        """The answer waits for a file, or is in one already."""
        return self.moved(entry, _E.SCHEDULED, changes=lambda found: replace(found, answer=answer, due_at=due_at))

    def listed(self, entry: ReceivedEntry, kind: EntryKind) -> tuple[str, windows.Window]:
        """The id of an answer of this kind to the entry, and the next window, which it is listed for."""
        window = self._timetable.assign(self._clock.now(), windows.Speed.NEXT_DAY).window
        answer = entry_id(entry.id, kind.value, str(entry.given_up))
        self._outgoing.schedule(Scheduled(window=window.id, entry=answer, kind=kind, subject=entry.id))
        return answer, window

    def _in_time(self, entry: ReceivedEntry) -> ReceivedEntry:
        """What is to go out and whose window went without it takes the next one."""
        if entry.due_at is None or self._clock.now() < entry.due_at:
            return entry
        answer, kind = (entry.answer, ANSWERED_BY.get(entry.kind))
        if entry.state in OWED_A_CHANGE:
            answer, kind = entry.change, EntryKind.NOC
        if kind is None or answer is None or self._outgoing.entry(answer):
            return self.noted(entry, lambda found: replace(found, due_at=None))
        _, window = self.listed(entry, kind)
        return self.noted(entry, lambda found: replace(found, due_at=window.cut_off_at + MISSED_AFTER))

    # Writing.

    def moved(
        self, entry: ReceivedEntry, event: ReceivedEvent, *, changes: Changes = lambda found: found
    ) -> ReceivedEntry:
        """By the table, from the state that this work was done for; when somebody else did it, as it is now."""

        def move(stored: ReceivedEntry) -> ReceivedEntry:
            target = received_target(stored.state, event)
            if stored.state is not entry.state or target is None:
                return stored
            now = self._clock.now()
            due_at = now if target in UNFINISHED else None
            moved = changes(replace(stored, payment=stored.payment or entry.payment, due_at=due_at))
            return replace(moved, state=target, entered_at=now)

        return changed(lambda: self.existing(entry.id), move, self._store.replace_received)

    def noted(self, entry: ReceivedEntry, changes: Changes) -> ReceivedEntry:
        """Of the entry in the state that this was found out about; of no other."""

        def note(stored: ReceivedEntry) -> ReceivedEntry:
            return changes(stored) if stored.state is entry.state else stored

        return changed(lambda: self.existing(entry.id), note, self._store.replace_received)


SHOWN: Final[Mapping[ReceivedEvent, Event]] = {
    _E.POSTED: Event.POSTED,
    _E.PENDED_DONE: Event.PENDED,
    _E.TAKEN_BACK: Event.PENDED,
    _E.SENT_BACK: Event.GIVEN_BACK,
}
"""What its customer sees when the journal of a claimed state is posted."""

_LEGS: Final[Mapping[str, tuple[str | None, str | None]]] = {
    "ach_credit_received": ("destination", SETTLEMENT),
    "ach_debit_received": ("source", None),
    "ach_credit_pended": (None, SETTLEMENT),
    "ach_debit_pended": (None, UNPOSTED),
    "ach_credit_posted": ("destination", UNPOSTED),
    "ach_debit_posted": ("source", None),
    "ach_credit_taken_back": ("source", None),
    "ach_debit_given_back": ("destination", UNPOSTED),
    "ach_credit_sent_back": (None, UNPOSTED),
    "ach_debit_sent_back": (None, SETTLEMENT),
}
"""The role that the account has in a journal, and the book in whose name it is posted; None: the account's."""


def _with_change(entry: ReceivedEntry, told: ReceivedEntry) -> ReceivedEntry:
    if told.change is None:
        return entry
    return replace(
        entry,
        change=told.change,
        change_code=told.change_code,
        change_data=told.change_data,
        due_at=told.due_at,
    )


def on_its_way(entry: ReceivedEntry, way: Way) -> ReceivedEntry:
    return replace(entry, reason=way.reason, return_code=way.code, return_by=way.return_by, undecided=way.undecided)
