"""Payments from the bus are judged, each message for itself, and the judgements go back to the bus."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from domain.clock import instant_text
from domain.fraud.events import SOURCE, FraudDecided
from functions.fraud_scorer import handler as scorer
from tests.unit.functions.events import event_for, left, messages_for
from tests.unit.ledger.world import SetClock
from tests.unit.payments.values import NOW


@dataclass
class Bank:
    """A bus that takes what it is told to."""

    takes: bool = True
    published: list[tuple[str, FraudDecided]] = field(default_factory=list)
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))

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


def test_much_to_somebody_new_is_for_a_person_to_look_at(made: Bank) -> None:
    much = {"minor_units": "250000", "currency": "USD"}
    new = envelope(amount=much, counterparty_age_days=0, sent_before=False)

    assert scored(json.dumps(new)) == []

    ((_, decided),) = made.published
    assert (decided.decision, decided.reasons) == ("REVIEW", ("NEW_COUNTERPARTY_LARGE",))


def test_bad_messages_come_back_and_hold_up_no_other(made: Bank) -> None:
    newer, stranger = envelope(version=2), envelope(memo="rent")
    bodies = ["no json", "{}", "[]", *map(json.dumps, (newer, stranger, envelope()))]

    assert scored(*bodies) == ["m0", "m1", "m2", "m3", "m4"]
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
