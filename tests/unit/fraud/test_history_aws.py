"""domain/fraud/history_aws.py: a file is put where none lies."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from domain.fraud.history_aws import PUT_TRIES_MAX, S3HistoryFiles
from domain.unsettled import Unsettled

KEY = "history/payments/learnt=2026-05-20/12.parquet"


@pytest.fixture(name="s3")
def _s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        client = boto3.Session("test", "test", region_name="us-east-1").client("s3")
        client.create_bucket(Bucket="fraud")
        yield client


def test_a_file_is_put_once_and_stays(s3: Any) -> None:
    files = S3HistoryFiles(client=lambda: s3, bucket="fraud")
    assert files.put_new(KEY, b"first")
    assert not files.put_new(KEY, b"second")
    assert s3.get_object(Bucket="fraud", Key=KEY)["Body"].read() == b"first"


@dataclass
class Meeting:
    """Puts that meet another, so many times."""

    times: int
    code: str = "ConditionalRequestConflict"
    put: list[dict[str, Any]] = field(default_factory=list)

    def put_object(self, **said: Any) -> None:
        self.times -= 1
        if self.times >= 0:
            raise ClientError({"Error": {"Code": self.code}}, "PutObject")
        self.put.append(said)


def test_a_put_that_meets_another_is_made_again() -> None:
    client = Meeting(PUT_TRIES_MAX - 1)
    assert S3HistoryFiles(client=lambda: client, bucket="fraud").put_new(KEY, b"x")  # type: ignore[arg-type,return-value]  # only what is called
    assert client.put[0]["IfNoneMatch"] == "*"


def test_who_meets_others_all_the_time_leaves_it_to_the_next_run() -> None:
    client = Meeting(PUT_TRIES_MAX)
    with pytest.raises(Unsettled):
        S3HistoryFiles(client=lambda: client, bucket="fraud").put_new(KEY, b"x")  # type: ignore[arg-type,return-value]  # as above


def test_what_else_is_wrong_is_a_fault() -> None:
    client = Meeting(1, code="AccessDenied")
    with pytest.raises(ClientError):
        S3HistoryFiles(client=lambda: client, bucket="fraud").put_new(KEY, b"x")  # type: ignore[arg-type,return-value]  # as above
