"""A row of the list by hand, and the requests that rows are made of."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from tests.fuzz.documents import ANSWERED
from tests.fuzz.names import named
from tests.fuzz.requests import HEADERS, Sent, asked

OK: Final = "data"
WHO: Final = "{ viewer { person } }"


@dataclass(frozen=True)
class Row:
    name: str
    sent: Sent
    status: int
    outcome: str
    """`data`, the code of an error or of a refusal, or the name of a success."""
    absent: str = ""
    """What the answer must not say."""
    at_the_door: int | None = None
    """The status where the API itself answers, before the function."""


OWN: Final = named("own.account")
SECOND: Final = named("own.second")
DOLLAR: Final = {"amount": "1.00", "currency": "USD"}
ENTRIES: Final = """query($id: ID!, $first: Int! = 1, $after: Cursor) { account(id: $id) { ... on Account {
  entries(first: $first, after: $after) { pageInfo { endCursor } } } } }"""


def change(name: str, given: dict[str, Any], *, role: str = "owner") -> Sent:
    kind = f"{name[0].upper()}{name[1:]}"
    more = "... on InputInvalid { fields { path code message } }"
    document = f"mutation($input: {kind}Input!) {{ {name}(input: $input) {{ {ANSWERED} {more} }} }}"
    return asked(role, document, input=given)


def paying(name: str, **changed: Any) -> Sent:
    """A transfer that would be made, but for what is changed."""
    given = {
        "idempotencyKey": key_of(name),
        "sourceId": OWN,
        "destination": {"accountId": SECOND},
        "amount": DOLLAR,
        **changed,
    }
    return change("transfer", given)


def ordering(name: str, **days: Any) -> Sent:
    given = {
        "idempotencyKey": key_of(name),
        "sourceId": OWN,
        "destination": {"accountId": SECOND},
        "amount": DOLLAR,
        "schedule": {"rhythm": "MONTHLY", "startsOn": named("tomorrow"), **days},
    }
    return change("scheduleTransfer", given)


def key_of(name: str) -> str:
    return "hand-" + hashlib.sha256(name.encode()).hexdigest()[:20]


def raw(body: str | bytes, **headers: str) -> Sent:
    return Sent("owner", body, headers={**HEADERS, **{k.replace("_", "-"): v for k, v in headers.items()}})
