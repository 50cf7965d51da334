"""The sponsor bank beside a local bank: turns over an exchange in memory, and messages over real HTTP."""

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import boto3
import pytest
from botocore.stub import Stubber

from domain.rails.ach.exchange import ContentDiffers
from ops.local.bank import LocalBank, LocalRegion
from ops.sponsor.bank import LADDER
from ops.sponsor.bucket import OUTPUT, S3Bucket
from ops.sponsor.drafting import Wish
from ops.sponsor.keeping import condition, opened, seen
from ops.sponsor.run import NoExchange, Postman, Runner, buckets_of, turn
from ops.sponsor.state import Message
from tests.unit.ops.sponsor.files import NOW, REGION, ours

SECRET = b"0123456789abcdef0123456789abcdef"


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Clock:
    instant: datetime = NOW

    def now(self) -> datetime:
        return self.instant


@dataclass
class MemoryBucket:
    ours: dict[str, bytes] = field(default_factory=dict)
    theirs: dict[str, bytes] = field(default_factory=dict)

    def names(self) -> list[str]:
        return sorted(self.ours)

    def get(self, name: str) -> bytes | None:
        return self.ours.get(name)

    def put(self, key: str, content: bytes) -> None:
        if self.theirs.setdefault(key, content) != content:
            raise ContentDiffers(key)


@dataclass
class Door:
    """What was delivered, and what it answers."""

    messages: list[Message] = field(default_factory=list)
    taken: bool = True

    def deliver(self, message: Message) -> tuple[bool, str]:
        self.messages.append(message)
        return self.taken, "202" if self.taken else "503"


class TestTurn:
    def test_a_new_file_is_taken_and_answered_once(self, tmp_path: Path) -> None:
        bucket, door, clock = MemoryBucket({"fil_1.ach": ours(10_00).encode()}), Door(), Clock()
        first = turn(tmp_path, {REGION: bucket}, door.deliver, clock)
        second = turn(tmp_path, {REGION: bucket}, door.deliver, clock)
        assert first.taken == ("fil_1.ach",)
        assert (second.taken, second.delivered) == ((), ())
        assert [json.loads(one.body)["type"] for one in door.messages] == ["ach.file.acknowledged"]

    def test_files_of_several_regions_are_answered_where_they_came_from(self, tmp_path: Path) -> None:
        east = MemoryBucket({"fil_1.ach": ours(10_00).encode()})
        west = MemoryBucket({"fil_2.ach": ours(10_00, first=5_000_001, modifier="S").encode()})
        door = Door()
        turn(tmp_path, {"us-east-1": east, "us-west-2": west}, door.deliver, Clock())
        assert {one.file: one.region for one in door.messages} == {"fil_1.ach": "us-east-1", "fil_2.ach": "us-west-2"}

    def test_what_is_not_taken_is_delivered_again_later_under_its_id(self, tmp_path: Path) -> None:
        bucket, door, clock = MemoryBucket({"fil_1.ach": ours(10_00).encode()}), Door(taken=False), Clock()
        turn(tmp_path, {REGION: bucket}, door.deliver, clock)
        turn(tmp_path, {REGION: bucket}, door.deliver, clock)
        assert len(door.messages) == 1
        clock.instant += LADDER[0]
        door.taken = True
        turn(tmp_path, {REGION: bucket}, door.deliver, clock)
        assert len({one.id for one in door.messages}) == 1
        assert [one.state for one in seen(tmp_path).messages.values()] == ["DELIVERED"]

    def test_files_for_us_are_put_once(self, tmp_path: Path) -> None:
        bucket = MemoryBucket()
        with opened(tmp_path) as bank:
            file = bank.originate(Wish(account_number="4000", amount_minor=1, credit=True), region=REGION, now=NOW)
        for _ in range(2):
            turn(tmp_path, {REGION: bucket}, Door().deliver, Clock())
        assert list(bucket.theirs) == [file.name]
        assert seen(tmp_path).inbound[file.name].text is None

    def test_a_file_for_a_region_without_an_exchange_waits(self, tmp_path: Path) -> None:
        with opened(tmp_path) as bank:
            bank.originate(Wish(account_number="4000", amount_minor=1, credit=True), region="eu-west-1", now=NOW)
        assert turn(tmp_path, {REGION: MemoryBucket()}, Door().deliver, Clock()).put == ()

    def test_killed_between_saying_and_keeping_it_says_the_same_again(self, tmp_path: Path) -> None:
        bucket, door = MemoryBucket({"fil_1.ach": ours(10_00).encode()}), Door()

        def killed(message: Message) -> tuple[bool, str]:
            door.deliver(message)
            raise Killed

        with pytest.raises(Killed):
            turn(tmp_path, {REGION: bucket}, killed, Clock())
        turn(tmp_path, {REGION: bucket}, door.deliver, Clock())
        first, second = door.messages
        assert (first.id, first.body) == (second.id, second.body)
        turn(tmp_path, {REGION: bucket}, door.deliver, Clock())
        assert len(door.messages) == 2

    def test_a_command_may_order_something_while_a_message_is_on_its_way(self, tmp_path: Path) -> None:
        bucket = MemoryBucket({"fil_1.ach": ours(10_00).encode()})

        def slow(message: Message) -> tuple[bool, str]:
            with opened(tmp_path) as bank:  # nobody holds it meanwhile
                bank.misbehave("say-nothing", times=None)
            return True, "202"

        turn(tmp_path, {REGION: bucket}, slow, Clock())
        assert [one.name for one in seen(tmp_path).switches] == ["say-nothing"]


class TestDelivering:
    @contextmanager
    def webhooks(self, status: int) -> Iterator[tuple[str, list[tuple[str, dict[str, str], bytes]]]]:
        heard: list[tuple[str, dict[str, str], bytes]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                return

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/webhooks", heard
        finally:
            server.shutdown()
            server.server_close()

    def message(self, *, forged: bool = False, region: str = REGION) -> Message:
        return Message(
            id="msg_1",
            region=region,
            kind="ach.file.acknowledged",
            body='{"a": "é"}',
            due_at="2026-03-09T14:05:00.000000Z",
            file="fil_1.ach",
            forged=forged,
        )

    @pytest.mark.parametrize(("status", "taken"), [(200, True), (202, True), (401, False), (404, False), (503, False)])
    def test_what_is_answered_2xx_is_taken(self, tmp_path: Path, status: int, taken: bool) -> None:
        with self.webhooks(status) as (address, heard):
            answer = Postman(bank_at(tmp_path, address), Clock()).deliver(self.message())
        assert answer == (taken, str(status))
        ((path, headers, body),) = heard
        assert path == "/webhooks/sponsor/ach.file.acknowledged"
        content = f"msg_1.{headers['webhook-timestamp']}.".encode() + body
        right = base64.b64encode(hmac.digest(SECRET, content, "sha256")).decode()
        assert headers["webhook-signature"] == f"v1,{right}"

    def test_a_forged_message_is_signed_otherwise(self, tmp_path: Path) -> None:
        with self.webhooks(401) as (address, heard):
            for forged in (False, True):
                Postman(bank_at(tmp_path, address), Clock()).deliver(self.message(forged=forged))
        assert len({headers["webhook-signature"] for _, headers, _ in heard}) == 2

    def test_where_nobody_listens_it_is_not_taken(self, tmp_path: Path) -> None:
        taken, said = Postman(bank_at(tmp_path, "http://127.0.0.1:9/webhooks"), Clock()).deliver(self.message())
        assert not taken
        assert "does not answer" in said

    def test_without_a_secret_or_a_region_nothing_is_sent(self, tmp_path: Path) -> None:
        bank = bank_at(tmp_path, "http://127.0.0.1:9/webhooks")
        assert Postman(bank, Clock()).deliver(self.message(region="eu-west-1")) == (
            False,
            "this bank has no region eu-west-1",
        )
        (tmp_path / "partners.json").unlink()
        taken, said = Postman(bank, Clock()).deliver(self.message())
        assert not taken
        assert "no partner" in said


class TestRunner:
    def test_without_an_exchange_it_says_so_once_and_goes_on(self, tmp_path: Path) -> None:
        bank_at(tmp_path, "http://127.0.0.1:9/webhooks").save()
        said: list[str] = []
        runner = Runner(tmp_path, said.append, Clock())
        for _ in range(3):
            runner.once()
        assert said == [f"sponsor bank: no region of the bank has an output {OUTPUT}"]
        assert condition(tmp_path, NOW) == f"no region of the bank has an output {OUTPUT}"

    def test_a_fault_of_its_own_does_not_end_the_bank_beside_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("ops.sponsor.run.buckets_of", broken)
        bank_at(tmp_path, "http://127.0.0.1:9/webhooks").save()
        Runner(tmp_path, lambda _: None, Clock()).once()
        assert condition(tmp_path, NOW) == "fault: ZeroDivisionError"
        assert "ZeroDivisionError" in capsys.readouterr().err

    def test_it_ends_when_it_is_asked_to(self, tmp_path: Path) -> None:
        runner = Runner(tmp_path, lambda _: None, Clock())
        thread = threading.Thread(target=runner.run)
        thread.start()
        runner.stop()
        thread.join(timeout=10)
        assert not thread.is_alive()
        assert condition(tmp_path, NOW) == "not running"


class TestBucket:
    def test_names_come_without_their_folder(self) -> None:
        client = boto3.client("s3", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b")
        with Stubber(client) as stub:
            stub.add_response(
                "list_objects_v2",
                {"Contents": [{"Key": "outbound/ach/fil_1.ach"}], "IsTruncated": True, "NextContinuationToken": "n"},
                {"Bucket": "b", "Prefix": "outbound/ach/"},
            )
            stub.add_response(
                "list_objects_v2",
                {"Contents": [{"Key": "outbound/ach/fil_2.ach"}], "IsTruncated": False},
                {"Bucket": "b", "Prefix": "outbound/ach/", "ContinuationToken": "n"},
            )
            assert S3Bucket(client, "b").names() == ["fil_1.ach", "fil_2.ach"]

    def test_a_region_has_the_bucket_that_its_stack_names(self, tmp_path: Path) -> None:
        bank = bank_at(tmp_path, "http://127.0.0.1:9/webhooks")
        with pytest.raises(NoExchange):
            buckets_of(bank)
        bank.regions[REGION].outputs[OUTPUT] = "florin-exchange-us-east-1"
        assert list(buckets_of(bank)) == [REGION]


def bank_at(folder: Path, webhooks: str) -> LocalBank:
    secret = f"whsec_{base64.b64encode(SECRET).decode()}"
    (folder / "partners.json").write_text(json.dumps({REGION: {"sponsor": {"secret": secret, "private_key": "whsk_"}}}))
    region = LocalRegion(
        region=REGION,
        jurisdiction="us",
        graphql="",
        webhooks=webhooks,
        health="",
        pool_id="",
        client_id="",
        outputs={},
        environment={},
    )
    return LocalBank(folder=folder, version="0", engine_port=9, graphiql_port=9, regions={REGION: region})


def test_each_rung_of_the_ladder_waits_longer_than_the_one_before() -> None:
    assert sorted(set(LADDER)) == list(LADDER)
