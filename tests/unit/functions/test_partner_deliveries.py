"""The queue of what partners delivered, and the sweep that fills it again, over a house in memory."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest

from domain.partners.model import Delivery, DeliveryState
from domain.partners.rules import TRIES_MAX
from domain.refusals import Refusal
from functions.composition_partners import quarantined
from functions.partner_deliveries import handler as deliveries
from functions.partner_sweep import handler as sweep
from tests.unit.functions.events import event_for, left, messages_for
from tests.unit.functions.measured import measured
from tests.unit.partners.house import PartnersHouse


@dataclass(frozen=True, slots=True)
class FileUnknown(Refusal):
    code: ClassVar[str] = "FILE_UNKNOWN"


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> PartnersHouse:
    made = PartnersHouse()
    for module in (deliveries, sweep):
        monkeypatch.setattr(module, "bank", lambda: made)
    return made


def brought(*ids: str) -> list[str]:
    """What the queue brings; which of its messages come back."""
    bodies = [json.dumps({"delivery": delivery}) for delivery in ids]
    return left(deliveries.handler, messages_for("partner_deliveries", *bodies))


def test_a_delivery_is_processed_once_however_often_it_is_brought(house: PartnersHouse) -> None:
    delivery = house.received()

    assert brought(delivery, delivery) == []
    assert brought(delivery) == []

    assert house.found(delivery).state is DeliveryState.PROCESSED
    assert len(house.acting.given) == 1


def test_one_bad_message_holds_up_no_other(house: PartnersHouse) -> None:
    good = house.received()
    event = messages_for("partner_deliveries", "no JSON", '{"delivery": "dlv_1"}', json.dumps({"delivery": good}), "{}")

    assert left(deliveries.handler, event) == ["m0", "m1", "m3"]
    assert house.found(good).state is DeliveryState.PROCESSED


def test_what_a_handler_refuses_is_done_with_and_does_not_come_back(house: PartnersHouse) -> None:
    house.acting.refuses = FileUnknown()
    delivery = house.received()

    assert brought(delivery) == []
    assert house.found(delivery).state is DeliveryState.QUARANTINED


def test_what_raises_comes_back_and_after_five_times_has_failed(
    house: PartnersHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    house.acting.raises = ConnectionError("secret")
    delivery = house.received()

    states = []
    for _ in range(TRIES_MAX):
        assert brought(delivery) == ["m0"]
        states.append(house.found(delivery).state)

    assert states == [*[DeliveryState.RECEIVED] * (TRIES_MAX - 1), DeliveryState.FAILED]
    assert [found.name for found in measured(capsys)] == ["Faults"] * TRIES_MAX


def test_what_a_fault_says_is_not_logged(house: PartnersHouse, capsys: pytest.CaptureFixture[str]) -> None:
    house.acting.raises = ConnectionError("secret")

    brought(house.received())

    assert "secret" not in capsys.readouterr().out


def test_the_sweep_puts_into_the_queue_what_was_lost(house: PartnersHouse) -> None:
    delivery = house.received()
    house.queue.clear()
    house.clock.move(timedelta(minutes=1))

    sweep.handler(event_for("partner_sweep"), None)

    assert house.queue == [delivery]


def test_a_quarantined_delivery_is_counted_with_its_reason(
    house: PartnersHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    delivery: Delivery = house.partners.process(house.received(kind="card.cleared"))
    capsys.readouterr()

    quarantined(delivery.id, partner=delivery.partner, reason=delivery.reason or "")

    (found,) = measured(capsys)
    assert (found.name, found.value) == ("PartnerDeliveriesQuarantined", 1)
    assert found.about == {"delivery": delivery.id, "partner": "sponsor", "reason": "KIND_UNKNOWN"}
