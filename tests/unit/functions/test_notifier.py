"""Events from the bus become notices, each message judged for itself."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from domain.accounts.model import Account
from domain.customers.model import Customer
from domain.ledger.events import event_of
from domain.ledger.model import Journal
from domain.notices.ledger_news import LedgerNews
from domain.transfers.model import Transfer
from functions.notifier import handler as notifier
from tests.unit.accounts.house import REGION
from tests.unit.functions.events import event_for, left, messages_for
from tests.unit.transfers.desk import Desk


@dataclass
class Bank:
    ledger_news: LedgerNews


@dataclass
class Story:
    desk: Desk
    payer: Customer
    source: Account
    payee: Customer
    destination: Account

    def paid(self, minor: int) -> Journal:
        answer = self.desk.pay(self.payer, self.source, self.destination, minor, key=f"k-{minor}")
        assert isinstance(answer, Transfer), answer
        return answer.journal

    def told(self) -> list[str]:
        return sorted(notice.text for notice in self.desk.told(self.payee))


@pytest.fixture(name="story")
def _story(monkeypatch: pytest.MonkeyPatch) -> Story:
    desk = Desk()
    made = Bank(LedgerNews(notices=desk.notices, accounts=desk.accounts))
    monkeypatch.setattr(notifier, "bank", lambda: made)
    return Story(desk, *desk.pair())


def envelope(journal: Journal) -> dict[str, Any]:
    """An event as EventBridge puts it into the queue."""
    event = event_of(journal, REGION)
    (message,) = event_for("notifier")["Records"]
    sample: dict[str, Any] = json.loads(message["body"])
    return sample | {"detail-type": type(event).__name__, "detail": event.model_dump(mode="json")}


def messages(bodies: Sequence[str]) -> dict[str, Any]:
    return messages_for("notifier", *bodies)


def test_a_posted_journal_is_told_and_a_repetition_is_not(story: Story) -> None:
    body = json.dumps(envelope(story.paid(5_00)))

    assert left(notifier.handler, messages([body, body])) == []
    assert left(notifier.handler, messages([body])) == []

    (text,) = story.told()
    assert "received 5.00 USD" in text


def test_a_refused_journal_tells_nobody_anything(story: Story) -> None:
    story.desk.pay(story.payer, story.source, story.destination, 99_999_00, key="too-much")
    refused = next(found for found in story.desk.ledger_store.journals.values() if not found.posted)

    assert left(notifier.handler, messages([json.dumps(envelope(refused))])) == []
    assert story.told() == []
    assert story.desk.told(story.payer) == []


def test_bad_messages_come_back_and_hold_up_no_other(story: Story) -> None:
    good = envelope(story.paid(5_00))
    newer = good | {"detail": good["detail"] | {"version": 2}}
    stranger = good | {"detail": good["detail"] | {"memo": "rent"}}
    lacking = good | {"detail": {name: said for name, said in good["detail"].items() if name != "legs"}}
    bodies = ["no json", "{}", "[]", json.dumps(newer), json.dumps(stranger), json.dumps(lacking), json.dumps(good)]

    assert left(notifier.handler, messages(bodies)) == ["m0", "m1", "m2", "m3", "m4", "m5"]
    assert len(story.told()) == 1


def test_what_could_not_be_kept_comes_back_and_the_rest_is_told(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (json.dumps(envelope(story.paid(minor))) for minor in (5_00, 7_00))
    put, calls = story.desk.notices.put, []

    def failing_once(*args: Any, **parts: Any) -> Any:
        calls.append(parts["key"])
        if len(calls) == 1:
            raise ConnectionError
        return put(*args, **parts)

    monkeypatch.setattr(story.desk.notices, "put", failing_once)

    assert left(notifier.handler, messages([first, second])) == ["m0"]
    assert len(story.told()) == 1
    assert left(notifier.handler, messages([first])) == []
    assert len(story.told()) == 2


def test_a_batch_of_nothing_fails_nothing(story: Story) -> None:
    assert notifier.handler(messages([]), None) == {"batchItemFailures": []}
