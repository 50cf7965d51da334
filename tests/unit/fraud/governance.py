"""A registry over memory stores, people, and what they need to bring a version to its end."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from domain.access.model import Actor, Approval, Channel, Group, Verdict
from domain.access.service import Approvals
from domain.access.store_memory import MemoryApprovalStore
from domain.cases.kinds import CaseKind
from domain.cases.service import Cases
from domain.cases.store_memory import MemoryCaseStore
from domain.fraud import signed_bounds
from domain.fraud.artefacts import MemoryArtefactStore
from domain.fraud.books import Books
from domain.fraud.bounds_memory import MemoryBoundsKey
from domain.fraud.documents import DocumentMalformed, sha256_of
from domain.fraud.forms import DocumentForms
from domain.fraud.gate import ShadowDay
from domain.fraud.kinds import Decision, Features, Scope
from domain.fraud.list_changes import SUBJECT_KIND as LISTS
from domain.fraud.list_changes import ListChanges
from domain.fraud.registry import SUBJECT_KIND, Registry
from domain.fraud.registry_model import ArtefactKind, Backtest, DryRun, Fold, Lineage, SignedBounds, Version
from domain.fraud.registry_store_memory import MemoryRegistryStore
from domain.fraud.snoozing import Snoozing
from domain.fraud.thresholds import Bound, Bounds
from domain.refusals import Refusal
from tests.unit.fraud.values import least, rule

NOON: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
ROWS: Final = "d" * 64
"""The hash of the rows of a backtest."""
LINEAGE: Final = Lineage(code_version="abc123", note="more history", data_from=date(2026, 9, 1))


def person(name: str, *groups: Group) -> Actor:
    return Actor(f"stf_{name}", frozenset(groups), source_ip=None, correlation_id="req-1", channel=Channel.API)


ANALYST: Final = person("farah", Group.FRAUD_ANALYST)
OTHER_ANALYST: Final = person("fritz", Group.FRAUD_ANALYST)
LEAD: Final = person("felix", Group.FRAUD_LEAD)
OTHER_LEAD: Final = person("fiona", Group.FRAUD_LEAD)
AUDITOR: Final = person("anna", Group.AUDITOR)
OPERATOR: Final = person("otto", Group.OPERATIONS)


class HandClock:
    def __init__(self, time: datetime = NOON) -> None:
        self.time = time

    def now(self) -> datetime:
        return self.time


class ShadowRuns:
    """Days of decisions beside which a version was asked, as a test says."""

    def __init__(self) -> None:
        self.days: dict[str, tuple[ShadowDay, ...]] = {}

    def shadow_days(self, scope: Scope, version: str, *, since: date) -> tuple[ShadowDay, ...]:
        return tuple(day for day in self.days.get(version, ()) if day.day >= since)


@dataclass(frozen=True)
class OneScore:
    """A model that says one score of everything."""

    score: float

    def predicted(self, features: Features) -> float:
        return self.score

    def contributions(self, features: Features) -> dict[str, float]:
        return {}


def one_score(document: object) -> OneScore:
    if not isinstance(document, dict) or not isinstance(document.get("score"), float):
        raise DocumentMalformed("score", "is no number")
    return OneScore(document["score"])


def model_document(score: float = 0.5) -> dict[str, Any]:
    return {"score": score}


def thresholds_document(review: float = 0.5, block: float = 0.9) -> dict[str, Any]:
    return {
        "format": "florin.thresholds/1",
        "scores": {"REVIEW": review, "BLOCK": block},
        "unscored_amounts_minor": {"REVIEW": 100_000},
    }


BOUNDS: Final = Bounds(
    scores={Decision.REVIEW: Bound(0.3, 0.7, optional=False), Decision.BLOCK: Bound(0.8, 0.99, optional=False)},
    unscored_amounts_minor={Decision.REVIEW: Bound(50_000, 250_000, optional=False)},
)


@dataclass
class Desk:
    """All of governance over memory; each service anew where `store` is that of another process."""

    scope: Scope = Scope.CARD
    clock: HandClock = field(default_factory=HandClock)
    store: Any = field(default_factory=MemoryRegistryStore)
    artefacts: MemoryArtefactStore = field(default_factory=MemoryArtefactStore)
    shadow_runs: ShadowRuns = field(default_factory=ShadowRuns)
    bounds_key: MemoryBoundsKey = field(default_factory=lambda: MemoryBoundsKey(b"bounds"))

    def __post_init__(self) -> None:
        self.approvals = Approvals(
            store=MemoryApprovalStore(),
            clock=self.clock,
            decided=lambda: {SUBJECT_KIND: self.registry.decided, LISTS: self.lists.decided},
        )
        self.cases = Cases(
            store=MemoryCaseStore(),
            approvals=self.approvals,
            clock=self.clock,
            region="us-east-1",
            resolved=lambda: {CaseKind.FRAUD_DRIFT: self.drift_decided},
        )
        self.books = Books(artefacts=self.artefacts, model=one_score)
        self.registry = Registry(
            store=self.store,
            artefacts=self.artefacts,
            forms=DocumentForms(one_score),
            approvals=self.approvals,
            bounds_key=self.bounds_key,
            shadow_runs=self.shadow_runs,
            clock=self.clock,
        )
        self.lists = ListChanges(
            store=self.store,
            artefacts=self.artefacts,
            approvals=self.approvals,
            current=self.books.lists,
            clock=self.clock,
        )
        books = self.books
        self.snoozing = Snoozing(store=self.store, rules=books.rules, rule_ids=books.rule_ids, clock=self.clock)

    def drift_decided(self, case: Any) -> Refusal | None:
        raise AssertionError("nobody waits for drift here")

    # Steps that are passed.

    def drafted(
        self,
        kind: ArtefactKind = ArtefactKind.MODEL,
        document: dict[str, Any] | None = None,
        *,
        by: Actor = ANALYST,
        key: str = "draft-1",
    ) -> Version:
        found = self.registry.draft(
            by, scope=self.scope, kind=kind, document=document or model_document(), lineage=LINEAGE, key=key
        )
        return passed(found)

    def committed(
        self,
        kind: ArtefactKind = ArtefactKind.MODEL,
        document: dict[str, Any] | None = None,
        *,
        by: Actor = ANALYST,
        key: str = "draft-1",
    ) -> Version:
        return passed(self.registry.commit(by, self.drafted(kind, document, by=by, key=key).id))

    def backtest(self, version: Version, **changes: Any) -> Backtest:
        champion = self.registry.pointer(self.scope).champions.get(ArtefactKind.MODEL)
        said = {
            "protocol": "prequential",
            "data_sha256": ROWS,
            "champion_data_sha256": ROWS if champion else None,
            "model_sha256": version.sha256,
            "champion_sha256": champion.used.sha256 if champion else None,
            "folds": folds((720_000, 710_000, 730_000, 715_000), champion=690_000 if champion else None),
            "measured_at": self.clock.now(),
            "by": "stf_farah",
        }
        return Backtest(**{**said, **changes})

    def tested(self, version: Version, **changes: Any) -> Version:
        return passed(self.registry.record_backtest(ANALYST, version.id, self.backtest(version, **changes)))

    def shadowed(self, version: Version, *, days: int = 8, decisions: int = 100) -> Version:
        """The version beside the champions for so many days, that end yesterday."""
        until = self.clock.now() + timedelta(days=30)
        passed(self.registry.start_shadow(ANALYST, version.id, until=until))
        self.clock.time += timedelta(days=days)
        today = self.clock.now().date()
        self.shadow_runs.days[version.id] = tuple(
            ShadowDay(today - timedelta(days=back), decisions, decisions) for back in range(1, days + 1)
        )
        return version

    def ready(self, document: dict[str, Any] | None = None, *, key: str = "draft-1", by: Actor = ANALYST) -> Version:
        """A model that lacks nothing but consent."""
        return self.shadowed(self.tested(self.committed(document=document, key=key, by=by)))

    def ready_of(self, kind: ArtefactKind, number: int) -> Version:
        """One of any kind that lacks nothing but consent; each number has a document of its own."""
        key = f"{kind.value}-{number}"
        if kind is ArtefactKind.MODEL:
            return self.ready(model_document(number / 100), key=key)
        if kind is ArtefactKind.THRESHOLDS:
            return self.committed(kind, thresholds_document(review=0.3 + number / 100), key=key)
        never = rule("NEVER", condition=least("amount_minor", 10**15 + number))
        version = self.committed(kind, {"format": "florin.rules/1", "rules": [never]}, key=key)
        return self.tried(self.shadowed(version))

    def tried(self, version: Version) -> Version:
        """The rules after a dry run of yesterday."""
        yesterday = self.clock.now().date() - timedelta(days=1)
        run = DryRun(
            first=yesterday,
            last=yesterday,
            sha256=version.sha256,
            against_sha256=self.books.book(self.registry.pointer(self.scope), self.scope).versions.rules.sha256,
            decisions=500,
            changed=3,
            before={Decision.APPROVE: 500},
            after={Decision.APPROVE: 497, Decision.REVIEW: 3},
            spoke={"NEVER": 3},
            frauds=2,
            frauds_before=0,
            frauds_after=2,
            ran_at=self.clock.now(),
            by="stf_farah",
        )
        return passed(self.registry.record_dry_run(version, run))

    def asked(self, version: Version, *, by: Actor = ANALYST, key: str = "ask-1") -> Approval:
        return passed(self.registry.request_promotion(by, version.id, reason="it is better", key=key))

    def agreed(self, approval: Approval, *, by: Actor = LEAD) -> Approval | Refusal:
        return self.approvals.decide(
            by, approval.id, verdict=Verdict.APPROVE, fingerprint=approval.proposal.fingerprint
        )

    def champion(self, document: dict[str, Any] | None = None, *, key: str = "draft-1") -> Version:
        version = self.ready(document, key=key)
        passed(self.agreed(self.asked(version, key=key)))
        return passed(self.registry.version(LEAD, version.id))

    def signed(self, number: int = 1, bounds: Bounds = BOUNDS, *, scope: Scope | None = None) -> SignedBounds:
        scope = scope or self.scope
        body = signed_bounds.document(signed_bounds.Numbered(scope, number, bounds))
        signature = self.bounds_key.sign(bytes.fromhex(sha256_of(body)))
        return SignedBounds(scope, body, self.bounds_key.key, signature, number, "stf_felix", self.clock.now())

    def bounded(self) -> None:
        passed(self.registry.keep_bounds(LEAD, self.signed()))

    def used(self, kind: ArtefactKind = ArtefactKind.MODEL) -> str | None:
        """The version that decides."""
        champion = self.registry.pointer(self.scope).champions.get(kind)
        return champion.used.version if champion else None


def folds(challenger: tuple[int, ...], *, champion: int | None, forest: int = 680_000) -> tuple[Fold, ...]:
    return tuple(
        Fold(date(2026, 8, 1) + timedelta(days=7 * number), each, champion, forest)
        for number, each in enumerate(challenger)
    )


Found = TypeVar("Found")


def passed(found: Found | Refusal) -> Found:
    assert not isinstance(found, Refusal), found
    return found
