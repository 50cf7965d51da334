"""An id of another kind names nothing, for whoever asks, and neither does what is no id."""

from collections.abc import Iterator
from typing import Any, Final

from tests.fuzz import names
from tests.fuzz.by_hand.row import DOLLAR, OK, SECOND, Row, change
from tests.fuzz.names import named
from tests.fuzz.requests import asked

KINDS: Final = (
    "own.person",
    "staff.person",
    "own.account",
    "own.journal",
    "own.hold",
    "own.order",
    "own.number",
    "incoming.account",
    "internal.account",
    "joint.limit",
    "cursor.entries",
)
ODD: Final = (
    "",
    " ",
    "acc_",
    "\x00",
    "a" * 64,
    "a" * 65,
    "a" * 60_000,
    "acc_us0001_" + "０" * 26,
    "\u202eacc",
    "null",
    "#",
    "../x",
)


CHANGED: Final[tuple[tuple[str, str, str, dict[str, Any]], ...]] = (
    ("transfer", "sourceId", "owner", {"destination": {"accountId": SECOND}, "amount": DOLLAR}),
    ("placeHold", "accountId", "owner", {"amount": DOLLAR}),
    ("placeHold", "accountId", "operations", {"amount": DOLLAR}),
    ("captureHold", "holdId", "owner", {"amount": DOLLAR, "destination": {"accountId": SECOND}}),
    ("captureHold", "holdId", "operations", {"amount": DOLLAR}),
    ("releaseHold", "holdId", "operations", {}),
    ("reverseJournal", "journalId", "operations", {}),
    ("freezeAccount", "accountId", "operations", {}),
    ("thawAccount", "accountId", "compliance", {}),
    ("closeAccount", "accountId", "owner", {}),
    ("cancelTransferOrder", "orderId", "owner", {}),
    ("openAccount", "customerId", "operations", {"product": "CHECKING", "currency": "USD"}),
)
"""Each change, what its id is called, who asks, and the rest of its input."""
LOOKED_UP: Final = {
    "account": (
        "accountId",
        "NOT_FOUND",
        "query($id: ID!) { account(id: $id) { __typename ... on Refusal { code } } }",
    ),
    "journal": ("journalId", OK, "query($id: ID!) { journal(id: $id) { id } }"),
    "customer": ("customerId", OK, "query($id: ID!) { customer(id: $id) { id } }"),
    "node": ("", OK, "query($id: ID!) { node(id: $id) { id } }"),
}


def rows() -> Iterator[Row]:
    """An id of another kind names nothing, for whoever asks."""
    for kind in (*KINDS, *ODD):
        text = named(kind) if kind in names.ALL else kind
        what = kind if kind in names.ALL else f"{kind[:20]!a} of {len(kind)}"
        for change_name, place, role, more in CHANGED:
            if FITS.get(place) != kind:
                key = {"idempotencyKey": f"id-{role}"} if change_name != "cancelTransferOrder" else {}
                sent = change(change_name, {**key, **more, place: text}, role=role)
                yield Row(f"{what} as {place} of {change_name} by {role}", sent, 200, "NOT_FOUND")
        for field, (place, outcome, document) in LOOKED_UP.items():
            if FITS.get(place) != kind:
                yield Row(f"{what} as the id of a {field}", asked("owner", document, id=text), 200, outcome)


FITS: Final = {
    "sourceId": "own.account",
    "accountId": "own.account",
    "holdId": "own.hold",
    "journalId": "own.journal",
    "orderId": "own.order",
    "customerId": "own.person",
}
