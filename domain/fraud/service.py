"""What can be asked of fraud: a judgement of a payment, by the rules or by the stricter ones of the fallback.

A subject is judged once, and what was said of it is kept before anybody acts on it. Whoever asks again, at once or
later, is told the same: features that have grown since, another version, another clock change nothing.
"""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from domain.clock import Clock
from domain.fraud import builtin
from domain.fraud.decision_store import DecisionPage, DecisionStore
from domain.fraud.expressions import FeatureMistyped
from domain.fraud.kinds import Fallback, Features, Scope
from domain.fraud.model import Judgement, ScoringRequest, ShadowScore, StoredDecision
from domain.fraud.scoring import Book, Inputs, Score, ScoreOutOfRange, inputs_of, score, score_unscored
from domain.fraud.standins import (
    ArtefactMissing,
    FeatureRead,
    FeatureReader,
    FeaturesUnread,
    Pointer,
    Registry,
    features_of_request,
)
from domain.ids import decision_id
from domain.payments.kinds import PaymentKind
from domain.payments.model import Speed

if TYPE_CHECKING:  # who asks has made or read the event
    from domain.payments.events import PaymentInitiated

_NOBODY: Final = Inputs(parties={}, at=datetime.min.replace(tzinfo=UTC))
"""The first documents have empty lists: nobody is looked for, on no day."""


SHADOWS_MAX: Final = 3
"""Each costs what a decision costs, and the payment waits for it."""


def features_of(event: "PaymentInitiated") -> Features:
    """What a payment's event tells the rules."""
    return {
        "kind": event.kind,
        "credit": event.kind == PaymentKind.ACH_CREDIT.value,
        "amount_minor": int(event.amount.minor_units),
        "currency": event.amount.currency,
        "same_day": event.speed == Speed.SAME_DAY.value,
        "payee_age_days": event.counterparty_age_days,
        "account_age_days": event.account_age_days,
        "sent_before": event.sent_before,
    }


def judge(features: Features) -> Judgement:
    book = builtin.book(Scope.ACH)
    found = score(features, book, _NOBODY)
    return Judgement(found.decision, found.staff_reasons, book.versions.rules.version)


def judge_unscored(features: Features) -> Judgement:
    """When the scorer has not answered in time."""
    book = builtin.book(Scope.ACH)
    found = score_unscored(features, book, _NOBODY)
    return Judgement(found.decision, found.staff_reasons, f"{book.versions.rules.version}-strict")


class Fraud:
    """The judge of one region, for journeys and inline."""

    def __init__(self, *, features: FeatureReader, registry: Registry, decisions: DecisionStore, clock: Clock) -> None:
        self._features = features
        self._registry = registry
        self._decisions = decisions
        self._clock = clock
        self._pointers: dict[Scope, Pointer | None] = {}
        """The last that was read of each scope: what judges while nothing can be read."""

    def decide(self, request: ScoringRequest) -> StoredDecision:
        """The judgement of a subject, made now unless it was made before.

        Features that cannot be read in time, and documents that cannot be read, are no reason to let it go, and none
        to stop it: the stricter rules judge what is known.
        """
        if stored := self._decisions.decision(request.subject):
            return stored
        read = self._read(request)
        if read is None:
            return self._unscored(request, None, Fallback.FEATURES_UNREAD)
        try:
            book = self._registry.book(read.pointer, request.scope)
            scored = score(read.features, book, inputs_of(request, read.snoozed))
        except FeatureMistyped:
            return self._unscored(request, None, Fallback.FEATURES_UNREAD)
        except (ArtefactMissing, ScoreOutOfRange):
            return self._unscored(request, read, Fallback.ARTEFACT_UNREAD)
        return self._kept(request, read, book, scored, shadows=self._shadows(request, read))

    def decide_unscored(self, request: ScoringRequest, *, why: Fallback) -> StoredDecision:
        """The judgement of a subject by the stricter rules alone, unless it was judged before."""
        if stored := self._decisions.decision(request.subject):
            return stored
        read = None if why is Fallback.FEATURES_UNREAD else self._read(request)
        return self._unscored(request, read, why)

    def decision_of(self, subject: str) -> StoredDecision | None:
        return self._decisions.decision(subject)

    def decisions_of_day(
        self, scope: Scope, day: date, shard: int, *, position: str | None = None, limit: int = 100
    ) -> DecisionPage:
        """One of the shards (`decision_store.DAY_SHARDS`) of a UTC day, in the order in which they were decided."""
        return self._decisions.decisions_of_day(scope, day, shard, position=position, limit=limit)

    def decisions_of_customer(self, customer: str, *, position: str | None = None, limit: int = 25) -> DecisionPage:
        """What was decided of a customer's payments, the latest first."""
        return self._decisions.decisions_of_customer(customer, position=position, limit=limit)

    def _read(self, request: ScoringRequest) -> FeatureRead | None:
        try:
            read = self._features.read(request)
        except FeaturesUnread:
            return None
        self._pointers[request.scope] = read.pointer
        return read

    def _unscored(self, request: ScoringRequest, read: FeatureRead | None, why: Fallback) -> StoredDecision:
        """By what was read, or, where that cannot be used, by what the request says."""
        book, alone = self._nearest_book(request.scope), FeatureRead(features=features_of_request(request))
        read = read or alone
        try:
            scored = score_unscored(read.features, book, inputs_of(request, read.snoozed))
        except FeatureMistyped:
            read = alone
            scored = score_unscored(read.features, book, inputs_of(request))
        return self._kept(request, read, book, scored, fallback=why)

    def _nearest_book(self, scope: Scope) -> Book:
        """That of the champions, if it can be read; else the first of all, which is part of the program."""
        try:
            return self._registry.book(self._pointers.get(scope), scope)
        except ArtefactMissing:
            return self._registry.book(None, scope)

    def _shadows(self, request: ScoringRequest, read: FeatureRead) -> tuple[ShadowScore, ...]:
        """What versions that do not decide yet would have said; whatever is wrong with one of them, it is left out."""
        try:
            books = self._registry.shadows(read.pointer, request.scope)
        except ArtefactMissing:
            return ()
        inputs = inputs_of(request, read.snoozed)
        found = (_shadow(book, read.features, inputs) for book in books[:SHADOWS_MAX])
        return tuple(shadow for shadow in found if shadow is not None)

    def _kept(
        self,
        request: ScoringRequest,
        read: FeatureRead,
        book: Book,
        scored: Score,
        *,
        fallback: Fallback | None = None,
        shadows: tuple[ShadowScore, ...] = (),
    ) -> StoredDecision:
        made = StoredDecision(
            id=decision_id(request.subject),
            subject=request.subject,
            scope=request.scope,
            customer=request.customer,
            account=request.account,
            payee=request.payee,
            terminal=request.terminal,
            device=request.device,
            amount=request.amount,
            at=request.at,
            features=read.features,
            snoozed=tuple(sorted(read.snoozed)),
            versions=book.versions,
            score=scored.score,
            decision=scored.decision,
            customer_reasons=scored.customer_reasons,
            staff_reasons=scored.staff_reasons,
            fallback=fallback,
            decided_at=self._clock.now(),
            shadows=shadows,
        )
        return self._decisions.put(made)


def _shadow(book: Book, features: Features, inputs: Inputs) -> ShadowScore | None:
    try:
        scored = score(features, book, inputs)
    except (FeatureMistyped, ScoreOutOfRange):
        return None
    return ShadowScore(book.versions, book.versions.rules.version, scored.decision, scored.score)
