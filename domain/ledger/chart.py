"""The chart of accounts: the bank's own (internal) accounts, with their general-ledger numbers and normal sides."""

from dataclasses import dataclass
from typing import Final

from domain.ledger.model import Side


@dataclass(frozen=True, slots=True)
class Book:
    """One internal account per currency. A `guarded` one must refuse: its shards are logs with a balance rule."""

    name: str
    gl: str
    normal: Side
    title: str
    guarded: bool = False


_BOOKS: Final = (
    Book("vault_cash", "1010", Side.DEBIT, "Cash in vaults and machines"),
    Book("settlement", "1020", Side.DEBIT, "Due from the settlement bank"),
    Book("card_settlement", "1030", Side.DEBIT, "Due to and from the card network"),
    Book("in_transit", "1040", Side.DEBIT, "Payments between regions and rails, on their way"),
    Book("instant_prefund", "1050", Side.DEBIT, "Prefunded position at the instant network", guarded=True),
    Book("recovery", "1210", Side.DEBIT, "Customer debts being recovered"),
    Book("suspense", "1900", Side.DEBIT, "Suspense"),
    Book("payout_clearing", "2110", Side.CREDIT, "Payroll and mass payouts, funded and not yet paid"),
    Book("incoming", "2120", Side.CREDIT, "Batched credits on their way into customer accounts"),
    Book("ach_in_transit", "2130", Side.CREDIT, "ACH credits in a file, not yet settled"),
    Book("ach_unposted", "2140", Side.CREDIT, "Received ACH entries that are pended or on their way back"),
    Book("fx_position", "2310", Side.CREDIT, "Foreign-exchange position"),
    Book("fee_income", "4010", Side.CREDIT, "Fees"),
    Book("interest_expense", "5010", Side.DEBIT, "Interest paid to customers"),
    Book("micro_entries", "5020", Side.DEBIT, "Micro-entries that prove accounts at other banks"),
    Book("losses", "5910", Side.DEBIT, "Losses charged off"),
)
BOOKS: Final[dict[str, Book]] = {book.name: book for book in _BOOKS}
CUSTOMER_DEPOSITS_GL: Final = "2010"


def book_of(account: str) -> Book:
    """The row of an internal account id; `inc_` accounts share the row `incoming`."""
    name = "incoming" if account.startswith("inc_") else account.partition("@")[0].split("_", 3)[3]
    return BOOKS[name]
