"""Who stands on the other side, as far as a person may know: never an account id of somebody else."""

from collections.abc import Iterable
from typing import Final

import strawberry

from domain.ids import is_account, is_internal
from domain.ledger.chart import book_of
from graph.context import Context, owner_of

THE_BANK: Final = "The bank"
"""What customers are told of the bank's own books; staff are told which one it is."""


@strawberry.type(name="Party", description="Who stands on one side of a posting, as far as you may know.")
class PartyView:
    name: str = strawberry.field(
        description="What to show: the masked account number, or the bank; for staff, which of its books."
    )
    masked_number: str | None = strawberry.field(
        description="The account number, all but its last four digits hidden; null for the bank's own books."
    )


def party_of(context: Context, account: str) -> PartyView:
    owner = owner_of(account)
    if is_internal(owner):
        return PartyView(name=book_of(owner).title if context.is_staff else THE_BANK, masked_number=None)
    record = context.records([owner])[owner]
    if record is None:
        return PartyView(name="An account in another region", masked_number=None)
    return PartyView(name=record.masked_number, masked_number=record.masked_number)


def expect_parties(context: Context, accounts: Iterable[str | None]) -> None:
    """The records of a page's counterparties are read at once, when the first of its rows shows one."""
    owners = {owner_of(account) for account in accounts if account is not None}
    context.expect_records(sorted(owner for owner in owners if is_account(owner)))
