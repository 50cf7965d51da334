"""Fraud scoring over memory stores, behind the schema: versions at every stage, decisions, labels, lists, figures."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from domain.access.model import Actor, Approval, Verdict
from domain.access.service import Approvals
from domain.accounts.model import Account
from domain.fraud import signed_bounds
from domain.fraud.artefacts import MemoryArtefactStore
from domain.fraud.books import Books
from domain.fraud.bounds_memory import MemoryBoundsKey
from domain.fraud.decision_desk import DecisionDesk
from domain.fraud.decision_store import DAY_SHARDS, DecisionStore
from domain.fraud.documents import DocumentMalformed, canonical, sha256_of
from domain.fraud.dry_runs import DryRuns
from domain.fraud.forms import DocumentForms
from domain.fraud.kinds import Decision, Fallback, Features, Scope
from domain.fraud.label_model import LabelSource, Said
from domain.fraud.label_store_memory import MemoryLabelStore
from domain.fraud.labels import Labels
from domain.fraud.list_changes import ListChanges
from domain.fraud.model import ScoringRequest, ShadowScore, StoredDecision
from domain.fraud.monitoring_model import (
    Bins,
    DayFigures,
    LabelFigures,
    Progress,
    Reference,
    ShadowFigures,
)
from domain.fraud.monitoring_service import Monitoring
from domain.fraud.monitoring_store_memory import MemoryMonitoringStore
from domain.fraud.registry import Registry
from domain.fraud.registry_model import (
    ArtefactKind,
    Backtest,
    Champion,
    Changed,
    DryRun,
    Fold,
    Lineage,
    Pointer,
    Raised,
    Retired,
    Shadow,
    SignedBounds,
    Snooze,
    Snoozes,
    Version,
)
from domain.fraud.registry_store import Claim
from domain.fraud.registry_store_memory import MemoryRegistryStore
from domain.fraud.scoring import Book, inputs_of, score
from domain.fraud.snoozing import Snoozing
from domain.fraud.thresholds import Bound, Bounds
from domain.ids import decision_id
from domain.money import Money
from domain.refusals import Refusal
from tests.unit.accounts.house import SetClock
from tests.unit.fraud.values import entry, least, rule

SCOPE: Final = Scope.TRANSFER
WRITER: Final = "stf_01J0000000000000000000000A"
LEAD: Final = "stf_01J0000000000000000000000B"
JOURNAL: Final = "jrn_01J0000000000000000000000C"
BOUNDS: Final = Bounds(
    scores={Decision.REVIEW: Bound(0.3, 0.7, optional=False), Decision.BLOCK: Bound(0.8, 0.99, optional=False)},
    unscored_amounts_minor={Decision.REVIEW: Bound(50_000, 250_000, optional=False)},
)
FEATURES: Final[Features] = {
    "kind": "TRANSFER",
    "credit": True,
    "amount_minor": 250_000,
    "currency": "USD",
    "hour": 3,
    "night": True,
    "sent_before": False,
    "customer_mean_minor_30d": 1250.1,
    "account_age_days": None,
}


class OneScore:
    """A model that says one score of everything."""

    def __init__(self, score: float) -> None:
        self.score = score

    def predicted(self, features: Features) -> float:
        return self.score

    def contributions(self, features: Features) -> Mapping[str, float]:
        return {"amount_minor": self.score, "night": -0.1}


def one_score(document: object) -> OneScore:
    if not isinstance(document, dict) or not isinstance(document.get("score"), float):
        raise DocumentMalformed("score", "is no number")
    return OneScore(document["score"])


def thresholds_document(review: float = 0.5, block: float = 0.9) -> dict[str, Any]:
    return {
        "format": "florin.thresholds/1",
        "scores": {"REVIEW": review, "BLOCK": block},
        "unscored_amounts_minor": {"REVIEW": 100_000},
    }


def rules_document(limit: int = 100_000) -> dict[str, Any]:
    known = {"not": {"is_missing": {"feature": "account_age_days"}}}
    return {
        "format": "florin.rules/1",
        "rules": [
            rule("LARGE", condition=least("amount_minor", limit), if_inconclusive="STEP_UP"),
            rule("YOUNG", condition={"and": [known, {"lt": [{"feature": "account_age_days"}, 3]}]}),
            rule("NIGHT", condition={"feature": "night"}, decision="STEP_UP"),
            rule("NEW", condition={"not": {"feature": "sent_before"}}, decision="STEP_UP"),
        ],
    }


class FraudHouse:
    """What `graph.context.Services` asks of fraud. `wire_fraud` before anything else."""

    clock: SetClock
    approvals: Approvals
    decisions: DecisionStore

    def wire_fraud(self) -> None:
        self.registry_store = MemoryRegistryStore()
        self.artefacts = MemoryArtefactStore()
        self.decision_store = self.decisions
        self.label_store = MemoryLabelStore()
        self.monitoring_store = MemoryMonitoringStore()
        self.bounds_key = MemoryBoundsKey(b"bounds")
        self.books = Books(artefacts=self.artefacts, model=one_score)
        self.decision_desk = DecisionDesk(decisions=self.decision_store, shards=DAY_SHARDS, books=self.books)
        self.labels = Labels(store=self.label_store, decisions=self.decision_store, clock=self.clock)
        books = self.books
        self.snoozing = Snoozing(
            store=self.registry_store, rules=books.rules, rule_ids=books.rule_ids, clock=self.clock
        )
        self.monitoring = Monitoring(
            decisions=self.decision_store,
            shards=DAY_SHARDS,
            labels=self.label_store,
            store=self.monitoring_store,
            reference=self.reference,
            clock=self.clock,
        )
        self.registry = Registry(
            store=self.registry_store,
            artefacts=self.artefacts,
            forms=DocumentForms(one_score),
            approvals=self.approvals,
            bounds_key=self.bounds_key,
            shadow_runs=self.monitoring,
            clock=self.clock,
        )
        self.list_changes = ListChanges(
            store=self.registry_store,
            artefacts=self.artefacts,
            approvals=self.approvals,
            current=self.books.lists,
            clock=self.clock,
        )
        self.dry_runs = DryRuns(
            registry=self.registry,
            books=self.books,
            decisions=self.decision_store,
            shards=DAY_SHARDS,
            labels=self.label_store,
            clock=self.clock,
        )

    @property
    def fraud_desk(self) -> "FraudHouse":
        return self

    def reference(self, scope: Scope) -> Reference | None:
        """What the champion model was made on, once there is one."""
        champion = self.registry_store.pointer(scope).champions.get(ArtefactKind.MODEL)
        bins = Bins((1_000.0, 10_000.0), (800, 150, 50, 0))
        return (
            Reference(champion.used.version, {"amount_minor": bins}, Bins((0.5,), (900, 100, 0))) if champion else None
        )

    # Versions.

    def version(self, kind: ArtefactKind, number: int, document: Any, **more: Any) -> Version:
        """One that is registered, at whatever stage."""
        now = self.clock.now()
        sha256 = self.artefacts.put(kind, canonical(document))
        said = {
            "author": WRITER,
            "created_at": now,
            "committed_at": now,
            "lineage": Lineage(
                code_version="abc123",
                note="more history",
                data_from=date(2026, 1, 1),
                data_until=date(2026, 2, 1),
                data_sha256="d" * 64,
                parameters={"trees": "100"},
                metrics={"average_precision": 700_000},
            ),
        }
        version = Version(scope=SCOPE, kind=kind, number=number, sha256=sha256, **{**said, **more})
        claim = Claim(f"frv_{kind.value}_{number}", version.id, "", now)
        assert self.registry_store.add(version, claim)
        return version

    def bounded(self) -> None:
        body = signed_bounds.document(signed_bounds.Numbered(SCOPE, 1, BOUNDS))
        signature = self.bounds_key.sign(bytes.fromhex(sha256_of(body)))
        signed = SignedBounds(SCOPE, body, self.bounds_key.key, signature, 1, LEAD, self.clock.now())
        assert self.registry_store.keep_bounds(signed)

    def governed(self) -> dict[str, str]:
        """A champion of each kind, one before, one in the shadow and one that ended; all of them, by what they are."""
        now, day = self.clock.now(), self.clock.now().date()
        first = self.version(
            ArtefactKind.RULES,
            1,
            rules_document(50_000),
            dry_run=a_dry_run(now, day),
            approval="apr_" + "a" * 32,
            raised=Raised(now, WRITER, "apr_" + "a" * 32),
            retired=Retired(now, LEAD, "it spoke too often"),
        )
        champions = {
            ArtefactKind.RULES: self.version(ArtefactKind.RULES, 2, rules_document()),
            ArtefactKind.MODEL: self.version(
                ArtefactKind.MODEL, 1, {"score": 0.75}, backtest=a_backtest(now), raised=Raised(now, WRITER, None)
            ),
            ArtefactKind.THRESHOLDS: self.version(ArtefactKind.THRESHOLDS, 1, thresholds_document()),
            ArtefactKind.LISTS: self.version(ArtefactKind.LISTS, 1, lists_document()),
        }
        shadow = self.version(ArtefactKind.RULES, 3, rules_document(200_000))
        pointer = Pointer(
            scope=SCOPE,
            champions={kind: Champion(one.used, now, LEAD, "apr_" + "b" * 32) for kind, one in champions.items()},
            before={
                ArtefactKind.RULES: (Champion(first.used, now, LEAD, None), None),
                ArtefactKind.MODEL: (None,),
            },
            shadows=(Shadow(ArtefactKind.RULES, shadow.used, now, now + timedelta(days=60)),),
            changed_at=now,
            changed_by=LEAD,
            reason="it is better",
            revision=1,
        )
        assert self.registry_store.point(pointer, was=self.registry_store.pointer(SCOPE))
        self.bounded()
        return {"retired": first.id, "champion": champions[ArtefactKind.RULES].id, "shadow": shadow.id}

    # Decisions.

    def judged(self, subject: str, account: Account, *, features: Features = FEATURES, **more: Any) -> StoredDecision:
        """A decision by what judges now."""
        now: datetime = self.clock.now()
        request = ScoringRequest(
            subject=subject,
            scope=SCOPE,
            at=now,
            kind="TRANSFER",
            credit=True,
            amount=Money(250_000, "USD"),
            customer=account.record.holder,
            account=account.id,
            payee="acc_2",
            terminal="term-1",
            device="dev-1",
        )
        pointer = self.registry_store.pointer(SCOPE)
        book = self.books.book(pointer, SCOPE)
        found = score(features, book, inputs_of(request, frozenset({"night"})))
        shadows = tuple(self._shadow(features, request, *one) for one in self.books.shadows(pointer, SCOPE, at=now))
        stored = StoredDecision(
            id=decision_id(subject),
            subject=subject,
            scope=SCOPE,
            customer=request.customer,
            account=request.account,
            payee=request.payee,
            terminal=request.terminal,
            device=request.device,
            amount=request.amount,
            at=request.at,
            features=features,
            snoozed=("night",),
            versions=book.versions,
            score=found.score,
            decision=found.decision,
            customer_reasons=found.customer_reasons,
            staff_reasons=found.staff_reasons,
            decided_at=now,
            shadows=shadows,
        )
        return self.decision_store.put(replace(stored, **more))

    @staticmethod
    def _shadow(features: Features, request: ScoringRequest, version: str, book: Book) -> ShadowScore:
        found = score(features, book, inputs_of(request))
        return ShadowScore(book.versions, version, found.decision, found.score)

    def labelled(self, subject: str, by: str = WRITER) -> None:
        now = self.clock.now()
        for number, source in enumerate((LabelSource.RETURN, LabelSource.STAFF)):
            said = Said(True, source, "R10", now + timedelta(seconds=number), by)
            assert not isinstance(self.labels.learn(subject, said), Refusal)

    def snoozed(self, customer: str, rule_: str = "night") -> None:
        now = self.clock.now()
        snooze = Snooze(rule_, "Works at night", WRITER, now, now + timedelta(days=30))
        was = self.registry_store.snoozes(customer)
        assert self.registry_store.snooze(Snoozes(customer, (*was.snoozes, snooze), was.revision + 1), was=was)

    def counted(self, *, days: int = 3, shadow: str = "transfer/rules/3") -> tuple[date, date]:
        """Figures of the last days; the first and the last of them."""
        today = self.clock.now().astimezone(UTC).date()
        counts = {Decision.APPROVE: 900, Decision.REVIEW: 40, Decision.BLOCK: 60}
        for back in range(1, days + 1):
            day = today - timedelta(days=back)
            figures = DayFigures(
                scope=SCOPE,
                day=day,
                reference="transfer/model/1",
                decisions=counts,
                fallbacks={Fallback.SCORER_SILENT: 3},
                volume_minor={"USD": 5_000_00, "EUR": 10_00},
                models={"transfer/model/1": 1_000},
                score_bins=(600, 400, 0),
                feature_bins={"amount_minor": (300, 300, 400, 0)},
                shadows={shadow: ShadowFigures(counts, same=950)},
            )
            assert self.monitoring_store.keep(Progress(figures, DAY_SHARDS, None, done=True, revision=1))
            self.monitoring_store.put_labels(
                LabelFigures(scope=SCOPE, day=day, frauds=20, frauds_flagged=15, declined=5)
            )
        return today - timedelta(days=days), today - timedelta(days=1)

    # Steps that are passed.

    def drafted(
        self, by: Actor, kind: ArtefactKind = ArtefactKind.RULES, document: Any = None, *, key: str = "draft"
    ) -> Version:
        document = document or (rules_document() if kind is ArtefactKind.RULES else thresholds_document())
        lineage = Lineage(code_version="hand", note="Too many reviews")
        return version_of(self.registry.draft(by, scope=SCOPE, kind=kind, document=document, lineage=lineage, key=key))

    def committed(
        self, by: Actor, kind: ArtefactKind = ArtefactKind.RULES, document: Any = None, *, key: str = "draft"
    ) -> Version:
        return version_of(self.registry.commit(by, self.drafted(by, kind, document, key=key).id))

    def agreed(self, by: Actor, lead: Actor) -> Version:
        """Thresholds to which a lead has agreed, and that nobody has promoted yet."""
        if self.registry_store.bounds(SCOPE) is None:
            self.bounded()
        version = self.committed(by, ArtefactKind.THRESHOLDS, thresholds_document(0.4), key="agreed")
        asked = passed(self.registry.request_promotion(by, version.id, reason="It is better", key="ask"))
        assert isinstance(asked, Approval)
        passed(self.approvals.check(lead, asked.id, verdict=Verdict.APPROVE, fingerprint=asked.proposal.fingerprint))
        return version


def lists_document() -> dict[str, Any]:
    until = "2030-01-31"
    return {
        "format": "florin.lists/1",
        "allow_ceiling": "STEP_UP",
        "entries": [
            entry("ALLOW", "device", "dev-1", until=until),
            entry("DENY", "terminal", "term-9", until=until),
            entry("DENY", "terminal", "term-old", until="2020-01-31"),
        ],
    }


def a_backtest(now: datetime) -> Backtest:
    folds = tuple(Fold(date(2026, 1, 1) + timedelta(days=7 * n), 710_000 + n, 690_000, 680_000) for n in range(4))
    return Backtest(
        protocol="prequential",
        data_sha256="d" * 64,
        champion_data_sha256="d" * 64,
        model_sha256="e" * 64,
        champion_sha256="f" * 64,
        folds=folds,
        measured_at=now,
        by=WRITER,
    )


def a_dry_run(now: datetime, day: date) -> DryRun:
    return DryRun(
        first=day - timedelta(days=9),
        last=day,
        sha256="e" * 64,
        against_sha256="f" * 64,
        decisions=1_000,
        changed=7,
        before={Decision.APPROVE: 900, Decision.REVIEW: 100},
        after={Decision.APPROVE: 893, Decision.REVIEW: 107},
        spoke={"LARGE": 107},
        frauds=20,
        frauds_before=15,
        frauds_after=17,
        ran_at=now,
        by=WRITER,
        complete=False,
        examples=(Changed("dec_1", JOURNAL, Decision.APPROVE, Decision.REVIEW, ("LARGE",)),),
    )


def version_of(found: Version | Refusal) -> Version:
    assert isinstance(found, Version), found
    return found


def passed(found: Any) -> Any:
    assert not isinstance(found, Refusal), found
    return found
