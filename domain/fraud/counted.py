"""Which journals of the ledger are payments that customers make: those count in what is known of them, others do not.

A payment counts when its money is first taken or set aside, so that the next one knows of it at once; what becomes of
it later (captured, settled, returned, reversed) is the same payment. Counted is what is judged, and what would be if
its rail were: not what comes in, not what others take, not what the bank books for itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.fraud.kinds import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a kind of journal is a payment."""

    scope: Scope | None
    """None: a rail that is not judged yet."""
    credit: bool = True
    """Money leaves the customer; False for what they collect."""
    if_judged: bool = False
    """Only a journal of which a decision was made: of holds a card authorisation is a payment, of captures what a
    customer takes for another account, and others are not."""


PAYMENTS: Final[Mapping[str, Way]] = {
    "transfer": Way(scope=Scope.TRANSFER),
    "transfer_held": Way(scope=Scope.TRANSFER),
    "hold_captured": Way(scope=Scope.TRANSFER, if_judged=True),
    "split_transfer": Way(scope=Scope.TRANSFER),
    "payout_funded": Way(scope=None),
    "payment_sent": Way(scope=None),
    "instant_sent": Way(scope=None),
    "hold_placed": Way(scope=Scope.CARD, if_judged=True),
    "ach_credit_held": Way(scope=Scope.ACH),
    "ach_debit_settled": Way(scope=Scope.ACH, credit=False),
}
"""The rule of the queue florin-fraud-features lets these through and no others (infra/messaging.yaml)."""

NO_PAYMENTS: Final = frozenset(
    {
        # Money that comes in, or that the bank moves for itself.
        "payout_paid",
        "cash_deposit",
        "payment_received",
        "instant_received",
        "prefund_added",
        "interest",
        "ach_credit_received",
        "ach_credit_posted",
        "ach_credit_pended",
        "ach_debit_pended",
        "ach_micro_sent",
        "ach_micro_rejected",
        "ach_micro_returned",
        "ach_micro_collected",
        "ach_micro_uncollected",
        "batch_moved",
        # Taken by somebody else, or at a counter, where a person looks.
        "fee",
        "payment_returned",
        "chargeback",
        "ach_debit_received",
        "ach_debit_posted",
        "cash_withdrawal",
        # Between a customer's own accounts.
        "fx_exchange",
        # Later moments of payments that were counted when they were made.
        "hold_raised",
        "hold_released",
        "holds_expired",
        "transfer_released",
        "card_captured",
        "card_cleared",
        "ach_credit_captured",
        "ach_credit_settled",
        "ach_credit_rejected",
        "ach_credit_returned",
        "ach_rejection_unposted",
        "ach_return_unposted",
        "ach_debit_returned",
        "ach_credit_sent_back",
        "ach_debit_sent_back",
        "ach_credit_taken_back",
        "ach_debit_given_back",
        "reversal",
        "batch_returned",
        # Of the account itself.
        "account_opened",
        "debits_frozen",
        "account_frozen",
        "account_thawed",
        "account_closed",
        "limits_set",
        "joint_limits_set",
        "batching_started",
        "batching_ended",
        "batching_stopped",
    }
)
