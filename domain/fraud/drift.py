"""What follows from what has moved: a case, with one proposal, for the fraud lead to agree to or not.

Nothing is changed by a measurement. Who resolves the case by the proposal makes it happen: a rollback moves the
pointer, new thresholds pass the gate of promotions within signed bounds. To learn anew is work for people.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date
from typing import Final

from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, CaseState, Subject
from domain.cases.service import Cases
from domain.fraud import gate, thresholds
from domain.fraud import monitoring as rules
from domain.fraud.documents import canonical, sha256_of
from domain.fraud.kinds import Scope
from domain.fraud.label_model import MATURITY
from domain.fraud.monitoring_model import CaseRaised, Proposal, Signal, Watched
from domain.fraud.monitoring_service import Monitoring
from domain.fraud.monitoring_store import MonitoringStore
from domain.fraud.refusals import FraudVersionNotChampion, NoFraudVersionBefore
from domain.fraud.registry import THRESHOLDS, Registry
from domain.fraud.registry_model import ArtefactKind, Lineage, Pointer, Version, parse_version_id
from domain.fraud.thresholds import Thresholds
from domain.refusals import Refusal

SUBJECT_KIND: Final = "fraud_scope"
SIGNALS_SHOWN_MAX: Final = 6
"""The worst; the chart has them all."""
RESOLVED_DAYS: Final = 7
"""For so long after a case was resolved it is not opened again for the same: windows still hold the same days."""
VERSION: Final = "Version"


@dataclass(frozen=True, slots=True)
class Raised:
    """What an alarm is raised with."""

    scope: Scope
    proposal: Proposal
    case: str


class Drift:
    def __init__(
        self,
        *,
        monitoring: Monitoring,
        store: MonitoringStore,
        registry: Registry,
        cases: Cases,
        current_thresholds: Callable[[Pointer, Scope], Thresholds],
    ) -> None:
        """`current_thresholds`: those that decide by a pointer."""
        self._monitoring = monitoring
        self._store = store
        self._registry = registry
        self._cases = cases
        self._current = current_thresholds

    def raise_for(self, seen: Watched) -> Raised | None:
        """Opens a case for what has moved, or finds the one that says so already; None where nothing has."""
        if not seen.moved:
            return None
        pointer = self._registry.pointer(seen.scope)
        suspect = _youngest(pointer)
        moved_to = self._moved_thresholds(seen, pointer)
        age = (seen.day - _since(pointer, suspect)).days if suspect else None
        back = bool(suspect and pointer.before.get(suspect))
        proposal = rules.proposed(seen, champion_age_days=age, can_go_back=back, moved_thresholds=moved_to)
        if proposal is None:
            return None
        champion = pointer.champions[suspect].used.version if suspect else None
        about = f"{proposal.value}-{champion or 'built-in'}"
        case = self._case_of(seen, about)
        if case is None:
            moved = moved_to if proposal is Proposal.NEW_THRESHOLDS else None
            drafted = self._drafted(seen, pointer, moved) if moved else {}
            case = self._opened(seen, about, _facts(seen, proposal, champion) | drafted | _signals(seen))
        return Raised(seen.scope, proposal, case.id)

    def _case_of(self, seen: Watched, about: str) -> Case | None:
        """The latest case of the same proposal about the same champion: while it is open, or was resolved a few days
        ago and nothing has moved that had not by then.
        """
        last = self._store.raised(seen.scope, about)
        case = self._cases.opened(CaseKind.FRAUD_DRIFT, _subject(seen), key=_key(about, last.day)) if last else None
        if case is None or last is None or case.state is not CaseState.RESOLVED or case.resolution is None:
            return case
        since = seen.day - case.resolution.at.astimezone(UTC).date()
        return case if since.days < RESOLVED_DAYS and _moved(seen) <= last.moved else None

    def _opened(self, seen: Watched, about: str, facts: dict[str, str]) -> Case:
        """It is noted first: of a run that is cut off in between, the next one finds no case and opens it."""
        self._store.note_raised(CaseRaised(seen.scope, about, seen.day, _moved(seen)))
        return self._cases.open(CaseKind.FRAUD_DRIFT, _subject(seen), key=_key(about, seen.day), facts=facts)

    def decided(self, case: Case) -> Refusal | None:
        """Acts on how a case of drift was resolved. Said again, it changes nothing."""
        resolution = case.resolution
        if resolution is None:
            return None
        facts = {fact.label: fact.value for fact in case.facts}
        scope = Scope(case.subject.id)
        match resolution.code:
            case ResolutionCode.ROLL_BACK:
                return self._roll_back(scope, facts.get(VERSION), by=resolution.person, reason=resolution.reason)
            case ResolutionCode.NEW_THRESHOLDS:
                answer = self._registry.promote_agreed(case)
                return answer if isinstance(answer, Refusal) else None
        return None

    def _roll_back(self, scope: Scope, version: str | None, *, by: str, reason: str) -> Refusal | None:
        kind = _kind_of(version)
        if version is None or kind is None:
            return NoFraudVersionBefore(scope.value, ArtefactKind.MODEL.value)
        answer = self._registry.rolled_back(scope, kind, version=version, by=by, reason=reason)
        if isinstance(answer, FraudVersionNotChampion) and self._registry.was_rolled_back(version):
            return None  # by somebody else meanwhile: what was wanted is so
        return answer if isinstance(answer, Refusal) else None

    def _moved_thresholds(self, seen: Watched, pointer: Pointer) -> Thresholds | None:
        bounds = self._registry.bounds(seen.scope)
        if bounds is None:
            return None
        days = self._monitoring.days(seen.scope, rules.BASELINE_DAYS + rules.WINDOW_DAYS, last=seen.day)
        return rules.moved_thresholds(seen.day, days, self._current(pointer, seen.scope), bounds)

    def _drafted(self, seen: Watched, pointer: Pointer, moved_to: Thresholds) -> dict[str, str]:
        """The thresholds as a version, of which the bank is the author: a lead has to agree, as long as those decide
        that they replace.
        """
        body = canonical(thresholds.as_plain(moved_to))
        version = self._registry.register_committed(
            seen.scope,
            ArtefactKind.THRESHOLDS,
            body,
            lineage=Lineage(
                code_version="drift",
                note=f"proposed by the bank for what moved until {seen.day}",
                data_until=seen.day,
            ),
            key=f"{seen.scope.value}-{seen.day:%Y%m%d}-{sha256_of(body)[:12]}",
        )
        if not isinstance(version, Version):
            return {}
        moved = ", ".join(f"{decision.value} from {limit}" for decision, limit in moved_to.scores.items())
        champion = pointer.champions.get(ArtefactKind.THRESHOLDS)
        replaces = gate.replaced(champion.used.sha256 if champion else None)
        return {THRESHOLDS: version.id, gate.REPLACES: replaces, "Would decide": moved}


def _facts(seen: Watched, proposal: Proposal, champion: str | None) -> dict[str, str]:
    facts = {"Proposal": proposal.value, "Until": seen.day.isoformat()}
    return facts | {VERSION: champion} if champion else facts


def _signals(seen: Watched) -> dict[str, str]:
    said = {f"Signal {number}": _said(signal) for number, signal in enumerate(_worst(seen), 1)}
    looked_at = rules.WINDOW_DAYS + MATURITY[seen.scope].days
    if seen.unknown_moved:
        said["Outcomes unknown"] = f"{_said(seen.unknown_moved)}: precision and recall moved with it"
    return said | {"Too early to know": f"{_decimal(seen.immature_millionths)} of the last {looked_at} days"}


def _subject(seen: Watched) -> Subject:
    return Subject(SUBJECT_KIND, seen.scope.value)


def _key(about: str, day: date) -> str:
    return f"{about}-{day:%Y%m%d}"


def _moved(seen: Watched) -> frozenset[str]:
    return frozenset(f"{signal.measure.value} {signal.subject}" for signal in seen.moved)


def _youngest(pointer: Pointer) -> ArtefactKind | None:
    """Of model and rules the one that changed last: what is suspected first."""
    kinds = [kind for kind in (ArtefactKind.MODEL, ArtefactKind.RULES) if kind in pointer.champions]
    return max(kinds, key=lambda kind: pointer.champions[kind].since, default=None)


def _since(pointer: Pointer, kind: ArtefactKind) -> date:
    return pointer.champions[kind].since.astimezone(UTC).date()


def _kind_of(version: str | None) -> ArtefactKind | None:
    parts = parse_version_id(version or "")
    return parts[1] if parts else None


def _worst(seen: Watched) -> list[Signal]:
    """What labels say first; then indices, by how far they are above their limits."""
    return sorted(seen.moved, key=_rank)[:SIGNALS_SHOWN_MAX]


def _rank(signal: Signal) -> tuple[bool, int, str]:
    index = signal.measure in rules.INDICES
    return index, -(rules.of_a_shift_millionths(signal) if index else signal.millionths), signal.subject


def _said(signal: Signal) -> str:
    return (
        f"{signal.measure.value} of {signal.subject}: {_decimal(signal.millionths)},"
        f" limit {_decimal(signal.limit_millionths)}, of {signal.counted}"
    )


def _decimal(millionths: int) -> str:
    return f"{millionths // 1_000_000}.{millionths % 1_000_000 // 100:04d}"
