"""What the names stand for, as far as it follows from the rest: ids that nothing has, and cursors that were given."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from domain.accounts.numbers import account_number
from domain.cases.kinds import CaseKind
from domain.cases.model import Subject
from domain.cases.rules import case_id
from domain.ids import place_of
from domain.jurisdictions import JURISDICTIONS
from tests.fuzz.names import Cast, named
from tests.fuzz.requests import Sent, asked

ULID: Final = "01K0000000000000000000000"
Send = Callable[[Sent], Any]
"""Sends a request and answers with the document that came back."""

PAGES: Final = """query($account: ID!) { viewer {
    accounts(first: 1) { pageInfo { endCursor } } notices(first: 1) { pageInfo { endCursor } } }
  account(id: $account) { ... on Account { entries(first: 1) { pageInfo { endCursor } }
    transferOrders(first: 1) { pageInfo { endCursor } } } }
  changes(accountId: $account, first: 1) { cursor } }"""
LAST: Final = """query($account: ID!) { account(id: $account) { ... on Account {
  entries(first: 100) { pageInfo { endCursor } } } } }"""
LOOK: Final = "query($account: ID!) { account(id: $account) { __typename } }"
AUDIT: Final = "query($person: ID!) { auditRecords(customerId: $person, first: 1) { pageInfo { endCursor } } }"


def derived(cast: Cast, *, now: datetime) -> dict[str, str]:
    """Ids that are well formed and name nothing here, and days around now."""
    place = place_of(cast["own.account"])
    assert place
    today = now.astimezone(JURISDICTIONS["us"].time_zone).date()
    return {
        "missing.person": f"cus_us_{ULID}0",
        "elsewhere.person": "cus_us_01K00000000000000000000010",
        "abroad.person": f"cus_eu_{ULID}0",
        "missing.account": f"acc_us{place.slot:04d}_{ULID}0",
        "elsewhere.account": f"acc_us0990_{ULID}0",
        "abroad.account": f"acc_eu0001_{ULID}0",
        "nowhere.account": f"acc_us9999_{ULID}0",
        "incoming.account": "inc_" + cast["own.account"].removeprefix("acc_"),
        "internal.account": "int_us_usd_vault_cash",
        "joint.limit": f"lim_us{place.slot:04d}_{ULID}0",
        "missing.journal": f"jrn_us{place.slot:04d}_{'a' * 32}",
        "missing.hold": f"hld_us{place.slot:04d}_{'a' * 32}",
        "missing.order": f"ord_us{place.slot:04d}_{ULID}0",
        "open.case": case_id(CaseKind.ACH_ENTRY_PENDED, Subject("ach_entry", "ent_1"), "1"),
        "missing.case": f"cas_{'a' * 32}",
        "missing.approval": f"apr_{'a' * 32}",
        "missing.counterparty": f"cpy_us{place.slot:04d}_{ULID}0",
        "missing.payment": f"pay_us{place.slot:04d}_{'a' * 32}",
        "missing.delivery": f"dlv_{ULID}0",
        "missing.file": "fil_us_useast1_20260302-SD1_1",
        "missing.entry": f"ent_us{place.slot:04d}_{'a' * 32}",
        "missing.received": f"rcf_us_useast1_{'a' * 32}",
        "missing.came": f"rce_us9999_{'a' * 32}",
        "missing.number": account_number(place.slot, 9_999_999),
        "routing": JURISDICTIONS["us"].routing_number,
        "routing.abroad": JURISDICTIONS["eu"].routing_number,
        "today": today.isoformat(),
        "tomorrow": (today + timedelta(days=1)).isoformat(),
        "next.month": (today + timedelta(days=31)).isoformat(),
        "now": _text(now),
        "soon": _text(now + timedelta(days=1)),
    }


def cursors(send: Send) -> dict[str, str]:
    """Cursors that the bank has really given, each to the person who asked."""
    pages = send(asked("owner", PAGES, account=named("own.account")))["data"]
    last = send(asked("owner", LAST, account=named("own.account")))["data"]
    others = send(asked("stranger", PAGES, account=named("other.account")))["data"]
    send(asked("operations", LOOK, account=named("own.account")))
    audit = send(asked("auditor", AUDIT, person=named("own.person")))["data"]
    return {
        "cursor.entries": _end(pages["account"]["entries"]),
        "cursor.entries.last": _end(last["account"]["entries"]),
        "cursor.changes": pages["changes"]["cursor"],
        "cursor.accounts": _end(pages["viewer"]["accounts"]),
        "cursor.notices": _end(pages["viewer"]["notices"]),
        "cursor.orders": _end(pages["account"]["transferOrders"]),
        "cursor.others": _end(others["account"]["entries"]),
        "cursor.audit": _end(audit["auditRecords"]),
    }


def _end(connection: Any) -> str:
    cursor: str = connection["pageInfo"]["endCursor"]
    assert cursor
    return cursor


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
