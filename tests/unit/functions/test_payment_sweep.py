"""The sweep of payments as Lambda calls it, once a minute."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from domain.payments.journeys import Execution, execution_name
from domain.payments.service import Payments
from functions.payment_sweep import handler as sweep
from tests.unit.functions.events import event_for
from tests.unit.payments.test_service import Bank as Story
from tests.unit.payments.values import payment


@dataclass
class Bank:
    payments: Payments


@pytest.fixture(name="story")
def _story(monkeypatch: pytest.MonkeyPatch) -> Story:
    story = Story()
    monkeypatch.setattr(sweep, "bank", lambda: Bank(story.payments))
    return story


def test_a_journey_that_was_never_begun_is_begun_and_the_run_says_so(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    story.opened()
    story.overdue()

    sweep.handler(event_for("payment_sweep"), None)

    assert story.memory.executions == {execution_name(payment().id, 1): Execution.RUNNING}
    said = vars(caplog.records[-1])
    assert [said[name] for name in ("looked_at", "restarted", "told_again", "more")] == [1, 1, 0, False]


def test_a_minute_without_overdue_payments_says_that_too(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    story.opened()

    sweep.handler(event_for("payment_sweep"), None)
    story.clock.advance(timedelta(seconds=1))

    said = vars(caplog.records[-1])
    assert [said[name] for name in ("looked_at", "restarted", "told_again", "more")] == [0, 0, 0, False]
