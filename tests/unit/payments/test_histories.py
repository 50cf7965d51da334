"""Whatever is told to a payment, in whatever order and by whomever, its record says what became of it and no more."""

from itertools import pairwise
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from domain.payments import rules
from domain.payments.journeys import MemoryJourneys
from domain.payments.kinds import DRIVEN_BY_STEPS, JOURNEYS, Event, PaymentKind, PaymentState
from domain.payments.model import BANK, OPENED, Payment
from domain.payments.service import Payments
from domain.payments.store_memory import MemoryPaymentStore
from tests.unit.ledger.world import SetClock
from tests.unit.payments.values import DEADLINES, NOW, payment

EVENTS_MAX: Final = 40
"""Longer than the longest way through a table, told with much that has no row."""

kinds = st.sampled_from(DRIVEN_BY_STEPS)
events = st.lists(st.sampled_from(Event), max_size=EVENTS_MAX)


@st.composite
def likely_events(draw: st.DrawFn, kind: PaymentKind) -> list[Event]:
    """Mostly what the table has a row for, so that the far ends are reached too."""
    journey, state = JOURNEYS[kind], PaymentState.ACCEPTED
    told: list[Event] = []
    for astray in draw(st.lists(st.integers(0, 4).map(lambda n: n == 0), max_size=EVENTS_MAX)):
        rows = sorted(journey.events_of(state))
        event = draw(st.sampled_from(list(Event) if astray or not rows else rows))
        told.append(event)
        state = journey.target(state, event) or state
    return told


def told(kind: PaymentKind, all_of: list[Event]) -> tuple[Payment, list[PaymentState]]:
    """The payment in the end, and the states that its moves led to; what the timeline must be is checked here."""
    store, clock = MemoryPaymentStore(), SetClock(NOW)
    payments = Payments(store=store, journeys=MemoryJourneys(), clock=clock, deadlines=DEADLINES)
    opened = payments.open(payment(kind), facts={})
    assert isinstance(opened, Payment)
    journey = opened.journey
    moves: list[tuple[str, PaymentState]] = [(OPENED, PaymentState.ACCEPTED)]
    for event in all_of:
        clock.advance(DEADLINES.step)
        before = payments.existing(opened.id)
        answer = payments.move(opened.id, event, by=BANK)
        target = journey.target(before.state, event)
        assert answer.moved is (target is not None)
        assert answer.payment == payments.existing(opened.id)
        if target:
            moves.append((event.value, target))
            assert answer.payment.due_at == rules.due_at(answer.payment, clock.now(), DEADLINES)
        else:
            assert answer.payment == before
    now = payments.existing(opened.id)
    timeline = payments.timeline(opened.id, limit=100).happenings
    assert [line.n for line in timeline] == list(range(1, now.happenings + 1))
    assert [(line.event, line.state) for line in timeline] == moves
    assert [line.at for line in timeline] == sorted(line.at for line in timeline)
    assert now.entered_at == timeline[-1].at
    return now, [line.state for line in timeline]


@given(st.data())
def test_any_events_leave_a_payment_in_a_legal_state_with_a_timeline_that_equals_its_moves(data: st.DataObject) -> None:
    kind = data.draw(kinds)
    now, passed = told(kind, data.draw(st.one_of(events, likely_events(kind))))

    assert now.state is passed[-1]
    assert now.state in now.journey.states
    assert (now.due_at is None) is now.ended
    rows = {(move.source, move.target) for move in now.journey.moves}
    assert set(pairwise(passed)) <= rows


@given(st.data())
def test_an_event_told_twice_or_thrice_leaves_what_it_left_when_told_once(data: st.DataObject) -> None:
    """But for what may rightly happen again: another window, and what leads out of a state that the event led to."""
    kind = data.draw(kinds)
    journey = JOURNEYS[kind]
    once = data.draw(likely_events(kind))
    repeated = {move.event for move in journey.moves if move.event in journey.events_of(move.target)}
    assert repeated == {Event.RESCHEDULED}
    often = [event for event in once for _ in range(1 if event in repeated else data.draw(st.integers(1, 3)))]

    assert told(kind, often)[1] == told(kind, once)[1]


@given(st.data())
def test_the_same_events_in_another_order_pass_each_claimed_state_once_at_most_and_show_it(data: st.DataObject) -> None:
    kind = data.draw(kinds)
    now, passed = told(kind, data.draw(st.permutations(data.draw(likely_events(kind)))))

    claimed = [state for state in passed if state in now.journey.effects]
    assert len(claimed) == len(set(claimed))
    for state, following in pairwise(passed):
        effect = now.journey.effects.get(state)
        if effect:
            answers = {now.journey.target(state, event) for event in (effect.posted, effect.refused) if event}
            assert following in answers
