"""One scope of fraud scoring on the engine, and as many who change what decides in it, and who decide, as there are.

Each has connections of its own; they share the tables, the documents, and the approvals that leads have given.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Event, Lock
from typing import Any, Final, TypeVar

from domain.access.model import Verdict
from domain.fraud.books import Books
from domain.fraud.decision_store_dynamodb import DynamoDBDecisionStore
from domain.fraud.forms import DocumentForms
from domain.fraud.gate import ShadowDay
from domain.fraud.kinds import Family, Scope
from domain.fraud.list_changes import ListChanges
from domain.fraud.model import ScoringRequest, StoredDecision
from domain.fraud.refusals import FraudRegistryBusy
from domain.fraud.registry import Registry
from domain.fraud.registry_model import ArtefactKind, Pointer, Version
from domain.fraud.registry_store_dynamodb import DynamoDBRegistryStore
from domain.fraud.service import Fraud
from domain.fraud.store_dynamodb_features import DynamoDBFeatureReader
from domain.money import Money
from domain.refusals import Refusal
from domain.tables_aws import Table, connect
from tests.concurrency.bank import REGION
from tests.contract.backends import Aws
from tests.unit.fraud.governance import ANALYST, LEAD, OTHER_ANALYST, Desk, model_document, one_score, passed
from tests.unit.fraud.values import least, rule
from tests.unit.graph.fraud_house import a_dry_run

SCOPE: Final = Scope.TRANSFER
TRIES_MAX: Final = 20
"""A patient person tries again as often."""
SHADOW_DAYS: Final = 8
NEVER_MINOR: Final = 10**15

Answer = TypeVar("Answer")


def patiently(ask: Callable[[], Answer]) -> Answer:
    """What somebody hears in the end who asks again as long as others are faster."""
    for _ in range(TRIES_MAX):
        answer = ask()
        if not isinstance(answer, FraudRegistryBusy):
            return answer
    raise AssertionError(f"somebody was told {TRIES_MAX} times that others are faster")


class Chain:
    """Every pointer that was written, whoever wrote it."""

    def __init__(self) -> None:
        self._links: list[tuple[Pointer, Pointer]] = []
        self._lock = Lock()

    def add(self, was: Pointer, pointer: Pointer) -> None:
        with self._lock:
            self._links.append((was, pointer))

    @property
    def links(self) -> list[tuple[Pointer, Pointer]]:
        """The pointer before and the pointer after, in the order of their revisions."""
        return sorted(self._links, key=lambda link: link[1].revision)

    @property
    def pointers(self) -> list[Pointer]:
        return [Pointer(scope=SCOPE), *(pointer for _, pointer in self.links)]


class RecordingStore(DynamoDBRegistryStore):
    def __init__(self, table: Table, chain: Chain) -> None:
        super().__init__(table)
        self._chain = chain

    def point(self, pointer: Pointer, *, was: Pointer) -> bool:
        written = super().point(pointer, was=was)
        if written:
            self._chain.add(was, pointer)
        return written


@dataclass(frozen=True)
class Governor:
    """One who changes what decides."""

    registry: Registry
    lists: ListChanges

    def promotes(self, version: Version) -> Version | Refusal:
        return patiently(lambda: self.registry.promote(OTHER_ANALYST, version.id))

    def rolls_back(self, kind: ArtefactKind, version: str) -> Pointer | Refusal:
        return patiently(
            lambda: self.registry.roll_back(LEAD, scope=SCOPE, kind=kind, version=version, reason="it blocks all")
        )

    def denies(self, entity: str) -> Version | Refusal:
        return patiently(
            lambda: self.lists.deny(
                ANALYST, scope=SCOPE, family=Family.DEVICE, entity=entity, reason="stolen", until=None, key=entity
            )
        )


class FraudScope:
    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        place = Aws(self._connection(), endpoint)
        self._fraud, self._features = place.table("florin-fraud").name, place.table("florin-features").name
        self.chain = Chain()
        self.desk = Desk(scope=SCOPE, store=self._store())
        self._made = 0

    def _connection(self) -> Any:
        return connect(region=REGION, endpoint=self._endpoint, access_key_id="test", secret_access_key="test")

    def _store(self) -> RecordingStore:
        return RecordingStore(Table(self._connection(), self._fraud), self.chain)

    def governor(self) -> Governor:
        desk, store = self.desk, self._store()
        registry = Registry(
            store=store,
            artefacts=desk.artefacts,
            forms=DocumentForms(one_score),
            approvals=desk.approvals,
            bounds_key=desk.bounds_key,
            shadow_runs=desk.shadow_runs,
            clock=desk.clock,
        )
        current = Books(artefacts=desk.artefacts, model=one_score).lists
        lists = ListChanges(
            store=store, artefacts=desk.artefacts, approvals=desk.approvals, current=current, clock=desk.clock
        )
        return Governor(registry, lists)

    # Versions.

    def agreed(self, *kinds: ArtefactKind) -> list[Version]:
        """Versions that lack nothing: measured, asked beside the champions, and a lead has agreed."""
        versions = [self._drafted(kind) for kind in kinds]
        self.desk.clock.time += timedelta(days=SHADOW_DAYS)
        today = self.desk.clock.now().date()
        days = tuple(ShadowDay(today - timedelta(days=back), 100, 100) for back in range(1, SHADOW_DAYS + 1))
        for version in versions:
            self.desk.shadow_runs.days[version.id] = days
            asked = self.desk.asked(version, key=version.id)
            fingerprint = asked.proposal.fingerprint
            passed(self.desk.approvals.check(LEAD, asked.id, verdict=Verdict.APPROVE, fingerprint=fingerprint))
        return versions

    def _drafted(self, kind: ArtefactKind) -> Version:
        self._made += 1
        desk, key = self.desk, f"draft-{self._made}"
        if kind is ArtefactKind.MODEL:
            version = desk.tested(desk.committed(kind, model_document(self._made / 10_000), key=key))
        else:
            never = rule("NEVER", condition=least("amount_minor", NEVER_MINOR + self._made))
            version = desk.committed(kind, {"format": "florin.rules/1", "rules": [never]}, key=key)
            against = desk.books.book(desk.registry.pointer(SCOPE), SCOPE).versions.rules
            day = desk.clock.now().date()
            run = replace(a_dry_run(desk.clock.now(), day), sha256=version.sha256, against_sha256=against.sha256)
            passed(desk.registry.record_dry_run(version, run))
        passed(desk.registry.start_shadow(ANALYST, version.id, until=desk.clock.now() + timedelta(days=30)))
        return version

    def left_over(self, versions: list[Version]) -> None:
        """Those that did not come to decide are asked no more, for there are only so many shadows."""
        for version in versions:
            passed(self.desk.registry.stop_shadow(ANALYST, version.id))

    def champions(self) -> Mapping[ArtefactKind, str]:
        pointer = self.desk.registry.pointer(SCOPE)
        return {kind: champion.used.version for kind, champion in pointer.champions.items()}

    # Decisions.

    def judge(self) -> "Judge":
        connection = self._connection()
        fraud = Table(connection, self._fraud)
        return Judge(
            Fraud(
                features=DynamoDBFeatureReader(Table(connection, self._features), fraud),
                books=Books(artefacts=self.desk.artefacts, model=one_score),
                decisions=DynamoDBDecisionStore(fraud),
                clock=self.desk.clock,
            ),
            self.desk.clock.now,
        )

    def books(self) -> Books:
        return Books(artefacts=self.desk.artefacts, model=one_score)


@dataclass
class Judge:
    """One who decides, payment after payment."""

    fraud: Fraud
    now: Callable[[], Any]

    def decides(self, subject: str) -> StoredDecision:
        return self.fraud.decide(
            ScoringRequest(
                subject=subject,
                scope=SCOPE,
                at=self.now(),
                kind="transfer",
                credit=True,
                amount=Money(25_00, "USD"),
                customer="cus_us_01K90000000000000000000000",
                account="acc_us0417_01K90000000000000000000000",
                payee="acc_us0417_01K90000000000000000000001",
                device="dev-1",
            )
        )

    def decides_until(self, over: Event, name: str) -> list[StoredDecision]:
        """Those of the time until then, and one after it."""
        found: list[StoredDecision] = []
        while not over.is_set():
            found.append(self.decides(f"{name}-{len(found)}"))
        return [*found, self.decides(f"{name}-{len(found)}")]
