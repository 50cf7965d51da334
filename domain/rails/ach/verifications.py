"""The proof of a counterparty, as entries: a prenote, or micro-entries of the bank's own cents.

They go out in the files that payments go out in, and are told of their settlement by them. What an attempt sends is
named after the counterparty and the attempt, so however often it is asked for it goes once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from domain.clock import Clock
from domain.counterparties.model import (
    AccountType,
    Counterparty,
    CounterpartyCreditOnly,
    CounterpartyStatus,
    HolderKind,
    OpenedCounterparty,
    VerificationStatus,
)
from domain.counterparties.service import Counterparties
from domain.customers.service import Customers
from domain.ids import entry_id, internal_account
from domain.keys import derived_key
from domain.ledger.model import Command, Posted
from domain.ledger.service import Ledger
from domain.money import Money
from domain.payments.kinds import Event
from domain.payments.model import BANK
from domain.rails.ach.composing import (
    CODES,
    IDENTIFICATION_MAX,
    RECEIVER_MAX,
    Originated,
    Part,
    Written,
)
from domain.rails.ach.effects import IN_TRANSIT, SETTLEMENT
from domain.rails.ach.kinds import EntryKind, EntryState
from domain.rails.ach.micro_volumes import MicroVolumes
from domain.rails.ach.model import AchFile, Entry, Scheduled
from domain.rails.ach.nacha.drafting import entry as drafted
from domain.rails.ach.nacha.records import AnyEntry
from domain.rails.ach.origins import READY, Draft, Taken, Unreadable
from domain.rails.ach.sec_codes import Purpose, description_of
from domain.rails.ach.store import AchStore
from domain.rails.ach.timetable import Timetable
from domain.rails.ach.windows import Speed, Window
from domain.refusals import NotFound, Refusal
from domain.sealing import Shredded
from domain.unsettled import Unsettled

CURRENCY: Final = "USD"
MICRO_ENTRIES: Final = "micro_entries"
"""The bank's own book that pays and gets back the cents."""
PRENOTE: Final = "PRENOTE"
"""Company Entry Description of a prenote; the rules give none."""
PROOF: Final = "PROOF"
NOT_WANTED: Final = "NOT_WANTED"
AWAITED: Final = frozenset({VerificationStatus.INTENDED, VerificationStatus.SENT})


@dataclass(frozen=True, slots=True, repr=False)
class ProofPart(Originated):
    """A prenote or a micro-entry. Credits and debits of micro-entries stand in one batch, which is of nothing else."""

    @property
    def purpose(self) -> str:
        return PROOF

    def record(self, written: Written) -> AnyEntry:
        details = self.receiver.details
        return drafted(
            sec=self.entry.sec,
            transaction_code=_transaction_code(details.account_type, self.entry.kind),
            routing_number=details.routing_number,
            account_number=details.account_number,
            amount_minor=self.entry.amount.minor,
            receiver=written.name(details.name, RECEIVER_MAX),
            trace_number=self.entry.trace,
            identification=self.receiver.id[-IDENTIFICATION_MAX:].upper(),
        )


class Verifications:
    """Carries verifications for counterparties, and stands behind their entries."""

    def __init__(
        self,
        *,
        outgoing: AchStore,
        ledger: Ledger,
        counterparties: Callable[[], Counterparties],
        customers: Customers,
        timetable: Timetable,
        volumes: MicroVolumes,
        clock: Clock,
        jurisdiction: str,
    ) -> None:
        """`counterparties` is asked for when it is needed: each of the two knows the other."""
        self._outgoing = outgoing
        self._ledger = ledger
        self._counterparties = counterparties
        self._customers = customers
        self._timetable = timetable
        self._volumes = volumes
        self._clock = clock
        self._jurisdiction = jurisdiction

    # What counterparties ask for.

    def send_prenote(self, counterparty: Counterparty, *, attempt: int) -> bool:
        self._schedule(counterparty.id, attempt, EntryKind.PRENOTE)
        return True

    def send_micro_entries(self, counterparty: Counterparty, *, attempt: int, amounts: tuple[int, int]) -> bool:
        """The amounts stay sealed with the counterparty until the entries go into a file."""
        del amounts
        self._schedule(counterparty.id, attempt, EntryKind.MICRO_CREDIT)
        return True

    def _schedule(self, counterparty: str, attempt: int, kind: EntryKind) -> None:
        window = self._timetable.assign(self._clock.now(), Speed.NEXT_DAY).window
        entry = entry_id(counterparty, kind.value, str(attempt))
        subject = f"{counterparty}.{attempt}"
        self._outgoing.schedule(Scheduled(window=window.id, entry=entry, kind=kind, subject=subject))

    # What a file asks for.

    def drafts(self, scheduled: Scheduled, file: AchFile) -> tuple[Draft, ...]:
        counterparty, attempt = _of(scheduled.subject)
        if not self._awaited(counterparty, attempt):
            return ()
        if scheduled.kind is EntryKind.PRENOTE:
            return (self._draft(scheduled, EntryKind.PRENOTE, 0, PRENOTE),)
        amounts = self._counterparties().micro_amounts(counterparty, attempt=attempt)
        described = description_of(Purpose.ACCOUNT_VERIFICATION, file.effective_on)
        if isinstance(amounts, Refusal) or described is None:
            return ()
        first, second = (self._draft(scheduled, EntryKind.MICRO_CREDIT, minor, described.text) for minor in amounts)
        debit = self._draft(scheduled, EntryKind.MICRO_DEBIT, sum(amounts), described.text)
        takes_debits = self._counterparties().kept(counterparty).account_type is not AccountType.LOAN
        return (first, _second(second), *((debit,) if takes_debits else ()))

    def _awaited(self, counterparty: str, attempt: int) -> bool:
        kept = self._counterparties().kept(counterparty)
        latest = kept.verification
        open_still = kept.status is not CounterpartyStatus.CLOSED
        return open_still and latest is not None and latest.attempt == attempt and latest.status in AWAITED

    def _draft(self, scheduled: Scheduled, kind: EntryKind, minor: int, description: str) -> Draft:
        counterparty, attempt = _of(scheduled.subject)
        kept = self._counterparties().kept(counterparty)
        return Draft(
            id=scheduled.entry if kind is scheduled.kind else entry_id(counterparty, kind.value, str(attempt)),
            kind=kind,
            subject=scheduled.subject,
            counterparty=counterparty,
            counterparty_masked=kept.masked_number,
            customer=kept.customer,
            amount=Money(minor, CURRENCY),
            sec="PPD" if kept.holder_kind is HolderKind.CONSUMER else "CCD",
            description=description,
            rdfi=kept.routing_number[:8],
        )

    def take(self, entry: Entry) -> Taken:
        counterparty, attempt = _of(entry.subject)
        gone = isinstance(self._counterparties().opened(counterparty), Refusal)
        if gone or not self._awaited(counterparty, attempt):
            return Taken(EntryState.EXCLUDED, NOT_WANTED)
        if entry.kind is not EntryKind.MICRO_CREDIT:
            return READY
        return Taken(EntryState.READY, journal=self._posted(entry, "ach_micro_sent"))

    def parts(self, entries: Sequence[Entry], same_day_until: str) -> Mapping[str, Part | Unreadable]:
        return {entry.id: self._part(entry, same_day_until) for entry in entries}

    def _part(self, entry: Entry, same_day_until: str) -> ProofPart | Unreadable:
        receiver = self._counterparties().opened(entry.counterparty)
        if not isinstance(receiver, OpenedCounterparty):
            return Unreadable(receiver.code)
        if entry.kind is EntryKind.MICRO_DEBIT and receiver.details.account_type is AccountType.LOAN:
            return Unreadable(CounterpartyCreditOnly.code)  # its type was corrected since
        customer = self._customers.get(entry.customer)
        profile = customer if isinstance(customer, NotFound) else self._customers.profile(customer)
        if isinstance(profile, Refusal):
            return Unreadable(Shredded.code)
        return ProofPart(entry, receiver, profile.name, same_day_until)

    # What the bank says.

    def told(self, entry: Entry, event: Event, *, by: str) -> None:
        """Nothing follows before they settle."""

    def rejected(self, entry: Entry, *, code: str, by: str, facts: Mapping[str, str]) -> bool:  # noqa: ARG002 - the port's own names
        """What has settled was taken: its cents are where the settlement says, and are not given back as well."""
        return entry.kind not in SETTLED or not self._is_posted(entry, SETTLED[entry.kind])

    def rebuilt(self, entry: Entry, new: AchFile, window: Window) -> None:
        """They go where their entry goes."""

    def given_up(self, entry: Entry, *, by: str) -> None:
        """Its cents come back; the verification ends by its own time, and another one may be started."""
        del by
        if entry.kind in SETTLED and self._is_posted(entry, SETTLED[entry.kind]):  # since it was rejected
            self._posted(entry, BACK[entry.kind])
        elif entry.kind is EntryKind.MICRO_CREDIT:
            self._posted(entry, REJECTED)

    def settled(self, entry: Entry) -> None:
        counterparty, attempt = _of(entry.subject)
        self._settle(entry)
        told = self._counterparties().verification_settled(counterparty, attempt=attempt, settled_on=entry.effective_on)
        self._heard(told)

    def returned(self, entry: Entry, *, code: str) -> None:
        """A prenote or a micro-entry came back, perhaps before its own settlement was looked at."""
        counterparty, attempt = _of(entry.subject)
        self._settle(entry)
        if entry.kind in BACK:
            self._posted(entry, BACK[entry.kind])
            self._volumes.returned(entry, code=code)
        told = self._counterparties().verification_returned(counterparty, attempt=attempt, return_code=code)
        self._heard(told)

    def _settle(self, entry: Entry) -> None:
        if entry.kind in SETTLED and not self._is_posted(entry, REJECTED):
            self._posted(entry, SETTLED[entry.kind])
            self._volumes.sent(entry)

    def _heard(self, told: Counterparty | Refusal) -> None:
        if isinstance(told, Refusal) and told.retryable:
            raise Unsettled(told.code)

    def _is_posted(self, entry: Entry, journal: str) -> bool:
        initiator, key = self._initiator(entry, journal), derived_key(entry.id, journal)
        return isinstance(self._ledger.outcome(initiator=initiator, scope=BANK, key=key), Posted)

    def _initiator(self, entry: Entry, journal: str) -> str:
        return internal_account(self._jurisdiction, entry.amount.currency, DEBITED[journal])

    def _posted(self, entry: Entry, journal: str) -> str:
        answer = self._ledger.post(
            Command(
                kind=journal,
                initiator=self._initiator(entry, journal),
                scope=BANK,
                key=derived_key(entry.id, journal),
                amounts={"amount": entry.amount},
                evidence=(f"entry:{entry.id}", f"file:{entry.file}", f"trace:{entry.trace}"),
            )
        )
        if not isinstance(answer, Posted):
            raise Unsettled(f"{entry.id} {journal}: {answer.refusal.code}")
        return answer.journal.id


REJECTED: Final = "ach_micro_rejected"
SETTLED: Final[Mapping[EntryKind, str]] = {
    EntryKind.MICRO_CREDIT: "ach_credit_settled",
    EntryKind.MICRO_DEBIT: "ach_micro_collected",
}
BACK: Final[Mapping[EntryKind, str]] = {
    EntryKind.MICRO_CREDIT: "ach_micro_returned",
    EntryKind.MICRO_DEBIT: "ach_micro_uncollected",
}
DEBITED: Final[Mapping[str, str]] = {
    "ach_micro_sent": MICRO_ENTRIES,
    REJECTED: IN_TRANSIT,
    "ach_credit_settled": IN_TRANSIT,
    "ach_micro_collected": SETTLEMENT,
    "ach_micro_returned": SETTLEMENT,
    "ach_micro_uncollected": MICRO_ENTRIES,
}
"""The book in whose name each journal is posted."""


def _of(subject: str) -> tuple[str, int]:
    """The counterparty and the attempt that an entry is of."""
    counterparty, _, attempt = subject.rpartition(".")
    return counterparty, int(attempt)


def _second(draft: Draft) -> Draft:
    """The second credit of an attempt is an entry of its own."""
    counterparty, attempt = _of(draft.subject)
    return replace(draft, id=entry_id(counterparty, draft.kind.value, str(attempt), "second"))


def _transaction_code(account_type: AccountType, kind: EntryKind) -> str:
    if kind is EntryKind.PRENOTE:
        return CODES[account_type, EntryKind.CREDIT][0] + "3"
    return CODES[account_type, EntryKind.DEBIT if kind is EntryKind.MICRO_DEBIT else EntryKind.CREDIT]
