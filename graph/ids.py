"""Ids in words: the prefix that says what one is, and the length beyond which nothing is one."""

from typing import Final

from domain.ids import ID_LENGTH_MAX

PREFIXES: Final = {
    "cus": "customer",
    "stf": "member of staff",
    "acc": "account",
    "jrn": "journal",
    "hld": "hold",
    "ord": "transfer order",
    "cpy": "counterparty",
    "ntc": "notice",
    "aud": "audit record",
    "cas": "case",
    "apr": "approval",
    "dlv": "delivery of a partner",
    "pay": "payment",
    "fil": "ACH file",
    "bat": "ACH batch",
    "ent": "ACH entry",
    "rcf": "received ACH file",
    "rce": "received ACH entry",
    "dec": "fraud decision",
}


def by_id(words: str, *prefixes: str) -> str:
    """A description of something that is named by its id."""
    shapes = " or ".join(f"`{prefix}_…`" for prefix in prefixes)
    return f"{words} ({shapes}, at most {ID_LENGTH_MAX} characters)."
