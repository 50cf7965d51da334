"""The independent model: who has how much, from nothing but what was asked and what callers were told.

It knows no line, no journal and no rule: a debit side, a credit side and an amount per kind. Accounts are named by
their ids (with what is on its way to them), the bank's books by name and currency.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ops.simulation.operations import Operation

BOOKS = {
    "payout_funded": (None, "payout_clearing"),
    "payout_paid": ("payout_clearing", None),
    "cash_deposit": ("vault_cash", None),
    "cash_withdrawal": (None, "vault_cash"),
    "payment_received": ("settlement", None),
    "payment_sent": (None, "settlement"),
    "instant_sent": (None, "instant_prefund"),
    "instant_received": ("instant_prefund", None),
    "prefund_added": ("instant_prefund", "settlement"),
    "fee": (None, "fee_income"),
    "interest": ("interest_expense", None),
    "payment_returned": (None, "settlement"),
    "chargeback": (None, "card_settlement"),
    "card_captured": (None, "card_settlement"),
    "card_cleared": (None, "card_settlement"),
}
"""Kind -> the bank's book that is debited, and the one that is credited; the customer is on the other side."""


def moves(debited: str, credited: str, minor: int) -> dict[str, int]:
    return {debited: -minor, credited: minor}


def booked(kind: str, account: str, minor: int, currency: str) -> dict[str, int]:
    """The effect of a kind with one book, or two, on the customer's account and the books."""
    debited, credited = BOOKS[kind]
    return moves(
        f"{debited}/{currency}" if debited else account, f"{credited}/{currency}" if credited else account, minor
    )


def undone(operation: Operation, minor: int) -> dict[str, int]:
    """The effect of a reversal: all of the original, or a part when it moved one amount from one to another."""
    effects = operation.effects
    if len(effects) == 2 and minor != max(effects.values()):  # noqa: PLR2004  (from one to another)
        return {name: (-minor if change > 0 else minor) for name, change in effects.items()}
    return {name: -change for name, change in effects.items()}


def balances(operations: Iterable[Operation]) -> Counter[str]:
    """What everybody has after what callers were told was done."""
    held: Counter[str] = Counter()
    for operation in operations:
        if operation.told is not None and operation.told.done:
            held.update(effects_of(operation))
    return held


def effects_of(operation: Operation) -> Mapping[str, int]:
    if operation.reverses is None:
        return operation.effects
    journal = operation.told.journal if operation.told else None
    if journal is None or journal.amount is None:
        return {}
    return undone(operation.reverses, journal.amount.minor)


def differences(expected: Mapping[str, int], found: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Name -> (expected, found), where they differ."""
    both: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for name in sorted(expected.keys() | found.keys()):
        pair = (expected.get(name, 0), found.get(name, 0))
        if pair[0] != pair[1]:
            both[name] = pair
    return dict(both)
