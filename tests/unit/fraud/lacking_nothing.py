"""Versions of each kind that lack nothing, and the evidence of it."""

from dataclasses import replace
from datetime import timedelta

from domain.fraud import gate
from domain.fraud.gate import BoundsVerdict, Consent, Evidence, ShadowDay
from domain.fraud.kinds import Decision, Scope
from domain.fraud.registry_model import ArtefactKind, Backtest, DryRun, Version
from tests.unit.fraud.governance import LINEAGE, NOON, ROWS, folds

TODAY = NOON.date()
WEEK = tuple(ShadowDay(TODAY - timedelta(days=back), 100, 100) for back in range(1, 8))


def backtest(**changes: object) -> Backtest:
    said: dict[str, object] = {
        "protocol": "prequential",
        "data_sha256": ROWS,
        "champion_data_sha256": ROWS,
        "model_sha256": "a" * 64,
        "champion_sha256": "c" * 64,
        "folds": folds((720_000, 710_000, 730_000, 715_000), champion=690_000),
        "measured_at": NOON,
        "by": "stf_farah",
        **changes,
    }
    return Backtest(**said)  # type: ignore[arg-type]  # the values are those of the fields, one by one


def dry_run(**changes: object) -> DryRun:
    said: dict[str, object] = {
        "first": TODAY,
        "last": TODAY,
        "sha256": "a" * 64,
        "against_sha256": "c" * 64,
        "decisions": 500,
        "changed": 3,
        "before": {Decision.APPROVE: 500},
        "after": {Decision.APPROVE: 497, Decision.REVIEW: 3},
        "spoke": {"LARGE": 3},
        "frauds": 2,
        "frauds_before": 0,
        "frauds_after": 2,
        "ran_at": NOON,
        "by": "stf_farah",
        **changes,
    }
    return DryRun(**said)  # type: ignore[arg-type]  # as above


MODEL = Version(
    scope=Scope.CARD,
    kind=ArtefactKind.MODEL,
    number=3,
    sha256="a" * 64,
    author="stf_farah",
    created_at=NOON,
    lineage=LINEAGE,
    committed_at=NOON,
    backtest=backtest(),
)
RULES = replace(MODEL, kind=ArtefactKind.RULES, backtest=None, dry_run=dry_run())
THRESHOLDS = replace(MODEL, kind=ArtefactKind.THRESHOLDS, backtest=None)


def evidence(version: Version, **changes: object) -> Evidence:
    """All that the version needs."""
    shown = gate.backtest_sha256(version.backtest) if version.backtest else None
    said: dict[str, object] = {
        "champion_sha256": "c" * 64,
        "built_in_sha256": "0" * 64,
        "shadow_days": WEEK,
        "bounds": BoundsVerdict.WITHIN,
        "consent": Consent("stf_farah", ("stf_felix",), "apr_1", "c" * 64, shown),
        **changes,
    }
    return Evidence(**said)  # type: ignore[arg-type]  # as above
