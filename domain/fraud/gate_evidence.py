"""What the gate looks at, read from where it is kept: who agreed, days of shadows, bounds whose signature holds."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from domain.access.model import Approval
from domain.access.service import Approvals
from domain.clock import Clock
from domain.fraud import builtin, gate, signed_bounds, thresholds
from domain.fraud.artefacts import ArtefactStore, ArtefactUnread
from domain.fraud.documents import read, sha256_of
from domain.fraud.gate import BoundsVerdict, Consent, Evidence, ShadowDay
from domain.fraud.kinds import FRAUD_VERSION, Scope
from domain.fraud.refusals import FraudDocumentUnread
from domain.fraud.registry_model import ArtefactKind, Pointer, SignedBounds, Version
from domain.fraud.registry_rules import SHADOW_RUN_MAX, SHADOWED
from domain.fraud.registry_store import RegistryStore
from domain.fraud.thresholds import Bounds

AUTHORS_PAGE: Final = 100
AUTHORS_PAGES_MAX: Final = 5
"""500 earlier versions of a kind are looked through for the same bytes: years of them."""


@dataclass(frozen=True, slots=True)
class BoundsInForce:
    """Bounds whose signature was verified just now, and what they say."""

    signed: SignedBounds
    bounds: Bounds


class BoundsKey(Protocol):
    """The one key that signs bounds."""

    def signed(self, digest: bytes, *, key: str, signature: bytes) -> bool:
        """Whether `signature` is of this digest by that key, and the key is the one that signs bounds."""
        ...


class ShadowRuns(Protocol):
    """What is stored of decisions beside which shadows were asked."""

    def shadow_days(self, scope: Scope, version: str, *, since: date) -> tuple[ShadowDay, ...]: ...


class GateReads(Protocol):
    """Where a gate's evidence is read that is the same for all versions of a scope. A promotion reads it anew; whoever
    shows many versions reads it once for all of them.
    """

    def shadow_days(self, scope: Scope, version: str) -> tuple[ShadowDay, ...]: ...

    def bounds(self, scope: Scope) -> Bounds | None:
        """Their signature verified."""
        ...


class GateEvidence:
    """Reads anew whatever it is asked for, itself the `GateReads` of a promotion."""

    def __init__(
        self,
        *,
        store: RegistryStore,
        artefacts: ArtefactStore,
        approvals: Approvals,
        bounds_key: BoundsKey,
        shadow_runs: ShadowRuns,
        clock: Clock,
    ) -> None:
        self._store = store
        self._artefacts = artefacts
        self._approvals = approvals
        self._bounds_key = bounds_key
        self._shadow_runs = shadow_runs
        self._clock = clock

    def collected(
        self, version: Version, pointer: Pointer, *, consent: Consent | None = None, reads: GateReads | None = None
    ) -> Evidence | FraudDocumentUnread:
        """Of a version and a pointer that were read just now; all else is read here, or by `reads`."""
        reads = reads or self
        try:
            bounds = self._bounds_verdict(version, reads)
        except ArtefactUnread:
            return FraudDocumentUnread(version.id)
        champion = pointer.champions.get(version.kind)
        shadowed = version.kind in SHADOWED
        kind = version.kind.value.lower()
        consent = consent or self.consent(version, version.approval)
        return Evidence(
            champion_sha256=champion.used.sha256 if champion else None,
            built_in_sha256=builtin.used(version.scope, kind).sha256 if kind in builtin.DOCUMENTS else None,
            shadow_days=reads.shadow_days(version.scope, version.id) if shadowed else (),
            bounds=bounds,
            consent=consent,
            authors=self._authors(version) if consent else frozenset(),
        )

    def consent(self, version: Version, approval_id: str | None) -> Consent | None:
        """Of an approval that is about this version and these bytes, and has not run out. Spent it counts as long, and
        a little longer: somebody may have died between its spending and the write of the pointer.
        """
        approval = self._approvals.get(approval_id) if approval_id else None
        if not isinstance(approval, Approval):
            return None
        proposal = approval.proposal
        subject = proposal.subject_kind, proposal.subject_id, proposal.action
        about = subject == (FRAUD_VERSION, version.id, gate.PROMOTE)
        bytes_shown = {fact.value for fact in proposal.shown if fact.label == gate.DOCUMENT}
        if not about or bytes_shown != {version.sha256} or approval.used_for not in (None, version.id):
            return None
        if self._clock.now() >= approval.expires_at + gate.SPENT_GRACE:
            return None
        return gate.consent_of(approval, self._approvals.state(approval))

    def shadow_days(self, scope: Scope, version: str) -> tuple[ShadowDay, ...]:
        """Days beside whose decisions the version was asked, as far back as a run is long."""
        since = (self._clock.now() - SHADOW_RUN_MAX).date()
        return self._shadow_runs.shadow_days(scope, version, since=since)

    def bounds(self, scope: Scope) -> Bounds | None:
        """The bounds of the scope, their signature verified; None where there are none to be trusted."""
        found = self.bounds_in_force(scope)
        return found.bounds if found else None

    def bounds_in_force(self, scope: Scope) -> BoundsInForce | None:
        """As `bounds`, with how they came to be."""
        kept = self._store.bounds(scope)
        if kept is None or not self.trusted(kept):
            return None
        said = signed_bounds.parsed(kept.document)
        return BoundsInForce(kept, said.bounds) if (said.scope, said.number) == (scope, kept.number) else None

    def trusted(self, bounds: SignedBounds) -> bool:
        """Whether they are signed by the key that signs bounds, whatever they say."""
        digest = bytes.fromhex(sha256_of(bounds.document))
        return self._bounds_key.signed(digest, key=bounds.key, signature=bounds.signature)

    def _authors(self, version: Version) -> frozenset[str]:
        """Of earlier versions with the same bytes: who wrote them first does not agree to them as somebody else's."""
        found: set[str] = set()
        before: int | None = version.number
        for _ in range(AUTHORS_PAGES_MAX):
            page = self._store.versions(version.scope, version.kind, before=before, limit=AUTHORS_PAGE)
            found |= {one.author for one in page.versions if one.sha256 == version.sha256}
            before = page.before
            if before is None:
                break
        return frozenset(found)

    def _bounds_verdict(self, version: Version, reads: GateReads) -> BoundsVerdict:
        if version.kind is not ArtefactKind.THRESHOLDS:
            return BoundsVerdict.UNTRUSTED
        bounds = reads.bounds(version.scope)
        if bounds is None:
            return BoundsVerdict.UNTRUSTED
        found = thresholds.parsed(read(self._artefacts.get(version.kind, version.sha256)))
        return BoundsVerdict.OUTSIDE if thresholds.within(bounds, found) else BoundsVerdict.WITHIN
