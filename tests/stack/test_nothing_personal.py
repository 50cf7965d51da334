"""After all that the other stack tests did: no table, log or kept file of the bank shows personal data or a secret."""

import time
from collections.abc import Iterator
from pathlib import Path

from ops.local.aws import Clients
from ops.local.bank import LocalBank
from ops.seed.people import CUSTOMERS, profile_of
from ops.verify.privacy import scan, text_of_item
from tests.stack.conftest import Ask


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


def files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in folder.rglob("*.log"):
        yield path.name, path.read_text(encoding="utf-8", errors="replace")


def test_no_table_log_or_file_shows_personal_data_or_secrets(bank: LocalBank, ask: Ask) -> None:
    ask("ada", "{ viewer { customer { name email } } }")
    time.sleep(1.0)  # the engine writes the last log lines
    known = personal()
    kept = list(tables(bank))
    said = [*logs(bank), *files(bank.folder)]
    assert len(kept) > 2000
    assert len(said) > 100
    assert sorted({str(found) for found in scan([*kept, *said], known=known)}) == []


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
