"""What a relation or a group allows, as one table; and how an approval moves, as pure functions."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.access.model import (
    Action,
    Actor,
    Approval,
    ApprovalMismatch,
    ApprovalNotGiven,
    ApprovalNotPending,
    ApprovalState,
    Check,
    Group,
    MakerCannotCheck,
    Proposal,
    Relation,
    Verdict,
)
from domain.clock import instant_text
from domain.facts import Facts, fingerprint_of
from domain.ids import work_id
from domain.refusals import NotAllowed

CHECKERS_MAX: Final = 3
"""More than three signatures on one decision is a committee, and committees meet elsewhere."""
APPROVAL_LIFETIME_MAX: Final = timedelta(days=7)
"""What was shown a week ago is no longer what would be done."""

ASKS_OF: Final[dict[Group, frozenset[Group]]] = {Group.FRAUD_ANALYST: frozenset({Group.FRAUD_LEAD})}
"""Groups whose people ask another group for approvals."""

_NOBODY: Final[frozenset[Relation]] = frozenset()
_OWNER: Final = frozenset({Relation.OWNER})
_OWNERS: Final = _OWNER | {Relation.JOINT_OWNER}
_HOLDERS: Final = _OWNERS | {Relation.DELEGATE}

_OPERATIONS: Final = frozenset({Group.OPERATIONS})
_GUARDS: Final = _OPERATIONS | {Group.FRAUD_ANALYST, Group.FRAUD_LEAD, Group.COMPLIANCE}
_SEE: Final = _GUARDS | {Group.FINANCE, Group.AUDITOR}
_FRAUD: Final = frozenset({Group.FRAUD_ANALYST, Group.FRAUD_LEAD})
_NO_STAFF: Final[frozenset[Group]] = frozenset()

TABLE: Final[dict[Action, tuple[frozenset[Relation], frozenset[Group]]]] = {
    Action.VIEW_ACCOUNT: (_HOLDERS, _SEE),
    Action.VIEW_CUSTOMER: (_OWNER, _SEE),
    Action.VIEW_PROFILE: (_OWNER, _GUARDS | {Group.AUDITOR}),
    Action.VIEW_NOTICES: (_OWNER, _OPERATIONS | {Group.COMPLIANCE}),
    Action.VIEW_AUDIT: (_NOBODY, frozenset({Group.AUDITOR, Group.COMPLIANCE})),
    Action.VIEW_CASES: (_NOBODY, _SEE),
    Action.WORK_CASES: (_NOBODY, _SEE - {Group.AUDITOR}),
    Action.CREATE_CUSTOMER: (_NOBODY, _OPERATIONS),
    Action.ERASE_CUSTOMER: (_NOBODY, frozenset({Group.COMPLIANCE})),
    Action.OPEN_ACCOUNT: (_OWNER, _OPERATIONS),
    Action.MANAGE_RELATIONS: (_OWNER, _OPERATIONS),
    Action.MOVE_MONEY: (_OWNERS, _NO_STAFF),
    Action.MANAGE_SCHEDULE: (_OWNERS, _NO_STAFF),
    Action.PLACE_HOLD: (_OWNERS, _GUARDS),
    Action.CAPTURE_HOLD: (_OWNERS, _OPERATIONS),
    Action.RELEASE_HOLD: (_OWNERS, _GUARDS),
    Action.RELEASE_BANK_HOLD: (_NOBODY, _GUARDS),
    Action.REVERSE: (_NOBODY, _OPERATIONS | {Group.FINANCE}),
    Action.FREEZE: (_NOBODY, _GUARDS),
    Action.THAW: (_NOBODY, _OPERATIONS | {Group.FRAUD_LEAD, Group.COMPLIANCE}),
    Action.CLOSE: (_OWNER, _OPERATIONS),
    Action.CHANGE_LIMITS: (_NOBODY, _OPERATIONS),
    Action.SWITCH_BATCHING: (_NOBODY, _OPERATIONS),
    Action.MANAGE_COUNTERPARTIES: (_OWNER, _NO_STAFF),
    Action.CLOSE_COUNTERPARTY: (_OWNER, _GUARDS),
    Action.VIEW_DELIVERIES: (_NOBODY, _OPERATIONS | {Group.COMPLIANCE, Group.FINANCE, Group.AUDITOR}),
    Action.REPLAY_DELIVERY: (_NOBODY, _OPERATIONS),
    Action.VIEW_ACH_FILES: (_NOBODY, _OPERATIONS | {Group.COMPLIANCE, Group.FINANCE, Group.AUDITOR}),
    Action.RETURN_ACH_ENTRY: (_NOBODY, _OPERATIONS),
    Action.VIEW_FRAUD: (_NOBODY, _FRAUD | {Group.COMPLIANCE, Group.AUDITOR}),
    Action.WORK_FRAUD: (_NOBODY, _FRAUD),
    Action.LEAD_FRAUD: (_NOBODY, frozenset({Group.FRAUD_LEAD})),
}
"""Which relations and which groups allow an action; either is enough. `admin` runs the house, sees nobody."""


def may(actor: Actor, action: Action, relation: Relation) -> bool:
    relations, groups = TABLE[action]
    return bool(standing_groups(actor) & groups) or (is_customer(actor) and relation in relations)


def standing_groups(actor: Actor) -> frozenset[Group]:
    """The groups that count: staff groups of a customer, or `customer` of staff, give nothing."""
    if is_customer(actor):
        return actor.groups & {Group.CUSTOMER}
    if is_staff(actor):
        return actor.groups - {Group.CUSTOMER}
    return frozenset()


def is_customer(actor: Actor) -> bool:
    return actor.person.startswith("cus_") and Group.CUSTOMER in actor.groups


def is_staff(actor: Actor) -> bool:
    return actor.person.startswith("stf_")


def relation_to_customer(actor: Actor, customer_id: str) -> Relation:
    """A customer owns what is the customer's own: profile, notices, accounts to open."""
    return Relation.OWNER if actor.person == customer_id else Relation.STRANGER


# --- approvals ----------------------------------------------------------------------------------------------

CheckDeclined = NotAllowed | MakerCannotCheck | ApprovalMismatch | ApprovalNotPending
UseDeclined = ApprovalMismatch | ApprovalNotGiven


def proposal_of(*, subject_kind: str, subject_id: str, action: str, shown: Facts) -> Proposal:
    """A proposal whose fingerprint is of what is shown."""
    fingerprint = fingerprint_of(subject_kind, subject_id, action, facts=shown)
    return Proposal(subject_kind, subject_id, action, fingerprint, shown)


def is_of_what_is_shown(proposed: Proposal) -> bool:
    """A proposal that shows nothing may have a fingerprint of its own; any other must have that of what it shows."""
    covered = fingerprint_of(proposed.subject_kind, proposed.subject_id, proposed.action, facts=proposed.shown)
    return not proposed.shown or proposed.fingerprint == covered


def groups_seen(actor: Actor) -> frozenset[Group]:
    """The groups whose cases and approvals the actor sees: the actor's own; who audits sees all."""
    if not may(actor, Action.VIEW_CASES, Relation.STRANGER):
        return frozenset()
    mine = standing_groups(actor)
    return frozenset(Group) - {Group.CUSTOMER} if Group.AUDITOR in mine else mine


def sees(actor: Actor, approval: Approval) -> bool:
    """Its group sees an approval, who audits, and whoever asked for it: they wait for what becomes of it."""
    own = approval.maker == actor.person and may(actor, Action.VIEW_CASES, Relation.STRANGER)
    return own or approval.group in groups_seen(actor)


def groups_listed(actor: Actor) -> frozenset[Group]:
    """The groups in whose lists there may be an approval that the actor sees."""
    seen = groups_seen(actor)
    return seen.union(*(ASKS_OF[group] for group in seen if group in ASKS_OF))


def listed_state(approval: Approval) -> ApprovalState:
    """In which list an approval is kept: as its state is before it expires. A sweep moves it when it has."""
    return state_of(approval, approval.requested_at)


def list_position(approval: Approval) -> str:
    """Its place in a list: what expires first stands first."""
    return f"{instant_text(approval.expires_at)}#{approval.id}"


def approval_id(maker: str, key: str) -> str:
    """One approval for each maker and key, so that asking twice asks once."""
    return work_id("apr", maker, key)


def state_of(approval: Approval, now: datetime) -> ApprovalState:
    """What was spent stays spent and what was refused stays refused; the rest ends when its time is over."""
    if approval.used_for is not None:
        return ApprovalState.USED
    if Verdict.REFUSE in approval.verdicts():
        return ApprovalState.REFUSED
    if now >= approval.expires_at:
        return ApprovalState.EXPIRED
    approved = len(approval.checks) >= approval.checkers_needed
    return ApprovalState.APPROVED if approved else ApprovalState.PENDING


def checked(
    approval: Approval, *, actor: Actor, verdict: Verdict, fingerprint: str, now: datetime
) -> Approval | CheckDeclined:
    """The approval after the actor's verdict on what the actor was shown. Said again, it changes nothing."""
    if approval.group not in standing_groups(actor):
        return NotAllowed()
    if actor.person == approval.maker:
        return MakerCannotCheck(approval.id)
    if fingerprint != approval.proposal.fingerprint:
        return ApprovalMismatch(approval.id)
    earlier = approval.check_of(actor.person)
    if earlier and earlier.verdict is verdict:
        return approval
    state = state_of(approval, now)
    if earlier or state is not ApprovalState.PENDING:
        return ApprovalNotPending(approval.id, state.value)
    check = Check(actor.person, verdict, now)
    return replace(approval, checks=(*approval.checks, check), version=approval.version + 1)


def used(approval: Approval, *, proposal: Proposal, used_for: str, now: datetime) -> Approval | UseDeclined:
    """The approval spent on `used_for`. Spent on the same before, it stays as it is."""
    if proposal != approval.proposal:
        return ApprovalMismatch(approval.id)
    if approval.used_for == used_for:
        return approval
    state = state_of(approval, now)
    if state is not ApprovalState.APPROVED:
        return ApprovalNotGiven(approval.id, state.value)
    return replace(approval, used_for=used_for, used_at=now, version=approval.version + 1)
