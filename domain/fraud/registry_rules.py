"""How versions move, as pure functions: what the pointer is to say next, what a version is.

There is no way to a pointer with a new champion but `promoted`, and that asks the gate.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from domain.fraud import gate
from domain.fraud.refusals import (
    FraudGateClosed,
    FraudLimitReached,
    FraudVersionNotChampion,
    FraudVersionState,
    NoFraudVersionBefore,
)
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
SHADOWED: Final = frozenset({ArtefactKind.MODEL, ArtefactKind.RULES})
"""What runs beside the champions before it decides."""


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


# What the pointer says next.


def promoted(
    pointer: Pointer, version: Version, *, evidence: gate.Evidence, by: str, reason: str, now: datetime
) -> Pointer | FraudGateClosed | FraudVersionState:
    """The pointer with the version as champion of its kind. Said again, it changes nothing."""
    state = state_of(version, pointer)
    if state is VersionState.CHAMPION:
        return pointer
    if state is VersionState.RETIRED:
        return FraudVersionState(version.id, state.value)
    if lacking := gate.missing(version, evidence, now):
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
