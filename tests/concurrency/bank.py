"""One ledger table on the engine, and as many ledgers over it as there are writers."""

import random
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3

from domain.clock import Clock, SystemClock
from domain.ids import Place, account_id, joint_limit_id
from domain.jurisdictions import JURISDICTIONS
from domain.ledger.folding import Folder
from domain.ledger.model import Command, LedgerSettings, Limits, Posted, Refused
from domain.ledger.service import Ledger
from domain.ledger.store_dynamodb import DynamoLedgerStore
from domain.money import Money
from domain.refusals import TryAgain
from ops.verify.reading import TableReader, read_world
from ops.verify.world import World
from tests.tables import create_ledger_table

REGION: Final = "us-east-1"
CURRENCY: Final = "USD"
PLACE: Final = Place("us", 17)
SETTINGS: Final = LedgerSettings(region=REGION, jurisdiction=JURISDICTIONS["us"], close_after=timedelta(seconds=15))
CREDENTIALS: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
TRIES_MAX: Final = 20
"""A patient caller tries again as often, with the same key."""


def store_of(endpoint: str, table: str) -> DynamoLedgerStore:
    return DynamoLedgerStore(table=table, region=REGION, settings=SETTINGS, endpoint_url=endpoint)


def ledger_over(store: DynamoLedgerStore, seed: int, clock: Clock | None = None) -> Ledger:
    return Ledger(
        store=store,
        settings=SETTINGS,
        clock=clock or SystemClock(),
        randomness=random.Random(seed),
        pause=time.sleep,
    )


def patiently(ledger: Ledger, command: Command) -> Posted | Refused:
    """What a caller hears in the end who asks again, with the same key, as long as he is told to."""
    for _ in range(TRIES_MAX):
        answer = ledger.post(command)
        if not isinstance(answer, Refused) or not isinstance(answer.refusal, TryAgain):
            return answer
    raise AssertionError(f"{command.key} was told {TRIES_MAX} times to try again")


def usd(minor: int) -> dict[str, Money]:
    return {"amount": Money(minor, CURRENCY)}


class Bank:
    """A table with opened books, and the writer that sets the scene in it."""

    def __init__(self, endpoint: str, seed: int) -> None:
        self.endpoint = endpoint
        self.table = f"florin-ledger-{uuid.uuid4().hex[:8]}"
        self.client: Any = boto3.client("dynamodb", region_name=REGION, endpoint_url=endpoint)
        create_ledger_table(self.client, self.table)
        self.random = random.Random(seed)
        store = store_of(endpoint, self.table)
        Folder(store=store, settings=SETTINGS, clock=SystemClock()).open_books()
        self.ledger = ledger_over(store, seed)
        self.started = datetime.now(UTC)
        self._keys = 0

    def ledgers(self, count: int) -> list[Ledger]:
        """Writers that share nothing but the table."""
        return [ledger_over(store_of(self.endpoint, self.table), seed) for seed in range(count)]

    def world(self) -> World:
        now = datetime.now(UTC)
        return read_world(TableReader(self.client, self.table), settings=SETTINGS, now=now, cut=now)

    def open(self, *, minor: int = 0, limits: Limits | None = None, under: tuple[str, ...] | None = None) -> str:
        """A customer account with `minor` in it."""
        account = account_id(PLACE, datetime.now(UTC), self.random)
        self.posted("account_opened", account, currency=CURRENCY, limits=limits, joint_limits=under)
        if minor:
            self.posted("payment_received", account, role="destination", amounts=usd(minor))
        return account

    def open_joint_limit(self, per_day_minor: int) -> str:
        limit = joint_limit_id(PLACE, datetime.now(UTC), self.random)
        self.posted("account_opened", limit, currency=CURRENCY, limits=Limits(per_day_minor=per_day_minor))
        return limit

    def posted(self, kind: str, account: str, *, role: str = "account", **rest: Any) -> Posted:
        answer = self.ledger.post(self.command(kind, account, parties={role: account}, **rest))
        assert isinstance(answer, Posted), answer
        return answer

    def command(self, kind: str, account: str, *, parties: dict[str, str], **rest: Any) -> Command:
        self._keys += 1
        filled: dict[str, Any] = {"key": f"scene-{self._keys}", "scope": "bank", **rest}
        return Command(kind=kind, initiator=account, parties=parties, **filled)
