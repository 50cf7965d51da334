"""What can be asked of the registry: versions from their draft to their end, and which of them decide.

One write of the pointer is where a promotion or a rollback happens. What is noted with the versions follows from it:
`settle` writes that down, and every promotion does so first, so that a death in between leaves nothing to repair that
the next one does not.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from domain.access.model import Action, Actor, Approval, ApprovalKeyReused, ApprovalState, Group, Relation
from domain.access.service import Approvals, approval_id, proposal_of, refusal_of
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, Stage
from domain.clock import Clock
from domain.facts import facts_of
from domain.fraud import builtin, gate, signed_bounds
from domain.fraud import registry_rules as rules
from domain.fraud.artefacts import ArtefactStore
from domain.fraud.documents import DocumentMalformed, canonical, read, sha256_of
from domain.fraud.gate import Consent, Missing
from domain.fraud.gate_evidence import BoundsInForce, BoundsKey, GateEvidence, GateReads, ShadowRuns
from domain.fraud.kinds import FRAUD_VERSION, Scope
from domain.fraud.refusals import (
    BoundsNotTrusted,
    FraudDocumentUnread,
    FraudGateClosed,
    FraudKeyReused,
    FraudLimitReached,
    FraudRegistryBusy,
    FraudVersionState,
)
from domain.fraud.registry_model import (
    BUILT_IN_NUMBER,
    MILLION,
    ArtefactKind,
    Backtest,
    Champion,
    DryRun,
    Lineage,
    Pointer,
    Retired,
    SignedBounds,
    Version,
    VersionPage,
    VersionState,
    parse_version_id,
)
from domain.fraud.registry_store import Claim, RegistryStore
from domain.fraud.thresholds import Bounds
from domain.ids import work_id
from domain.keys import key_faults
from domain.refusals import FieldFault, InputInvalid, NotAllowed, NotFound, Refusal

SUBJECT_KIND: Final = FRAUD_VERSION
TRIES_MAX: Final = 5
"""Few people change one scope; five lost races in a row are not people."""
PAGE_MAX: Final = 100
VERSIONS_MAX: Final = 999_999
"""As many as their numbers have digits for."""
DRAFTED: Final = frozenset({ArtefactKind.MODEL, ArtefactKind.RULES, ArtefactKind.THRESHOLDS})
"""Lists are changed entry by entry, so that no entry is lost to an older draft."""
MAKERS: Final = frozenset({Group.FRAUD_ANALYST, Group.FRAUD_LEAD})
"""Who asks for a promotion; a lead agrees."""
BANK: Final = "bank"
THRESHOLDS: Final = "Thresholds"
"""The fact of a case that names the thresholds it proposes."""

Denied = NotAllowed | NotFound
Moved = TypeVar("Moved", bound=Refusal)


class Forms(Protocol):
    """What a document must be, by its kind."""

    def check(self, kind: ArtefactKind, document: object) -> None:
        """Raises DocumentMalformed."""
        ...


class Registry:
    def __init__(
        self,
        *,
        store: RegistryStore,
        artefacts: ArtefactStore,
        forms: Forms,
        approvals: Approvals,
        bounds_key: BoundsKey,
        shadow_runs: ShadowRuns,
        clock: Clock,
    ) -> None:
        self._store = store
        self._artefacts = artefacts
        self._forms = forms
        self._approvals = approvals
        self._clock = clock
        self._evidence = GateEvidence(
            store=store,
            artefacts=artefacts,
            approvals=approvals,
            bounds_key=bounds_key,
            shadow_runs=shadow_runs,
            clock=clock,
        )

    # Looking.

    def pointer(self, scope: Scope) -> Pointer:
        return self._store.pointer(scope)

    def version(self, actor: Actor, version: str) -> Version | Denied:
        """A version that is registered, or that is part of the program: decisions name both.

        Refusals: NotFound, NotAllowed.
        """
        if denied := _denied(actor, Action.VIEW_FRAUD):
            return denied
        return _built_in(version) or self._found(version)

    def versions(
        self, actor: Actor, scope: Scope, kind: ArtefactKind, *, before: int | None = None, limit: int = 25
    ) -> VersionPage | Denied:
        """The newest first."""
        if not 1 <= limit <= PAGE_MAX:
            raise ValueError(f"a page has 1 to {PAGE_MAX} rows, not {limit}")
        return _denied(actor, Action.VIEW_FRAUD) or self._store.versions(scope, kind, before=before, limit=limit)

    def state(self, version: Version, pointer: Pointer | None = None) -> VersionState:
        return rules.state_of(version, pointer or self._store.pointer(version.scope))

    def missing(self, actor: Actor, version: str) -> tuple[Missing, ...] | Refusal:
        """What a promotion of the version would lack right now.

        Refusals: NotFound, NotAllowed, InputInvalid, FraudDocumentUnread.
        """
        found = _denied(actor, Action.VIEW_FRAUD) or self._found(version)
        if isinstance(found, Refusal):
            return found
        if faults := _kind_faults(found.kind, "version"):
            return InputInvalid(faults)
        return self.missing_of(found, self._store.pointer(found.scope), self._evidence)

    def missing_of(
        self, version: Version, pointer: Pointer, reads: GateReads
    ) -> tuple[Missing, ...] | FraudDocumentUnread:
        """As `missing`, of a version and a pointer that were read just now: to be shown, and never to promote by."""
        evidence = self._evidence.collected(version, pointer, reads=reads)
        return evidence if isinstance(evidence, Refusal) else gate.missing(version, evidence, self._clock.now())

    def document(self, actor: Actor, version: str) -> bytes | Denied:
        """The bytes of its document. Raises ArtefactUnread.

        Refusals: NotFound, NotAllowed.
        """
        found = self.version(actor, version)
        if isinstance(found, Refusal):
            return found
        if found.number == BUILT_IN_NUMBER:
            return canonical(builtin.document(found.id))
        return self._artefacts.get(found.kind, found.sha256)

    # Drafts.

    def draft(
        self,
        actor: Actor,
        *,
        scope: Scope,
        kind: ArtefactKind,
        document: Mapping[str, Any],
        lineage: Lineage,
        key: str,
    ) -> Version | Refusal:
        """Registers a document as the next version of its kind: nothing asks it yet. Once for each person and key.

        Refusals: NotAllowed, InputInvalid, FraudKeyReused, FraudLimitReached, FraudRegistryBusy.
        """
        if denied := _denied(actor, Action.WORK_FRAUD):
            return denied
        faults = (*key_faults(key), *_kind_faults(kind), *rules.reason_faults(lineage.note, "lineage", "note"))
        body = self._body(kind, document)
        if faults or isinstance(body, tuple):
            return InputInvalid((*faults, *(body if isinstance(body, tuple) else ())))
        return self.register(scope, kind, body, author=actor.person, lineage=lineage, key=key)

    def register(
        self, scope: Scope, kind: ArtefactKind, body: bytes, *, author: str, lineage: Lineage, key: str
    ) -> Version | FraudKeyReused | FraudLimitReached | FraudRegistryBusy:
        """As `draft`, of bytes that are known to be a document of the kind; for the bank's own drafts."""
        now, sha256 = self._clock.now(), sha256_of(body)
        claim_id = work_id("frv", author, key)
        if claimed := self._store.claim(claim_id):
            return self._made_before(claimed, scope, kind, sha256)
        self._artefacts.put(kind, body)
        for _ in range(TRIES_MAX):
            newest = self._store.versions(scope, kind, before=None, limit=1).versions
            number = newest[0].number + 1 if newest else 1
            if number > VERSIONS_MAX:
                return FraudLimitReached("VERSIONS", VERSIONS_MAX)
            version = Version(
                scope=scope,
                kind=kind,
                number=number,
                sha256=sha256,
                author=author,
                created_at=now,
                lineage=lineage,
            )
            claim = Claim(claim_id, version.id, _fingerprint(scope, kind, sha256), now)
            if self._store.add(version, claim):
                return version
            if claimed := self._store.claim(claim_id):
                return self._made_before(claimed, scope, kind, sha256)
        return FraudRegistryBusy(scope.value)

    def register_committed(
        self, scope: Scope, kind: ArtefactKind, body: bytes, *, lineage: Lineage, key: str
    ) -> Version | Refusal:
        """A draft of the bank's own, committed: nobody writes another document in its place."""
        version = self.register(scope, kind, body, author=BANK, lineage=lineage, key=key)
        if isinstance(version, Refusal):
            return version
        now = self._clock.now()
        return self._moved(version.id, lambda found: rules.committed(found, by=BANK, now=now))

    def redraft(self, actor: Actor, version: str, *, document: Mapping[str, Any]) -> Version | Refusal:
        """Another document in the place of a draft's, by its author, until it is committed. What was measured of the
        old one is forgotten.

        Refusals: NotFound, NotAllowed, InputInvalid, FraudVersionState, FraudRegistryBusy.
        """
        found = self._worked(actor, version)
        if isinstance(found, Refusal):
            return found
        body = self._body(found.kind, document)
        if isinstance(body, tuple):
            return InputInvalid(body)
        sha256 = self._artefacts.put(found.kind, body)

        def decide(version: Version) -> Version | NotAllowed | FraudVersionState:
            return rules.redrafted(version, sha256, by=actor.person)

        return self._moved(found.id, decide)

    def commit(self, actor: Actor, version: str) -> Version | Refusal:
        """From here on the version's document is this one for ever. By its author; said again, it changes nothing.

        Refusals: NotFound, NotAllowed, InputInvalid, FraudVersionState, FraudRegistryBusy.
        """
        found = self._worked(actor, version)
        if isinstance(found, Refusal):
            return found
        now = self._clock.now()
        return self._moved(found.id, lambda version: rules.committed(version, by=actor.person, now=now))

    def record_backtest(self, actor: Actor, version: str, backtest: Backtest) -> Version | Refusal:
        """Keeps how a model did on weeks that it had not seen, in the place of an earlier measurement.

        Refusals: NotFound, NotAllowed, InputInvalid, FraudVersionState, FraudRegistryBusy.
        """
        found = self._worked(actor, version)
        if isinstance(found, Refusal):
            return found
        if faults := _backtest_faults(found, backtest):
            return InputInvalid(faults)
        pointer = self._store.pointer(found.scope)
        return self._moved(found.id, lambda version: rules.backtested(version, backtest, pointer))

    def record_dry_run(self, version: Version, run: DryRun) -> Version | Refusal:
        """Keeps what `DryRuns` has counted, in the place of an earlier run.

        Refusals: NotFound, FraudVersionState, FraudRegistryBusy.
        """
        pointer = self._store.pointer(version.scope)
        return self._moved(version.id, lambda found: rules.dry_ran(found, run, pointer))

    # Shadows.

    def start_shadow(self, actor: Actor, version: str, *, until: datetime) -> Version | Refusal:
        """Asks the version beside the champions, from the next decision on until then. It decides nothing.

        Refusals: NotFound, NotAllowed, InputInvalid, FraudVersionState, FraudLimitReached, FraudRegistryBusy.
        """
        found = self._worked(actor, version)
        if isinstance(found, Refusal):
            return found
        now = self._clock.now()
        faults = rules.until_faults(until, now, rules.SHADOW_RUN_MAX, "until")
        if found.kind not in rules.SHADOWED:
            faults += (FieldFault(("version",), "KIND_WITHOUT_SHADOW", "is of a kind that is asked by deciding alone"),)
        if faults:
            return InputInvalid(faults)
        pointed = self._pointed(
            found.scope, lambda pointer: rules.shadowing(pointer, found, until=until, by=actor.person, now=now)
        )
        if isinstance(pointed, Refusal):
            return pointed
        begun = self._existing(found.id)
        if begun.retired is None:
            return begun
        ended = self._unshadowed(begun, by=actor.person)  # it was retired meanwhile
        return ended if isinstance(ended, Refusal) else FraudVersionState(begun.id, VersionState.RETIRED.value)

    def stop_shadow(self, actor: Actor, version: str) -> Version | Refusal:
        """Said again, it changes nothing.

        Refusals: NotFound, NotAllowed, InputInvalid, FraudRegistryBusy.
        """
        found = self._worked(actor, version)
        if isinstance(found, Refusal):
            return found
        pointed = self._unshadowed(found, by=actor.person)
        return pointed if isinstance(pointed, Refusal) else found

    def _unshadowed(self, version: Version, *, by: str) -> Pointer | FraudRegistryBusy:
        now = self._clock.now()
        return self._pointed(version.scope, lambda pointer: rules.unshadowed(pointer, version, by=by, now=now))

    # Promotions.

    def request_promotion(self, actor: Actor, version: str, *, reason: str, key: str) -> Approval | Refusal:
        """Asks a lead to agree that the version decides. What the gate misses already is refused at once. Once for each
        person and key: asked again it is the same approval, with what was shown then.

        Refusals: NotFound, NotAllowed, InputInvalid, FraudVersionState, FraudGateClosed, ApprovalKeyReused,
        FraudDocumentUnread, FraudRegistryBusy.
        """
        found = self._worked(actor, version)
        if isinstance(found, Refusal):
            return found
        if faults := (*key_faults(key), *rules.reason_faults(reason)):
            return InputInvalid(faults)
        asked = f"{found.id}:{key}"
        before = self._approvals.get(approval_id(actor, asked))
        if isinstance(before, Approval):
            return self._asked_before(found, before, reason)
        pointer, now = self._store.pointer(found.scope), self._clock.now()
        state = rules.state_of(found, pointer)
        if state not in (VersionState.DRAFT, VersionState.SHADOW):
            return FraudVersionState(found.id, state.value)
        evidence = self._evidence.collected(found, pointer)
        if isinstance(evidence, Refusal):
            return evidence
        if lacking := gate.missing_before_asking(found, evidence, now):
            return FraudGateClosed(found.id, ",".join(lacking))
        approval = self._approvals.request(
            actor,
            key=asked,
            proposal=proposal_of(
                subject_kind=SUBJECT_KIND,
                subject_id=found.id,
                action=gate.PROMOTE,
                shown=facts_of(gate.shown(found, evidence, reason)),
            ),
            group=Group.FRAUD_LEAD,
            makers=MAKERS,
            checkers_needed=1,
            lifetime=gate.APPROVAL_LIFETIME,
        )
        if isinstance(approval, Refusal):
            return approval
        return self._asked_for(found, approval)

    def _asked_before(self, version: Version, approval: Approval, reason: str) -> Approval | Refusal:
        """What is shown is counted anew each night, and the reason is not: that is what was asked with this key."""
        said = next((fact.value for fact in approval.proposal.shown if fact.label == gate.REASON), None)
        if said != reason:
            return ApprovalKeyReused(approval.id)
        noted = self._approvals.get(version.approval) if version.approval else None
        if isinstance(noted, Approval) and noted.requested_at > approval.requested_at:
            return approval  # somebody has asked anew since
        return self._asked_for(version, approval)

    def _asked_for(self, version: Version, approval: Approval) -> Approval | NotFound | FraudRegistryBusy:
        moved = self._moved(version.id, lambda found: rules.asked_for(found, approval.id))
        return moved if isinstance(moved, Refusal) else approval

    def decided(self, approval: Approval) -> Refusal | None:
        """Hears that an approval of a promotion was given or refused; one that was given is acted on."""
        if self._approvals.state(approval) not in (ApprovalState.APPROVED, ApprovalState.USED):
            return None
        found = self._found(approval.proposal.subject_id)
        if isinstance(found, NotFound):
            return found
        answer = self._promoted(found, by=approval.maker, consent=lambda _: self._evidence.consent(found, approval.id))
        return answer if isinstance(answer, Refusal) else None

    def promote(self, actor: Actor, version: str) -> Version | Refusal:
        """Makes a version decide to which a lead has agreed. Said again, it changes nothing.

        Refusals: NotFound, NotAllowed, InputInvalid, FraudVersionState, FraudGateClosed, ApprovalNotGiven,
        ApprovalMismatch, ApprovalBusy, FraudDocumentUnread, FraudRegistryBusy.
        """
        found = self._worked(actor, version)
        if isinstance(found, Refusal):
            return found
        return self._promoted(
            found, by=actor.person, consent=lambda asked: self._evidence.consent(asked, asked.approval)
        )

    def promote_agreed(self, case: Case) -> Version | Refusal:
        """Makes thresholds decide that the bank proposed with a case, as who resolved the case has agreed. The bank is
        their author, so one person is another one.

        Refusals: NotFound, FraudVersionState, FraudGateClosed, FraudDocumentUnread, FraudRegistryBusy.
        """
        proposed = next((fact.value for fact in case.facts if fact.label == THRESHOLDS), "")
        found = self._found(proposed)
        if isinstance(found, NotFound):
            return found
        resolution = case.resolution
        agreed = (
            case.kind is CaseKind.FRAUD_DRIFT
            and resolution is not None
            and resolution.code is ResolutionCode.NEW_THRESHOLDS
            and resolution.stage is not Stage.PROPOSED
        )
        if not agreed or resolution is None or found.kind is not ArtefactKind.THRESHOLDS or found.author != BANK:
            return FraudGateClosed(found.id, Missing.APPROVAL)
        replaces = next((fact.value for fact in case.facts if fact.label == gate.REPLACES), None)
        consent = Consent(BANK, (resolution.person,), case.id, replaces)
        return self._promoted(found, by=resolution.person, consent=lambda _: consent)

    def roll_back(
        self, actor: Actor, *, scope: Scope, kind: ArtefactKind, version: str, reason: str
    ) -> Pointer | Refusal:
        """From the next decision on the champion before `version` decides, which is the one that is to end. One person,
        and a reason. Nothing is read but the pointer. Said again, it changes nothing. Lists do not go back: an entry is
        taken away as such.

        Refusals: NotAllowed, InputInvalid, NoFraudVersionBefore, FraudVersionNotChampion, FraudRegistryBusy.
        """
        if denied := _denied(actor, Action.WORK_FRAUD):
            return denied
        if faults := (*_kind_faults(kind), *rules.reason_faults(reason)):
            return InputInvalid(faults)
        return self.rolled_back(scope, kind, version=version, by=actor.person, reason=reason)

    def rolled_back(self, scope: Scope, kind: ArtefactKind, *, version: str, by: str, reason: str) -> Pointer | Refusal:
        """As `roll_back`, where it was asked elsewhere whether the person may."""
        now = self._clock.now()
        return self._pointed(
            scope, lambda pointer: rules.rolled_back(pointer, kind, version=version, by=by, reason=reason, now=now)
        )

    def was_rolled_back(self, version: str) -> bool:
        """Whether the version decided once and was ended by a rollback."""
        found = self._found(version)
        if isinstance(found, NotFound):
            return False
        left = self._store.pointer(found.scope).left
        return bool(found.raised and found.retired) or any(one.champion.used.version == version for one in left)

    def retire(self, actor: Actor, version: str, *, reason: str) -> Version | Refusal:
        """Ends a draft or a shadow that comes to nothing. A champion ends by another, or by a rollback.

        Refusals: NotFound, NotAllowed, InputInvalid, FraudVersionState, FraudRegistryBusy.
        """
        found = self._worked(actor, version)
        if isinstance(found, Refusal):
            return found
        if faults := rules.reason_faults(reason):
            return InputInvalid(faults)
        pointer = self._unshadowed(found, by=actor.person)
        if isinstance(pointer, Refusal):
            return pointer
        retired = Retired(self._clock.now(), actor.person, reason)
        ended = self._moved(found.id, lambda version: rules.retired(version, retired, pointer))
        if isinstance(ended, Refusal):
            return ended
        again = self._unshadowed(ended, by=actor.person)  # of a run that began before the note
        return again if isinstance(again, Refusal) else ended

    # Bounds.

    def keep_bounds(self, actor: Actor, bounds: SignedBounds) -> SignedBounds | Refusal:
        """Keeps bounds that were signed outside. What they say is not ours to choose, so who brings them does not
        matter: the signature does, and that they are newer.

        Refusals: NotAllowed, BoundsNotTrusted.
        """
        if denied := _denied(actor, Action.LEAD_FRAUD):
            return denied
        if not self._evidence.trusted(bounds):
            return BoundsNotTrusted(bounds.scope.value, "SIGNATURE")
        try:
            said = signed_bounds.parsed(bounds.document)
        except DocumentMalformed:
            return BoundsNotTrusted(bounds.scope.value, "DOCUMENT")
        if said.scope is not bounds.scope:
            return BoundsNotTrusted(bounds.scope.value, "SCOPE")
        if said.number != bounds.number:
            return BoundsNotTrusted(bounds.scope.value, "NUMBER")
        if self._store.keep_bounds(bounds) or self._store.bounds(bounds.scope) == bounds:
            return bounds
        return BoundsNotTrusted(bounds.scope.value, "NUMBER")

    def bounds(self, scope: Scope) -> Bounds | None:
        """The bounds of the scope, their signature verified; None where there are none to be trusted."""
        return self._evidence.bounds(scope)

    def bounds_in_force(self, scope: Scope) -> BoundsInForce | None:
        """As `bounds`, with how they came to be."""
        return self._evidence.bounds_in_force(scope)

    # What follows from the pointer.

    def settle(self, scope: Scope) -> Pointer | FraudRegistryBusy:
        """Notes with the versions what the pointer says of them. Said again, it changes nothing.

        Refusals: FraudRegistryBusy, of a version that is not noted: the pointer goes on saying it.
        """
        pointer = self._store.pointer(scope)
        for version, (champion, retired) in rules.notes(pointer).items():
            if busy := self._note(version, champion, retired):
                return busy
        return pointer

    def _note(self, version: str, champion: Champion, retired: Retired | None) -> FraudRegistryBusy | None:
        moved = self._moved(version, lambda found: rules.noted(found, champion, retired))
        if isinstance(moved, NotFound):
            raise RuntimeError(f"{version} decides and was never registered")
        return moved if isinstance(moved, FraudRegistryBusy) else None

    # The steps of a promotion.

    def _promoted(
        self, version: Version, *, by: str, consent: Callable[[Version], Consent | Refusal | None]
    ) -> Version | Refusal:
        for _ in range(TRIES_MAX):
            pointer, now = self.settle(version.scope), self._clock.now()
            if isinstance(pointer, FraudRegistryBusy):
                return pointer  # what is noted of nobody yet must not leave the pointer
            if rules.state_of(version, pointer) is VersionState.CHAMPION:
                return self._existing(version.id)
            version = self._existing(version.id)
            agreed = consent(version)
            if isinstance(agreed, Refusal):
                return agreed
            evidence = self._evidence.collected(version, pointer, consent=agreed)
            if isinstance(evidence, Refusal):
                return evidence
            decided = rules.promoted(
                rules.settled(pointer), version, evidence=evidence, by=by, reason=f"promotion of {version.id}", now=now
            )
            if isinstance(decided, Refusal):
                if self._store.pointer(version.scope).revision != pointer.revision:
                    continue  # of a pointer that was gone by then
                return decided
            if refusal := self._spent(version, agreed):
                return refusal
            if self._store.point(decided, was=pointer):
                self.settle(version.scope)  # what others are in the way of, the next one notes
                return self._existing(version.id)
        return FraudRegistryBusy(version.scope.value)

    def _spent(self, version: Version, agreed: Consent | None) -> Refusal | None:
        """Spends the approval on this version, before the write that it allows. A case is spent by being resolved."""
        approval = self._approvals.get(agreed.approval) if agreed and agreed.approval else None
        if not isinstance(approval, Approval):
            return None
        used = self._approvals.use(approval.id, proposal=approval.proposal, used_for=version.id)
        return used if isinstance(used, Refusal) else None

    # Around all of it.

    def _body(self, kind: ArtefactKind, document: Mapping[str, Any]) -> bytes | tuple[FieldFault, ...]:
        try:
            body = canonical(document)
            self._forms.check(kind, read(body))
        except DocumentMalformed as fault:
            return (malformed(fault),)
        return body

    def _made_before(self, claimed: Claim, scope: Scope, kind: ArtefactKind, sha256: str) -> Version | FraudKeyReused:
        if claimed.fingerprint != _fingerprint(scope, kind, sha256):
            return FraudKeyReused(claimed.version)
        return self._existing(claimed.version)

    def _worked(self, actor: Actor, version: str) -> Version | Denied | InputInvalid:
        """A version that is worked on as such. Lists are not: what is left of a change is ended by saying it again."""
        found = _denied(actor, Action.WORK_FRAUD) or self._found(version)
        if isinstance(found, Version) and (faults := _kind_faults(found.kind, "version")):
            return InputInvalid(faults)
        return found

    def _found(self, version: str) -> Version | NotFound:
        parts = parse_version_id(version)
        return (self._store.version(*parts) if parts else None) or NotFound(version)

    def _existing(self, version: str) -> Version:
        found = self._found(version)
        if isinstance(found, NotFound):
            raise RuntimeError(f"{version} was registered and does not exist")
        return found

    def _moved(
        self, version: str, decide: Callable[[Version], Version | Moved]
    ) -> Version | Moved | NotFound | FraudRegistryBusy:
        for _ in range(TRIES_MAX):
            stored = self._found(version)
            if isinstance(stored, NotFound):
                return stored
            decided = decide(stored)
            if not isinstance(decided, Version) or decided == stored:
                return decided
            if self._store.replace(decided, was=stored):
                return decided
        return FraudRegistryBusy(version)

    def _pointed(
        self, scope: Scope, decide: Callable[[Pointer], Pointer | Moved]
    ) -> Pointer | Moved | FraudRegistryBusy:
        for _ in range(TRIES_MAX):
            stored = self._store.pointer(scope)
            decided = decide(stored)
            if not isinstance(decided, Pointer) or decided == stored:
                return decided
            if self._store.point(decided, was=stored):
                return decided
        return FraudRegistryBusy(scope.value)


def malformed(fault: DocumentMalformed) -> FieldFault:
    return FieldFault(("document", *fault.path.split(".")), "DOCUMENT_MALFORMED", fault.problem)


def _denied(actor: Actor, action: Action) -> Denied | None:
    return refusal_of(actor, action, relation=Relation.STRANGER)


def _built_in(version: str) -> Version | None:
    parts = parse_version_id(version)
    return builtin.version(*parts[:2]) if parts and parts[2] == BUILT_IN_NUMBER else None


def _fingerprint(scope: Scope, kind: ArtefactKind, sha256: str) -> str:
    return f"{scope.value}:{kind.value}:{sha256}"


def _kind_faults(kind: ArtefactKind, *path: str) -> tuple[FieldFault, ...]:
    if kind in DRAFTED:
        return ()
    return (FieldFault(path or ("kind",), "KIND_NOT_DRAFTED", "is changed entry by entry"),)


def _backtest_faults(version: Version, backtest: Backtest) -> tuple[FieldFault, ...]:
    if version.kind is not ArtefactKind.MODEL:
        return (FieldFault(("version",), "KIND_WITHOUT_BACKTEST", "is no model"),)
    figures = [one for fold in backtest.folds for one in (fold.challenger, fold.champion or 0, fold.forest)]
    if all(0 <= figure <= MILLION for figure in figures):
        return ()
    return (FieldFault(("folds",), "FIGURE_OUT_OF_RANGE", f"have figures from 0 to {MILLION}, in millionths"),)
