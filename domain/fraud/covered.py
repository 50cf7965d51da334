"""Every kind of journal that takes a customer's money for somebody else, or puts money into a file to another bank: how
it is judged, or why it is not.

The table is complete, and a test holds it to the ledger's list of kinds: a new way for money to leave stands here
before it can be taken.
"""

from collections.abc import Mapping
from typing import Final

NOBODY_STARTS_IT: Final = "nothing in the bank starts it yet"
BY_STAFF: Final = "staff do it for the bank, under their own controls"
BY_OTHERS: Final = "who takes it is not the customer, and the network's rules say when it comes back"

JUDGED: Final[Mapping[str, str]] = {
    "transfer": "inline, before it is posted",
    "transfer_held": "it follows from the judgement: a person decides",
    "transfer_released": "inline, before its money was held",
    "hold_captured": "inline, where a customer captures a hold for another account; staff do it for the bank",
    "ach_credit_held": "by the journey, before or after it is held and always before it is taken",
    "ach_credit_captured": "by the journey, before its money was held",
}
NOT_JUDGED: Final[Mapping[str, str]] = {
    # What the bank sends of its own to whom a customer names.
    "ach_micro_sent": "two amounts of cents, the bank's own, to prove an account: nothing of the customer leaves, and "
    "who asks for many is noticed (domain/rails/ach/micro_volumes.py)",
    # What no operation, no schedule and no rail can begin. Whoever makes one of these reachable judges it.
    "split_transfer": NOBODY_STARTS_IT,
    "payout_funded": NOBODY_STARTS_IT,
    "fx_exchange": NOBODY_STARTS_IT,
    "cash_withdrawal": NOBODY_STARTS_IT,
    "payment_sent": NOBODY_STARTS_IT,
    "instant_sent": NOBODY_STARTS_IT,
    "hold_raised": NOBODY_STARTS_IT,
    "card_cleared": NOBODY_STARTS_IT,
    "payment_returned": NOBODY_STARTS_IT,
    "chargeback": NOBODY_STARTS_IT,
    # What moves nothing to anybody.
    "hold_placed": "the money stays the customer's; its capture for another account is judged",
    "ach_debit_settled": "money that comes in, held; the debit was judged before it was sent",
    "batch_moved": "the account's own credits, from the book that collected them",
    # What the bank and others take.
    "card_captured": BY_STAFF,
    "fee": "the bank's own charge",
    "reversal": BY_STAFF,
    "batch_returned": "a credit that its account could not take goes back to its payer",
    "ach_debit_received": BY_OTHERS,
    "ach_debit_posted": BY_OTHERS,
    "ach_debit_returned": BY_OTHERS,
    "ach_credit_taken_back": "a received credit goes back to its sender",
}
