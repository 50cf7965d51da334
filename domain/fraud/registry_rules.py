"""How versions move, as pure functions: the gate of promotions, what the pointer is to say next, what a version is.

The gate is a list of conditions for each kind. There is no way to a pointer with a new champion but `promoted`, and
that asks the gate; nothing that a caller passes takes a condition away.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.access.model import Approval, ApprovalState
from domain.fraud.documents import canonical, sha256_of
from domain.fraud.refusals import (
    FraudGateClosed,
    FraudLimitReached,
    FraudVersionNotChampion,
    FraudVersionState,
    NoFraudVersionBefore,
)
from domain.fraud.registry_items import backtest_map
from domain.fraud.registry_model import (
    BUILT_IN_NUMBER,
    ArtefactKind,
    Backtest,
    Champion,
    DryRun,
    Left,
    Pointer,
    Raised,
    Retired,
    Shadow,
    Snooze,
    Snoozes,
    Version,
    VersionState,
)
from domain.refusals import FieldFault, NotAllowed

FOLDS_MIN: Final = 4
"""As the protocol has them. A spread of fewer says nothing."""
SHADOW_DAYS_MIN: Final = 7
"""Every day of the week once."""
SHADOW_SHARE_MIN_PERCENT: Final = 95
"""Of a day's decisions that were no fallback: a shadow that ran all day misses a few while its document is read, one
that was started in the evening most."""
SHADOW_DECISIONS_MIN: Final = 500
"""Below this a difference of one in a hundred is not seen."""
SHADOW_AGE_MAX: Final = timedelta(days=14)
"""A run that ended before then is about payments of another time; so is a dry run whose last decision is older."""
DRY_RUN_DECISIONS_MIN: Final = 100
"""Fewer payments show nothing of a rule that speaks on one in a hundred."""
SHADOWS_MAX: Final = 3
"""Of a scope at once: each is scored with every decision."""
SHADOW_RUN_MAX: Final = timedelta(days=60)
"""A shadow that nobody looks at any more ends by itself."""
BEFORE_MAX: Final = 5
"""Champions to go back to, of each kind; the pointer is read with every decision."""
SNOOZE_MAX: Final = timedelta(days=180)
"""Half a year on, somebody looks again whether the rule is still wrong about this customer."""
SNOOZES_MAX: Final = 20
"""Of one customer at once: who needs more is not well described by rules, which is to be seen."""
REASON_LENGTH_MAX: Final = 500
APPROVAL_LIFETIME: Final = timedelta(days=3)
"""Over a weekend; what was measured is looked at again after that."""
SPENT_GRACE: Final = timedelta(hours=1)
"""An approval that was spent in its last moment still allows the write that it was spent for; later it is too old."""
BUILT_IN: Final = "the built-in document"
"""What a first champion of a kind replaces."""
DOCUMENT: Final = "Document"
REPLACES: Final = "Replaces"
BACKTEST: Final = "Backtest"
"""Facts of what a checker agrees to: the bytes, those of the champion that they replace, and what was measured."""
SHADOWED: Final = frozenset({ArtefactKind.MODEL, ArtefactKind.RULES})
"""What runs beside the champions before it decides."""


class Missing(StrEnum):
    """What a promotion may lack."""

    COMMIT = "COMMIT"
    BACKTEST = "BACKTEST"
    BACKTEST_OF_OTHER_DOCUMENT = "BACKTEST_OF_OTHER_DOCUMENT"
    BACKTEST_OF_OTHER_CHAMPION = "BACKTEST_OF_OTHER_CHAMPION"
    BACKTEST_ON_OTHER_ROWS = "BACKTEST_ON_OTHER_ROWS"
    BACKTEST_FOLDS = "BACKTEST_FOLDS"
    BACKTEST_BETTER = "BACKTEST_BETTER"
    DRY_RUN = "DRY_RUN"
    DRY_RUN_OF_OTHER_CHAMPION = "DRY_RUN_OF_OTHER_CHAMPION"
    DRY_RUN_RECENT = "DRY_RUN_RECENT"
    SHADOW_RUN = "SHADOW_RUN"
    SHADOW_DECISIONS = "SHADOW_DECISIONS"
    SHADOW_RECENT = "SHADOW_RECENT"
    BOUNDS = "BOUNDS"
    WITHIN_BOUNDS = "WITHIN_BOUNDS"
    APPROVAL = "APPROVAL"
    APPROVAL_BY_ANOTHER = "APPROVAL_BY_ANOTHER"
    APPROVAL_OF_OTHER_CHAMPION = "APPROVAL_OF_OTHER_CHAMPION"
    APPROVAL_OF_OTHER_BACKTEST = "APPROVAL_OF_OTHER_BACKTEST"


class BoundsVerdict(StrEnum):
    """What the signed bounds say of thresholds."""

    WITHIN = "WITHIN"
    OUTSIDE = "OUTSIDE"
    UNTRUSTED = "UNTRUSTED"
    """There are none, or they are not signed by the key that signs bounds."""


@dataclass(frozen=True, slots=True)
class ShadowDay:
    """Decisions of one day beside which the version was asked, counted from what is stored of them."""

    day: date
    decisions: int
    decided: int
    """All that were no fallback: beside the others no version is asked."""

    @property
    def whole(self) -> bool:
        """Whether it was asked all day long. A day without decisions shows nothing."""
        return self.decisions > 0 and 100 * self.decisions >= SHADOW_SHARE_MIN_PERCENT * self.decided


@dataclass(frozen=True, slots=True)
class Consent:
    """Who asked for a promotion, and who agreed, as the approval or the case says that is about this version."""

    maker: str
    checkers: tuple[str, ...]
    approval: str | None
    replaces: str | None
    """SHA-256 of the champion that they were told it replaces, or BUILT_IN; None where they were told of none."""
    backtest: str | None = None
    """SHA-256 of the backtest that they were shown; None where they were shown none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the gate looks at. All of it is read by whoever promotes from where it is kept, and none is passed in."""

    champion_sha256: str | None
    """Of the document that the version would replace; None where nothing was promoted."""
    built_in_sha256: str | None
    """Of the document that decides where nothing was promoted; None of a kind that has none."""
    shadow_days: tuple[ShadowDay, ...]
    bounds: BoundsVerdict
    consent: Consent | None
    authors: frozenset[str] = frozenset()
    """Who has registered these very bytes before, as an earlier version of the kind."""


Condition = Callable[[Version, Evidence, datetime], tuple[Missing, ...]]


def state_of(version: Version, pointer: Pointer) -> VersionState:
    """What the version is. That it decides, or did, the pointer says first, whatever has been noted with it or not yet;
    that it came to nothing is noted with it alone, and holds even if somebody began a shadow run of it meanwhile.
    """
    champion = pointer.champions.get(version.kind)
    if champion and champion.used.version == version.id:
        return VersionState.CHAMPION
    if version.number == BUILT_IN_NUMBER:
        return VersionState.RETIRED if champion else VersionState.CHAMPION
    if version.raised or version.retired or _was_champion(version, pointer):
        return VersionState.RETIRED
    if any(shadow.used.version == version.id for shadow in pointer.shadows):
        return VersionState.SHADOW
    return VersionState.DRAFT


def _was_champion(version: Version, pointer: Pointer) -> bool:
    before = pointer.before.get(version.kind, ())
    return any(one and one.used.version == version.id for one in before) or any(
        left.champion.used.version == version.id for left in pointer.left
    )


# The gate.


def better_than_its_spread(challenger: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether the mean of the differences, fold by fold, exceeds their sample standard deviation (n - 1).

    With S the sum of n differences and Q the sum of their squares: S > 0 and S²(n-1) > n²·Q - n·S², in integers.
    """
    differences = [ours - theirs for ours, theirs in zip(challenger, other, strict=True)]
    n, total = len(differences), sum(differences)
    squares = sum(difference * difference for difference in differences)
    return n > 1 and total > 0 and total * total * (n - 1) > n * n * squares - n * total * total


def _committed(version: Version, _: Evidence, __: datetime) -> tuple[Missing, ...]:
    return () if version.committed_at else (Missing.COMMIT,)


def _backtest(version: Version, evidence: Evidence, _: datetime) -> tuple[Missing, ...]:
    backtest = version.backtest
    if backtest is None:
        return (Missing.BACKTEST,)
    missing: list[Missing] = []
    if backtest.model_sha256 != version.sha256:
        missing.append(Missing.BACKTEST_OF_OTHER_DOCUMENT)
    if backtest.champion_sha256 != evidence.champion_sha256:
        missing.append(Missing.BACKTEST_OF_OTHER_CHAMPION)
    if backtest.champion_sha256 is not None and backtest.champion_data_sha256 != backtest.data_sha256:
        missing.append(Missing.BACKTEST_ON_OTHER_ROWS)
    if len(backtest.folds) < FOLDS_MIN or len({fold.start for fold in backtest.folds}) < len(backtest.folds):
        missing.append(Missing.BACKTEST_FOLDS)
    elif not _better(backtest):
        missing.append(Missing.BACKTEST_BETTER)
    return tuple(missing)


def _better(backtest: Backtest) -> bool:
    """Than the champion, or where there is none than the random forest."""
    champion = tuple(fold.champion for fold in backtest.folds if fold.champion is not None)
    other = champion if backtest.champion_sha256 else tuple(fold.forest for fold in backtest.folds)
    ours = tuple(fold.challenger for fold in backtest.folds)
    return len(other) == len(ours) and better_than_its_spread(ours, other)


def _dry_run(version: Version, evidence: Evidence, now: datetime) -> tuple[Missing, ...]:
    run = version.dry_run
    if run is None or run.sha256 != version.sha256 or run.decisions < DRY_RUN_DECISIONS_MIN:
        return (Missing.DRY_RUN,)
    missing: list[Missing] = []
    if run.against_sha256 != (evidence.champion_sha256 or evidence.built_in_sha256):
        missing.append(Missing.DRY_RUN_OF_OTHER_CHAMPION)
    if run.last < (now - SHADOW_AGE_MAX).date():
        missing.append(Missing.DRY_RUN_RECENT)
    return tuple(missing)


def _shadow_run(_: Version, evidence: Evidence, now: datetime) -> tuple[Missing, ...]:
    counted = {day.day: day.decisions for day in evidence.shadow_days if day.whole}
    missing: list[Missing] = []
    if len(counted) < SHADOW_DAYS_MIN:
        missing.append(Missing.SHADOW_RUN)
    if sum(counted.values()) < SHADOW_DECISIONS_MIN:
        missing.append(Missing.SHADOW_DECISIONS)
    if not counted or max(counted) < (now - SHADOW_AGE_MAX).date():
        missing.append(Missing.SHADOW_RECENT)
    return tuple(missing)


def _bounds(_: Version, evidence: Evidence, __: datetime) -> tuple[Missing, ...]:
    match evidence.bounds:
        case BoundsVerdict.WITHIN:
            return ()
        case BoundsVerdict.OUTSIDE:
            return (Missing.WITHIN_BOUNDS,)
    return (Missing.BOUNDS,)


def _consent(version: Version, evidence: Evidence, _: datetime) -> tuple[Missing, ...]:
    """Another than who asked, and than whoever is an author of the bytes, has agreed to this: in the place of the
    champion that decides, and with the backtest that is kept.
    """
    consent = evidence.consent
    if consent is None or not consent.checkers:
        return (Missing.APPROVAL,)
    missing: list[Missing] = []
    if not set(consent.checkers) - {version.author, consent.maker, *evidence.authors}:
        missing.append(Missing.APPROVAL_BY_ANOTHER)
    if consent.replaces != replaced(evidence.champion_sha256):
        missing.append(Missing.APPROVAL_OF_OTHER_CHAMPION)
    if consent.backtest != (backtest_sha256(version.backtest) if version.backtest else None):
        missing.append(Missing.APPROVAL_OF_OTHER_BACKTEST)
    return tuple(missing)


def replaced(champion_sha256: str | None) -> str:
    """What a version is said to replace."""
    return champion_sha256 or BUILT_IN


def backtest_sha256(backtest: Backtest) -> str:
    """Of the record, all of it: measured again, it is another one."""
    return sha256_of(canonical(backtest_map(backtest)))


GATE: Final[Mapping[ArtefactKind, tuple[Condition, ...]]] = {
    ArtefactKind.MODEL: (_committed, _backtest, _shadow_run, _consent),
    ArtefactKind.RULES: (_committed, _dry_run, _shadow_run, _consent),
    ArtefactKind.THRESHOLDS: (_committed, _bounds, _consent),
}
"""What each kind needs. Lists are changed entry by entry, by `list_changes`."""


def missing(version: Version, evidence: Evidence, now: datetime) -> tuple[Missing, ...]:
    """All that the gate misses, in the order of its conditions."""
    return tuple(found for condition in _gate(version) for found in condition(version, evidence, now))


def missing_before_asking(version: Version, evidence: Evidence, now: datetime) -> tuple[Missing, ...]:
    """All but the consent that is asked for."""
    return tuple(
        found
        for condition in _gate(version)
        if condition is not _consent
        for found in condition(version, evidence, now)
    )


def _gate(version: Version) -> tuple[Condition, ...]:
    """Raises KeyError for lists, which are not promoted."""
    return GATE[version.kind]


def consent_of(approval: Approval, state: ApprovalState) -> Consent | None:
    """What an approval says that was given, or given and spent already."""
    if state not in (ApprovalState.APPROVED, ApprovalState.USED):
        return None
    shown = {fact.label: fact.value for fact in approval.proposal.shown}
    checkers = tuple(check.person for check in approval.checks)
    return Consent(approval.maker, checkers, approval.id, shown.get(REPLACES), shown.get(BACKTEST))


# What the pointer says next.


def promoted(
    pointer: Pointer, version: Version, *, evidence: Evidence, by: str, reason: str, now: datetime
) -> Pointer | FraudGateClosed | FraudVersionState:
    """The pointer with the version as champion of its kind. Said again, it changes nothing."""
    state = state_of(version, pointer)
    if state is VersionState.CHAMPION:
        return pointer
    if state is VersionState.RETIRED:
        return FraudVersionState(version.id, state.value)
    if lacking := missing(version, evidence, now):
        return FraudGateClosed(version.id, ",".join(lacking))
    approval = evidence.consent.approval if evidence.consent else None
    return _raised(pointer, version, by=by, approval=approval, reason=reason, now=now)


def relisted(pointer: Pointer, lists: Champion, *, reason: str, now: datetime) -> Pointer:
    """The pointer with these lists. Nothing goes back to the lists before them: that would take away entries that deny,
    for which one person is not enough.
    """
    return replace(
        pointer,
        champions={**pointer.champions, ArtefactKind.LISTS: lists},
        changed_at=now,
        changed_by=lists.by,
        reason=reason,
        revision=pointer.revision + 1,
    )


def _raised(
    pointer: Pointer, version: Version, *, by: str, approval: str | None, reason: str, now: datetime
) -> Pointer:
    kind = version.kind
    was = pointer.champions.get(kind)
    before = (was, *pointer.before.get(kind, ()))[:BEFORE_MAX]
    return replace(
        pointer,
        champions={**pointer.champions, kind: Champion(version.used, now, by, approval)},
        before={**pointer.before, kind: before},
        shadows=tuple(shadow for shadow in pointer.shadows if shadow.used != version.used),
        changed_at=now,
        changed_by=by,
        reason=reason,
        revision=pointer.revision + 1,
    )


def rolled_back(
    pointer: Pointer, kind: ArtefactKind, *, version: str, by: str, reason: str, now: datetime
) -> Pointer | NoFraudVersionBefore | FraudVersionNotChampion:
    """The pointer with the champion before `version`, which is the one that it is meant to end.

    Nothing is asked of the documents: the one that goes may be missing or unreadable, and often is why.
    """
    champion = pointer.champions.get(kind)
    if champion is None or champion.used.version != version:
        known = [left for left in pointer.left if left.kind is kind and left.champion.used.version == version]
        if known and known[-1].by == by:
            return pointer  # said again
        if champion is None:
            return NoFraudVersionBefore(pointer.scope.value, kind.value)
        return FraudVersionNotChampion(version, champion.used.version)
    before = pointer.before.get(kind, ())
    if not before:
        return NoFraudVersionBefore(pointer.scope.value, kind.value)
    earlier, *rest = before
    champions = {other: one for other, one in pointer.champions.items() if other is not kind}
    if earlier is not None:
        champions[kind] = earlier
    return replace(
        pointer,
        champions=champions,
        before={**pointer.before, kind: tuple(rest)},
        left=(*pointer.left, Left(kind, champion, now, by, reason)),
        changed_at=now,
        changed_by=by,
        reason=reason,
        revision=pointer.revision + 1,
    )


def shadowing(
    pointer: Pointer, version: Version, *, until: datetime, by: str, now: datetime
) -> Pointer | FraudVersionState | FraudLimitReached:
    """The pointer with the version beside the champions until then. Said again, it changes nothing."""
    state = state_of(version, pointer)
    if state in (VersionState.CHAMPION, VersionState.RETIRED):
        return FraudVersionState(version.id, state.value)
    if version.committed_at is None:
        return FraudVersionState(version.id, "NOT_COMMITTED")
    running = tuple(shadow for shadow in pointer.shadows if shadow.until > now)
    if any(shadow.used == version.used for shadow in running):
        return pointer
    if len(running) >= SHADOWS_MAX:
        return FraudLimitReached("SHADOWS", SHADOWS_MAX)
    shadow = Shadow(version.kind, version.used, now, until)
    return _shadows(pointer, (*running, shadow), by, f"shadow run of {version.id} begins", now)


def unshadowed(pointer: Pointer, version: Version, *, by: str, now: datetime) -> Pointer:
    """The pointer without the shadow. Said again, it changes nothing."""
    left = tuple(shadow for shadow in pointer.shadows if shadow.used != version.used)
    if left == pointer.shadows:
        return pointer
    return _shadows(pointer, left, by, f"shadow run of {version.id} ends", now)


def _shadows(pointer: Pointer, shadows: tuple[Shadow, ...], by: str, reason: str, now: datetime) -> Pointer:
    return replace(
        pointer, shadows=shadows, changed_at=now, changed_by=by, reason=reason, revision=pointer.revision + 1
    )


def shadows_at(pointer: Pointer, at: datetime) -> tuple[Shadow, ...]:
    return tuple(shadow for shadow in pointer.shadows if shadow.since <= at < shadow.until)


# What is noted with the versions, once the pointer has said it.


def notes(pointer: Pointer) -> Mapping[str, tuple[Champion, Retired | None]]:
    """Version -> what is to be noted with it, of all that are or were champions by the pointer."""
    found: dict[str, tuple[Champion, Retired | None]] = {}
    for before in pointer.before.values():
        found |= {one.used.version: (one, None) for one in before if one}
    for left in pointer.left:
        found[left.champion.used.version] = left.champion, Retired(left.at, left.by, left.reason)
    found |= {one.used.version: (one, None) for one in pointer.champions.values()}
    return found


def noted(version: Version, champion: Champion, retired: Retired | None) -> Version:
    """The version with the notes. Noted again, it stays as it is. Lists are committed by deciding."""
    said = replace(
        version,
        sha256=champion.used.sha256,
        raised=Raised(champion.since, champion.by, champion.approval),
        retired=retired or version.retired,
        committed_at=version.committed_at or champion.since,
    )
    return version if said == version else replace(said, revision=version.revision + 1)


def settled(pointer: Pointer) -> Pointer:
    """The pointer without those who left, once they are noted: part of its next change."""
    return replace(pointer, left=())


# Versions before they decide.


def redrafted(version: Version, sha256: str, *, by: str) -> Version | NotAllowed | FraudVersionState:
    """The draft with another document; what was measured of the old one goes with it."""
    if version.author != by:
        return NotAllowed()
    if version.committed_at or version.retired:
        return FraudVersionState(version.id, "RETIRED" if version.retired else "COMMITTED")
    if version.sha256 == sha256:
        return version
    return replace(version, sha256=sha256, backtest=None, dry_run=None, revision=version.revision + 1)


def committed(version: Version, *, by: str, now: datetime) -> Version | NotAllowed | FraudVersionState:
    if version.author != by:
        return NotAllowed()
    if version.retired:
        return FraudVersionState(version.id, VersionState.RETIRED.value)
    if version.committed_at:
        return version
    return replace(version, committed_at=now, revision=version.revision + 1)


def backtested(version: Version, backtest: Backtest, pointer: Pointer) -> Version | FraudVersionState:
    return _measured(version, pointer, replace(version, backtest=backtest))


def dry_ran(version: Version, run: DryRun, pointer: Pointer) -> Version | FraudVersionState:
    return _measured(version, pointer, replace(version, dry_run=run))


def asked_for(version: Version, approval: str) -> Version:
    if version.approval == approval:
        return version
    return replace(version, approval=approval, revision=version.revision + 1)


def retired(version: Version, end: Retired, pointer: Pointer) -> Version | FraudVersionState:
    """The version ended, if it never decided. Said again, it changes nothing."""
    if version.retired and not version.raised:
        return version
    state = state_of(version, pointer)
    if state in (VersionState.CHAMPION, VersionState.RETIRED):
        return FraudVersionState(version.id, state.value)
    return replace(version, retired=end, revision=version.revision + 1)


def _measured(version: Version, pointer: Pointer, measured: Version) -> Version | FraudVersionState:
    """What is measured of a version is kept while somebody may decide by it."""
    state = state_of(version, pointer)
    if state in (VersionState.CHAMPION, VersionState.RETIRED):
        return FraudVersionState(version.id, state.value)
    return version if measured == version else replace(measured, revision=version.revision + 1)


# Snoozes.


def snoozed(snoozes: Snoozes, snooze: Snooze) -> Snoozes | FraudLimitReached:
    """With the snooze in the place of an earlier one of the same rule; those that are over are left out."""
    kept = tuple(one for one in snoozes.snoozes if one.rule != snooze.rule and one.until > snooze.since)
    if len(kept) >= SNOOZES_MAX:
        return FraudLimitReached("SNOOZES", SNOOZES_MAX)
    return replace(snoozes, snoozes=(*kept, snooze), revision=snoozes.revision + 1)


def woken(snoozes: Snoozes, rule: str, now: datetime) -> Snoozes:
    """Without the snooze of the rule. Said again, it changes nothing."""
    kept = tuple(one for one in snoozes.snoozes if one.rule != rule and one.until > now)
    running = tuple(one for one in snoozes.snoozes if one.until > now)
    return snoozes if kept == running else replace(snoozes, snoozes=kept, revision=snoozes.revision + 1)


def snoozed_at(snoozes: Snoozes, at: datetime) -> tuple[str, ...]:
    """Ids of the rules that do not speak on the customer at that moment, in their order."""
    return tuple(sorted(one.rule for one in snoozes.snoozes if one.since <= at < one.until))


def until_faults(until: datetime, now: datetime, most: timedelta, *path: str) -> tuple[FieldFault, ...]:
    if now < until <= now + most:
        return ()
    return (FieldFault(path, "UNTIL_OUT_OF_RANGE", f"lies ahead, and at most {most.days} days"),)


def reason_faults(reason: str, *path: str) -> tuple[FieldFault, ...]:
    if reason.strip() and len(reason) <= REASON_LENGTH_MAX and reason.isprintable():
        return ()
    message = f"is 1 to {REASON_LENGTH_MAX} printable characters on one line, not all of them blanks"
    return (FieldFault(path or ("reason",), "REASON_MALFORMED", message),)
