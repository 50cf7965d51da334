"""Every message the bank sends, in one list: its kind and its words. The braces name the facts it needs.

Facts are amounts ("25.00 USD"), masked numbers ("••1234"), dates and codes: nothing that another customer wrote,
and no personal data, since notices are not sealed.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from string import Formatter
from typing import Final


class NoticeKind(StrEnum):
    ACCOUNT_OPENED = "ACCOUNT_OPENED"
    ACCOUNT_FROZEN = "ACCOUNT_FROZEN"
    ACCOUNT_THAWED = "ACCOUNT_THAWED"
    ACCOUNT_CLOSED = "ACCOUNT_CLOSED"
    TRANSFER_SENT = "TRANSFER_SENT"
    TRANSFER_RECEIVED = "TRANSFER_RECEIVED"
    TRANSFER_REVERSED = "TRANSFER_REVERSED"
    TRANSFER_IN_REVIEW = "TRANSFER_IN_REVIEW"
    TRANSFER_RELEASED = "TRANSFER_RELEASED"
    TRANSFER_DECLINED = "TRANSFER_DECLINED"
    MONEY_RECEIVED = "MONEY_RECEIVED"
    MONEY_TAKEN = "MONEY_TAKEN"
    HOLD_PLACED = "HOLD_PLACED"
    HOLD_CAPTURED = "HOLD_CAPTURED"
    HOLD_RELEASED = "HOLD_RELEASED"
    HOLD_EXPIRED = "HOLD_EXPIRED"
    SCHEDULED_TRANSFER_SENT = "SCHEDULED_TRANSFER_SENT"
    SCHEDULED_TRANSFER_REFUSED = "SCHEDULED_TRANSFER_REFUSED"
    SCHEDULED_TRANSFER_LATE = "SCHEDULED_TRANSFER_LATE"
    ACH_DEBIT_COLLECTED = "ACH_DEBIT_COLLECTED"
    ACH_DEBIT_RETURNED = "ACH_DEBIT_RETURNED"
    ACH_PAYMENT_TO_CONFIRM = "ACH_PAYMENT_TO_CONFIRM"
    ACH_PAYMENT_GIVEN_BACK = "ACH_PAYMENT_GIVEN_BACK"
    ACH_PAYMENT_NOT_MADE = "ACH_PAYMENT_NOT_MADE"
    LIMITS_CHANGED = "LIMITS_CHANGED"
    PERSON_ADDED = "PERSON_ADDED"
    PERSON_REMOVED = "PERSON_REMOVED"


TEXTS: Final[dict[NoticeKind, str]] = {
    NoticeKind.ACCOUNT_OPENED: "Your {product} account {account} is open.",
    NoticeKind.ACCOUNT_FROZEN: "Your account {account} is frozen. Please contact us.",
    NoticeKind.ACCOUNT_THAWED: "Your account {account} is open again.",
    NoticeKind.ACCOUNT_CLOSED: "Your account {account} is closed.",
    NoticeKind.TRANSFER_SENT: "You sent {amount} from account {account} to account {counterparty}.",
    NoticeKind.TRANSFER_RECEIVED: "Account {account} received {amount} from account {counterparty}.",
    NoticeKind.TRANSFER_REVERSED: "A payment of {amount} on account {account} was reversed.",
    NoticeKind.TRANSFER_IN_REVIEW: (
        "We are looking at your transfer of {amount} from account {account} to account {counterparty}. "
        "Its amount is held until we have decided."
    ),
    NoticeKind.TRANSFER_RELEASED: (
        "Your transfer of {amount} from account {account} to account {counterparty} was made after our review."
    ),
    NoticeKind.TRANSFER_DECLINED: (
        "Your transfer of {amount} from account {account} to account {counterparty} was not made: {reason}"
    ),
    NoticeKind.MONEY_RECEIVED: "Account {account} received {amount}.",
    NoticeKind.MONEY_TAKEN: "{amount} was taken from account {account}.",
    NoticeKind.HOLD_PLACED: "{amount} is held on account {account}.",
    NoticeKind.HOLD_CAPTURED: "{amount} of a hold on account {account} was collected.",
    NoticeKind.HOLD_RELEASED: "A hold of {amount} on account {account} was released.",
    NoticeKind.HOLD_EXPIRED: "A hold of {amount} on account {account} has expired.",
    NoticeKind.SCHEDULED_TRANSFER_SENT: "Your transfer of {amount} due {due} was sent from account {account}.",
    NoticeKind.SCHEDULED_TRANSFER_REFUSED: (
        "Your transfer of {amount} due {due} from account {account} was not made: {reason}"
    ),
    NoticeKind.SCHEDULED_TRANSFER_LATE: (
        "Your transfer of {amount} due {due} was sent late from account {account}, on {sent}."
    ),
    NoticeKind.ACH_DEBIT_COLLECTED: (
        "{amount} was collected for account {account}. It is held until the paying bank can hardly return it any more."
    ),
    NoticeKind.ACH_DEBIT_RETURNED: "{amount} that was collected for account {account} was returned by the paying bank.",
    NoticeKind.ACH_PAYMENT_TO_CONFIRM: (
        "Your ACH payment of {amount} on account {account} waits for you: sign in again and confirm it until {until}. "
        "If it is not yours, cancel it and contact us."
    ),
    NoticeKind.ACH_PAYMENT_GIVEN_BACK: "Your ACH payment of {amount} came back; it is on account {account} again.",
    NoticeKind.ACH_PAYMENT_NOT_MADE: "Your ACH payment of {amount} on account {account} was not made: {reason}",
    NoticeKind.LIMITS_CHANGED: "The limits of account {account} have changed.",
    NoticeKind.PERSON_ADDED: "A {relation} was added to account {account}.",
    NoticeKind.PERSON_REMOVED: "A {relation} was removed from account {account}.",
}

FACT_LENGTH_MAX: Final = 200
"""The longest fact is the sentence of a refusal."""


class FactsWrong(ValueError):
    """Facts are missing, too many or too long for the kind: the caller's code is wrong."""


@cache
def facts_needed(kind: NoticeKind) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(TEXTS[kind]) if name)


def text_of(kind: NoticeKind, facts: Mapping[str, str]) -> str:
    needed = facts_needed(kind)
    if facts.keys() != needed:
        raise FactsWrong(f"{kind.value} needs the facts {sorted(needed)}, not {sorted(facts)}")
    if too_long := [name for name, value in facts.items() if len(value) > FACT_LENGTH_MAX]:
        raise FactsWrong(f"the facts {too_long} are longer than {FACT_LENGTH_MAX}")
    return TEXTS[kind].format_map(facts)
