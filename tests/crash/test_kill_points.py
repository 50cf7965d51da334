"""A seeded sample of the kill points by default, all of them with FLORIN_KILL_POINTS=all.

Every use case runs clean, and a few of its points are drawn; the seed is printed and can be given again as
FLORIN_KILL_POINTS_SEED. Points that once broke something stay here by name.
"""

import itertools
import os
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from domain.bus_aws import EventBridgeBus
from domain.ledger.events import LedgerEvent
from domain.rails.ach.outgoing_records import file_id
from tests.crash.modes import BY_NAME, MODES
from tests.crash.network import Call
from tests.crash.runner import Clean, Runner
from tests.crash.use_case import UseCase
from tests.crash.use_cases import USE_CASES, deposit, named

POINTS_EACH: Final = 1
"""A hundred use cases: another seed each time, and all of the points in `make crash`."""
PAIRS_DRAWN: Final = 10
ALL: Final = os.environ.get("FLORIN_KILL_POINTS") == "all"
SEED: Final = int(os.environ.get("FLORIN_KILL_POINTS_SEED", random.SystemRandom().randrange(1_000_000)))


@pytest.mark.parametrize("use_case", USE_CASES, ids=lambda use_case: str(use_case.name).replace(" ", "-"))
def test_every_kill_point_is_recovered_from(runner: Runner, use_case: UseCase) -> None:
    clean = runner.clean(use_case)
    points = list(clean.points())
    drawn = points if ALL else random.Random(f"{SEED} {use_case.name}").sample(points, min(POINTS_EACH, len(points)))
    verdicts = [runner.point(clean, call, mode) for call, mode in drawn]
    broke = [verdict for verdict in verdicts if not verdict.held]
    assert not broke, f"seed {SEED}: {broke}"


def test_every_mode_fits_some_call(runner: Runner) -> None:
    asked, published = (_clean(runner, name) for name in ("transfer", "publish by the stream"))
    assert {mode for clean in (asked, published) for _, mode in clean.points()} == set(MODES)


@pytest.mark.parametrize("mode", ["throttled", "conflict"])
def test_a_book_that_could_not_be_registered_is_not_forgotten(runner: Runner, mode: str) -> None:
    """The folder went on as if it had been, and would have visited the book from a later day only."""
    clean = _clean(runner, "open the books of a currency")
    assert runner.point(clean, _call(clean, "dynamodb PutItem ledger"), BY_NAME[mode]).held


def test_a_payment_that_its_own_request_has_made_meanwhile_is_no_double(runner: Runner) -> None:
    """Whoever was overtaken by its own repetition was answered DUPLICATE_SUSPECTED."""
    clean = _clean(runner, "send money by ACH")
    assert runner.point(clean, _call(clean, "dynamodb Query payments"), BY_NAME["overtaken"]).held


@pytest.mark.parametrize("name", ["take a returned debit back that is denied", "settle a payment that was collected"])
def test_whose_debits_are_counted_is_looked_at(runner: Runner, name: str) -> None:
    """Whoever died between the count and the list of that day's originators left a count that no look at the return
    rates found."""
    clean = _clean(runner, name)
    assert runner.point(clean, _call(clean, "dynamodb TransactWriteItems ach"), BY_NAME["killed after"]).held


# The harness itself: what is broken on purpose must be found out.


@pytest.mark.parametrize("mode", ["killed after", "overtaken"])
def test_a_transfer_that_pays_twice_would_be_found(runner: Runner, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    """Were the key of a journal new at each attempt, a retry would pay twice."""
    clean = _clean(runner, "transfer")
    tries = iter(range(100))
    monkeypatch.setattr("domain.ledger.service.journal_id", lambda *_: f"jrn_us0000_{next(tries)}")
    verdict = runner.point(clean, _call(clean, "dynamodb TransactWriteItems ledger"), BY_NAME[mode])
    assert not verdict.held


def test_a_payment_that_sets_its_money_aside_twice_would_be_found(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the key of its journal new at each attempt."""
    clean = _clean(runner, "set the money of a payment aside")
    tries = iter(range(100))
    monkeypatch.setattr("domain.rails.ach.effects.derived_key", lambda *_: f"try-{next(tries)}")
    verdict = runner.point(clean, _call(clean, "dynamodb TransactWriteItems ledger"), BY_NAME["killed after"])
    assert any("has been moved twice" in off for off in verdict.off)


def test_a_window_with_two_files_would_be_found(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were a file named anew at each look at its window."""
    clean = _clean(runner, "cut a file off and send it")
    endings = itertools.chain([""], itertools.repeat("_again"))
    monkeypatch.setattr("domain.rails.ach.outgoing_records.file_id", lambda *named: file_id(*named) + next(endings))
    verdict = runner.point(clean, _call(clean, "dynamodb TransactWriteItems ach"), BY_NAME["killed after"])
    assert any("_again" in off for off in verdict.off)


def test_an_entry_that_is_posted_twice_would_be_found(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the key of its journal new at each attempt."""
    clean = _clean(runner, "post a received debit")
    tries = iter(range(100))
    monkeypatch.setattr("domain.rails.ach.incoming_entries.derived_key", lambda *_: f"try-{next(tries)}")
    verdict = runner.point(clean, _call(clean, "dynamodb TransactWriteItems ledger"), BY_NAME["killed after"])
    assert any("has been moved twice by ach_debit_received" in off for off in verdict.off)


def test_an_entry_that_nobody_is_at_work_on_would_be_found(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were it not due when its decision is claimed, and its clerk never came back."""
    clean = _clean(runner, "return an entry that was posted")
    claim = next(call for call in clean.calls if str(call) == "dynamodb PutItem ach")
    assert runner.point(clean, claim, BY_NAME["forsaken"]).held
    monkeypatch.setattr("domain.rails.ach.incoming_entries.UNFINISHED", frozenset())
    verdict = runner.point(clean, claim, BY_NAME["forsaken"])
    assert any("nobody is at work on it" in off for off in verdict.off)


@pytest.mark.parametrize("mode", ["killed after", "forsaken"])
def test_an_effect_that_comes_before_its_audit_record_would_be_found(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """Were an act written down only when it has ended."""
    transfer = _clean(runner, "transfer").prepared.use_case
    monkeypatch.setattr("domain.audit.store_dynamodb.DynamoDBAuditStore.add", lambda *_: True)
    clean = runner.clean(replace(transfer, name="transfer, on record too late"))
    verdict = runner.point(clean, _call(clean, "dynamodb TransactWriteItems ledger"), BY_NAME[mode])
    assert any("no act" in off for off in verdict.off)


def test_what_lands_late_is_done(runner: Runner) -> None:
    """A deposit that nobody asks for again is there if its call was under way, and not there if it never left."""
    lost = UseCase("deposit, never asked again", deposit)
    clean = runner.clean(lost)
    forgotten = replace(clean.prepared, use_case=replace(lost, mend=lambda _: clean.answer))
    write = _call(clean, "dynamodb TransactWriteItems ledger")
    held = {
        name: runner.point(replace(clean, prepared=forgotten), write, BY_NAME[name]).held
        for name in ("lands late", "killed before")
    }
    assert held == {"lands late": True, "killed before": False}


def test_an_event_that_the_bus_did_not_take_would_be_missed(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the publisher to believe that the bus has taken everything."""
    clean = _clean(runner, "publish by the stream")
    publish = EventBridgeBus[LedgerEvent].publish

    def believing(bus: EventBridgeBus[LedgerEvent], events: Sequence[LedgerEvent]) -> tuple[bool, ...]:
        return tuple(True for _ in publish(bus, events))

    monkeypatch.setattr(EventBridgeBus, "publish", believing)
    assert not runner.point(clean, _call(clean, "events PutEvents"), BY_NAME["partly taken"]).held


def test_two_faults_strike_in_one_history(runner: Runner) -> None:
    clean = _clean(runner, "capture part of a hold")
    pairs = random.Random(SEED).sample(list(clean.pairs()), PAIRS_DRAWN)
    verdicts = [runner.pair(clean, first, second) for first, second in pairs]
    assert not [verdict for verdict in verdicts if not verdict.held]
    assert any(verdict.reached for verdict in verdicts)


def _clean(runner: Runner, name: str) -> Clean:
    return runner.clean(named(name))


def _call(clean: Clean, wanted: str) -> Call:
    return next(call for call in clean.calls if str(call) == wanted)
