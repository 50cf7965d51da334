"""A bank in memory that sends and collects by ACH: the real services, an exchange, and journeys in process."""

import hashlib
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.access.model import Actor, Approval, Group, Verdict
from domain.access.service import NOBODY, Approvals, Decided
from domain.access.store_memory import MemoryApprovalStore
from domain.accounts.model import Account
from domain.accounts.service import Accounts
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case
from domain.cases.service import Cases, Resolved
from domain.cases.store_memory import MemoryCaseStore
from domain.counterparties.model import AccountType, Counterparty, Details, HolderKind, VerificationMethod
from domain.counterparties.service import Counterparties
from domain.counterparties.store_memory import MemoryCounterpartyStore
from domain.customers.model import Address, Customer, CustomerKind, Profile
from domain.customers.service import Customers
from domain.customers.store_memory import MemoryCustomerStore
from domain.fraud import builtin
from domain.fraud.decision_store import DecisionStore
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.events import decided
from domain.fraud.kinds import CustomerReason, Decision, Scope
from domain.fraud.label_store_memory import MemoryLabelStore
from domain.fraud.labels import Labels
from domain.fraud.model import StoredDecision
from domain.fraud.service import Fraud
from domain.ids import decision_id
from domain.jurisdictions import Jurisdiction
from domain.ledger.model import Command, Posted, State
from domain.ledger.service import Ledger
from domain.money import Money
from domain.notices.model import Notice
from domain.notices.service import Notices
from domain.notices.store_memory import MemoryNoticeStore
from domain.payments.bus import MemoryBus
from domain.payments.events import PaymentInitiated, scoring_request
from domain.payments.kinds import PaymentState
from domain.payments.model import Happening, Payment, Speed
from domain.payments.rules import Deadlines
from domain.payments.service import Payments
from domain.payments.store_memory import MemoryPaymentStore
from domain.rails.ach.exchange import INBOUND, OUTBOUND, MemoryExchange
from domain.rails.ach.incoming import Incoming
from domain.rails.ach.incoming_entries import MISSED_AFTER, Parts
from domain.rails.ach.incoming_model import ReceivedEntry, ReceivedFile
from domain.rails.ach.incoming_ports import MemoryFileJourneys, MemoryForwarder
from domain.rails.ach.incoming_store_memory import MemoryIncomingStore
from domain.rails.ach.kinds import VERIFICATIONS, FileState, RejectionLevel
from domain.rails.ach.micro_volumes import MicroVolumes
from domain.rails.ach.model import AchFile, Entry, RejectionReason
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Reading, Result, inspect
from domain.rails.ach.nacha.reading import entries as entries_of
from domain.rails.ach.nacha.records import AnyBatchHeader, AnyEntry
from domain.rails.ach.outgoing import Outgoing
from domain.rails.ach.return_rates import ReturnRates
from domain.rails.ach.service import Ach, Wish
from domain.rails.ach.steps import SPEEDS, Steps
from domain.rails.ach.store_memory import MemoryAchStore
from domain.rails.ach.timetable import FedAch
from domain.rails.ach.verifications import Verifications
from domain.refusals import Refusal
from domain.sealing import KeyedSealer, MemoryDataKeys, Sealer
from ops.simulation.house import House, HouseFault, SetClock, acting, made, staff
from ops.simulation.judge import FirstBooks, judge_of
from ops.simulation.machine import Machine

MONDAY = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
"""Eleven in the morning in New York: the second same-day window is next."""
ROUNDS = 200
RDFI = "021000021"
MARIA = Details("Maria Márquez", RDFI, "000123456789", AccountType.CHECKING, HolderKind.CONSUMER)
SUPPLIER = Details("Great Lakes Supply Co.", RDFI, "5550001", AccountType.CHECKING, HolderKind.BUSINESS)
LEADER, SECOND = "stf_01J0000000000000000000000A", "stf_01J0000000000000000000000B"


class AchDay:
    """Sending, collecting and receiving by ACH, for a bank that has the services named here."""

    clock: SetClock
    region: str
    jurisdiction: Jurisdiction
    ledger: Ledger
    accounts: Accounts
    customers: Customers
    counterparties: Counterparties
    cases: Cases
    notices: Notices

    def wire_ach(
        self,
        sealer: Sealer,
        *,
        deadlines: Deadlines | None = None,
        wrap: Callable[[Any], Any] = lambda part: part,
        mortal: Callable[[Any], Any] = lambda part: part,
    ) -> None:
        """`wrap`, `mortal`: as of `AchWorld`."""
        self.bus = MemoryBus()
        self.exchange = MemoryExchange()
        self.ach_store = MemoryAchStore()
        self.payment_store = MemoryPaymentStore()
        self.deadlines = deadlines or Deadlines()
        self.machine = Machine(steps=lambda: self.steps, clock=self.clock, wait=self._wait)
        self.payments = Payments(
            store=wrap(mortal(self.payment_store)),
            journeys=mortal(self.machine),
            clock=self.clock,
            deadlines=self.deadlines,
        )
        self.timetable = FedAch()
        self.incoming_store = MemoryIncomingStore()
        self.rates = ReturnRates(store=wrap(self.incoming_store), cases=self.cases, clock=self.clock)
        self.ach_decisions = MemoryDecisionStore()
        self.ach_label_store = MemoryLabelStore()
        self.fallbacks: list[StoredDecision] = []
        self.ach_fraud = self.judge_of_payments(wrap(mortal(self.ach_decisions)))
        self.steps = Steps(
            payments=self.payments,
            ledger=wrap(self.ledger),
            store=wrap(mortal(self.ach_store)),
            timetable=self.timetable,
            counterparties=self.counterparties,
            accounts=self.accounts,
            cases=self.cases,
            notices=self.notices,
            judge=self.ach_fraud,
            bus=mortal(self.bus),
            clock=self.clock,
            region=self.region,
            debit_settled=self.rates.debit_settled,
        )
        self.volumes = MicroVolumes(
            store=wrap(self.incoming_store), cases=self.cases, clock=self.clock, region=self.region
        )
        self.verifications = Verifications(
            outgoing=wrap(self.ach_store),
            ledger=wrap(self.ledger),
            counterparties=lambda: self.counterparties,
            customers=self.customers,
            timetable=self.timetable,
            volumes=self.volumes,
            clock=self.clock,
            jurisdiction=self.jurisdiction.code,
        )
        self.ach_labels = Labels(
            store=wrap(mortal(self.ach_label_store)), decisions=self.ach_decisions, clock=self.clock
        )
        self.forwarder = MemoryForwarder()
        self.file_journeys = MemoryFileJourneys()
        self.peers: dict[str, AchWorld] = {}
        self.incoming = Incoming(
            Parts(
                store=wrap(self.incoming_store),
                outgoing=wrap(self.ach_store),
                ledger=wrap(self.ledger),
                payments=self.payments,
                accounts=self.accounts,
                cases=self.cases,
                timetable=self.timetable,
                clock=self.clock,
                region=self.region,
                jurisdiction=self.jurisdiction.code,
            ),
            exchanges=lambda region: self.exchange if region == self.region else self.peers[region].exchange,
            forwarder=wrap(self.forwarder),
            journeys=wrap(self.file_journeys),
            sealer=sealer,
            steps=self.steps,
            counterparties=self.counterparties,
            proofs=self.verifications,
            labels=self.ach_labels,
        )
        self.outgoing = Outgoing(
            store=wrap(mortal(self.ach_store)),
            exchange=mortal(self.exchange),
            steps=self.steps,
            payments=self.payments,
            counterparties=self.counterparties,
            customers=self.customers,
            sealer=sealer,
            timetable=self.timetable,
            cases=self.cases,
            clock=self.clock,
            region=self.region,
            jurisdiction=self.jurisdiction.code,
            origins=lambda: {**self.incoming.origins, **dict.fromkeys(VERIFICATIONS, self.verifications)},
        )
        self.ach = Ach(
            payments=self.payments,
            steps=self.steps,
            outgoing=self.outgoing,
            accounts=self.accounts,
            counterparties=self.counterparties,
            sealer=sealer,
            timetable=self.timetable,
            clock=self.clock,
        )

    def judge_of_payments(self, decisions: DecisionStore) -> Fraud:
        """Who judges payments, and keeps what was said there."""
        return judge_of(self.clock, says=FirstBooks(), decisions=decisions, fell_back=self.fallbacks.append)

    def _wait(self, deadline: str) -> timedelta:
        return timedelta(hours=1) if deadline == "file" else getattr(self.deadlines, deadline)

    # What goes on by itself.

    def run(self) -> None:
        """Everything that can happen now: steps, judgements, files."""
        for _ in range(ROUNDS):
            before = (len(self.bus.events), self._steps_made())
            for _name in self.machine.settle(ROUNDS):
                pass
            self.score()
            if before == (len(self.bus.events), self._steps_made()):
                return
        raise HouseFault("the bank does not come to rest")

    def _steps_made(self) -> int:
        return sum(len(run.trail) for run in self.machine.runs.values())

    def score(self) -> None:
        while self.bus.events:
            self.score_one(made(self.bus.events.pop(0), PaymentInitiated))

    def score_one(self, event: PaymentInitiated) -> None:
        """What the scorer does with an event, and the payment with what the scorer says."""
        stored = self.ach_fraud.decide(scoring_request(event))
        self.steps.judged(self.payments.existing(event.payment), decided(stored, region=self.region))

    def will_decide(self, payment: Payment, decision: Decision, *reasons: CustomerReason) -> StoredDecision:
        """Keeps a decision before anybody asks for one, so that it is this one whoever asks."""
        versions = builtin.book(Scope.ACH).versions
        return self.ach_decisions.put(
            StoredDecision(
                id=decision_id(payment.id),
                subject=payment.id,
                scope=Scope.ACH,
                customer=payment.customer,
                account=payment.account,
                payee=payment.counterparty,
                terminal=None,
                device=None,
                at=payment.opened_at,
                amount=payment.amount,
                features={},
                versions=versions,
                score=None,
                decision=decision,
                customer_reasons=reasons,
                staff_reasons=("DRAWN",),
                decided_at=self.clock.now(),
            )
        )

    def files(self) -> None:
        """What the function that builds files does each minute."""
        self.outgoing.cut()
        self.work_files()

    def work_files(self) -> None:
        """The second half of it, where no window is looked at."""
        for file in self.outgoing.due():
            self.outgoing.work(file)
        for counterparty in self.counterparties.unsent():
            self.counterparties.finish_verification(counterparty)

    def cut_off(self, payment: Payment) -> AchFile:
        """Goes on to just after the payment's cut-off, when its file is built and sent."""
        at = made(self.payments.existing(payment.id).progress.cut_off_at, datetime)
        self.clock.instant = max(self.clock.instant, at + timedelta(seconds=5))
        self.files()
        self.run()
        return self.outgoing.existing(made(self.payments.existing(payment.id).progress.file, str))

    def settlement(self, payment: Payment) -> None:
        at = made(self.payments.existing(payment.id).progress.settles_at, datetime)
        self.clock.instant = max(self.clock.instant, at)
        self.run()

    # What the bank says.

    def acknowledge(
        self, file: AchFile, *, delivery: str = "dlv_1", occurred_at: datetime | None = None
    ) -> AchFile | Refusal:
        found = self.outgoing.existing(file.id)
        answer = self.outgoing.acknowledged(
            found.name or "",
            sha256=found.sha256 or "",
            entries=found.entries + found.addenda,
            debit_minor=found.debit_minor,
            credit_minor=found.credit_minor,
            occurred_at=occurred_at or self.clock.now(),
            delivery=delivery,
        )
        return self._worked(answer)

    def reject(
        self,
        file: AchFile,
        *reasons: RejectionReason,
        level: RejectionLevel = RejectionLevel.FILE,
        delivery: str = "dlv_2",
    ) -> AchFile | Refusal:
        found = self.outgoing.existing(file.id)
        answer = self.outgoing.rejected(
            found.name or "",
            sha256=found.sha256 or "",
            level=level,
            reasons=reasons,
            occurred_at=self.clock.now(),
            delivery=delivery,
        )
        return self._worked(answer)

    def _worked(self, answer: AchFile | Refusal) -> AchFile | Refusal:
        """The file once the function of each minute has worked on what the bank said of it."""
        self.work_files()
        self.run()
        return self.outgoing.existing(answer.id) if isinstance(answer, AchFile) else answer


def wish(payer: Account, payee: Counterparty, minor: int, **other: object) -> Wish:
    asked = Wish(
        account=payer.id,
        counterparty=payee.id,
        amount=Money(minor, "USD"),
        sec="CCD" if payee.holder_kind is HolderKind.BUSINESS else "PPD",
        speed=Speed.SAME_DAY,
        description="RENT",
    )
    return replace(asked, **other)  # type: ignore[arg-type]  # fields of a wish, by their names


def staff_of(group: Group, person: str) -> Actor:
    return staff(group, person=person)


class _Carrier:
    """Carries verifications by entries when a story is about them; else whatever is asked counts as sent."""

    def __init__(self, bank: "AchWorld") -> None:
        self._bank = bank

    def send_prenote(self, counterparty: Counterparty, *, attempt: int) -> bool:
        if not self._bank.proves_by_entries:
            return True
        return self._bank.verifications.send_prenote(counterparty, attempt=attempt)

    def send_micro_entries(self, counterparty: Counterparty, *, attempt: int, amounts: tuple[int, int]) -> bool:
        if not self._bank.proves_by_entries:
            return True
        return self._bank.verifications.send_micro_entries(counterparty, attempt=attempt, amounts=amounts)


class AchWorld(AchDay, House):
    def __init__(
        self,
        *,
        now: datetime = MONDAY,
        deadlines: Deadlines | None = None,
        region: str = "us-east-1",
        wrap: Callable[[Any], Any] = lambda part: part,
        mortal: Callable[[Any], Any] = lambda part: part,
    ) -> None:
        """`wrap`: what stands between the services and each store, and between ACH and the ledger. `mortal`: what
        stands before all that they write to, the ledger's own store and Step Functions among it."""
        super().__init__(region=region, mortal=mortal)
        self.proves_by_entries = False
        self.clock.instant = now
        noise = random.Random(7)  # noqa: S311  (as in `House`)
        self.keys = MemoryDataKeys(noise.randbytes)
        self.sealer = KeyedSealer(self.keys, noise.randbytes)
        self.customers = Customers(
            store=MemoryCustomerStore(),
            sealer=self.sealer,
            clock=self.clock,
            randomness=noise,
            region=self.region,
        )
        self.approvals = Approvals(store=MemoryApprovalStore(), clock=self.clock, decided=self.hear_approvals)
        self.counterparty_store = MemoryCounterpartyStore()
        self.counterparties = Counterparties(
            store=self.counterparty_store,
            sealer=self.sealer,
            verifier=_Carrier(self),
            elsewhere=self.accounts.elsewhere,
            clock=self.clock,
            randomness=noise,
        )
        self.notices = Notices(store=mortal(MemoryNoticeStore()), clock=self.clock, randomness=noise)
        self.cases = Cases(
            store=wrap(mortal(MemoryCaseStore())),
            approvals=self.approvals,
            clock=self.clock,
            region=self.region,
            resolved=self.hear_cases,
        )
        self.wire_ach(self.sealer, deadlines=deadlines, wrap=wrap, mortal=mortal)
        self._made = 0

    def hear_approvals(self) -> Mapping[str, Decided]:
        """Who acts on the decision on an approval, by what it is about."""
        return NOBODY

    def hear_cases(self) -> Mapping[CaseKind, Resolved]:
        """Who acts on how a case was resolved."""
        return {
            CaseKind.ACH_PAYMENT_REVIEW: self.ach_labels.after(self.ach.payment_reviewed, scope=Scope.ACH),
            CaseKind.ACH_FILE_REJECTED: self.ach.file_decided,
            CaseKind.ACH_FILE_QUARANTINED: self.incoming.files.decided,
            CaseKind.ACH_ENTRY_PENDED: self.incoming.decisions.decided,
            CaseKind.ACH_RETURN_UNMATCHED: self.incoming.decisions.decided,
            CaseKind.ACH_DISHONOUR: self.incoming.decisions.decided,
            CaseKind.ACH_NOC: self.incoming.decisions.decided,
        }

    # People.

    def person(self, name: str = "Ada Lovelace", *, kind: CustomerKind = CustomerKind.PERSON) -> Customer:
        self._made += 1
        profile = Profile(
            name=name,
            email="somebody@example.com",
            phone="+12025550123",
            born_on="1985-12-10",
            address=Address("12 Analytical Way", None, "New York", "NY", "10001", "US"),
            tax_id_last4="0042",
        )
        answer = self.customers.create(scope="bank", key=f"c-{self._made}", kind=kind, profile=profile)
        return made(answer, Customer)

    def counterparty(self, owner: Customer, details: Details = MARIA, *, days_ago: int = 90) -> Counterparty:
        """One that has long been verified."""
        now = self.clock.instant
        self.clock.instant = now - timedelta(days=days_ago)
        self._made += 1
        actor = acting(owner)
        answer = self.counterparties.add(actor, customer=owner, details=details, key=f"cp-{self._made}")
        added = made(answer, Counterparty)
        answer = self.counterparties.start_verification(
            actor, added.id, method=VerificationMethod.PRENOTE, key=f"v-{self._made}"
        )
        started = made(answer, Counterparty)
        self.counterparties.verification_settled(
            added.id, attempt=started.verifications[-1].attempt, settled_on=self.clock.instant.date()
        )
        self.clock.instant = now
        return added

    def sender(self, *, minor: int = 1_000_00, details: Details = MARIA) -> tuple[Actor, Account, Counterparty]:
        """A customer of long standing with money and a counterparty."""
        now = self.clock.instant
        self.clock.instant = now - timedelta(days=120)
        business = details.holder_kind is HolderKind.BUSINESS
        owner = self.person(kind=CustomerKind.BUSINESS if business else CustomerKind.PERSON)
        account = self.open(owner, product="checking", deposit_minor=minor)
        self.clock.instant = now
        return acting(owner), account, self.counterparty(owner, details)

    def counterparty_of_today(self, owner: Actor) -> Counterparty:
        """One that was added a moment ago, and proved by micro-entries."""
        details = replace(MARIA, account_number="99887766")
        answer = self.counterparties.add(owner, customer=self.kept(owner), details=details, key="cp-today")
        added = made(answer, Counterparty)
        self.counterparties.start_verification(owner, added.id, method=VerificationMethod.MICRO_ENTRIES, key="v-today")
        self.counterparties.verification_settled(added.id, attempt=1, settled_on=self.clock.instant.date())
        amounts = made(self.counterparties.micro_amounts(added.id, attempt=1), tuple)
        return made(self.counterparties.confirm(owner, added.id, amounts=amounts, key="a-today"), Counterparty)

    def unverified(self, owner: Actor) -> Counterparty:
        details = replace(MARIA, account_number="11223344")
        answer = self.counterparties.add(owner, customer=self.kept(owner), details=details, key="cp-new")
        return made(answer, Counterparty)

    def kept(self, owner: Actor) -> Customer:
        return made(self.customers.get(owner.person), Customer)

    # What people do.

    def send(
        self,
        actor: Actor,
        account: Account,
        counterparty: Counterparty,
        minor: int,
        *,
        key: str = "p-1",
        **other: object,
    ) -> Payment:
        return made(self.ach.originate_credit(actor, wish(account, counterparty, minor, **other), key=key), Payment)

    def collect(
        self,
        actor: Actor,
        account: Account,
        counterparty: Counterparty,
        minor: int,
        *,
        key: str = "p-1",
        **other: object,
    ) -> Payment:
        return made(self.ach.originate_debit(actor, wish(account, counterparty, minor, **other), key=key), Payment)

    def spend(self, account: Account, minor: int) -> None:
        withdrawal = Command(
            kind="cash_withdrawal",
            initiator=account.id,
            scope="bank",
            key=f"spend-{self.randomness.getrandbits(64)}",
            parties={"source": account.id},
            amounts={"amount": Money(minor, "USD")},
        )
        made(self.ledger.post(withdrawal), Posted)

    # What comes in.

    def put(self, text: bytes, name: str = "in-1.ach") -> ReceivedFile:
        """The partner puts a file, and whoever hears of it takes note of it."""
        self.exchange.files[f"{INBOUND}{name}"] = text
        return made(self.incoming.files.receive(f"{INBOUND}{name}"), ReceivedFile)

    def receive(self, text: bytes, name: str = "in-1.ach") -> ReceivedFile:
        file = self.put(text, name)
        self.take_in()
        return self.incoming.files.existing(file.id)

    def take_in(self) -> None:
        """What the function that works received files does each minute."""
        for _ in range(ROUNDS):
            due = self.incoming.files.due()
            for file in due:
                self.incoming.files.work(file)
            entries = self.incoming.due_entries()
            for entry in entries:
                self.incoming.work_entry(entry)
            if not due and not entries:
                return
        raise AssertionError("received files do not come to rest")

    def send_back(self, entry: ReceivedEntry) -> AchFile:
        """Goes on to the cut-off of the window that an answer waits for, and has the bank acknowledge its file."""
        file = self.outgoing.existing(self.answer(entry).file)
        self.acknowledge(file, delivery=f"dlv_{file.id}")
        return self.outgoing.existing(file.id)

    def answer(self, entry: ReceivedEntry) -> Entry:
        """The entry of ours that answers, once its window has been cut off."""
        cut_off_at = self.timetable.assign(self.clock.instant, SPEEDS["NEXT_DAY"]).window.cut_off_at
        if entry.due_at is not None:
            cut_off_at = entry.due_at - MISSED_AFTER
        self.clock.instant = max(self.clock.instant, cut_off_at + timedelta(seconds=5))
        self.files()
        return made(self.ach_store.entry(entry.answer or ""), Entry)

    def only_entry(self, file: AchFile) -> tuple[AnyBatchHeader, AnyEntry]:
        (found,) = entries_of(Reading((self.text(file).encode(),), STRICT))
        return found

    def settle_file(self, file: AchFile) -> None:
        self.clock.instant = max(self.clock.instant, self.timetable.window(file.window).settles_at)
        self.files()

    def entry(self, entry: ReceivedEntry) -> ReceivedEntry:
        return self.incoming.entries.existing(entry.id)

    def received(self, file: ReceivedFile) -> list[ReceivedEntry]:
        return list(self.incoming.entries_of(file.id, limit=100).entries)

    # What people decide.

    def resolve(self, case: str, code: ResolutionCode, group: Group) -> Case:
        """Two people of the group resolve a case."""
        self.propose(case, code, group)
        self.second(case, group)
        self.work_files()
        self.run()
        return self.case(case)

    def propose(self, case: str, code: ResolutionCode, group: Group) -> None:
        """One person of the group resolves a case, or proposes to where a second one is asked for."""
        first = staff_of(group, LEADER)
        made(self.cases.resolve(first, case, code=code, reason="looked into", key=f"r-{case}-{code}"), Case)
        self.run()

    def second(self, case: str, group: Group) -> None:
        """Another person of the group approves what is proposed; nothing where nothing waits for them."""
        resolution = self.case(case).resolution
        if resolution is None or resolution.approval is None or resolution.checker:
            return
        approval = made(self.approvals.get(resolution.approval), Approval)
        checked = self.approvals.check(
            staff_of(group, SECOND), approval.id, verdict=Verdict.APPROVE, fingerprint=approval.proposal.fingerprint
        )
        self.cases.decided(made(checked, Approval))
        self.run()

    def case(self, case: str) -> Case:
        return made(self.cases.seen(staff_of(Group.AUDITOR, LEADER), case), Case)

    # Looking.

    def payment(self, payment: Payment) -> Payment:
        return self.payments.existing(payment.id)

    def state(self, payment: Payment) -> PaymentState:
        return self.payment(payment).state

    def timeline(self, payment: Payment) -> tuple[Happening, ...]:
        return self.payments.timeline(payment.id, limit=100).happenings

    def events(self, payment: Payment) -> list[str]:
        return [line.event for line in self.timeline(payment)]

    def entries(self, file: AchFile) -> tuple[Entry, ...]:
        return self.ach_store.entries(file.id, after=None, limit=100).entries

    def text(self, file: AchFile) -> str:
        return made(self.exchange.get(f"{OUTBOUND}{file.name}"), bytes).decode("ascii")

    def read(self, file: AchFile) -> Result:
        content = made(self.exchange.get(f"{OUTBOUND}{file.name}"), bytes)
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise HouseFault(f"{file.name} in the exchange is not what was built")
        return inspect((content,), STRICT)

    def file_state(self, file: AchFile) -> FileState:
        return self.outgoing.existing(file.id).state

    def book(self, name: str) -> int:
        """Credits minus debits of one of the bank's books, from its items."""
        account = f"int_us_usd_{name}"
        return sum(
            leg.signed_minor
            for journal in self.ledger_store.journals.values()
            for leg in journal.legs
            if leg.account == account
        )

    def held(self, account: Account) -> int:
        return made(self.ledger.head(account.id), State).held_minor

    def told(self, actor: Actor) -> list[Notice]:
        return list(self.notices.page(actor.person).notices)
