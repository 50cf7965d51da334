"""domain/fraud/artefacts_aws.py: whatever keeps S3 from giving a document has a name, and nobody waits for long."""

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    NoCredentialsError,
    ReadTimeoutError,
)

from domain.fraud.artefacts import ArtefactMissing, ArtefactUnanswered
from domain.fraud.artefacts_aws import READ_TRIES_MAX, SILENCE_SECONDS, S3ArtefactStore
from domain.fraud.documents import sha256_of
from domain.fraud.registry_model import ArtefactKind
from functions.composition import INLINE_CLIENT

BODY = b'{"score":0.5}'
NAME = sha256_of(BODY)
RULES = ArtefactKind.RULES


def said(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")  # type: ignore[typeddict-item]  # what is read of it


class Torn:
    """A body that ends too soon."""

    def read(self) -> bytes:
        raise IncompleteReadError(actual_bytes=1, expected_bytes=2)


@dataclass
class Bucket:
    """Answers in turn; the last answer is that of all that follows."""

    answers: list[Any]
    asked: int = 0

    def get_object(self, **_: Any) -> Any:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return {"Body": io.BytesIO(answer) if isinstance(answer, bytes) else answer}


@dataclass
class Place:
    bucket: Bucket
    seconds: float = 100.0
    store: S3ArtefactStore = field(init=False)

    def __post_init__(self) -> None:
        reading: Any = lambda: self.bucket  # noqa: E731  (typed as what it stands for)
        self.store = S3ArtefactStore(client=reading, reading=reading, bucket="fraud", seconds=lambda: self.seconds)

    def get(self) -> bytes:
        return self.store.get(RULES, NAME)


def answering(*answers: Any) -> Place:
    return Place(Bucket(list(answers)))


OUTAGES: list[Any] = [
    EndpointConnectionError(endpoint_url="https://s3", error="x"),
    ConnectTimeoutError(endpoint_url="https://s3"),
    ReadTimeoutError(endpoint_url="https://s3"),
    NoCredentialsError(),
    said("SlowDown", 503),
    said("InternalError", 500),
    said("RequestTimeout"),
    said("ThrottlingException"),
    said("KMS.ThrottlingException"),
    Torn(),
]
REFUSALS = [said("KMS.DisabledException"), said("KMS.KMSInvalidStateException"), said("InvalidObjectState", 403)]


def name(answer: object) -> str:
    return str(answer.response["Error"]["Code"]) if isinstance(answer, ClientError) else type(answer).__name__


class TestAnOutage:
    @pytest.mark.parametrize("outage", OUTAGES, ids=name)
    def test_is_named_after_so_many_tries(self, outage: Any) -> None:
        place = answering(outage)
        with pytest.raises(ArtefactUnanswered, match="is not answered"):
            place.get()
        assert place.bucket.asked == READ_TRIES_MAX

    @pytest.mark.parametrize("outage", OUTAGES, ids=name)
    def test_of_a_moment_is_not_noticed(self, outage: Any) -> None:
        assert answering(outage, BODY).get() == BODY

    @pytest.mark.parametrize("refusal", REFUSALS, ids=name)
    def test_of_the_key_is_named_at_once_and_each_time(self, refusal: ClientError) -> None:
        place = answering(refusal)
        for asked in (1, 2):
            with pytest.raises(ArtefactUnanswered, match="is not given"):
                place.get()
            assert place.bucket.asked == asked

    def test_is_waited_for_by_one_and_by_nobody_else_for_a_while(self) -> None:
        place = answering(OUTAGES[0], OUTAGES[0], BODY)
        with pytest.raises(ArtefactUnanswered):
            place.get()
        place.seconds += SILENCE_SECONDS - 0.1
        with pytest.raises(ArtefactUnanswered, match="while S3 is silent"):
            place.get()
        assert place.bucket.asked == READ_TRIES_MAX

        place.seconds += 0.1
        assert place.get() == BODY
        place.seconds -= 0.1
        assert place.get() == BODY


class TestADocument:
    @pytest.mark.parametrize("refusal", [said("NoSuchKey", 404), said("AccessDenied", 403)], ids=name)
    def test_that_is_not_there_is_missing_and_the_next_one_is_asked_for(self, refusal: ClientError) -> None:
        place = answering(refusal, BODY)
        with pytest.raises(ArtefactMissing, match="is not there"):
            place.get()
        assert place.get() == BODY

    def test_of_other_bytes_than_its_name_says_is_missing(self) -> None:
        with pytest.raises(ArtefactMissing, match="is another document"):
            answering(BODY + b" ").get()


# The client that payments wait for.


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Where somebody takes connections and does this with each."""
    kept: list[socket.socket] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    taken, _ = server.accept()
                except OSError:
                    return
                kept.append(taken)
                answer(taken)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    for one in kept:
        one.close()


@cache
def session() -> boto3.Session:
    """It reads the description of the service once."""
    return boto3.Session("test", "test", region_name="us-east-1")


def inline(endpoint: str, **changes: Any) -> S3ArtefactStore:
    client = session().client("s3", endpoint_url=endpoint, config=Config(**{**INLINE_CLIENT, **changes}))
    return S3ArtefactStore(client=lambda: client, reading=lambda: client, bucket="fraud", seconds=lambda: 0.0)


class TestTheClientThatPaymentsWaitFor:
    def test_gives_up_within_seconds_whatever_happens(self) -> None:
        tries = INLINE_CLIENT["retries"]["total_max_attempts"] * READ_TRIES_MAX
        assert tries * (INLINE_CLIENT["connect_timeout"] + INLINE_CLIENT["read_timeout"]) <= 3

    def test_does_not_wait_for_who_says_nothing(self) -> None:
        asked: list[socket.socket] = []
        with listening(asked.append) as endpoint, pytest.raises(ArtefactUnanswered, match="ReadTimeoutError"):
            inline(endpoint, read_timeout=0.05).get(RULES, NAME)
        assert len(asked) == READ_TRIES_MAX

    def test_finds_nobody(self) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as server:
            port = server.getsockname()[1]
        with pytest.raises(ArtefactUnanswered, match="EndpointConnectionError"):
            inline(f"http://127.0.0.1:{port}").get(RULES, NAME)

    @pytest.mark.parametrize("status", ["500 Internal Server Error", "503 Slow Down", "429 Too Many Requests"])
    def test_is_told_to_come_again(self, status: str) -> None:
        def busy(taken: socket.socket) -> None:
            taken.recv(65_536)
            taken.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

        with listening(busy) as endpoint, pytest.raises(ArtefactUnanswered):
            inline(endpoint).get(RULES, NAME)

    def test_is_hung_up_on_in_the_middle_of_a_document(self) -> None:
        def hangs_up(taken: socket.socket) -> None:
            taken.recv(65_536)
            taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            taken.close()

        with listening(hangs_up) as endpoint, pytest.raises(ArtefactUnanswered):
            inline(endpoint).get(RULES, NAME)
