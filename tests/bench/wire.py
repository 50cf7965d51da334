"""What the client takes of a call to DynamoDB, beside a bare client of botocore with the same request:
`python -m tests.bench wire`.

The requests are the ledger's own: a posting of six items (a transfer that three joint limits count), the head of an
account, a journal by its id. Whoever answers is another process on loopback, without TLS; there is a session token, as
a function has one.
"""

import os
import random
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from unittest.mock import patch

import botocore.session
from botocore.config import Config
from pynamodb.connection.base import Connection, MetaTable
from pynamodb.expressions.operand import Path

from domain.connection_aws import WireClient
from domain.jurisdictions import JURISDICTIONS
from domain.ledger.codec import items_of
from domain.ledger.model import Command, LedgerSettings, Limits, Posted
from domain.ledger.service import Ledger
from domain.ledger.store import Appended, Conflict, Replayed, Writes
from domain.ledger.store_dynamodb import NEW_KEY, DynamoLedgerStore, table_keys
from domain.ledger.store_memory import MemoryLedgerStore
from domain.money import Money
from domain.stamping_aws import stamped
from domain.units_aws import item_size
from domain.wire_aws import Wire
from tests.bench.loopback import answering
from tests.bench.report import Ratio, Report, columns, least_cpu
from tests.ledger_values import NOON, REGION, account, joint_limit

ROUNDS: Final = 15
CALLS: Final = 60
JOINT_LIMITS: Final = 3
GOAL: Final = 0.5
SESSION: Final = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "t" * 400}

TABLE: Final = f"florin-ledger-{REGION}"
SETTINGS: Final = LedgerSettings(region=REGION, jurisdiction=JURISDICTIONS["us"])


class StillClock:
    def now(self) -> datetime:
        return NOON


class Kept(MemoryLedgerStore):
    """A ledger in memory that keeps what was written last."""

    def __init__(self) -> None:
        super().__init__(clock=StillClock(), settings=SETTINGS)
        self.last: Writes | None = None

    def append(self, writes: Writes, *, now: datetime) -> Appended | Replayed | Conflict:
        self.last = writes
        return super().append(writes, now=now)


def six_items() -> Writes:
    """A transfer whose source three joint limits count: the journal, both lines, and theirs."""
    store = Kept()
    ledger = Ledger(
        store=store, settings=SETTINGS, clock=StillClock(), randomness=random.Random(1), pause=lambda _: None
    )
    limits = tuple(map(joint_limit, range(JOINT_LIMITS)))
    payer, payee = account(1), account(2)
    amounts = {"amount": Money(10_50, "USD")}
    for name in limits:
        _post(ledger, "account_opened", name, parties={"account": name}, currency="USD", limits=LIMITS)
    opened = {"currency": "USD", "limits": LIMITS}
    _post(ledger, "account_opened", payer, parties={"account": payer}, joint_limits=limits, **opened)
    _post(ledger, "account_opened", payee, parties={"account": payee}, **opened)
    _post(ledger, "cash_deposit", payer, parties={"destination": payer}, amounts=amounts)
    between = {"source": payer, "destination": payee}
    _post(ledger, "transfer", payer, parties=between, amounts=amounts, known_joint_limits=limits)
    if store.last is None:
        raise TypeError("a transfer is written")
    return store.last


LIMITS: Final = Limits(per_transfer_minor=5_000_00, per_day_minor=10_000_00)


def _post(ledger: Ledger, kind: str, initiator: str, **said: Any) -> None:
    evidence = ("request:JKJaXmPLvHcESHA=",)
    answer = ledger.post(Command(kind=kind, initiator=initiator, scope="bank", key=kind, evidence=evidence, **said))
    if not isinstance(answer, Posted):
        raise TypeError(f"{kind} was refused: {answer}")


@dataclass(frozen=True)
class Case:
    """One request, from PynamoDB's models up and from the ledger's values up."""

    modelled: Callable[[Connection], object]
    """From what PynamoDB's models give."""
    stored: Callable[[DynamoLedgerStore], object]
    """By the ledger's store: its items or lines are made of and into values too."""


def cases(writes: Writes) -> dict[str, Case]:
    items = items_of(writes, region=REGION, spread=SETTINGS.index_spread)
    puts: list[dict[str, Any]] = [{"TableName": TABLE, "Item": item, "ConditionExpression": NEW_KEY} for item in items]
    puts[0]["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    (journal, line), now = items[:2], datetime.now(UTC)

    def posting(connection: Connection) -> object:
        with stamped(now):
            return connection.transact_write_items((), (), puts, ())

    return {
        POSTING: Case(posting, lambda store: store.append(writes, now=now)),
        "head of an account": Case(
            lambda connection: connection.query(
                TABLE,
                line["pk"]["S"],
                range_key_condition=Path("sk").startswith("L#"),
                consistent_read=True,
                limit=1,
                scan_index_forward=False,
            ),
            lambda store: store.heads([writes.lines[0].state.account]),
        ),
        "journal by its id": Case(
            lambda connection: connection.get_item(
                TABLE, journal["pk"]["S"], range_key=journal["sk"]["S"], consistent_read=True
            ),
            lambda store: store.journal(writes.journal.id),
        ),
    }


def request_of(call: Callable[[], object]) -> tuple[str, dict[str, Any]]:
    """The operation and its parameters as they reach the wire, without the token that each transaction has anew."""
    noted: list[tuple[str, dict[str, Any]]] = []
    send = WireClient._make_api_call

    def note(self: WireClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        noted.append((operation, {**parameters}))
        return send(self, operation, parameters)

    with patch.object(WireClient, "_make_api_call", note):
        call()
    (request,) = noted
    return request


def answers(writes: Writes) -> dict[str, Any]:
    items = [in_json(item) for item in items_of(writes, region=REGION, spread=SETTINGS.index_spread)]
    return {
        "TransactWriteItems": {},
        "Query": {"Items": [items[1]], "Count": 1, "ScannedCount": 1},
        "GetItem": {"Item": items[0]},
    }


def in_json(value: Any) -> Any:
    """Attributes as they travel: what is binary as base64."""
    if isinstance(value, Mapping):
        return {name: in_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [in_json(part) for part in value]
    return b64encode(value).decode() if isinstance(value, bytes) else value


def ways(case: Case, url: str) -> dict[str, Callable[[], object]]:
    store = DynamoLedgerStore(table=TABLE, region=REGION, settings=SETTINGS, endpoint_url=url)
    request = operation, parameters = request_of(lambda: case.stored(store))
    if request != request_of(lambda: case.modelled(store.connection)):
        raise ValueError(f"{operation} is not the same request from models and from values")
    bare = client(url)._make_api_call
    unchecked = client(url, parameter_validation=False)._make_api_call
    library = Connection(region=REGION, host=url, max_retry_attempts=0)
    library.add_meta_table(MetaTable(table_keys(TABLE)))
    wire = Wire(
        session=botocore.session.get_session(),
        region=REGION,
        endpoint_url=url,
        connect_timeout_seconds=2,
        read_timeout_seconds=2,
        connections_max=1,
    )
    return {
        BARE: lambda: bare(operation, parameters),
        "the same, parameters not checked": lambda: unchecked(operation, parameters),
        "PynamoDB over botocore": lambda: case.modelled(library),
        "our wire alone": lambda: wire.call(operation, parameters, at=datetime.now(UTC)),
        OURS: lambda: case.modelled(store.connection),
        "the ledger's store, values included": lambda: case.stored(store),
    }


def client(url: str, **settings: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1}, **settings)
    return botocore.session.get_session().create_client("dynamodb", REGION, endpoint_url=url, config=config)


POSTING: Final = "posting of six items"
BARE: Final = "botocore alone"
OURS: Final = "PynamoDB over our wire"


def report() -> Report:
    writes = six_items()
    with patch.dict(os.environ, SESSION), answering(answers(writes)) as url:
        found = {name: least_cpu(ways(case, url), rounds=ROUNDS, calls=CALLS) for name, case in cases(writes).items()}
    names = list(next(iter(found.values())))
    rows = [("CPU of the client, us a call", *found)]
    rows += [(name, *(f"{of[name]:.0f} ({of[name] / of[BARE]:.2f})" for of in found.values())) for name in names]
    posting = found[POSTING]
    body = sum(map(item_size, items_of(writes, region=REGION, spread=SETTINGS.index_spread)))
    return Report(
        title="The client of DynamoDB, beside botocore's with the same request",
        figures={"microseconds": found, "posting_item_bytes": body},
        text=f"{columns(rows)}\n\nIn brackets: times botocore alone. The six items have {body} bytes.",
        ratios=(Ratio(name="posting, times botocore", value=posting[OURS] / posting[BARE], goal=GOAL),),
    )
