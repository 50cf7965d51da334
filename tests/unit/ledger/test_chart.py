"""The chart of accounts: every internal account finds its row, whatever shape its id has."""

import pytest

from domain.ledger.chart import BOOKS, book_of


@pytest.mark.parametrize("name", BOOKS)
def test_an_internal_account_stands_in_the_row_that_its_id_ends_with(name: str) -> None:
    assert book_of(f"int_us_usd_{name}") is BOOKS[name]


def test_a_shard_stands_in_the_row_of_its_account() -> None:
    assert book_of("int_us_usd_instant_prefund@us-east-1.3") is BOOKS["instant_prefund"]


def test_every_incoming_account_stands_in_one_row() -> None:
    assert book_of("inc_us0417_01J00000000000000000000001") is BOOKS["incoming"]


def test_no_two_rows_share_a_number_of_the_general_ledger() -> None:
    assert len({book.gl for book in BOOKS.values()}) == len(BOOKS)
