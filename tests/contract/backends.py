"""Where the stores under contract live. A store test runs once over each of `BACKENDS`.

Another backend is one more line in `_PLACES`: a name, and what yields a connection and clients for one test.
"""

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final, TypeVar

import boto3
import pytest
from moto import mock_aws
from pynamodb.connection.base import Connection

from domain.tables_aws import Index, Table, connect, description

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

REGION: Final = "us-east-1"
MEMORY: Final = "memory"


@dataclass(frozen=True)
class Aws:
    """One region of something that speaks AWS, for one test. Clients are made when asked for: few tests do."""

    connection: Connection
    endpoint: str | None

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        return _session().client("dynamodb", endpoint_url=self.endpoint)

    @cached_property
    def kms(self) -> "KMSClient":
        return _session().client("kms", endpoint_url=self.endpoint)

    @cached_property
    def s3(self) -> "S3Client":
        return _session().client("s3", endpoint_url=self.endpoint)

    def table(self, name: str, *indexes: Index) -> Table:
        """A new, empty table, whose name begins with `name`: an engine outlives a test."""
        name = f"{name}-{uuid.uuid4().hex}"
        keys = description(name, *indexes)
        self.connection.create_table(
            name,
            attribute_definitions=keys["AttributeDefinitions"],
            key_schema=keys["KeySchema"],
            billing_mode="PAY_PER_REQUEST",
            global_secondary_indexes=[
                {
                    "index_name": index["IndexName"],
                    "key_schema": index["KeySchema"],
                    "projection": index["Projection"],
                }
                for index in keys["GlobalSecondaryIndexes"]
            ],
        )
        return Table(self.connection, name, *indexes)


@cache
def _session() -> boto3.Session:
    """It reads the descriptions of the services once."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION)


def _speaking_to(endpoint: str | None) -> Aws:
    return Aws(connect(region=REGION, endpoint=endpoint, access_key_id="test", secret_access_key="test"), endpoint)


@contextmanager
def _moto(request: pytest.FixtureRequest) -> Iterator[Aws]:
    with mock_aws():
        yield _speaking_to(None)


@contextmanager
def _engine(request: pytest.FixtureRequest) -> Iterator[Aws]:
    yield _speaking_to(request.getfixturevalue("engine").endpoint)


_PLACES: Final[dict[str, Callable[[pytest.FixtureRequest], AbstractContextManager[Aws]]]] = {
    "moto": _moto,
    "engine": _engine,
}
BACKENDS: Final = (MEMORY, *_PLACES)
AT_ONCE: Final = tuple(name for name in BACKENDS if name != "moto")
"""Backends that keep their promises to many callers at once: moto loses updates under threads."""
CALLERS: Final = 6

T = TypeVar("T")


def at_once(call: Callable[[int], T]) -> list[T]:
    """The call made by several threads that start together; each is given its number."""
    start = threading.Barrier(CALLERS)

    def one(number: int) -> T:
        start.wait(timeout=10)
        return call(number)

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(one, range(CALLERS)))


@contextmanager
def aws(request: pytest.FixtureRequest) -> Iterator[Aws | None]:
    """What the fixture's parameter names: None for memory."""
    if request.param == MEMORY:
        yield None
        return
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
            environment.delenv(name, raising=False)  # the developer's own settings stay outside
        with _PLACES[request.param](request) as place:
            yield place
