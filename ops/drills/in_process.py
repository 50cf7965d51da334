"""A world for drills in memory: the real services, journeys in process, and the sponsor bank beside them.

Time is the bank's own clock, and goes on by minutes while the drill waits: days pass in a second or two.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from domain.access.model import Group
from domain.cases.kinds import ResolutionCode
from domain.cases.model import CaseState
from domain.ledger.events import JournalPosted, event_of
from domain.notices.ledger_news import LedgerNews
from domain.rails.ach.exchange import INBOUND, OUTBOUND
from ops.drills.door import Door
from ops.drills.world import CaseSeen, EntrySeen, FileSeen, HappeningSeen, Money, PaymentSeen, Told
from ops.simulation.ach_world import LEADER, AchWorld, staff_of
from ops.sponsor.bank import SponsorBank
from ops.sponsor.checking import late_by_windows
from ops.sponsor.state import State, dumped, loaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.access.model import Actor
    from domain.accounts.model import Account
    from domain.counterparties.model import Counterparty
    from domain.notices.model import Notice
    from domain.payments.model import Payment
    from ops.sponsor.state import Message

BEFORE_A_HOLIDAY: Final = datetime(2026, 5, 22, 19, 55, tzinfo=UTC)
"""Five to four on the Friday before Memorial Day in New York: the last same-day window is about to be cut off."""
TICK: Final = timedelta(minutes=5)
TICKS_MAX: Final = 8 * 24 * 12
"""Eight days: the longest run of closed days, and what is waited for after it."""
ABOUT_ACH: Final = "ACH_"
MESSAGES_AT_ONCE: Final = 100
LISTED_MAX: Final = 100


class InProcess:
    form = "in process"

    def __init__(self, *, now: datetime = BEFORE_A_HOLIDAY) -> None:
        self.bank = AchWorld(now=now)
        self.sponsor_bank = SponsorBank(State(), randomness=random.Random(11), late=late_by_windows)  # noqa: S311  (ids, no secrets)
        self.door = Door(self.bank)
        self._news = LedgerNews(notices=self.bank.notices, accounts=self.bank.accounts)
        self._told_of: set[str] = set()
        self._people: dict[str, tuple[Actor, Account, Counterparty]] = {}
        self._sent = 0

    # Time.

    def now(self) -> datetime:
        return self.bank.clock.now()

    def until(self, condition: Callable[[], bool]) -> bool:
        for _ in range(TICKS_MAX):
            self._go_on()
            if condition():
                return True
            self.bank.clock.move(TICK)
        return False

    def pass_acknowledgement_deadline(self) -> None:
        self.bank.clock.move(self.bank.deadlines.acknowledgement + TICK)
        self._go_on()

    def _go_on(self) -> None:
        """What happens at a time: journeys and files of the bank, the sponsor bank's look, its messages, the news."""
        self.bank.files()
        self.bank.run()
        self._sponsor_looks()
        self.bank.files()
        self.bank.run()
        self.bank.take_in()
        self.bank.payments.sweep()
        self._tell()

    def _sponsor_looks(self) -> None:
        now, sponsor = self.now(), self.sponsor_bank
        for key, content in sorted(self.bank.exchange.files.items()):
            if key.startswith(OUTBOUND):
                sponsor.take(key.removeprefix(OUTBOUND), content, region=self.bank.region, now=now)
        sponsor.go_on(now)
        for file in sponsor.to_put():
            self.bank.exchange.put(file.name, (file.text or "").encode("latin-1"))
            sponsor.put(file.name)
            if file.name.startswith(INBOUND):
                self.bank.incoming.files.receive(file.name)
        for message in sponsor.due(now, limit=MESSAGES_AT_ONCE):
            taken, said = self._receive(message)
            sponsor.delivered(message.id, taken=taken, said=said, now=now)
        self.door.work()
        sponsor.state = loaded(dumped(sponsor.state))  # a bank that is woken up at every look

    def _receive(self, message: Message) -> tuple[bool, str]:
        return self.door.receive(message)

    def _tell(self) -> None:
        """The ledger's events reach whoever tells customers, each of them twice, as a bus may do."""
        for journal in list(self.bank.ledger_store.journals.values()):
            if journal.id in self._told_of:
                continue
            self._told_of.add(journal.id)
            event = event_of(journal, self.bank.region)
            for _ in range(2):
                if isinstance(event, JournalPosted):
                    self._news.tell(event)

    # Customers.

    def customer(self, name: str, *, minor: int) -> None:
        self._people[name] = self.bank.sender(minor=minor)
        self._tell()

    def send(self, name: str, minor: int) -> str:
        self._sent += 1
        actor, account, counterparty = self._people[name]
        payment = self.bank.send(
            actor, account, counterparty, minor, key=f"drill-{self._sent}", duplicate_intended=True
        )
        self.bank.run()
        return payment.id

    def money(self, name: str) -> Money:
        account = self._people[name][1]
        return Money(self.bank.balance(account), self.bank.held(account))

    def told(self, name: str) -> tuple[Told, ...]:
        notices: list[Notice] = self.bank.told(self._people[name][0])
        return tuple(Told(one.kind.value, one.text) for one in notices if one.kind.value.startswith(ABOUT_ACH))

    # The bank.

    def payment(self, payment: str) -> PaymentSeen:
        found = self._payment(payment)
        return PaymentSeen(
            id=found.id,
            state=found.state.value,
            amount_minor=found.amount.minor,
            file=found.progress.file,
            trace=found.progress.trace,
            reason_code=found.reason_code,
        )

    def _payment(self, payment: str) -> Payment:
        return self.bank.payments.existing(payment)

    def timeline(self, payment: str) -> tuple[HappeningSeen, ...]:
        return tuple(
            HappeningSeen(one.event, one.state.value, one.facts) for one in self.bank.timeline(self._payment(payment))
        )

    def file(self, file: str) -> FileSeen:
        found = self.bank.outgoing.existing(file)
        return FileSeen(
            id=found.id,
            name=found.name or "",
            state=found.state.value,
            sha256=found.sha256 or "",
            modifier=found.modifier or "",
            effective_on=found.effective_on,
            deadline_at=self.bank.timetable.window(found.window).deadline_at,
            entries=found.entries,
            addenda=found.addenda,
            debit_minor=found.debit_minor,
            credit_minor=found.credit_minor,
            replaces=found.replaces,
            replaced_by=found.replaced_by,
            case=found.case,
        )

    def entries(self, file: str) -> tuple[EntrySeen, ...]:
        return tuple(
            EntrySeen(
                trace=one.trace,
                state=one.state.value,
                amount_minor=one.amount.minor,
                file=one.file,
                payment=one.subject,
            )
            for one in self.bank.entries(self.bank.outgoing.existing(file))
        )

    def sent_files(self) -> tuple[str, ...]:
        return tuple(sorted(key for key in self.bank.exchange.files if key.startswith(OUTBOUND)))

    def book(self, name: str) -> int:
        return self.bank.book(name)

    def set_aside(self) -> int:
        return self.door.set_aside

    # Its staff.

    def cases(self, subject: str) -> tuple[CaseSeen, ...]:
        auditor = staff_of(Group.AUDITOR, LEADER)
        found = [
            one
            for state in (None, CaseState.RESOLVED)
            for one in self.bank.cases.listed(auditor, state=state, limit=LISTED_MAX).cases
        ]
        return tuple(
            CaseSeen(one.id, one.kind.value, one.subject.id, one.state.value)
            for one in sorted(found, key=lambda one: one.opened_at)
            if one.subject.id == subject
        )

    def propose(self, case: str, choice: str) -> None:
        self.bank.propose(case, ResolutionCode(choice), Group.OPERATIONS)

    def approve(self, case: str) -> None:
        self.bank.second(case, Group.OPERATIONS)

    # The sponsor bank.

    def misbehave(self, name: str, *, times: int | None = 1, code: str | None = None) -> None:
        self.sponsor_bank.misbehave(name, times=times, code=code)

    def acknowledge(self, file_name: str) -> None:
        self.sponsor_bank.acknowledge(file_name, now=self.now())
        self._go_on()

    def give_back(self, trace: str, code: str) -> None:
        taken = self.sponsor_bank.file_of_trace(trace)
        content = self.bank.exchange.get(f"{OUTBOUND}{taken.name}") or b""
        self.sponsor_bank.give_back(content, trace, code, now=self.now())
        self._go_on()

    def sponsor(self) -> State:
        return self.sponsor_bank.state
