"""What one request reads of fraud: each thing once, counted, and on record as a look before it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from domain.audit.model import Look
from domain.ids import ID_LENGTH_MAX, is_id, prefix_of
from domain.refusals import NotFound, Refusal
from graph.loaders import Loader

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from domain.access.model import Actor
    from domain.fraud.books import Books
    from domain.fraud.decision_desk import Again, DecisionDesk, Wanted
    from domain.fraud.decision_store import DecisionPage
    from domain.fraud.gate import Missing, ShadowDay
    from domain.fraud.gate_evidence import BoundsInForce
    from domain.fraud.kinds import Scope
    from domain.fraud.label_model import Label
    from domain.fraud.labels import Labels
    from domain.fraud.list_changes import ListChanges
    from domain.fraud.lists import Entry
    from domain.fraud.model import StoredDecision
    from domain.fraud.monitoring_model import DayFigures, Point
    from domain.fraud.monitoring_service import Monitoring
    from domain.fraud.refusals import FraudDocumentUnread
    from domain.fraud.registry import Registry
    from domain.fraud.registry_model import ArtefactKind, Pointer, Snoozes, Version, VersionPage
    from domain.fraud.snoozing import Snoozing
    from domain.fraud.thresholds import Bounds, Thresholds
    from graph.context import Context

SUBJECTS: Final = ("pay", "jrn")
"""What is judged: a payment, or a journal."""
LISTS_OF_A_DAY: Final = 9
"""A day's decisions are read from eight lists, and themselves together."""
SHADOW_DAYS: Final = 60
"""As long as a shadow runs at most."""
SERIES_READS: Final = 8
"""Pages of a quarter's days and of their labels, and the model's own document."""
BYTES_OF_A_READ: Final = 10_000
"""So many bytes of a document count as one read more, as of what partners delivered."""


class DryRuns(Protocol):
    def run(self, actor: Actor, version: str, *, first: date, last: date) -> Version | Refusal:
        """Tries rules on the decisions of these days, and keeps what came out with the version.

        Refusals: NotFound, NotAllowed, InputInvalid, FraudVersionState, FraudDocumentUnread, FraudRegistryBusy.
        """
        ...


class FraudDesk(Protocol):
    """The part of the bank that is asked about fraud."""

    @property
    def books(self) -> Books: ...
    @property
    def decision_desk(self) -> DecisionDesk: ...
    @property
    def registry(self) -> Registry: ...
    @property
    def list_changes(self) -> ListChanges: ...
    @property
    def snoozing(self) -> Snoozing: ...
    @property
    def labels(self) -> Labels: ...
    @property
    def monitoring(self) -> Monitoring: ...
    @property
    def dry_runs(self) -> DryRuns: ...


@dataclass(slots=True)
class FraudLooks:
    context: Context
    _again: dict[str, Again | None] = field(default_factory=dict)
    _pointers: dict[Scope, Pointer] = field(default_factory=dict)
    _days: dict[Scope, Mapping[date, DayFigures]] = field(default_factory=dict)
    _documents: dict[str, bytes | None] = field(default_factory=dict)
    _thresholds: dict[Scope, Thresholds | None] = field(default_factory=dict)
    _bounds: dict[Scope, BoundsInForce | None] = field(default_factory=dict)
    _labels: Loader[str, Label] = field(init=False)
    _cases: Loader[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._labels = Loader(self._read_labels)
        self._cases = Loader(self._read_cases)

    # Decisions.

    def decision(self, subject: str) -> StoredDecision | Refusal:
        if not is_subject(subject):
            return NotFound(subject[:ID_LENGTH_MAX])
        self.context.spend()
        found = self.context.fraud_desk.decision_desk.decision(self.context.actor, subject)
        if isinstance(found, Refusal):
            self._looked("fraud_decision", subject, refusal=found)
        else:
            self._looked_at_decisions([found])
        return found

    def decisions_of_day(
        self, scope: Scope, day: date, *, position: str | None, limit: int, wanted: Wanted
    ) -> DecisionPage | Refusal:
        self.context.spend(LISTS_OF_A_DAY)
        desk = self.context.fraud_desk.decision_desk
        return self._page(desk.of_day(self.context.actor, scope, day, position=position, limit=limit, wanted=wanted))

    def decisions_of_customer(
        self, customer: str, *, position: str | None, limit: int, wanted: Wanted
    ) -> DecisionPage | Refusal:
        self.context.spend(2)
        desk = self.context.fraud_desk.decision_desk
        return self._page(desk.of_customer(self.context.actor, customer, position=position, limit=limit, wanted=wanted))

    def again(self, stored: StoredDecision) -> Again | None:
        """The decision made again: once for all that a request asks of it."""
        if stored.subject not in self._again:
            self.context.spend()
            self._again[stored.subject] = self.context.fraud_desk.decision_desk.again(stored)
        return self._again[stored.subject]

    def label(self, subject: str) -> Label | None:
        """What is known of it; those of a page are read together."""
        return self._labels.get(subject)

    def case_of(self, subject: str) -> str | None:
        """Of a payment that a person decides on, or decided; those of a page are read together."""
        return self._cases.get(subject)

    def _read_labels(self, subjects: Sequence[str]) -> Mapping[str, Label]:
        self.context.spend()
        return self.context.fraud_desk.labels.of_each(subjects)

    def _read_cases(self, subjects: Sequence[str]) -> Mapping[str, str]:
        payments = [one for one in subjects if prefix_of(one) == "pay"]
        transfers = [one for one in subjects if prefix_of(one) != "pay"]
        found: dict[str, str] = {}
        if payments:
            self.context.spend()
            found |= self.context.bank.ach.cases_of(payments)
        if transfers:
            self.context.spend()
            found |= self.context.bank.transfers.reviews.cases_of(transfers)
        return found

    # Versions.

    def pointer(self, scope: Scope) -> Pointer:
        if scope not in self._pointers:
            self.context.spend()
            self._pointers[scope] = self.context.fraud_desk.registry.pointer(scope)
        return self._pointers[scope]

    def version(self, version: str) -> Version | Refusal:
        if len(version) > ID_LENGTH_MAX:
            return NotFound(version[:ID_LENGTH_MAX])
        self.context.spend()
        found = self.context.fraud_desk.registry.version(self.context.actor, version)
        self._looked("fraud_version", version, refusal=found if isinstance(found, Refusal) else None)
        return found

    def versions(self, scope: Scope, kind: ArtefactKind, *, before: int | None, limit: int) -> VersionPage | Refusal:
        self.context.spend()
        found = self.context.fraud_desk.registry.versions(self.context.actor, scope, kind, before=before, limit=limit)
        if not isinstance(found, Refusal):
            looks = (_look("fraud_version", version.id) for version in found.versions)
            self.context.bank.audit.record_looks(self.context.actor, list(looks))
        return found

    def document(self, version: Version) -> bytes | None:
        """The bytes of a version's document, read once; None where they are not to be had."""
        if version.sha256 not in self._documents:
            from domain.fraud.artefacts import ArtefactUnread  # noqa: PLC0415  (with the first document that is shown)

            self.context.spend()
            try:
                found = self.context.fraud_desk.registry.document(self.context.actor, version.id)
            except ArtefactUnread:
                found = NotFound(version.id)
            self._documents[version.sha256] = None if isinstance(found, Refusal) else found
            self.context.spend(len(self._documents[version.sha256] or b"") // BYTES_OF_A_READ)
        return self._documents[version.sha256]

    def thresholds(self, pointer: Pointer) -> tuple[Thresholds | None, Bounds | None]:
        """The thresholds that decide, None where they cannot be read; and their bounds, None where none are signed."""
        if pointer.scope not in self._thresholds:
            from domain.fraud.artefacts import ArtefactUnread  # noqa: PLC0415  (as above)

            self.context.spend()
            try:
                found = self.context.fraud_desk.books.thresholds(pointer, pointer.scope)
            except ArtefactUnread:
                found = None
            self._thresholds[pointer.scope] = found
        return self._thresholds[pointer.scope], self.bounds(pointer.scope)

    # What gates look at, once for all versions of a scope.

    def bounds(self, scope: Scope) -> Bounds | None:
        """Their signature verified."""
        found = self.bounds_in_force(scope)
        return found.bounds if found else None

    def bounds_in_force(self, scope: Scope) -> BoundsInForce | None:
        if scope not in self._bounds:
            self.context.spend()
            self._bounds[scope] = self.context.fraud_desk.registry.bounds_in_force(scope)
        return self._bounds[scope]

    def shadow_days(self, scope: Scope, version: str) -> tuple[ShadowDay, ...]:
        from domain.fraud.monitoring import shadow_days  # noqa: PLC0415  (with the first version that is shown)

        return shadow_days(version, self.days(scope, SHADOW_DAYS))

    def missing(self, version: Version) -> tuple[Missing, ...] | FraudDocumentUnread:
        """What its promotion would lack right now. Of each version its approval is read, and of thresholds what they
        say: two reads at most."""
        self.context.spend(2 if version.approval else 1)
        return self.context.fraud_desk.registry.missing_of(version, self.pointer(version.scope), self)

    def days(self, scope: Scope, length: int) -> Mapping[date, DayFigures]:
        """Figures of the last days that are counted: for all that a request asks of a scope, as many."""
        if scope not in self._days:
            self.context.spend(2)
            self._days[scope] = self.context.fraud_desk.monitoring.days(scope, length)
        return self._days[scope]

    # Lists, snoozes, series.

    def entries(self, scope: Scope) -> tuple[Entry, ...] | Refusal:
        self.context.spend(2)
        found = self.context.fraud_desk.list_changes.entries(self.context.actor, scope)
        self._looked("fraud_lists", scope.value, refusal=found if isinstance(found, Refusal) else None)
        return found

    def snoozes(self, customer: str) -> Snoozes | Refusal:
        if len(customer) > ID_LENGTH_MAX or not is_id(customer) or prefix_of(customer) != "cus":
            return NotFound(customer[:ID_LENGTH_MAX])
        self.context.spend()
        found = self.context.fraud_desk.snoozing.of(self.context.actor, customer)
        refusal = found if isinstance(found, Refusal) else None
        self._looked("fraud_snoozes", customer, customer=customer, refusal=refusal)
        return found

    def series(self, scope: Scope, first: date, last: date) -> tuple[Point, ...] | Refusal:
        self.context.spend(SERIES_READS)
        found = self.context.fraud_desk.monitoring.series(self.context.actor, scope, first=first, last=last)
        self._looked("fraud_series", scope.value, refusal=found if isinstance(found, Refusal) else None)
        return found

    def scopes(self, scopes: Iterable[Scope]) -> list[Pointer]:
        """What decides in each of them."""
        looks = [_look("fraud_scope", scope.value) for scope in scopes]
        self.context.bank.audit.record_looks(self.context.actor, looks)
        return [self.pointer(scope) for scope in scopes]

    # On record.

    def _page(self, found: DecisionPage | Refusal) -> DecisionPage | Refusal:
        if not isinstance(found, Refusal):
            self._looked_at_decisions(found.decisions)
        return found

    def _looked_at_decisions(self, decisions: Sequence[StoredDecision]) -> None:
        """On record for the customer whose payment it was. What else is known of them is read together."""
        subjects = [one.subject for one in decisions]
        self._labels.expect(subjects)
        self._cases.expect(subjects)
        looks = [_look("fraud_decision", one.subject, customer=one.customer, account=one.account) for one in decisions]
        self.context.bank.audit.record_looks(self.context.actor, looks)

    def _looked(self, kind: str, subject: str, *, customer: str | None = None, refusal: Refusal | None = None) -> None:
        look = _look(kind, subject, customer=customer, refusal=refusal)
        self.context.bank.audit.record_looks(self.context.actor, [look])


def is_subject(text: str) -> bool:
    """Whether it has the shape of something that is judged."""
    return len(text) <= ID_LENGTH_MAX and prefix_of(text) in SUBJECTS and is_id(text)


def _look(
    kind: str,
    subject: str,
    *,
    customer: str | None = None,
    account: str | None = None,
    refusal: Refusal | None = None,
) -> Look:
    return Look(
        action=f"view_{kind}",
        subject_kind=kind,
        subject_id=subject,
        customer=customer,
        account=account,
        refusal=refusal,
    )
