"""ACH payments in a region in moto: opened, judged, put into files and answered by the bank, for real."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.access.model import Actor, Approval, ApprovalState, Group, Verdict
from domain.cases.kinds import ResolutionCode
from domain.cases.model import Case
from domain.counterparties.model import AccountType, Counterparty, Details, HolderKind, VerificationMethod
from domain.fraud.kinds import Decision
from domain.ids import entry_id
from domain.money import Money
from domain.payments.kinds import DRIVEN_BY_STEPS, PaymentKind, PaymentState
from domain.payments.model import Payment, Speed
from domain.payments.service import Payments
from domain.rails.ach.kinds import EntryKind
from domain.rails.ach.model import AchFile
from domain.rails.ach.outgoing import WINDOWS
from domain.rails.ach.service import Wish
from functions.ach_journey import handler as ach_journey
from tests.unit.fraud.said import said
from tests.unit.functions.region import Deployed, acting, staff_of
from tests.unit.partners.signing import body_of

RECEIVER = Details("Maria Márquez", "021000021", "000123456789", AccountType.CHECKING, HolderKind.CONSUMER)
LONG_AGO = timedelta(days=120)
ANALYST, SECOND = "stf_01J0000000000000000000000A", "stf_01J0000000000000000000000B"


class AchLife:
    """A customer of long standing, with money and a counterparty that is verified."""

    def __init__(self, deployed: Deployed) -> None:
        self.deployed = deployed
        self.bank = deployed.bank
        self.bank.counterparties._verifier = _TakesAll()
        self._made = 0
        now = deployed.clock.at
        deployed.clock.at -= LONG_AGO
        customer, self.account = deployed.person("zoe")
        deployed.clock.at = now
        self.owner = acting(customer)
        self.counterparty = self.counterparty_of(self.owner)
        self.bank.ach_store.move_checkpoint(WINDOWS, now)  # files were looked after till now, not first in a day

    def counterparty_of(self, owner: Actor) -> Counterparty:
        """One that was verified long ago."""
        now = self.deployed.clock.at
        self.deployed.clock.at -= LONG_AGO
        counterparties, today = self.bank.counterparties, self.deployed.clock.at.date()
        customer = self.bank.customers.get(owner.person)
        added = counterparties.add(owner, customer=customer, details=RECEIVER, key="zoe")  # type: ignore[arg-type]  # is there
        assert isinstance(added, Counterparty), added
        counterparties.start_verification(owner, added.id, method=VerificationMethod.PRENOTE, key="prove-zoe")
        settled = counterparties.verification_settled(added.id, attempt=1, settled_on=today)
        assert isinstance(settled, Counterparty), settled
        self.deployed.clock.at = now
        return settled

    def proving(self) -> Counterparty:
        """One that is to be proved by micro-entries, cut off before they were scheduled."""
        counterparties = self.bank.counterparties
        counterparties._verifier = _TakesNothing()
        customer = self.bank.customers.get(self.owner.person)
        details = replace(RECEIVER, account_number="55500012")
        added = counterparties.add(self.owner, customer=customer, details=details, key="proving")  # type: ignore[arg-type]  # is there
        assert isinstance(added, Counterparty), added
        method = VerificationMethod.MICRO_ENTRIES
        started = counterparties.start_verification(self.owner, added.id, method=method, key="prove-it")
        assert isinstance(started, Counterparty), started
        counterparties._verifier = self.bank.verifications
        return started

    def proof_of(self, counterparty: Counterparty) -> AchFile:
        """The file that its first micro-credit went into."""
        entry = self.bank.ach_store.entry(entry_id(counterparty.id, EntryKind.MICRO_CREDIT.value, "1"))
        assert entry
        return self.bank.ach.outgoing.existing(entry.file)

    # Payments.

    def opened(self, kind: PaymentKind, *, minor: int = 1_00) -> Payment:
        """Accepted, its journey begun. Each is of another amount, so that none looks like one before."""
        self._made += 1
        wish = Wish(
            account=self.account.id,
            counterparty=self.counterparty.id,
            amount=Money(minor + self._made, "USD"),
            sec="PPD",
            speed=Speed.SAME_DAY,
            description="RENT",
            remittance="March",
        )
        ach = self.bank.ach
        originate = ach.originate_credit if kind is PaymentKind.ACH_CREDIT else ach.originate_debit
        answer = originate(self.owner, wish, key=f"p{self._made}")
        assert isinstance(answer, Payment), answer
        return answer

    def judged(self, payment: Payment, decision: Decision = Decision.APPROVE) -> Payment:
        """Judged, and its money set aside where the decision wants that."""
        steps = self.bank.ach.steps
        return steps.advance(steps.judged(self.now(payment), said(payment.id, decision)))

    def scheduled(self, kind: PaymentKind) -> Payment:
        return self.judged(self.opened(kind))

    def in_review(self, kind: PaymentKind) -> tuple[Payment, str]:
        """A payment that waits for a person, and its case."""
        payment = self.judged(self.opened(kind), Decision.REVIEW)
        self.waits(payment, "review")
        case = self.now(payment).case
        assert case
        return payment, case

    def waits(self, payment: Payment, step: str) -> None:
        """Its journey waits in a step for what happens next."""
        self.bank.ach.steps.run(step, payment=payment.id, token=self.token(payment))

    def token(self, payment: Payment) -> str:
        """One that says whose it is, as those of AWS do to AWS."""
        self._made += 1
        return f"{payment.kind.value.removeprefix('ACH_').lower()}/{self._made}"

    def now(self, payment: Payment) -> Payment:
        return self.bank.payments.existing(payment.id)

    def state(self, payment: Payment) -> PaymentState:
        return self.now(payment).state

    def untold(self, payment: Payment) -> None:
        """It is judged while its journey waits, and whoever was to tell the journey dies."""
        self.waits(payment, "screen")
        with self.deployed.monkeypatch.context() as patched:
            patched.setattr(Payments, "_told", lambda _, payment: payment)
            self.bank.ach.steps.judged(self.now(payment), said(payment.id))

    # Files.

    def cut_off(self) -> None:
        """On to a few seconds after the windows of all that is scheduled now."""
        self.deployed.clock.at += timedelta(seconds=65)

    def files(self) -> None:
        """What the function of each minute does with them, without a note of it."""
        self.bank.ach.outgoing.cut()
        for file in self.bank.ach.outgoing.due():
            self.bank.ach.outgoing.work(file)

    def sent(self) -> AchFile:
        """One file with a payment of each kind, whose journeys wait for the bank."""
        payments = [self.scheduled(kind) for kind in DRIVEN_BY_STEPS]
        self.cut_off()
        self.files()
        for payment in payments:
            assert self.state(payment) is PaymentState.SENT
            self.waits(payment, "await_acknowledgement")
        return self.file_of(payments[0])

    def file_of(self, payment: Payment) -> AchFile:
        file = self.now(payment).progress.file
        assert file
        return self.bank.ach.outgoing.existing(file)

    # What the bank says.

    def acknowledgement(self, file: AchFile) -> bytes:
        return body_of(
            data={
                "file": file.name,
                "sha256": file.sha256,
                "entries": file.entries + file.addenda,
                "debit_minor": file.debit_minor,
                "credit_minor": file.credit_minor,
            }
        )

    def rejection(self, file: AchFile, code: str, *, entry: bool = False) -> bytes:
        """Of the whole file, or of its first entry."""
        reason = {"code": code, "message": "It is not taken."}
        if entry:
            reason["trace_number"] = self.bank.ach_store.entries(file.id, after=None, limit=1).entries[0].trace
        level = "ENTRY" if entry else "FILE"
        about = {"file": file.name, "sha256": file.sha256, "level": level, "reasons": [reason]}
        return body_of("ach.file.rejected", data=about)

    def said(self, kind: str, body: bytes) -> None:
        """Processed, without a note of it."""
        self._made += 1
        self.bank.partners.process(self.deployed.delivered(f"said-{self._made}", body, kind=kind))

    def rejected(self) -> tuple[AchFile, str]:
        """A file that people have to decide of, and its case."""
        file = self.sent()
        self.said("ach.file.rejected", self.rejection(file, "REJ07"))
        self.files()
        case = self.bank.ach.outgoing.existing(file.id).case
        assert case
        return file, case

    # Journeys.

    def step(self, payment: Payment, step: str, *, waits: bool = False) -> dict[str, Any]:
        """One step as its state machine calls it, its calls of AWS noted."""
        event = {"step": step, "payment": payment.id, "execution": f"{payment.id}.1"}
        answer: dict[str, Any] = self.deployed.call(
            ach_journey, event | ({"token": self.token(payment)} if waits else {})
        )
        return answer

    def until(self, answer: dict[str, Any]) -> None:
        """On to the moment that a step waits for."""
        self.deployed.clock.at = self.deployed.clock.at.fromisoformat(answer["wait_until"]) + timedelta(seconds=1)

    # Cases.

    def resolve(self, case: str, code: ResolutionCode, group: Group, *, heard: bool = True) -> None:
        """Two people of a group resolve it where it wants two; unless `heard`, whoever was to hear that died."""
        found = self.bank.cases.resolve(staff_of(group, ANALYST), case, code=code, reason="In order", key=f"r-{code}")
        assert isinstance(found, Case), found
        if found.resolution and found.resolution.approval and not found.resolution.checker:
            approval = self.bank.approvals.get(found.resolution.approval)
            assert isinstance(approval, Approval)
            checked = self.bank.approvals.check(
                staff_of(group, SECOND),
                approval.id,
                verdict=Verdict.APPROVE,
                fingerprint=approval.proposal.fingerprint,
            )
            assert isinstance(checked, Approval), checked
            assert self.bank.approvals.state(checked) is ApprovalState.APPROVED
            if heard:
                self.bank.cases.decided(checked)


class _TakesNothing:
    def send_prenote(self, counterparty: Counterparty, *, attempt: int) -> bool:
        return False

    def send_micro_entries(self, counterparty: Counterparty, *, attempt: int, amounts: tuple[int, int]) -> bool:
        return False


class _TakesAll:
    def send_prenote(self, counterparty: Counterparty, *, attempt: int) -> bool:
        return True

    def send_micro_entries(self, counterparty: Counterparty, *, attempt: int, amounts: tuple[int, int]) -> bool:
        return True
