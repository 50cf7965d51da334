"""A bank in memory whose fraud scoring is whole: features, documents, registry, labels, watching, and the staff's desk.

It sends by ACH as `ops.simulation.ach_world` does, and judges each payment by the same judge that is asked for cards.
Cards have no rail yet: their payments come from a drawn portfolio, and are judged and counted as theirs will be.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from domain.access.model import Approval, Group, Verdict
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.clock import instant_text
from domain.fraud import signed_bounds, trees
from domain.fraud.artefacts import MemoryArtefactStore
from domain.fraud.books import Books
from domain.fraud.bounds_memory import MemoryBoundsKey
from domain.fraud.decision_desk import DecisionDesk
from domain.fraud.decision_store import DAY_SHARDS
from domain.fraud.documents import sha256_of
from domain.fraud.drift import Drift, Raised
from domain.fraud.feature_store_memory import MemoryFeatureStore
from domain.fraud.feature_updates import FeatureUpdates
from domain.fraud.features import FeatureRead, FeaturesUnread, Kept
from domain.fraud.forms import DocumentForms
from domain.fraud.kinds import FRAUD_VERSION, Scope
from domain.fraud.label_model import Label, LabelSource, Said, latest_words
from domain.fraud.label_store_memory import MemoryLabelStore
from domain.fraud.labels import Labels
from domain.fraud.model import ScoringRequest, StoredDecision
from domain.fraud.monitoring_service import Monitoring
from domain.fraud.monitoring_store_memory import MemoryMonitoringStore
from domain.fraud.references import References
from domain.fraud.registry import Registry
from domain.fraud.registry_items import pointer_item
from domain.fraud.registry_model import ArtefactKind, Pointer, SignedBounds, Version
from domain.fraud.registry_store_memory import MemoryRegistryStore
from domain.fraud.service import Fraud
from domain.ledger.events import Amount, JournalPosted, event_of
from domain.ledger.model import LedgerSettings
from domain.money import Money
from ops.drills.cards import Habits, Portfolio
from ops.drills.stumps import Row
from ops.simulation.ach.promises import ASKED_OF_LEDGER
from ops.simulation.ach_world import AchWorld
from ops.simulation.house import made, staff
from ops.verify.judging import judge as ledger_verdicts
from ops.verify.world import of_memory

if TYPE_CHECKING:
    from collections.abc import Mapping

    from domain.access.model import Actor
    from domain.access.service import Decided
    from domain.cases.model import Case
    from domain.cases.service import Resolved
    from domain.fraud.decision_store import DecisionStore
    from domain.fraud.thresholds import Bounds, Thresholds
    from domain.payments.events import PaymentInitiated
    from domain.refusals import Refusal
    from ops.drills.cards import CardPayment

FIRST_DAY: Final = datetime(2026, 6, 1, tzinfo=UTC)
"""A Monday."""
NIGHTLY: Final = timedelta(minutes=10)
"""After midnight, when the day before is counted."""
RUN_MAX: Final = timedelta(minutes=15)
KNOWN_AFTER: Final = timedelta(days=7)
"""A card holder sees the statement and complains."""
CARD: Final = Scope.CARD
ANALYST: Final = staff(Group.FRAUD_ANALYST, person="stf_01J0000000000000000000000F")
LEAD: Final = staff(Group.FRAUD_LEAD, person="stf_01J0000000000000000000000L")
AUTHOR: Final = staff(Group.FRAUD_ANALYST, Group.FRAUD_LEAD, person="stf_01J0000000000000000000000M")
"""An analyst who is a lead as well, and yet cannot agree to what is their own."""
SEED: Final = 4


@dataclass(slots=True)
class Switches:
    """What is broken on purpose."""

    features_silent: bool = False
    scorer_silent: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads features, while they can be read."""

    store: MemoryFeatureStore
    broken: Switches

    def read(self, request: ScoringRequest) -> FeatureRead:
        if self.broken.features_silent:
            raise FeaturesUnread(request.subject)
        return self.store.read(request)

    def pointer(self, scope: Scope) -> Kept | None:
        return self.store.pointer(scope)


class FraudBank(AchWorld):
    form = "in process"

    def __init__(self, *, now: datetime = FIRST_DAY) -> None:
        self.broken = Switches()
        self.raised: list[Raised] = []
        """What an alarm was raised with, each night anew."""
        self.habits = Habits()
        self._portfolio = Portfolio(SEED, now.date())
        self._days = 0
        self._known: deque[CardPayment] = deque()
        """Frauds that nobody has complained of yet, the oldest first."""
        self._counted: set[str] = set()
        self.registry_store = MemoryRegistryStore()
        self.artefacts = MemoryArtefactStore()
        self.bounds_key = MemoryBoundsKey(b"signed outside")
        self.label_store = MemoryLabelStore()
        self.monitoring_store = MemoryMonitoringStore()
        self.feature_store = MemoryFeatureStore(pointer=self._pointer_item)
        super().__init__(now=now)
        references = References(artefacts=self.artefacts, pointer=self.registry_store.pointer)
        self.monitoring = Monitoring(
            decisions=self.ach_decisions,
            shards=DAY_SHARDS,
            labels=self.label_store,
            store=self.monitoring_store,
            reference=references.of,
            clock=self.clock,
        )
        self.registry = Registry(
            store=self.registry_store,
            artefacts=self.artefacts,
            forms=DocumentForms(trees.parsed),
            approvals=self.approvals,
            bounds_key=self.bounds_key,
            shadow_runs=self.monitoring,
            clock=self.clock,
        )
        self.drift = Drift(
            monitoring=self.monitoring,
            store=self.monitoring_store,
            registry=self.registry,
            cases=self.cases,
            current_thresholds=self.current_thresholds,
        )
        self.updates = FeatureUpdates(
            store=self.feature_store,
            decisions=self.ach_fraud,
            accounts=self.account_store,
            clock=self.clock,
            randomness=random.Random(SEED),  # noqa: S311  (for pauses)
            pause=lambda _: None,
        )
        self.labels = Labels(store=self.label_store, decisions=self.ach_decisions, clock=self.clock)

    # What it is made of.

    def judge_of_payments(self, decisions: DecisionStore) -> Fraud:
        """A worker that has just started: it has read no document yet."""
        self.books = Books(artefacts=self.artefacts, model=trees.parsed)
        return Fraud(
            features=Reader(self.feature_store, self.broken),
            books=self.books,
            decisions=decisions,
            clock=self.clock,
            fell_back=self.fallbacks.append,
        )

    def current_thresholds(self, pointer: Pointer, scope: Scope) -> Thresholds:
        return self.books.thresholds(pointer, scope)

    def restart_workers(self) -> None:
        """What a process keeps of documents is gone; what judges for journeys is the same judge as before."""
        self.books = Books(artefacts=self.artefacts, model=trees.parsed)
        self.ach_fraud._books = self.books  # noqa: SLF001  (another process, for those who hold this one)

    def hear_approvals(self) -> Mapping[str, Decided]:
        return {FRAUD_VERSION: self.registry.decided}

    def hear_cases(self) -> Mapping[CaseKind, Resolved]:
        return {**super().hear_cases(), CaseKind.FRAUD_DRIFT: self.drift.decided}

    def _pointer_item(self, scope: Scope) -> Kept | None:
        pointer = self.registry_store.pointer(scope)
        return pointer_item(pointer) if pointer.revision else None

    # Days.

    def now(self) -> datetime:
        return self.clock.now()

    def live(self, days: int = 1) -> None:
        """So many days of card payments, each with the night after it."""
        for _ in range(days):
            for payment in self._portfolio.day(self._days, self.habits):
                self._learn_until(payment.at)
                self.clock.instant = max(self.clock.instant, payment.at)
                self.pay_by_card(payment)
            self._days += 1
            midnight = FIRST_DAY + timedelta(days=self._days)
            self._learn_until(midnight)
            self.clock.instant = max(self.clock.instant, midnight + NIGHTLY)
            self.night()

    def pay_by_card(self, payment: CardPayment) -> StoredDecision:
        decision = self.ach_fraud.decide(card_request(payment))
        self.updates.apply(authorised(payment, self.region))
        if payment.fraud:
            self._known.append(payment)
        return decision

    def night(self) -> None:
        """As the function fraud_monitor does, for each scope."""
        self.books.keep_built_in()
        for scope in Scope:
            counted = self.monitoring.count(scope, until=self.clock.now() + RUN_MAX)
            self.registry.settle(scope)
            found = self.drift.raise_for(self.monitoring.look(scope, counted.yesterday))
            if found:
                self.raised.append(found)

    def _learn_until(self, moment: datetime) -> None:
        while self._known and self._known[0].at + KNOWN_AFTER <= moment:
            payment = self._known.popleft()
            self.clock.instant = max(self.clock.instant, payment.at + KNOWN_AFTER)
            said = Said(True, LabelSource.CHARGEBACK, None, payment.at + KNOWN_AFTER, "bank")
            self._count_label(made(self.labels.learn(payment.subject, said), Label))

    def _count_label(self, label: Label) -> None:
        """As the stream of labels brings them to the features: the latest word of each source."""
        for said in latest_words(label):
            self.updates.label(label.subject, fraud=said.fraud, source=said.source.value, learnt_at=said.learnt_at)

    def count_journals(self) -> None:
        """The ledger's events reach the features, each of them twice."""
        for journal in list(self.ledger_store.journals.values()):
            if journal.id in self._counted:
                continue
            self._counted.add(journal.id)
            event = event_of(journal, self.region)
            if isinstance(event, JournalPosted):
                for _ in range(2):
                    self.updates.apply(event)

    # Journeys.

    def score_one(self, event: PaymentInitiated) -> None:
        """A scorer that is silent leaves the message where it is; its queue brings it to nobody."""
        if not self.broken.scorer_silent:
            super().score_one(event)

    # What is stored.

    def decided(self, first: int, last: int) -> list[StoredDecision]:
        """The decisions on card payments of these days, counted from the first one on; `last` is not among them."""
        found: list[StoredDecision] = []
        for number in range(first, last):
            day = (FIRST_DAY + timedelta(days=number)).date()
            for shard in range(DAY_SHARDS):
                position: str | None = None
                while True:
                    page = self.ach_decisions.decisions_of_day(CARD, day, shard, position=position, limit=100)
                    found += page.decisions
                    position = page.position
                    if position is None:
                        break
        return sorted(found, key=lambda one: one.subject)

    def labelled(self, first: int, last: int) -> list[Row]:
        """What was served, and what is known by now."""
        return [Row(one.features, self._is_fraud(one.subject)) for one in self.decided(first, last)]

    def _is_fraud(self, subject: str) -> bool:
        label = self.label_store.label(subject)
        return label is not None and label.fraud

    @property
    def today(self) -> int:
        """Number of the day."""
        return (self.now() - FIRST_DAY).days

    def champion(self, kind: ArtefactKind = ArtefactKind.MODEL, scope: Scope = CARD) -> str | None:
        found = self.registry.pointer(scope).champions.get(kind)
        return found.used.version if found else None

    def again(self, stored: StoredDecision) -> bool:
        """Whether it comes out the same, bit for bit, of what is stored with it."""
        found = DecisionDesk(decisions=self.ach_decisions, shards=DAY_SHARDS, books=self.books).again(stored)
        return found is not None and found.same

    # Staff.

    def agree(self, actor: Actor, approval: Approval) -> Approval | Refusal:
        return self.approvals.decide(
            actor, approval.id, verdict=Verdict.APPROVE, fingerprint=approval.proposal.fingerprint
        )

    def roll_back(self, version: str, reason: str) -> Pointer | Refusal:
        """One person."""
        return self.registry.roll_back(ANALYST, scope=CARD, kind=ArtefactKind.MODEL, version=version, reason=reason)

    def keep_signed(self, scope: Scope, bounds: Bounds, *, number: int = 1) -> SignedBounds | Refusal:
        """Bounds as they are signed outside, and kept by a lead."""
        body = signed_bounds.document(signed_bounds.Numbered(scope, number, bounds))
        signature = self.bounds_key.sign(bytes.fromhex(sha256_of(body)))
        signed = SignedBounds(scope, body, self.bounds_key.key, signature, number, LEAD.person, self.now())
        return self.registry.keep_bounds(LEAD, signed)

    def resolved(self, raised: Raised, code: ResolutionCode, reason: str) -> Case | Refusal:
        return self.cases.resolve(LEAD, raised.case, code=code, reason=reason, key=f"{raised.case}-{code.value}")

    # What goes wrong.

    def lose(self, version: Version) -> bytes:
        """The bytes of its document are gone, and every process has to read them anew."""
        body = self.artefacts.bodies.pop((version.kind, version.sha256))
        self.restart_workers()
        return body

    def tear(self, version: Version) -> None:
        """Other bytes lie in the place of its document."""
        self.artefacts.bodies[version.kind, version.sha256] = b"{}"
        self.restart_workers()

    def mend(self, version: Version, body: bytes) -> None:
        self.artefacts.bodies[version.kind, version.sha256] = body

    # The end.

    def ledger_faults(self) -> list[str]:
        """What the checker of the ledger finds; nobody folds here, so it is not asked for what the folder has made."""
        settings = LedgerSettings(region=self.region, jurisdiction=self.jurisdiction)
        found = ledger_verdicts(of_memory(self.ledger_store, settings=settings, now=self.now()), ASKED_OF_LEDGER)
        return [f"{verdict.name}: {one}" for verdict in found for one in verdict.violations]


def card_request(payment: CardPayment) -> ScoringRequest:
    return ScoringRequest(
        subject=payment.subject,
        scope=CARD,
        at=payment.at,
        kind="CARD_AUTHORISATION",
        credit=True,
        amount=Money(payment.amount_minor, "USD"),
        customer=payment.customer,
        account=payment.account,
        terminal=payment.terminal,
    )


def authorised(payment: CardPayment, region: str) -> JournalPosted:
    """The hold that an authorisation places, as the ledger tells of it."""
    return JournalPosted(
        journal=payment.subject,
        region=region,
        kind="hold_placed",
        initiator=payment.account,
        accounts=(payment.account,),
        legs=(),
        amount=Amount(minor_units=str(payment.amount_minor), currency="USD"),
        hold=None,
        reverses=None,
        forced=False,
        shortfall_minor_units="0",
        booked_at=instant_text(payment.at),
        booked_day=payment.at.date().isoformat(),
        effective_on=payment.at.date().isoformat(),
    )


def at(payment: CardPayment, moment: datetime, **changes: Any) -> CardPayment:
    """Another payment like it."""
    return replace(payment, at=moment, **changes)
