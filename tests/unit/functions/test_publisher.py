"""The stream's records become events, whatever one of them looks like; only a bus that is gone stops the batch."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from domain.ledger.codec import encode_journal, encode_line
from domain.ledger.events import JournalPosted, JournalRefused, LedgerEvent
from domain.ledger.model import Journal
from domain.ledger.outbox import Outbox
from domain.ledger.outbox_memory import MemoryBus, MemoryMarks
from functions.publisher import handler as publisher
from functions.queues import Queue
from tests.unit.functions.events import event_for
from tests.unit.ledger.story import tell
from tests.unit.ledger.world import World, usd


class Sent:
    """The part of the queue's client that is used."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, Any]] = []

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> None:  # noqa: N803  (AWS's names)
        self.messages.append((QueueUrl, json.loads(MessageBody)))


@dataclass
class Bank:
    outbox: Outbox
    bus: MemoryBus
    marks: MemoryMarks
    sent: Sent = field(default_factory=Sent)

    @property
    def failed_queue(self) -> Queue:
        return Queue(client=lambda: self.sent, url="http://queue/failed")

    @property
    def parked(self) -> list[Any]:
        return [body for _, body in self.sent.messages]


@pytest.fixture(name="world")
def _world() -> World:
    return tell("open alice with=900; open bob; transfer alice bob 5")


@pytest.fixture(name="bank")
def _bank(world: World, monkeypatch: pytest.MonkeyPatch) -> Bank:
    bus, marks = MemoryBus(), MemoryMarks()
    made = Bank(Outbox(store=world.store, bus=bus, marks=marks, settings=world.settings), bus, marks)
    monkeypatch.setattr(publisher, "bank", lambda: made)
    return made


def image(attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """An item as Lambda delivers it from a stream: JSON, with bytes as Base64 text."""
    found = json.loads(json.dumps(attributes, default=lambda value: base64.b64encode(value).decode()))
    assert isinstance(found, dict)
    return found


def record(item: Mapping[str, Mapping[str, Any]], number: int = 0) -> dict[str, Any]:
    (found,) = event_for("publisher")["Records"]
    keys = image({"pk": item["pk"], "sk": item["sk"]})
    found["eventID"] = f"e{number}"
    found["dynamodb"] |= {"Keys": keys, "NewImage": image(item), "SequenceNumber": str(number)}
    record: dict[str, Any] = found
    return record


def records(journals: Sequence[Journal]) -> list[dict[str, Any]]:
    return [
        record(encode_journal(journal, region="us-east-1", spread=1), number) for number, journal in enumerate(journals)
    ]


def every(world: World) -> list[Journal]:
    return list(world.journals().values())


class TestJournals:
    def test_each_is_published_as_it_was_written_and_marked(self, world: World, bank: Bank) -> None:
        publisher.handler({"Records": records(every(world))}, None)

        assert [event.journal for event in bank.bus.events] == [journal.id for journal in every(world)]
        assert bank.marks.marked("2026031016") == set(world.journals())
        assert bank.parked == []

    def test_everything_a_journal_may_hold_comes_through_the_stream(self, world: World, bank: Bank) -> None:
        secret = {"memo": bytes(range(256)), "memo_digest": "d", "evidence": ("decision-7",)}
        world.transfer("alice", "bob", 1, **secret)
        world.transfer("bob", "alice", 999)
        world.posted("hold_placed", account="alice", amounts=usd(3), expires_at=world.clock.now() + timedelta(hours=1))
        journals = every(world)[-3:]

        publisher.handler({"Records": records(journals)}, None)

        assert [type(event) for event in bank.bus.events] == [JournalPosted, JournalRefused, JournalPosted]
        assert isinstance(bank.bus.events[2], JournalPosted)
        assert bank.bus.events[2].hold == journals[2].hold

    def test_the_record_that_is_checked_in_is_one_event(self, bank: Bank) -> None:
        publisher.handler(event_for("publisher"), None)

        (event,) = bank.bus.events
        assert isinstance(event, JournalPosted)
        assert bank.parked == []

    def test_no_records_are_no_events(self, bank: Bank) -> None:
        publisher.handler({"Records": []}, None)

        assert (bank.bus.events, bank.parked) == ([], [])


def without(attribute: str) -> Any:
    def damage(found: dict[str, Any]) -> None:
        del found["dynamodb"]["NewImage"][attribute]

    return damage


def put(attribute: str, value: object) -> Any:
    def damage(found: dict[str, Any]) -> None:
        found["dynamodb"]["NewImage"][attribute] = value

    return damage


DAMAGES = {
    "no fingerprint": without("fp"),
    "no key": without("pk"),
    "an attribute of another version": put("zz", {"S": "new"}),
    "an attribute of another type": put("k", {"N": "1"}),
    "an attribute of no type": put("k", {}),
    "an attribute that is text": put("k", "transfer"),
    "bytes that are not Base64": put("fp", {"B": "%%%"}),
    "bytes that are nothing": put("fp", {"B": None}),
    "a moment that is none": put("ts", {"S": "yesterday#jrn"}),
    "a number that is none": put("sf", {"N": "many"}),
    "a currency that is none": put("cu", {"S": "XXX"}),
    "a refusal of another version": put("rc", {"S": "NO_SUCH_CODE"}),
    "legs that are no list": put("l", {"S": "legs"}),
    "no image": lambda found: found["dynamodb"].pop("NewImage"),
    "an image that is nothing": lambda found: found["dynamodb"].update(NewImage=None),
}


class TestTornRecords:
    @pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
    def test_one_is_parked_by_its_keys_and_the_rest_is_published(self, world: World, bank: Bank, damage: Any) -> None:
        batch = records(every(world))
        torn, keys = batch[1], image(batch[1]["dynamodb"]["Keys"])
        damage(torn)

        publisher.handler({"Records": batch}, None)

        good = [journal.id for number, journal in enumerate(every(world)) if number != 1]
        assert [event.journal for event in bank.bus.events] == good
        assert bank.parked == [{"keys": keys, "event": "e1"}]

    def test_a_record_without_anything_is_parked(self, world: World, bank: Bank) -> None:
        publisher.handler({"Records": [{}, {"dynamodb": None}, *records(every(world))]}, None)

        assert len(bank.bus.events) == len(every(world))
        assert bank.parked == [{"keys": {}, "event": ""}] * 2

    def test_an_item_that_is_no_journal_is_parked(self, world: World, bank: Bank) -> None:
        line = world.store.lines_of[world.id("alice")][0]

        publisher.handler({"Records": [record(encode_line(line))]}, None)

        assert bank.bus.events == []
        assert bank.parked[0]["keys"]["pk"] == {"S": f"A#{world.id('alice')}"}

    def test_nothing_of_its_contents_reaches_the_queue(self, world: World, bank: Bank) -> None:
        batch = records(every(world)[-1:])
        put("zz", {"S": "private words"})(batch[0])

        publisher.handler({"Records": batch}, None)

        assert "private" not in json.dumps(bank.parked)

    def test_all_torn_is_no_call_of_the_bus_that_matters(self, world: World, bank: Bank) -> None:
        publisher.handler({"Records": [{}, {}]}, None)

        assert bank.bus.events == []
        assert len(bank.parked) == 2
        assert {url for url, _ in bank.sent.messages} == {"http://queue/failed"}


class TestBus:
    def test_what_it_refuses_is_parked_by_name_and_left_to_the_sweep(self, world: World, bank: Bank) -> None:
        bank.bus.refuses = 1
        journals = every(world)

        publisher.handler({"Records": records(journals)}, None)

        assert bank.parked == [{"journal": journals[0].id}]
        assert journals[0].id not in bank.marks.marked("2026031016")
        world.clock.advance(timedelta(minutes=8))
        assert bank.outbox.sweep().published == 1

    def test_one_that_is_gone_raises_so_that_the_stream_delivers_again(
        self, world: World, bank: Bank, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(events: Sequence[LedgerEvent]) -> tuple[bool, ...]:
            raise ConnectionError

        batch = {"Records": [{}, *records(every(world))]}
        with monkeypatch.context() as patched:
            patched.setattr(bank.bus, "publish", gone)
            with pytest.raises(ConnectionError):
                publisher.handler(batch, None)
        assert bank.parked == []
        assert bank.marks.marked("2026031016") == frozenset()

        publisher.handler(batch, None)
        assert len(bank.bus.events) == len(every(world))
        assert len(bank.parked) == 1
