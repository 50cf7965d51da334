"""What can be asked of fraud: a judgement of a payment, by the rules or by the stricter ones of the fallback.

A subject is judged once, and what was said of it is kept before anybody acts on it. Whoever asks again, at once or
later, is told the same: features that have grown since, another version, another clock change nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Protocol

from domain.clock import Clock
from domain.fraud.artefacts import ArtefactUnread
from domain.fraud.decision_store import DecisionPage, DecisionStore
from domain.fraud.expressions import FeatureMistyped
from domain.fraud.features import FeatureReader, FeaturesUnread, Judging, Kept, features_from
from domain.fraud.kinds import Fallback, Features, Scope
from domain.fraud.model import ScoringRequest, ShadowScore, StoredDecision
from domain.fraud.registry_items import pointer_of, snoozes_of
from domain.fraud.registry_model import ArtefactKind, Pointer
from domain.fraud.registry_rules import shadows_at, snoozed_at
from domain.fraud.scoring import Book, Inputs, Score, ScoreOutOfRange, inputs_of, score, score_unscored
from domain.ids import decision_id

SHADOWS_MAX: Final = 3
"""Each costs what a decision costs, and the payment waits for it."""


class Books(Protocol):
    """What judges, by what the pointer of a scope says; `domain.fraud.books` has it."""

    def book(self, pointer: Pointer | None, scope: Scope) -> Book:
        """Raises ArtefactUnread."""
        ...

    def fallback(self, pointer: Pointer | None, scope: Scope) -> Book:
        """What judges in the fallback: what can be read of the champions, without their model."""
        ...

    def shadows(self, pointer: Pointer | None, scope: Scope, *, at: datetime) -> tuple[tuple[str, Book], ...]:
        """Each version that runs beside the champion then, with the book that judges with it. One that cannot be read
        is not among them.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a judgement begins with."""

    features: Features
    features_read: bool
    """False: they are what the request says, and nothing else."""
    snoozed: tuple[str, ...] = ()
    pointer: Pointer | None = None
    pointer_known: bool = True
    """False: nobody could be asked, then or before, which versions judge."""


class Fraud:
    """The judge of one region, for journeys and inline."""

    def __init__(
        self,
        *,
        features: FeatureReader,
        books: Books,
        decisions: DecisionStore,
        clock: Clock,
        fell_back: Callable[[StoredDecision], None] = lambda _: None,
        shadow_unread: Callable[[str, str], None] = lambda _, __: None,
    ) -> None:
        """`fell_back`: told of each decision that the stricter rules made, once at most. `shadow_unread`: told of a
        subject, and of a version that was to be asked beside its champion and had no answer.
        """
        self._features = features
        self._books = books
        self._decisions = decisions
        self._clock = clock
        self._fell_back = fell_back
        self._shadow_unread = shadow_unread
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
        if not read.features_read:
            return self._unscored(request, read, Fallback.FEATURES_UNREAD)
        try:
            book = self._books.book(read.pointer, request.scope)
            scored = score(read.features, book, _inputs(request, read))
        except FeatureMistyped:
            return self._unscored(request, _alone(request, read), Fallback.FEATURES_UNREAD)
        except (ArtefactUnread, ScoreOutOfRange):
            return self._unscored(request, read, Fallback.ARTEFACT_UNREAD)
        return self._kept(request, read, book, scored, shadows=self._shadows(request, read))

    def decide_unscored(self, request: ScoringRequest, *, why: Fallback) -> StoredDecision:
        """The judgement of a subject by the stricter rules alone, unless it was judged before."""
        if stored := self._decisions.decision(request.subject):
            return stored
        read = self._unread(request, None) if why is Fallback.FEATURES_UNREAD else self._read(request)
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

    def _read(self, request: ScoringRequest) -> _Known:
        try:
            read = self._features.read(request)
        except FeaturesUnread as unread:
            return self._unread(request, unread.judging)
        return self._known(request, read.features, read.judging)

    def _unread(self, request: ScoringRequest, judging: Judging | None) -> _Known:
        """Without features. What judges was read with them, or is asked for alone, or else is what was read last."""
        scope = request.scope
        try:
            judging = judging or Judging(self._features.pointer(scope), snoozes=None)
        except FeaturesUnread:
            last, known = self._pointers.get(scope), scope in self._pointers
            return _alone(request, _Known(features={}, features_read=False, pointer=last, pointer_known=known))
        return _alone(request, self._known(request, {}, judging))

    def _known(self, request: ScoringRequest, features: Features, judging: Judging) -> _Known:
        pointer = pointer_of(judging.pointer) if judging.pointer else None
        self._pointers[request.scope] = pointer
        return _Known(
            features=features, features_read=True, snoozed=_snoozed(judging.snoozes, request.at), pointer=pointer
        )

    def _unscored(self, request: ScoringRequest, read: _Known, why: Fallback) -> StoredDecision:
        """By what was read, or, where that cannot be used, by what the request says."""
        book = self._books.fallback(read.pointer, request.scope)
        unread = not read.pointer_known or _without_its_lists(read.pointer, book)
        try:
            scored = score_unscored(read.features, book, _inputs(request, read, lists_unread=unread))
        except FeatureMistyped:
            read = _alone(request, read)
            scored = score_unscored(read.features, book, _inputs(request, read, lists_unread=unread))
        return self._kept(request, read, book, scored, fallback=why, lists_unread=unread)

    def _shadows(self, request: ScoringRequest, read: _Known) -> tuple[ShadowScore, ...]:
        """What versions that do not decide yet would have said. Whatever is wrong with one of them, it is left out, and
        that is noted: the decision is the champion's.
        """
        named = self._books.shadows(read.pointer, request.scope, at=request.at)[:SHADOWS_MAX]
        inputs = _inputs(request, read)
        asked = (_shadow(version, book, read.features, inputs) for version, book in named)
        found = tuple(shadow for shadow in asked if shadow is not None)
        running = shadows_at(read.pointer, request.at) if read.pointer else ()
        for version in {shadow.used.version for shadow in running} - {shadow.shadow for shadow in found}:
            self._shadow_unread(request.subject, version)
        return found

    def _kept(
        self,
        request: ScoringRequest,
        read: _Known,
        book: Book,
        scored: Score,
        *,
        fallback: Fallback | None = None,
        lists_unread: bool = False,
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
            snoozed=read.snoozed,
            versions=book.versions,
            score=scored.score,
            decision=scored.decision,
            customer_reasons=scored.customer_reasons,
            staff_reasons=scored.staff_reasons,
            fallback=fallback,
            lists_unread=lists_unread,
            decided_at=self._clock.now(),
            shadows=shadows,
        )
        stored = self._decisions.put(made)
        if fallback and stored == made:  # and not what somebody else has kept in between
            self._fell_back(stored)
        return stored


def _alone(request: ScoringRequest, known: _Known) -> _Known:
    """With what the request says in the place of features."""
    return replace(known, features=features_from(request, {}, credential_changed_at=None), features_read=False)


def _without_its_lists(pointer: Pointer | None, book: Book) -> bool:
    champion = pointer.champions.get(ArtefactKind.LISTS) if pointer else None
    return champion is not None and champion.used != book.versions.lists


def _inputs(request: ScoringRequest, read: _Known, *, lists_unread: bool = False) -> Inputs:
    return inputs_of(request, frozenset(read.snoozed), lists_unread=lists_unread)


def _snoozed(kept: Kept | None, at: datetime) -> tuple[str, ...]:
    return snoozed_at(snoozes_of(kept), at) if kept else ()


def _shadow(version: str, book: Book, features: Features, inputs: Inputs) -> ShadowScore | None:
    try:
        scored = score(features, book, inputs)
    except (FeatureMistyped, ScoreOutOfRange):
        return None
    return ShadowScore(book.versions, version, scored.decision, scored.score)
