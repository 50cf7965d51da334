"""The drill of fraud scoring: it passes on the bank as it is, and fails on one that lets through what it must not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.fraud.documents import canonical
from domain.fraud.kinds import Fallback
from domain.fraud.model import ScoringRequest, StoredDecision
from domain.fraud.registry_model import ArtefactKind, Lineage, Version
from domain.fraud.service import Fraud
from ops.drills import fraud_drift
from ops.drills.fraud_bank import CARD, FraudBank
from ops.drills.fraud_drift import Story, model_down, rolled_back, within_bounds
from ops.drills.run import play_fraud
from ops.drills.time_line import DrillFailed, TimeLine
from ops.simulation.house import made
from tests.unit.functions.drifted import MODEL

ROOT = Path(__file__).parents[2]


def test_a_change_a_bad_model_and_no_model_at_all_end_as_they_must() -> None:
    line = play_fraud(FraudBank(), lambda _: None)
    assert line.failed is None, line.failed
    assert [one.step for one in line.lines] == [
        "rules alone judge",
        "a first model decides",
        "quiet weeks",
        "prices and thieves change",
        "features have moved",
        "the alarm FraudDriftRaised is raised",
        "recall has fallen",
        "a model is learnt in haste",
        "a model is learnt anew",
        "the shadow says",
        "it is promoted",
        "its scores are not those it was made on",
        "the alarm FraudDriftRaised is raised",
        "precision has fallen",
        "one person rolls back",
        "thresholds move within bounds",
        "thresholds move within bounds",
        "payments are judged",
        "the model's document is gone",
        "other bytes lie in its place",
        "a document of ACH is gone",
        "features are not read in time",
        "neither for journeys",
        "the scorer is silent",
        "the model is back",
        "the right model is promoted",
        "two weeks later",
        "decisions are made again",
        "the books are checked",
    ]


def test_the_alarm_that_it_names_is_one_of_the_stack() -> None:
    assert f"MetricName: {fraud_drift.ALARM}" in (ROOT / "infra/alarms.yaml").read_text(encoding="utf-8")


# Parts of it, on banks that err. Two models decided one after the other, as if they had been promoted.


def deciding(bank: FraudBank) -> tuple[Version, Version]:
    first, bad = (registered(bank, base) for base in (-4.0, -1.0))
    for version in (first, bad):
        was = bank.registry_store.pointer(CARD)
        assert bank.registry_store.point(_promoted(bank, version), was=was)
    return first, bad


def _promoted(bank: FraudBank, version: Version) -> Any:
    from domain.fraud import registry_rules as rules  # noqa: PLC0415  (past the gate, which is what tests may)

    pointer = bank.registry_store.pointer(CARD)
    return rules._raised(pointer, version, by="stf_1", approval=None, reason="test", now=bank.now())


def registered(bank: FraudBank, base: float) -> Version:
    body = canonical({**MODEL, "base": base})
    lineage = Lineage(code_version="test", note="test")
    return made(
        bank.registry.register(CARD, ArtefactKind.MODEL, body, author="stf_1", lineage=lineage, key=f"{base}"), Version
    )


def story(bank: FraudBank) -> Story:
    return Story(bank, TimeLine(drill="part", form=bank.form, began_at=bank.now(), say=lambda _: None))


def failure(part: Any) -> str:
    with pytest.raises(DrillFailed) as failed:
        part()
    return failed.value.assertion


def down(bank: FraudBank) -> None:
    first, _ = deciding(bank)
    bank.roll_back("card/model/2", "it is bad")
    told = story(bank)
    within_bounds(told)
    model_down(told, first)


class Forgets(FraudBank):
    """It goes on with what it read of documents before."""

    def restart_workers(self) -> None:
        return


class LetsGo(FraudBank):
    """What it cannot judge it approves, and says nothing of it."""

    def judge_of_payments(self, decisions: Any) -> Fraud:
        found = super().judge_of_payments(decisions)

        class Lenient(Fraud):
            def decide_unscored(self, request: ScoringRequest, *, why: Fallback) -> StoredDecision:
                return found.decide(request)

        found.__class__ = Lenient
        return found


class Unnamed(FraudBank):
    """Its decisions do not say why the rules judged alone."""

    def pay_by_card(self, payment: Any) -> StoredDecision:
        from dataclasses import replace  # noqa: PLC0415  (of this one)

        return replace(super().pay_by_card(payment), fallback=None)


class OldPointer(FraudBank):
    """It reads what decides once, and then no more."""

    def _pointer_item(self, scope: Any) -> Any:
        kept = self.__dict__.setdefault("kept_pointers", {})
        if scope not in kept or kept[scope] is None:
            kept[scope] = super()._pointer_item(scope)
        return kept[scope]


def test_parts_of_it_pass_on_a_bank_as_it_must_be() -> None:
    down(FraudBank())


@pytest.mark.parametrize(
    ("bank", "assertion"),
    [
        (Unnamed, "ARTEFACT_UNREAD is named with the decision"),
        (Forgets, "a journey takes the fallback ARTEFACT_UNREAD, and does not skip"),
        (LetsGo, "a journey takes the fallback SCORER_SILENT, and does not skip"),
    ],
)
def test_a_bank_that_lets_payments_past_fails_it(bank: type[FraudBank], assertion: str) -> None:
    assert failure(lambda: down(bank())) == assertion


def test_a_rollback_that_takes_effect_later_fails_it() -> None:
    bank = OldPointer()
    first, bad = deciding(bank)
    bank.clock.move(timedelta(days=1))
    assert failure(lambda: rolled_back(story(bank), first, bad)) == "the next decision is made by the champion before"


def test_what_was_signed_by_nobody_bounds_nothing() -> None:
    bank = FraudBank()
    deciding(bank)
    bank.registry._evidence._bounds_key = type(bank.bounds_key)(b"another")
    assert failure(lambda: within_bounds(story(bank))) == "a lead keeps bounds that were signed"
