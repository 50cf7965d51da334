"""Dry runs of a version: rules are tried on the decisions of days, and what comes out is kept with the version.

The gate of promotions asks for it, and a checker sees it.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from domain.access.model import Action, Actor, Relation
from domain.access.service import refusal_of
from domain.clock import Clock
from domain.fraud.artefacts import ArtefactUnread
from domain.fraud.books import Books
from domain.fraud.dry_run import DECISIONS_MAX, dry_run
from domain.fraud.kinds import Decision
from domain.fraud.label_store import LabelStore
from domain.fraud.model import StoredDecision
from domain.fraud.monitoring_service import LABEL_PAGES_MAX, PAGE, DecidedDays, TooManyLabels
from domain.fraud.refusals import FraudDocumentUnread
from domain.fraud.registry import Registry
from domain.fraud.registry_model import ArtefactKind, DryRun, Version
from domain.fraud.rules import Outcome
from domain.refusals import FieldFault, InputInvalid, Refusal

DAYS_MAX: Final = 31


class DryRuns:
    def __init__(
        self,
        *,
        registry: Registry,
        books: Books,
        decisions: DecidedDays,
        shards: int,
        labels: LabelStore,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._books = books
        self._decisions = decisions
        self._shards = shards
        self._labels = labels
        self._clock = clock

    def run(self, actor: Actor, version: str, *, first: date, last: date) -> Version | Refusal:
        """Tries rules on the decisions of these days, the latest first, and keeps what came out with the version.

        Refusals: NotFound, NotAllowed, InputInvalid, FraudVersionState, FraudDocumentUnread, FraudRegistryBusy.
        """
        if denied := refusal_of(actor, Action.WORK_FRAUD, relation=Relation.STRANGER):
            return denied
        found = self._registry.version(actor, version)
        if isinstance(found, Refusal):
            return found
        faults: list[FieldFault] = []
        if found.kind is not ArtefactKind.RULES:
            faults.append(FieldFault(("version",), "KIND_WITHOUT_DRY_RUN", "are no rules"))
        if not 0 <= (last - first).days < DAYS_MAX:
            message = f"is on or after the first day, and at most {DAYS_MAX} days in all"
            faults.append(FieldFault(("last",), "DAYS_OUT_OF_RANGE", message))
        if faults:
            return InputInvalid(tuple(faults))
        try:
            counted = self._counted(found, first, last, actor.person)
        except ArtefactUnread as unread:
            return FraudDocumentUnread(unread.version or found.id)
        return self._registry.record_dry_run(found, counted)

    def _counted(self, version: Version, first: date, last: date, by: str) -> DryRun:
        against = self._books.book(self._registry.pointer(version.scope), version.scope)
        rule_set = self._books.of(version.scope, {ArtefactKind.RULES: version.used}).rules
        looked_at: list[StoredDecision] = []
        frauds: list[StoredDecision] = []
        reached = last
        latest: date | None = None
        complete = True
        for day in (last - timedelta(days=back) for back in range((last - first).days + 1)):
            room = DECISIONS_MAX - len(looked_at)
            found = list(self._of_day(version, day, room + 1))  # one more says that there are more
            complete = len(found) <= room
            found = found[:room]
            if not complete and not found:
                break
            reached, known = day, self._frauds_of(version, day)
            looked_at += found
            latest = latest or (day if found else None)
            frauds += [stored for stored in found if stored.subject in known]
            if not complete:
                break
        tried = dry_run(rule_set, looked_at, against)
        of_frauds = dry_run(rule_set, frauds, against)
        codes = {rule.id: rule.code for rule in rule_set.rules}
        return DryRun(
            first=reached,
            last=latest or last,
            sha256=version.sha256,
            against_sha256=against.versions.rules.sha256,
            decisions=tried.looked_at,
            changed=sum(tried.changes.values()),
            before=dict(tried.before),
            after=dict(tried.after),
            spoke={codes[rule]: counts.get(Outcome.HIT, 0) for rule, counts in tried.by_rule.items()},
            frauds=of_frauds.looked_at,
            frauds_before=of_frauds.looked_at - of_frauds.before.get(Decision.APPROVE, 0),
            frauds_after=of_frauds.looked_at - of_frauds.after.get(Decision.APPROVE, 0),
            ran_at=self._clock.now(),
            by=by,
            complete=complete,
            examples=tried.examples,
        )

    def _of_day(self, version: Version, day: date, most: int) -> Iterator[StoredDecision]:
        left = most
        for shard in range(self._shards):
            position: str | None = None
            while left > 0:
                page = self._decisions.decisions_of_day(
                    version.scope, day, shard, position=position, limit=min(PAGE, left)
                )
                yield from page.decisions
                left -= len(page.decisions)
                position = page.position
                if position is None:
                    break

    def _frauds_of(self, version: Version, day: date) -> frozenset[str]:
        found: set[str] = set()
        position: str | None = None
        for _ in range(LABEL_PAGES_MAX):
            page = self._labels.labels_of_day(version.scope, day, position=position, limit=PAGE)
            found |= {label.subject for label in page.labels if label.fraud}
            position = page.position
            if position is None:
                return frozenset(found)
        raise TooManyLabels(f"{version.scope.value} {day}")
