"""After all that the other tests did: no table, log, event or kept file shows personal data or a secret."""

import json
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from ops.local.aws import Clients
from ops.local.bank import LocalBank
from ops.seed.people import CUSTOMERS, profile_of
from ops.verify.privacy import scan, text_of_item
from tests.stack.conftest import HEARD, Ask

ENGINES_OWN: Final = "engine/state/"
"""The memory of the engine, which stands for AWS's own: private keys of the user pools, and what the tables hold."""
EXCHANGE: Final = "/florin-exchange-"
"""The files between us and the sponsor bank, which say who pays whom; on AWS they lie under a key."""
LOGINS: Final = "users.json"
"""The logins of the seeded people, which the local bank is there to tell."""
AT_LEAST: Final = {"tables": 2000, "logs": 100, "events": 100, "files": 100}
EVENTS_MAX: Final = 20_000


def personal() -> dict[str, str]:
    """Everything the seed knows of its people, but for words that stand elsewhere too (towns, countries)."""
    known: dict[str, str] = {}
    for region, people in CUSTOMERS.items():
        jurisdiction = "eu" if region.startswith("eu") else "us"
        for number, person in enumerate(people):
            profile = profile_of(person, jurisdiction, number)
            known |= {profile.name: "a name", profile.email: "an e-mail address", profile.phone: "a telephone number"}
            known |= {profile.address.line1: "a street", profile.born_on: "a date of birth"}
    return known


def tables(bank: LocalBank) -> Iterator[tuple[str, str]]:
    for region in bank.regions:
        client = Clients(endpoint=bank.engine, region=region).dynamodb
        for table in client.list_tables()["TableNames"]:
            for page in client.get_paginator("scan").paginate(TableName=table):
                for item in page["Items"]:
                    yield f"{table} {item['pk']['S']}", text_of_item(item)


def logs(bank: LocalBank) -> Iterator[tuple[str, str]]:
    for region in bank.regions:
        client = Clients(endpoint=bank.engine, region=region).logs
        for group in client.describe_log_groups()["logGroups"]:
            name = group["logGroupName"]
            for page in client.get_paginator("filter_log_events").paginate(logGroupName=name):
                for event in page["events"]:
                    yield name, event["message"]


def events(bank: LocalBank) -> Iterator[tuple[str, str]]:
    """What the bus carried since the bank was started: its archive, a queue that every event of it reaches."""
    for region in bank.regions:
        client = Clients(endpoint=bank.engine, region=region).sqs
        queue = client.get_queue_url(QueueName=HEARD)["QueueUrl"]
        for _ in range(EVENTS_MAX // 10):
            found = client.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
            if not found:
                break
            for message in found:
                yield f"an event of {region}", message["Body"]
        else:
            raise AssertionError(f"more than {EVENTS_MAX} events in {region}")


def files(folder: Path) -> Iterator[tuple[str, str]]:
    """All that lies in the bank's folder."""
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        kept = not name.startswith(ENGINES_OWN) and EXCHANGE not in name and name != LOGINS
        if path.is_file() and kept:
            yield name, path.read_text(encoding="utf-8", errors="replace")


def test_no_table_log_event_or_file_shows_personal_data_or_secrets(bank: LocalBank, ask: Ask) -> None:
    ask("ada", "{ viewer { customer { name email } } }")
    time.sleep(1.0)  # the engine writes the last log lines
    texts = {"tables": tables(bank), "logs": logs(bank), "events": events(bank), "files": files(bank.folder)}
    read = {name: list(found) for name, found in texts.items()}
    assert {name: len(found) for name, found in read.items() if len(found) < AT_LEAST[name]} == {}
    assert sorted({str(found) for found in scan(chain(*read.values()), known=personal())}) == []


def test_a_planted_one_is_found(bank: LocalBank) -> None:
    client = Clients(endpoint=bank.engine, region="us-west-2").dynamodb
    key = {"pk": {"S": "PLANTED"}, "sk": {"S": "PLANTED"}}
    client.put_item(TableName="florin-notices-us-west-2", Item={**key, "text": {"S": "Lena Fischer, 4111111111111111"}})
    try:
        found = {str(finding) for finding in scan(tables(bank), known=personal())}
    finally:
        client.delete_item(TableName="florin-notices-us-west-2", Key=key)
    assert found == {
        "florin-notices-us-west-2 PLANTED: a name in clear",
        "florin-notices-us-west-2 PLANTED: a card number",
    }


def test_a_planted_event_and_a_planted_file_are_found(bank: LocalBank) -> None:
    client = Clients(endpoint=bank.engine, region="us-east-1").events
    detail = json.dumps({"memo": "for Lena Fischer"})
    client.put_events(
        Entries=[{"EventBusName": "florin-us-east-1", "Source": "a test", "DetailType": "planted", "Detail": detail}]
    )
    planted = bank.folder / "planted.csv"
    planted.write_text("4111 1111 1111 1111", encoding="utf-8")
    try:
        found = {str(finding) for finding in scan([*events(bank), *files(bank.folder)], known=personal())}
    finally:
        planted.unlink()
    assert found == {"an event of us-east-1: a name in clear", "planted.csv: a card number"}
