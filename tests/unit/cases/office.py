"""An office over memory stores: people of some groups, cases, approvals, and somebody who waits for resolutions."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.access.model import Actor, Approval, Channel, Group, Verdict
from domain.access.service import Approvals
from domain.access.store_memory import MemoryApprovalStore
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, Resolution, Subject
from domain.cases.service import SUBJECT_KIND, Cases
from domain.cases.store_memory import MemoryCaseStore
from domain.refusals import Refusal

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAYMENT: Final = Subject("ach_entry", "ent_1")
FACTS: Final = {"Trace number": "091000010000001", "Amount": "25.00 USD"}


def staff(number: int, *groups: Group) -> Actor:
    return Actor(f"stf_01J0000000000000000000000{number}", frozenset(groups), None, "req-1", Channel.API)


MAKER: Final = staff(1, Group.OPERATIONS)
CHECKER: Final = staff(2, Group.OPERATIONS)
THIRD: Final = staff(3, Group.OPERATIONS)
ANALYST: Final = staff(4, Group.FRAUD_ANALYST)
AUDITOR: Final = staff(5, Group.AUDITOR)
ADMIN: Final = staff(6, Group.ADMIN)
ADA: Final = Actor("cus_us_01J00000000000000000000001", frozenset({Group.CUSTOMER}), None, "req-1", Channel.API)


class HandClock:
    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time


class Died(Exception):
    """The process was killed."""


@dataclass
class Dying:
    """A store whose process dies before, or right after, its n-th call from now; 0 is never."""

    store: Any
    death: "Death"

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self.store, name)

        def called(*args: Any, **kwargs: Any) -> Any:
            self.death.before()
            answer = call(*args, **kwargs)
            self.death.after()
            return answer

        return called


@dataclass
class Death:
    at: int = 0
    calls: int = 0
    afterwards: bool = False

    def before(self) -> None:
        self.calls += 1
        if self.calls == self.at and not self.afterwards:
            raise Died

    def after(self) -> None:
        if self.calls == self.at and self.afterwards:
            raise Died


@dataclass
class Waiting:
    """Whoever waits for resolutions: accepts them, or answers what it is set to."""

    death: Death
    refusal: Refusal | None = None
    told: list[tuple[str, Resolution]] = field(default_factory=list)

    def __call__(self, case: Case) -> Refusal | None:
        self.death.before()
        assert case.resolution
        if self.refusal is None:
            self.told.append((case.id, case.resolution))
        self.death.after()
        return self.refusal

    @property
    def accepted(self) -> set[tuple[str, ResolutionCode]]:
        return {(case, resolution.code) for case, resolution in self.told}


class Office:
    def __init__(self) -> None:
        self.clock = HandClock()
        self.death = Death()
        self.waiting = Waiting(self.death)
        self.case_store: Any = Dying(MemoryCaseStore(), self.death)
        self.approval_store: Any = Dying(MemoryApprovalStore(), self.death)
        self.approvals = Approvals(
            store=self.approval_store, clock=self.clock, decided=lambda: {SUBJECT_KIND: self.cases.decided}
        )
        self.cases = Cases(
            store=self.case_store,
            approvals=self.approvals,
            clock=self.clock,
            region="us-east-1",
            resolved=lambda: dict.fromkeys(CaseKind, self.waiting),
        )

    def opened(self, kind: CaseKind = CaseKind.ACH_ENTRY_PENDED, *, key: str = "1", due_in: int = 4) -> Case:
        due = NOON + timedelta(hours=due_in)
        return self.cases.open(kind, PAYMENT, key=key, due_at=due, facts=FACTS)

    def resolved(
        self, case: Case, by: Actor = MAKER, code: ResolutionCode = ResolutionCode.POST, *, key: str = "k"
    ) -> Case | Refusal:
        return self.cases.resolve(by, case.id, code=code, reason="It is in order", key=key)

    def approval(self, case: Case) -> Approval:
        """The approval that the case's resolution waits for."""
        resolution = self.now(case).resolution
        assert resolution
        approval = self.approvals.get(resolution.approval or "")
        assert isinstance(approval, Approval), approval
        return approval

    def checked(self, case: Case, by: Actor = CHECKER, verdict: Verdict = Verdict.APPROVE) -> Approval | Refusal:
        return self.verdict(self.approval(case), by, verdict)

    def verdict(self, approval: Approval, by: Actor, verdict: Verdict) -> Approval | Refusal:
        return self.approvals.decide(by, approval.id, verdict=verdict, fingerprint=approval.proposal.fingerprint)

    def now(self, case: Case) -> Case:
        found = self.case_store.store.case(case.id)
        assert isinstance(found, Case)
        return found

    def later(self, **by: float) -> None:
        self.clock.time += timedelta(**by)

    def swept(self) -> None:
        for case in self.cases.unresolved():
            self.cases.settle(case.id)
