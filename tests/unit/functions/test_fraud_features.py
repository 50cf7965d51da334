"""Payments from the bus are applied, each message for itself, and again without effect."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.fraud.feature_updates import FeaturesContended, Outcome
from domain.ledger.events import JournalPosted
from functions.fraud_features import handler as features
from functions.messages import NoneTaken
from tests.unit.functions.events import event_for, left, messages_for


@dataclass
class Updates:
    """Applies all but a journal that it is told to leave."""

    contended: str = ""
    applied: list[JournalPosted] = field(default_factory=list)

    def apply(self, event: JournalPosted) -> Outcome:
        if event.journal == self.contended:
            raise FeaturesContended(event.journal)
        self.applied.append(event)
        return Outcome.APPLIED


@dataclass
class Bank:
    feature_updates: Updates = field(default_factory=Updates)


@pytest.fixture(name="made")
def _made(monkeypatch: pytest.MonkeyPatch) -> Bank:
    made = Bank()
    monkeypatch.setattr(features, "bank", lambda: made)
    return made


def envelope(detail_type: str = "JournalPosted", **changes: Any) -> str:
    """The journal of the sample event, with these fields otherwise."""
    (message,) = event_for("fraud_features")["Records"]
    sample: dict[str, Any] = json.loads(message["body"])
    return json.dumps(sample | {"detail-type": detail_type, "detail": sample["detail"] | changes})


def test_a_payment_is_applied(made: Bank) -> None:
    assert features.handler(event_for("fraud_features"), None) == {"batchItemFailures": []}
    (event,) = made.feature_updates.applied
    assert event.kind == "transfer"


def test_an_event_of_before_payments_were_named_is_taken(made: Bank) -> None:
    (message,) = event_for("fraud_features")["Records"]
    sample = json.loads(message["body"])
    del sample["detail"]["payment"]
    assert left(features.handler, messages_for("fraud_features", json.dumps(sample))) == []
    assert made.feature_updates.applied[0].payment is None


def test_other_events_change_nothing(made: Bank) -> None:
    assert left(features.handler, messages_for("fraud_features", envelope("JournalRefused"))) == []
    assert made.feature_updates.applied == []


def test_what_cannot_be_applied_comes_back_and_holds_up_no_other(made: Bank) -> None:
    made.feature_updates.contended = "jrn_busy"
    bodies = [envelope(), envelope(journal="jrn_busy"), "no event", envelope(journal="jrn_3")]
    assert left(features.handler, messages_for("fraud_features", *bodies)) == ["m1", "m2"]
    assert len(made.feature_updates.applied) == 2


def test_a_batch_of_which_nothing_is_applied_is_an_error(made: Bank) -> None:
    made.feature_updates.contended = "jrn_busy"
    with pytest.raises(NoneTaken):
        features.handler(messages_for("fraud_features", envelope(journal="jrn_busy")), None)
