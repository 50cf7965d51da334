"""Sending and collecting by ACH in memory: the real services, an exchange, journeys in process, days that go by."""

from datetime import timedelta

from domain.accounts.service import Accounts
from domain.cases.service import Cases
from domain.counterparties.service import Counterparties
from domain.customers.service import Customers
from domain.fraud.service import judge
from domain.jurisdictions import Jurisdiction
from domain.ledger.service import Ledger
from domain.notices.service import Notices
from domain.payments.bus import MemoryBus
from domain.payments.events import PaymentInitiated
from domain.payments.model import Payment
from domain.payments.rules import Deadlines
from domain.payments.service import Payments
from domain.payments.store_memory import MemoryPaymentStore
from domain.rails.ach.exchange import MemoryExchange
from domain.rails.ach.kinds import RejectionLevel
from domain.rails.ach.model import AchFile, RejectionReason
from domain.rails.ach.outgoing import Outgoing
from domain.rails.ach.service import Ach
from domain.rails.ach.steps import Steps, features_of
from domain.rails.ach.store_memory import MemoryAchStore
from domain.rails.ach.timetable import FedAch
from domain.refusals import Refusal
from domain.sealing import Sealer
from ops.simulation.machine import Machine
from tests.unit.accounts.house import SetClock

ROUNDS = 200


class AchDay:
    """For a bank that has the services named here."""

    clock: SetClock
    region: str
    jurisdiction: Jurisdiction
    ledger: Ledger
    accounts: Accounts
    customers: Customers
    counterparties: Counterparties
    cases: Cases
    notices: Notices

    def wire_ach(self, sealer: Sealer, deadlines: Deadlines | None = None) -> None:
        self.bus = MemoryBus()
        self.exchange = MemoryExchange()
        self.ach_store = MemoryAchStore()
        self.payment_store = MemoryPaymentStore()
        self.deadlines = deadlines or Deadlines()
        self.machine = Machine(steps=lambda: self.steps, clock=self.clock, wait=self._wait)
        self.payments = Payments(
            store=self.payment_store, journeys=self.machine, clock=self.clock, deadlines=self.deadlines
        )
        self.timetable = FedAch()
        self.steps = Steps(
            payments=self.payments,
            ledger=self.ledger,
            store=self.ach_store,
            timetable=self.timetable,
            counterparties=self.counterparties,
            accounts=self.accounts,
            cases=self.cases,
            notices=self.notices,
            bus=self.bus,
            clock=self.clock,
            region=self.region,
        )
        self.outgoing = Outgoing(
            store=self.ach_store,
            exchange=self.exchange,
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
        raise AssertionError("the bank does not come to rest")

    def _steps_made(self) -> int:
        return sum(len(run.trail) for run in self.machine.runs.values())

    def score(self) -> None:
        while self.bus.events:
            event = self.bus.events.pop(0)
            assert isinstance(event, PaymentInitiated)
            self.steps.judged(self.payments.existing(event.payment), judge(features_of(event)))

    def files(self) -> None:
        """What the function that builds files does each minute."""
        self.outgoing.cut()
        for file in self.outgoing.due():
            self.outgoing.work(file)

    def cut_off(self, payment: Payment) -> AchFile:
        """Goes on to just after the payment's cut-off, when its file is built and sent."""
        at = self.payments.existing(payment.id).progress.cut_off_at
        assert at is not None
        self.clock.instant = max(self.clock.instant, at + timedelta(seconds=5))
        self.files()
        self.run()
        file = self.payments.existing(payment.id).progress.file
        assert file is not None
        return self.outgoing.existing(file)

    def settlement(self, payment: Payment) -> None:
        at = self.payments.existing(payment.id).progress.settles_at
        assert at is not None
        self.clock.instant = max(self.clock.instant, at)
        self.run()

    # What the bank says.

    def acknowledge(self, file: AchFile, *, delivery: str = "dlv_1") -> AchFile | Refusal:
        found = self.outgoing.existing(file.id)
        answer = self.outgoing.acknowledged(
            found.name or "",
            sha256=found.sha256 or "",
            entries=found.entries + found.addenda,
            debit_minor=found.debit_minor,
            credit_minor=found.credit_minor,
            delivery=delivery,
        )
        self.run()
        return answer

    def reject(
        self,
        file: AchFile,
        *reasons: RejectionReason,
        level: RejectionLevel = RejectionLevel.FILE,
        delivery: str = "dlv_2",
    ) -> AchFile | Refusal:
        found = self.outgoing.existing(file.id)
        answer = self.outgoing.rejected(
            found.name or "", sha256=found.sha256 or "", level=level, reasons=reasons, delivery=delivery
        )
        self.run()
        return answer
