"""What can be asked of labels: to learn what a payment was, and what is known of one.

Whoever keeps the features hears of each change by the stream of the table that labels are kept in (functions/
fraud_features), so that whoever teaches one needs nothing of theirs, and a death after the write loses nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Protocol

from domain.access.model import Action, Actor, Relation
from domain.access.service import refusal_of
from domain.cases.kinds import ResolutionCode
from domain.cases.model import Case
from domain.cases.service import Resolved
from domain.clock import Clock
from domain.fraud.kinds import Scope
from domain.fraud.label_model import Label, LabelSource, Said, with_said
from domain.fraud.label_store import LabelStore
from domain.fraud.model import StoredDecision
from domain.fraud.refusals import FraudRegistryBusy
from domain.refusals import NotAllowed, NotFound, Refusal

TRIES_MAX: Final = 5
FRAUD_RETURNS: Final = frozenset({"R05", "R07", "R10", "R29"})
"""Returns by which a receiver says that a debit was not theirs to pay (Nacha Operating Rules, return reason codes).

Not among them, though rates count them as unauthorised: R11, an error in a debit that was authorised (Nacha,
Differentiating Unauthorized Return Reasons, 2021), and R51, a check that was no proper one. Reversals of ours say
nothing either: each reason that Nacha allows for one is an error, and a fraud is no reason.
"""


REVIEWED: Final[Mapping[ResolutionCode, bool]] = {ResolutionCode.REJECT: True, ResolutionCode.RELEASE: False}
"""What a payment was, by how its review was resolved. One that nobody resolved in time ends, and says nothing."""
BANK: Final = "bank"
"""Who says what no person does."""


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

    def of_each(self, subjects: Sequence[str]) -> dict[str, Label]:
        """Of those of which something was said; at most `tables_aws.PAGE_MAX`."""
        return {label.subject: label for label in self._store.labels(subjects)}

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

    def returned(
        self, subject: str, *, code: str, questionable: bool = False, learnt_at: datetime, happened_at: datetime
    ) -> Refusal | None:
        """An entry of ours came back by ACH. None once it is noted, and for a code that says nothing of a fraud.

        `questionable`: an R17 by which the other bank says that it believes it a fraud (Nacha, 2024-10-01).
        Refusals: FraudRegistryBusy.
        """
        if code not in FRAUD_RETURNS and not questionable:
            return None
        said = Said(True, LabelSource.RETURN, code, learnt_at, BANK)
        answer = self.learn(subject, said, scope=Scope.ACH, happened_at=happened_at)
        return answer if isinstance(answer, Refusal) else None

    def after(self, act: Resolved, *, scope: Scope) -> Resolved:
        """Acts on the resolution of a review, and once that is accepted learns what its payment was: a resolution that
        cannot be carried out says nothing. Both may be done again.
        """
        return lambda case: act(case) or self.reviewed(case, scope=scope)

    def reviewed(self, case: Case, *, scope: Scope) -> Refusal | None:
        """A person has resolved the case of a payment that was held: rejected it is a fraud, released it is none.

        Refusals: FraudRegistryBusy.
        """
        resolution = case.resolution
        if resolution is None or resolution.code not in REVIEWED:
            raise ValueError(f"{case.id} has no resolution of a review")
        said = Said(REVIEWED[resolution.code], LabelSource.CASE, None, resolution.at, resolution.person)
        answer = self.learn(case.subject.id, said, scope=scope, happened_at=case.opened_at)
        return answer if isinstance(answer, Refusal) else None

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
