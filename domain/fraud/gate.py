"""The gate of promotions: what each kind of version needs before it decides, and what the second person is shown.

The gate is a list of conditions for each kind, pure functions of the version and the evidence. Nothing that a caller
passes takes a condition away.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.access.model import Approval, ApprovalState
from domain.fraud.documents import canonical, sha256_of
from domain.fraud.registry_items import backtest_map
from domain.fraud.registry_model import MILLION, ArtefactKind, Backtest, Version

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
PROMOTE: Final = "promote"
"""What an approval of a promotion is for."""
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
REASON: Final = "Reason"
"""The fact of an approval that is in the words of who asks."""


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
    facts = {fact.label: fact.value for fact in approval.proposal.shown}
    checkers = tuple(check.person for check in approval.checks)
    return Consent(approval.maker, checkers, approval.id, facts.get(REPLACES), facts.get(BACKTEST))


def shown(version: Version, evidence: Evidence, reason: str) -> dict[str, str]:
    """What the second person sees before agreeing. All of it is counted or was measured, but for the reason."""
    facts = {
        "Version": version.id,
        DOCUMENT: version.sha256,
        "Author": version.author,
        REPLACES: replaced(evidence.champion_sha256),
        "Code version": version.lineage.code_version,
    }
    if version.lineage.data_from and version.lineage.data_until:
        facts["Data window"] = f"{version.lineage.data_from} to {version.lineage.data_until}"
    if backtest := version.backtest:
        facts["Folds"] = str(len(backtest.folds))
        facts["Average precision, folds"] = ", ".join(_decimal(fold.challenger) for fold in backtest.folds)
        champion = [_decimal(fold.champion) for fold in backtest.folds if fold.champion is not None]
        facts["The champion's"] = ", ".join(champion) or "there is none"
        facts["A random forest's"] = ", ".join(_decimal(fold.forest) for fold in backtest.folds)
        facts["Measured by"] = backtest.by
        facts[BACKTEST] = backtest_sha256(backtest)
    if run := version.dry_run:
        facts["Dry run"] = f"{run.decisions} decisions, {run.changed} changed, {run.first} to {run.last}"
        facts["Frauds not simply approved"] = f"{run.frauds_after}, before {run.frauds_before}, of {run.frauds}"
    if evidence.shadow_days:
        days = [day for day in evidence.shadow_days if day.whole]
        facts["Shadow run"] = f"{len(days)} whole days, {sum(day.decisions for day in days)} decisions"
    facts[REASON] = reason
    return facts


def _decimal(millionths: int) -> str:
    return f"{millionths // MILLION}.{millionths % MILLION // 1000:03d}"
