"""`florin verify`: reads every region of a running bank and judges its books. Status 1 names what is off."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from functions import configuration
from functions.composition import ledger_settings
from ops.local.aws import Clients
from ops.verify.judging import Verdict, document, judge, lines, together
from ops.verify.reading import TableReader, read_world
from ops.verify.roots import read_kept, read_key, roots_verdict

if TYPE_CHECKING:
    from domain.ledger.model import LedgerSettings
    from ops.local.bank import LocalBank, LocalRegion


def run_verify(bank: LocalBank, *, as_json: bool, quiet: bool) -> int:
    """Judges at a cut: the store's time now, read `close_after` later unless nothing is writing (`quiet`)."""
    places = {name: Clients(endpoint=bank.engine, region=name) for name in bank.regions}
    clients = {name: place.dynamodb for name, place in places.items()}
    settings = {name: _settings(region) for name, region in bank.regions.items()}
    cuts = {name: _store_time(clients[name], _table(region)) for name, region in bank.regions.items()}
    if not quiet:
        _wait(max(found.close_after for found in settings.values()), as_json=as_json)
    verdicts: dict[str, list[Verdict]] = {}
    for name, region in bank.regions.items():
        # Roots first: whatever they speak of is in the ledger by then.
        kept = read_kept(places[name].s3, region.environment["FLORIN_ROOTS_BUCKET"], name)
        key = read_key(places[name].kms, region.environment["FLORIN_ROOTS_KEY_ARN"])
        now = _store_time(clients[name], _table(region))
        reader = TableReader(clients[name], _table(region))
        cut = now if quiet else cuts[name]
        world = read_world(reader, settings=settings[name], now=now, cut=cut)
        verdicts[name] = [*judge(world), roots_verdict(kept, world=world, key=key)]
    return _report(together(verdicts), as_json=as_json)


def _report(verdicts: list[Verdict], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps(document(verdicts), indent=2))
    else:
        print("\n".join(lines(verdicts)))
    return 0 if all(verdict.ok for verdict in verdicts) else 1


def _wait(close_after: timedelta, *, as_json: bool) -> None:
    if not as_json:
        seconds = close_after.total_seconds()
        print(f"waiting {seconds:.0f} s for this minute's postings to settle (--quiet: at once)", file=sys.stderr)
    time.sleep(close_after.total_seconds())


def _settings(region: LocalRegion) -> LedgerSettings:
    return ledger_settings(configuration.read({**region.environment, "AWS_REGION": region.region}))


def _table(region: LocalRegion) -> str:
    return region.environment["FLORIN_LEDGER_TABLE"]


def _store_time(client: Any, table: str) -> datetime:
    answer = client.get_item(TableName=table, Key={"pk": {"S": "T"}, "sk": {"S": "T"}}, ConsistentRead=True)
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
