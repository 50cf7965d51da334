"""What can be asked of cases: opened by the bank, owned and resolved by the group that works them.

A resolution is decided first, carried out second, and recorded as done last. Where it needs a second person it is
proposed before that:

    resolve   the case says PROPOSED with the id of an approval, then the approval is asked for
    approve   the approval is given, then spent on the case, then the case says DECIDED
    carry out whoever waits for cases of this kind is told (`Resolved`), then the case says CARRIED_OUT

Each write is conditional on what was read, and every step may run twice: death between any two is healed by whoever
says it again (the maker, the checker) or by the sweep. Of two who resolve at once one writes first, and the other is
told so. `Resolved` is called between DECIDED and CARRIED_OUT, so it may be called again with the same resolution, and
never with another one after it has accepted one.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar

from domain import keys
from domain.access.model import (
    Actor,
    Approval,
    ApprovalMismatch,
    ApprovalNotGiven,
    ApprovalState,
    Verdict,
)
from domain.access.service import Approvals, approval_id, groups_seen, works
from domain.cases import rules
from domain.cases.kinds import KINDS, CaseKind, ResolutionCode
from domain.cases.model import (
    Case,
    CaseBusy,
    CasePage,
    CaseResolved,
    CaseState,
    Resolution,
    ResolutionDelayed,
    ResolutionNotCarriedOut,
    ReviewOver,
    Stage,
    Subject,
)
from domain.cases.store import CaseStore
from domain.clock import Clock
from domain.refusals import InputInvalid, NotAllowed, NotFound, Refusal

TRIES_MAX: Final = 5
"""Few people work on one case; five lost races in a row are not people."""
PAGE_MAX: Final = 100
SWEEP_MAX: Final = 5_000
"""Unresolved cases that one sweep looks at: more than the bank's people could have let lie."""
GROUPS: Final = frozenset(about.group for about in KINDS.values())
SUBJECT_KIND: Final = "case"
"""Of the approvals that cases ask for."""
NO_FACTS: Final[Mapping[str, str]] = MappingProxyType({})

Resolved = Callable[[Case], Refusal | None]
"""Acts on a resolution: `case.resolution` says how it was decided, by whom and why. It does nothing twice, and a
resolution that it has once accepted it accepts again. A refusal that is retryable leaves the resolution standing, to
be tried again; `ReviewOver` ends the case as it was decided before; any other opens it for another resolution."""
NOBODY: Final[Mapping[CaseKind, Resolved]] = MappingProxyType({})

Denied = NotFound | NotAllowed
Declined = TypeVar("Declined", bound=Refusal)
"""Why a case does not move."""


class Cases:
    def __init__(
        self,
        *,
        store: CaseStore,
        approvals: Approvals,
        clock: Clock,
        region: str,
        resolved: Callable[[], Mapping[CaseKind, Resolved]] = lambda: NOBODY,
    ) -> None:
        """`resolved`: for each kind, who waits for its resolutions; asked for when there is one. A kind without a row
        is resolved by being recorded as such."""
        self._store = store
        self._approvals = approvals
        self._clock = clock
        self._region = region
        self._resolved = resolved

    # Opening, by the bank.

    def open(
        self,
        kind: CaseKind,
        subject: Subject,
        *,
        key: str,
        due_at: datetime | None = None,
        facts: Mapping[str, str] = NO_FACTS,
    ) -> Case:
        """Opens a case, once for each kind, subject and key: later openings find the first one, as it is by then.

        `due_at`: when it is due, if a deadline is known; else as its kind says. `facts`: label -> value, in order, at
        most 17, nothing personal.
        """
        opened = rules.opened(
            kind,
            subject,
            key=key,
            due_at=due_at,
            facts=facts,
            region=self._region,
            now=self._clock.now(),
        )
        return opened if self._store.add(opened) else self._existing(opened.id)

    def opened(self, kind: CaseKind, subject: Subject, *, key: str) -> Case | None:
        """The case as it is by now; None if it was never opened."""
        return self._store.case(rules.case_id(kind, subject, key))

    def end(
        self, kind: CaseKind, subject: Subject, *, key: str, code: ResolutionCode, reason: str, person: str
    ) -> Case | CaseBusy | None:
        """Resolves a case in whoever's hands, because what it asked for was done without it; None if it was never
        opened. Said again, it changes nothing.

        `person`: who did it. A resolution that is decided stands; an approval that is still asked for will find
        nothing to approve.
        """
        case_id, now = rules.case_id(kind, subject, key), self._clock.now()
        if self._store.case(case_id) is None:
            return None
        return self._moved(case_id, lambda case: rules.ended(case, code=code, reason=reason, person=person, now=now))

    # Looking.

    def seen(self, actor: Actor, case_id: str) -> Case | NotFound:
        """The case for who may see it: the group that works it, and who audits. There is none for all others."""
        found = self._store.case(case_id)
        return found if found and found.group in groups_seen(actor) else NotFound(case_id)

    def listed(
        self,
        actor: Actor,
        *,
        kind: CaseKind | None = None,
        state: CaseState | None = None,
        mine: bool = False,
        position: str | None = None,
        limit: int = 25,
    ) -> CasePage:
        """The cases that the actor may see, what is due first first; those that are resolved the latest first.

        Without a state those that are not resolved. `mine`: those that the actor owns. Of a kind that another group
        works there is nothing, not even a position.
        """
        return self._store.listed(
            states=rules.UNRESOLVED if state is None else (state,),
            groups=groups_seen(actor) & GROUPS,
            kind=kind,
            owner=actor.person if mine else None,
            position=position,
            limit=_bounded(limit),
            latest_first=state is CaseState.RESOLVED,
        )

    def position(self, case: Case) -> str:
        """Its place in a list."""
        return rules.position(case)

    # Working.

    def assign(self, actor: Actor, case_id: str) -> Case | Refusal:
        """Takes a case into the actor's own hands. Said again, it changes nothing.

        Refusals: NotFound, NotAllowed, CaseTaken, CaseResolved, CaseBusy.
        """
        if denied := self._worked(actor, case_id):
            return denied
        now = self._clock.now()
        return self._moved(case_id, lambda case: rules.assigned(case, person=actor.person, now=now))

    def release(self, actor: Actor, case_id: str) -> Case | Refusal:
        """Takes a case out of whoever's hands. Said again, it changes nothing.

        Refusals: NotFound, NotAllowed, CaseResolved, CaseBusy.
        """
        if denied := self._worked(actor, case_id):
            return denied
        now = self._clock.now()
        return self._moved(case_id, lambda case: rules.released(case, person=actor.person, now=now))

    def resolve(self, actor: Actor, case_id: str, *, code: ResolutionCode, reason: str, key: str) -> Case | Refusal:
        """Resolves a case, or proposes to: where the kind wants a second person, the case comes back unresolved, with
        the approval that is asked for.

        Refusals: NotFound, NotAllowed, InputInvalid, CaseTaken, CaseResolved, ResolutionPending,
        ResolutionUnavailable, ResolutionKeyReused, ApprovalNotGiven (the key's approval was refused or has expired),
        ApprovalMismatch, ApprovalBusy, ResolutionNotCarriedOut, ResolutionDelayed, CaseBusy.
        """
        if denied := self._worked(actor, case_id):
            return denied
        if faults := (*keys.key_faults(key), *rules.reason_faults(reason)):
            return InputInvalid(faults)
        if refusal := self._left_over(actor, case_id, key):
            return refusal
        now = self._clock.now()

        def decide(case: Case) -> Case | rules.ResolveDeclined:
            approval = approval_id(actor, _approval_key(case_id, key, case.version))
            return rules.resolving(
                case, person=actor.person, code=code, reason=reason, key=key, approval=approval, now=now
            )

        case = self._moved(case_id, decide)
        if isinstance(case, Refusal) or case.resolution is None:
            return case
        if case.resolution.stage is Stage.PROPOSED:
            return self._asked_for(actor, case, case.resolution)
        return self._carried_out(case)

    def decided(self, approval: Approval) -> Refusal | None:
        """Hears that an approval of a case's resolution was given or refused."""
        heard = self._heard(approval)
        return heard if isinstance(heard, Refusal) else None

    # Sweeping.

    def unresolved(self) -> tuple[Case, ...]:
        """Every unresolved case, what is due first first; as many as `SWEEP_MAX` means that there may be more."""
        found: list[Case] = []
        position: str | None = None
        while len(found) < SWEEP_MAX:
            page = self._store.listed(
                states=rules.UNRESOLVED, groups=GROUPS, position=position, limit=min(PAGE_MAX, SWEEP_MAX - len(found))
            )
            found += page.cases
            position = page.position
            if position is None:
                break
        return tuple(found)

    def settle(self, case_id: str) -> Case | Refusal:
        """Brings on what was begun with a case and cut off: hears its approval, carries out what is decided."""
        case = self._store.case(case_id)
        if case is None:
            return NotFound(case_id)
        resolution = case.resolution
        if resolution is None or resolution.stage is Stage.CARRIED_OUT:
            return case
        if resolution.stage is Stage.DECIDED:
            return self._carried_out(case)
        approval = self._approvals.get(resolution.approval or "")
        if isinstance(approval, Approval):
            return self._heard(approval)
        now = self._clock.now()
        if now < resolution.at + rules.ASKING_MAX:
            return case  # whoever proposed it is asking right now
        return self._not_approved(case, resolution.approval, rules.BANK, approval.code)

    # The steps of a resolution.

    def _asked_for(self, actor: Actor, case: Case, resolution: Resolution) -> Case | Refusal:
        approval = self._approvals.request(
            actor,
            key=_approval_key(case.id, resolution.key, resolution.of_version),
            proposal=rules.proposal(case, resolution),
            group=case.group,
            checkers_needed=1,
            lifetime=rules.APPROVAL_LIFETIME,
        )
        return approval if isinstance(approval, Refusal) else self._heard(approval)

    def _heard(self, approval: Approval) -> Case | Refusal:
        """The case after what its approval has come to."""
        case = self._existing(approval.proposal.subject_id)
        resolution = case.resolution
        state = self._approvals.state(approval)
        if resolution is None or resolution.approval != approval.id:
            return case if state is not ApprovalState.APPROVED else ApprovalMismatch(approval.id)
        match resolution.stage, state:
            case Stage.CARRIED_OUT, _:
                return case
            case Stage.DECIDED, _:
                return self._carried_out(case)
            case _, ApprovalState.PENDING:
                return case
            case _, ApprovalState.REFUSED:
                refuser = next(check for check in approval.checks if check.verdict is Verdict.REFUSE)
                return self._not_approved(case, approval.id, refuser.person, state.value)
            case _, ApprovalState.EXPIRED:
                withdrawn = self._not_approved(case, approval.id, rules.BANK, state.value)
                return withdrawn if isinstance(withdrawn, Refusal) else ApprovalNotGiven(approval.id, state.value)
        return self._approved(case, approval, resolution)

    def _approved(self, case: Case, approval: Approval, resolution: Resolution) -> Case | Refusal:
        used = self._approvals.use(approval.id, proposal=rules.proposal(case, resolution), used_for=case.id)
        if isinstance(used, Refusal):
            return used
        checker, now = used.checks[-1].person, self._clock.now()
        decided = self._moved(
            case.id, lambda case: rules.approved(case, approval=approval.id, checker=checker, now=now)
        )
        return decided if isinstance(decided, Refusal) else self._carried_out(decided)

    def _not_approved(self, case: Case, approval: str | None, person: str, why: str) -> Case | CaseBusy:
        now = self._clock.now()
        return self._moved(
            case.id, lambda case: rules.not_approved(case, approval=approval, person=person, why=why, now=now)
        )

    def _carried_out(self, case: Case) -> Case | Refusal:
        """Tells whoever waits, and then writes down that it is done, or that it could not be."""
        decided, waiting = case.resolution, self._resolved().get(case.kind)
        if decided is None or decided.stage is not Stage.DECIDED:
            return case
        refusal = waiting(case) if waiting else None
        now = self._clock.now()
        if refusal is None:
            return self._moved(case.id, lambda case: rules.carried_out(case, decided=decided, now=now))
        if refusal.retryable:
            return ResolutionDelayed(case.id, refusal.code)
        if isinstance(refusal, ReviewOver):
            return self._overtaken(case, decided, refusal)
        opened = self._moved(
            case.id, lambda case: rules.not_carried_out(case, decided=decided, why=refusal.code, now=now)
        )
        if isinstance(opened, Refusal):
            return opened
        return ResolutionNotCarriedOut(case.id, refusal.code, refusal.message)

    def _overtaken(self, case: Case, decided: Resolution, over: ReviewOver) -> CaseResolved | CaseBusy:
        now = self._clock.now()
        ended = self._moved(case.id, lambda case: rules.overtaken(case, decided=decided, by=over, now=now))
        return ended if isinstance(ended, CaseBusy) else CaseResolved(case.id, over.decided.value)

    def _left_over(self, actor: Actor, case_id: str, key: str) -> Refusal | None:
        """Brings on an earlier proposal: it may be decided, or over. What it came to is the answer to its own maker's
        key, and nothing to anybody else.
        """
        resolution = self._existing(case_id).resolution
        if resolution is None or resolution.stage is not Stage.PROPOSED:
            return None
        settled = self.settle(case_id)
        own = (resolution.person, resolution.key) == (actor.person, key)
        return settled if own and isinstance(settled, Refusal) else None

    # Around all of it.

    def _worked(self, actor: Actor, case_id: str) -> Denied | None:
        """None for the people of the group; who audits may look and not act; there is no such case for all others."""
        seen = self.seen(actor, case_id)
        if isinstance(seen, NotFound):
            return seen
        return None if works(actor, seen.group) else NotAllowed()

    def _moved(self, case_id: str, decide: Callable[[Case], Case | Declined]) -> Case | Declined | CaseBusy:
        for _ in range(TRIES_MAX):
            stored = self._existing(case_id)
            decided = decide(stored)
            if not isinstance(decided, Case) or decided == stored:
                return decided
            if self._store.replace(decided, was=stored):
                return decided
        return CaseBusy(case_id)

    def _existing(self, case_id: str) -> Case:
        found = self._store.case(case_id)
        if found is None:
            raise RuntimeError(f"{case_id} was opened and does not exist")
        return found


def _approval_key(case_id: str, key: str, version: int) -> str:
    return f"{case_id}:{version}:{key}"


def _bounded(limit: int) -> int:
    if not 1 <= limit <= PAGE_MAX:
        raise ValueError(f"a page has 1 to {PAGE_MAX} rows, not {limit}")
    return limit
