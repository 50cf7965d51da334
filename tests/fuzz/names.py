"""Names in angle brackets that stand for what exists: ids, numbers, keys and cursors of whichever bank is asked.

A generated request holds names, so that it means the same on the bank in memory and on a deployed one, and can be
kept as a file of the corpus. A cast says what each name is.
"""

import re
from collections.abc import Mapping
from typing import Final

Cast = Mapping[str, str]

PEOPLE: Final = ("own.person", "other.person", "staff.person", "missing.person", "elsewhere.person", "abroad.person")
ACCOUNTS: Final = ("own.account", "own.second", "own.euro", "own.empty", "own.closed", "other.account")
"""Accounts that exist in the region that is asked."""
NO_ACCOUNTS: Final = (
    "missing.account",
    "elsewhere.account",
    "abroad.account",
    "nowhere.account",
    "incoming.account",
    "internal.account",
    "joint.limit",
)
"""Well-formed ids that are no account here: not there, of another region, of no slot, of the bank's own books."""
JOURNALS: Final = ("own.journal", "private.journal", "other.journal", "refused.journal", "missing.journal")
HOLDS: Final = ("own.hold", "bank.hold", "other.hold", "missing.hold")
ORDERS: Final = ("own.order", "other.order", "missing.order")
WORK: Final = ("open.case", "missing.case", "missing.approval")
COUNTERPARTIES: Final = (
    "own.counterparty",
    "verified.counterparty",
    "proving.counterparty",
    "closed.counterparty",
    "other.counterparty",
    "missing.counterparty",
)
PAYMENTS: Final = ("own.payment", "cancelled.payment", "other.payment", "missing.payment")
DELIVERIES: Final = ("some.delivery", "missing.delivery")
FILES: Final = ("missing.file", "missing.entry", "missing.received", "missing.came")
NUMBERS: Final = ("own.number", "second.number", "other.number", "missing.number")
ROUTING: Final = ("routing", "routing.abroad")
KEYS: Final = ("own.key", "refused.key")
CURSORS: Final = (
    "cursor.entries",
    "cursor.entries.last",
    "cursor.changes",
    "cursor.accounts",
    "cursor.notices",
    "cursor.orders",
    "cursor.others",
    "cursor.audit",
)
DAYS: Final = ("today", "tomorrow", "next.month")
INSTANTS: Final = ("now", "soon")
IDS: Final = (
    *PEOPLE,
    *ACCOUNTS,
    *NO_ACCOUNTS,
    *JOURNALS,
    *HOLDS,
    *ORDERS,
    *WORK,
    *COUNTERPARTIES,
    *PAYMENTS,
    *DELIVERIES,
    *FILES,
)
ALL: Final = (*IDS, *NUMBERS, *ROUTING, *KEYS, *CURSORS, *DAYS, *INSTANTS)

_NAME: Final = re.compile(r"<([a-z]+(?:\.[a-z]+)*)>")


def named(name: str) -> str:
    return f"<{name}>"


def resolved(text: str, cast: Cast) -> str:
    """The text with every name that the cast knows replaced by what it stands for."""
    return _NAME.sub(lambda found: cast.get(found[1], found[0]), text)
