"""What the tables of moves promise by their shape, whatever happens to a payment."""

from collections.abc import Iterator
from itertools import pairwise, permutations
from typing import Final

import pytest

from domain.ledger.kinds import KINDS
from domain.ledger.kinds import Effect as LedgerEffect
from domain.payments.kinds import (
    DRIVEN_BY_STEPS,
    JOURNEYS,
    UNPOSTED_JOURNALS,
    Event,
    Journey,
    Move,
    PaymentKind,
    PaymentState,
)

EVENTS_PERMUTED: Final = 6

each_journey = pytest.mark.parametrize("journey", JOURNEYS.values(), ids=lambda journey: journey.kind.value)
each_journey_of_ours = pytest.mark.parametrize(
    "journey", [JOURNEYS[kind] for kind in DRIVEN_BY_STEPS], ids=lambda journey: journey.kind.value
)
each_journey_received = pytest.mark.parametrize(
    "journey",
    [journey for journey in JOURNEYS.values() if journey.kind not in DRIVEN_BY_STEPS],
    ids=lambda journey: journey.kind.value,
)


def reached(journey: Journey, source: PaymentState) -> frozenset[PaymentState]:
    """Every state that a payment in `source` can come to; `source` itself only when it lies on a circle."""
    found: set[PaymentState] = set()
    left = [source]
    while left:
        state = left.pop()
        new = {move.target for move in journey.moves if move.source is state} - found
        found |= new
        left += new
    return frozenset(found)


def walks(journey: Journey, length: int) -> Iterator[tuple[Move, ...]]:
    """Every way from the first state, of this many moves or as many as there are."""
    left: list[tuple[Move, ...]] = [()]
    while left:
        walk = left.pop()
        state = walk[-1].target if walk else PaymentState.ACCEPTED
        further = [move for move in journey.moves if move.source is state]
        if len(walk) == length or not further:
            yield walk
            continue
        left += [(*walk, move) for move in further]


EARLY = {
    PaymentKind.ACH_CREDIT: {(PaymentState.SETTLING, Event.RETURNED)},
    PaymentKind.ACH_DEBIT: {(PaymentState.SETTLING, Event.RETURNED), (PaymentState.FREEING, Event.RETURNED)},
}
"""What is said while the money moves, and has a row as soon as it has moved."""


def followed(journey: Journey, events: tuple[Event, ...]) -> list[PaymentState]:
    """The states a payment passes when it is told these events, by the table alone."""
    passed = [PaymentState.ACCEPTED]
    for event in events:
        target = journey.target(passed[-1], event)
        if target:
            passed.append(target)
    return passed


def test_every_kind_of_payment_has_a_journey_of_its_own() -> None:
    assert list(JOURNEYS) == list(PaymentKind)
    assert [journey.kind for journey in JOURNEYS.values()] == list(PaymentKind)


def test_every_state_and_every_event_is_in_some_journey() -> None:
    moves = [move for journey in JOURNEYS.values() for move in journey.moves]
    assert {state for move in moves for state in (move.source, move.target)} == set(PaymentState)
    assert {move.event for move in moves} == set(Event)


@each_journey
class TestTheTable:
    def test_leads_from_a_state_by_an_event_to_one_state(self, journey: Journey) -> None:
        rows = [(move.source, move.event) for move in journey.moves]
        assert len(rows) == len(set(rows))
        for move in journey.moves:
            assert journey.target(move.source, move.event) is move.target

    def test_leads_nowhere_by_an_event_that_it_does_not_list(self, journey: Journey) -> None:
        rows = {(move.source, move.event) for move in journey.moves}
        for state in PaymentState:
            assert journey.events_of(state) == {event for source, event in rows if source is state}
            for event in set(Event) - journey.events_of(state):
                assert journey.target(state, event) is None

    def test_reaches_every_state_from_the_first(self, journey: Journey) -> None:
        assert reached(journey, PaymentState.ACCEPTED) | {PaymentState.ACCEPTED} == journey.states

    def test_never_leads_back_to_the_first_state(self, journey: Journey) -> None:
        assert PaymentState.ACCEPTED not in reached(journey, PaymentState.ACCEPTED)

    def test_has_a_way_to_an_end_from_every_state_that_is_none(self, journey: Journey) -> None:
        assert journey.final < journey.states
        for state in journey.states - journey.final:
            assert reached(journey, state) & journey.final, state

    def test_has_no_state_without_a_way_out_that_is_not_called_an_end(self, journey: Journey) -> None:
        assert {state for state in journey.states if not journey.events_of(state)} <= journey.final


@each_journey_of_ours
class TestTheTableOfAJourneyOfOurs:
    def test_leads_out_of_an_end_only_where_a_completed_payment_is_returned(self, journey: Journey) -> None:
        assert [move for move in journey.moves if move.source in journey.final] == [
            Move(PaymentState.COMPLETED, Event.RETURNED, PaymentState.RETURNING)
        ]

    def test_stays_in_a_state_only_where_a_payment_is_scheduled_for_another_window(self, journey: Journey) -> None:
        assert [move for move in journey.moves if move.source is move.target] == [
            Move(PaymentState.SCHEDULED, Event.RESCHEDULED, PaymentState.SCHEDULED)
        ]


@each_journey_received
class TestTheTableOfAJourneyIn:
    def test_leads_out_of_an_end_only_where_a_posted_entry_goes_back_after_all(self, journey: Journey) -> None:
        assert [move for move in journey.moves if move.source in journey.final] == [
            Move(PaymentState.POSTED, Event.PENDED, PaymentState.PENDED)
        ]

    def test_claims_no_money_which_the_entry_does(self, journey: Journey) -> None:
        assert not journey.effects


@each_journey
class TestClaimedStates:
    def test_are_left_by_what_their_journal_is_answered_and_by_nothing_else(self, journey: Journey) -> None:
        for state, effect in journey.effects.items():
            answers = {effect.posted} | ({effect.refused} if effect.refused else set())
            assert journey.events_of(state) == answers, state

    def test_are_states_of_the_journey_and_no_ends(self, journey: Journey) -> None:
        assert journey.effects.keys() <= journey.states - journey.final

    def test_lead_somewhere_else_when_posted_than_when_refused(self, journey: Journey) -> None:
        for state, effect in journey.effects.items():
            if effect.refused:
                assert journey.target(state, effect.posted) is not journey.target(state, effect.refused)

    def test_post_a_kind_of_journal_that_the_ledger_has(self, journey: Journey) -> None:
        for effect in journey.effects.values():
            assert effect.journal in KINDS

    def test_take_no_refusal_of_a_journal_that_the_ledger_forces(self, journey: Journey) -> None:
        for effect in journey.effects.values():
            if KINDS[effect.journal].forced:
                assert effect.refused is None, effect

    def test_are_passed_once_so_that_no_key_is_used_again(self, journey: Journey) -> None:
        """The key of a journal follows from payment and state: a second visit would find the first journal."""
        for state in journey.effects:
            assert state not in reached(journey, state), state

    def test_answer_events_that_nobody_else_may_tell(self, journey: Journey) -> None:
        """An answer of the ledger moves a payment out of claimed states alone: nobody can pretend that money moved."""
        answers = {
            event
            for effect in journey.effects.values()
            for event in (effect.posted, effect.refused)
            if event is not None
        }
        for move in journey.moves:
            if move.event in answers:
                assert move.source in journey.effects, move

    def test_have_a_return_said_again_where_the_money_moves_on_to_a_state_that_takes_it(self, journey: Journey) -> None:
        early = {(state, event) for state in journey.states for event in Event if journey.too_early(state, event)}
        assert early == EARLY.get(journey.kind, set())

    def test_let_go_whatever_hold_was_placed_before_an_end(self, journey: Journey) -> None:
        """No way leads from a journal that places a hold to an end without one that captures or releases it: its own,
        or that of the reversal which the hold was lent to."""
        ending = {LedgerEffect.CAPTURE_HOLD, LedgerEffect.RELEASE_HOLD}
        placing = [
            (state, effect)
            for state, effect in journey.effects.items()
            if KINDS[effect.journal].effect is LedgerEffect.PLACE_HOLD
        ]
        assert placing or journey.kind not in DRIVEN_BY_STEPS
        for state, effect in placing:
            held = journey.target(state, effect.posted)
            left, seen = [held], {held}
            while left:
                here = left.pop()
                assert here is not None
                assert here not in journey.final, f"a hold of {state} is left behind in {here}"
                if here in journey.effects and KINDS[journey.effects[here].journal].effect in ending:
                    refused = journey.effects[here].refused
                    further = {journey.target(here, refused)} if refused else set()
                else:
                    further = {
                        move.target
                        for move in journey.moves
                        if move.source is here and move.event is not Event.REVERSED
                    }
                left += further - seen
                seen |= further


def test_what_an_account_cannot_take_has_a_book_for_each_journal_that_may_meet_one() -> None:
    refusable = {
        effect.journal
        for journey in JOURNEYS.values()
        for effect in journey.effects.values()
        if effect.refused is Event.UNPOSTED
    }
    assert UNPOSTED_JOURNALS.keys() == refusable


def test_the_book_of_what_an_account_cannot_take_is_one_that_no_account_can_refuse() -> None:
    for refused, instead in UNPOSTED_JOURNALS.items():
        taken = [leg.book for leg in KINDS[refused].legs if leg.book]
        assert [leg.book for leg in KINDS[instead].legs] == [*taken, "ach_unposted"]
        assert [leg.side for leg in KINDS[instead].legs] == [leg.side for leg in KINDS[refused].legs]
        assert not KINDS[instead].guards


@each_journey
def test_every_order_of_six_events_of_a_journey_ends_in_a_legal_state(journey: Journey) -> None:
    """Told in any order a payment passes states by rows of the table alone, and no claimed one twice: so whatever the
    order was, each journal it passed has one key, and what the ledger holds follows from the states it passed."""
    rows = {(move.source, move.target) for move in journey.moves}
    told = {tuple(sorted(move.event for move in walk)) for walk in walks(journey, EVENTS_PERMUTED)}
    assert max(map(len, told)) == EVENTS_PERMUTED
    for events in sorted(told):
        for order in set(permutations(events)):
            passed = followed(journey, order)
            assert set(pairwise(passed)) <= rows
            claimed = [state for state in passed if state in journey.effects]
            assert len(claimed) == len(set(claimed)), order
