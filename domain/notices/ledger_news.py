"""What customers are told of the ledger's events, as one table: kind of journal and side -> notice.

Once per journal and account, to the owners. Events come at least once and in any order; the notice's key takes care.
"""

from collections.abc import Mapping
from typing import Final

from domain.access.model import Relation
from domain.accounts.model import AccountRecord
from domain.accounts.service import Accounts
from domain.ids import is_account
from domain.ledger.events import Amount, EventLeg, JournalPosted
from domain.money import Money
from domain.notices.kinds import NoticeKind, facts_needed
from domain.notices.service import Notices

TOLD: Final[frozenset[Relation]] = frozenset({Relation.OWNER, Relation.JOINT_OWNER})

CREDITED: Final[Mapping[str, NoticeKind]] = {
    "transfer": NoticeKind.TRANSFER_RECEIVED,
    "transfer_released": NoticeKind.TRANSFER_RECEIVED,
    "split_transfer": NoticeKind.TRANSFER_RECEIVED,
    "hold_captured": NoticeKind.TRANSFER_RECEIVED,
    "payout_paid": NoticeKind.MONEY_RECEIVED,
    "fx_exchange": NoticeKind.MONEY_RECEIVED,
    "cash_deposit": NoticeKind.MONEY_RECEIVED,
    "payment_received": NoticeKind.MONEY_RECEIVED,
    "instant_received": NoticeKind.MONEY_RECEIVED,
    "interest": NoticeKind.MONEY_RECEIVED,
    "ach_credit_received": NoticeKind.MONEY_RECEIVED,
    "ach_credit_posted": NoticeKind.MONEY_RECEIVED,
    "ach_debit_given_back": NoticeKind.MONEY_RECEIVED,
    "ach_debit_settled": NoticeKind.ACH_DEBIT_COLLECTED,
    "ach_credit_rejected": NoticeKind.ACH_PAYMENT_GIVEN_BACK,
    "ach_credit_returned": NoticeKind.ACH_PAYMENT_GIVEN_BACK,
    "batch_moved": NoticeKind.MONEY_RECEIVED,
    "batch_returned": NoticeKind.MONEY_RECEIVED,
    "reversal": NoticeKind.TRANSFER_REVERSED,
}
DEBITED: Final[Mapping[str, NoticeKind]] = {
    "fee": NoticeKind.MONEY_TAKEN,
    "payment_returned": NoticeKind.MONEY_TAKEN,
    "chargeback": NoticeKind.MONEY_TAKEN,
    "hold_captured": NoticeKind.HOLD_CAPTURED,
    "card_captured": NoticeKind.HOLD_CAPTURED,
    "card_cleared": NoticeKind.HOLD_CAPTURED,
    "ach_debit_received": NoticeKind.MONEY_TAKEN,
    "ach_debit_posted": NoticeKind.MONEY_TAKEN,
    "ach_credit_taken_back": NoticeKind.MONEY_TAKEN,
    "ach_debit_returned": NoticeKind.ACH_DEBIT_RETURNED,
    "reversal": NoticeKind.TRANSFER_REVERSED,
}
CHANGED: Final[Mapping[str, NoticeKind]] = {
    "account_opened": NoticeKind.ACCOUNT_OPENED,
    "debits_frozen": NoticeKind.ACCOUNT_FROZEN,
    "account_frozen": NoticeKind.ACCOUNT_FROZEN,
    "account_thawed": NoticeKind.ACCOUNT_THAWED,
    "account_closed": NoticeKind.ACCOUNT_CLOSED,
    "limits_set": NoticeKind.LIMITS_CHANGED,
    "hold_placed": NoticeKind.HOLD_PLACED,
}
"""Journals without legs. A customer's own transfer needs no notice: they made it."""


class LedgerNews:
    def __init__(self, *, notices: Notices, accounts: Accounts) -> None:
        self._notices = notices
        self._accounts = accounts

    def tell(self, event: JournalPosted) -> int:
        """Tells the owners of the accounts the journal touched; how many notices were put."""
        touched = {account for account in event.accounts if is_account(account)}
        records = self._accounts.records(sorted(touched))
        told = 0
        for account, record in records.items():
            for kind, amount, counterparty in _news(event, account):
                told += self._put(event, record, kind, amount, records.get(counterparty or ""))
        return told

    def _put(
        self,
        event: JournalPosted,
        record: AccountRecord,
        kind: NoticeKind,
        amount: Amount | None,
        counterparty: AccountRecord | None,
    ) -> int:
        if kind is NoticeKind.TRANSFER_RECEIVED and counterparty is None:
            kind = NoticeKind.MONEY_RECEIVED  # paid by another region or by the bank
        facts = {
            "account": record.masked_number,
            "product": record.product,
            "amount": str(Money(int(amount.minor_units), amount.currency)) if amount else "",
            "counterparty": counterparty.masked_number if counterparty else "",
        }
        needed = {name: facts[name] for name in facts_needed(kind)}
        owners = [found.person for found in self._accounts.people_of(record.id) if found.relation in TOLD]
        for owner in owners:
            self._notices.put(owner, key=f"{event.journal}/{record.id}/{kind.value}", kind=kind, facts=needed)
        return len(owners)


def _news(event: JournalPosted, account: str) -> list[tuple[NoticeKind, Amount | None, str | None]]:
    """(kind, amount, counter account) of what this journal means for one account."""
    if not event.legs:
        return [(CHANGED[event.kind], event.amount, None)] if event.kind in CHANGED else []
    found: list[tuple[NoticeKind, Amount | None, str | None]] = []
    for leg in event.legs:
        table = CREDITED if leg.side == "credit" else DEBITED
        if leg.account == account and event.kind in table:
            found.append((table[event.kind], leg.amount, _other_side(event.legs, leg)))
    return found


def _other_side(legs: tuple[EventLeg, ...], own: EventLeg) -> str | None:
    return next((leg.account for leg in legs if leg.side != own.side), None)
