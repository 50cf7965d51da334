"""What can be asked of labels: to learn what a payment was, and what is known of one.

Whoever keeps the features hears of each change by the stream of the table that labels are kept in (functions/
fraud_features), so that whoever teaches one needs nothing of theirs, and a death after the write loses nothing.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from domain.access.model import Action, Actor, Relation
from domain.access.service import refusal_of
from domain.clock import Clock
from domain.fraud.kinds import Scope
from domain.fraud.label_model import MATURITY, Label, LabelSource, Said, with_said
from domain.fraud.label_store import LabelStore
from domain.fraud.model import StoredDecision
from domain.fraud.refusals import FraudRegistryBusy
from domain.refusals import NotAllowed, NotFound, Refusal

TRIES_MAX: Final = 5
FRAUD_RETURNS: Final = frozenset({"R05", "R07", "R10", "R29"})
"""Returns by which a receiver says that a debit was not theirs to pay (Nacha Operating Rules, return reason codes)."""


class Decisions(Protocol):
    """What was decided, as far as it is needed here."""

    def decision(self, subject: str) -> StoredDecision | None: ...


class Labels:
    def __init__(
        self,
        *,
        store: LabelStore,
        decisions: Decisions,
        clock: Clock,
    ) -> None:
        self._store = store
        self._decisions = decisions
        self._clock = clock

    def of(self, subject: str) -> Label | None:
        return self._store.label(subject)

    def say(
        self, actor: Actor, subject: str, *, fraud: bool, code: str | None = None
    ) -> Label | NotAllowed | NotFound | FraudRegistryBusy:
        """A member of staff says what a payment was. Said again, it changes nothing.

        Refusals: NotAllowed, NotFound (it was never judged), FraudRegistryBusy.
        """
        if denied := refusal_of(actor, Action.WORK_FRAUD, relation=Relation.STRANGER):
            return denied
        said = Said(fraud, LabelSource.STAFF, code, self._clock.now(), actor.person)
        stored = self._store.label(subject)
        if stored and stored.said and replace(stored.said[-1], learnt_at=said.learnt_at) == said:
            return stored
        return self.learn(subject, said)

    def returned(self, subject: str, *, code: str, learnt_at: datetime) -> Label | Refusal | None:
        """An ACH return came; None for a code that says nothing of a fraud."""
        if code not in FRAUD_RETURNS:
            return None
        return self.learn(subject, Said(True, LabelSource.RETURN, code, learnt_at, "bank"))

    def learn(
        self, subject: str, said: Said, *, scope: Scope | None = None, happened_at: datetime | None = None
    ) -> Label | NotFound | FraudRegistryBusy:
        """Notes what was said of a payment, once. `scope` and `happened_at`: of one that was never judged.

        Refusals: NotFound (it was neither judged nor is its scope given), FraudRegistryBusy.
        """
        for _ in range(TRIES_MAX):
            stored = self._store.label(subject)
            label = stored or self._new(subject, scope, happened_at)
            if label is None:
                return NotFound(subject)
            after = with_said(label, said)
            if after == label or self._store.keep(after, was=stored):
                return after
        return FraudRegistryBusy(subject)

    def _new(self, subject: str, scope: Scope | None, happened_at: datetime | None) -> Label | None:
        decided = self._decisions.decision(subject)
        if decided is not None:
            return Label(
                subject=subject,
                scope=decided.scope,
                day=decided.decided_at.astimezone(UTC).date(),
                happened_at=decided.decided_at,
                decision=decided.decision,
                shadows={one.shadow: one.decision for one in decided.shadows},
            )
        if scope is None or happened_at is None:
            return None
        return Label(
            subject=subject,
            scope=scope,
            day=happened_at.astimezone(UTC).date(),
            happened_at=happened_at,
            decision=None,
        )


def matures_after(scope: Scope) -> timedelta:
    return MATURITY[scope]
