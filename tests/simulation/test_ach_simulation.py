"""Histories of ACH under blows keep every promise; planted mistakes break one, and are told by the few steps that do.

`FLORIN_ACH_HISTORIES` says how many; `python -m ops.simulation.ach.run --histories 10000` runs more of them by hand.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from domain.access.model import Actor
from domain.fraud.decision_store_memory import MemoryDecisionStore
from domain.fraud.kinds import Fallback
from domain.fraud.model import StoredDecision
from domain.fraud.service import Fraud
from domain.keys import derived_key
from domain.payments.kinds import Event
from domain.payments.service import Payments
from domain.rails.ach import effects, incoming_entries, incoming_matching, incoming_posting, outgoing_responses
from domain.rails.ach.incoming_store_memory import MemoryIncomingStore
from domain.rails.ach.matching import match_return
from domain.rails.ach.outgoing_sent import SentFiles
from ops.simulation import coverage, seeds
from ops.simulation.ach.history import AchHistory, play, shortest, told
from ops.simulation.ach.run import ENOUGH, JOURNALS, SEEDS, AchRun, keep, run, stories
from tests.simulation.elsewhere import said_elsewhere

HISTORIES = int(os.environ.get("FLORIN_ACH_HISTORIES", "120"))
FIRST_SEED = int(os.environ.get("FLORIN_ACH_FIRST_SEED", "1"))
Plant = Callable[[pytest.MonkeyPatch], None]
SEEN_WITHIN = 60
"""Histories within which each planted mistake breaks a promise."""


def test_every_history_of_ach_keeps_every_promise(record_property: Callable[[str, object], None]) -> None:
    done = run([*seeds.kept(SEEDS), *range(FIRST_SEED, FIRST_SEED + HISTORIES)], processes=1)
    record_property("ach histories", f"{done.histories} histories, {len(done.broken)} broken, {done.seconds:.0f} s")
    keep(done)
    assert done.ok, stories(done)


def test_a_seed_tells_the_same_story_in_every_process() -> None:
    tell = "from ops.simulation.ach.history import play, told; print(told(play(11)))"
    assert said_elsewhere(tell) == told(play(11))


def test_no_journal_is_asked_of_the_histories_of_ach_and_of_those_of_the_ledger() -> None:
    assert not set(JOURNALS) & set(coverage.JOURNALS)


def test_a_run_that_never_met_something_says_what() -> None:
    blind = AchRun(histories=ENOUGH)
    assert not blind.ok
    assert {"happening returns", "refusal PAYMENT_BUSY", "journal ach_debit_returned"} <= set(blind.missing)


# Planted.


def money_is_taken_anew_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key of a payment's journal says when it was tried."""
    tried = iter(range(1_000_000))
    monkeypatch.setattr(effects, "derived_key", lambda *of: derived_key(*of, str(next(tried))))


def received_money_is_posted_anew_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = iter(range(1_000_000))
    monkeypatch.setattr(
        incoming_entries, "derived_key", lambda *of: derived_key(*of, *([str(next(tried))] if len(of) > 1 else []))
    )


def a_file_is_told_by_its_name_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its content nor its header is remembered."""
    monkeypatch.setattr(MemoryIncomingStore, "claim", lambda _store, _what, holder: holder)


def a_return_is_believed_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        incoming_matching,
        "match_return",
        lambda seen, candidates: match_return(seen, [replace(one, returned=False) for one in candidates]),
    )
    monkeypatch.setattr(incoming_matching, "right_dishonours", lambda _: ())
    monkeypatch.setattr(
        incoming_matching.Matching,
        "_claimed",
        lambda matching, ours, entry: replace(matching._ours(ours.id), returned_by=entry.id),
    )


def a_rejected_entry_stays_in_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is built again, and the settlement of the file that was rejected goes on too."""
    monkeypatch.setattr(outgoing_responses, "_said", lambda *_: iter(()))


def a_file_is_settled_that_nobody_acknowledged(monkeypatch: pytest.MonkeyPatch) -> None:
    told_of = SentFiles.told
    monkeypatch.setattr(SentFiles, "told", lambda files, file, _: told_of(files, file, Event.ACKNOWLEDGED))


def a_cancelled_payment_leaves_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its customer is told that it is off, and it stays where it was."""
    move = Payments.move

    def deaf(payments: Payments, payment: str, event: Any, **named: Any) -> Any:
        moved = move(payments, payment, event, **named)
        if event.value == "cancelled" and moved.moved and moved.payment.state.value == "CANCELLED":
            payments.note(payment, lambda found: replace(found, state=type(found.state)("SCHEDULED")))
        return moved

    monkeypatch.setattr(Payments, "move", deaf)


def entries_of_another_region_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming_posting.Posting, "_is_elsewhere", lambda *_: False)


def an_old_sign_in_confirms_a_payment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Actor, "signed_in_after", lambda *_, **__: True)


def whoever_judges_a_payment_again_judges_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether it has been judged, and the last decision is the one that is kept."""

    def put(store: MemoryDecisionStore, decision: StoredDecision) -> StoredDecision:
        store._decisions[decision.subject] = decision
        return decision

    monkeypatch.setattr(MemoryDecisionStore, "put", put)
    monkeypatch.setattr(Fraud, "decide", lambda fraud, request: fraud._unscored(request, None, Fallback.SCORER_SILENT))


PLANTED = (
    an_old_sign_in_confirms_a_payment,
    whoever_judges_a_payment_again_judges_anew,
    money_is_taken_anew_each_time,
    received_money_is_posted_anew_each_time,
    a_file_is_told_by_its_name_alone,
    a_return_is_believed_each_time,
    a_rejected_entry_stays_in_its_file,
    a_file_is_settled_that_nobody_acknowledged,
    a_cancelled_payment_leaves_all_the_same,
    entries_of_another_region_are_kept,
)


def seen() -> AchHistory:
    for seed in range(1, SEEN_WITHIN + 1):
        history = play(seed)
        if history.broken:
            return history
    raise AssertionError(f"not seen within {SEEN_WITHIN} histories")


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_seen(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert seen().broken


def test_what_breaks_is_told_by_the_few_steps_that_break_it(monkeypatch: pytest.MonkeyPatch) -> None:
    a_file_is_told_by_its_name_alone(monkeypatch)
    whole = seen()
    short = shortest(whole)
    assert short.broken
    assert len(short.steps) <= 4 < len(whole.steps)
    assert f"ACH seed {whole.seed}\n" in told(short)
    assert "once more" in told(short)
