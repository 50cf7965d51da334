"""The bus as EventBridge: every event leaves with where it is from, and what was not accepted is told."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import boto3
import pytest
from moto import mock_aws

from domain import bus_aws
from domain.bus_aws import ENTRIES_MAX, EventBridgeBus, EventTooLong
from domain.ledger.events import SOURCE, LedgerEvent, event_of
from domain.ledger.model import Posted
from domain.payments.events import SOURCE as PAYMENTS
from domain.payments.events import PaymentAmount, PaymentInitiated
from tests.unit.ledger.story import tell

BUS: Final = "florin-us-east-1"


@pytest.fixture(name="events")
def _events(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield boto3.client("events", region_name="us-east-1")


def sent_by(events: Any) -> list[list[dict[str, Any]]]:
    """The entries of every PutEvents from now on, call by call, as they leave."""
    calls: list[list[dict[str, Any]]] = []
    events.meta.events.register(
        "provide-client-params.events.PutEvents", lambda params, **_: calls.append(list(params["Entries"]))
    )
    return calls


def sample(count: int) -> list[LedgerEvent]:
    world = tell("open alice; open bob")
    posted = [world.deposit("alice", number + 1).journal for number in range(count - 1)]
    refused = world.transfer("bob", "alice", 5)
    assert not isinstance(refused, Posted)
    assert refused.journal
    return [event_of(journal, "us-east-1") for journal in (*posted, refused.journal)]


def over(client: Callable[[], Any], *, bus: str = BUS) -> EventBridgeBus[LedgerEvent]:
    return EventBridgeBus(client=client, bus=bus, source=SOURCE, key=lambda event: event.journal)


class TestEventBridge:
    def test_any_number_of_events_leaves_with_bus_source_type_and_detail(self, events: Any) -> None:
        """moto refuses a call of more than ten, as the service does."""
        events.create_event_bus(Name=BUS)
        calls, wanted = sent_by(events), sample(2 * ENTRIES_MAX + 3)

        accepted = over(lambda: events).publish(wanted)

        assert accepted == (True,) * len(wanted)
        assert [len(entries) for entries in calls] == [10, 10, 3]
        sent = [entry for entries in calls for entry in entries]
        assert {(entry["EventBusName"], entry["Source"]) for entry in sent} == {(BUS, "florin.ledger")}
        assert [(entry["DetailType"], json.loads(entry["Detail"])) for entry in sent] == [
            (type(event).__name__, event.model_dump(mode="json")) for event in wanted
        ]
        assert {entry["DetailType"] for entry in sent} == {"JournalPosted", "JournalRefused"}

    def test_no_event_is_no_call(self, events: Any) -> None:
        calls = sent_by(events)

        assert over(lambda: events, bus="default").publish(()) == ()
        assert calls == []

    def test_entries_that_were_refused_are_told_one_by_one(self) -> None:
        calls: list[int] = []

        class Partly:
            """Refuses each third entry, as a throttled bus does."""

            def put_events(self, *, Entries: Sequence[Any]) -> dict[str, Any]:  # noqa: N803  (AWS's name)
                calls.append(len(Entries))
                entries = [
                    {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
                    if n % 3 == 2
                    else {"EventId": "e"}
                    for n, _ in enumerate(Entries)
                ]
                return {"FailedEntryCount": sum("ErrorCode" in entry for entry in entries), "Entries": entries}

        accepted = over(Partly).publish(sample(13))

        assert calls == [10, 3]
        assert [n for n, taken in enumerate(accepted) if not taken] == [2, 5, 8, 12]

    def test_an_event_longer_than_the_bus_takes_is_a_fault_counted_in_bytes(
        self, events: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (event, _) = sample(2)
        wide = event.model_copy(update={"kind": "ü" * 10})
        size = len(wide.model_dump_json())
        monkeypatch.setattr(bus_aws, "ENTRY_BYTES_MAX", size + 5)
        bus = over(lambda: events, bus="default")

        assert bus.publish((event,)) == (True,)
        with pytest.raises(EventTooLong, match=f"{type(wide).__name__} of {event.journal}"):
            bus.publish((wide,))

    def test_a_bus_that_does_not_answer_raises(self) -> None:
        class Gone:
            def put_events(self, *, Entries: Sequence[Any]) -> dict[str, Any]:  # noqa: N803  (AWS's name)
                raise ConnectionError

        with pytest.raises(ConnectionError):
            over(Gone).publish(sample(2))

    def test_another_part_publishes_under_its_own_source(self, events: Any) -> None:
        events.create_event_bus(Name=BUS)
        calls = sent_by(events)
        event = PaymentInitiated(
            payment="pay_us0417_a",
            region="us-east-1",
            kind="ACH_CREDIT",
            account="acc_us0417_a",
            counterparty="cpt_us_a",
            amount=PaymentAmount(minor_units="2500", currency="USD"),
            speed="SAME_DAY",
            sec="PPD",
            counterparty_age_days=3,
            account_age_days=40,
            sent_before=False,
            opened_at="2026-11-30T15:30:00.000000Z",
        )
        bus = EventBridgeBus[PaymentInitiated](
            client=lambda: events, bus=BUS, source=PAYMENTS, key=lambda event: event.payment
        )

        assert bus.publish([event]) == (True,)
        (entry,) = calls[0]
        assert (entry["Source"], entry["DetailType"]) == ("florin.payments", "PaymentInitiated")
        assert json.loads(entry["Detail"]) == event.model_dump(mode="json")
