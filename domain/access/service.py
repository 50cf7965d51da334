"""What can be asked about access: may this person do this; and approvals, from the asking to the one use."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final, TypeVar

from domain.access import rules
from domain.access.model import (
    Action,
    Actor,
    Approval,
    ApprovalBusy,
    ApprovalKeyReused,
    ApprovalState,
    Group,
    Proposal,
    Relation,
    Verdict,
)
from domain.access.store import ApprovalStore
from domain.clock import Clock
from domain.refusals import NotAllowed, NotFound

TRIES_MAX: Final = 5
"""Few people decide on one approval; five lost races in a row are not people."""

CheckRefusal = NotFound | rules.CheckDeclined | ApprovalBusy
UseRefusal = NotFound | rules.UseDeclined | ApprovalBusy

Decided = TypeVar("Decided")
"""The approval as it is to be, or why not."""


def refusal_of(
    actor: Actor, action: Action, *, relation: Relation, subject_id: str | None = None
) -> NotFound | NotAllowed | None:
    """None when the actor may. Who may not even see the account or customer is told that there is none."""
    if rules.may(actor, action, relation):
        return None
    sees = rules.may(actor, Action.VIEW_ACCOUNT, relation) or rules.may(actor, Action.VIEW_CUSTOMER, relation)
    return NotAllowed() if subject_id is None or sees else NotFound(subject_id)


def relation_to_customer(actor: Actor, customer_id: str) -> Relation:
    return rules.relation_to_customer(actor, customer_id)


class Approvals:
    """Maker and checker: two persons of one group."""

    def __init__(self, *, store: ApprovalStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def request(
        self,
        actor: Actor,
        *,
        key: str,
        proposal: Proposal,
        group: Group,
        checkers_needed: int,
        lifetime: timedelta,
    ) -> Approval | NotAllowed | ApprovalKeyReused:
        """Asks for an approval, once per maker and key."""
        if not 1 <= checkers_needed <= rules.CHECKERS_MAX:
            raise ValueError(f"1 to {rules.CHECKERS_MAX} checkers, not {checkers_needed}")
        if not timedelta() < lifetime <= rules.APPROVAL_LIFETIME_MAX:
            raise ValueError(f"an approval lives up to {rules.APPROVAL_LIFETIME_MAX}, not {lifetime}")
        if not rules.is_staff(actor) or group not in rules.standing_groups(actor):
            return NotAllowed()
        now = self._clock.now()
        approval = Approval(
            id=rules.approval_id(actor.person, key),
            proposal=proposal,
            group=group,
            maker=actor.person,
            checkers_needed=checkers_needed,
            requested_at=now,
            expires_at=now + lifetime,
        )
        if self._store.add(approval):
            return approval
        return self._requested_before(approval)

    def get(self, approval_id: str) -> Approval | NotFound:
        return self._store.approval(approval_id) or NotFound(approval_id)

    def state(self, approval: Approval) -> ApprovalState:
        return rules.state_of(approval, self._clock.now())

    def check(self, actor: Actor, approval_id: str, *, verdict: Verdict, fingerprint: str) -> Approval | CheckRefusal:
        """The actor approves or refuses what the actor was shown, of which `fingerprint` is."""
        now = self._clock.now()

        def decide(approval: Approval) -> Approval | rules.CheckDeclined:
            return rules.checked(approval, actor=actor, verdict=verdict, fingerprint=fingerprint, now=now)

        return self._moved(approval_id, decide)

    def use(self, approval_id: str, *, proposal: Proposal, used_for: str) -> Approval | UseRefusal:
        """Spends a given approval, before the effect it allows: on `used_for` alone, so a retry is safe."""
        now = self._clock.now()

        def decide(approval: Approval) -> Approval | rules.UseDeclined:
            return rules.used(approval, proposal=proposal, used_for=used_for, now=now)

        return self._moved(approval_id, decide)

    def _requested_before(self, approval: Approval) -> Approval | ApprovalKeyReused:
        stored = self._store.approval(approval.id)
        if stored is None:
            raise RuntimeError(f"{approval.id} was not added although it is free")
        asked = (approval.proposal, approval.group, approval.checkers_needed)
        same = asked == (stored.proposal, stored.group, stored.checkers_needed)
        return stored if same else ApprovalKeyReused(approval.id)

    def _moved(self, approval_id: str, decide: Callable[[Approval], Decided]) -> Decided | NotFound | ApprovalBusy:
        for _ in range(TRIES_MAX):
            stored = self._store.approval(approval_id)
            if stored is None:
                return NotFound(approval_id)
            decided = decide(stored)
            if not isinstance(decided, Approval) or decided == stored:
                return decided
            if self._store.replace(decided, was=stored):
                return decided
        return ApprovalBusy(approval_id)
