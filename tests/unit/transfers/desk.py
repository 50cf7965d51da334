"""The house with its transfer desk: the real services over memory stores."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from domain.access.model import Actor, Approval, Group, Verdict
from domain.access.service import Approvals, Decided
from domain.access.store_memory import MemoryApprovalStore
from domain.accounts.model import Account
from domain.audit.model import AuditRecord
from domain.audit.service import Audit
from domain.audit.store_memory import MemoryAuditStore
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case
from domain.cases.service import SUBJECT_KIND, Cases, Resolved
from domain.cases.store import CaseStore
from domain.cases.store_memory import MemoryCaseStore
from domain.customers.model import Customer
from domain.fraud.decision_store import DecisionStore
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.kinds import Decision
from domain.ids import place_of
from domain.jurisdictions import JURISDICTIONS
from domain.money import Money
from domain.notices.model import Notice
from domain.notices.service import Notices
from domain.notices.store_memory import MemoryNoticeStore
from domain.refusals import Refusal
from domain.sealing import KeyedSealer, MemoryDataKeys
from domain.transfers.model import AccountTarget, NumberTarget, Schedule, Transfer, TransferOrder, Wish
from domain.transfers.review_store import ReviewStore
from domain.transfers.review_store_memory import MemoryReviewStore
from domain.transfers.schedule import run_time
from domain.transfers.schedules import MemorySchedules, Schedules
from domain.transfers.service import Transfers
from domain.transfers.store import OrderStore
from domain.transfers.store_memory import MemoryOrderStore
from ops.simulation.judge import Says, judge_of
from tests.unit.accounts.house import REGION, House, acting, staff

TODAY = date(2026, 3, 10)
REVIEW_WITHIN = timedelta(days=2)
STEP_UP_WITHIN = timedelta(minutes=15)


class Desk(House):
    def __init__(
        self,
        *,
        region: str = REGION,
        orders: OrderStore | None = None,
        schedules: Schedules | None = None,
        decisions: DecisionStore | None = None,
        reviews: ReviewStore | None = None,
        case_store: CaseStore | None = None,
        mortal: Callable[[Any], Any] = lambda part: part,
    ) -> None:
        super().__init__(region=region, mortal=mortal)
        noise = random.Random(7)
        self.keys = MemoryDataKeys(noise.randbytes)
        self.order_store = orders or MemoryOrderStore()
        self.schedules = MemorySchedules()
        self.notices = Notices(store=mortal(MemoryNoticeStore()), clock=self.clock, randomness=noise)
        self.audit = Audit(store=MemoryAuditStore(), clock=self.clock, randomness=noise)
        self.judge = Says()
        self.decisions = decisions or MemoryDecisionStore()
        self.review_store = reviews or MemoryReviewStore()
        self.approvals = Approvals(store=MemoryApprovalStore(), clock=self.clock, decided=self.approval_outcomes)
        self.cases = Cases(
            store=case_store or MemoryCaseStore(),
            approvals=self.approvals,
            clock=self.clock,
            region=region,
            resolved=self.case_outcomes,
        )
        self.fraud = judge_of(self.clock, says=self.judge, decisions=self.decisions)
        self.transfers = Transfers(
            ledger=self.ledger,
            accounts=self.accounts,
            sealer=KeyedSealer(self.keys, noise.randbytes),
            clock=self.clock,
            randomness=noise,
            orders=self.order_store,
            schedules=schedules or self.schedules,
            notices=self.notices,
            audit=self.audit,
            fraud=self.fraud,
            cases=self.cases,
            reviews=self.review_store,
            review_within=REVIEW_WITHIN,
            step_up_within=STEP_UP_WITHIN,
        )

    def approval_outcomes(self) -> dict[str, Decided]:
        """Who is told, by what is approved."""
        return {SUBJECT_KIND: self.cases.decided}

    def case_outcomes(self) -> dict[CaseKind, Resolved]:
        """Who is told, by the kind of what is resolved."""
        return {CaseKind.TRANSFER_REVIEW: self.transfers.reviews.decided}

    def says(self, decision: Decision) -> None:
        """What is judged from now on."""
        self.judge.decision = decision

    def pair(self, *, minor: int = 100_000) -> tuple[Customer, Account, Customer, Account]:
        """Two customers with an account each; the first has money."""
        payer, payee = self.customer(), self.customer()
        return payer, self.open(payer, deposit_minor=minor), payee, self.open(payee)

    def pay(
        self, payer: Customer, source: Account, payee: Account, minor: int, *, key: str, memo: str | None = None
    ) -> Transfer | Refusal:
        return self.transfers.transfer(acting(payer), wish(source, payee, minor, memo), key=key)

    def sweep(self) -> tuple[str, ...]:
        """As the hourly run does it; what was due."""
        due = self.transfers.reviews.due()
        for one in due:
            assert self.transfers.reviews.bring_on(one) is None
        return due

    def review_case(self) -> Case:
        """The one case of a transfer that is open."""
        (found,) = (case for case in self.cases.unresolved() if case.kind is CaseKind.TRANSFER_REVIEW)
        return found

    def released(self, *, key: str = "r-1") -> Case | Refusal:
        """The open case released by one analyst and another."""
        case = self.review_case()
        asked = self.cases.resolve(ANALYST, case.id, code=ResolutionCode.RELEASE, reason="Known to us.", key=key)
        assert isinstance(asked, Case)
        assert asked.resolution
        approval = self.approvals.get(asked.resolution.approval or "")
        assert isinstance(approval, Approval)
        answer = self.approvals.decide(
            SECOND_ANALYST, approval.id, verdict=Verdict.APPROVE, fingerprint=approval.proposal.fingerprint
        )
        return answer if isinstance(answer, Refusal) else self.cases.settle(case.id)

    def rejected(self, *, key: str = "r-2") -> Case | Refusal:
        return self.cases.resolve(
            ANALYST, self.review_case().id, code=ResolutionCode.REJECT, reason="Not theirs.", key=key
        )

    def order(self, actor: Actor, wished: Wish, days: Schedule, *, key: str = "o-1") -> TransferOrder:
        order = self.transfers.orders.schedule(actor, wished, days=days, key=key)
        assert isinstance(order, TransferOrder), order
        return order

    def morning_of(self, day: date) -> None:
        """Moves the clock to when the scheduler knocks on a day."""
        self.clock.instant = run_time(self.jurisdiction, day) + timedelta(seconds=3)

    def told(self, customer: Customer) -> list[Notice]:
        return list(self.notices.page(customer.id).notices)

    def audited(self, customer: Customer) -> list[AuditRecord]:
        return list(self.audit.by_subject(customer.id).records)


ANALYST = staff(Group.FRAUD_ANALYST)
SECOND_ANALYST = staff(Group.FRAUD_ANALYST, person="stf_01J00000000000000000000009")


def wish(source: Account, payee: Account, minor: int, memo: str | None = None) -> Wish:
    return Wish(source.id, by_number(payee), Money(minor, source.record.currency), memo)


def by_number(account: Account) -> NumberTarget:
    place = place_of(account.id)
    assert place
    return NumberTarget(JURISDICTIONS[place.jurisdiction].routing_number, account.record.number)


def by_id(account: Account) -> AccountTarget:
    return AccountTarget(account.id)
