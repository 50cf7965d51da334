"""What can be asked about access: may this person do this; and approvals, from the asking to the one use."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final, TypeVar

from domain.access import rules
from domain.access.model import (
    Action,
    Actor,
    Approval,
    ApprovalBusy,
    ApprovalKeyReused,
    ApprovalPage,
    ApprovalState,
    Group,
    Proposal,
    Relation,
    Verdict,
)
from domain.access.store import ApprovalList, ApprovalStore
from domain.clock import Clock
from domain.facts import Facts
from domain.refusals import NotAllowed, NotFound, Refusal

TRIES_MAX: Final = 5
"""Few people decide on one approval; five lost races in a row are not people."""

PAGE_MAX: Final = 100

Decided = Callable[[Approval], Refusal | None]
"""Is told that an approval was given or refused; whoever asked for it acts on that. May be told again, of the same
decision: it does nothing twice. A refusal goes back to the checker, whose verdict stands."""
NOBODY: Final[Mapping[str, Decided]] = MappingProxyType({})
"""Nobody waits for a decision: whoever asked looks."""

CheckRefusal = NotFound | rules.CheckDeclined | ApprovalBusy
UseRefusal = NotFound | rules.UseDeclined | ApprovalBusy

Moved = TypeVar("Moved")
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


def proposal_of(*, subject_kind: str, subject_id: str, action: str, shown: Facts) -> Proposal:
    """What is to be approved, with what a checker is shown of it and the fingerprint of that."""
    return rules.proposal_of(subject_kind=subject_kind, subject_id=subject_id, action=action, shown=shown)


def groups_seen(actor: Actor) -> frozenset[Group]:
    """The groups whose cases and approvals the actor sees."""
    return rules.groups_seen(actor)


def works(actor: Actor, group: Group) -> bool:
    """Whether the actor works the cases of a group, and gives and refuses its approvals."""
    return group in rules.standing_groups(actor) and rules.may(actor, Action.WORK_CASES, Relation.STRANGER)


def approval_id(actor: Actor, key: str) -> str:
    """The id of the approval that the actor's key asks for, whether it was asked for or not."""
    return rules.approval_id(actor.person, key)


class Approvals:
    """Maker and checker: two persons of one group."""

    def __init__(
        self, *, store: ApprovalStore, clock: Clock, decided: Callable[[], Mapping[str, Decided]] = lambda: NOBODY
    ) -> None:
        """`decided`: for each kind of subject, who acts on the decision; asked for when there is one."""
        self._store = store
        self._clock = clock
        self._decided = decided

    def request(
        self,
        actor: Actor,
        *,
        key: str,
        proposal: Proposal,
        group: Group,
        checkers_needed: int,
        lifetime: timedelta,
        makers: frozenset[Group] | None = None,
    ) -> Approval | NotAllowed | ApprovalKeyReused:
        """Asks for an approval by `group`, once per maker and key. `makers`: the groups that may ask, where they are
        others than the one that gives it.
        """
        if not 1 <= checkers_needed <= rules.CHECKERS_MAX:
            raise ValueError(f"1 to {rules.CHECKERS_MAX} checkers, not {checkers_needed}")
        if not timedelta() < lifetime <= rules.APPROVAL_LIFETIME_MAX:
            raise ValueError(f"an approval lives up to {rules.APPROVAL_LIFETIME_MAX}, not {lifetime}")
        if not rules.is_of_what_is_shown(proposal):
            raise ValueError(f"the fingerprint of {proposal.action} is not that of what is shown")
        if not rules.is_staff(actor) or not (makers or {group}) & rules.standing_groups(actor):
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

    def seen(self, actor: Actor, approval_id: str) -> Approval | NotFound:
        """The approval for who may see it: its group, who asked for it, who audits. There is none for all others."""
        found = self._store.approval(approval_id)
        return found if found and rules.sees(actor, found) else NotFound(approval_id)

    def of_state(
        self, actor: Actor, state: ApprovalState, *, position: str | None = None, limit: int = 25
    ) -> ApprovalPage:
        """The approvals in a state that the actor may see. What is still to be decided or spent comes in the order in
        which it expires, all else the latest first. A page has fewer rows than its limit where others asked for what
        lies between.
        """
        if not 1 <= limit <= PAGE_MAX:
            raise ValueError(f"a page has 1 to {PAGE_MAX} rows, not {limit}")
        now = self._clock.now()
        open_states = (ApprovalState.PENDING, ApprovalState.APPROVED)
        expired = state is ApprovalState.EXPIRED
        states = open_states if expired else (state,)
        lists: list[ApprovalList] = [(group, one) for group in sorted(rules.groups_listed(actor)) for one in states]
        page = self._store.listed(
            lists,
            expires_after=now if state in open_states else None,
            expires_until=now if expired else None,
            position=position,
            limit=limit,
            latest_first=state not in open_states,
        )
        return replace(page, approvals=tuple(one for one in page.approvals if rules.sees(actor, one)))

    def position(self, approval: Approval) -> str:
        """Its place in a list."""
        return rules.list_position(approval)

    def state(self, approval: Approval) -> ApprovalState:
        return rules.state_of(approval, self._clock.now())

    def decide(self, actor: Actor, approval_id: str, *, verdict: Verdict, fingerprint: str) -> Approval | Refusal:
        """As `check`, and once it is approved or refused, whoever waits for that is told. Death between the two is
        healed by saying it again.

        Refusals: those of `check`; NotFound for who may not see it; those of who is told.
        """
        seen = self.seen(actor, approval_id)
        if isinstance(seen, NotFound):
            return seen
        checked = self.check(actor, approval_id, verdict=verdict, fingerprint=fingerprint)
        if isinstance(checked, Refusal) or self.state(checked) is ApprovalState.PENDING:
            return checked
        told = self._decided().get(checked.proposal.subject_kind)
        refusal = told(checked) if told else None
        return refusal or self._store.approval(approval_id) or checked

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

    def _moved(self, approval_id: str, decide: Callable[[Approval], Moved]) -> Moved | NotFound | ApprovalBusy:
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
