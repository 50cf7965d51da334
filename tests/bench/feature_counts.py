"""What it costs to read features and to keep them up to date: `python -m tests.bench.feature_counts` prints the table.

Counts do not depend on the machine. The stores are the real ones, over an emulator in this process.
"""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final
from unittest.mock import patch

import boto3
from moto import mock_aws

from domain.fraud.aggregates import COUNTERPARTS_MAX, Profile, applied
from domain.fraud.feature_store import Change, KeptProfile, NewRow
from domain.fraud.history import HistoryKind, parties_asked, payment_row
from domain.fraud.kinds import Scope
from domain.fraud.model import ScoringRequest
from domain.fraud.store_dynamodb_features import DynamoDBFeatureReader, DynamoDBFeatureStore
from domain.metering import Meter, Used
from domain.tables_aws import Table, connect, description
from tests.unit.fraud.feature_values import NOON, Desk, customer, decision, journal, posted, request

REGION: Final = "us-east-1"
CREDENTIALS: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
CARD: Final[dict[str, Any]] = {
    "scope": Scope.CARD,
    "payee": None,
    "terminal": "acquirer-4711/merchant-00815/terminal-42",
    "device": "dev_01K9ZZZZZZZZZZZZZZZZZZZZZZ",
}
SNOOZED: Final = {"rules": [f"RULE_{n}" for n in range(10)]}
PROMOTED: Final = {"champions": {name: f"transfer/{name}/1 {'0' * 64}" for name in ("rules", "model", "lists")}}
BUSY_PAYMENTS: Final = 400
FULL_PAYMENTS: Final = 20_000


@dataclass(frozen=True)
class Row:
    operation: str
    used: Used


class Stand:
    def __init__(self, features: Table, fraud: Table, meter: Meter) -> None:
        self.store = DynamoDBFeatureStore(features)
        self.reader = DynamoDBFeatureReader(features, fraud)
        self.desk = Desk(store=self.store)
        self._meter = meter
        self._lives = 0
        for scope in Scope:
            fraud.put({"pk": f"P#{scope.value}", "sk": "P", **PROMOTED})
        for n in range(4):
            fraud.put({"pk": f"Z#{customer(n)}", "sk": "Z", **SNOOZED})

    def lived(self, asked: ScoringRequest, payments: int, others: int) -> None:
        """Whoever takes part has this many payments of 37 days behind them, most of them of the last."""
        profile = history(payments, others)
        keys = parties_asked(asked).profile_keys(asked.amount.currency)
        self._lives += 1
        paid = self.desk.updates._paid(posted(1_000 + self._lives))
        if paid is None:
            raise TypeError("a transfer is a payment")
        row = NewRow(HistoryKind.PAYMENTS, NOON, payment_row(paid, NOON))
        profiles = {key: KeptProfile(profile, 1) for key in keys.values()}
        if not self.store.write(Change(row=row, profiles=profiles)):
            raise TypeError("somebody was there before")

    def measured(self, work: Callable[[], object]) -> Used:
        before = self._meter.used
        work()
        return self._meter.used - before


def history(payments: int, others: int) -> Profile:
    noise = random.Random(1)
    moments = sorted(NOON - timedelta(days=37) * noise.random() ** 3 for _ in range(payments))
    profile: Profile | None = None
    for moment in moments:
        name = f"acc_{noise.randrange(others)}"
        profile = applied(profile, at=moment, amount_minor=noise.randrange(1_00, 1_000_00), counterpart=name)
    return profile or Profile()


@contextmanager
def stand_in_this_process() -> Iterator[Stand]:
    with patch.dict("os.environ", CREDENTIALS), mock_aws():
        meter = Meter()
        connection = connect(region=REGION, meter=meter)
        tables: list[Table] = []
        for name in ("florin-features-us-east-1", "florin-fraud-us-east-1"):
            described: dict[str, Any] = description(name)
            del described["GlobalSecondaryIndexes"]
            boto3.client("dynamodb", region_name=REGION).create_table(**described, BillingMode="PAY_PER_REQUEST")
            tables.append(Table(connection, name))
        features, fraud = tables
        yield Stand(features, fraud, meter)


def rows(stand: Stand) -> list[Row]:
    nobody, busy, full = request(payer=1), request(payer=2, payee=12), request(payer=3, payee=13)
    card = replace(request(payer=4), **CARD)
    stand.lived(busy, BUSY_PAYMENTS, 30)
    stand.lived(full, FULL_PAYMENTS, 5 * COUNTERPARTS_MAX)
    stand.lived(card, BUSY_PAYMENTS, 30)
    stand.desk.decided[journal(40, 4)] = decision(
        journal(40, 4), payer=4, scope=Scope.CARD, payee=None, terminal=CARD["terminal"], device=CARD["device"]
    )
    hold = posted(40, kind="hold_placed", payer=4, payee=None, legs=())
    updates = stand.desk.updates
    reads = {
        "features of a transfer, nobody known": nobody,
        "features of a transfer, busy": busy,
        "features of a transfer, as full as can be": full,
        "features of a card payment, busy": card,
    }
    found = [Row(name, stand.measured(partial(stand.reader.read, asked))) for name, asked in reads.items()]
    writes: dict[str, Callable[[], object]] = {
        "payment, nobody known": lambda: updates.apply(posted(10)),
        "payment, busy": lambda: updates.apply(posted(20, payer=2, payee=12)),
        "payment, as full as can be": lambda: updates.apply(posted(30, payer=3, payee=13)),
        "card payment, busy": lambda: updates.apply(hold),
        "payment that was applied before": lambda: updates.apply(posted(10)),
        "label, busy": lambda: updates.label(journal(20, 2), fraud=True, source="CASE", learnt_at=NOON),
        "credential that was changed": lambda: updates.credential_changed(customer(2), NOON),
    }
    return found + [Row(name, stand.measured(work)) for name, work in writes.items()]


def report(found: list[Row]) -> str:
    lines = [f"{'operation':<44}{'calls':>8}{'read units':>12}{'write units':>12}"]
    lines += [
        f"{row.operation:<44}{row.used.calls:>8}{row.used.read_units:>12}{row.used.write_units:>12}" for row in found
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    with stand_in_this_process() as stand:
        sys.stdout.write(report(rows(stand)))


if __name__ == "__main__":
    main()
