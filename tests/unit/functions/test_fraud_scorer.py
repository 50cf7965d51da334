"""Payments from the bus are judged, each message for itself, and the judgements go back to the bus."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest

from domain.clock import instant_text
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.events import SOURCE, FraudDecided
from domain.fraud.features import FeatureRead, FeaturesUnread
from domain.fraud.kinds import Fallback
from domain.fraud.model import ScoringRequest
from domain.fraud.service import Fraud
from domain.payments.events import PaymentInitiated, scoring_request
from functions.fraud_fallbacks import fell_back
from functions.fraud_scorer import handler as scorer
from ops.simulation.judge import FirstBooks, RequestAlone
from tests.unit.functions.events import event_for, left, messages_for
from tests.unit.functions.measured import measured
from tests.unit.ledger.world import SetClock
from tests.unit.payments.values import NOW


class Features(RequestAlone):
    unread = False

    def read(self, request: ScoringRequest) -> FeatureRead:
        if self.unread:
            raise FeaturesUnread
        return super().read(request)


@dataclass
class Bank:
    """A bus that takes what it is told to, and the judge."""

    takes: bool = True
    published: list[tuple[str, FraudDecided]] = field(default_factory=list)
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    features: Features = field(default_factory=Features)
    decisions: MemoryDecisionStore = field(default_factory=MemoryDecisionStore)

    @cached_property
    def fraud(self) -> Fraud:
        return Fraud(
            features=self.features,
            books=FirstBooks(),
            decisions=self.decisions,
            clock=self.clock,
            fell_back=fell_back,
        )

    def bus(self, source: str) -> "Bus":
        return Bus(self, source)


@dataclass
class Bus:
    bank: Bank
    source: str

    def publish(self, events: Sequence[FraudDecided]) -> tuple[bool, ...]:
        if self.bank.takes:
            self.bank.published += [(self.source, event) for event in events]
        return tuple(self.bank.takes for _ in events)


@pytest.fixture(name="made")
def _made(monkeypatch: pytest.MonkeyPatch) -> Bank:
    made = Bank()
    monkeypatch.setattr(scorer, "bank", lambda: made)
    return made


def envelope(**changes: Any) -> dict[str, Any]:
    """The payment of the sample event, with these fields otherwise."""
    (message,) = event_for("fraud_scorer")["Records"]
    sample: dict[str, Any] = json.loads(message["body"])
    return sample | {"detail": sample["detail"] | changes}


def scored(*bodies: str) -> list[str]:
    return left(scorer.handler, messages_for("fraud_scorer", *bodies))


def test_a_payment_is_judged_and_the_bus_is_told(made: Bank) -> None:
    assert scorer.handler(event_for("fraud_scorer"), None) == {"batchItemFailures": []}

    ((source, decided),) = made.published
    said = envelope()["detail"]
    assert (source, decided.payment, decided.region) == (SOURCE, said["payment"], said["region"])
    assert (decided.decision, decided.reasons, decided.decided_at) == ("APPROVE", (), instant_text(NOW))
    stored = made.decisions.decision(said["payment"])
    assert stored is not None
    assert (decided.decision_id, decided.fallback, stored.customer) == (stored.id, None, said["customer"])


def test_much_to_somebody_new_is_for_a_person_to_look_at(made: Bank) -> None:
    much = {"minor_units": "250000", "currency": "USD"}
    new = envelope(amount=much, counterparty_age_days=0, sent_before=False)

    assert scored(json.dumps(new)) == []

    ((_, decided),) = made.published
    assert (decided.decision, decided.reasons) == ("REVIEW", ("NEW_COUNTERPARTY_LARGE",))


def test_bad_messages_come_back_and_hold_up_no_other(made: Bank) -> None:
    newer, stranger, nobodys = envelope(version=2), envelope(memo="rent"), envelope(customer=None)
    bodies = ["no json", "{}", "[]", *map(json.dumps, (newer, stranger, nobodys, envelope()))]

    assert scored(*bodies) == ["m0", "m1", "m2", "m3", "m4", "m5"]
    assert len(made.published) == 1


def test_what_the_bus_did_not_take_comes_back(made: Bank) -> None:
    made.takes = False
    assert scored(json.dumps(envelope())) == ["m0"]
    made.takes = True
    assert scored(json.dumps(envelope())) == []
    assert len(made.published) == 1


def test_a_fault_is_logged_without_its_words(made: Bank, caplog: pytest.LogCaptureFixture) -> None:
    assert scored(json.dumps(envelope(memo="Maria"))) == ["m0"]
    (record,) = caplog.records
    assert "Maria" not in str(vars(record))
    assert made.published == []


def test_a_message_that_comes_again_is_answered_with_what_was_decided_first(made: Bank) -> None:
    much = {"minor_units": "250000", "currency": "USD"}
    first = json.dumps(envelope(amount=much, counterparty_age_days=0, sent_before=False))
    scored(first)
    made.clock.instant = NOW + timedelta(hours=3)
    later = json.dumps(envelope())  # whatever it says by now

    assert scored(first, later) == []

    assert [decided for _, decided in made.published[1:]] == [made.published[0][1]] * 2


def test_after_the_fallback_it_says_what_the_fallback_decided(made: Bank) -> None:
    body = envelope(amount={"minor_units": "60000", "currency": "USD"}, counterparty_age_days=90, sent_before=False)
    request = scoring_request(PaymentInitiated.model_validate(body["detail"]))
    stored = made.fraud.decide_unscored(request, why=Fallback.SCORER_SILENT)

    assert scored(json.dumps(body)) == []

    ((_, decided),) = made.published
    assert (decided.decision, decided.decision_id, decided.fallback) == ("REVIEW", stored.id, "SCORER_SILENT")


def test_without_features_the_stricter_rules_judge_and_that_is_counted(
    made: Bank, capsys: pytest.CaptureFixture[str]
) -> None:
    made.features.unread = True

    for _ in range(2):  # the message comes again
        assert scored(json.dumps(envelope())) == []

    assert [decided.fallback for _, decided in made.published] == ["FEATURES_UNREAD"] * 2
    (found,) = measured(capsys)
    assert (found.name, found.value) == ("FraudFallbacks", 1)
    assert found.about["fallback"] == "FEATURES_UNREAD"


def test_a_judgement_with_all_it_needs_is_no_fallback(made: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    scored(json.dumps(envelope()))
    assert measured(capsys) == []
    assert made.published
