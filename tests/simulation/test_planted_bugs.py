"""The simulation sees mistakes: each planted one breaks a promise within a bounded number of histories."""

from collections.abc import Callable

import pytest

from ops.simulation.faults import Fault
from ops.simulation.history import play
from tests.simulation import mistakes

HISTORIES_MAX = 120
"""Most are seen within ten. What is seen in one of twenty stays seen when the draws fall otherwise."""
CALM_HISTORIES = 8
Plant = Callable[[pytest.MonkeyPatch], None]

PLANTED: tuple[Plant, ...] = (
    mistakes.funds_are_not_asked,
    mistakes.holds_do_not_bind,
    mistakes.joint_limits_are_forgotten,
    mistakes.heads_that_decided_are_not_guarded,
    mistakes.each_attempt_is_a_journal_of_its_own,
    mistakes.any_request_fits_a_used_key,
    mistakes.unknown_is_told_as_not_done,
    mistakes.a_fold_does_not_add_up,
    mistakes.what_the_bus_refused_is_marked,
    mistakes.expired_holds_stay,
    mistakes.holds_never_expire,
    mistakes.a_notice_is_told_each_time,
    mistakes.a_reversal_does_not_see_the_one_before,
    mistakes.a_reversal_claims_nothing,
    mistakes.time_follows_the_clock,
    mistakes.the_folder_does_not_wait,
    mistakes.what_was_not_answered_was_done,
    mistakes.a_conflict_is_taken_for_done,
    mistakes.a_journal_is_looked_for_and_not_claimed,
    mistakes.a_look_does_not_ask_for_funds,
    mistakes.a_final_capture_keeps_the_rest,
    mistakes.a_release_leaves_the_hold,
    mistakes.what_the_stream_lost_stays_lost,
    mistakes.two_folders_write_one_total_each,
    mistakes.a_total_is_remembered_before_it_is_written,
    mistakes.a_transfer_is_judged_each_time,
    mistakes.the_last_decision_is_kept,
    mistakes.nobody_has_to_sign_in_anew,
    mistakes.what_was_declined_stays_held,
    mistakes.each_attempt_holds_a_reviewed_transfer_anew,
    mistakes.what_nobody_decided_is_made,
)

ALONE: tuple[tuple[Plant, Fault], ...] = (
    (mistakes.what_was_not_answered_was_done, Fault.LOST_REQUEST),
    (mistakes.a_second_try_is_another_journal, Fault.LOST_ANSWER),
    (mistakes.a_conflict_is_taken_for_done, Fault.CONFLICT),
    (mistakes.a_minute_that_was_busy_is_forgotten, Fault.THROTTLE),
    (mistakes.a_second_try_is_another_journal, Fault.SLOW),
    (mistakes.a_minute_is_ticked_off_before_it_is_moved, Fault.DEATH_BEFORE),
    (mistakes.the_folder_does_not_wait, Fault.DEATH_DURING),
    (mistakes.a_minute_moves_under_a_new_key_each_time, Fault.DEATH_AFTER),
    (mistakes.what_was_not_answered_was_done, Fault.REGION_CUT),
    (mistakes.a_journal_is_looked_for_and_not_claimed, Fault.DOUBLE_CLICK),
    (mistakes.heads_that_decided_are_not_guarded, Fault.RIVAL),
    (mistakes.a_minute_moves_under_a_new_key_each_time, Fault.BESIDE),
    (mistakes.what_the_stream_lost_stays_lost, Fault.STREAM_LOST),
    (mistakes.what_the_bus_refused_is_marked, Fault.BUS_REFUSES),
    (mistakes.each_event_is_news, Fault.DUPLICATE_EVENT),
    (mistakes.news_are_only_of_what_is_newer, Fault.REORDERED_EVENT),
    (mistakes.news_are_only_of_what_is_newer, Fault.LATE_EVENT),
    (mistakes.time_follows_the_clock, Fault.CLOCK_SKEW),
    (mistakes.time_follows_the_clock, Fault.CLOCK_FELL_BACK),
    (mistakes.a_missed_order_stays_missed, Fault.KNOCK_LOST),
    (mistakes.a_knock_too_many_pays_again, Fault.KNOCK_TWICE),
)
"""A mistake and the one fault that shows it: the others are switched off, and without it nothing is seen."""


SEEN_IN_CALM: dict[Fault, str] = {
    Fault.DUPLICATE_EVENT: "the sweep publishes what a slow stream has yet to bring, so events come twice anyhow",
}


def only(*faults: Fault) -> Callable[..., frozenset[Fault]]:
    return lambda _: frozenset(faults)


def seen(*, within: int) -> bool:
    return any(play(seed).broken for seed in range(1, within + 1))


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_seen(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert seen(within=HISTORIES_MAX)


@pytest.mark.parametrize(("plant", "fault"), ALONE, ids=lambda part: getattr(part, "name", None) or part.__name__)
def test_each_fault_shows_a_mistake_that_is_not_seen_without_it(
    plant: Plant, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    monkeypatch.setattr("ops.simulation.faults.drawn", only())
    assert fault in SEEN_IN_CALM or not seen(within=CALM_HISTORIES)
    monkeypatch.setattr("ops.simulation.faults.drawn", only(fault))
    assert seen(within=HISTORIES_MAX)


def test_every_fault_is_asked_to_show_a_mistake() -> None:
    assert {fault for _, fault in ALONE} == set(Fault)
