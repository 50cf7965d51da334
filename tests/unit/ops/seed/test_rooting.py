"""The seed makes roots from a copy of the ledger: they are those that the ledger itself gives."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.ledger.item_keys import hour_of
from domain.ledger.roots import DailyRoots, Root
from domain.ledger.roots_memory import MemoryRootStore, MemorySigner
from ops.seed.rooting import CopiedBooks
from ops.verify.world import of_memory
from tests.unit.verify.bank_with_everything import REGION, BankWithEverything


@pytest.fixture(name="bank", scope="module")
def _bank() -> BankWithEverything:
    bank = BankWithEverything()
    bank.clock.at += timedelta(days=2)
    bank.folder.fold()
    return bank


@pytest.fixture(name="copy")
def _copy(bank: BankWithEverything) -> CopiedBooks:
    return CopiedBooks(of_memory(bank.memory, settings=bank.settings, now=bank.memory.time()))


def roots_of(books: object, bank: BankWithEverything) -> list[Root]:
    store = MemoryRootStore()
    DailyRoots(
        books=books,  # type: ignore[arg-type]  # either of the two under test
        roots=store,
        signer=MemorySigner(1),
        settings=bank.settings,
        reads_at_once=1,
    ).make()
    return [root for root, _ in store.kept.values()]


def test_its_roots_are_those_of_the_ledger(bank: BankWithEverything, copy: CopiedBooks) -> None:
    made = roots_of(copy, bank)
    assert len(made) == 3
    assert made == roots_of(bank.memory, bank)


class TestTheCopy:
    def test_gives_the_time_index_in_pages(self, bank: BankWithEverything, copy: CopiedBooks) -> None:
        hour = hour_of(datetime(2026, 9, 14, 13, 30, tzinfo=UTC))
        whole = bank.memory.booked_in_hour(hour, spread=0, after=None, limit=1000)
        assert len(whole.rows) > 4
        assert copy.booked_in_hour(hour, spread=0, after=None, limit=1000) == whole
        for after in (None, *whole.rows):
            asked = bank.memory.booked_in_hour(hour, spread=0, after=after, limit=2)
            assert copy.booked_in_hour(hour, spread=0, after=after, limit=2) == asked

    def test_spreads_the_time_index_like_the_ledger(self, bank: BankWithEverything) -> None:
        settings = replace(bank.settings, index_spread=3)
        copy = CopiedBooks(of_memory(bank.memory, settings=settings, now=bank.clock.now()))
        hour = hour_of(datetime(2026, 9, 14, 13, 30, tzinfo=UTC))
        spread = [copy.booked_in_hour(hour, spread=n, after=None, limit=1000).rows for n in range(3)]
        whole = bank.memory.booked_in_hour(hour, spread=0, after=None, limit=1000).rows
        assert sorted(row for rows in spread for row in rows) == list(whole)
        assert all(spread)

    def test_gives_totals_and_legs_in_pages(self, bank: BankWithEverything, copy: CopiedBooks) -> None:
        for account, region, shard, day in bank.memory.legs_of:
            assert region == REGION
            for after in (None, *(total.position for total in bank.memory.totals_of[account, region, shard])):
                asked = bank.memory.totals(account, region=region, shard=shard, after=after, limit=1)
                assert copy.totals(account, region=region, shard=shard, after=after, limit=1) == asked
            for bound in (None, *(key for key, _ in bank.memory.legs_of[account, region, shard, day])):
                for bounds in ({"after": bound}, {"before": bound}):
                    legs = bank.memory.leg_items(account, region=region, shard=shard, day=day, limit=1, **bounds)
                    assert copy.leg_items(account, region=region, shard=shard, day=day, limit=1, **bounds) == legs

    def test_gives_journals_lines_and_the_books(self, bank: BankWithEverything, copy: CopiedBooks) -> None:
        for journal in bank.memory.journals:
            assert copy.journal(journal) == bank.memory.journal(journal)
        for account, log in bank.memory.lines_of.items():
            for line in log:
                assert copy.line(account, line.position) == line
        assert copy.journal("jrn_none") is None
        assert copy.line("acc_none", log[0].position) is None
        assert sorted(copy.registrations(), key=lambda found: found.account) == list(bank.memory.registrations())
        assert copy.time() == bank.memory.time()
