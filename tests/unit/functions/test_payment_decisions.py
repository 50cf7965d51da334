"""What was decided of payments moves them, each message judged for itself."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from domain.fraud.kinds import Decision
from domain.payments.kinds import PaymentState
from domain.payments.model import Payment
from domain.payments.service import Payments
from domain.rails.ach.service import Ach
from functions.payment_decisions import handler as decisions
from ops.simulation.ach_world import ROUNDS
from tests.unit.functions.events import event_for, left, messages_for
from tests.unit.rails.ach.bank import AchBank


@dataclass
class Bank:
    ach: Ach
    payments: Payments


@pytest.fixture(name="made")
def _made(monkeypatch: pytest.MonkeyPatch) -> AchBank:
    made = AchBank()
    monkeypatch.setattr(decisions, "bank", lambda: Bank(made.ach, made.payments))
    return made


def accepted(made: AchBank, *minors: int) -> list[Payment]:
    """Payments whose journeys wait for the decision."""
    owner, account, counterparty = made.sender(minor=9_000_00)
    payments = [made.send(owner, account, counterparty, minor, key=str(minor)) for minor in minors]
    for _ in made.machine.settle(ROUNDS):
        pass
    return payments


def envelope(payment: str, **changes: Any) -> dict[str, Any]:
    (message,) = event_for("payment_decisions")["Records"]
    sample: dict[str, Any] = json.loads(message["body"])
    return sample | {"detail": sample["detail"] | {"payment": payment} | changes}


def told(*bodies: str) -> list[str]:
    return left(decisions.handler, messages_for("payment_decisions", *bodies))


def test_a_payment_that_is_approved_goes_on_once(made: AchBank) -> None:
    (payment,) = accepted(made, 25_00)
    body = json.dumps(envelope(payment.id))

    assert told(body, body) == []
    made.run()

    assert made.state(payment) is PaymentState.SCHEDULED
    assert made.events(payment).count("screened") == 1


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        ("STEP_UP", PaymentState.AWAITING_STEP_UP),
        ("SOFT_DECLINE", PaymentState.DECLINED),
        ("REVIEW", PaymentState.IN_REVIEW),
        ("BLOCK", PaymentState.DECLINED),
    ],
)
def test_a_payment_that_is_not_approved_is_held_up_or_ends(made: AchBank, decision: str, state: PaymentState) -> None:
    (payment,) = accepted(made, 25_00)

    assert told(json.dumps(envelope(payment.id, decision=decision, reasons=["NEW_COUNTERPARTY_LARGE"]))) == []
    made.run()

    assert made.state(payment) is state


@pytest.mark.parametrize("late", Decision)
def test_a_decision_that_comes_late_changes_nothing(made: AchBank, late: Decision) -> None:
    (payment,) = accepted(made, 25_00)
    told(json.dumps(envelope(payment.id)))
    before = made.payment(payment)

    assert told(json.dumps(envelope(payment.id, decision=late.value))) == []

    assert made.payment(payment) == before


def test_bad_messages_come_back_and_hold_up_no_other(made: AchBank) -> None:
    (payment,) = accepted(made, 25_00)
    unknown, newer, odd = envelope("pay_1"), envelope(payment.id, version=2), envelope(payment.id, decision="MAYBE")
    bodies = ["no json", "{}", *map(json.dumps, (unknown, newer, odd, envelope(payment.id)))]

    assert told(*bodies) == ["m0", "m1", "m2", "m3", "m4"]
    assert made.state(payment) is PaymentState.SCREENED


def test_what_could_not_be_kept_comes_back_and_the_rest_is_told(
    made: AchBank, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = accepted(made, 25_00, 30_00)
    existing = Payments.existing

    def failing(self: Payments, payment: str) -> Payment:
        if payment == first.id:
            raise ConnectionError("Maria")
        return existing(self, payment)

    with monkeypatch.context() as patched:
        patched.setattr(Payments, "existing", failing)
        assert told(*(json.dumps(envelope(one.id)) for one in (first, second))) == ["m0"]
    assert [made.state(one) for one in (first, second)] == [PaymentState.ACCEPTED, PaymentState.SCREENED]
    assert "Maria" not in str([vars(record) for record in caplog.records])
