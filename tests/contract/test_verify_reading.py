"""`florin verify` on a real table: what the ledger writes reads back clean, and corrupted items are found."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from domain.ledger.item_keys import journal_key, log_key
from domain.ledger.model import LedgerSettings
from domain.ledger.store_dynamodb import DynamoLedgerStore
from ops.verify.judging import judge, lines
from ops.verify.reading import TableReader, read_world
from tests.tables import create_ledger_table
from tests.unit.verify.bank_with_everything import REGION, BankWithEverything, SetClock

TABLE = "florin-ledger-us-east-1"
Item = dict[str, Any]


class StoreOfTheStory(DynamoLedgerStore):
    """The emulator's clock shows today; the story's minutes close by the story's clock."""

    def __init__(self, clock: SetClock, settings: LedgerSettings) -> None:
        super().__init__(table=TABLE, region=REGION, settings=settings, heads_at_once=1)
        self._clock = clock

    def time(self) -> datetime:
        return self._clock.now().replace(microsecond=0)


class Books:
    """A copy of the table of the bank with everything, into which a test may reach."""

    def __init__(self, bank: BankWithEverything, items: list[Item]) -> None:
        self.bank = bank
        self.client: Any = boto3.client("dynamodb", region_name=REGION)
        create_ledger_table(self.client, TABLE)
        for item in items:
            self.put(item)

    def off(self) -> set[str]:
        now = self.bank.clock.now()
        reader = TableReader(self.client, TABLE)
        verdicts = judge(read_world(reader, settings=self.bank.settings, now=now, cut=now))
        self.report = "\n".join(lines(verdicts))
        return {verdict.name for verdict in verdicts if not verdict.ok}

    def item(self, pk: str, sk: str) -> Item:
        found: Item = self.client.get_item(TableName=TABLE, Key={"pk": {"S": pk}, "sk": {"S": sk}})["Item"]
        return found

    def first(self, prefix: str) -> Item:
        """Some item whose partition begins so."""
        items = self.client.scan(TableName=TABLE)["Items"]
        found: Item = next(item for item in items if item["pk"]["S"].startswith(prefix))
        return found

    def put(self, item: Item) -> None:
        self.client.put_item(TableName=TABLE, Item=item)

    def delete(self, item: Item) -> None:
        self.client.delete_item(TableName=TABLE, Key={"pk": item["pk"], "sk": item["sk"]})

    def line(self, account: str, seq: int) -> Item:
        return self.item(log_key(account), f"L#0001#{seq:012d}")

    def journal(self, name: str) -> Item:
        journal = self.bank.journals[name].journal
        assert journal is not None
        return self.item(journal_key(journal.id), "J")


@pytest.fixture(name="written", scope="module")
def _written() -> tuple[BankWithEverything, list[Item]]:
    """The story, written once by the real store."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        _credentials(patch)
        client: Any = boto3.client("dynamodb", region_name=REGION)
        create_ledger_table(client, TABLE)
        bank = BankWithEverything(StoreOfTheStory)
        return bank, client.scan(TableName=TABLE)["Items"]


@pytest.fixture(name="books")
def _books(written: tuple[BankWithEverything, list[Item]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Books]:
    _credentials(monkeypatch)
    with mock_aws():
        yield Books(*written)


def _credentials(patch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        patch.setenv(name, "test")


def test_what_the_ledger_wrote_is_judged_clean(books: Books) -> None:
    assert books.off() == set(), books.report


def delete_line(books: Books) -> None:
    books.delete(books.line(books.bank.a, 4))


def delete_head(books: Books) -> None:
    """The last line of an account: no gap, and yet its journal names it."""
    last = books.bank.posted("late").states[books.bank.a].position.seq
    books.delete(books.line(books.bank.a, last))


def delete_journal(books: Books) -> None:
    books.delete(books.journal("transfer"))


def delete_leg(books: Books) -> None:
    books.delete(books.first("I#int_us_usd_fee_income"))


def delete_recovery(books: Books) -> None:
    books.delete({**books.journal("chargeback"), "sk": {"S": "F"}})


def copy_line(books: Books) -> None:
    """A line of one account under another's key, as a restore into the wrong place would make it."""
    line = books.line(books.bank.a, 3)
    books.put({**line, "pk": {"S": log_key(books.bank.c)}, "sk": {"S": "L#0001#000000000099"}})


def change_a_number(books: Books) -> None:
    """Every number of a line, one up: whichever it is, the chain tells."""
    line = books.line(books.bank.a, 5)
    changed = {name: {"N": str(int(value["N"]) + 1)} if "N" in value else value for name, value in line.items()}
    assert changed != line
    books.put(changed)


def stray_item(books: Books) -> None:
    books.put({"pk": {"S": "X#nobody"}, "sk": {"S": "wrote this"}})


@pytest.mark.parametrize(
    ("corrupt", "found_by"),
    [
        (delete_line, {"legs placed", "chains intact"}),
        (delete_head, {"legs placed", "sum zero"}),
        (delete_journal, {"no orphans"}),
        (delete_leg, {"legs placed", "sum zero"}),
        (delete_recovery, {"forced debits"}),
        (copy_line, {"no orphans", "chains intact"}),
        (change_a_number, {"chains intact"}),
        (stray_item, {"records whole"}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_corrupted_table_is_found_out(books: Books, corrupt: Callable[[Books], None], found_by: set[str]) -> None:
    corrupt(books)
    assert found_by <= books.off(), books.report
