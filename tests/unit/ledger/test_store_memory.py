"""What only the store in memory promises: its faults are asked by the name of the call, and it counts by its clock.

All else that it promises every store does: `tests/contract/test_ledger_store.py`.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.jurisdictions import JURISDICTIONS
from domain.ledger.model import Claim, LedgerSettings, Position, Registration
from domain.ledger.store import Conflict, Slice, Writes
from domain.ledger.store_memory import MemoryLedgerStore
from tests import ledger_values as values
from tests.unit.ledger.faults import Script, conflict
from tests.unit.ledger.world import SetClock

SETTINGS = LedgerSettings(region=values.REGION, jurisdiction=JURISDICTIONS["us"])
ACCOUNT, BOOK, JOURNAL = values.account(1), values.SETTLEMENT, values.journal_named("one")
FIRST = Position(1, 1)

Call = Callable[[MemoryLedgerStore], object]
READS: dict[str, Call] = {
    "heads": lambda store: store.heads([ACCOUNT]),
    "journal": lambda store: store.journal(JOURNAL),
    "journals_named": lambda store: store.journals_named([JOURNAL]),
    "line": lambda store: store.line(ACCOUNT, FIRST),
    "lines_at": lambda store: store.lines_at([(ACCOUNT, FIRST)]),
    "lines": lambda store: store.lines(ACCOUNT, limit=1),
    "last_claim": lambda store: store.last_claim(JOURNAL),
    "claims": lambda store: store.claims(JOURNAL),
    "leg_items": lambda store: store.leg_items(BOOK, region=values.REGION, shard=0, day="20260302", limit=1),
    "registrations": lambda store: store.registrations(),
    "last_total": lambda store: store.last_total(BOOK, region=values.REGION, shard=0),
    "totals": lambda store: store.totals(BOOK, region=values.REGION, shard=0, limit=1),
    "booked_in_hour": lambda store: store.booked_in_hour("2026030212", spread=0, after=None, limit=1),
    "expiring_in_hour": lambda store: store.expiring_in_hour("2026030212", after=None, limit=1),
    "time": lambda store: store.time(),
}
WRITES: dict[str, Call] = {
    "append": lambda store: store.append(Writes(journal=values.journal("one")), now=values.NOON),
    "append_total": lambda store: store.append_total(values.total(1), now=values.NOON),
    "register": lambda store: store.register(Registration(BOOK, "20260302")),
}


def store_with(script: Script) -> MemoryLedgerStore:
    return MemoryLedgerStore(clock=SetClock(values.NOON), settings=SETTINGS, faults=script)


@pytest.mark.parametrize("name", [*READS, *WRITES])
def test_every_call_meets_its_faults_by_its_own_name(name: str) -> None:
    script = Script()
    (READS | WRITES)[name](store_with(script))
    assert script.calls == [name]


@pytest.mark.parametrize("name", ["append", "append_total"])
def test_a_conflict_that_was_told_is_the_answer_and_nothing_is_written(name: str) -> None:
    script = Script()
    store = store_with(script)
    script.at(name, "before", conflict)

    assert WRITES[name](store) == Conflict("TransactionConflict")
    assert (store.journals, dict(store.totals_of)) == ({}, {})


@pytest.mark.parametrize("name", ["heads", "append", "append_total"])
def test_what_happens_after_a_call_finds_it_done(name: str) -> None:
    """An answer is lost only once there is one."""
    script = Script()
    store = store_with(script)
    seen: list[tuple[int, int]] = []

    def look() -> None:
        seen.append((len(store.journals), len(store.totals_of)))

    script.at(name, "after", look)
    (READS | WRITES)[name](store)

    assert seen == [(int(name == "append"), int(name == "append_total"))]


def test_the_time_is_told_in_whole_seconds_as_a_date_header_is() -> None:
    assert store_with(Script()).time() == values.NOON.replace(microsecond=0)


def test_a_stamp_at_the_bound_is_taken_on_either_side() -> None:
    store = store_with(Script())
    for name, off in (("late", -SETTINGS.signature_bound), ("early", SETTINGS.signature_bound)):
        store.append(Writes(journal=values.journal(name)), now=values.NOON + off)
    assert len(store.journals) == 2


def test_an_account_registered_twice_is_visited_from_the_earlier_day() -> None:
    store = store_with(Script())
    for since in ("20260302", "20260301", "20260303"):
        store.register(Registration(BOOK, since))
    assert store.registrations() == (Registration(BOOK, "20260301"),)


def test_a_conflict_says_what_was_taken() -> None:
    store = store_with(Script())
    store.append_total(values.total(1), now=values.NOON)
    assert store.append_total(values.total(1), now=values.NOON) == Conflict(f"{BOOK} shard 0 has a total 1")


def test_a_later_total_of_a_shard_is_its_last_whatever_order_they_came_in() -> None:
    store = store_with(Script())
    for seq in (2, 1, 3):
        store.append_total(values.total(seq), now=values.NOON + timedelta(seconds=seq))
    last = store.last_total(BOOK, region=values.REGION, shard=0)
    assert last == values.total(3)
    assert [total.position.seq for total in store.totals(BOOK, region=values.REGION, shard=0, limit=9).rows] == [
        1,
        2,
        3,
    ]


def test_a_conflict_names_the_line_or_the_reversal_that_was_there_first() -> None:
    store = store_with(Script())
    line, claim = values.line(ACCOUNT), Claim(JOURNAL, 1, values.journal_named("two"), 5)
    store.append(Writes(journal=values.journal("first"), lines=(line,), claim=claim), now=values.NOON)

    same_line = store.append(Writes(journal=values.journal("second"), lines=(line,)), now=values.NOON)
    same_claim = store.append(Writes(journal=values.journal("third"), claim=claim), now=values.NOON)

    assert same_line == Conflict(f"{ACCOUNT} has a line 1/1")
    assert same_claim == Conflict(f"{JOURNAL} has a reversal 1")


def test_a_day_without_legs_is_a_whole_and_empty_page() -> None:
    page = store_with(Script()).leg_items(BOOK, region=values.REGION, shard=0, day="20260302", limit=1)

    assert page == Slice((), more=False)
