"""Use cases of the governance of fraud: drafts, shadows, promotions, rollbacks, lists, snoozes, labels, and the watch.

What people do is asked of the services, as the seed and staff tools ask. A promotion is one write of the pointer:
before it nothing decides otherwise, after it everything does, and whoever comes again finds it done.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from domain.access.model import Actor, Approval, Channel, Group, Verdict
from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Subject
from domain.fraud import builtin, gate, signed_bounds, thresholds
from domain.fraud import registry_rules as rules
from domain.fraud.documents import canonical, sha256_of
from domain.fraud.drift import SUBJECT_KIND
from domain.fraud.kinds import Decision, Family, Scope
from domain.fraud.label_model import Label, LabelSource, Said
from domain.fraud.lists import ListName
from domain.fraud.monitoring import BASELINE_DAYS, COLD_DAYS, SCORE_BINS, WINDOW_DAYS
from domain.fraud.monitoring_model import DayFigures, Progress
from domain.fraud.registry_model import ArtefactKind, Backtest, Fold, Lineage, Pointer, SignedBounds, Version
from domain.refusals import Refusal
from functions.fraud_monitor import handler as fraud_monitor
from tests.crash.stage import Answer, NotYet, Stage
from tests.crash.use_case import UseCase
from tests.unit.fraud.bounded import BOUNDS
from tests.unit.functions.drifted import DECIDING, MODEL, known
from tests.unit.functions.events import RUN

SCOPE: Final = Scope.CARD
LINEAGE: Final = Lineage(code_version="test", note="test")
RULES: Final[dict[str, Any]] = dict(builtin.rules_document(SCOPE))
OTHER_RULES: Final[dict[str, Any]] = {**RULES, "rules": RULES["rules"][:1]}


def analyst(stage: Stage) -> Actor:
    return _actor(stage.house.staff, Group.FRAUD_ANALYST)


def lead(stage: Stage) -> Actor:
    return _actor(stage.house.colleague, Group.FRAUD_LEAD)


def _actor(person: str, group: Group) -> Actor:
    return Actor(person, frozenset({group}), source_ip=None, correlation_id="request", channel=Channel.API)


def found(answer: Any) -> Any:
    """What was answered; who is to come again does."""
    if isinstance(answer, Refusal):
        if answer.retryable:
            raise NotYet(answer.code)
        raise AssertionError(answer)
    return answer


def said(stage: Stage, answer: Any) -> Answer:
    """A version by what it is now."""
    version: Version = found(answer)
    state = stage.bank.registry.state(stage.bank.registry._existing(version.id))
    return {"version": version.id, "state": state.value}


# Versions.


def draft(kind: ArtefactKind, document: dict[str, Any]) -> Callable[[Stage], Answer]:
    return lambda stage: said(stage, drafted(stage, kind, document))


def drafted(stage: Stage, kind: ArtefactKind, document: dict[str, Any]) -> Version:
    answer = stage.bank.registry.draft(
        analyst(stage), scope=SCOPE, kind=kind, document=document, lineage=LINEAGE, key=f"draft-{kind.value}"
    )
    version: Version = found(answer)
    return version


def rules_drafted(stage: Stage) -> dict[str, Any]:
    return {"version": drafted(stage, ArtefactKind.RULES, RULES).id}


def committed(kind: ArtefactKind, document: dict[str, Any]) -> Callable[[Stage], dict[str, Any]]:
    def prepared(stage: Stage) -> dict[str, Any]:
        version = drafted(stage, kind, document)
        found(stage.bank.registry.commit(analyst(stage), version.id))
        return {"version": version.id}

    return prepared


rules_committed: Final = committed(ArtefactKind.RULES, RULES)
model_committed: Final = committed(ArtefactKind.MODEL, MODEL)


def redraft(stage: Stage) -> Answer:
    return said(stage, stage.bank.registry.redraft(analyst(stage), stage.facts["version"], document=OTHER_RULES))


def commit(stage: Stage) -> Answer:
    return said(stage, stage.bank.registry.commit(analyst(stage), stage.facts["version"]))


def record_backtest(stage: Stage) -> Answer:
    version = stage.bank.registry._existing(stage.facts["version"])
    measured = Backtest(
        protocol="prequential",
        data_sha256="d" * 64,
        champion_data_sha256=None,
        model_sha256=version.sha256,
        champion_sha256=None,
        folds=tuple(Fold(_day(7 * number), 720_000 + number, None, 680_000) for number in range(4)),
        measured_at=datetime(2026, 3, 2, tzinfo=UTC),
        by=analyst(stage).person,
    )
    return said(stage, stage.bank.registry.record_backtest(analyst(stage), version.id, measured))


def _day(after: int) -> Any:
    return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=after)).date()


def try_rules(stage: Stage) -> Answer:
    today = stage.place.clock.at.date()
    answer = stage.bank.dry_runs.run(
        analyst(stage), stage.facts["version"], first=today - timedelta(days=1), last=today
    )
    return said(stage, answer)


def start_shadow(stage: Stage) -> Answer:
    until = datetime.combine(stage.place.clock.at.date() + timedelta(days=9), time(), UTC)
    return said(stage, stage.bank.registry.start_shadow(analyst(stage), stage.facts["version"], until=until))


def shadowed(stage: Stage) -> dict[str, Any]:
    stage.facts.update(rules_committed(stage))
    start_shadow(stage)
    return stage.facts


def stop_shadow(stage: Stage) -> Answer:
    return said(stage, stage.bank.registry.stop_shadow(analyst(stage), stage.facts["version"]))


def retire(stage: Stage) -> Answer:
    return said(stage, stage.bank.registry.retire(analyst(stage), stage.facts["version"], reason="no better"))


# Promotions.


def keep_bounds(stage: Stage) -> Answer:
    return {"number": found(stage.bank.registry.keep_bounds(lead(stage), stage.facts["bounds"])).number}


def bounds_signed(stage: Stage) -> dict[str, Any]:
    key = stage.bank.configuration.fraud_bounds_key_arn
    body = signed_bounds.document(signed_bounds.Numbered(SCOPE, 1, BOUNDS))
    answer = stage.bank.client("kms").sign(
        KeyId=key,
        Message=bytes.fromhex(sha256_of(body)),
        MessageType="DIGEST",
        SigningAlgorithm="ECDSA_SHA_256",
    )
    return {"bounds": SignedBounds(SCOPE, body, key, answer["Signature"], 1, "stf_lead", stage.place.clock.at)}


def thresholds_ready(stage: Stage) -> dict[str, Any]:
    stage.facts.update(bounds_signed(stage))
    keep_bounds(stage)
    return committed(ArtefactKind.THRESHOLDS, dict(thresholds.as_plain(DECIDING)))(stage)


def ask_for_promotion(stage: Stage) -> Answer:
    version = stage.facts["version"]
    answer = stage.bank.registry.request_promotion(analyst(stage), version, reason="it is better", key="ask")
    return {"maker": found(answer).maker}


def promotion_asked_for(stage: Stage) -> dict[str, Any]:
    stage.facts.update(thresholds_ready(stage))
    version = stage.facts["version"]
    answer = stage.bank.registry.request_promotion(analyst(stage), version, reason="it is better", key="ask")
    approval: Approval = found(answer)
    return {**stage.facts, "approval": approval.id, "fingerprint": approval.proposal.fingerprint}


def agree(stage: Stage) -> Answer:
    answer = stage.bank.approvals.decide(
        lead(stage), stage.facts["approval"], verdict=Verdict.APPROVE, fingerprint=stage.facts["fingerprint"]
    )
    return {"approval": stage.bank.approvals.state(found(answer)).value, **decides(stage)}


def promotion_agreed_to(stage: Stage) -> dict[str, Any]:
    """And nobody has acted on it yet."""
    stage.facts.update(promotion_asked_for(stage))
    found(
        stage.bank.approvals.check(
            lead(stage), stage.facts["approval"], verdict=Verdict.APPROVE, fingerprint=stage.facts["fingerprint"]
        )
    )
    return stage.facts


def promote(stage: Stage) -> Answer:
    return said(stage, stage.bank.registry.promote(analyst(stage), stage.facts["version"]))


def promoted(stage: Stage) -> dict[str, Any]:
    stage.facts.update(promotion_agreed_to(stage))
    promote(stage)
    return stage.facts


def roll_back(stage: Stage) -> Answer:
    found(
        stage.bank.registry.roll_back(
            analyst(stage),
            scope=SCOPE,
            kind=ArtefactKind.THRESHOLDS,
            version=stage.facts["version"],
            reason="it stops everybody",
        )
    )
    return decides(stage)


def decides(stage: Stage) -> dict[str, Any]:
    champions = stage.bank.registry.pointer(SCOPE).champions
    return {kind.value: champion.used.version for kind, champion in champions.items()}


# Lists and snoozes.


BAD: Final = "acc_us0417_01K90000000000000000000001"
GOOD: Final = "acc_us0417_01K90000000000000000000002"


def deny(stage: Stage) -> Answer:
    answer = stage.bank.list_changes.deny(
        analyst(stage), scope=SCOPE, family=Family.PAYEE, entity=BAD, reason="mule", until=None, key="deny"
    )
    return said(stage, answer)


def propose_entry(stage: Stage) -> Answer:
    return {"maker": entry_proposed(stage)["maker"]}


def entry_proposed(stage: Stage) -> dict[str, Any]:
    answer = stage.bank.list_changes.propose(
        analyst(stage),
        scope=SCOPE,
        name=ListName.ALLOW,
        family=Family.PAYEE,
        entity=GOOD,
        reason="known business",
        key="allow",
    )
    approval: Approval = found(answer)
    return {"approval": approval.id, "fingerprint": approval.proposal.fingerprint, "maker": approval.maker}


def snooze(stage: Stage) -> Answer:
    until = datetime.combine(stage.place.clock.at.date() + timedelta(days=30), time(), UTC)
    answer = stage.bank.snoozing.snooze(
        analyst(stage), customer=stage.house.ada.id, rule="amount-off-habit", reason="pays suppliers", until=until
    )
    return {"snoozed": [one.rule for one in found(answer).snoozes]}


def snoozed(stage: Stage) -> dict[str, Any]:
    snooze(stage)
    return {}


def wake(stage: Stage) -> Answer:
    answer = stage.bank.snoozing.wake(analyst(stage), customer=stage.house.ada.id, rule="amount-off-habit")
    return {"snoozed": [one.rule for one in found(answer).snoozes]}


# Labels.


def label_seen(stage: Stage) -> dict[str, Any]:
    """A payment that was never judged, and of which one thing was said."""
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    was = Said(True, LabelSource.CHARGEBACK, None, at, "bank")
    found(stage.bank.labels.learn("pay_1", was, scope=SCOPE, happened_at=at))
    return {}


def learn(stage: Stage) -> Answer:
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    was = Said(True, LabelSource.CHARGEBACK, None, at, "bank")
    label: Label = found(stage.bank.labels.learn("pay_1", was, scope=SCOPE, happened_at=at))
    return {"fraud": label.fraud, "said": len(label.said)}


def label_by_staff(stage: Stage) -> Answer:
    """Said again a moment later it is said once more, and means the same."""
    label: Label = found(stage.bank.labels.say(analyst(stage), "pay_1", fraud=False))
    return {"fraud": label.fraud}


def label_by_return(stage: Stage) -> Answer:
    at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert stage.bank.labels.returned("pay_1", code="R10", learnt_at=at, happened_at=at) is None
    label: Label = found(stage.bank.labels.of("pay_1"))
    return {"fraud": label.fraud, "said": len(label.said)}


# The watch, and what follows.


def fallen(stage: Stage) -> dict[str, Any]:
    """Weeks in which all that was stopped was a fraud, and two in which nothing was."""
    stage.facts.update(promoted(stage))
    today = stage.place.clock.at.date()
    days = [COLD_DAYS + BASELINE_DAYS + 2 * WINDOW_DAYS, *range(2, BASELINE_DAYS + 2 * WINDOW_DAYS + 1)]
    for back in days:
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
        assert stage.bank.monitoring_store.keep(Progress(figures, 8, None, done=True, revision=1))
        for number in range(0 if bad or back > 2 * WINDOW_DAYS + BASELINE_DAYS else 2):
            known(stage.bank.label_store, f"pay_{back}_{number}", day)
    return stage.facts


def watch(_: Stage) -> Answer:
    fraud_monitor.handler({}, RUN)
    return "watched"


def thresholds_proposed(stage: Stage) -> dict[str, Any]:
    """By the bank, with a case."""
    stage.facts.update(bounds_signed(stage))
    keep_bounds(stage)
    body = canonical(thresholds.as_plain(replace(DECIDING, scores={Decision.REVIEW: 0.6, Decision.BLOCK: 0.9})))
    version: Version = found(
        stage.bank.registry.register_committed(SCOPE, ArtefactKind.THRESHOLDS, body, lineage=LINEAGE, key="proposed")
    )
    return {"case": _case(stage, "NEW_THRESHOLDS", {"Thresholds": version.id, gate.REPLACES: gate.BUILT_IN})}


def rollback_proposed(stage: Stage) -> dict[str, Any]:
    stage.facts.update(promoted(stage))
    return {"case": _case(stage, "ROLL_BACK", {"Version": stage.facts["version"]})}


def _case(stage: Stage, key: str, facts: dict[str, str]) -> str:
    opened = stage.bank.cases.open(CaseKind.FRAUD_DRIFT, Subject(SUBJECT_KIND, SCOPE.value), key=key, facts=facts)
    return opened.id


def resolve(code: ResolutionCode) -> Callable[[Stage], Answer]:
    def resolved(stage: Stage) -> Answer:
        answer = stage.bank.cases.resolve(lead(stage), stage.facts["case"], code=code, reason="It is bad", key="drift")
        return {"state": found(answer).state.value, **decides(stage)}

    return resolved


def settle(stage: Stage) -> Answer:
    stage.bank.registry.settle(SCOPE)
    return decides(stage)


def pointed_and_not_noted(stage: Stage) -> dict[str, Any]:
    """Whoever promoted died right after the write that does it."""
    stage.facts.update(promotion_agreed_to(stage))
    registry = stage.bank.registry
    version = registry._existing(stage.facts["version"])
    was: Pointer = registry.pointer(SCOPE)
    consent = registry._evidence.consent(version, version.approval)
    evidence = registry._evidence.collected(version, was, consent=consent)
    assert isinstance(evidence, gate.Evidence)
    moved = rules.promoted(was, version, evidence=evidence, by="stf_x", reason="test", now=stage.place.clock.at)
    assert isinstance(moved, Pointer)
    assert stage.bank.registry_store.point(moved, was=was)
    return stage.facts


GOVERNANCE_CASES: Final = (
    UseCase("draft rules", draft(ArtefactKind.RULES, RULES)),
    UseCase("put other rules in a draft's place", redraft, rules_drafted),
    UseCase("commit rules", commit, rules_drafted),
    UseCase("record the backtest of a model", record_backtest, model_committed),
    UseCase("try rules on history", try_rules, rules_committed),
    UseCase("start a shadow run", start_shadow, rules_committed),
    UseCase("stop a shadow run", stop_shadow, shadowed),
    UseCase("retire a shadow", retire, shadowed),
    UseCase("keep signed bounds", keep_bounds, bounds_signed),
    UseCase("ask for a promotion", ask_for_promotion, thresholds_ready),
    UseCase("agree to a promotion", agree, promotion_asked_for),
    UseCase("promote what was agreed to", promote, promotion_agreed_to),
    UseCase("note who decides", settle, pointed_and_not_noted),
    UseCase("roll back", roll_back, promoted),
    UseCase("deny a payee", deny),
    UseCase("propose to allow a payee", propose_entry),
    UseCase("agree to allow a payee", agree, entry_proposed),
    UseCase("snooze a rule", snooze),
    UseCase("wake a rule", wake, snoozed),
    UseCase("learn what a payment was", learn),
    UseCase("have staff say what a payment was", label_by_staff, label_seen),
    UseCase("learn of a return", label_by_return, label_seen),
    UseCase("watch fraud scoring", watch, fallen, sweeps=True),
    UseCase("let proposed thresholds decide", resolve(ResolutionCode.NEW_THRESHOLDS), thresholds_proposed),
    UseCase("roll back as proposed", resolve(ResolutionCode.ROLL_BACK), rollback_proposed),
)
