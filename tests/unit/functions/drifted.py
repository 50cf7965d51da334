"""A scope whose precision has fallen, and cases that propose what to do, in a deployed bank."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from domain.access.model import Actor, Channel, Group
from domain.cases.kinds import CaseKind
from domain.cases.model import Case, Subject
from domain.fraud import thresholds
from domain.fraud.decision_store_dynamodb import DynamoDBDecisionStore
from domain.fraud.documents import canonical, sha256_of
from domain.fraud.drift import SUBJECT_KIND
from domain.fraud.gate import REPLACES, replaced
from domain.fraud.kinds import Decision, Scope
from domain.fraud.label_model import Label, LabelSource, Said
from domain.fraud.label_store import LabelStore
from domain.fraud.model import VersionUsed
from domain.fraud.monitoring import BASELINE_DAYS, COLD_DAYS, SCORE_BINS, WINDOW_DAYS
from domain.fraud.monitoring_model import DayFigures, Progress
from domain.fraud.registry_model import ArtefactKind, Champion, Lineage, Pointer, Version
from domain.fraud.thresholds import Thresholds
from domain.refusals import Refusal
from tests.unit.fraud.bounded import keep_bounds
from tests.unit.fraud.decided import decision
from tests.unit.functions.region import Deployed, session

SCOPE = Scope.CARD
LEAD = Actor(
    "stf_01J00000000000000000000009",
    frozenset({Group.FRAUD_LEAD}),
    source_ip=None,
    correlation_id="req-1",
    channel=Channel.API,
)
DECIDING = Thresholds({Decision.REVIEW: 0.5, Decision.BLOCK: 0.9}, {Decision.REVIEW: 100_000})
MODEL = {
    "format": "florin-trees/1",
    "features": ["amount_minor"],
    "link": "LOGISTIC",
    "base": -4.0,
    "trees": [
        {
            "feature": [0],
            "threshold": [100_000.0],
            "left": [-1],
            "right": [-2],
            "missing": [-1],
            "value": [0.0],
            "leaf": [-1.0, 3.0],
        }
    ],
    "lineage": {},
    "reference": {
        "features": {"amount_minor": {"cuts": [1_000.0, 10_000.0], "counts": [10, 80, 10, 0]}},
        "score": {"cuts": [0.1, 0.5], "counts": [90, 8, 2, 0]},
    },
}


def bounded(deployed: Deployed) -> None:
    keep_bounds(deployed.bank, session().client("kms"), LEAD, SCOPE)


def registered(
    deployed: Deployed, kind: ArtefactKind, body: bytes, *, author: str = LEAD.person, scope: Scope = SCOPE
) -> Version:
    lineage, key = Lineage(code_version="test", note="test"), f"{scope.value}-{sha256_of(body)}"
    found = deployed.bank.registry.register(scope, kind, body, author=author, lineage=lineage, key=key)
    assert isinstance(found, Version), found
    return found


def deciding(deployed: Deployed, *versions: Version) -> Pointer:
    """As if they had been promoted. All of one scope."""
    was = deployed.bank.registry_store.pointer(versions[0].scope)
    now = deployed.clock.now()
    pointer = replace(
        was,
        champions={
            **was.champions,
            **{one.kind: Champion(one.used, now - timedelta(days=100), LEAD.person, None) for one in versions},
        },
        before={**was.before, **{one.kind: (None,) for one in versions}},
        changed_at=now,
        changed_by=LEAD.person,
        reason="test",
        revision=was.revision + 1,
    )
    assert deployed.bank.registry_store.point(pointer, was=was)
    return pointer


def fallen(deployed: Deployed) -> None:
    """Weeks in which all that was stopped was a fraud, and two in which nothing was."""
    bounded(deployed)
    deciding(
        deployed,
        registered(deployed, ArtefactKind.THRESHOLDS, canonical(thresholds.as_plain(DECIDING))),
        registered(deployed, ArtefactKind.MODEL, canonical(MODEL)),
    )
    today = deployed.clock.now().date()
    for back in range(2, COLD_DAYS + BASELINE_DAYS + 2 * WINDOW_DAYS):
        day, bad = today - timedelta(days=back), back <= 2 * WINDOW_DAYS
        scores = [0] * SCORE_BINS
        scores[10], scores[95] = 900, 300 if bad else 100
        figures = DayFigures(
            scope=SCOPE,
            day=day,
            reference=None,
            decisions={Decision.APPROVE: 900, Decision.REVIEW: 10 if bad else 2},
            scores=tuple(scores),
        )
        assert deployed.bank.monitoring_store.keep(Progress(figures, 8, None, done=True, revision=1))
        for number in range(0 if bad or back > 2 * WINDOW_DAYS + BASELINE_DAYS else 2):
            known(deployed.bank.label_store, f"pay_{back}_{number}", day)
    yesterday = deployed.clock.now() - timedelta(days=1)
    stored = decision("pay_seen", yesterday, model=VersionUsed("card/model/1", "0" * 64))
    DynamoDBDecisionStore(deployed.bank.table(deployed.bank.configuration.fraud_table)).put(stored)
    label = deployed.bank.labels.learn("pay_seen", Said(True, LabelSource.CASE, None, yesterday, LEAD.person))
    assert not isinstance(label, Refusal), label


def known(labels: LabelStore, subject: str, day: date) -> None:
    """A fraud that was stopped."""
    happened_at = datetime.combine(day, time(12), UTC)
    said = Said(True, LabelSource.CASE, None, happened_at, LEAD.person)
    label = Label(
        subject=subject,
        scope=SCOPE,
        day=day,
        happened_at=happened_at,
        decision=Decision.REVIEW,
        said=(said,),
        revision=1,
    )
    assert labels.keep(label, was=None)


def proposing_thresholds(deployed: Deployed) -> tuple[Case, Version]:
    """A case of thresholds that the bank has drafted."""
    bounded(deployed)
    body = canonical(thresholds.as_plain(replace(DECIDING, scores={Decision.REVIEW: 0.6, Decision.BLOCK: 0.9})))
    version = deployed.bank.registry.register_committed(
        SCOPE, ArtefactKind.THRESHOLDS, body, lineage=Lineage(code_version="drift", note="test"), key="proposed"
    )
    assert isinstance(version, Version), version
    replaces = deployed.bank.registry.pointer(SCOPE).champions.get(ArtefactKind.THRESHOLDS)
    facts = {"Thresholds": version.id, REPLACES: replaced(replaces.used.sha256 if replaces else None)}
    return opened(deployed, "NEW_THRESHOLDS", facts), version


def proposing_rollback(deployed: Deployed) -> tuple[Case, Version]:
    """A case of a model that decides."""
    version = registered(deployed, ArtefactKind.MODEL, canonical(MODEL))
    deciding(deployed, version)
    return opened(deployed, "ROLL_BACK", {"Version": version.id}), version


def opened(deployed: Deployed, key: str, facts: dict[str, str]) -> Case:
    return deployed.bank.cases.open(CaseKind.FRAUD_DRIFT, Subject(SUBJECT_KIND, SCOPE.value), key=key, facts=facts)
