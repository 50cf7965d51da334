"""The ends of the calendar, leap days and the hours that clocks skip: days that exist, within reach, or refused."""

from collections.abc import Iterator
from typing import Final

from tests.fuzz.by_hand.row import DOLLAR, OK, OWN, Row, change, ordering
from tests.fuzz.requests import asked

LAST: Final = "9999-12-31"


def rows() -> Iterator[Row]:
    yield from _first_days()
    yield from _last_days()
    yield from _numbers_of_orders()
    yield from _holds()
    yield from _balances()


def _first_days() -> Iterator[Row]:
    for day in (
        "0000-01-01",
        "2026-02-29",
        "2027-02-29",
        "2100-02-29",
        "2026-13-01",
        "2026-1-1",
        "10000-01-01",
        "",
        "now",
        "２026-01-01",
    ):
        yield Row(f"an order from {day!a}", ordering(f"from {day!a}", startsOn=day), 400, "INPUT_TYPE_WRONG")
    for day in ("0001-01-01", "1970-01-01", "2000-02-29", "2199-12-31", "2200-01-01", "9999-12-31"):
        for rhythm in ("ONCE", "WEEKLY", "MONTHLY"):
            sent = ordering(f"{day} {rhythm}", startsOn=day, rhythm=rhythm)
            yield Row(f"an order {rhythm} from {day}", sent, 200, "INPUT_INVALID")
    yield Row(
        "an order on the 5th after the end of days", ordering("5th", startsOn=LAST, dayOfMonth=5), 200, "INPUT_INVALID"
    )


def _last_days() -> Iterator[Row]:
    for rhythm in ("WEEKLY", "MONTHLY"):
        sent = ordering(f"until the end of days {rhythm}", rhythm=rhythm, endsOn=LAST)
        yield Row(f"an order {rhythm} until {LAST}", sent, 200, "INPUT_INVALID")
        sent = ordering(f"until the last year {rhythm}", rhythm=rhythm, endsOn="2199-12-31")
        yield Row(f"an order {rhythm} until 2199-12-31", sent, 200, "ScheduleTransferSuccess")
        sent = ordering(f"until the first day {rhythm}", rhythm=rhythm, endsOn="0001-01-01")
        yield Row(f"an order {rhythm} until 0001-01-01", sent, 200, "INPUT_INVALID")


def _numbers_of_orders() -> Iterator[Row]:
    for name, days in (
        ("day 0", {"dayOfMonth": 0}),
        ("day 32", {"dayOfMonth": 32}),
        ("day -1", {"dayOfMonth": -1}),
        ("day 2^31-1", {"dayOfMonth": 2**31 - 1}),
        ("count 0", {"count": 0}),
        ("count 1201", {"count": 1201}),
        ("count -2^31", {"count": -(2**31)}),
        ("both ends", {"count": 1, "endsOn": LAST}),
        ("a weekly day of the month", {"rhythm": "WEEKLY", "dayOfMonth": 1}),
        ("an end of one day", {"rhythm": "ONCE", "endsOn": LAST}),
    ):
        yield Row(f"an order with {name}", ordering(name, **days), 200, "INPUT_INVALID")
    no_numbers: tuple[dict[str, object], ...] = (
        {"dayOfMonth": 2**31},
        {"dayOfMonth": 1.5},
        {"dayOfMonth": "1"},
        {"rhythm": "DAILY"},
        {"count": True},
    )
    for given in no_numbers:
        yield Row(f"an order with {given}", ordering("type", **given), 400, "INPUT_TYPE_WRONG")
    yield Row(
        "an order on day 31, 1,200 times", ordering("31st", dayOfMonth=31, count=1200), 200, "ScheduleTransferSuccess"
    )


def _holds() -> Iterator[Row]:
    for instant, status, outcome in (
        ("0000-01-01T00:00:00Z", 400, "INPUT_TYPE_WRONG"),
        ("2026-02-29T00:00:00Z", 400, "INPUT_TYPE_WRONG"),
        ("2026-12-31T23:59:60Z", 400, "INPUT_TYPE_WRONG"),
        ("2026-11-22T24:00:00Z", 400, "INPUT_TYPE_WRONG"),
        ("2026-11-22T09:30:00", 400, "INPUT_TYPE_WRONG"),
        ("2026-11-22T09:30:00+01:00", 400, "INPUT_TYPE_WRONG"),
        ("2026-03-29T02:30:00[Europe/Berlin]", 400, "INPUT_TYPE_WRONG"),
        ("0001-01-01T00:00:00Z", 200, "INPUT_INVALID"),
        ("2026-03-08T07:30:00Z", 200, "INPUT_INVALID"),
        ("9999-12-31T23:59:59.999999Z", 200, "INPUT_INVALID"),
    ):
        given = {"idempotencyKey": "until", "accountId": OWN, "amount": DOLLAR, "expiresAt": instant}
        yield Row(f"a hold until {instant}", change("placeHold", given), status, outcome)


def _balances() -> Iterator[Row]:
    balance = """query($id: ID!, $at: DateTime, $on: Date) { account(id: $id) { ... on Account {
      balance(bookedAt: $at, effectiveOn: $on) { sequence } } } }"""
    for at in (
        None,
        "0001-01-01T00:00:00Z",
        "2026-03-08T07:30:00Z",
        "2026-11-01T05:59:59Z",
        "9999-12-31T23:59:59.999999Z",
    ):
        for on in (None, "0001-01-01", "2024-02-29", "2026-03-08", "2026-11-01", "9999-12-31"):
            sent = asked("owner", balance, id=OWN, at=at, on=on)
            yield Row(f"the balance at {at} on {on}", sent, 200, OK)
