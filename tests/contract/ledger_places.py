"""Where the ledger is kept in the contract suite: in memory, in moto, in the local engine."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import boto3
import pytest
from moto import mock_aws

from domain.clock import SystemClock
from domain.jurisdictions import JURISDICTIONS
from domain.ledger.model import LedgerSettings
from domain.ledger.store import LedgerStore
from domain.ledger.store_dynamodb import DynamoLedgerStore
from domain.ledger.store_memory import MemoryLedgerStore
from ops.local.engine_process import Engine
from tests.tables import create_ledger_table

REGION: Final = "us-east-1"
MEMORY, MOTO, ENGINE = "memory", "moto", "engine"
PLACES: Final = (MEMORY, MOTO, ENGINE)
SETTINGS: Final = LedgerSettings(region=REGION, jurisdiction=JURISDICTIONS["us"], index_spread=3)


@dataclass(frozen=True)
class Place:
    name: str
    store: LedgerStore

    def now(self) -> datetime:
        return datetime.now(UTC)


def own_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own AWS settings stay outside."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


def memory_store(settings: LedgerSettings = SETTINGS) -> MemoryLedgerStore:
    return MemoryLedgerStore(clock=SystemClock(), settings=settings)


@contextmanager
def moto_store(settings: LedgerSettings = SETTINGS) -> Iterator[DynamoLedgerStore]:
    """moto loses updates under threads, so heads are read one after the other."""
    with mock_aws():
        create_ledger_table(boto3.client("dynamodb", region_name=REGION), "florin-ledger")
        yield DynamoLedgerStore(table="florin-ledger", region=REGION, settings=settings, heads_at_once=1)


def engine_store(engine: Engine, settings: LedgerSettings = SETTINGS) -> DynamoLedgerStore:
    """A table of its own in the engine that all tests share."""
    table = f"florin-ledger-{uuid.uuid4().hex}"
    create_ledger_table(boto3.client("dynamodb", region_name=REGION, endpoint_url=engine.endpoint), table)
    return DynamoLedgerStore(table=table, region=REGION, settings=settings, endpoint_url=engine.endpoint)


@contextmanager
def place_named(name: str, request: pytest.FixtureRequest) -> Iterator[Place]:
    if name == MEMORY:
        yield Place(name, memory_store())
    elif name == MOTO:
        with moto_store() as store:
            yield Place(name, store)
    else:
        yield Place(name, engine_store(request.getfixturevalue("engine")))
