"""Cursors open the list they were given for, to whom they were given; pages have bounds; filters have an end."""

from collections.abc import Iterator
from typing import Final

from tests.fuzz import names
from tests.fuzz.by_hand.row import ENTRIES, OK, OWN, Row
from tests.fuzz.names import named
from tests.fuzz.requests import asked

LISTS: Final = {
    "entries": ("cursor.entries", ENTRIES),
    "changes": (
        "cursor.changes",
        "query($id: ID!, $after: Cursor) { changes(accountId: $id, after: $after) { more } }",
    ),
    "transferOrders": (
        "cursor.orders",
        """query($id: ID!, $after: Cursor) { account(id: $id) { ... on Account {
          transferOrders(after: $after) { pageInfo { endCursor } } } } }""",
    ),
    "accounts": ("cursor.accounts", "query($after: Cursor) { accounts(after: $after) { pageInfo { endCursor } } }"),
    "notices": (
        "cursor.notices",
        "query($after: Cursor) { viewer { notices(after: $after) { pageInfo { endCursor } } } }",
    ),
}
"""The lists that anybody may ask for, each with a cursor that is its own."""


def rows() -> Iterator[Row]:
    yield from _given_cursors()
    yield from _other_cursors()
    yield from _pages()
    yield from _audit()


def _given_cursors() -> Iterator[Row]:
    """Each cursor opens the lists that it was given for, and no other."""
    for field, (own, document) in LISTS.items():
        account = {"id": OWN} if "$id" in document else {}
        for cursor in names.CURSORS:
            mine = cursor.startswith(own) and cursor != "cursor.others"
            sent = asked("owner", document, after=named(cursor), **account)
            yield Row(f"{cursor} for {field}", sent, 200, OK if mine else "INVALID_CURSOR")


def _other_cursors() -> Iterator[Row]:
    for name, cursor in (
        ("empty", ""),
        ("made up", "AAAAAAAAAAAAAAAAAAAAAAEuMg"),
        ("of one letter", "x"),
        ("with one letter more", named("cursor.entries") + "A"),
        ("with one letter before", "A" + named("cursor.entries")),
        ("filled up", named("cursor.entries") + "=="),
        ("with a line end", named("cursor.entries") + "\n"),
        ("in quotes", f'"{named("cursor.entries")}"'),
        ("twice", named("cursor.entries") * 2),
        ("with a zero byte", named("cursor.entries") + "\x00"),
        ("that is no ASCII", "é" * 22),
        ("of another alphabet", "++++////++++////++++////"),
        ("that is an offset", "YXJyYXljb25uZWN0aW9uOjA="),
        ("of 1,024", "A" * 1_024),
    ):
        yield Row(f"a cursor {name}", asked("owner", ENTRIES, id=OWN, after=cursor), 200, "INVALID_CURSOR")
    no_cursors: tuple[object, ...] = ("A" * 1_025, 1, {"seq": 1})
    for given in no_cursors:
        sent = asked("owner", ENTRIES, id=OWN, after=given)
        yield Row(f"{str(given)[:20]} for a cursor", sent, 400, "INPUT_TYPE_WRONG")
    other = asked("stranger", ENTRIES, id=named("other.account"), after=named("cursor.entries"))
    yield Row("the owner's cursor in a stranger's hand", other, 200, "INVALID_CURSOR")
    yield Row("no cursor", asked("owner", ENTRIES, id=OWN, after=None), 200, OK)


def _pages() -> Iterator[Row]:
    for first, status, outcome in (
        (0, 200, "LIMIT_EXCEEDED"),
        (-1, 200, "LIMIT_EXCEEDED"),
        (101, 200, "LIMIT_EXCEEDED"),
        (2**31 - 1, 200, "LIMIT_EXCEEDED"),
        (2**31, 400, "INPUT_TYPE_WRONG"),
        (10**30, 400, "INPUT_TYPE_WRONG"),
        (1.5, 400, "INPUT_TYPE_WRONG"),
        ("1", 400, "INPUT_TYPE_WRONG"),
        (True, 400, "INPUT_TYPE_WRONG"),
        (None, 400, "INPUT_TYPE_WRONG"),
        (1.0, 200, OK),
    ):
        yield Row(f"a page of {first!r}", asked("owner", ENTRIES, id=OWN, first=first), status, outcome)


def _audit() -> Iterator[Row]:
    audit = """query($who: ID, $since: DateTime, $until: DateTime, $after: Cursor) {
      auditRecords(customerId: $who, since: $since, until: $until, after: $after) { pageInfo { hasNextPage } } }"""
    for name, given, outcome in (
        ("nobody", {}, "INPUT_TYPE_WRONG"),
        ("an empty id", {"who": ""}, "INPUT_TYPE_WRONG"),
        ("a zero byte", {"who": "\x00"}, OK),
        ("60,000 letters", {"who": "a" * 60_000}, OK),
        (
            "a time that runs backwards",
            {"who": named("own.person"), "since": "9999-12-31T23:59:59Z", "until": "0001-01-01T00:00:00Z"},
            OK,
        ),
        (
            "all time",
            {"who": named("own.person"), "since": "0001-01-01T00:00:00Z", "until": "9999-12-31T23:59:59Z"},
            OK,
        ),
        ("a cursor of it", {"who": named("own.person"), "after": named("cursor.audit")}, OK),
        (
            "a cursor of it with another filter",
            {"who": named("own.person"), "after": named("cursor.audit"), "until": "9999-12-31T23:59:59Z"},
            "INVALID_CURSOR",
        ),
        (
            "a cursor of it for another person",
            {"who": named("other.person"), "after": named("cursor.audit")},
            "INVALID_CURSOR",
        ),
    ):
        yield Row(f"audit records of {name}", asked("auditor", audit, **given), 200, outcome)
