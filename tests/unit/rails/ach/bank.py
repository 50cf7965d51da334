"""A bank in memory that sends and collects by ACH: the real services, an exchange, and journeys in process."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.access.model import Actor, Group, Verdict
from domain.access.service import Approvals
from domain.access.store_memory import MemoryApprovalStore
from domain.accounts.model import Account
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case
from domain.cases.service import Cases
from domain.cases.store_memory import MemoryCaseStore
from domain.counterparties.model import AccountType, Counterparty, Details, HolderKind, VerificationMethod
from domain.counterparties.service import Counterparties
from domain.counterparties.store_memory import MemoryCounterpartyStore
from domain.customers.model import Address, Customer, CustomerKind, Profile
from domain.customers.service import Customers
from domain.customers.store_memory import MemoryCustomerStore
from domain.money import Money
from domain.notices.model import Notice
from domain.notices.service import Notices
from domain.notices.store_memory import MemoryNoticeStore
from domain.payments.kinds import PaymentState
from domain.payments.model import Happening, Payment, Speed
from domain.payments.rules import Deadlines
from domain.rails.ach.exchange import OUTBOUND
from domain.rails.ach.kinds import FileState
from domain.rails.ach.model import AchFile, Entry
from domain.rails.ach.nacha.profiles import STRICT
from domain.rails.ach.nacha.reading import Result, inspect
from domain.rails.ach.service import Wish
from domain.refusals import Refusal
from domain.sealing import KeyedSealer, MemoryDataKeys
from tests.unit.accounts.house import House, acting, staff
from tests.unit.rails.ach.day import AchDay

MONDAY = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
"""Eleven in the morning in New York: the second same-day window is next."""
RDFI = "021000021"
MARIA = Details("Maria Márquez", RDFI, "000123456789", AccountType.CHECKING, HolderKind.CONSUMER)
SUPPLIER = Details("Great Lakes Supply Co.", RDFI, "5550001", AccountType.CHECKING, HolderKind.BUSINESS)
LEADER, SECOND = "stf_01J0000000000000000000000A", "stf_01J0000000000000000000000B"


class AchBank(AchDay, House):
    def __init__(self, *, now: datetime = MONDAY, deadlines: Deadlines | None = None) -> None:
        super().__init__()
        self.clock.instant = now
        noise = random.Random(7)
        self.keys = MemoryDataKeys(noise.randbytes)
        self.sealer = KeyedSealer(self.keys, noise.randbytes)
        self.customers = Customers(
            store=MemoryCustomerStore(),
            sealer=self.sealer,
            clock=self.clock,
            randomness=noise,
            region=self.region,
        )
        self.approvals = Approvals(store=MemoryApprovalStore(), clock=self.clock)
        self.counterparty_store = MemoryCounterpartyStore()
        self.counterparties = Counterparties(
            store=self.counterparty_store,
            sealer=self.sealer,
            approvals=self.approvals,
            verifier=_TakesAll(),
            elsewhere=self.accounts.elsewhere,
            clock=self.clock,
            randomness=noise,
        )
        self.notices = Notices(store=MemoryNoticeStore(), clock=self.clock, randomness=noise)
        self.cases = Cases(
            store=MemoryCaseStore(),
            approvals=self.approvals,
            clock=self.clock,
            region=self.region,
            resolved=lambda: {
                CaseKind.ACH_PAYMENT_REVIEW: self.ach.payment_reviewed,
                CaseKind.ACH_FILE_REJECTED: self.ach.file_decided,
            },
        )
        self.wire_ach(self.sealer, deadlines)
        self._made = 0

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
        made = self.customers.create(scope="bank", key=f"c-{self._made}", kind=kind, profile=profile)
        assert isinstance(made, Customer), made
        return made

    def counterparty(self, owner: Customer, details: Details = MARIA, *, days_ago: int = 90) -> Counterparty:
        """One that has long been verified."""
        now = self.clock.instant
        self.clock.instant = now - timedelta(days=days_ago)
        self._made += 1
        actor = acting(owner)
        added = self.counterparties.add(actor, customer=owner, details=details, key=f"cp-{self._made}")
        assert isinstance(added, Counterparty), added
        started = self.counterparties.start_verification(
            actor, added.id, method=VerificationMethod.PRENOTE, key=f"v-{self._made}"
        )
        assert isinstance(started, Counterparty), started
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
        added = self.counterparties.add(owner, customer=self.kept(owner), details=details, key="cp-today")
        assert isinstance(added, Counterparty), added
        self.counterparties.start_verification(owner, added.id, method=VerificationMethod.MICRO_ENTRIES, key="v-today")
        self.counterparties.verification_settled(added.id, attempt=1, settled_on=self.clock.instant.date())
        amounts = self.counterparties.micro_amounts(added.id, attempt=1)
        assert isinstance(amounts, tuple)
        proved = self.counterparties.confirm(owner, added.id, amounts=amounts, key="a-today")
        assert isinstance(proved, Counterparty), proved
        return proved

    def unverified(self, owner: Actor) -> Counterparty:
        details = replace(MARIA, account_number="11223344")
        added = self.counterparties.add(owner, customer=self.kept(owner), details=details, key="cp-new")
        assert isinstance(added, Counterparty), added
        return added

    def kept(self, owner: Actor) -> Customer:
        found = self.customers.get(owner.person)
        assert isinstance(found, Customer)
        return found

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
        answer = self.ach.originate_credit(actor, wish(account, counterparty, minor, **other), key=key)
        assert isinstance(answer, Payment), answer
        return answer

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
        answer = self.ach.originate_debit(actor, wish(account, counterparty, minor, **other), key=key)
        assert isinstance(answer, Payment), answer
        return answer

    # What people decide.

    def resolve(self, case: str, code: ResolutionCode, group: Group) -> Case:
        """Two people of the group resolve a case."""
        first, second = staff_of(group, LEADER), staff_of(group, SECOND)
        answer = self.cases.resolve(first, case, code=code, reason="looked into", key=f"r-{case}-{code}")
        assert isinstance(answer, Case), answer
        if answer.resolution and answer.resolution.approval and not answer.resolution.checker:
            approval = self.approvals.get(answer.resolution.approval)
            assert not isinstance(approval, Refusal)
            checked = self.approvals.check(
                second, approval.id, verdict=Verdict.APPROVE, fingerprint=approval.proposal.fingerprint
            )
            assert not isinstance(checked, Refusal), checked
            self.cases.decided(checked)
        self.run()
        return self.case(case)

    def case(self, case: str) -> Case:
        found = self.cases.seen(staff_of(Group.AUDITOR, LEADER), case)
        assert isinstance(found, Case), found
        return found

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
        content = self.exchange.get(f"{OUTBOUND}{file.name}")
        assert content is not None
        return content.decode("ascii")

    def read(self, file: AchFile) -> Result:
        content = self.exchange.get(f"{OUTBOUND}{file.name}")
        assert content is not None
        assert hashlib.sha256(content).hexdigest() == file.sha256
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
        head = self.ledger.head(account.id)
        assert head is not None
        return head.held_minor

    def told(self, actor: Actor) -> list[Notice]:
        return list(self.notices.page(actor.person).notices)


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


class _TakesAll:
    def send_prenote(self, counterparty: Counterparty, *, attempt: int) -> bool:
        return True

    def send_micro_entries(self, counterparty: Counterparty, *, attempt: int, amounts: tuple[int, int]) -> bool:
        return True
